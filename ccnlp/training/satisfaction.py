"""Training of satisfaction without a survey from dialogues that several judges graded.

Ridge regression of the shares of the fifteen grades (three judgements, five grades each) on hashed
n-grams by place and on the facts that the engine saw, cut to a few axes: the ones along which the
fitted shares differ most. What is predicted is the distribution nearest to the regression's values,
which is never further from the judges' than these are (by squared distance).
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from ccnlp import __version__
from ccnlp.artefacts import DataSource, Manifest, write_manifest
from ccnlp.config import Recipe
from ccnlp.encoder.ngrams import blur_numbers, hashed_ngrams
from ccnlp.encoder.satisfaction import GRADES, JUDGED, PLACES, nearest_distributions, places_of
from ccnlp.engine import Engine
from ccnlp.errors import InputError, UnavailableError
from ccnlp.scoring.facts import WHOLE, conversation_facts
from ccnlp.scoring.trajectory import measure_trajectories
from ccnlp.training.divergence import match_distance, rsnod
from ccnlp.training.linear import scipy_sparse, without_sklearn
from ccnlp.types import Transcript
from ccnlp.yamlfile import file_digest, read_as

Doubles = NDArray[np.float64]

#: Conversations that the engine reads at once; moves nothing but memory.
_CHUNK: Final = 200
#: Dialogues above which the regression is solved step by step, not at once.
_MOST_AT_ONCE: Final = 10_000
#: A fact's spread counts as at least this, so that rare ones do not shout.
_LEAST_SPREAD: Final = 0.05
#: The judgements by their letters in the labelled files.
LETTERS: Final = ("A", "S", "E")


class SatisfactionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of a training (configs/training/satisfaction.yaml)."""

    bits: int
    longest: int
    axes: int
    penalty: float
    facts: float
    least: int
    folds: int


class Grades(msgspec.Struct, frozen=True):
    """One judge's grades of a dialogue: accomplishment, satisfaction, effectiveness."""

    A: int
    S: int
    E: int


class Dialogue(msgspec.Struct, frozen=True):
    """A transcript and what its judges said."""

    transcript: Transcript
    quality: tuple[Grades, ...]


class Read(msgspec.Struct, frozen=True):
    """What a model reads of one dialogue."""

    speakers: tuple[str, ...]
    #: Folded, personal information hidden.
    texts: tuple[str, ...]
    facts: dict[str, int]


class Fitted(msgspec.Struct, frozen=True):
    """A regression, before it is packed into whole numbers."""

    #: Names of the facts, their means and their spreads; shape (facts,).
    facts: tuple[str, ...]
    mean: Doubles
    spread: Doubles
    #: Shape (places * 2**bits + facts, axes).
    matrix: Any
    #: Shape (axes, 15).
    directions: Doubles
    #: Shape (15,).
    middle: Doubles


def load_satisfaction_settings(path: Path) -> SatisfactionSettings:
    """Read training settings."""
    return read_as(path, SatisfactionSettings)


def read_dialogues(path: Path) -> list[Dialogue]:
    """Graded dialogues of a JSONL file: ``{"transcript": …, "quality": [{"A", "S", "E"}, …]}``.

    Raises
    ------
    InputError: naming file and line.
    """
    mend = "give each line a transcript and, for each judge, A, S and E from -2 to 2"
    decode = msgspec.json.Decoder(Dialogue).decode
    dialogues = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", where=str(path), mend="check the path"
        ) from error
    for number, line in enumerate(lines, 1):
        try:
            one = decode(line)
        except msgspec.DecodeError as error:
            raise InputError(str(error), where=f"{path}:{number}", mend=mend) from error
        given = {grade for judge in one.quality for grade in (judge.A, judge.S, judge.E)}
        if not one.quality or not given <= set(GRADES):
            raise InputError(
                "no judge, or a grade outside -2..2", where=f"{path}:{number}", mend=mend
            )
        dialogues.append(one)
    if len(dialogues) < 2:
        raise InputError("fewer than two dialogues", where=str(path), mend="grade more")
    return dialogues


def judged_shares(dialogues: Sequence[Dialogue]) -> Doubles:
    """Share of the judges a grade; shape (dialogues, 3, 5)."""
    shares = np.zeros((len(dialogues), len(JUDGED), len(GRADES)))
    for row, dialogue in enumerate(dialogues):
        for judge in dialogue.quality:
            for place, grade in enumerate((judge.A, judge.S, judge.E)):
                shares[row, place, grade - GRADES[0]] += 1 / len(dialogue.quality)
    return shares


def read_with_engine(engine: Engine, transcripts: Sequence[Transcript]) -> list[Read]:
    """What a model reads of each transcript, as the engine of a recipe sees it."""
    answer = []
    for at in range(0, len(transcripts), _CHUNK):
        chunk = transcripts[at : at + _CHUNK]
        for transcript, seen in zip(chunk, engine.observe(chunk), strict=True):
            speakers = tuple(turn.speaker for turn in transcript.turns)
            moods = measure_trajectories(transcript, seen.signals)
            facts = conversation_facts(transcript, seen.signals, moods)
            answer.append(Read(speakers, tuple(seen.texts), facts))
    return answer


