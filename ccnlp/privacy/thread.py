"""Following a conversation: what was asked for, numbers split over turns, names said before."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from ccnlp.privacy import checks
from ccnlp.privacy.hits import Hit
from ccnlp.privacy.recognise import Recogniser
from ccnlp.taxonomy import PII_TYPES
from ccnlp.text.normalise import normalise
from ccnlp.text.numerals import digit_runs, digits_of, fold
from ccnlp.types import PiiSpan

#: For how many turns a question for a number or name stays open.
_OPEN_TURNS: Final = 4
_KNOWN: Final = 24
_ASKS: Final = re.compile(
    "请|請|麻烦|麻煩|报|報|说|說|提供|发|發|多少|什么|什麼|哪|念|唸|给|給|留|核对|核對|告诉|告訴|[?？]|吗|嗎|呢|一下|贵姓|貴姓|是|方便|输入|輸入|俾|講|确认|確認|查|对一下|登记|登記|需要"
)
_FILLER: Final = re.compile(
    r"[\s,，。、.…~～嗯呃啊哦对對是的然后然後再就那个那個好行还有還有后面後面最后最後號号]+"
)
_WARNING: Final = re.compile(
    "不要|不会|不用|不能|切勿|请勿|勿|别(?!担心|着急|急|慌|怕|挂|生气|哭|激动)|无需|不需要|任何人"
)
_TYPES: Final = frozenset(PII_TYPES)


class Piece(NamedTuple):
    """Digits that may be part of a number said over several turns."""

    turn: int
    start: int
    end: int
    quote: str
    digits: str


class State(msgspec.Struct, frozen=True):
    """What a conversation has brought so far; an immutable value."""

    #: Type -> last turn for which the question is open.
    open: tuple[tuple[str, int], ...] = ()
    pieces: tuple[Piece, ...] = ()
    #: Type and wording of what was found, to find it again.
    known: tuple[tuple[str, str], ...] = ()
    #: The customer asked the company for its own number or address until this turn.
    public_until: int = -1


START: Final = State()


class Thread:
    """The fold over the turns of a conversation."""

    def __init__(self, recogniser: Recogniser) -> None:
        self.recogniser = recogniser

    def step(
        self, state: State, turn: int, speaker: str, text: str, hits: Sequence[Hit] | None
    ) -> tuple[State, list[PiiSpan]]:
        """Take one turn. ``hits``: what the recogniser found without context; ``None`` if it was
        not worth looking."""
        expected = (
            frozenset(t for t, until in state.open if until >= turn) if state.open else frozenset()
        )
        agent = speaker in ("agent", "bot")
        if expected and not agent:
            hits = self.recogniser.find(text, speaker=speaker, expected=expected)
        elif not hits and not state.known and not state.pieces and not agent and not expected:
            return state, []
        found = list(hits or ())
        if state.public_until >= turn and agent:
            found = [h for h in found if h.type not in ("landline", "address", "mobile", "email")]
        spans = [
            PiiSpan(h.type, turn, h.start, h.end, text[h.start : h.end], h.confidence, h.source)
            for h in found
        ]
        spans += self._again(state, turn, text, spans)
        pieces = state.pieces
        if not agent:
            made, pieces = self._pieces(state, turn, text, spans, expected)
            spans += made
        known = state.known
        for span in spans:
            if (
                span.type in ("name", "order_id", "plate", "address")
                and (span.type, span.quote) not in known
                and len(span.quote) >= 2
            ):
                known = (*known[-_KNOWN:], (span.type, span.quote))
        opened = state.open
        if agent:
            opened = self._asked(state, turn, text)
        public = state.public_until
        if not agent and re.search(
            "(?:电话|電話|地址|热线|号码).{0,6}(?:多少|什么|是啥|哪|几|有吗|呢|[?？])|(?:告诉|发)我.{0,8}(?:电话|地址)",
            text,
        ):
            public = turn + 1
        if (
            opened is not state.open
            or pieces is not state.pieces
            or known is not state.known
            or public != state.public_until
        ):
            state = State(opened, pieces, known, public)
        return state, sorted(spans, key=lambda s: (s.turn, s.start))

    def _asked(self, state: State, turn: int, text: str) -> tuple[tuple[str, int], ...]:
        folded = fold(normalise(text).text)
        cues = self.recogniser.lexicon.cues(folded)
        kinds = set()
        for place, cue in enumerate(cues):
            if cue.kind.startswith("not_"):
                if cue.kind == "not_tail":
                    kinds.add("not_tail")
                continue
            follow = cues[place + 1] if place + 1 < len(cues) else None
            if (
                cue.kind != "name"
                and follow
                and follow.kind == "not_tail"
                and follow.start - cue.end <= 5
            ):
                continue
            if _WARNING.search(folded, max(0, cue.start - 9), min(len(folded), cue.end + 8)):
                continue
            kinds.add("order_id" if cue.kind == "household" else cue.kind)
        if not kinds or not (len(text) <= 12 or _ASKS.search(text)):
            return state.open
        if "mobile" in kinds:
            kinds.add("landline")
        still = tuple((t, until) for t, until in state.open if until >= turn and t not in kinds)
        return still + tuple(
            (kind, turn + (1 if kind == "not_tail" else _OPEN_TURNS))
            for kind in sorted(kinds & (_TYPES | {"not_tail"}))
        )

    def _again(self, state: State, turn: int, text: str, spans: Sequence[PiiSpan]) -> list[PiiSpan]:
        """What was found before, wherever it stands again."""
        made: list[PiiSpan] = []
        for kind, quote in state.known:
            at = text.find(quote)
            while at >= 0:
                end = at + len(quote)
                if all(end <= s.start or s.end <= at for s in (*spans, *made)):
                    made.append(PiiSpan(kind, turn, at, end, quote, 0.9, f"{kind}:again"))
                at = text.find(quote, end)
        return made

    def _pieces(
        self, state: State, turn: int, text: str, spans: Sequence[PiiSpan], expected: frozenset[str]
    ) -> tuple[list[PiiSpan], tuple[Piece, ...]]:
        """Join digits said over several turns of one speaker."""
        if spans:
            return [], ()
        runs = list(digit_runs(normalise(text).text, least=2))
        if len(runs) != 1:
            return [], (state.pieces if not runs and len(text) < 8 else ())
        run = runs[0]
        rest = _FILLER.sub("", text[: run.start] + text[run.end :])
        if len(run.digits) > 14 or (rest and not expected) or len(rest) > 12:
            return [], ()
        recent = tuple(p for p in state.pieces if turn - p.turn <= 6)
        pieces = (*recent, Piece(turn, run.start, run.end, text[run.start : run.end], run.digits))
        for first in range(len(pieces) - 1):
            kind = _whole("".join(p.digits for p in pieces[first:]), expected)
            if kind:
                return [
                    PiiSpan(kind, p.turn, p.start, p.end, p.quote, 0.9, "number:split")
                    for p in pieces[first:]
                ], ()
        return [], pieces[-8:]


def _whole(digits: str, expected: frozenset[str]) -> str | None:
    """The type of a number put together from several turns."""
    size = len(digits)
    if size == 11 and digits[0] == "1" and digits[1] in "3456789":
        return "mobile"
    if size == 10 and digits.startswith("09"):
        return "mobile"
    if size == 18 and (checks.resident_shape(digits)):
        return "id_card"
    if size in (16, 19) and (checks.luhn(digits) or "bank_card" in expected) and digits[0] in "456":
        return "bank_card"
    if size == 8 and "mobile" in expected and digits[0] in "5679":
        return "mobile"
    return None


__all__ = ["START", "Piece", "State", "Thread", "digits_of"]
