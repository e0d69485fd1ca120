"""What a window of digits is: one small judge a type, from the surest to the least sure.

Three things speak for a type: the number's own shape and check digit, the word that announces it,
and what the other side has just asked for.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from ccnlp.privacy import checks
from ccnlp.privacy.context import Announced, Context, in_traditional, said_before
from ccnlp.text.numerals import DigitRun


class Kind(NamedTuple):
    """A type, how sure it is, and what supports it."""

    type: str
    confidence: float
    why: str
    #: Whether a check character X follows the digits.
    with_x: bool = False


class Window(NamedTuple):
    """Digits ``first`` to ``last - 1`` of a run, and what stands around."""

    run: DigitRun
    first: int
    last: int
    digits: str
    cue: Announced
    context: Context
    #: A unit follows: the number is an amount.
    amount: bool
    #: An X follows.
    x_follows: bool
    #: Where groups begin inside the window.
    cuts: tuple[int, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the window is the whole run."""
        return self.first == 0 and self.last == len(self.run.digits)

    def speaks(self, *types: str) -> bool:
        """Whether a cue or a question speaks for one of ``types``."""
        return self.cue.kind in types or not self.context.expected.isdisjoint(types)


#: Numbers of companies and services, which are nobody's.
_SERVICE: Final = re.compile(
    r"(?:400|800)\d{7}|(?:95|96)\d{3,4}|100\d{2}|10[01]\d{3}|0800\d{6}|0809\d{6}|"
    r"12[13]\d{2}|11\d|106\d{5,17}|9501\d{4,8}|1010\d{4}"
)
_MOBILE: Final = re.compile(
    r"(?:(?:00)?86)?1[3-9]\d{9}|(?:00)?8860?9\d{8}|09\d{8}|(?:00)?852[2-9]\d{7}|"
    r"(?:00)?853[268]\d{7}"
)
_LANDLINE: Final = re.compile(
    r"(?:(?:00)?86)?0(?:10[2-8]\d{7}|2\d[2-8]\d{7}|[3-9]\d{2}[2-8]\d{6,7})"
    r"|(?:(?:00)?886|0)(?:2[2-8]\d{7}|4[2-37]\d{7}|[3-8]\d{7}|(?:37|49|89|82)\d{6})"
)
_NO_ZERO: Final = re.compile(r"(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}")
_CARD: Final = re.compile(r"62|4|5[1-5]|3[47]|35|60|9558|2[2-7]|6[0135-9]|81|103|9[0-9]")
_SURE_CARD: Final = re.compile(r"62|4|5[1-5]|9558|3[57]|34")
_COMPANY_QQ: Final = re.compile("客服|企业QQ|官方|关注")
_CANTONESE: Final = re.compile("[嘅嗰冇佢哋喺咗嚟唔畀俾咁啲乜睇㗎搵]")


def _password(w: Window) -> Kind | None:
    size = len(w.digits)
    if not w.whole or w.amount or not 4 <= size <= 12:
        return None
    if w.cue.kind == "password" and w.cue.distance <= 12:
        return Kind("password", 0.86, "password+cue")
    if size == 6 and said_before(w.context, "password", w.run.start, reach=14):
        return Kind("password", 0.8, "password+cue")
    if size == 6 and "password" in w.context.expected and not w.cue.kind.startswith("not_"):
        return Kind("password", 0.8, "password+asked")
    return None


def _order(w: Window) -> Kind | None:
    if not w.whole or len(w.digits) < 6 or w.amount:
        return None
    if w.cue.kind in ("order_id", "household", "booking"):
        if w.cue.direct:
            return Kind("order_id", 0.96, "order+cue")
        if w.cue.distance <= 8:
            return Kind("order_id", 0.9, "order+cue")
    return None


