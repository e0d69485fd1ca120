"""Numbers of persons in runs of digits: phones, identity cards, bank cards, orders, codes.

A run is cut at its pauses into groups; every window of groups is tried as every type, the best
that do not overlap are kept. Three things speak for a type: the number's own shape and check
digit, the word that announces it in the turn, and what the agent has just asked for.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from ccnlp.privacy import checks
from ccnlp.privacy.hits import Hit
from ccnlp.privacy.lexicon import Cue
from ccnlp.text.numerals import DigitRun

#: Units and the like after a number that make it an amount.
_UNIT: Final = re.compile(
    r" ?(?:元|块|塊|圓|美元|美金|台币|台幣|港币|港幣|人民币|日元|万|萬|亿|億|千|百|度|吨|噸|分钟|分鐘|小时|小時|秒|天|年|月|"
    r"股|积分|積分|点|點|%|％|公里|米|兆|毫安|MAH|ML|KG|KB|MB|GB|G流量|克|斤|件|个(?!人)|個(?!人)|粉丝|粉絲|步|瓦|转|次|人|平|"
    r"多(?:元|块|塊)|來塊|来块|RMB|NT|HKD|USD|多)"
)
_MONEY: Final = re.compile(r"(?:[¥￥$€£]|NT\$?|HK\$?|RMB|USD)\s*$")
_LETTERS: Final = re.compile(r"(?<![A-Z])([A-Z]{1,3}) ?-?$")
_SEPARATED: Final = re.compile(r"(?<![A-Z])((?:[A-Z][ -]){1,2}[A-Z]) ?$")
_SERVICE: Final = re.compile(
    r"(?:400|800)\d{7}|(?:95|96)\d{3,6}|10\d{3,6}|0800\d{6}|0809\d{6}|12\d{3}|11\d|1258\d{0,5}|106\d{5,}"
)
_MOBILE: Final = re.compile(r"(?:(?:00)?86)?(1[3-9]\d{9})")
_TW_MOBILE: Final = re.compile(r"09\d{8}|(?:00)?8860?9\d{8}")
_HK_PHONE: Final = re.compile(r"(?:00)?852[2-9]\d{7}|(?:00)?853[268]\d{7}")
_LANDLINE: Final = re.compile(r"(?:(?:00)?86)?0?(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}")
_LANDLINE_ZERO: Final = re.compile(r"(?:(?:00)?86)?0(?:10[2-8]\d{7}|2\d[2-8]\d{7}|[3-9]\d{2}[2-8]\d{6,7})")
_TW_LANDLINE: Final = re.compile(r"(?:(?:00)?886|0)(?:2[2-8]\d{7}|4[2-37]\d{7}|[3-8]\d{7}|(?:37|49|89|82)\d{6})")
_CARD_START: Final = re.compile(r"62|4|5[1-5]|3[47]|35|60|9558|2[2-7]|6[0135-9]|81|103|9[0-9]")
_SURE_CARD: Final = re.compile(r"62|4|5[1-5]|9558|3[57]|34")
_CANTONESE: Final = re.compile("[嘅嗰冇佢哋喺咗嚟唔畀俾咁啲乜睇]")
_DIRECT: Final = re.compile(
    r"^[\s:：=#＃是为為係系就呢的嘅喺在叫(（「『【\[<,，、。~～-]*(?:(?:是|为|為|就是|这个|這個|我的|我嘅|係|号|號|码|碼|嗯|呃|那个|应该|應該|大概|好像|发你|给你|給你|如下|写的|寫的|填的|报给你|念给你|唸給你|记1下|您记)[\s:：,，、。]*){0,3}$"
)


class Context(NamedTuple):
    """What speaks for a type: cues of the turn, and what was asked for before."""

    folded: str
    cues: Sequence[Cue]
    #: Types the other side has just asked for.
    expected: frozenset[str] = frozenset()


class _Found(NamedTuple):
    type: str
    first: int
    last: int
    confidence: float
    why: str


def nearest(context: Context, start: int, *, reach: int = 16) -> tuple[str, bool, int]:
    """The cue that announces what begins at ``start``: its kind, whether directly, the distance.

    Kind is "" where there is none within ``reach`` characters.
    """
    best: Cue | None = None
    for cue in context.cues:
        if cue.end > start:
            break
        best = cue
    if best is None or start - best.end > reach:
        return "", False, reach + 1
    between = context.folded[best.end:start]
    return best.kind, _DIRECT.match(between) is not None, start - best.end


def numbers(run: DigitRun, context: Context) -> list[Hit]:
    """Personal numbers in ``run``; spans that do not overlap, from left to right."""
    count = len(run.digits)
    if count < 4:
        return []
    folded = context.folded
    kind, direct, distance = nearest(context, run.start)
    after = folded[run.end:run.end + 5]
    letters = _LETTERS.search(folded[max(0, run.start - 5):run.start])
    spaced = _SEPARATED.search(folded[max(0, run.start - 7):run.start])
    prefix = letters[1] if letters else ""
    if prefix and any(cue.end >= run.start - 1 and cue.end <= run.start for cue in context.cues):
        prefix = ""
    if spaced:
        prefix = spaced[1].replace(" ", "")
    if prefix or ("A" <= after[:1] <= "Z" and after[:1] != "X"):
        return []  # letters and digits: ccnlp.privacy.tokens
    if _MONEY.search(folded[max(0, run.start - 4):run.start]):
        return []
    amount = _UNIT.match(after) is not None
    bounds = [*run.groups, count]
    found: list[_Found] = []
    for left in range(len(bounds) - 1):
        for right in range(left + 1, len(bounds)):
            first, last = bounds[left], bounds[right]
            if last - first > 20:
                break
            made = _judge(run, first, last, context, kind, direct, distance, amount and last == count)
            if made is not None:
                found.append(made)
    if not found and count > 11:
        found = _unbroken(run, context)
    found.sort(key=lambda f: (-f.confidence, f.first - f.last))
    kept: list[_Found] = []
    for one in found:
        if all(one.last <= other.first or other.last <= one.first for other in kept):
            kept.append(one)
    hits = []
    for one in kept:
        start, end = run.span(one.first, one.last)
        if one.type == "id_card" and one.why.startswith("x"):
            end = _past_x(folded, end)
        if folded[max(0, start - 1):start] == "+":
            start -= 1
        hits.append(Hit(one.type, start, end, one.confidence, f"number:{one.why}"))
    return sorted(hits, key=lambda h: h.start)


def _past_x(folded: str, end: int) -> int:
    match = re.compile(r"[ ,，-]{0,2}(?:X|叉|×|艾克斯)").match(folded, end)
    return match.end() if match else end


def _judge(
    run: DigitRun,
    first: int,
    last: int,
    context: Context,
    kind: str,
    direct: bool,
    distance: int,
    amount: bool,
) -> _Found | None:
    """The best type for one window of the run's digits, if any."""
    digits = run.digits[first:last]
    size = last - first
    whole = first == 0 and last == len(run.digits)
    expected = context.expected
    if run.guessed * 3 > size:
        return None
    if size == 6 and whole and any(
        c.kind == "password" and 0 <= run.start - c.end <= 14 for c in context.cues
    ):
        return _Found("password", first, last, 0.8, "password+cue")
    if kind.startswith("not_") and direct and kind != "not_tail" and first == 0:
        return None
    if size == 17 and last == len(run.digits):
        full = digits + "X"
        if _past_x(context.folded, run.end) > run.end and checks.resident_shape(full):
            return _Found("id_card", first, last, 0.99 if checks.resident_check(full) else 0.85, "x+shape")
    order = kind in ("order_id", "household") and (direct or distance <= 8)
    if order and whole and size >= 6 and not amount:
        return _Found("order_id", first, last, 0.9, "order+cue")
    if size == 18 and checks.resident_shape(digits):
        sure = checks.resident_check(digits)
        return _Found("id_card", first, last, 0.98 if sure else 0.8, "mod11-2" if sure else "shape")
    if size == 18 and (kind == "id_card" or "id_card" in expected) and digits[0] != "0":
        return _Found("id_card", first, last, 0.7, "length+cue")
    if size == 15 and checks.old_resident_shape(digits) and (kind == "id_card" or "id_card" in expected):
        return _Found("id_card", first, last, 0.85, "old+cue")
    if _MOBILE.fullmatch(digits) or _TW_MOBILE.fullmatch(digits) or _HK_PHONE.fullmatch(digits):
        if amount and size < 10:
            return None
        return _Found("mobile", first, last, 0.95, "mobile")
    if amount:
        return None
    card = kind == "bank_card" or "bank_card" in expected
    if 14 <= size <= 19 and _CARD_START.match(digits):
        checked = checks.luhn(digits)
        if card and (checked or size in (16, 17, 18, 19, 15)):
            return _Found("bank_card", first, last, 0.95 if checked else 0.8, "luhn+cue" if checked else "cue")
        if checked and size in (15, 16, 19) and _SURE_CARD.match(digits) and "order_id" not in expected:
            if not kind.startswith("not_"):
                return _Found("bank_card", first, last, 0.85, "luhn")
    phone = kind in ("mobile", "landline") or bool(expected & {"mobile", "landline"})
    split = first in run.groups and any(g - first in (2, 3, 4) for g in run.groups if first < g < last)
    if not _SERVICE.fullmatch(digits) and kind not in ("not_company",):
        if _LANDLINE_ZERO.fullmatch(digits) or _TW_LANDLINE.fullmatch(digits):
            if phone or split:
                return _Found("landline", first, last, 0.9 if phone else 0.8, "landline")
        elif phone and _LANDLINE.fullmatch(digits) and (size >= 10 or direct or expected) and split:
            return _Found("landline", first, last, 0.85, "landline+cue")
        if phone and size in (7, 8) and digits[0] in "2345689" and (direct or whole):
            name = "mobile" if size == 8 and digits[0] in "5679" else "landline"
            return _Found(name, first, last, 0.8, "local+cue")
        if size == 8 and digits[0] in "5679" and whole and _CANTONESE.search(context.folded):
            return _Found("mobile", first, last, 0.75, "hong kong")
    if size in (10, 12) and kind == "mobile" and run.spoken and digits[0] == "1" and digits[1] in "35789":
        return _Found("mobile", first, last, 0.86, "misheard")
    if kind.startswith("not_"):
        return None
    if "not_tail" in expected and size <= 8 and not direct:
        return None
    if (kind == "passport" or "passport" in expected) and size in (8, 9) and (direct or expected):
        return _Found("passport", first, last, 0.8, "passport+cue")
    if kind == "wechat_qq" and (direct or distance <= 8) and 5 <= size <= 12 and whole:
        return _Found("wechat_qq", first, last, 0.9, "qq+cue")
    if "wechat_qq" in expected and 6 <= size <= 11 and whole:
        return _Found("wechat_qq", first, last, 0.8, "qq+asked")
    if kind == "password" and 4 <= size <= 12 and whole and distance <= 12:
        return _Found("password", first, last, 0.85, "password+cue")
    if "password" in expected and size == 6 and whole:
        return _Found("password", first, last, 0.8, "password+asked")
    if kind == "verification_code" and whole and 4 <= size <= 8 and (distance <= 8 or direct or size == 6):
        return _Found("verification_code", first, last, 0.9, "code+cue")
    if size == 6 and whole and any(
        c.kind == "verification_code" and 0 <= run.start - c.end <= 40 for c in context.cues
    ):
        return _Found("verification_code", first, last, 0.8, "code+cue")
    if "verification_code" in expected and 4 <= size <= 8 and whole and kind != "not_tail":
        return _Found("verification_code", first, last, 0.85, "code+asked")
    if "order_id" in expected and whole and size >= 8 and not kind.startswith("not_"):
        return _Found("order_id", first, last, 0.85, "order+asked")
    return None


def _unbroken(run: DigitRun, context: Context) -> list[_Found]:
    """A phone or identity number said in one breath with a short number before or after it."""
    digits = run.digits
    count = len(digits)
    found = []
    if count >= 22 and checks.resident_shape(digits[:18]):
        found.append(_Found("id_card", 0, 18, 0.8, "shape"))
    elif run.spoken and 13 <= count <= 19:
        if _MOBILE.fullmatch(digits[:11]):
            found.append(_Found("mobile", 0, 11, 0.75, "mobile+tail"))
        elif _MOBILE.fullmatch(digits[-11:]):
            found.append(_Found("mobile", count - 11, count, 0.7, "mobile+head"))
    return found
