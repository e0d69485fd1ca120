"""Following a conversation: what was asked for, numbers split over turns, names said before.

A pure fold: :meth:`Thread.step` takes a state and a turn and answers the next state. States are
immutable values.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from ccnlp.privacy import checks
from ccnlp.privacy.hits import Hit
from ccnlp.privacy.recognise import Recogniser
from ccnlp.taxonomy import PII_TYPES
from ccnlp.text.normalise import Normal, normalise
from ccnlp.text.numerals import digit_runs, fold
from ccnlp.types import PiiSpan

#: For how many turns a question for a number or name stays open; for last digits, one.
_OPEN_TURNS: Final = 4
#: How many values are sought again, and how many pieces of a number are kept.
_KNOWN, _PIECES = 24, 8
#: Pieces of one number are at most so many turns apart.
_APART: Final = 6
_TYPES: Final = frozenset(PII_TYPES)
#: What a question for one kind lets expect.
_IMPLIED: Final = {
    "household": ("order_id",),
    "booking": ("order_id", "booking"),
    "mobile": ("mobile", "landline"),
    "not_tail": ("not_tail",),
}
_ASKS: Final = re.compile(
    "请|麻烦|报|说|提供|发|多少|什么|啥|哪|念|给|留|核对|告诉|[?？]|吗|呢|一下|贵姓|是|方便|输入|俾|讲|确认|查|登记|需要|几多|写|填"
)
_WARNING: Final = re.compile(
    "不要|不会|不用|不能|切勿|请勿|勿|别(?!担心|着急|急|慌|怕|挂|生气|哭|激动)|无需|不需要|任何人"
)
_CHANGED: Final = re.compile("修改|重置|更改|重设|忘")
#: The customer asks for the company's own number or address.
_FOR_PUBLIC: Final = re.compile(
    "(?:电话|地址|热线|号码|在哪).{0,8}(?:多少|什么|是啥|哪|几|有吗|有没有|呢|吗|[?？])|(?:告诉|发|给|问|知道|查).{0,10}(?:电话|地址)|(?:什么|哪).{0,4}(?:电话|地址)"
)
#: An agent who checks or passes on a person's data, not the company's.
_OF_A_PERSON: Final = re.compile(
    "对吗|对吧|对吗|对不|是吗|吗[?？。]?$|核对|确认|登记|预留|您[的家住这留]|收件|收货|寄|上门|师傅|复述|重复|是不是|[他她]|家[住的]|业主|客户|户主|机主|住户|资源|装机"
)
_FILLER: Final = re.compile(
    r"[\s,，。、.…~～嗯呃啊哦对是的然后再就那个好行还有后面最号!！?？第一二三段]+|前面|后面|接着|最后|完了"
)
_CANTONESE: Final = re.compile("[嘅嗰冇佢哋喺咗嚟畀俾咁啲㗎唔搵]")


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
    #: Until this turn the company may be answering with its own number or address.
    public_until: int = -1
    #: Whether Cantonese has been heard: then eight digits are a telephone number.
    cantonese: bool = False


START: Final = State()


class Thread:
    """The fold over the turns of a conversation."""

    def __init__(self, recogniser: Recogniser) -> None:
        self.recogniser = recogniser

    def step(
        self,
        state: State,
        turn: int,
        speaker: str,
        text: str,
        hits: Sequence[Hit] | None,
        *,
        normal: Normal | None = None,
    ) -> tuple[State, list[PiiSpan]]:
        """Take one turn.

        ``hits``: what the recogniser found in the turn by itself, ``None`` where it was not worth
        looking. The spans may point at earlier turns.
        """
        agent = speaker in ("agent", "bot")
        expected = _still_open(state, turn)
        if not expected and not hits and not state.known and not agent and not state.pieces:
            if not _FOR_PUBLIC.search(text) and not self._hears_cantonese(state, text):
                return state, []
        normal = normal or normalise(text)
        if state.cantonese:
            expected |= {"cantonese"}
        if expected and not agent:
            hits = self.recogniser.find(text, normal=normal, speaker=speaker, expected=expected)
        found = list(hits or ())
        if agent and found:
            found = _without_public(found, state, turn, text)
        spans = [_span(hit, turn, text) for hit in found]
        spans += _again(state, turn, text, spans)
        pieces, opened, public = state.pieces, state.open, state.public_until
        if agent:
            opened = self._asked(state, turn, normal.text)
        else:
            joined, pieces = _join(state, turn, normal.text, text, spans, expected)
            spans += joined
            if _FOR_PUBLIC.search(normal.text):
                public = turn + 2
        following = State(
            opened,
            pieces,
            _remember(state.known, spans),
            public,
            state.cantonese or self._hears_cantonese(state, text),
        )
        spans.sort(key=lambda s: (s.turn, s.start))
        return (state if following == state else following), spans

    def _hears_cantonese(self, state: State, text: str) -> bool:
        return not state.cantonese and _CANTONESE.search(text) is not None

    def _asked(self, state: State, turn: int, plain: str) -> tuple[tuple[str, int], ...]:
        """Questions that are open after this turn of an agent."""
        folded = fold(plain)
        cues = self.recogniser.lexicon.cues(folded)
        kinds: set[str] = set()
        for place, cue in enumerate(cues):
            if cue.kind.startswith("not_") and cue.kind != "not_tail":
                continue
            follow = cues[place + 1] if place + 1 < len(cues) else None
            only_tail = follow and follow.kind == "not_tail" and follow.start - cue.end <= 5
            if only_tail and cue.kind not in ("name", "not_tail"):
                continue
            around = max(0, cue.start - 9), min(len(folded), cue.end + 8)
            if _WARNING.search(folded, *around):
                continue
            if cue.kind == "password" and _CHANGED.search(folded, *around):
                continue
            kinds.update(_IMPLIED.get(cue.kind, (cue.kind,)))
        if not kinds or not (len(plain) <= 12 or _ASKS.search(plain)):
            return state.open
        still = tuple((t, until) for t, until in state.open if until >= turn and t not in kinds)
        return still + tuple(
            (kind, turn + (1 if kind == "not_tail" else _OPEN_TURNS)) for kind in sorted(kinds)
        )


def _still_open(state: State, turn: int) -> frozenset[str]:
    if not state.open:
        return frozenset()
    return frozenset(kind for kind, until in state.open if until >= turn)


def _span(hit: Hit, turn: int, text: str) -> PiiSpan:
    quote = text[hit.start : hit.end]
    return PiiSpan(hit.type, turn, hit.start, hit.end, quote, hit.confidence, hit.source)


def _without_public(hits: Iterable[Hit], state: State, turn: int, text: str) -> list[Hit]:
    """Less what is the company's or a shop's own: numbers and addresses that an agent tells."""
    hits = list(hits)
    if any(h.type in ("name", "mobile", "id_card") for h in hits) and state.public_until < turn:
        return hits
    if _OF_A_PERSON.search(text) and state.public_until < turn:
        return hits
    kept = []
    for hit in hits:
        if hit.type not in ("landline", "address"):
            kept.append(hit)
            continue
        quote = text[hit.start : hit.end]
        if any(
            kind == hit.type and (quote[-4:] in value or value[-4:] in quote)
            for kind, value in state.known
        ):
            kept.append(hit)
    return kept


def _again(state: State, turn: int, text: str, spans: Sequence[PiiSpan]) -> list[PiiSpan]:
    """What was found before, wherever it stands again."""
    made: list[PiiSpan] = []
    for kind, quote in state.known:
        at = text.find(quote)
        while at >= 0:
            end = at + len(quote)
            whole = len(quote) > 2 or not "一" <= text[end : end + 1] <= "龥"
            if whole and all(end <= s.start or s.end <= at for s in (*spans, *made)):
                made.append(PiiSpan(kind, turn, at, end, quote, 0.9, f"{kind}:again"))
            at = text.find(quote, end)
    return made


def _remember(
    known: tuple[tuple[str, str], ...], spans: Sequence[PiiSpan]
) -> tuple[tuple[str, str], ...]:
    for span in spans:
        pair = (span.type, span.quote)
        if pair not in known and len(span.quote) >= (2 if span.type == "name" else 5):
            known = (*known[-_KNOWN + 1 :], pair)
    return known


def _join(
    state: State,
    turn: int,
    plain: str,
    text: str,
    spans: Sequence[PiiSpan],
    expected: frozenset[str],
) -> tuple[list[PiiSpan], tuple[Piece, ...]]:
    """Join digits said over several turns of one speaker."""
    if spans:
        return [], ()
    runs = list(digit_runs(plain, least=2))
    if len(runs) != 1:
        return [], (state.pieces if not runs and len(text) < 8 else ())
    run = runs[0]
    rest = _FILLER.sub("", plain[: run.start] + plain[run.end :])
    if len(run.digits) > 14 or len(rest) > (12 if expected else 0):
        return [], ()
    recent = tuple(p for p in state.pieces if turn - p.turn <= _APART)
    quote = text[run.start : run.end]
    pieces = (*recent, Piece(turn, run.start, run.end, quote, run.digits))
    for first in range(len(pieces) - 1):
        kind = _whole("".join(p.digits for p in pieces[first:]), expected)
        if kind:
            return [
                PiiSpan(kind, p.turn, p.start, p.end, p.quote, 0.9, "number:split")
                for p in pieces[first:]
            ], ()
    return [], pieces[-_PIECES:]


def _whole(digits: str, expected: frozenset[str]) -> str | None:
    """The type of a number put together from several turns."""
    size = len(digits)
    if size == 11 and digits[0] == "1" and digits[1] in "3456789":
        return "mobile"
    if size == 10 and digits.startswith("09"):
        return "mobile"
    if size == 18 and (checks.resident_shape(digits) or "id_card" in expected):
        return "id_card"
    if size in (16, 19) and digits[0] in "456":
        if checks.luhn(digits) or "bank_card" in expected:
            return "bank_card"
    if size == 8 and "mobile" in expected:
        return "mobile" if digits[0] in "5679" else "landline"
    if size in (11, 12) and digits[0] == "0" and "landline" in expected:
        return "landline"
    return None
