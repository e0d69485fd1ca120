"""How near what was said comes to the wording of a script, by characters.

The likeness of a wording to a stretch of text is the mean of two shares: of the wording's distinct
characters, small words left out, and of its pairs of neighbouring characters, that stand in the
stretch (containment, A. Broder, "On the resemblance and containment of documents", 1997). Agents
add and shuffle words, so what they say beyond the wording takes nothing away; but only a stretch
of clauses in length like the wording is looked at, so that a long turn does not hold everything.
Words, longer runs and the cosine of encoder vectors decided no better (docs/scoring.md).

Texts are folded, so that Traditional and Simplified are alike, and hold personal information
hidden, so that a masked conversation is judged as the conversation itself.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from ccnlp.text.normalise import fold

#: Runs of what counts: Chinese and Latin characters, digits, and the star of what is hidden.
_SAID: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffffa-z0-9*]+")
#: Small words say nothing about what a sentence is about.
_SMALL: Final = frozenset(
    "的了是啊呢吧吗嘛哦喔呀哈您你我他们会就都也还在这那个把要和跟给请先一下为可以有"
)
_CLAUSE: Final = re.compile(r"[^\s,,。.!!??;;、~…::\n]+")
#: A stretch may be so many times as long as the wording, and holds at least so many characters.
_STRETCH: Final = 2.5
_SHORTEST: Final = 16


class Wording(msgspec.Struct, frozen=True):
    """A wording, or a stretch of text, as it is compared."""

    chars: frozenset[str]
    pairs: frozenset[str]
    length: int


class Near(msgspec.Struct, frozen=True, gc=False):
    """The stretch of a turn that comes nearest to a wording, ``likeness`` in [0, 1]."""

    turn: int
    start: int
    end: int
    likeness: float


@functools.lru_cache(maxsize=4096)
def wording_of(text: str) -> Wording:
    """A script's wording; ``{facts}`` in it are left out."""
    return _wording(fold(re.sub(r"\{[^{}]*\}", " ", text)))


def likeness(wording: Wording, said: Wording) -> float:
    """In [0, 1]; 0 where the wording holds nothing to compare."""
    if not wording.chars:
        return 0.0
    shared = len(wording.chars & said.chars) / len(wording.chars)
    if not wording.pairs:
        return shared
    return (shared + len(wording.pairs & said.pairs) / len(wording.pairs)) / 2


class Said:
    """The turns of one conversation, ready to be compared; folded at the first need, each once."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Parameters: ``texts`` of all turns, personal information hidden; offsets are theirs."""
        self._texts = texts
        self._folded: dict[int, str] = {}
        self._turns: dict[int, Wording] = {}
        self._clauses: dict[int, list[tuple[int, int, Wording]]] = {}

    def folded(self, turn: int) -> str:
        """A turn's folded text."""
        if turn not in self._folded:
            self._folded[turn] = fold(self._texts[turn])
        return self._folded[turn]

    def nearest(self, wordings: Iterable[Wording], turns: Iterable[int]) -> Near | None:
        """The nearest stretch in ``turns``, the earliest of equals; ``None``: nothing was said."""
        wanted = list(wordings)
        # a stretch is never nearer than its whole turn: most turns need no closer look
        bounds = [(max((self._bound(w, t) for w in wanted), default=0.0), t) for t in turns]
        best: Near | None = None
        for bound, turn in sorted(bounds, key=lambda b: (-b[0], b[1])):
            if best is not None and bound < best.likeness:
                break
            found = self.in_turn(wanted, turn)
            if found is not None and (
                best is None or (-found.likeness, turn) < (-best.likeness, best.turn)
            ):
                best = found
        return best

    def in_turn(self, wordings: Iterable[Wording], turn: int, least: float = 0.0) -> Near | None:
        """The nearest stretch of one turn; ``None`` where none is at least so near."""
        wanted = [w for w in wordings if self._bound(w, turn) >= least]
        clauses = self._cut(turn) if wanted else []
        best: Near | None = None
        for wording in wanted:
            limit = max(_SHORTEST, _STRETCH * wording.length)
            for first in range(len(clauses)):
                last = first + 1
                length = clauses[first][2].length
                while last < len(clauses) and length + clauses[last][2].length <= limit:
                    length += clauses[last][2].length
                    last += 1
                near = likeness(wording, _joined(clauses[first:last]))
                if near >= least and (best is None or near > best.likeness):
                    start, end = _narrowed(wording, clauses[first:last], near)
                    best = Near(turn, start, end, near)
        return best

    def _bound(self, wording: Wording, turn: int) -> float:
        if turn not in self._turns:
            self._turns[turn] = _wording(self.folded(turn))
        return likeness(wording, self._turns[turn])

    def _cut(self, turn: int) -> list[tuple[int, int, Wording]]:
        if turn not in self._clauses:
            text = self.folded(turn)
            cut = [(m.start(), m.end(), _wording(m[0])) for m in _CLAUSE.finditer(text)]
            self._clauses[turn] = [clause for clause in cut if clause[2].length]
        return self._clauses[turn]


def _wording(folded: str) -> Wording:
    kept = "".join(_SAID.findall(folded))
    return Wording(
        frozenset(kept) - _SMALL, frozenset(map("".join, pairwise(kept))),
        len(kept),
    )  # fmt: skip


def _joined(clauses: Sequence[tuple[int, int, Wording]]) -> Wording:
    if len(clauses) == 1:
        return clauses[0][2]
    return Wording(
        frozenset().union(*(c[2].chars for c in clauses)),
        frozenset().union(*(c[2].pairs for c in clauses)),
        sum(c[2].length for c in clauses),
    )


def _narrowed(
    wording: Wording, clauses: Sequence[tuple[int, int, Wording]], near: float
) -> tuple[int, int]:
    """The shortest run of these clauses that is as near."""
    kept = list(clauses)
    while len(kept) > 1 and likeness(wording, _joined(kept[:-1])) >= near:
        kept.pop()
    while len(kept) > 1 and likeness(wording, _joined(kept[1:])) >= near:
        kept.pop(0)
    return kept[0][0], kept[-1][1]
