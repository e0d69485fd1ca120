"""Escalation ladders out of a store, and their alerts into its review queue."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from sqlalchemy import insert, select, update

from ccnlp.ladder import Ladder, LadderSpec, climb
from ccnlp.promises.rules import PromiseRules
from ccnlp.store.connection import Store
from ccnlp.store.contacts import contacts_of, customers
from ccnlp.store.newest import select_newest
from ccnlp.store.repository import now, queue_row, unpack
from ccnlp.store.schema import assessment, conversation, queue_category, queue_item
from ccnlp.types import Assessment, Transcript

#: Why such an item is in the queue.
REASON: Final = "escalation"


def ladders(store: Store, spec: LadderSpec, rules: PromiseRules) -> Iterator[Ladder]:
    """The ladders of all customers who stand on one or did, one after the other."""
    for customer, contacts in customers(store, rules):
        ladder = climb(spec, customer, contacts)
        if ladder.steps:
            yield ladder


def ladder_of(store: Store, customer_id: str, spec: LadderSpec, rules: PromiseRules) -> Ladder:
    """The ladder of one customer."""
    return climb(spec, customer_id, contacts_of(store, customer_id, rules))


def put_into_queue(store: Store, conversation_ids: Iterable[str]) -> int:
    """Flag the newest assessments of these conversations; answers how many were not flagged so.

    An open or assigned item gets the reason beside its own; one that was closed stays closed.
    """
    return sum(_flag(store, name) for name in dict.fromkeys(conversation_ids))


def _flag(store: Store, conversation_id: str) -> bool:
    newest = select_newest(assessment.c.id, assessment.c.document, conversation.c.transcript).where(
        conversation.c.conversation_id == conversation_id
    )
    with store.engine.begin() as connection:
        row = connection.execute(newest).one()
        item = connection.execute(
            select(queue_item.c.id, queue_item.c.reasons, queue_item.c.state).where(
                queue_item.c.assessment_id == row.id
            )
        ).first()
        if item is not None:
            if REASON in item.reasons.split(",") or item.state not in ("open", "assigned"):
                return False
            connection.execute(
                update(queue_item)
                .where(queue_item.c.id == item.id)
                .values(reasons=f"{item.reasons},{REASON}", updated_at=now())
            )
            return True
        transcript = msgspec.json.decode(unpack(row.transcript), type=Transcript)
        made = msgspec.json.decode(unpack(row.document), type=Assessment)
        columns = queue_row(transcript, made, [REASON], now())
        made_id = connection.execute(
            insert(queue_item).values(**columns, assessment_id=row.id).returning(queue_item.c.id)
        ).scalar_one()
        categories = dict.fromkeys(f.category for f in made.findings)
        if categories:
            connection.execute(
                insert(queue_category),
                [{"item_id": made_id, "category": category} for category in categories],
            )
    return True
