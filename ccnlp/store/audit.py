"""The audit log: who did what, append-only, each entry chained to the one before by its hash.

``hash = SHA-256(previous, newline, entry as JSON with sorted keys)``. Whoever changes, removes or
slips in an entry must make every later hash again; whoever has written down the last hash
elsewhere then sees it. ``ccnlp audit verify`` works the chain out again.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, insert, select, update

from ccnlp.store.connection import Store
from ccnlp.store.desk_schema import audit_entry, audit_head
from ccnlp.store.repository import now

#: What stands before the first entry.
START: Final = "0" * 64
_STEP: Final = 1000


class Entry(msgspec.Struct, frozen=True):
    """One line of the log; ``detail`` is JSON."""

    seq: int
    at: str
    actor: str
    action: str
    target: str
    detail: str
    previous: str
    hash: str


class Verified(msgspec.Struct, frozen=True):
    """Result of a check: ``broken`` is the first entry that does not hold, with the reason."""

    entries: int
    last_hash: str
    broken: int | None = None
    reason: str = ""


def note(connection: Connection, actor: str, action: str, target: str = "", **detail: Any) -> None:
    """Append an entry in the transaction of what it tells of, so that neither is without the other.

    ``detail`` holds names and numbers, never text of a conversation.
    """
    # The update takes the lock; without it two writers would both follow the same entry.
    moved = connection.execute(
        update(audit_head).where(audit_head.c.id == 1).values(seq=audit_head.c.seq + 1)
    )
    if not moved.rowcount:
        connection.execute(insert(audit_head), [{"id": 1, "seq": 1, "hash": START}])
    head = connection.execute(select(audit_head.c.seq, audit_head.c.hash)).one()
    row = {
        "seq": head.seq, "at": now(), "actor": actor, "action": action, "target": target,
        "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True), "previous": head.hash,
    }  # fmt: skip
    row["hash"] = chained(row)
    connection.execute(insert(audit_entry), [row])
    connection.execute(update(audit_head).values(hash=row["hash"]))


def chained(row: dict[str, Any]) -> str:
    """The hash of an entry."""
    said = {key: row[key] for key in ("seq", "at", "actor", "action", "target", "detail")}
    whole = f"{row['previous']}\n{json.dumps(said, ensure_ascii=False, sort_keys=True)}"
    return hashlib.sha256(whole.encode()).hexdigest()


class AuditLog:
    """The audit log of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, actor: str, action: str, target: str = "", **detail: Any) -> None:
        """Append an entry that stands alone: a view, a failed login."""
        with self._store.engine.begin() as connection:
            note(connection, actor, action, target, **detail)

    def entries(
        self, *, actor: str = "", action: str = "", before: int | None = None, limit: int = 100
    ) -> list[Entry]:
        """The newest entries first; ``before`` a number, for the next page."""
        query = select(audit_entry).order_by(audit_entry.c.seq.desc()).limit(limit)
        if actor:
            query = query.where(audit_entry.c.actor == actor)
        if action:
            query = query.where(audit_entry.c.action == action)
        if before is not None:
            query = query.where(audit_entry.c.seq < before)
        with self._store.engine.connect() as connection:
            return [Entry(**row) for row in connection.execute(query).mappings()]

    def verify(self) -> Verified:
        """Work the whole chain out again; memory does not grow."""
        count, previous = 0, START
        for row in self._all():
            count += 1
            reason = (
                "its number does not follow" if row["seq"] != count
                else "it does not follow the entry before" if row["previous"] != previous
                else "its content was changed" if chained(row) != row["hash"]
                else ""
            )  # fmt: skip
            if reason:
                return Verified(count - 1, previous, row["seq"], reason)
            previous = row["hash"]
        with self._store.engine.connect() as connection:
            head = connection.execute(select(audit_head)).first()
        if (head.seq, head.hash) != (count, previous) if head else count:
            return Verified(count, previous, count + 1, "entries are missing at the end")
        return Verified(count, previous)

    def holds(self, noted: str) -> bool:
        """Whether an entry has this hash: nothing before it was taken away or written anew."""
        query = select(audit_entry.c.seq).where(audit_entry.c.hash == noted)
        with self._store.engine.connect() as connection:
            return connection.execute(query).first() is not None

    def _all(self) -> Iterator[dict[str, Any]]:
        query = select(audit_entry).order_by(audit_entry.c.seq)
        with self._store.engine.connect() as connection:
            rows = connection.execution_options(yield_per=_STEP).execute(query)
            for row in rows.mappings():
                yield dict(row)
