"""Satisfaction without a survey: five folds on graded dialogues, and turn by turn on others.

``python -m benchmarks.satisfaction [--data FILE] [--turns FILE] [--encoder FOLDER]``

``--data`` holds dialogues with the grades of several judges (``ccnlp train satisfaction`` reads the
same), ``--turns`` chats with a grade 0..2 at customer turns. What the engine sees is kept in
``--work`` under the digests of recipe and data, so that a second run measures at once.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ccnlp.assets import asset
from ccnlp.config import Recipe, load_recipe
from ccnlp.encoder.satisfaction import GRADES, nearest_distributions
from ccnlp.engine import Engine
from ccnlp.training.satisfaction import (
    LETTERS,
    Read,
    fit,
    folds_of,
    held_out,
    judged_shares,
    load_satisfaction_settings,
    read_dialogues,
    read_with_engine,
    satisfaction_figures,
)
from ccnlp.types import Transcript

SHARED = Path(__file__).parents[2] / "shared/data/satisfaction"
Doubles = NDArray[np.float64]


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED / "dch1_train.jsonl")
    parser.add_argument("--turns", type=Path, default=SHARED / "jddc_valid.jsonl")
    parser.add_argument("--recipe", type=Path)
    parser.add_argument("--encoder", type=Path, help="an encoder's folder, to measure its vectors")
    parser.add_argument("--work", type=Path, default=Path("build/satisfaction"))
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    recipe = load_recipe(given.recipe)
    dialogues_table(given.data, recipe, given.work, given.encoder)
    if given.turns.is_file():
        turns_table(given.turns, recipe)
    return 0


# ---- dialogues --------------------------------------------------------------------------------


def dialogues_table(data: Path, recipe: Recipe, work: Path, encoder: Path | None) -> None:
    """Accuracy of the sign of the mean, NMD and RSNOD, by judgement and way of predicting."""
    settings = load_satisfaction_settings(asset("configs", "training", "satisfaction.yaml"))
    dialogues = read_dialogues(data)
    transcripts = [d.transcript for d in dialogues]
    truth = judged_shares(dialogues)
    reads = seen_before(data, transcripts, recipe, work)
    began = time.process_time()
    fit(reads, truth, settings)
    spent = time.process_time() - began
    below = (truth[:, 1] @ np.array(GRADES) < -1e-9).mean()
    print(
        f"{len(truth):,} dialogues, {len(dialogues[0].quality)} judges; mean S below 0: {below:.3f}"
    )
    print(f"one training: {spent:.1f} s of CPU, beside reading\n")
    print("| S below 0 | NMD A | NMD S | NMD E | RSNOD A | RSNOD S | RSNOD E | |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    bare = [msgspec.structs.replace(read, facts={}) for read in reads]
    textless = [msgspec.structs.replace(read, texts=("",) * len(read.texts)) for read in reads]
    ways: dict[str, Callable[[], Doubles]] = {
        "uniform": lambda: np.full_like(truth, 1 / len(GRADES)),
        "mean of all dialogues": lambda: by_folds(truth, lambda inside, _: truth[inside].mean(0)),
        "bag of characters (TF-IDF, ridge)": lambda: bag_of_characters(transcripts, truth),
        "facts alone": lambda: held_out(textless, truth, settings),
        "n-grams by place alone": lambda: held_out(bare, truth, settings),
        "**shipped: n-grams by place and facts**": lambda: held_out(reads, truth, settings),
        "the same, 19 other judges in its stead": lambda: other_judges(truth),
    }
    if encoder is not None:
        ways["shipped, and an encoder's vectors"] = lambda: with_encoder(
            encoder, reads, truth, held_out(reads, truth, settings)
        )
    for name, way in ways.items():
        row(name, satisfaction_figures(way(), truth))
    accuracy = support_vectors(transcripts, truth)
    print(f"| {accuracy:.3f} | | | | | | | characters, TF-IDF, linear SVM |")


def row(name: str, figures: dict[str, float]) -> None:
    """A line of the table."""
    cells = [f"{figures['S.below_zero_accuracy']:.3f}"]
    cells += [f"{figures[f'{letter}.{m}']:.4f}" for m in ("nmd", "rsnod") for letter in LETTERS]
    print("|", " | ".join(cells), f"| {name} |", flush=True)


def seen_before(
    data: Path, transcripts: Sequence[Transcript], recipe: Recipe, work: Path
) -> list[Read]:
    """What the engine sees; computed once a recipe and data."""
    raw = hashlib.sha256(data.read_bytes()).hexdigest()[:16]
    kept = work / f"{raw}-{recipe.digest}.msgpack"
    if not kept.is_file():
        models = {n: p for n, p in recipe.models.items() if n != "satisfaction"}
        engine = Engine(msgspec.structs.replace(recipe, models=models))
        kept.write_bytes(msgspec.msgpack.encode(read_with_engine(engine, transcripts)))
    return msgspec.msgpack.decode(kept.read_bytes(), type=list[Read])


def by_folds(
    truth: Doubles, judge: Callable[[NDArray[np.int64], NDArray[np.int64]], Any]
) -> Doubles:
    """Predictions for held-out rows; ``judge(inside, outside)``."""
    answer = np.zeros_like(truth)
    for inside, outside in folds_of(len(truth), 5):
        answer[outside] = judge(inside, outside)
    return answer


def bag_of_characters(transcripts: Sequence[Transcript], truth: Doubles) -> Doubles:
    """Ridge regression of the shares on TF-IDF of one to three characters, who says it unknown."""
    from sklearn.linear_model import Ridge

    rows = tf_idf(transcripts)

    def judge(inside: NDArray[np.int64], outside: NDArray[np.int64]) -> Doubles:
        flat = truth[inside].reshape(len(inside), -1)
        middle = flat.mean(axis=0)
        model = Ridge(alpha=1.0, fit_intercept=False, solver="cholesky")
        said = model.fit(rows[inside], flat - middle).predict(rows[outside]) + middle
        return nearest_distributions(said.reshape(-1, *truth.shape[1:]))

    return by_folds(truth, judge)


def support_vectors(transcripts: Sequence[Transcript], truth: Doubles) -> float:
    """Accuracy of the usual classifier on the sign of mean S."""
    from sklearn.svm import LinearSVC

    rows = tf_idf(transcripts)
    below = truth[:, 1] @ np.array(GRADES) < -1e-9
    right = [
        LinearSVC(C=1.0).fit(rows[inside], below[inside]).predict(rows[outside]) == below[outside]
        for inside, outside in folds_of(len(truth), 5)
    ]
    return float(np.concatenate(right).mean())


def tf_idf(transcripts: Sequence[Transcript]) -> Any:
    """TF-IDF of one to three characters of the whole dialogue; no labels are used."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [" ".join(turn.text for turn in t.turns) for t in transcripts]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
    return vectors.fit_transform(texts).tocsr()


