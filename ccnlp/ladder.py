"""How far a customer has gone across conversations: complaint, repeated, regulator, press, court.

A fold over the contacts in the order of their times, worked out anew whenever it is asked for: a
conversation that comes in late takes its place, and what follows it is seen in its light.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from ccnlp.assets import asset
from ccnlp.contacts import Contact, in_order
from ccnlp.errors import ConfigError
from ccnlp.taxonomy import CATEGORIES
from ccnlp.yamlfile import line_of, read_as


class Rung(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What puts a contact on a rung: all conditions that are given."""

    name: str
    chinese: str = ""
    #: The conversation is a complaint.
    complaint: bool = False
    #: An earlier contact stands on the ladder, or this one has a repeat category.
    again: bool = False
    #: It has a finding of one of these; empty for no condition.
    categories: tuple[str, ...] = ()


class LadderSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ladder; see configs/ladder/default.yaml."""

    rungs: tuple[Rung, ...]
    alert_from: str
    window_days: int = 90
    #: In [0, 1].
    minimum_confidence: float = 0.6
    repeat_categories: tuple[str, ...] = ("repeat_contact",)

    def place(self, name: str) -> int:
        """The place of a rung from 1; 0 where there is none of that name."""
        return next((p for p, rung in enumerate(self.rungs, 1) if rung.name == name), 0)


class Step(msgspec.Struct, frozen=True):
    """A contact that stands on the ladder."""

    conversation_id: str
    at: datetime
    rung: str
    #: From 1.
    place: int
    #: It stands higher than all before it in the window.
    climbed: bool
    #: The findings that count, surest first.
    categories: tuple[str, ...] = ()
    agent_id: str | None = None
    team: str | None = None


class Ladder(msgspec.Struct, frozen=True):
    """Where a customer stands after the last contact; place 0 and no rung for the ground."""

    customer_id: str
    place: int
    rung: str | None
    #: When the customer came to stand there.
    since: datetime | None
    contacts: int
    steps: tuple[Step, ...]


def load_ladder(
    path: Path | None = None, categories: Collection[str] = tuple(CATEGORIES)
) -> LadderSpec:
    """Read and check a ladder; without a path that which ships.

    It may name the ``categories`` alone.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    path = path or asset("configs", "ladder", "default.yaml")
    given = read_as(path, LadderSpec)

    def fault(keys: list[str], what: str, mend: str) -> ConfigError:
        return ConfigError(
            what, where=f"{path}:{line_of(path, keys)}: key {'.'.join(keys)}", mend=mend
        )

    for index, rung in enumerate(given.rungs):
        keys = ["rungs", str(index)]
        if not (rung.complaint or rung.categories):
            raise fault(keys, "nothing puts a contact on it", "give complaint or categories")
        for name in rung.categories:
            if name not in categories:
                raise fault([*keys, "categories"], f"unknown {name!r}", "see docs/taxonomy.md")
    if not given.place(given.alert_from):
        known = ", ".join(r.name for r in given.rungs)
        raise fault(["alert_from"], f"there is no rung {given.alert_from!r}", f"one of {known}")
    if given.window_days < 1:
        raise fault(["window_days"], "is below 1", "90 is usual")
    return given


def climb(spec: LadderSpec, customer_id: str, contacts: Iterable[Contact]) -> Ladder:
    """The ladder of one customer; ``contacts`` in any order."""
    ordered = in_order(contacts)
    window = timedelta(days=spec.window_days)
    steps: list[Step] = []
    high = 0
    since: datetime | None = None
    for contact in ordered:
        if steps and contact.at - steps[-1].at > window:
            high, since = 0, None
        place = _place(spec, contact, high > 0)
        if not place:
            continue
        climbed = place > high
        if climbed:
            high, since = place, contact.at
        rung = spec.rungs[place - 1]
        steps.append(
            Step(
                conversation_id=contact.conversation_id, at=contact.at, rung=rung.name,
                place=place, climbed=climbed, categories=_counted(spec, contact),
                agent_id=contact.agent_id, team=contact.team,
            )
        )  # fmt: skip
    return Ladder(
        customer_id=customer_id, place=high, rung=spec.rungs[high - 1].name if high else None,
        since=since, contacts=len(ordered), steps=tuple(steps),
    )  # fmt: skip


def alerts(spec: LadderSpec, ladder: Ladder) -> tuple[Step, ...]:
    """The steps up to the rung from which somebody should be told, or above it."""
    least = spec.place(spec.alert_from)
    return tuple(step for step in ladder.steps if step.climbed and step.place >= least)


def _place(spec: LadderSpec, contact: Contact, before: bool) -> int:
    again = before or contact.confidence(spec.repeat_categories) >= spec.minimum_confidence
    for place in range(len(spec.rungs), 0, -1):
        rung = spec.rungs[place - 1]
        if rung.complaint and not contact.is_complaint:
            continue
        if rung.again and not again:
            continue
        if rung.categories and contact.confidence(rung.categories) < spec.minimum_confidence:
            continue
        return place
    return 0


def _counted(spec: LadderSpec, contact: Contact) -> tuple[str, ...]:
    known = {c for rung in spec.rungs for c in rung.categories} | set(spec.repeat_categories)
    known.add("complaint")
    found = [
        f for f in contact.findings
        if f.category in known and f.confidence >= spec.minimum_confidence
    ]  # fmt: skip
    return tuple(dict.fromkeys(f.category for f in sorted(found, key=lambda f: -f.confidence)))
