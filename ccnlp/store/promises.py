"""The promise ledger of a store: what was promised, and what became of it as of a moment."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import delete, insert

from ccnlp.contacts import Contact
from ccnlp.promises.calendar import moment
from ccnlp.promises.deadline import By, Within
from ccnlp.promises.extract import promises
from ccnlp.promises.judge import Basis, State, judge
from ccnlp.promises.rules import PromiseRules
from ccnlp.store.connection import Store
from ccnlp.store.contacts import contacts_of, customers
from ccnlp.store.newest import select_newest
from ccnlp.store.repository import promise_row, unpack
from ccnlp.store.schema import assessment, conversation, promise
from ccnlp.types import Assessment, Transcript

_STEP: Final = 500


class Entry(msgspec.Struct, frozen=True):
    """One promise; times are RFC 3339 in the zone of the settings."""

    conversation_id: str
    customer_id: str | None
    agent_id: str | None
    team: str | None
    #: Where it was said: code points of the turn's text.
    turn: int
    start: int
    end: int
    kind: str
    confidence: float
    promised_at: str | None
    due: str | None
    state: State
    basis: Basis
    #: The contact that tells, and its time.
    told_by: str | None = None
    told_at: str | None = None


def ledger(store: Store, rules: PromiseRules, as_of: datetime) -> list[Entry]:
    """Every promise made up to ``as_of``, the next due first; without a deadline's time, last."""
    rows: dict[str | None, list[Any]] = {}
    with store.engine.connect() as connection:
        for row in connection.execute(_SELECT):
            rows.setdefault(row.customer_id, []).append(row)
    entries: list[Entry] = []
    for row in rows.pop(None, ()):
        entries += _entries(rules, [row], [], as_of)
    if rows:
        for customer, contacts in customers(store, rules):
            if customer in rows:
                entries += _entries(rules, rows[customer], contacts, as_of)
    return sorted(entries, key=lambda e: (e.due is None, e.due or "", e.conversation_id, e.turn))


def promises_of(
    store: Store, rules: PromiseRules, conversation_id: str, as_of: datetime
) -> list[Entry]:
    """The promises of one conversation, in the order in which they were made."""
    query = _SELECT.where(conversation.c.conversation_id == conversation_id)
    with store.engine.connect() as connection:
        rows = list(connection.execute(query))
    customer = rows[0].customer_id if rows else None
    contacts = contacts_of(store, customer, rules) if customer else []
    entries = _entries(rules, rows, contacts, as_of)
    return sorted(entries, key=lambda e: (e.turn, e.start))


def refresh(store: Store, rules: PromiseRules) -> int:
    """Read the promises of all newest assessments anew; answers their number.

    For a store that was upgraded, and for changed settings.
    """
    query = select_newest(assessment.c.id, assessment.c.document, conversation.c.transcript)
    count = 0
    with store.engine.begin() as writer, store.engine.connect() as reader:
        writer.execute(delete(promise))
        for page in reader.execution_options(yield_per=_STEP).execute(query).partitions():
            rows = [
                {"assessment_id": row.id, **promise_row(one)}
                for row in page
                for one in promises(
                    rules, _decode_transcript(unpack(row.transcript)),
                    _decode_assessment(unpack(row.document)),
                )
            ]  # fmt: skip
            count += len(rows)
            if rows:
                writer.execute(insert(promise), rows)
    return count


_SELECT: Final = select_newest(
    *promise.c, conversation.c.conversation_id, conversation.c.customer_id, conversation.c.agent_id,
    conversation.c.team, conversation.c.started_at,
).join(promise, promise.c.assessment_id == assessment.c.id)  # fmt: skip


def _entries(
    rules: PromiseRules, rows: Iterable[Any], contacts: list[Contact], as_of: datetime
) -> Iterator[Entry]:
    for row in rows:
        began = moment(row.started_at, rules.calendar)
        said_at = began and began + timedelta(seconds=row.after_seconds or 0)
        if said_at is not None and said_at > as_of:
            continue
        deadline: Within | By = _decode_deadline(row.deadline)
        made = judge(rules, deadline, row.kind, said_at, row.conversation_id, contacts, as_of)
        if made is None:
            continue
        yield Entry(
            conversation_id=row.conversation_id, customer_id=row.customer_id,
            agent_id=row.agent_id, team=row.team, turn=row.turn, start=row.start, end=row.end,
            kind=row.kind, confidence=row.confidence, promised_at=_written(said_at),
            due=_written(made.due), state=made.state, basis=made.basis,
            told_by=made.conversation_id, told_at=_written(made.at),
        )  # fmt: skip


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


_decode_deadline: Final = msgspec.json.Decoder(Within | By).decode
_decode_transcript: Final = msgspec.json.Decoder(Transcript).decode
_decode_assessment: Final = msgspec.json.Decoder(Assessment).decode
