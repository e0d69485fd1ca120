"""Back end: the turn encoder on ONNX Runtime (``encoder.onnx``)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ccnlp.config import ModelOptions
from ccnlp.encoder.onnx import TurnEncoder, load_encoder
from ccnlp.encoder.view import View
from ccnlp.judges.base import LABELS, PARTS, Doubles, Judged, Part, Reading


class EncoderJudge:
    """Judges with one encoder; the same to the bit in any batch."""

    def __init__(self, encoder: TurnEncoder) -> None:
        self.encoder = encoder
        self.name = encoder.manifest.name
        self.digest = encoder.manifest.digest
        self.parts = frozenset(PARTS)
        self._columns = {
            "emotion": [encoder.emotions.index(x) for x in LABELS["emotion"]],
            "findings": [encoder.findings.index(x) for x in LABELS["findings"]],
            "acts": [encoder.acts.index(x) for x in LABELS["acts"]],
        }

    @property
    def reading(self) -> Reading:
        """What was read so far."""
        return Reading(self.encoder.count.turns, self.encoder.count.read)

    def least(self, part: Part) -> Doubles:
        """One threshold for all labels, at which F1 was best on the text that calibrated."""
        value = {
            "findings": self.encoder.findings_threshold, "acts": self.encoder.acts_threshold,
        }.get(part, 0.0)  # fmt: skip
        return np.full(len(LABELS[part]), value)

    def judge(self, views: Sequence[View]) -> Judged:
        """As ``TurnJudge.judge``."""
        scores = self.encoder.scores(views)
        return Judged(
            emotion=scores.emotion[:, self._columns["emotion"]],
            findings=scores.findings[:, self._columns["findings"]],
            acts=scores.acts[:, self._columns["acts"]],
            embedding=scores.embedding,
        )


def load_encoder_judge(folder: Path, options: ModelOptions) -> EncoderJudge:
    """Read an encoder from its folder.

    Raises
    ------
    UnavailableError: the folder is missing, or a file in it is corrupt.
    """
    return EncoderJudge(
        load_encoder(folder, threads=options.threads, batch=options.batch, cached=options.cached)
    )
