"""Hiding personal information in place: as long as before, so that every offset stays true.

What is kept is what people need to recognise their own data: ``138****5678``, 王**, the district
of an address. Blanks and dashes stay, so that a masked text still reads as one.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

from ccnlp.privacy.lexicon import load
from ccnlp.text.normalise import normalise
from ccnlp.text.numerals import digit_runs
from ccnlp.types import PiiSpan

#: ``display`` for people who work on the case; ``export`` for what leaves the deployment.
Style = Literal["display", "export"]

_STAR: Final = "*"
#: Digits that stay at the beginning and end, on display; shorter numbers are hidden whole.
_KEPT_DIGITS: Final = {
    "mobile": (3, 4, 10),
    "landline": (0, 4, 9),
    "id_card": (3, 2, 15),
    "bank_card": (4, 4, 14),
    "passport": (0, 3, 8),
    "order_id": (0, 4, 10),
}
_DISTRICT: Final = re.compile(
    r"^[一-鿿]{1,12}?(?:[市县区](?![一-鿿]?[路街]))(?:[一-鿿]{1,4}[区县镇乡])?"
)
_SECRETS: Final = frozenset({"password", "verification_code", "wechat_qq", "email"})
_BLANK: Final = frozenset(" \t\n")
_SOFT: Final = frozenset(" \t\n-—－–·・.,，、。/()（）:：")


def mask_span(quote: str, kind: str, style: Style = "display") -> str:
    """``quote`` hidden; of the same length.

    >>> mask_span("13812345678", "mobile"), mask_span("王小明", "name")
    ('138****5678', '王**')
    """
    keep = _kept(quote, kind, style)
    soft = _BLANK if kind in _SECRETS else _SOFT
    return "".join(
        char if index in keep or char in soft else _STAR for index, char in enumerate(quote)
    )


def mask_text(text: str, spans: Iterable[tuple[int, int, str]], style: Style = "display") -> str:
    """``text`` with each span (start, end, type) hidden; ``len`` stays."""
    chars = list(text)
    for start, end, kind in spans:
        for place, char in enumerate(mask_span(text[start:end], kind, style), start):
            if char == _STAR:  # what one span keeps, another that overlaps it may hide
                chars[place] = char
    return "".join(chars)


def hide_turn(text: str, turn: int, spans: Iterable[PiiSpan]) -> str:
    """A turn with those of ``spans`` hidden, as on display, that lie in it; ``len`` stays."""
    return mask_text(text, [(s.start, s.end, s.type) for s in spans if s.turn == turn])


def mask_turns(texts: Sequence[str], pii: Iterable[PiiSpan], style: Style = "display") -> list[str]:
    """The turns of a conversation with their personal information hidden; lengths stay."""
    by_turn: dict[int, list[tuple[int, int, str]]] = {}
    for span in pii:
        by_turn.setdefault(span.turn, []).append((span.start, span.end, span.type))
    return [
        mask_text(text, by_turn[turn], style) if turn in by_turn else text
        for turn, text in enumerate(texts)
    ]


def _kept(quote: str, kind: str, style: Style) -> set[int]:
    """Indices into ``quote`` of the characters that stay."""
    if kind == "name":
        return _family_name(quote)
    if style == "export" or kind not in _DISPLAYED:
        return set()
    return _DISPLAYED[kind](quote, kind)


def _family_name(quote: str) -> set[int]:
    if quote[0].isascii():
        return {0}
    plain = normalise(quote).text
    lexicon = load()
    if len(quote) > 2 and plain[:2] in lexicon.compounds:
        return {0, 1}
    return {0} if plain[0] in lexicon.surname_bits and len(quote) <= 3 else set()


def _ends_of_number(quote: str, kind: str) -> set[int]:
    """The first and last digits of a number, however it is written."""
    head, tail, least = _KEPT_DIGITS[kind]
    starts: list[int] = []
    ends: list[int] = []
    for run in digit_runs(normalise(quote).text):
        starts += run.starts
        ends += run.ends
    if kind == "id_card" and quote[-1] in "xXｘＸ叉":
        starts.append(len(quote) - 1)
        ends.append(len(quote))
    letters = _letters(quote) if kind == "order_id" else set()
    count = len(starts)
    if count < least:
        return letters
    shown = [*range(head), *range(count - tail, count)]
    hidden = {place for i in range(head, count - tail) for place in range(starts[i], ends[i])}
    keep = {place for i in shown for place in range(starts[i], ends[i])}
    return letters | (keep - hidden)  # of a 三个八 half shown nothing stays


def _letters(quote: str) -> set[int]:
    """The letters of an order number: they tell what it is a number of, not who ordered."""
    return {place for place, char in enumerate(quote) if char.isascii() and char.isalpha()}


def _district(quote: str, kind: str) -> set[int]:
    match = _DISTRICT.match(normalise(quote).text)
    return set(range(match.end())) if match else set()


def _domain(quote: str, kind: str) -> set[int]:
    at = normalise(quote).text.find("@")
    return {0, *range(at, len(quote))} if at > 0 else set()


def _province(quote: str, kind: str) -> set[int]:
    return {0, 1} if "一" <= quote[0] <= "鿿" else set()


_DISPLAYED: Final[dict[str, Callable[[str, str], set[int]]]] = {
    **dict.fromkeys(_KEPT_DIGITS, _ends_of_number),
    "address": _district,
    "email": _domain,
    "plate": _province,
}
