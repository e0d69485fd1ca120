"""Heads over turn vectors, in whole numbers: the same answer to the bit in any batch.

A turn's vector is 8-bit. The layer over the turn and the turns before it, and the layer after
it, have 16-bit weights; products are summed as whole numbers held in float64, where every sum
below 2**53 is exact whatever the order of adding.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


class Heads(msgspec.Struct, frozen=True):
    """All heads of one model."""

    #: Shape (slots * hidden, width); whole numbers.
    mix: Doubles
    #: Shape (width,); whole numbers in the unit of the products with ``mix``.
    mix_bias: Doubles
    #: Shape (hidden, outputs) and (width, outputs); whole numbers.
    direct: Doubles
    deep: Doubles
    #: Score of one unit of the products with ``direct`` and ``deep``; shape (outputs,).
    direct_unit: Doubles
    deep_unit: Doubles
    #: Shape (outputs,).
    bias: Doubles
    #: The products with ``mix`` are divided by 2**shift and rounded down.
    shift: int

    @property
    def slots(self) -> int:
        """Turns that the heads see."""
        return len(self.mix) // len(self.direct)

    def scores(self, vectors: NDArray[np.int8]) -> Doubles:
        """Raw scores of turns; ``vectors`` (turns, slots, hidden), answers (turns, outputs)."""
        turns, slots, hidden = vectors.shape
        whole = vectors.reshape(turns, slots * hidden).astype(np.float64)
        mixed = np.maximum(whole @ self.mix + self.mix_bias, 0.0)
        mixed = np.floor(mixed * 2.0**-self.shift)
        direct = whole[:, : len(self.direct)] @ self.direct
        scores: Doubles = direct * self.direct_unit + mixed @ self.deep * self.deep_unit + self.bias
        return scores


def read_heads(tensors: Mapping[str, NDArray[Any]]) -> Heads:
    """Heads from the tensors of ``heads.safetensors``."""

    def doubles(name: str) -> Doubles:
        return np.ascontiguousarray(tensors[name], np.float64)

    return Heads(
        mix=doubles("mix"), mix_bias=doubles("mix_bias"), direct=doubles("direct"),
        deep=doubles("deep"), direct_unit=doubles("direct_unit"), deep_unit=doubles("deep_unit"),
        bias=doubles("bias"), shift=int(tensors["shift"][0]),
    )  # fmt: skip


class Calibration(msgspec.Struct, frozen=True):
    """Turns raw scores into probabilities."""

    #: Divides the emotion scores before the softmax, > 0; and what is added to each.
    temperature: float
    emotion_bias: tuple[float, ...]
    #: Slope and offset of each finding's and act's sigmoid, by label.
    findings: tuple[tuple[float, float], ...]
    acts: tuple[tuple[float, float], ...]
    #: Probabilities from which F1 over all findings, and over all acts, is best.
    findings_threshold: float = 0.5
    acts_threshold: float = 0.5


def softmax(scores: Doubles) -> Doubles:
    """Softmax over the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def sigmoid(scores: Doubles) -> Doubles:
    """Logistic function, safe for large scores."""
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -60, 60))))