def _resident(w: Window) -> Kind | None:
    digits, size = w.digits, len(w.digits)
    if size == 17 and w.x_follows and checks.resident_shape(digits + "X"):
        right = checks.resident_check(digits + "X")
        return Kind(
            "id_card", 0.99 if right else 0.85, "mod11-2" if right else "shape", with_x=True
        )
    if size == 18:
        if checks.resident_shape(digits):
            right = checks.resident_check(digits)
            return Kind("id_card", 0.98 if right else 0.8, "mod11-2" if right else "shape")
        if w.speaks("id_card") and digits[0] != "0":
            return Kind("id_card", 0.7, "length+cue")
    if w.speaks("id_card"):
        if size == 15 and checks.old_resident_shape(digits):
            return Kind("id_card", 0.85, "old+cue")
        if size == 17 and w.x_follows:
            return Kind("id_card", 0.7, "length+cue", with_x=True)
        if w.cue.kind == "id_card" and w.cue.direct and size in (16, 17, 19) and w.run.spoken:
            return Kind("id_card", 0.6, "misheard")
        if w.cue.kind == "id_card" and w.cue.direct and size in (7, 8) and w.whole and w.run.spoken:
            return None
    return None


def _mobile(w: Window) -> Kind | None:
    size = len(w.digits)
    if _MOBILE.fullmatch(w.digits) and not (w.amount and size < 10):
        return Kind("mobile", 0.95, "mobile")
    if (
        size in (10, 12)
        and w.speaks("mobile")
        and w.run.spoken
        and w.digits[0] == "1"
        and w.digits[1] in "35789"
    ):
        return Kind("mobile", 0.86, "misheard")
    return None


def _card(w: Window) -> Kind | None:
    size = len(w.digits)
    if w.amount or not 14 <= size <= 19 or not _CARD.match(w.digits):
        return None
    right = checks.luhn(w.digits)
    if w.speaks("bank_card") and (right or size >= 15):
        sure = w.whole and (right or size in (16, 19))
        return Kind("bank_card", 0.97 if sure else 0.8, "luhn+cue" if right else "cue")
    if right and size in (15, 16, 19) and _SURE_CARD.match(w.digits):
        if "order_id" in w.context.expected or w.cue.kind.startswith("not_"):
            return None
        return Kind("bank_card", 0.96 if w.whole else 0.85, "luhn")
    return None


def _telephone(w: Window) -> Kind | None:
    digits, size, cue = w.digits, len(w.digits), w.cue
    if w.amount or _SERVICE.fullmatch(digits) or cue.kind == "not_company":
        return None
    phone = w.speaks("mobile", "landline")
    cuts = [cut - w.first for cut in w.cuts]
    split = any(cut in (2, 3, 4) for cut in cuts)
    if _LANDLINE.fullmatch(digits) and (phone or (split and cuts[0] in (2, 3, 4))):
        if size < 11 and cuts and cuts[0] == 4:
            return None  # no area code of Taiwan has four digits
        return Kind("landline", 0.9 if phone else 0.8, "landline")
    if phone and size >= 10 and split and _NO_ZERO.fullmatch(digits):
        return Kind("landline", 0.85, "landline+cue")
    if size == 8 and w.whole and digits[0] in "5679" and not checks.is_date(digits):
        hong_kong = "cantonese" in w.context.expected or _CANTONESE.search(w.context.folded)
        if hong_kong or (phone and in_traditional(w.context)):
            return Kind("mobile", 0.8, "hong kong")
    if phone and size in (7, 8) and digits[0] in "23456789" and (cue.direct or w.whole):
        if checks.is_date(digits) and not cue.direct:
            return None
        return Kind("landline", 0.8, "local+cue")
    return None


