"""Back end: a head for emotion of one's own, over an encoder's vectors and character n-grams.

The score of an emotion is what the head's own n-grams say (``encoder.linear``), plus a weight a
value of the turn's vector, plus a weight a log-probability of the encoder's own six emotions.
``ccnlp train emotion`` makes the folder.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from ccnlp.encoder.heads import softmax
from ccnlp.encoder.linear import load_linear
from ccnlp.encoder.view import View
from ccnlp.errors import UnavailableError
from ccnlp.judges.base import EMOTION_LABELS, LABELS, Doubles, Judged, Part, TurnJudge
from ccnlp.judges.linear import LinearJudge

#: Below this a probability's logarithm tells nothing more.
LEAST = 1e-4


class DenseWeights(msgspec.Struct, frozen=True):
    """What is learnt of a turn's vector and of the encoder's own verdict."""

    #: Whole numbers, shape (hidden, 6), and the score of one unit of a product with them, (6,).
    vector: Doubles
    vector_unit: Doubles
    #: Shape (6, 6): from the encoder's emotion to ours.
    verdict: Doubles
    #: Divides all scores, > 0.
    temperature: float


class EmotionHeadJudge:
    """Judges emotion with a head over an encoder; the same to the bit in any batch."""

    parts: frozenset[Part] = frozenset(("emotion",))

    def __init__(self, grams: LinearJudge, dense: DenseWeights, over: TurnJudge) -> None:
        self._grams, self._dense, self._over = grams, dense, over
        self.name = grams.name
        self.digest = f"{grams.digest}+{over.digest}"
        self._last: tuple[Sequence[View], Judged] | None = None

    def least(self, part: Part) -> Doubles:
        """0: emotions have no threshold."""
        return np.zeros(len(LABELS[part]))

    def judge(self, views: Sequence[View]) -> Judged:
        """As ``TurnJudge.judge``."""
        if self._last is not None and self._last[0] is views:
            return self._last[1]
        below = self._over.judge(views)
        assert below.embedding is not None  # noqa: S101 - looked at when it was loaded
        dense = self._dense
        # sums of whole numbers are exact; the six products are added one by one: no score
        # depends on the shape of the batch
        scores = (below.embedding.astype(np.float64) @ dense.vector) * dense.vector_unit
        verdict = np.log(np.maximum(below.part("emotion"), LEAST))
        for column, weights in enumerate(dense.verdict):
            scores = scores + verdict[:, column, None] * weights
        # logarithms of a softmax are its scores, but for a shift that softmax takes away again
        scores = scores + np.log(np.maximum(self._grams.judge(views).part("emotion"), 1e-300))
        answer = Judged(emotion=softmax(scores / dense.temperature), embedding=below.embedding)
        self._last = (views, answer)
        return answer


def load_emotion_head(folder: Path, over: TurnJudge) -> EmotionHeadJudge:
    """Read a head from its folder (``manifest.json``, ``weights.safetensors``).

    Raises
    ------
    UnavailableError: the folder is missing or corrupt, or the head was trained over another
        encoder than ``over``.
    """
    grams = LinearJudge(load_linear(folder))
    settings = grams.model.manifest.settings
    if settings.get("over") != over.digest:
        raise UnavailableError(
            f"the head was trained over the encoder {settings.get('over')}, not {over.digest}",
            where=str(folder), mend="train it again: `ccnlp train emotion`",
        )  # fmt: skip
    try:
        tensors = load_file(folder / "weights.safetensors")
        dense = DenseWeights(
            tensors["vector"].astype(np.float64), tensors["vector_unit"].astype(np.float64),
            tensors["verdict"].astype(np.float64), float(settings["temperature"]),
        )  # fmt: skip
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise UnavailableError(
            f"the head cannot be read: {type(error).__name__}", where=str(folder),
            mend="train it again: `ccnlp train emotion`",
        ) from error  # fmt: skip
    if dense.vector.shape[1] != len(EMOTION_LABELS):
        raise UnavailableError(
            "the head has not six emotions", where=str(folder), mend="train it again"
        )
    return EmotionHeadJudge(grams, dense, over)
