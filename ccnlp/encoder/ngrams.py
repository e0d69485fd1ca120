"""Hashed character n-grams of many texts at once, as whole arrays.

All texts stand in one array of code points, each behind a separator. An n-gram that starts at
position p belongs to the text that p belongs to; one that would reach into the next text is
masked. Nothing in a text's features depends on its neighbours.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

_SEPARATOR: Final = "\x1e"
_CODE: Final = ord(_SEPARATOR)
#: Odd 32-bit multipliers (the first are Knuth's and Murmur's), one a position in the n-gram.
_MULTIPLIERS: Final = (2654435761, 2246822519, 3266489917, 668265263)


#: A number of three digits or more, written or spoken; some of its digits may be hidden.
_DIGITS: Final = "0-9零〇一二三四五六七八九十百千万两幺"
_NUMBER: Final = re.compile(rf"(?=\**[{_DIGITS}])[{_DIGITS}*]{{3,}}")


def blur_numbers(texts: Sequence[str]) -> list[str]:
    """The texts with each digit of longer numbers written as 0; their lengths stay.

    Which number it is says nothing of what a turn means, and a model that learns the digits of
    its few examples is led astray by others.
    """
    blurred = _NUMBER.sub(lambda m: "0" * (m.end() - m.start()), _SEPARATOR.join(texts))
    result, at = [], 0
    for text in texts:
        result.append(blurred[at : at + len(text)])
        at += len(text) + 1
    return result


class Grams(msgspec.Struct, frozen=True):
    """Hashed n-grams of several texts, text after text."""

    #: Row of the weight table of each n-gram; shape (grams,), int32.
    rows: NDArray[np.int32]
    #: Where each text's n-grams begin in ``rows``; shape (texts,), int64.
    starts: NDArray[np.int64]
    #: How many n-grams each text has; shape (texts,), int64, each >= 1.
    counts: NDArray[np.int64]
    #: Where each n-gram begins, counted over all texts and their separators; shape (grams,).
    places: NDArray[np.int64]
    #: Characters of each n-gram; shape (grams,), int64.
    sizes: NDArray[np.int64]


def hashed_ngrams(texts: Sequence[str], *, bits: int, longest: int) -> Grams:
    """Rows in a table of ``2**bits`` for all n-grams of 1 to ``longest`` characters.

    The separator before a text counts as its first character, and the one after it as its
    last, so that n-grams at the edges know that they are there.
    """
    if not texts:
        empty = np.zeros(0, np.int64)
        return Grams(empty.astype(np.int32), empty, empty, empty, empty)
    joined = _SEPARATOR + _SEPARATOR.join(texts) + _SEPARATOR
    if joined.count(_SEPARATOR) != len(texts) + 1:
        return hashed_ngrams(
            [t.replace(_SEPARATOR, " ") for t in texts], bits=bits, longest=longest
        )
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    heads = np.concatenate(([0], np.cumsum(lengths + 1)))
    positions = len(codes) - 1
    own_end = np.repeat(heads[1:], lengths + 1)  # the separator behind each position's text
    index = np.arange(positions)
    rows = np.empty((positions, longest), np.int32)
    valid = np.empty((positions, longest), np.bool_)
    mixed = np.zeros(positions, np.uint32)
    for n in range(1, longest + 1):
        shifted = np.zeros(positions, np.uint32)
        reach = max(0, min(positions, positions + 2 - n))
        shifted[:reach] = codes[n - 1 : n - 1 + reach]
        mixed = (mixed ^ (shifted * np.uint32(_MULTIPLIERS[n - 1]))) * np.uint32(2654435769)
        folded = mixed ^ (mixed >> np.uint32(15)) ^ np.uint32(n * 0x9E3779B9 & 0xFFFFFFFF)
        rows[:, n - 1] = (folded * np.uint32(2654435761)) >> np.uint32(32 - bits)
        valid[:, n - 1] = index + n - 1 <= own_end if n > 1 else codes[:positions] != _CODE
    counts = np.add.reduceat(valid.sum(axis=1), heads[:-1])
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    places, sizes = np.nonzero(valid)
    return Grams(rows[valid], starts, counts, places, sizes + 1)


def shared_out(
    grams: Grams, weights: NDArray[Any], texts: Sequence[str]
) -> list[NDArray[np.float64]]:
    """What each character of each text weighs if n-grams share their weight among theirs.

    ``weights`` has one an n-gram; each answer is of shape (characters,).
    """
    share = weights / grams.sizes
    longest = int(grams.sizes.max(initial=1))
    # texts stand one behind the other, a separator between them and one at both ends
    shares = np.zeros(sum(map(len, texts)) + len(texts) + longest)
    for offset in range(longest):
        reached = grams.sizes > offset
        shares += np.bincount(grams.places[reached] + offset, share[reached], minlength=len(shares))
    answer, at = [], 1
    for text in texts:
        answer.append(shares[at : at + len(text)])
        at += len(text) + 1
    return answer
