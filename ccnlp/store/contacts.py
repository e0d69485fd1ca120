"""The contacts of customers, out of the newest assessments."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import msgspec

from ccnlp.contacts import Contact, Said
from ccnlp.promises.calendar import moment
from ccnlp.promises.rules import PromiseRules
from ccnlp.store.connection import Store
from ccnlp.store.newest import select_newest
from ccnlp.store.repository import unpack
from ccnlp.store.schema import assessment, conversation
from ccnlp.types import Complaint

_STEP: Final = 500


class _Judged(msgspec.Struct, frozen=True):
    findings: tuple[Said, ...]
    complaint: Complaint


class _About(msgspec.Struct, frozen=True):
    attributes: dict[str, Any] = {}


_COLUMNS: Final = (
    conversation.c.conversation_id, conversation.c.customer_id, conversation.c.started_at,
    conversation.c.agent_id, conversation.c.team, conversation.c.transcript,
    assessment.c.created_at, assessment.c.document,
)  # fmt: skip


def customers(store: Store, rules: PromiseRules) -> Iterator[tuple[str, list[Contact]]]:
    """Every customer with all contacts, in no order; memory holds one customer at a time.

    Conversations without a customer's id are left out.
    """
    query = (
        select_newest(*_COLUMNS)
        .where(conversation.c.customer_id.is_not(None))
        .order_by(conversation.c.customer_id, assessment.c.id)
    )
    with store.engine.connect() as connection:
        rows = connection.execution_options(yield_per=_STEP).execute(query)
        for customer, own in groupby(rows, key=lambda row: row.customer_id):
            yield str(customer), [_contact(row, rules) for row in own]


def contacts_of(store: Store, customer_id: str, rules: PromiseRules) -> list[Contact]:
    """The contacts of one customer, in no order."""
    query = select_newest(*_COLUMNS).where(conversation.c.customer_id == customer_id)
    with store.engine.connect() as connection:
        rows: Sequence[Any] = connection.execute(query).all()
    return [_contact(row, rules) for row in rows]


def started(started_at: str | None, created_at: str, rules: PromiseRules) -> datetime:
    """When a conversation began; where it does not say, when it was scored."""
    known = moment(started_at, rules.calendar) or moment(created_at, rules.calendar)
    assert known is not None  # noqa: S101 - ``created_at`` is ours
    return known


def _contact(row: Any, rules: PromiseRules) -> Contact:
    judged = _decode_judged(unpack(row.document))
    outbound = rules.judge.outbound
    about = _decode_about(unpack(row.transcript)).attributes if outbound.values else {}
    return Contact(
        conversation_id=row.conversation_id,
        at=started(row.started_at, row.created_at, rules), findings=judged.findings,
        is_complaint=judged.complaint.is_complaint, agent_id=row.agent_id, team=row.team,
        outbound=about.get(outbound.attribute) in outbound.values,
    )  # fmt: skip


_decode_judged: Final = msgspec.json.Decoder(_Judged).decode
_decode_about: Final = msgspec.json.Decoder(_About).decode
