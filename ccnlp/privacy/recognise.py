"""All personal information of single turns, given what was asked for before."""

import functools
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


#: Kinds of cues and questions that announce an order number.
_ORDERED: Final = frozenset({"order_id", "household", "booking"})
#: Marks that matter to the fold by themselves.
_TOLD: Final = Part.CANTONESE | Part.VENUE | Part.PIECE
#: Marks of turns whose words of context matter.
_WORDED: Final = Part.ALL | Part.ASK | Part.SHORT


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
        kinds = {cue.kind for cue in cues} | expected
        if parts & Part.PLATE or "plate" in kinds:
            hits += tokens.plates(context)
        if parts & Part.NUMBER:
            taken = closed + [(h.start, h.end) for h in hits]
            for run in digit_runs(plain, least=4):
                if not taken or not any(run.start < e and s < run.end for s, e in taken):
                    hits += numbers(run, context)
            if not kinds.isdisjoint(_ORDERED):
                hits += tokens.orders(context)
        if parts & (Part.ACCOUNT | Part.NUMBER):
            if "wechat_qq" in kinds or "加" in plain:
                hits += tokens.accounts(context, agent=agent)
            if "password" in kinds:
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
        plains = [normal.text for _, normal, _ in turns]
        marks = self._prefilter.marks(plains, agents)
        looks: list[Look | None] = [_told(mark & _TOLD) if mark & _TOLD else None for mark in marks]
        for place, mark in enumerate(marks):
            if mark & Part.PUBLIC and not agents[place] and asks_for_public(plains[place]):
                looks[place] = (looks[place] or _told(0))._replace(public=True)
        worded = [place for place, mark in enumerate(marks) if mark & _WORDED]
        every_cue = self.lexicon.cues_many([plains[place] for place in worded])
        for place, cues in zip(worded, every_cue, strict=True):
            mark, plain = marks[place], plains[place]
            parts = mark & Part.ALL
            if cues and mark & Part.SHORT:
                parts |= Part.NUMBER
            hits: Sequence[Hit] = ()
            if parts:
                text, _, speaker = turns[place]
                hits = self._find(text, plain, cues, speaker, _NOTHING, parts)
            asks = asked_for(plain, cues) if mark & Part.ASK else ()
            if parts or asks:
                look = looks[place] or _told(0)
                looks[place] = look._replace(hits=tuple(hits), parts=parts, asks=asks)
        return looks


@functools.cache
def _told(mark: int) -> Look:
    """What marks alone tell of a turn."""
    return Look(
        cantonese=bool(mark & Part.CANTONESE),
        venue=bool(mark & Part.VENUE),
        piece=bool(mark & Part.PIECE),
    )


def _inside(hit: Hit, places: Sequence[tuple[int, int]]) -> bool:
    return any(hit.start < end and start < hit.end for start, end in places)
