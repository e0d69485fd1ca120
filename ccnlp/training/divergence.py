"""How far a predicted distribution over ordered grades is from that of the judges.

Both measures are those of NTCIR-14 STC-3 and NTCIR-15 DialEval (Zeng, Kato and Sakai, "Overview of
the NTCIR-14 Short Text Conversation Task: Dialogue Quality and Nugget Detection Subtasks", 2019;
Sakai, "Comparing Two Binned Probability Distributions for Information Access Evaluation", SIGIR
2018). 0 is best, 1 is worst. Arguments have shape (..., grades), their last axes sum to 1.
"""

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def match_distance(first: Doubles, second: Doubles) -> Doubles:
    """Normalised match distance (NMD), shape (...).

    The sum of the differences of the cumulative shares, by its greatest value, grades - 1.
    """
    apart = np.abs(np.cumsum(first, axis=-1) - np.cumsum(second, axis=-1)).sum(axis=-1)
    return np.asarray(apart / (first.shape[-1] - 1))


def order_aware_divergence(first: Doubles, second: Doubles) -> Doubles:
    """OD(first || second), shape (...): not symmetric, in [0, grades - 1].

    DW(i) = sum over j of |i - j| (first(j) - second(j))^2, averaged over the grades i that
    ``second`` gives any share.
    """
    grades = np.arange(first.shape[-1])
    weighted = (first - second) ** 2 @ np.abs(grades[:, None] - grades).astype(np.float64)
    given = second > 0
    return np.asarray((weighted * given).sum(axis=-1) / given.sum(axis=-1))


def rsnod(first: Doubles, second: Doubles) -> Doubles:
    """Root symmetric normalised order-aware divergence, shape (...).

    Root of the mean of both order-aware divergences by grades - 1.
    """
    both = order_aware_divergence(first, second) + order_aware_divergence(second, first)
    return np.asarray(np.sqrt(both / 2 / (first.shape[-1] - 1)))
