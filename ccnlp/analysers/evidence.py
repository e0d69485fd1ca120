"""Which words of a turn show a finding: whole clauses, since a reader needs more than a piece.

A turn is cut into clauses, long ones of recognised speech into runs of words. The clause with the
largest sum of character weights is taken, and neighbours that speak for the finding as well.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: What ends a clause; recognised speech has blanks where it pauses.
_CLAUSE: Final = re.compile(r"[^ ,，。.!！?？;；、~…:：\n]+")
#: Characters of the longest clause that is left whole, and of the runs that others are cut into.
_LONGEST: Final = 24
_RUN: Final = 8
#: A neighbour joins where its sum is this share of the largest, up to so many characters in all.
_JOINS: Final = 0.2
_MOST: Final = 40


def telling_span(
    text: str, words: Sequence[str] | None, weights: NDArray[np.float64]
) -> tuple[int, int]:
    """``(start, end)`` of the words that show a finding, not empty; ``text`` is not empty.

    Parameters
    ----------
    words: the words of ``text``, in order; without them, runs are cut anywhere.
    weights: how much each character speaks for the finding; shape (characters,).
    """
    clauses = list(clause_spans(text, words)) or [(0, len(text))]
    sums = [float(weights[start:end].sum()) for start, end in clauses]
    first = last = max(range(len(sums)), key=sums.__getitem__)
    least = sums[first] * _JOINS
    while True:
        nearby = []
        if first > 0 and clauses[last][1] - clauses[first - 1][0] <= _MOST:
            nearby.append((sums[first - 1], first - 1))
        if last + 1 < len(sums) and clauses[last + 1][1] - clauses[first][0] <= _MOST:
            nearby.append((sums[last + 1], last + 1))
        best = max(nearby, default=(0.0, -1))
        if best[0] <= 0 or best[0] < least:
            return clauses[first][0], clauses[last][1]
        first, last = min(first, best[1]), max(last, best[1])


def clause_spans(text: str, words: Sequence[str] | None) -> Iterator[tuple[int, int]]:
    """``(start, end)`` of the clauses of a text, in order; none where it is all signs."""
    ends = set(np.cumsum([len(w) for w in words]).tolist()) if words else None
    for found in _CLAUSE.finditer(text):
        start, end = found.span()
        if end - start > _LONGEST:
            for at in range(start + _RUN, end):
                if at - start >= _RUN and end - at >= _RUN // 2 and (ends is None or at in ends):
                    yield start, at
                    start = at
        yield start, end
