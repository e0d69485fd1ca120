"""All personal information of single turns, given what was asked for before."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from ccnlp.privacy import tokens
from ccnlp.privacy.addresses import addresses
from ccnlp.privacy.asks import asked_for, asks_for_public
from ccnlp.privacy.context import Context
from ccnlp.privacy.hits import Hit, settle
from ccnlp.privacy.lexicon import Cue, Lexicon, load
from ccnlp.privacy.names import Names
from ccnlp.privacy.numbers import numbers
from ccnlp.privacy.prefilter import Part, Prefilter
from ccnlp.text.normalise import Normal, normalise
from ccnlp.text.numerals import digit_runs, fold

_NOTHING: Final[frozenset[str]] = frozenset()


#: Marks that matter to the fold by themselves.
_TOLD: Final = Part.CANTONESE | Part.VENUE | Part.PIECE


class Look(NamedTuple):
    """What one turn holds by itself: the stateless part of the work."""

    hits: tuple[Hit, ...] = ()
    #: Recognisers that may find more once a question is known (``prefilter.Part``).
    parts: int = 0
    #: Types that an agent's turn asks for.
    asks: tuple[str, ...] = ()
    #: A customer asks for a number or address of the company.
    public: bool = False
    cantonese: bool = False
    #: The talk is of shops, hotels, sights.
    venue: bool = False
    #: Little but digits, which may be a piece of a number.
    piece: bool = False


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
        return self._find(text, plain, self.lexicon.cues(plain), speaker, expected, parts)

    def _find(
        self,
        text: str,
        plain: str,
        cues: Sequence[Cue],
        speaker: str,
        expected: frozenset[str],
        parts: int,
    ) -> list[Hit]:
        # names need no digits
        folded = plain if parts == Part.NAME else fold(plain)
        context = Context(folded, plain, text, cues, expected)
        agent = speaker in ("agent", "bot")
        hits: list[Hit] = []
        closed = [] if parts == Part.NAME else tokens.urls(folded)
        if parts & Part.EMAIL:
            hits += tokens.emails(folded, agent=agent)
            closed += [(h.start, h.end) for h in hits]
        if parts & (Part.PLATE | Part.NUMBER):
            hits += tokens.plates(context)
        if parts & Part.NUMBER:
            taken = closed + [(h.start, h.end) for h in hits]
            for run in digit_runs(plain, least=4):
                if not taken or not any(run.start < e and s < run.end for s, e in taken):
                    hits += numbers(run, context)
            hits += tokens.orders(context)
        if parts & (Part.ACCOUNT | Part.NUMBER):
            hits += tokens.accounts(context, agent=agent)
            hits += tokens.secrets(context)
        if parts & Part.ADDRESS:
            hits += addresses(context, self.lexicon.places)
        if closed:
            hits = [h for h in hits if h.type == "email" or not _inside(h, closed)]
        hits = settle(hits)
        if hits or parts & Part.NAME:
            hits = settle([*hits, *self._names.find(context, speaker, hits)])
        return hits

    def look_many(self, turns: Sequence[tuple[str, Normal, str]]) -> list[Look | None]:
        """Look at many turns (text, normalised, speaker), each by itself; ``None``: nothing."""
        agents = [speaker in ("agent", "bot") for _, _, speaker in turns]
        marks = self._prefilter.marks([normal.text for _, normal, _ in turns], agents)
        looks: list[Look | None] = [None] * len(turns)
        for place, mark in enumerate(marks):
            if not mark:
                continue
            text, normal, speaker = turns[place]
            agent, plain = agents[place], normal.text
            parts = mark & Part.ALL
            cues = self.lexicon.cues(plain) if parts or mark & Part.ASK else ()
            hits: Sequence[Hit] = ()
            if parts:
                hits = self._find(text, plain, cues, speaker, _NOTHING, parts)
            asks = asked_for(plain, cues) if mark & Part.ASK else ()
            public = bool(mark & Part.PUBLIC) and not agent and asks_for_public(plain)
            if parts or asks or public or mark & _TOLD:
                looks[place] = Look(
                    tuple(hits),
                    parts,
                    asks,
                    public,
                    bool(mark & Part.CANTONESE),
                    bool(mark & Part.VENUE),
                    bool(mark & Part.PIECE),
                )
        return looks


def _inside(hit: Hit, places: Sequence[tuple[int, int]]) -> bool:
    return any(hit.start < end and start < hit.end for start, end in places)
