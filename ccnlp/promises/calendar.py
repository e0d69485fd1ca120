"""When a deadline is: from what was said, the moment it was said, working days and holidays."""

import calendar
import math
import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Final

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.promises.days import Day, InDays, MonthDay, PeriodEnd, Weekday
from ccnlp.promises.deadline import By, Within
from ccnlp.yamlfile import line_of

_ZONE: Final = re.compile(r"([+-])(\d\d):(\d\d)")
_MINUTES: Final = {"minute": 1, "hour": 60}
#: Days that are looked through for a working day before something must be wrong.
_FAR: Final = 4000


class Calendar(msgspec.Struct, frozen=True):
    """The clock and the working days of a company."""

    zone: timezone = timezone(timedelta(hours=8))
    #: Minutes from midnight.
    closing: int = 18 * 60
    #: 1 Monday .. 7 Sunday.
    working_week: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    holidays: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether a day is worked."""
        if day in self.worked:
            return True
        return day.isoweekday() in self.working_week and day not in self.holidays

    def after_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, which does not count itself."""
        for _ in range(_FAR):
            if count <= 0:
                break
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day


def read_calendar(
    path: Path, *, zone: str, closing: str, working_week: tuple[int, ...],
    holidays: tuple[str, ...], worked: tuple[str, ...],
) -> Calendar:  # fmt: skip
    """A calendar of the values of a YAML file.

    Raises
    ------
    ConfigError: naming file, line and key.
    """

    def fault(key: str, mend: str) -> ConfigError:
        return ConfigError(
            "is not what it should be", where=f"{path}:{line_of(path, [key])}: key {key}",
            mend=mend,
        )  # fmt: skip

    offset = _ZONE.fullmatch(zone)
    if offset is None or int(offset[2]) > 14 or int(offset[3]) > 59:
        raise fault("zone", 'write it so: "+08:00"')
    away = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    try:
        end = time.fromisoformat(closing)
    except ValueError as error:
        raise fault("closing", 'write it so: "18:00"') from error
    if not working_week or not set(working_week) <= set(range(1, 8)):
        raise fault("working_week", "1 is Monday, 7 is Sunday")
    days: dict[str, frozenset[date]] = {}
    for key, given in (("holidays", holidays), ("worked", worked)):
        try:
            days[key] = frozenset(day for one in given for day in _days(one))
        except ValueError as error:
            raise fault(key, "write 2026-10-01 or 2026-10-01..2026-10-07") from error
    return Calendar(
        zone=timezone(-away if offset[1] == "-" else away), closing=end.hour * 60 + end.minute,
        working_week=frozenset(working_week), **days,
    )  # fmt: skip


def due(said: Within | By, at: datetime, days: Calendar) -> datetime | None:
    """The moment a deadline ends, said at ``at``; ``None`` where that is past already.

    Minutes and hours run from ``at``. Days, weeks and months end with their last day, and the day
    of ``at`` does not count; so does a day without a time ("周五前" includes Friday).
    """
    local = at.astimezone(days.zone)
    if isinstance(said, By):
        end = _point(said, local, days)
    elif said.unit in _MINUTES:
        end = local + timedelta(minutes=said.amount * _MINUTES[said.unit])
    elif said.unit == "day" and said.amount < 1:
        end = local + timedelta(days=said.amount)
    else:
        end = _midnight_after(_length(said, local.date(), days), days)
    return end if end > local else None


def moment(written: str | None, days: Calendar) -> datetime | None:
    """An RFC 3339 time, or a day (its end); in the calendar's zone where it names none.

    ``None`` where it is neither.
    """
    if not written:
        return None
    try:
        if len(written) == 10:
            return _midnight_after(date.fromisoformat(written), days)
        parsed = datetime.fromisoformat(written.replace("Z", "+00:00").replace("z", "+00:00"))
    except (ValueError, OverflowError):
        return None
    known = parsed if parsed.tzinfo else parsed.replace(tzinfo=days.zone)
    return known.astimezone(UTC).astimezone(days.zone)


def _days(given: str) -> list[date]:
    first, _, last = given.partition("..")
    day, end = date.fromisoformat(first), date.fromisoformat(last or first)
    if end < day:
        raise ValueError(given)
    return [day + timedelta(days=n) for n in range((end - day).days + 1)]


def _length(said: Within, day: date, days: Calendar) -> date:
    if said.unit == "workday":
        return days.after_working_days(day, math.ceil(said.amount))
    if said.unit == "month":
        whole = int(said.amount)
        later = _months_on(day, whole)
        return later + timedelta(days=15) if said.amount > whole else later
    return day + timedelta(days=math.ceil(said.amount * (7 if said.unit == "week" else 1)))


def _point(said: By, local: datetime, days: Calendar) -> datetime:
    if said.day is None:
        return _next_time(said, local)
    day = _day(said.day, local.date())
    minute = days.closing if said.closing else said.minute
    if minute is None:
        return _midnight_after(day, days)
    if said.twelve and minute < 12 * 60:
        # 明天三点 is in the afternoon; 今天十点 at noon is in the evening
        passed = _at(day, minute, days) <= local
        minute += 12 * 60 if minute < 7 * 60 or passed else 0
    return _at(day, minute, days)


def _next_time(said: By, local: datetime) -> datetime:
    minute = said.minute or 0
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    choices = [minute]
    if said.twelve and minute < 12 * 60:
        # 三点 is in the afternoon, 八点 in the morning or, where that is past, in the evening
        choices = [minute + 12 * 60] if minute < 7 * 60 else [minute, minute + 12 * 60]
    for choice in (*choices, *(c + 24 * 60 for c in choices)):
        if (end := midnight + timedelta(minutes=choice)) > local:
            return end
    return midnight + timedelta(days=2)


def _day(said: Day, today: date) -> date:
    if isinstance(said, InDays):
        return today + timedelta(days=said.days)
    if isinstance(said, Weekday):
        if said.week is None:
            return today + timedelta(days=(said.day - today.isoweekday()) % 7)
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(days=7 * said.week + said.day - 1)
    if isinstance(said, MonthDay):
        return _month_day(said, today)
    return _period_end(said, today)


def _month_day(said: MonthDay, today: date) -> date:
    if said.ahead is not None:
        return _clamped(_months_on(today.replace(day=1), said.ahead), said.day)
    if said.month is not None:
        first = _clamped(today.replace(month=said.month, day=1), said.day)
        if first >= today:
            return first
        return _clamped(today.replace(year=today.year + 1, month=said.month, day=1), said.day)
    first = _clamped(today.replace(day=1), said.day)
    return first if first >= today else _clamped(_months_on(today.replace(day=1), 1), said.day)


def _period_end(said: PeriodEnd, today: date) -> date:
    if said.period == "week":
        return today + timedelta(days=7 - today.isoweekday() + 7 * said.ahead)
    if said.period == "year":
        return date(today.year + said.ahead, 12, 31)
    return _clamped(_months_on(today.replace(day=1), said.ahead), 31)


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return _clamped(date(year, month + 1, 1), day.day)


def _clamped(first: date, day: int) -> date:
    return first.replace(day=min(day, calendar.monthrange(first.year, first.month)[1]))


def _at(day: date, minute: int, days: Calendar) -> datetime:
    return datetime.combine(day, time(), days.zone) + timedelta(minutes=minute)


def _midnight_after(day: date, days: Calendar) -> datetime:
    return _at(day, 24 * 60, days)
