"""Training of the linear heads: emotion, findings and script acts from one set of turns.

Logistic regression on hashed character n-grams (scikit-learn's lbfgs). Everything that is
chosen from data - calibration, reporting thresholds, the figures in the manifest - comes from
predictions on authors that the fold's model has not seen.
"""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from ccnlp import __version__
from ccnlp.artefacts import DataSource, Manifest, write_manifest
from ccnlp.encoder.linear import SPEAKER_ROWS
from ccnlp.encoder.ngrams import Grams, blur_numbers, hashed_ngrams
from ccnlp.errors import UnavailableError
from ccnlp.judges.base import ACT_LABELS
from ccnlp.taxonomy import CATEGORIES, EMOTIONS
from ccnlp.text.normalise import normalise_many
from ccnlp.training.corpus import LabelledTurn, groups_of
from ccnlp.yamlfile import file_digest, read_as

_SERVICE = ("agent", "bot")


class LinearSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of a training (configs/training/linear.yaml)."""

    bits: int
    longest: int
    #: Weight of the turn before against the turn itself.
    context: float
    #: Inverse of the L2 penalty.
    strength: float
    #: Class weight of the rarer emotions: (mean count / count) ** balance.
    balance: float
    #: Weight of a turn that has the label, in heads of many labels.
    positive_weight: float


class Task(msgspec.Struct):
    """One head to train: which turns, and the truth a label."""

    name: str
    kind: str
    labels: tuple[str, ...]
    speakers: tuple[str, ...]
    truth: Callable[[LabelledTurn], str | frozenset[str] | None]


def load_settings(path: Path) -> LinearSettings:
    """Read training settings."""
    return read_as(path, LinearSettings)


def tasks() -> list[Task]:
    """The heads that are trained."""
    customer = tuple(c.id for c in CATEGORIES.values() if "customer" in c.speakers)
    service = tuple(c.id for c in CATEGORIES.values() if "agent" in c.speakers)
    return [
        Task("emotion", "softmax", tuple(EMOTIONS), ("customer", "agent"), lambda t: t.emotion),
        Task("customer_findings", "sigmoid", customer, ("customer",), lambda t: t.findings),
        Task("service_findings", "sigmoid", service, _SERVICE, lambda t: t.findings),
        Task("acts", "sigmoid", ACT_LABELS, _SERVICE, lambda t: t.acts),
    ]


def train_linear(
    turns: Sequence[LabelledTurn], sources: Sequence[tuple[Path, str]], settings: LinearSettings,
    out: Path, command: str, report: Callable[[str], None] = lambda _: None,
) -> Manifest:  # fmt: skip
    """Train all heads for which there are labels and write the model folder.

    Parameters
    ----------
    turns: labelled turns; ``group`` tells their authors.
    sources: the files that the turns came from, each with its licence.
    settings: see configs/training/linear.yaml.
    out: the folder to write; made if it is missing.
    command: the command that makes the model again, for the manifest.
    report: told, in a line each, what was reached.

    Raises
    ------
    UnavailableError: scikit-learn is not installed.
    """
    features = Features(turns, settings)
    tensors: dict[str, NDArray[Any]] = {}
    about: dict[str, Any] = {}
    figures: dict[str, float] = {}
    for task in tasks():
        chosen = [
            i for i, t in enumerate(turns)
            if t.speaker in task.speakers and task.truth(t) is not None
        ]  # fmt: skip
        if not chosen:
            continue
        truths: list[Any] = [task.truth(turns[i]) for i in chosen]
        groups = [turns[i].group for i in chosen]
        fit = fit_softmax if task.kind == "softmax" else _fit_sigmoid
        held_out = held_out_scores(fit, features, chosen, truths, groups, task.labels, settings)
        matrix = fit(features.matrix(chosen), truths, task.labels, settings)
        calibrate = calibrate_softmax if task.kind == "softmax" else _calibrate_sigmoid
        calibration, threshold, reached = calibrate(held_out, truths, task.labels)
        pack_head(tensors, task, matrix, calibration, threshold, features.size, settings.context)
        about[task.name] = {
            "kind": task.kind, "labels": task.labels, "speakers": task.speakers
        }  # fmt: skip
        for name, value in reached.items():
            figures[f"{task.name}.{name}"] = round(float(value), 4)
            report(f"{task.name}.{name} {value:.3f} ({len(groups_of(turns))} authors, held out)")
    out.mkdir(parents=True, exist_ok=True)
    save_file(tensors, out / "weights.safetensors")
    counts = {path.stem: 0 for path, _ in sources}
    for turn in turns:
        counts[turn.group] = counts.get(turn.group, 0) + 1
    manifest = Manifest(
        name=out.parent.name, version=out.name, kind="linear", licence="Apache-2.0",
        files={"weights.safetensors": file_digest(out / "weights.safetensors")},
        data=tuple(
            DataSource(p.name, licence, counts.get(p.stem, 0), file_digest(p))
            for p, licence in sources
        ),
        figures=figures, command=command,
        settings={
            "bits": settings.bits, "longest": settings.longest, "heads": about,
            "training": msgspec.to_builtins(settings), "engine": __version__,
        },
    )  # fmt: skip
    write_manifest(out, manifest)
    return manifest


class Features:
    """Sparse rows: the turn's n-grams, those of the turn before, and the speaker."""

    def __init__(self, turns: Sequence[LabelledTurn], settings: LinearSettings) -> None:
        self.size = 2**settings.bits
        sparse = scipy_sparse()

        def rows(texts: list[str], weight: float) -> Any:
            grams: Grams = hashed_ngrams(
                blur_numbers([n.text for n in normalise_many(texts)]), bits=settings.bits,
                longest=settings.longest,
            )  # fmt: skip
            ends = np.concatenate((grams.starts, [len(grams.rows)]))
            values = np.repeat(weight / np.sqrt(grams.counts), grams.counts)
            return sparse.csr_matrix((values, grams.rows, ends), shape=(len(texts), self.size))

        speakers = np.zeros((len(turns), len(SPEAKER_ROWS)))
        for row, turn in enumerate(turns):
            speakers[row, SPEAKER_ROWS.index(turn.speaker)] = 1.0
        self._all = sparse.hstack(
            [
                rows([t.text for t in turns], 1.0),
                rows([t.before for t in turns], settings.context),
                sparse.csr_matrix(speakers),
            ]
        ).tocsr()

    def put_before(self, columns: NDArray[np.float64]) -> None:
        """Set further columns, (turns, any), before all others."""
        self._all = scipy_sparse().hstack([scipy_sparse().csr_matrix(columns), self._all]).tocsr()

    def matrix(self, chosen: Sequence[int]) -> Any:
        """The rows of these turns."""
        return self._all[list(chosen)]


