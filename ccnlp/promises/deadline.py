"""Deadlines in words: 24小时内, 三到五个工作日, 明天下午三点前, 下周三, 月底前.

``deadlines`` finds them in a text and answers what was said, with no clock: when that is depends
on when it was said, and on holidays (``ccnlp.promises.calendar``). Widths, Traditional signs,
Cantonese words (听日) and blanks inside (as recognisers write) make no difference.
"""

import re
from typing import Final, Literal, get_args

import msgspec

from ccnlp.promises.days import (
    DAY,
    Day,
    InDays,
    read_day,
)
from ccnlp.text.cardinals import NUMBER, cardinal, spoken_range
from ccnlp.text.normalise import normalise_many

Unit = Literal["minute", "hour", "day", "workday", "week", "month"]


class Within(msgspec.Struct, frozen=True, tag="within"):
    """So long from now; of a range the longer end. ``amount`` > 0."""

    amount: float
    unit: Unit


class By(msgspec.Struct, frozen=True, tag="by"):
    """A day and a time of it."""

    #: ``None``: the next time it is that late.
    day: Day | None
    #: Minutes from midnight, 0..1740 (夜里四点 is of the night that follows); ``None`` for the end
    #: of the day.
    minute: int | None = None
    #: The hour was said without its half of the day: 3点 is 3:00 or 15:00.
    twelve: bool = False
    #: The time is the end of the working day (下班前).
    closing: bool = False


class Deadline(msgspec.Struct, frozen=True):
    """What was said, and where: ``start``, ``end`` in code points of the text."""

    start: int
    end: int
    said: Within | By


#: Signs that only stand between words.
_BLANK: Final = re.compile(r"[ \t\u3000\u00a0\u200b]+")
_TO: Final = r"(?:到|至|[-~—–]|/|或者?|、)"
_UNIT: Final = (
    r"(?P<minute>分钟|分(?=之内|以内|内|左右))|(?P<hour>个?小时|个?钟头|个钟|h(?=之内|以内|内))"
    r"|(?P<workday>个?(?:工作日|工作天|营业日|交易日|上班日))"
    r"|(?P<day>个?(?:天|自然日)|日(?=之内|以内|内|左右|到账))"
    r"|(?P<week>个?(?:星期|礼拜)|周)|(?P<month>个月|月(?=之内|以内|内))|(?P<quarter>刻钟)"
)
_UNITS: Final = (*get_args(Unit), "quarter")
#: Behind these the same words tell an age, a rate or a condition, not a deadline.
_NOT_BEHIND: Final = re.compile(
    r"(?:[每第逾满]|超过?|已经?|[等过拖用花试差早晚延打]了|提前|最?近|不到|连续|过去|少于|多于"
    r"|购买|签收后?|收货后?|孕|周期|共|支持|满|前"
    # 出货后三天: from another moment than that of saying
    r"|(?<![然最今])后|[审办处核]完|完成)$"
)
_NOT_BEFORE: Final = re.compile(
    r"(?:之前|以前|前(?!后))|无理由|热线|客服|在线|营业|服务|价保|保价|质保|保修|保固|试用|免息|有效|以[上下]|价格保护|[（(]?含|一?共|[一两三四五六七八九十\d]次"
)
_WITHIN: Final = re.compile(
    rf"(?P<low>{NUMBER})(?:(?:个?(?:小时|钟头|工作日|工作天|天|星期|礼拜|月)|分钟|周)?{_TO}(?P<high>{NUMBER}))?"
    rf"(?P<some>[多来几])?(?P<half>个半(?=小时|钟头|钟|月|星期|礼拜))?(?P<unit>{_UNIT})(?P<more>半)?"
)
_PART: Final = {
    "凌晨": 6, "清晨": 10, "早上": 10, "早晨": 10, "上午": 12, "中午": 14, "正午": 12,
    "下午": 18, "下昼": 18, "午后": 18, "傍晚": 19, "晚上": 24, "晚间": 24, "夜里": 24,
    "夜间": 24, "早": 10, "晚": 24,
}  # fmt: skip
_CLOCK: Final = (
    rf"(?:(?P<h24>[01]?\d|2[0-4])[::](?P<m24>[0-5]\d)(?!\d)"
    rf"|(?P<h>{NUMBER})(?:点钟?|时(?=[前之以整]|\d))"
    rf"(?:(?P<quarter>[一三]刻)|(?P<halfpast>半)|整|(?P<m>{NUMBER})分?(?!钟|之|期))?)"
)
_CLOSING: Final = r"(?P<closing>下班|收工|打烊|关门)"
_BY: Final = re.compile(
    rf"(?P<dayword>{DAY})?(?:的|之内|以内|内)?(?P<part>{'|'.join(_PART)})?(?:的)?"
    rf"(?:{_CLOCK.replace('P<', 'P<x')}{_TO}(?P<part2>{'|'.join(_PART)})?)?"
    rf"(?:{_CLOCK}|{_CLOSING})?"
    rf"(?P<before>之前|以前|前(?!台|后|往|期|面|一|段)|左右|之内|以内|内)?"
)
#: Starts of what ``_BY`` may match: the rest of the text is passed over.
_SEED: Final = re.compile(
    rf"{DAY}|(?:{'|'.join(_PART)})?(?:{NUMBER}(?:点|时)|(?<!\d)\d{{1,2}}[::]\d\d|(?:下班|收工|打烊))"
)


