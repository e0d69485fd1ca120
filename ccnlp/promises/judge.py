"""Whether a promise was kept: from the customer's later contacts, as of a moment.

What comes in late changes nothing but the answer: every verdict is worked out anew from all
contacts in the order of their times.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from ccnlp.contacts import Contact, in_order
from ccnlp.promises.calendar import due
from ccnlp.promises.deadline import By, Within, deadlines
from ccnlp.promises.rules import PromiseRules

State = Literal["open", "kept", "broken"]
#: Why: ``named`` the customer says the same deadline again, ``chased`` asks again after it;
#: ``called`` the company called before it, ``came_back`` with something else, ``silence`` nobody
#: asked; ``running`` it is to come, ``waiting`` it is past and nothing tells, ``no_time`` it
#: cannot be placed in time.
Basis = Literal[
    "named", "chased", "called", "came_back", "silence", "running", "waiting", "no_time"
]


class Verdict(msgspec.Struct, frozen=True):
    """What became of a promise."""

    state: State
    basis: Basis
    due: datetime | None
    #: The contact that tells.
    conversation_id: str | None = None
    at: datetime | None = None


def judge(
    rules: PromiseRules, deadline: Within | By, kind: str, said_at: datetime | None,
    conversation_id: str, contacts: Iterable[Contact], as_of: datetime,
) -> Verdict | None:  # fmt: skip
    """The state of a promise that was made at ``said_at`` in ``conversation_id``.

    ``contacts`` are those of its customer, in any order; those after ``as_of`` do not count.
    ``None`` where the deadline was past when it was said (no promise).
    """
    if said_at is None:
        return Verdict("open", "no_time", None)
    end = due(deadline, said_at, rules.calendar)
    if end is None:
        return None
    settings = rules.judge
    for contact in in_order(contacts):
        if not said_at < contact.at <= as_of or contact.conversation_id == conversation_id:
            continue
        state: tuple[State, Basis] | None = None
        if contact.at <= end:
            if contact.outbound and kind == "callback":
                state = ("kept", "called")
        elif contact.at <= end + timedelta(days=settings.horizon_days):
            if contact.confidence(settings.chase_categories) >= settings.minimum_confidence:
                state = ("broken", "named" if _names(contact, deadline) else "chased")
            elif not contact.is_complaint:
                state = ("kept", "came_back")
        if state is not None:
            return Verdict(*state, end, contact.conversation_id, contact.at)
    if as_of <= end:
        return Verdict("open", "running", end)
    if settings.silence_days and as_of > end + timedelta(days=settings.silence_days):
        return Verdict("kept", "silence", end)
    return Verdict("open", "waiting", end)


def _names(contact: Contact, deadline: Within | By) -> bool:
    """Whether the customer says the same deadline again (上次说好三天)."""
    return any(one.said == deadline for f in contact.findings for one in deadlines(f.quote))
