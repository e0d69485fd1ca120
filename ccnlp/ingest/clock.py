"""Times as exports write them.

A ``Moment`` is either absolute (a date and time) or relative (seconds on a clock or from the
start); a conversation's moments become seconds from its start in ``relative``.
"""

import datetime
import math
import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

#: ``2026-03-01``, ``2026/3/1``, ``2026.3.1``, ``2026年3月1日``, ``3月1日``.
DATE: Final = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?:\d{4}年)?\d{1,2}月\d{1,2}[日号號])"
#: ``9:01``, ``09:01:22.5``, ``下午 3:01``, ``3:01 PM``.
TIME: Final = (
    r"(?:(?:上午|下午|凌晨|早上|中午|晚上)\s?)?\d{1,2}[:：]\d{2}(?:[:：]\d{2}(?:[.,]\d{1,6})?)?"
    r"(?:\s?[AaPp][Mm]\b)?"
)
#: A time with or without its date, or an ISO time with its offset.
STAMP: Final = rf"(?:{DATE}(?:T|,?\s{{0,3}}))?{TIME}(?:Z|[+-]\d{{2}}:?\d{{2}})?"

_PARTS: Final = re.compile(
    r"(?:(?:(?P<y>\d{4})[-/.年])?(?P<mo>\d{1,2})[-/.月](?P<d>\d{1,2})[日号號]?(?:[Tt]|,?\s*))?"
    r"(?P<half>上午|下午|凌晨|早上|中午|晚上)?\s?"
    r"(?P<h>\d{1,3})[:：](?P<mi>\d{2})(?:[:：](?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?\s?(?P<ap>[AaPp][Mm])?"
    r"\s?(?P<zone>Z|z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_DAY: Final = re.compile(
    r"(?:(?P<y>\d{4})[-/.年])(?P<mo>\d{1,2})[-/.月](?P<d>\d{1,2})日?", re.ASCII
)
_SPOKEN: Final = re.compile(
    r"(?:(?P<h>\d{1,3})小?[时時])?(?:(?P<m>\d{1,4})分钟?)?(?:(?P<s>\d{1,6}(?:\.\d+)?)秒钟?)?",
    re.ASCII,
)
_MINUTES: Final = re.compile(r"(\d{1,4})[:：](\d{2})(\.\d+)?", re.ASCII)
_RFC3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)

#: A year that stands for "not said".
_NO_YEAR: Final = 1904
_EPOCH_SECONDS: Final = 100_000_000.0
_HALF_DAY, _DAY_SECONDS = 43_200.0, 86_400.0


class Moment(msgspec.Struct, frozen=True):
    """A point in time; exactly one of both is given."""

    at: datetime.datetime | None = None
    #: Seconds on a clock of 24 h, a counter, or from the start.
    seconds: float | None = None
    #: ``seconds`` was written as a clock ("09:01:22"), not as a number.
    clock: bool = False


def is_rfc3339(value: str) -> bool:
    """Whether a text is an RFC 3339 time that exists."""
    if _RFC3339.fullmatch(value) is None:
        return False
    try:
        datetime.datetime.fromisoformat(value if value[10] != "t" else value.upper())
    except ValueError:
        return False
    return True


def parse_moment(value: Any, zone: datetime.tzinfo) -> Moment | None:
    """A cell or stamp as a moment; ``None`` where it is none.

    Numbers below 100,000,000 are seconds, larger ones epoch seconds or (from 1e11) milliseconds.
    """
    if isinstance(value, datetime.datetime):
        return Moment(at=value if value.tzinfo else value.replace(tzinfo=zone))
    if isinstance(value, datetime.date):
        return Moment(at=datetime.datetime.combine(value, datetime.time(), zone))
    if isinstance(value, datetime.time):
        whole = value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
        return Moment(seconds=whole, clock=True)
    if isinstance(value, datetime.timedelta):
        return Moment(seconds=value.total_seconds())
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _number(value, zone)
    if not isinstance(value, str) or len(value) > 64:
        return None
    text = value.strip()
    try:
        return (
            _number(float(text), zone) if text.isascii() and "_" not in text else _text(text, zone)
        )
    except ValueError:
        return _text(text, zone)


def _number(value: float, zone: datetime.tzinfo) -> Moment | None:
    if not math.isfinite(value):
        return None
    if value < _EPOCH_SECONDS:
        return Moment(seconds=float(value))
    try:
        return Moment(
            at=datetime.datetime.fromtimestamp(value / (1e3 if value >= 1e11 else 1), zone)
        )
    except (ValueError, OverflowError, OSError):
        return None


