"""All personal information of single turns, given what was asked for before."""

from collections.abc import Sequence
from typing import Final

from ccnlp.privacy import tokens
from ccnlp.privacy.addresses import addresses
from ccnlp.privacy.context import Context
from ccnlp.privacy.hits import Hit, settle
from ccnlp.privacy.lexicon import Lexicon, load
from ccnlp.privacy.names import Names
from ccnlp.privacy.numbers import numbers
from ccnlp.privacy.prefilter import Part, Prefilter
from ccnlp.text.normalise import Normal, normalise
from ccnlp.text.numerals import digit_runs, fold

_NOTHING: Final[frozenset[str]] = frozenset()


class Recogniser:
    """Finds personal information in single turns; holds no state between calls."""

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self.lexicon = lexicon or load()
        self._names = Names(self.lexicon)
        self._prefilter = Prefilter(self.lexicon)

    def find(
        self,
        text: str,
        *,
        normal: Normal | None = None,
        speaker: str = "customer",
        expected: frozenset[str] = _NOTHING,
        parts: int = Part.ALL,
    ) -> list[Hit]:
        """Hits in ``text`` in order; they do not overlap.

        ``expected``: types that the other side has just asked for; they make bare numbers and
        names count.
        """
        plain = (normal or normalise(text)).text
        folded = fold(plain)
        context = Context(folded, plain, text, self.lexicon.cues(folded), expected)
        agent = speaker in ("agent", "bot")
        hits: list[Hit] = []
        closed = tokens.urls(folded)
        if parts & Part.EMAIL:
            hits += tokens.emails(folded, agent=agent)
            closed += [(h.start, h.end) for h in hits]
        if parts & (Part.PLATE | Part.NUMBER):
            hits += tokens.plates(context)
        if parts & Part.NUMBER:
            taken = closed + [(h.start, h.end) for h in hits]
            for run in digit_runs(plain, least=4):
                if not any(run.start < end and start < run.end for start, end in taken):
                    hits += numbers(run, context)
            hits += tokens.orders(context)
        if parts & (Part.ACCOUNT | Part.NUMBER):
            hits += tokens.accounts(context)
            hits += tokens.secrets(context)
        if parts & Part.ADDRESS:
            hits += addresses(context, self.lexicon.places)
        if closed:
            hits = [h for h in hits if h.type == "email" or not _inside(h, closed)]
        hits = settle(hits)
        if hits or parts & Part.NAME:
            hits = settle([*hits, *self._names.find(context, speaker, hits)])
        return hits

    def find_many(self, turns: Sequence[tuple[str, Normal, str]]) -> list[list[Hit] | None]:
        """Hits of many turns (text, normalised, speaker), each by itself; ``None`` for none."""
        marks = self._prefilter.marks([normal.text for _, normal, _ in turns])
        return [
            (self.find(text, normal=normal, speaker=speaker, parts=parts) or None)
            if parts
            else None
            for parts, (text, normal, speaker) in zip(marks, turns, strict=True)
        ]


def _inside(hit: Hit, places: Sequence[tuple[int, int]]) -> bool:
    return any(hit.start < end and start < hit.end for start, end in places)