def _announced(w: Window) -> Kind | None:
    """Short numbers, which only a cue or a question makes personal."""
    size, cue, expected = len(w.digits), w.cue, w.context.expected
    if w.amount or cue.kind.startswith("not_"):
        return None
    if w.speaks("passport") and size in (8, 9) and (cue.direct or expected):
        return Kind("passport", 0.8, "passport+cue")
    if not w.whole or (size != 6 and _SERVICE.fullmatch(w.digits)):
        return None
    if cue.kind == "wechat_qq" and _COMPANY_QQ.search(
        w.context.folded, max(0, w.run.start - 8), w.run.start
    ):
        return None
    if cue.kind == "wechat_qq" and w.digits.startswith(("800", "400")) and size == 9:
        return None
    if cue.kind == "wechat_qq" and (cue.direct or cue.distance <= 8) and 5 <= size <= 12:
        return Kind("wechat_qq", 0.9, "qq+cue")
    if "wechat_qq" in expected and 6 <= size <= 11:
        return Kind("wechat_qq", 0.8, "qq+asked")
    if 4 <= size <= 8:
        if cue.kind == "verification_code" and (cue.distance <= 8 or cue.direct or size == 6):
            return Kind("verification_code", 0.9, "code+cue")
        if size == 6 and said_before(w.context, "verification_code", w.run.start, reach=40):
            return Kind("verification_code", 0.8, "code+cue")
        if "verification_code" in expected:
            return Kind("verification_code", 0.85, "code+asked")
    if "order_id" in expected and size >= 8:
        return Kind("order_id", 0.85, "order+asked")
    return None


_JUDGES: Final[tuple[Callable[[Window], Kind | None], ...]] = (
    _order, _resident, _mobile, _card, _telephone, _announced,
)  # fmt: skip


def judge(window: Window) -> Kind | None:
    """The best type for a window of digits, if any."""
    if window.run.guessed * 2 > len(window.digits):
        return None
    named = window.cue.direct and not window.cue.kind.startswith("not_")
    if "not_tail" in window.context.expected and len(window.digits) <= 8 and not named:
        return None
    secret = _password(window)
    if secret is not None:
        return secret
    cue = window.cue
    if cue.kind.startswith("not_") and cue.direct and cue.kind != "not_tail":
        return None
    for one in _JUDGES:
        kind = one(window)
        if kind is not None:
            return kind
    return None


def unbroken(run: DigitRun) -> list[tuple[int, int, Kind]]:
    """A phone or identity number said in one breath with a short number before or after it."""
    digits, count = run.digits, len(run.digits)
    if count >= 22 and checks.resident_shape(digits[:18]):
        return [(0, 18, Kind("id_card", 0.8, "shape"))]
    if run.spoken and 13 <= count <= 19:
        if _MOBILE.fullmatch(digits[:11]):
            return [(0, 11, Kind("mobile", 0.75, "mobile+tail"))]
        if _MOBILE.fullmatch(digits[-11:]):
            return [(count - 11, count, Kind("mobile", 0.7, "mobile+head"))]
    return []


def documents(
    letters: str,
    digits: str,
    check: str,
    cue: Announced,
    expected: frozenset[str],
    *,
    bracket: bool = False,
) -> Kind | None:
    """Type of letters with digits: ``A123456789``, ``K123456(7)``, ``E12345678``, ``H01234567``.

    ``bracket``: the check digit stands in brackets.
    """
    if (cue.kind.startswith("not_") and cue.direct) or cue.kind in ("order_id", "booking"):
        return None
    identity = cue.kind == "id_card" or "id_card" in expected
    travel = cue.kind == "passport" or "passport" in expected
    size = len(digits)
    if len(letters) == 1 and size == 9 and digits[0] in "1289" and not check:
        right = checks.taiwan_id_check(letters + digits)
        if right or identity:
            return Kind("id_card", 0.97 if right else 0.8, "taiwan" if right else "taiwan+cue")
    if len(letters) == 2 and size == 8 and letters[1] in "ABCD" and not check and identity:
        return Kind("id_card", 0.85, "taiwan permit+cue")
    whole = digits + check
    if len(whole) == 7 and size + len(check) == 7 and len(letters) <= 2:
        right = checks.hong_kong_id_check(letters + whole)
        alone = right and len(letters) == 1 and not travel and cue.kind == ""
        if identity or (alone and (check or bracket)):
            return Kind("id_card", 0.95 if right else 0.75, "hong kong")
    if travel and 6 <= size <= 10:
        return Kind("passport", 0.9, "passport+cue")
    if (
        not cue.kind
        and not check
        and (
            (letters in ("E", "G") and size == 8)
            or (len(letters) == 2 and letters[0] == "E" and letters[1] not in "IO" and size == 7)
        )
    ):
        return Kind("passport", 0.7, "passport")
    return None