def held_out_scores(
    fit: Callable[..., NDArray[np.float64]], features: Features, chosen: list[int],
    truths: list[Any], groups: list[str], labels: tuple[str, ...], settings: LinearSettings,
) -> NDArray[np.float64]:  # fmt: skip
    """Scores of every turn by a model that has seen no turn of its author."""
    scores = np.zeros((len(chosen), len(labels)))
    for group in dict.fromkeys(groups):
        inside = [i for i, g in enumerate(groups) if g == group]
        outside = [i for i, g in enumerate(groups) if g != group]
        if not outside:  # one author only: nothing can be held out
            outside = inside
        matrix = fit(
            features.matrix([chosen[i] for i in outside]), [truths[i] for i in outside],
            labels, settings,
        )  # fmt: skip
        scores[inside] = features.matrix([chosen[i] for i in inside]) @ matrix
    return scores


def fit_softmax(
    rows: Any, truths: list[str], labels: tuple[str, ...], settings: LinearSettings
) -> NDArray[np.float64]:
    """Weights of shape (features, labels)."""
    counts = {label: max(1, truths.count(label)) for label in labels}
    mean = len(truths) / len(labels)
    weights = {label: (mean / n) ** settings.balance for label, n in counts.items()}
    model = _logistic(
        C=settings.strength, max_iter=500, fit_intercept=False,
        class_weight={k: v for k, v in weights.items() if k in set(truths)},
    )  # fmt: skip
    model.fit(rows, truths)
    matrix = np.full((rows.shape[1], len(labels)), 0.0)
    missing = [i for i, label in enumerate(labels) if label not in set(truths)]
    for place, label in enumerate(model.classes_):
        matrix[:, labels.index(label)] = model.coef_[place]
    matrix[-len(SPEAKER_ROWS) :, missing] = -20.0  # a label never seen is never said
    return matrix


def _fit_sigmoid(
    rows: Any, truths: list[frozenset[str]], labels: tuple[str, ...], settings: LinearSettings
) -> NDArray[np.float64]:
    """Weights of shape (features, labels), one regression a label."""
    matrix = np.zeros((rows.shape[1], len(labels)))
    for place, label in enumerate(labels):
        truth = np.array([label in t for t in truths])
        if not truth.any() or truth.all():
            matrix[-len(SPEAKER_ROWS) :, place] = -20.0
            continue
        model = _logistic(
            C=settings.strength, max_iter=500, fit_intercept=False,
            class_weight={False: 1.0, True: settings.positive_weight},
        )  # fmt: skip
        matrix[:, place] = model.fit(rows, truth).coef_[0]
    return matrix