def train_satisfaction(
    data: Path, licence: str, recipe: Recipe, settings: SatisfactionSettings, out: Path,
    command: str, report: Callable[[str], None] = lambda _: None,
) -> Manifest:  # fmt: skip
    """Train on a file of graded dialogues and write the model folder.

    Parameters
    ----------
    recipe: its analysers observe; ``heads``, ``emotion`` ... are named in the model as needed.
    out: the folder to write; made if it is missing.
    command: the command that makes the model again, for the manifest.
    report: told, in a line each, what was reached on held-out dialogues.

    Raises
    ------
    InputError: the file holds no graded dialogues.
    UnavailableError: scikit-learn, or an analyser of the recipe, is not there.
    """
    dialogues = read_dialogues(data)
    models = {name: path for name, path in recipe.models.items() if name != "satisfaction"}
    engine = Engine(msgspec.structs.replace(recipe, models=models))
    if engine.not_evaluated:
        raise UnavailableError(
            f"the recipe's engine is not whole: {', '.join(engine.not_evaluated.values())}",
            where=str(recipe.path), mend="put back what is missing",
        )  # fmt: skip
    reads = read_with_engine(engine, [d.transcript for d in dialogues])
    truth = judged_shares(dialogues)
    figures = satisfaction_figures(held_out(reads, truth, settings), truth)
    for name, value in figures.items():
        report(f"{name} {value:.4f} ({settings.folds} folds, held out)")
    fitted = fit(reads, truth, settings)
    out.mkdir(parents=True, exist_ok=True)
    save_file(packed(fitted, settings), out / "weights.safetensors")
    manifest = Manifest(
        name=out.parent.name, version=out.name, kind="satisfaction", licence="Apache-2.0",
        files={"weights.safetensors": file_digest(out / "weights.safetensors")},
        data=(DataSource(data.name, licence, len(dialogues), file_digest(data)),),
        figures={name: round(value, 4) for name, value in figures.items()}, command=command,
        settings={
            "bits": settings.bits, "longest": settings.longest, "facts": fitted.facts,
            "needs": [name for name in recipe.analysers if name != "privacy"],
            "models": engine.model_digests, "training": msgspec.to_builtins(settings),
            "engine": __version__,
        },
    )  # fmt: skip
    write_manifest(out, manifest)
    return manifest


def fact_names(reads: Sequence[Read], least: int) -> tuple[str, ...]:
    """The facts that stand in at least so many dialogues, by name."""
    counts: dict[str, int] = {}
    for read in reads:
        for name, value in read.facts.items():
            counts[name] = counts.get(name, 0) + (value != 0)
    return tuple(sorted(name for name, count in counts.items() if count >= least))


def fact_table(facts: Sequence[Mapping[str, int]], names: Sequence[str]) -> Doubles:
    """Facts as numbers in [-1, 1]; shape (dialogues, names)."""
    return np.array([[known.get(name, 0) / WHOLE for name in names] for known in facts])


def ngram_rows(reads: Sequence[Read], settings: SatisfactionSettings) -> Any:
    """N-grams by place, each place divided by the root of its count; shape (dialogues, …)."""
    sparse = scipy_sparse()
    flat = [text for read in reads for text in read.texts]
    grams = hashed_ngrams(blur_numbers(flat), bits=settings.bits, longest=settings.longest)
    values, rows, columns = [], [], []
    before = 0
    for row, read in enumerate(reads):
        by_place: dict[int, list[int]] = {}
        for place, turn in places_of(read.speakers):
            by_place.setdefault(place, []).append(before + turn)
        before += len(read.texts)
        for place, turns in by_place.items():
            found = np.concatenate(
                [grams.rows[grams.starts[t] : grams.starts[t] + grams.counts[t]] for t in turns]
            )
            columns.append(found.astype(np.int64) + place * 2**settings.bits)
            rows.append(np.full(len(found), row))
            values.append(np.full(len(found), 1 / np.sqrt(len(found))))
    shape = (len(reads), len(PLACES) * 2**settings.bits)
    if not columns:
        return sparse.csr_matrix(shape)
    cells = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_matrix((np.concatenate(values), cells), shape=shape)


def fit(reads: Sequence[Read], truth: Doubles, settings: SatisfactionSettings) -> Fitted:
    """The regression of ``truth``, shape (dialogues, 3, 5), on what was read."""
    return _fit(reads, ngram_rows(reads, settings), truth, settings)


