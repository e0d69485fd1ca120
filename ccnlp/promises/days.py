"""Days in words: 明天, 周五, 下周三, 3月16日, 15号, 月底."""

import re
from typing import Final, Literal

import msgspec

from ccnlp.text.cardinals import NUMBER, cardinal


class InDays(msgspec.Struct, frozen=True, tag="in_days"):
    """So many days from today, >= 0."""

    days: int


class Weekday(msgspec.Struct, frozen=True, tag="weekday"):
    """A day of a week: 1 Monday .. 7 Sunday."""

    day: int
    #: Weeks from this one; ``None`` for the next such day.
    week: int | None = None


class MonthDay(msgspec.Struct, frozen=True, tag="month_day"):
    """A day of a month, 1..31."""

    day: int
    #: 1..12; ``None`` for the next month that has such a day to come, or ``ahead`` months on.
    month: int | None = None
    ahead: int | None = None


class PeriodEnd(msgspec.Struct, frozen=True, tag="period_end"):
    """The last day of a week, month or year; ``ahead`` of this one."""

    period: Literal["week", "month", "year"]
    ahead: int = 0


Day = InDays | Weekday | MonthDay | PeriodEnd

_NEAR: Final[dict[str, tuple[int, str | None]]] = {
    "今天": (0, None), "今日": (0, None), "今儿": (0, None), "当天": (0, None), "当日": (0, None),
    "今晚": (0, "晚"), "今夜": (0, "晚"), "当晚": (0, "晚"), "今早": (0, "早"),
    "明天": (1, None), "明日": (1, None), "明儿": (1, None), "听日": (1, None), "次日": (1, None),
    "翌日": (1, None), "隔天": (1, None), "第二天": (1, None), "第2天": (1, None),
    "明早": (1, "早"), "听朝": (1, "早"), "明晚": (1, "晚"), "听晚": (1, "晚"),
    "大后天": (3, None), "后天": (2, None), "后日": (2, None),
}  # fmt: skip
_WEEKDAYS: Final = {
    **{char: place for place, char in enumerate("一二三四五六日", 1)},
    **{str(place): place for place in range(1, 8)},
    "天": 7, "末": 7,
}  # fmt: skip
_WEEK: Final = re.compile(
    r"(?P<which>下下个?|下个?|本|这个?)?(?:周|星期|礼拜|拜)(?P<day>[一二三四五六日天末1-7])?"
)
_MONTH: Final = re.compile(
    rf"(?P<which>下个?月|本月|这个?月|当月)?(?:(?P<month>{NUMBER})月)?(?:份)?"
    rf"(?:(?P<day>{NUMBER})[号日]|(?P<edge>底|末|尾|内|之内|以内|初|中))?"
)
#: Words of a day, for use inside a larger pattern: no groups.
DAY: Final = (
    rf"(?:{'|'.join(sorted(_NEAR, key=len, reverse=True))}"
    r"|(?:下下个?|下个?|本|这个?)(?:周|星期|礼拜)[一二三四五六日天末1-7]?|(?:周|星期|礼拜|拜)[一二三四五六日天末]"
    rf"|(?:下个?月|本月|这个?月|当月)(?:{NUMBER}[号日]|底|末|内|之内|以内|初|中)?"
    rf"|{NUMBER}月(?:份)?(?:{NUMBER}[号日]|底|末|尾|初|中)|{NUMBER}/{NUMBER}(?=前|之前|以前)"
    rf"|{NUMBER}[号日](?=\D|$)|月底|月末|月内|年底|年内)"
)
#: 3号楼, 20号线, 工号1032号, 第3日: no days.
_NO_DAY_BEHIND: Final = frozenset("服席工单编订尾账帐房座车型第卡户每0123456789")
_NO_DAY_BEFORE: Final = re.compile(
    r"[楼线店门院柜仓库桌机房厅窗码台座车员卡键馆井]|(?:工单|客服|坐席)"
)


def read_day(word: str, behind: str, ahead: str) -> tuple[Day, str | None] | None:
    """The day that ``word`` names, and the part of the day in it (今晚); ``None`` for no day.

    ``behind`` is the character behind which it stands, ``ahead`` the text that follows.
    """
    if word in _NEAR:
        days, part = _NEAR[word]
        return InDays(days), part
    if word in ("月底", "月末", "月内"):
        return PeriodEnd("month"), None
    if word in ("年底", "年内"):
        return PeriodEnd("year"), None
    if match := _WEEK.fullmatch(word):
        return _weekday(match, behind)
    if "/" in word:
        month, day = (cardinal(piece) for piece in word.split("/"))
        return _month_day(month, day, None)
    if match := _MONTH.fullmatch(word):
        return _month(match, behind, ahead)
    return None


def _weekday(match: re.Match[str], behind: str) -> tuple[Day, None] | None:
    which = match["which"] or ""
    week = None if not which else 2 if which.startswith("下下") else int(which.startswith("下"))
    if match["day"] is None:
        return PeriodEnd("week", week or 0), None
    # 一周一次, 每周五
    if not which and (behind in _NO_DAY_BEHIND or cardinal(behind) is not None):
        return None
    return Weekday(_WEEKDAYS[match["day"]], week), None


def _month(match: re.Match[str], behind: str, ahead: str) -> tuple[Day, None] | None:
    which = match["which"]
    later = None if which is None else int(which.startswith("下"))
    month = cardinal(match["month"]) if match["month"] else None
    if match["day"]:
        # 本月31日 and 3月5日 are days wherever they stand
        if which is None and month is None:
            if behind in _NO_DAY_BEHIND or cardinal(behind or "") is not None:
                return None
            if _NO_DAY_BEFORE.match(ahead):
                return None
        return _month_day(month, cardinal(match["day"]), later)
    edge = match["edge"]
    if edge in ("初", "中"):
        return _month_day(month, 10 if edge == "初" else 20, later)
    if month is not None:
        return _month_day(month, 31, None)
    return PeriodEnd("month", later or 0), None


def _month_day(
    month: float | None, day: float | None, ahead: int | None
) -> tuple[Day, None] | None:
    if day is None or not 1 <= day <= 31 or (month is not None and not 1 <= month <= 12):
        return None
    if day != int(day) or (month is not None and month != int(month)):
        return None
    return MonthDay(int(day), None if month is None else int(month), ahead), None
