"""How figures are written: alike in every language, and ``NONE`` for what is not known."""

import math
import re
from typing import Final

NONE: Final = "–"

_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?(Z|[+-]\d\d:\d\d)?\Z")


def number(value: float | None, digits: int = 0) -> str:
    """With thousands separators: ``12,345`` or, with one digit, ``82.4``."""
    if value is None or not math.isfinite(value):
        return NONE
    return f"{value:,.{digits}f}"


def percent(share: float | None, digits: int | None = None) -> str:
    """A share in [0, 1] as ``12.3%``; small ones with two digits, unless ``digits`` are given."""
    if share is None or not math.isfinite(share):
        return NONE
    if digits is None:
        digits = 2 if 0 < share < 0.1 else 1
    return f"{100 * share:.{digits}f}%"


def threshold(share: float) -> str:
    """A threshold in [0, 1], as short as it can be written: ``3%``, ``0.5%``."""
    return f"{100 * share:.4g}%"


def seconds(value: float | None) -> str:
    """``4.2`` below a minute and a half, ``1,204`` above."""
    if value is None or not math.isfinite(value):
        return NONE
    return number(value, 1 if value < 90 else 0)


def short_number(value: float) -> str:
    """A configured number without needless zeros: ``30``, ``2.5``."""
    return f"{value:g}"


def clock(time: str | None, *, full: bool = False) -> str:
    """``2026-03-01 09:00`` of an RFC 3339 time, with seconds and zone if ``full``; others as is."""
    if not time:
        return NONE
    match = _TIME.match(time)
    if not match:
        return time
    day, minutes, rest, zone = match.groups()
    return f"{day} {minutes}{rest or ''} {zone or ''}".strip() if full else f"{day} {minutes}"
