"""What a detector has learned, in whole numbers: the same score to the bit in any batch."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from ccnlp.encoder.heads import sigmoid
from ccnlp.encoder.linear import exact_sums
from ccnlp.encoder.ngrams import Grams

Doubles = NDArray[np.float64]
Vectors = NDArray[np.int8]

#: N-grams of up to so many characters are hashed into a table of 2**BITS rows.
LONGEST = 4
BITS = 16


class Weights(msgspec.Struct, frozen=True):
    """Score of a turn = vector part + n-gram part + bias; its probability by Platt's line."""

    #: Weights of a turn's n-grams, shape (2**BITS, 1), and the score of one unit.
    grams: NDArray[np.int16]
    gram_unit: float
    bias: float
    #: Probability = sigmoid(slope x score + offset).
    slope: float
    offset: float
    #: Weights of a turn's vector, shape (hidden,), and the score of one unit; without an encoder
    #: ``None`` and 0.
    vector: NDArray[np.int16] | None = None
    vector_unit: float = 0.0

    def chances(self, grams: Grams, vectors: Vectors | None) -> Doubles:
        """Probabilities in [0, 1] of turns; ``vectors`` (turns, hidden)."""
        # both sums are of whole numbers, and exact whatever the order of adding
        scores = exact_sums(grams, self.grams)[:, 0] * self.gram_unit / np.sqrt(grams.counts)
        scores = scores + self.bias
        if self.vector is not None and vectors is not None:
            whole = vectors.astype(np.float64) @ self.vector.astype(np.float64)
            scores = scores + whole * self.vector_unit
        return sigmoid(scores * self.slope + self.offset)