def _text(text: str, zone: datetime.tzinfo) -> Moment | None:
    if match := _PARTS.fullmatch(text):
        hour, minute = int(match["h"]), int(match["mi"])
        second = int(match["s"] or 0) + float(f"0.{match['f'] or 0}")
        late = match["half"] in ("下午", "晚上") or (match["ap"] or "").upper() == "PM"
        early = match["half"] in ("上午", "凌晨") or (match["ap"] or "").upper() == "AM"
        noon = match["half"] == "中午"
        if (late and hour < 12) or (noon and hour < 3):
            hour += 12
        elif early and hour == 12:
            hour = 0
        if minute > 59 or second >= 61:
            return None
        if match["d"] is None:
            # Two parts on a counter are minutes and seconds only in a field that counts from
            # the start; a clock's difference is the same whichever it is, but for its unit.
            return Moment(seconds=hour * 3600.0 + minute * 60 + second, clock=True)
        return _absolute(match, hour, minute, second, zone)
    if match := _DAY.fullmatch(text):
        return _absolute(match, 0, 0, 0.0, zone)
    if text and (match := _SPOKEN.fullmatch(text)):
        hours, minutes, seconds = match["h"] or 0, match["m"] or 0, match["s"] or 0
        return Moment(seconds=int(hours) * 3600.0 + int(minutes) * 60 + float(seconds))
    return None


def _absolute(
    match: re.Match[str], hour: int, minute: int, second: float, zone: datetime.tzinfo
) -> Moment | None:
    parts = match.groupdict()
    if offset := parts.get("zone"):
        offset = (
            "+00:00"
            if offset in "Zz"
            else offset
            if ":" in offset
            else f"{offset[:3]}:{offset[3:]}"
        )
    year = int(parts["y"] or _NO_YEAR)
    if year != _NO_YEAR and not 1970 <= year <= 2200:
        return None
    try:
        at = datetime.datetime(
            year, int(parts["mo"]), int(parts["d"]), hour, minute,
            min(int(second), 59), int(second % 1 * 1e6), tzinfo=zone,
        )  # fmt: skip
        if offset:
            at = datetime.datetime.fromisoformat(at.replace(tzinfo=None).isoformat() + offset)
    except ValueError:
        return None
    return Moment(at=at)


def as_offset(value: Any, zone: datetime.tzinfo) -> float | None:
    """A cell that counts from the start, in seconds: 3.5, "3.5", "01:22" (minutes), "1分22秒"."""
    if isinstance(value, str):
        try:
            seconds = float(value)
        except ValueError:
            if match := _MINUTES.fullmatch(value.strip()):
                return int(match[1]) * 60.0 + int(match[2]) + float(match[3] or 0)
        else:
            # "1_000" and "١" are numbers to Python alone.
            if math.isfinite(seconds) and value.isascii() and "_" not in value:
                return seconds
    elif isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    moment = parse_moment(value, zone)
    return None if moment is None else moment.seconds


def rfc3339(moment: Moment) -> str | None:
    """An absolute moment as RFC 3339; ``None`` where its year was not said."""
    if moment.at is None or moment.at.year == _NO_YEAR:
        return None
    return moment.at.isoformat()


def relative(
    moments: Sequence[Moment | None], started: Moment | None = None
) -> tuple[list[float | None], Moment | None]:
    """Seconds from the start of each moment, and the moment that the conversation starts at.

    The zero is ``started``, where it is absolute and no moment lies before it, else the first
    moment. On a clock without dates a step back of more than twelve hours is midnight. A
    number without a clock's colon counts from the start already. Moments of another kind
    than the first have no place on the same clock and become ``None``.
    """
    given = [m for m in moments if m is not None]
    if not given:
        return [None] * len(moments), started
    first = given[0]
    if first.at is not None:
        zero = first.at
        times = [m.at for m in given if m.at is not None]
        if started is not None and started.at is not None and started.at <= min(times):
            zero = started.at
        else:
            zero = min(zero, *times)
        answer: list[float | None] = [
            round((m.at - zero).total_seconds(), 6) if m is not None and m.at is not None else None
            for m in moments
        ]
        return answer, Moment(at=zero) if started is None else started
    if not first.clock:
        return [None if m is None or m.clock else m.seconds for m in moments], started
    answer, day, last = [], 0.0, None
    for moment in moments:
        if moment is None or moment.seconds is None or not moment.clock:
            answer.append(None)
            continue
        at = moment.seconds + day
        if last is not None and last - at > _HALF_DAY:
            day += _DAY_SECONDS
            at += _DAY_SECONDS
        last = at
        answer.append(at)
    zero_seconds = min(at for at in answer if at is not None)
    return [None if at is None else round(at - zero_seconds, 6) for at in answer], started