def other_judges(truth: Doubles) -> Doubles:
    """What 19 further judges would say who think as those did: a ceiling, about."""
    draw = np.random.default_rng(0)
    return np.asarray(draw.multinomial(19, truth) / 19)


def with_encoder(folder: Path, reads: Sequence[Read], truth: Doubles, shipped: Doubles) -> Doubles:
    """Mean of the shipped way and a ridge on the vectors of first, last, and mean of turns."""
    from sklearn.linear_model import Ridge

    from ccnlp.encoder.onnx import load_encoder

    encoder = load_encoder(folder)
    rows = np.array([_vectors(encoder, read) for read in reads])
    rows /= np.sqrt((rows**2).sum(axis=1).mean())

    def judge(inside: NDArray[np.int64], outside: NDArray[np.int64]) -> Doubles:
        flat = truth[inside].reshape(len(inside), -1)
        middle = flat.mean(axis=0)
        model = Ridge(alpha=1.0, fit_intercept=False).fit(rows[inside], flat - middle)
        said = model.predict(rows[outside]) + middle
        return nearest_distributions(said.reshape(-1, *truth.shape[1:]))

    return (by_folds(truth, judge) + shipped) / 2


def _vectors(encoder: Any, read: Read) -> Doubles:
    parts = []
    for side, who in (("customer", ("customer",)), ("agent", ("agent", "bot"))):
        texts = [t for t, s in zip(read.texts, read.speakers, strict=True) if s in who]
        found = encoder.embed(texts or [""], side).astype(np.float64)
        parts += [found[0], found[-1], found.mean(axis=0)]
    return np.concatenate(parts)


