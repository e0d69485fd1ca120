"""Linear heads over hashed character n-grams: several judgements from one pass, without torch.

The score of a label is the sum of its weights over the turn's n-grams divided by the square root
of their number (so that long turns do not shout), plus the same over the turn before in a table
of its own, plus a bias by speaker. Weights are 16-bit whole numbers and are summed as whole
numbers: a turn's scores are the same to the bit whatever stands beside it in a batch.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from ccnlp.artefacts import Manifest, read_manifest
from ccnlp.encoder.ngrams import Grams, blur_numbers, hashed_ngrams
from ccnlp.errors import UnavailableError

#: Speakers in the order of the bias rows.
SPEAKER_ROWS = ("customer", "agent", "bot", "system")


class LinearHead(msgspec.Struct, frozen=True):
    """One judgement: labels, their weights, and the way from scores to probabilities."""

    #: ``softmax``: one label a turn; ``sigmoid``: each label by itself.
    kind: Literal["softmax", "sigmoid"]
    labels: tuple[str, ...]
    #: Whose turns the head was trained on and may judge.
    speakers: tuple[str, ...]
    #: Weights of the turn's n-grams; shape (2**bits, labels), int16.
    weights: NDArray[np.int16]
    #: Weights of the n-grams of the turn before; shape (2**bits, labels), int16.
    context: NDArray[np.int16]
    #: Score of one weight unit, a label; shape (labels,), float64.
    unit: NDArray[np.float64]
    #: Bias a speaker and label; shape (4, labels), float64.
    bias: NDArray[np.float64]
    #: Calibration, a label: probability = link(slope x score + intercept); shape (2, labels).
    calibration: NDArray[np.float64]
    #: Probability from which a label is worth reporting, a label; shape (labels,).
    threshold: NDArray[np.float64]


class LinearModel(msgspec.Struct, frozen=True):
    """Heads that share one hashing of n-grams."""

    bits: int
    longest: int
    heads: dict[str, LinearHead]
    manifest: Manifest

    def grams(self, texts: Sequence[str]) -> Grams:
        """The n-grams of texts, to be given to ``probabilities`` of several heads."""
        return hashed_ngrams([blur_numbers(t) for t in texts], bits=self.bits, longest=self.longest)

    def probabilities(
        self, head: LinearHead, turns: Grams, before: Grams, speakers: Sequence[str]
    ) -> NDArray[np.float64]:
        """Calibrated probabilities in [0, 1]; shape (texts, labels)."""
        if not len(speakers):
            return np.zeros((0, len(head.labels)))
        scores = _summed(turns, head.weights, head.unit)
        scores += _summed(before, head.context, head.unit)
        scores += head.bias[[SPEAKER_ROWS.index(s) for s in speakers]]
        scores = scores * head.calibration[0] + head.calibration[1]
        if head.kind == "sigmoid":
            return np.asarray(1.0 / (1.0 + np.exp(-scores)))
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def telling_span(self, head: LinearHead, label: int, text: str) -> tuple[int, int]:
        """The stretch of ``text`` that speaks most for a label: ``(start, end)``, not empty.

        Each n-gram shares its weight among its characters, less the mean of all, so that only
        what stands out counts; the stretch with the largest sum is found by Kadane's method.
        """
        grams = self.grams([text])
        weight = head.weights[grams.rows, label].astype(np.float64)
        shares = np.zeros(len(text) + 2)  # the separators stand at both ends
        for n in range(1, self.longest + 1):
            chosen = grams.sizes == n
            places = grams.places[chosen]
            for offset in range(n):
                np.add.at(shares, places + offset, weight[chosen] / n)
        inner = shares[1:-1]
        return _largest_stretch(inner - max(inner.mean(), 0.0))


def _largest_stretch(shares: NDArray[np.float64]) -> tuple[int, int]:
    best, best_span = float("-inf"), (0, len(shares))
    total, start = 0.0, 0
    for index, share in enumerate(shares.tolist()):
        if total <= 0:
            total, start = 0.0, index
        total += share
        if total > best:
            best, best_span = total, (start, index + 1)
    return best_span


def _summed(
    grams: Grams, table: NDArray[np.int16], unit: NDArray[np.float64]
) -> NDArray[np.float64]:
    sums = np.add.reduceat(table[grams.rows], grams.starts, axis=0, dtype=np.int32)
    return np.asarray(sums * (unit / np.sqrt(grams.counts)[:, None]))


def load_linear(folder: Path) -> LinearModel:
    """Read a linear model from its folder (``manifest.json``, ``weights.safetensors``).

    Raises
    ------
    UnavailableError: the folder is missing, or a file in it is corrupt.
    """
    manifest = read_manifest(folder)
    try:
        tensors = load_file(folder / "weights.safetensors")
        settings = manifest.settings
        heads = {
            name: LinearHead(
                kind=about["kind"], labels=tuple(about["labels"]),
                speakers=tuple(about["speakers"]),
                **{
                    key: tensors[f"{name}.{key}"]
                    for key in ("weights", "context", "unit", "bias", "calibration", "threshold")
                },
            )
            for name, about in settings["heads"].items()
        }  # fmt: skip
        return LinearModel(int(settings["bits"]), int(settings["longest"]), heads, manifest)
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise UnavailableError(
            f"the model cannot be read: {type(error).__name__}", where=str(folder),
            mend="put the folder back as it was shipped, or train it again with `ccnlp train`",
        ) from error  # fmt: skip
