"""When a case is due, and how near that is."""

from typing import Literal

import msgspec

from ccnlp.desk.settings import DeskSettings
from ccnlp.store.clock import age_hours
from ccnlp.store.queue import QueueItem

State = Literal["done", "fine", "near", "over"]
#: From this share of the time on a deadline is near.
NEAR = 0.75


class Due(msgspec.Struct, frozen=True):
    """Hours that are left, below 0 where it is over; ``what`` is major, answer or solve."""

    what: str
    hours: float
    state: State


def due(item: QueueItem, settings: DeskSettings) -> Due:
    """The next deadline of a case, counted from the time it came into the queue.

    Risk high and critical: to be solved within ``major_hours``. Else somebody must have taken it
    within ``answer_hours`` and closed it within ``solve_hours``.
    """
    if item.level in ("high", "critical"):
        what, hours = "major", settings.major_hours
    elif item.state == "open":
        what, hours = "answer", settings.answer_hours
    else:
        what, hours = "solve", settings.solve_hours
    if item.state in ("closed", "superseded"):
        return Due(what, 0, "done")
    left = hours - age_hours(item.created_at)
    state: State = "over" if left < 0 else "near" if left < hours * (1 - NEAR) else "fine"
    return Due(what, left, state)