def calibrate_softmax(
    scores: NDArray[np.float64], truths: list[str], labels: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, float]]:
    """One temperature for all labels, by the least log loss on held-out scores."""
    index = np.array([labels.index(t) for t in truths])

    def loss(temperature: float) -> float:
        return float(-np.log(_softmax(scores / temperature)[range(len(index)), index]).mean())

    temperature = min(np.geomspace(0.2, 5.0, 60), key=loss)
    predicted = scores.argmax(axis=1)
    reached = {
        "macro_f1": float(np.mean([_f1(index == k, predicted == k) for k in range(len(labels))])),
        "accuracy": float((index == predicted).mean()),
        "calibration_error": calibration_error(
            _softmax(scores / temperature).max(axis=1), index == predicted
        ),
    }
    calibration = np.stack([np.full(len(labels), 1 / temperature), np.zeros(len(labels))])
    return calibration, np.zeros(len(labels)), reached


def _calibrate_sigmoid(
    scores: NDArray[np.float64], truths: list[frozenset[str]], labels: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, float]]:
    """Platt's line a label on held-out scores, and the probability with the best F1."""
    calibration = np.stack([np.ones(len(labels)), np.zeros(len(labels))])
    threshold = np.full(len(labels), 0.5)
    hit = said = wanted = 0
    per_label = []
    for place, label in enumerate(labels):
        truth = np.array([label in t for t in truths])
        if not truth.any() or truth.all():
            continue
        line = _logistic(C=100.0, max_iter=500).fit(scores[:, [place]], truth)
        calibration[:, place] = max(line.coef_[0][0], 1e-3), line.intercept_[0]
        chance = 1 / (
            1 + np.exp(-(scores[:, place] * calibration[0, place] + calibration[1, place]))
        )
        steps = np.arange(0.55, 0.9, 0.02)
        threshold[place] = max(steps, key=lambda s: _f1(truth, chance >= s))
        given = chance >= threshold[place]
        per_label.append(_f1(truth, given))
        hit += int((truth & given).sum())
        said += int(given.sum())
        wanted += int(truth.sum())
    reached = {
        "micro_f1": 2 * hit / max(1, said + wanted), "macro_f1": float(np.mean(per_label)),
        "precision": hit / max(1, said), "recall": hit / max(1, wanted),
    }  # fmt: skip
    return calibration, threshold, reached


def pack_head(
    tensors: dict[str, NDArray[Any]], task: Task, matrix: NDArray[np.float64],
    calibration: NDArray[np.float64], threshold: NDArray[np.float64], size: int, context: float,
) -> None:  # fmt: skip
    """Weights as 16-bit whole numbers; the context's weight goes into its table."""
    turn, before, bias = matrix[:size], matrix[size : 2 * size] * context, matrix[2 * size :]
    largest = np.maximum(np.abs(turn).max(axis=0), np.abs(before).max(axis=0))
    unit = np.maximum(largest, 1e-9) / 32000
    values = {
        "weights": np.rint(turn / unit).astype(np.int16),
        "context": np.rint(before / unit).astype(np.int16),
        "unit": unit, "bias": bias, "calibration": calibration, "threshold": threshold,
    }  # fmt: skip
    tensors.update({f"{task.name}.{k}": np.ascontiguousarray(v) for k, v in values.items()})


def calibration_error(
    chance: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10
) -> float:
    """Expected calibration error: mean of |accuracy - confidence| over equal bins, by size.

    Guo et al., "On Calibration of Modern Neural Networks", 2017.
    """
    place = np.minimum((chance * bins).astype(int), bins - 1)
    total = 0.0
    for k in range(bins):
        inside = place == k
        if inside.any():
            total += inside.sum() * abs(float(right[inside].mean()) - float(chance[inside].mean()))
    return total / len(chance)


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _f1(truth: NDArray[np.bool_], given: NDArray[np.bool_]) -> float:
    hit = int((truth & given).sum())
    return 2 * hit / max(1, int(truth.sum()) + int(given.sum()))


def scipy_sparse() -> Any:
    """``scipy.sparse``, or an error that says how to get it."""
    try:
        import scipy.sparse
    except ImportError as error:
        raise without_sklearn() from error
    return scipy.sparse


def _logistic(**settings: Any) -> Any:
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise without_sklearn() from error
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    return LogisticRegression(**settings)


def without_sklearn() -> UnavailableError:
    """What is wrong where scikit-learn cannot be imported."""
    return UnavailableError(
        "training needs scikit-learn, which is not installed",
        mend="pip install 'ccnlp[train]'",
    )
