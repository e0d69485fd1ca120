"""What is known of a customer's contacts, one after the other: the ground of ladder and ledger."""

from collections.abc import Iterable
from datetime import datetime

import msgspec


class Said(msgspec.Struct, frozen=True, gc=False):
    """A counted finding of a contact, in short."""

    category: str
    #: In [0, 1].
    confidence: float
    quote: str


class Contact(msgspec.Struct, frozen=True):
    """One conversation of a customer."""

    conversation_id: str
    #: When it began; where that is not known, when it was scored.
    at: datetime
    findings: tuple[Said, ...] = ()
    is_complaint: bool = False
    agent_id: str | None = None
    team: str | None = None
    #: The company began it.
    outbound: bool = False

    def confidence(self, categories: Iterable[str]) -> float:
        """Of its surest finding of these categories; 0 where it has none."""
        wanted = frozenset(categories)
        return max((f.confidence for f in self.findings if f.category in wanted), default=0.0)


def in_order(contacts: Iterable[Contact]) -> list[Contact]:
    """By time, then by id: the order in which they came in makes no difference."""
    return sorted(contacts, key=lambda c: (c.at, c.conversation_id))