# ---- turns ------------------------------------------------------------------------------------


def turns_table(path: Path, recipe: Recipe) -> None:
    """How estimates at each customer turn go with grades 0..2, and at the end with the overall one.

    * the mood of the turn (``scoring.trajectory``), and its mean so far;
    * the estimated satisfaction of the conversation up to the turn, as a live session has it.
    """
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    engine = Engine(recipe)
    signs = {"happy": 1.0, "angry": -1.0, "sad": -1.0, "fear": -1.0}
    grades, groups, overall, final = [], [], [], []
    said: dict[str, list[float]] = {
        "mood of the turn": [],
        "mean mood so far": [],
        "estimated S": [],
    }
    for number, record in enumerate(records):
        transcript = msgspec.convert(record["transcript"], Transcript)
        graded = {int(turn): grade for turn, grade in record["turn_satisfaction"].items()}
        starts = [
            msgspec.structs.replace(transcript, turns=transcript.turns[: turn + 1])
            for turn in sorted(graded)
        ]
        *prefixes, whole = engine.score_many([*starts, transcript])
        moods = {e.turn: signs.get(e.label, 0.0) * e.probability for e in whole.emotions}
        for turn, prefix in zip(sorted(graded), prefixes, strict=True):
            customer = [m for t, m in moods.items()
                        if t <= turn and transcript.turns[t].speaker == "customer"]  # fmt: skip
            if turn not in moods or prefix.satisfaction.satisfaction is None:
                continue
            grades.append(graded[turn])
            groups.append(number)
            said["mood of the turn"].append(moods[turn])
            said["mean mood so far"].append(float(np.mean(customer)))
            said["estimated S"].append(prefix.satisfaction.satisfaction.mean)
        if whole.satisfaction.satisfaction is not None:
            overall.append(record["overall"])
            final.append(whole.satisfaction.satisfaction.mean)
    truth = np.array(grades)
    counts = np.bincount(truth, minlength=3)
    print(
        f"\n{len(records)} chats, {len(truth):,} customer turns graded 0, 1, 2: {counts.tolist()}\n"
    )
    print("| Spearman | AUC 0 against rest | AUC 2 against rest | macro-F1 | weighted kappa | |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, found in said.items():
        agreement(name, np.array(found), truth, np.array(groups))
    agreement("estimated S of the whole chat, overall grade", np.array(final), np.array(overall),
              np.arange(len(final)))  # fmt: skip


def agreement(
    name: str, said: Doubles, truth: NDArray[np.int64], groups: NDArray[np.int64]
) -> None:
    """A line; the cuts between 0, 1 and 2 come from other chats than those that are cut."""
    from scipy.stats import spearmanr
    from sklearn.metrics import cohen_kappa_score, f1_score, roc_auc_score

    cut = np.zeros_like(truth)
    for fold in range(5):
        outside = groups % 5 == fold
        cut[outside] = _best_cuts(said[~outside], truth[~outside])(said[outside])
    figures = (
        spearmanr(said, truth).statistic, roc_auc_score(truth == 0, -said),
        roc_auc_score(truth == 2, said), f1_score(truth, cut, average="macro"),
        cohen_kappa_score(truth, cut, weights="linear"),
    )  # fmt: skip
    print("|", " | ".join(f"{figure:.3f}" for figure in figures), f"| {name} |", flush=True)


def _best_cuts(said: Doubles, truth: NDArray[np.int64]) -> Callable[[Doubles], NDArray[np.int64]]:
    from sklearn.metrics import f1_score

    steps = np.quantile(said, np.linspace(0.02, 0.98, 25))
    steps = np.unique([*steps, *np.nextafter(steps, 9)])  # many moods are just 0
    pairs = [(a, b) for i, a in enumerate(steps) for b in steps[i:]]
    low, high = max(pairs, key=lambda p: f1_score(truth, np.digitize(said, p), average="macro"))
    return lambda values: np.digitize(values, (low, high))


if __name__ == "__main__":
    raise SystemExit(main())
