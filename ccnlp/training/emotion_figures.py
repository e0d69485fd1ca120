"""How well emotions are judged on a user's own labelled turns."""

from collections.abc import Sequence

import msgspec
import numpy as np

from ccnlp.config import Recipe
from ccnlp.engine import Engine
from ccnlp.errors import UnavailableError
from ccnlp.judges.base import EMOTION_LABELS
from ccnlp.training.corpus import LabelledTurn
from ccnlp.training.linear import calibration_error
from ccnlp.training.single import single_transcripts

#: Turns that are judged at once.
_CHUNK = 2000


class EmotionFigures(msgspec.Struct, frozen=True):
    """Figures of emotion over labelled turns, each in [0, 1] unless said otherwise."""

    turns: int
    accuracy: float
    #: Mean F1 of the emotions that are labelled or were said.
    macro_f1: float
    #: Expected calibration error over ten bins (Guo et al., 2017).
    calibration_error: float
    #: Share of turns marked as unsure, and accuracy of the others.
    unsure: float
    accuracy_sure: float
    #: Emotion -> (precision, recall, F1, number of turns labelled so).
    emotions: dict[str, tuple[float, float, float, int]]
    #: Labelled emotion -> emotion said -> number of turns.
    confusion: dict[str, dict[str, int]]


def evaluate_emotion(turns: Sequence[LabelledTurn], recipe: Recipe) -> EmotionFigures:
    """Judge turns that have an emotion as the recipe does, and compare.

    Raises
    ------
    UnavailableError: the recipe's model of emotion is missing.
    """
    said: list[tuple[str, float, bool]] = []
    alone = [name for name in ("privacy", "emotion") if name in recipe.analysers]
    # it needs other analysers: left out, so that nothing is said to be missing
    models = {name: f for name, f in recipe.models.items() if name != "satisfaction"}
    engine = Engine(msgspec.structs.replace(recipe, analysers=tuple(alone), models=models))
    if "emotion" in engine.not_evaluated or "emotion" not in alone:
        raise UnavailableError(
            "nobody judges emotion: "
            + engine.not_evaluated.get("emotion", "the recipe has no analyser `emotion`"),
            where=str(recipe.path), mend="put the model back, or name another",
        )  # fmt: skip
    transcripts = single_transcripts(turns)
    for at in range(0, len(transcripts), _CHUNK):
        for made in engine.score_many(transcripts[at : at + _CHUNK]):
            last = made.emotions[-1]
            said.append((last.label, last.probability, last.unsure))
    return emotion_figures([str(t.emotion) for t in turns], said)


def emotion_figures(gold: Sequence[str], said: Sequence[tuple[str, float, bool]]) -> EmotionFigures:
    """Figures from labels, and from what was said: label, probability, whether unsure."""
    names = [e for e in EMOTION_LABELS if e in {*gold, *(label for label, _, _ in said)}]
    confusion = {g: dict.fromkeys(names, 0) for g in names}
    for label, (answer, _, _) in zip(gold, said, strict=True):
        confusion[label][answer] += 1
    emotions = {}
    for name in names:
        hit = confusion[name][name]
        wanted = sum(confusion[name].values())
        given = sum(row[name] for row in confusion.values())
        emotions[name] = (
            hit / given if given else 0.0, hit / wanted if wanted else 0.0,
            2 * hit / (wanted + given) if wanted + given else 0.0, wanted,
        )  # fmt: skip
    right = np.array([g == a for g, (a, _, _) in zip(gold, said, strict=True)], bool)
    unsure = np.array([u for _, _, u in said], bool)
    chance = np.array([p for _, p, _ in said])
    return EmotionFigures(
        turns=len(gold), accuracy=_mean(right), unsure=_mean(unsure),
        macro_f1=_mean(np.array([f for _, _, f, _ in emotions.values()])),
        calibration_error=float(calibration_error(chance, right)) if len(gold) else 0.0,
        accuracy_sure=_mean(right[~unsure]), emotions=emotions, confusion=confusion,
    )  # fmt: skip


def _mean(values: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> float:
    return float(values.mean()) if len(values) else 0.0
