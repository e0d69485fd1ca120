"""Following a conversation: what was asked for, numbers split over turns, names said before.

A pure fold: :meth:`Thread.step` takes a state and a turn and answers the next state. States are
immutable values.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from ccnlp.privacy import checks
from ccnlp.privacy.hits import Hit
from ccnlp.privacy.prefilter import Part
from ccnlp.privacy.recognise import Look, Recogniser
from ccnlp.text.normalise import Normal, normalise_many
from ccnlp.text.numerals import digit_runs
from ccnlp.types import PiiSpan

#: For how many turns a question for a number or name stays open; for last digits, one.
_OPEN_TURNS: Final = 4
#: How many values are sought again, and how many pieces of a number are kept.
_KNOWN, _PIECES = 24, 8
#: Pieces of one number are at most so many turns apart.
_APART: Final = 6
#: An agent who checks or passes on a person's data, not the company's.
_OF_A_PERSON: Final = re.compile(
    "对不|是吗|吗[?？。]?$|您[的家住这留]|上门|师傅|(?<!其)[他她](?!家|们)|家[住的]|业主|"
    "客户|户主|机主|住户|资源|装机"
)
_CHECKING: Final = re.compile(
    "对吗|对吧|核对|[跟和向再].{0,3}确认|确认[一下]{0,2}您|登记|您预留|预留的|预留(?:手机|"
    "电话|号码)|收件|收货|寄[到往给]|复述|重复|是不是|您(?:家|住|留)|您的(?:地址|电话|号码|手机)"
)
_FILLER: Final = re.compile(
    r"[\s,，。、.…~～嗯呃啊哦对是的然后再就那个好行还有后面最号!！?？第一二三段]+|前面|后面|"
    r"接着|最后|完了"
)
#: What an answer that is more than a name must hold.
_CONTENT: Final = re.compile("[0-9a-z零〇一幺二两三四五六七八九十壹贰叁肆伍陆柒捌玖洞拐]")
#: Numbers and accounts have at least four such characters, or fewer with what stands for more.
_DIGITS: Final = re.compile("[0-9a-z零〇○一幺弌二两弍三弎四五六七八九十壹贰叁肆伍陆柒捌玖洞拐勾么]")
_HELPED: Final = re.compile("[!-/:-@\\[-`{-~个双连另凌灵铃腰妖夭吆俩仨叄舞武溜爸钩酒]")
_NOTHING: Final[frozenset[str]] = frozenset()
_EMPTY: Final = Look()


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
    #: Whether the talk is of shops, hotels and the like, whose numbers are for all.
    venue: bool = False


START: Final = State()


class Thread:
    """The fold over the turns of a conversation."""

    def __init__(self, recogniser: Recogniser) -> None:
        self.recogniser = recogniser

    def conversation(self, turns: Sequence[tuple[str, str]]) -> list[PiiSpan]:
        """All spans of a conversation, given as (speaker, text), ordered by turn and start."""
        normals = normalise_many([text for _, text in turns])
        views = [(t, n, s) for (s, t), n in zip(turns, normals, strict=True)]
        state, spans = START, list[PiiSpan]()
        for index, (look, (text, normal, speaker)) in enumerate(
            zip(self.recogniser.look_many(views), views, strict=True)
        ):
            state, made = self.step(state, index, speaker, text, normal, look)
            spans += made
        return sorted(spans, key=lambda s: (s.turn, s.start))

    def step(
        self, state: State, turn: int, speaker: str, text: str, normal: Normal, look: Look | None
    ) -> tuple[State, list[PiiSpan]]:
        """Take one turn and what the recogniser saw in it by itself.

        The spans may point at earlier turns (a number said over several turns).
        """
        if look is None and not (state.open or state.known or state.pieces):
            return state, []
        agent = speaker in ("agent", "bot")
        expected = _still_open(state, turn)
        if look is None:
            idle = agent or not (expected or state.pieces)
            if idle and not state.known:
                return state, []
            look = _EMPTY
        found = look.hits
        if not agent and (expected or (state.cantonese and look.piece)):
            if "name" in expected or "address" in expected or _CONTENT.search(normal.text):
                if state.cantonese or look.cantonese:
                    expected |= {"cantonese"}
                parts = look.parts | _parts(expected, normal.text)
                if parts:
                    found = tuple(
                        self.recogniser.find(
                            text, normal=normal, speaker=speaker, expected=expected, parts=parts
                        )
                    )
        elif agent and found:
            venue = look.venue or state.venue
            found = _without_public(found, state, turn, text, normal.text, venue=venue)
        if not found and _says_nothing(state, look) and (expected or not state.open):
            return state, []
        spans = [_span(hit, turn, text) for hit in found]
        if state.known:
            spans += _again(state, turn, text, spans)
        pieces, opened = state.pieces, state.open
        if agent:
            if look.asks:
                opened = _reopened(state, turn, look.asks)
        elif pieces or look.piece:
            joined, pieces = _join(state, turn, normal.text, text, spans, expected)
            spans += joined
        if opened and not expected and not look.asks:
            opened = ()
        following = State(
            opened,
            pieces,
            _remember(state.known, spans) if spans else state.known,
            turn + 2 if look.public else state.public_until,
            state.cantonese or look.cantonese,
            state.venue or look.venue,
        )
        spans.sort(key=lambda s: (s.turn, s.start))
        return (state if following == state else following), spans


def _says_nothing(state: State, look: Look) -> bool:
    """Whether a turn without hits of its own leaves the state as it is, but for open questions."""
    return not (
        state.known
        or state.pieces
        or look.asks
        or look.public
        or look.piece
        or look.cantonese > state.cantonese
        or look.venue > state.venue
    )


def _parts(expected: frozenset[str], plain: str) -> int:
    """Recognisers that a question gives something to do."""
    count = len(_DIGITS.findall(plain))
    enough = count >= 4 or (count >= 2 and _HELPED.search(plain))
    parts = Part.NUMBER | Part.ACCOUNT if enough else 0
    if "name" in expected:
        parts |= Part.NAME
    if "address" in expected:
        parts |= Part.ADDRESS
    if "plate" in expected:
        parts |= Part.PLATE
    return parts


def _reopened(state: State, turn: int, asks: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Open questions after an agent has asked for ``asks``."""
    still = tuple((t, until) for t, until in state.open if until >= turn and t not in asks)
    return still + tuple((kind, turn + (1 if kind == "not_tail" else _OPEN_TURNS)) for kind in asks)


