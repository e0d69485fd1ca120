"""Linear heads over hashed character n-grams: several judgements from one pass.

The score of a class is the mean of its weights over the turn's n-grams, times the square root
of their number (so that long turns do not shout), plus a bias by speaker, plus the same over
the turn before in a table of its own. Weights are 16-bit whole numbers and are summed as whole
numbers: a turn's scores are the same to the bit whatever stands beside it in a batch.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from ccnlp.artefacts import Manifest, read_manifest
from ccnlp.encoder.ngrams import hashed_ngrams
from ccnlp.errors import UnavailableError

#: Speakers in the order of the bias rows.
SPEAKER_ROWS = ("customer", "agent", "bot", "system")


class LinearHead(msgspec.Struct, frozen=True):
    """One linear model, ready to score."""

    labels: tuple[str, ...]
    bits: int
    longest: int
    #: Weights of the turn's n-grams; shape (2**bits, labels), int16.
    weights: NDArray[np.int16]
    #: Score of one weight unit, a label; shape (labels,), float64.
    unit: NDArray[np.float64]
    #: Bias a speaker and label; shape (4, labels), float64.
    bias: NDArray[np.float64]
    #: Weights of the n-grams of the turn before, or ``None`` where context is not used.
    context: NDArray[np.int16] | None
    #: Divides scores before the softmax, so that probabilities are calibrated; > 0.
    temperature: float
    manifest: Manifest

    def scores(
        self, texts: Sequence[str], speakers: Sequence[str], before: Sequence[str]
    ) -> NDArray[np.float64]:
        """Scores of each text; shape (texts, labels). ``before`` is ``""`` at a first turn."""
        total = self._summed(texts, self.weights)
        if self.context is not None:
            total = total + self._summed(before, self.context)
        rows = [SPEAKER_ROWS.index(s) for s in speakers]
        return (total + self.bias[rows]) / self.temperature

    def probabilities(
        self, texts: Sequence[str], speakers: Sequence[str], before: Sequence[str]
    ) -> NDArray[np.float64]:
        """Softmax over labels; shape (texts, labels), rows sum to 1."""
        scores = self.scores(texts, speakers, before)
        if not len(scores):
            return scores
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def _summed(self, texts: Sequence[str], table: NDArray[np.int16]) -> NDArray[np.float64]:
        if not texts:
            return np.zeros((0, len(self.labels)))
        grams = hashed_ngrams(texts, bits=self.bits, longest=self.longest)
        sums = np.add.reduceat(table[grams.rows], grams.starts, axis=0, dtype=np.int32)
        return sums * (self.unit / np.sqrt(grams.counts)[:, None])


def load_linear(folder: Path) -> LinearHead:
    """Read a linear model from its folder (``manifest.json``, ``weights.safetensors``).

    Raises
    ------
    UnavailableError: the folder is missing, or a file in it is corrupt.
    """
    manifest = read_manifest(folder)
    try:
        tensors = load_file(folder / "weights.safetensors")
        settings = manifest.settings
        return LinearHead(
            labels=tuple(settings["labels"]), bits=int(settings["bits"]),
            longest=int(settings["longest"]), weights=tensors["weights"],
            unit=tensors["unit"], bias=tensors["bias"], context=tensors.get("context"),
            temperature=float(settings["temperature"]), manifest=manifest,
        )  # fmt: skip
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise UnavailableError(
            f"the model cannot be read: {type(error).__name__}", where=str(folder),
            mend="put the folder back as it was shipped, or train it again with `ccnlp train`",
        ) from error  # fmt: skip