def held_out(reads: Sequence[Read], truth: Doubles, settings: SatisfactionSettings) -> Doubles:
    """Distributions of each dialogue by a model that has not seen it; shape (dialogues, 3, 5)."""
    rows = ngram_rows(reads, settings)
    answer = np.zeros_like(truth)
    for inside, outside in folds_of(len(reads), settings.folds):
        fitted = _fit([reads[i] for i in inside], rows[inside], truth[inside], settings)
        answer[outside] = predict([reads[i] for i in outside], rows[outside], fitted)
    return answer


def folds_of(count: int, folds: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows to learn from and rows held out, fold by fold; always the same."""
    order = np.random.default_rng(0).permutation(count)
    parts = np.array_split(order, min(folds, count))
    return [
        (np.sort(np.concatenate([*parts[:k], *parts[k + 1 :]])), np.sort(parts[k]))
        for k in range(len(parts))
    ]


def predict(reads: Sequence[Read], rows: Any, fitted: Fitted) -> Doubles:
    """Distributions; ``rows`` are those of ``ngram_rows``. Shape (dialogues, 3, 5)."""
    both = scipy_sparse().hstack([rows, _dense(reads, fitted)]).tocsr()
    shares = np.asarray(both @ fitted.matrix) @ fitted.directions + fitted.middle
    return nearest_distributions(shares.reshape(-1, len(JUDGED), len(GRADES)))


def satisfaction_figures(predicted: Doubles, truth: Doubles) -> dict[str, float]:
    """Accuracy of the mean's sign, and both divergences of each judgement."""
    grades = np.array(GRADES, np.float64)
    figures = {}
    for place, letter in enumerate(LETTERS):
        said, given = predicted[:, place], truth[:, place]
        below = (said @ grades < 0) == (given @ grades < -1e-9)
        figures[f"{letter}.below_zero_accuracy"] = float(below.mean())
        figures[f"{letter}.nmd"] = float(match_distance(said, given).mean())
        figures[f"{letter}.rsnod"] = float(rsnod(said, given).mean())
    return figures


def packed(fitted: Fitted, settings: SatisfactionSettings) -> dict[str, NDArray[Any]]:
    """Weights as 16-bit whole numbers; the facts' means and spreads go into weights and bias."""
    axes, places = settings.axes, len(PLACES)
    ngrams = fitted.matrix[: places * 2**settings.bits]
    of_facts = fitted.matrix[places * 2**settings.bits :] / fitted.spread[:, None]
    unit, fact_unit = _unit(ngrams), _unit(of_facts)
    by_place = np.rint(ngrams / unit).astype(np.int16).reshape(places, 2**settings.bits, axes)
    values = {
        "weights": by_place.transpose(1, 0, 2).reshape(2**settings.bits, places * axes),
        "unit": unit, "fact_weights": np.rint(of_facts / fact_unit).astype(np.int16),
        "fact_unit": fact_unit / WHOLE, "bias": -fitted.mean @ of_facts,
        "directions": fitted.directions, "middle": fitted.middle,
    }  # fmt: skip
    return {name: np.ascontiguousarray(value) for name, value in values.items()}


def _unit(weights: Doubles) -> Doubles:
    return np.asarray(np.maximum(np.abs(weights).max(axis=0, initial=0.0), 1e-12) / 32000)


def _fit(
    reads: Sequence[Read], rows: Any, truth: Doubles, settings: SatisfactionSettings
) -> Fitted:
    names = fact_names(reads, settings.least)
    table = fact_table([r.facts for r in reads], names)
    spread = np.maximum(table.std(axis=0), _LEAST_SPREAD) * np.sqrt(
        max(1, len(names)) / max(settings.facts, 1e-9)
    )
    flat = truth.reshape(len(truth), -1)
    scaled = Fitted(names, table.mean(axis=0), spread, None, np.zeros(0), flat.mean(axis=0))
    both = scipy_sparse().hstack([rows, _dense(reads, scaled)]).tocsr()
    solver = "cholesky" if len(reads) <= _MOST_AT_ONCE else "sparse_cg"
    ridge = _ridge(alpha=settings.penalty, fit_intercept=False, solver=solver)
    weights = ridge.fit(both, flat - scaled.middle).coef_.T
    # the axes along which the fitted shares differ most (Izenman, 1975)
    _, _, turned = np.linalg.svd(np.asarray(both @ weights), full_matrices=False)
    directions = np.zeros((settings.axes, flat.shape[1]))
    directions[: len(turned)] = turned[: settings.axes]
    return msgspec.structs.replace(scaled, matrix=weights @ directions.T, directions=directions)


def _dense(reads: Sequence[Read], fitted: Fitted) -> Any:
    table = fact_table([r.facts for r in reads], fitted.facts)
    return scipy_sparse().csr_matrix((table - fitted.mean) / fitted.spread)


def _ridge(**settings: Any) -> Any:
    try:
        from sklearn.linear_model import Ridge
    except ImportError as error:
        raise without_sklearn() from error
    return Ridge(**settings)
