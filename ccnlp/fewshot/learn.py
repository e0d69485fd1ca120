"""Weighted ridge regression on a few examples and many turns of the background, in closed form.

The error on each example when it is left out comes without learning again: R. Rifkin and
R. Lippert, "Notes on regularized least squares", MIT, 2007, with a weight an example. Platt's line
(J. Platt, "Probabilistic outputs for support vector machines", 1999) is laid through these scores,
its targets drawn in by (n + 1) / (n + 2): with twenty examples no probability reaches 1.

Ridge was better than logistic regression here, and the background matters more than either
(docs/new_category.md has the figures).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ccnlp.encoder.ngrams import Grams
from ccnlp.fewshot.weights import BITS, Doubles, Vectors, Weights

#: A vector has length about 1 after this, as a turn's n-grams have.
_VECTOR: Final = 1 / 240
#: Penalty, and the weight of an example of the category against any other.
_PENALTY: Final = 0.3
_POSITIVE: Final = 5.0
_LARGEST: Final = 32_000


def learn_weights(
    grams: Grams, vectors: Vectors | None, is_one: NDArray[np.bool_]
) -> tuple[Weights, Doubles]:
    """Weights, and each example's probability had it been left out; shape (examples,).

    Parameters
    ----------
    grams: n-grams of all examples and of the background, of each text at least one.
    vectors: their vectors, shape (examples, hidden); ``None``: learn from n-grams alone.
    is_one: which are of the category; both kinds occur.
    """
    kernel = _gram_kernel(grams) + 1.0
    if vectors is not None:
        scaled = vectors.astype(np.float64) * _VECTOR
        kernel += scaled @ scaled.T
    target = np.where(is_one, 1.0, -1.0)
    penalty = _PENALTY / np.where(is_one, _POSITIVE, 1.0)
    inverse = np.linalg.inv(kernel + np.diag(penalty))
    dual = inverse @ target
    left_out = target - dual / np.diag(inverse)
    slope, offset = _platt(left_out, is_one)
    shares = np.repeat(dual / np.sqrt(grams.counts), grams.counts)
    whole, unit = _whole(np.bincount(grams.rows, shares, minlength=2**BITS).astype(np.float64))
    weights = Weights(
        grams=whole[:, None], gram_unit=unit, bias=float(dual.sum()), slope=slope, offset=offset
    )
    if vectors is not None:
        own, own_unit = _whole(np.asarray(dual @ vectors.astype(np.float64) * _VECTOR**2))
        weights = Weights(
            weights.grams, unit, weights.bias, slope, offset, vector=own, vector_unit=own_unit
        )
    return weights, 1 / (1 + np.exp(-(left_out * slope + offset)))


def _gram_kernel(grams: Grams) -> Doubles:
    """Inner products of the texts' n-gram counts, each over the root of its number of n-grams."""
    texts = len(grams.counts)
    owner = np.repeat(np.arange(texts), grams.counts)
    _, column, times = np.unique(grams.rows, return_inverse=True, return_counts=True)
    # n-grams that stand but once are in no two texts, and their places in the matrix would be most
    shared = times > 1
    place = np.cumsum(shared) - 1
    kept = shared[column]
    counts = np.zeros((texts, int(shared.sum())), np.float32)
    np.add.at(counts, (owner[kept], place[column[kept]]), 1.0)
    kernel = (counts @ counts.T).astype(np.float64)  # whole numbers: exact
    kernel[np.diag_indices(texts)] += np.bincount(owner[~kept], minlength=texts)
    root = np.sqrt(grams.counts)
    return np.asarray(kernel / root[:, None] / root)


def _platt(scores: Doubles, is_one: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset by Newton's method; the targets are Platt's."""
    ones = int(is_one.sum())
    others = len(is_one) - ones
    target = np.where(is_one, (ones + 1) / (ones + 2), 1 / (others + 2))
    design = np.stack([scores, np.ones_like(scores)], axis=1)
    line = np.zeros(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ line, -30, 30)))
        curve = design.T @ (design * (chance * (1 - chance) + 1e-9)[:, None]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(curve, design.T @ (target - chance))
        line = line + step
        if np.abs(step).max() < 1e-9:
            break
    return float(line[0]), float(line[1])


def _whole(weights: Doubles) -> tuple[NDArray[np.int16], float]:
    unit = max(float(np.abs(weights).max()), 1e-12) / _LARGEST
    return np.rint(weights / unit).astype(np.int16), unit
