"""Hashed character n-grams of many texts at once, as whole arrays.

All texts stand in one array of code points, each behind a separator. An n-gram that starts at
position p belongs to the text that p belongs to; one that would reach into the next text is
masked. Nothing in a text's features depends on its neighbours.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

_SEPARATOR: Final = "\x1e"
_CODE: Final = ord(_SEPARATOR)
#: Odd 32-bit multipliers (the first are Knuth's and Murmur's), one a position in the n-gram.
_MULTIPLIERS: Final = (2654435761, 2246822519, 3266489917, 668265263)


class Grams(msgspec.Struct, frozen=True):
    """Hashed n-grams of several texts, text after text."""

    #: Row of the weight table of each n-gram; shape (grams,), int32.
    rows: NDArray[np.int32]
    #: Where each text's n-grams begin in ``rows``; shape (texts,), int64.
    starts: NDArray[np.int64]
    #: How many n-grams each text has; shape (texts,), int64, each >= 1.
    counts: NDArray[np.int64]


def hashed_ngrams(texts: Sequence[str], *, bits: int, longest: int) -> Grams:
    """Rows in a table of ``2**bits`` for all n-grams of 1 to ``longest`` characters.

    The separator before a text counts as its first character, and the one after it as its
    last, so that n-grams at the edges know that they are there.
    """
    if not texts:
        empty = np.zeros(0, np.int64)
        return Grams(np.zeros(0, np.int32), empty, empty)
    joined = _SEPARATOR + _SEPARATOR.join(t.replace(_SEPARATOR, " ") for t in texts) + _SEPARATOR
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter((len(t) for t in texts), np.int64, len(texts))
    heads = np.concatenate(([0], np.cumsum(lengths + 1)))
    positions = len(codes) - 1
    owner_end = np.repeat(heads[1:], lengths + 1)  # the separator behind each position's text
    mixed = np.zeros(positions, np.uint32)
    columns, valid = [], []
    index = np.arange(positions)
    for n in range(1, longest + 1):
        shifted = np.zeros(positions, np.uint32)
        reach = positions + 1 - (n - 1)
        shifted[: min(reach, positions)] = codes[n - 1 : n - 1 + min(reach, positions)]
        mixed = (mixed ^ (shifted * np.uint32(_MULTIPLIERS[n - 1]))) * np.uint32(2654435769)
        folded = mixed ^ (mixed >> np.uint32(15)) ^ np.uint32(n * 0x9E3779B9 & 0xFFFFFFFF)
        columns.append(((folded * np.uint32(2654435761)) >> np.uint32(32 - bits)).astype(np.int32))
        valid.append(index + n - 1 <= owner_end if n > 1 else codes[:positions] != _CODE)
    rows = np.stack(columns, axis=1)
    mask = np.stack(valid, axis=1)
    per_position = mask.sum(axis=1)
    counts = np.add.reduceat(per_position, heads[:-1])
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    return Grams(rows[mask], starts, counts)