def _still_open(state: State, turn: int) -> frozenset[str]:
    if not state.open:
        return _NOTHING
    return frozenset(kind for kind, until in state.open if until >= turn)


def _span(hit: Hit, turn: int, text: str) -> PiiSpan:
    quote = text[hit.start : hit.end]
    return PiiSpan(hit.type, turn, hit.start, hit.end, quote, hit.confidence, hit.source)


def _without_public(
    hits: tuple[Hit, ...], state: State, turn: int, text: str, plain: str, *, venue: bool
) -> tuple[Hit, ...]:
    """Less what is the company's or a shop's own: numbers and addresses that an agent tells.

    ``venue``: the conversation is about shops, hotels, sights.
    """
    answering = state.public_until >= turn
    named = any(h.type == "name" for h in hits)
    if named or (_CHECKING.search(plain) and not answering):
        return hits
    if (
        not answering
        and not venue
        and (_OF_A_PERSON.search(plain) or any(h.type in ("mobile", "id_card") for h in hits))
    ):
        return hits
    public = ("landline", "address", "mobile") if venue and answering else ("landline", "address")
    return tuple(
        hit
        for hit in hits
        if hit.type not in public or _is_known(hit, text[hit.start : hit.end], state)
    )


def _is_known(hit: Hit, quote: str, state: State) -> bool:
    return any(
        kind == hit.type and (quote[-4:] in value or value[-4:] in quote)
        for kind, value in state.known
    )


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
    card = "bank_card" in expected or (size in (16, 19) and checks.luhn(digits))
    if size in (16, 19) and digits[0] in "456" and card:
        return "bank_card"
    if size == 8 and {"mobile", "cantonese"} <= expected:
        return "mobile" if digits[0] in "5679" else "landline"
    if size in (11, 12) and digits[0] == "0" and "landline" in expected:
        return "landline"
    return None