def deadlines(text: str) -> list[Deadline]:
    """Every deadline in a text, from left to right; none overlaps another. Time is linear."""
    (normal,) = normalise_many([text])
    places = [i for i, char in enumerate(normal.text) if not _BLANK.fullmatch(char)]
    plain = "".join(normal.text[i] for i in places)
    found = [*_lengths(plain), *_points(plain)]
    answer: list[Deadline] = []
    at = 0
    for one in sorted(found, key=lambda d: (d.start, -d.end)):
        if one.start >= at:
            at = one.end
            answer.append(Deadline(places[one.start], places[one.end - 1] + 1, one.said))
    return answer


def _lengths(text: str) -> list[Deadline]:
    found = []
    for match in _WITHIN.finditer(text):
        said = _within(match)
        if said is None or _NOT_BEHIND.search(text, max(0, match.start() - 4), match.start()):
            continue
        if _NOT_BEFORE.match(text, match.end()):
            continue
        end = match.end()
        for tail in ("之内", "以内", "内"):
            if text.startswith(tail, end):
                end += len(tail)
                break
        found.append(Deadline(match.start(), end, said))
    return found


def _within(match: re.Match[str]) -> Within | None:
    low, high = match["low"], match["high"] or match["low"]
    ends = None if match["high"] else spoken_range(low)
    amount = ends[1] if ends else cardinal(high)
    if not amount:
        return None
    unit = next(
        u for u in ("minute", "hour", "day", "workday", "week", "month", "quarter") if match[u]
    )
    if unit == "quarter":
        return Within(15 * amount, "minute")
    if match["some"] == "多" or match["more"] or match["half"]:
        amount += 0.5
    return Within(amount, unit)  # type: ignore[arg-type]


def _points(text: str) -> list[Deadline]:
    found = []
    at = 0
    while (seed := _SEED.search(text, at)) is not None:
        match = _BY.match(text, seed.start())
        at = max(seed.start() + 1, match.end() if match else 0)
        said = _by(match, text) if match else None
        if match is not None and said is not None:
            found.append(Deadline(match.start(), match.end(), said))
    return found


def _by(match: re.Match[str], text: str) -> By | None:
    word, part, before = match["dayword"], match["part"], match["before"]
    day: Day | None = None
    if word:
        read = read_day(
            word, text[max(0, match.start() - 1) : match.start()], text[match.end("dayword") :]
        )
        if read is None:
            return None
        day, own = read
        part = part or own
    part = match["part2"] or part
    if match["closing"]:
        return By(day or InDays(0), closing=True) if before in ("之前", "以前", "前") else None
    clock = _clock(match)
    if clock is None:
        if word is None:
            return None
        if part is None:
            return By(day)
        noon = part == "中午" and before in ("之前", "以前", "前")
        return By(day, 12 * 60 if noon else _PART[part] * 60)
    hour, minute = clock
    if word is None and part is None and not before and not match["h24"] and not match["halfpast"]:
        return None  # 两点建议, 快一点
    if word is None and not before and (match["h"] in ("一", "1")) and part is None:
        return None
    if hour > 24 or minute > 59:
        return None
    twelve = part is None and hour <= 12 and not match["h24"]
    if part is not None:
        hour = _of_half(hour, part)
    return By(day, hour * 60 + minute, twelve=twelve)


def _clock(match: re.Match[str]) -> tuple[int, int] | None:
    if match["h24"]:
        return int(match["h24"]), int(match["m24"])
    if not match["h"]:
        return None
    hour = cardinal(match["h"])
    if hour is None or hour != int(hour):
        return None
    minute = 0.0
    if match["halfpast"]:
        minute = 30
    elif match["quarter"]:
        minute = 15 if match["quarter"][0] == "一" else 45
    elif match["m"]:
        minute = cardinal(match["m"]) or 0
    return int(hour), int(minute)


def _of_half(hour: int, part: str) -> int:
    """The hour on a clock of 24 by the part of the day that was said with it."""
    if part in ("下午", "下昼", "午后", "傍晚") and hour < 12:
        return hour + 12
    if part in ("晚上", "晚间", "晚", "夜里", "夜间"):
        # 晚上十二点 is midnight, 夜里两点 the night that follows
        return hour + 12 if 5 <= hour <= 12 else hour + 24 if hour < 5 else hour
    if part in ("中午", "正午") and hour <= 3:
        return hour + 12
    return 0 if part == "凌晨" and hour == 12 else hour
