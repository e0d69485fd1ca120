"""Who has a case in hand. Nobody else can take it until it is given back or its time is over.

Claiming is one statement that succeeds for one person only, on SQLite and PostgreSQL alike; a
browser that is lost stops renewing, and its cases are free again when the lease ends.
"""

import msgspec
from sqlalchemy import Connection, and_, delete, exists, insert, or_, select, update

from ccnlp.store.accounts import Account
from ccnlp.store.audit import note
from ccnlp.store.clock import later
from ccnlp.store.connection import Store
from ccnlp.store.desk_schema import account, queue_lease
from ccnlp.store.repository import now
from ccnlp.store.schema import RESOLUTIONS, queue_item


class Lease(msgspec.Struct, frozen=True):
    """A case in somebody's hands."""

    item_id: int
    account_id: int
    name: str
    expires_at: str


class Leases:
    """The leases of a store; ``minutes`` is how long one holds without being renewed."""

    def __init__(self, store: Store, minutes: float) -> None:
        self._store = store
        self._seconds = minutes * 60

    def free_expired(self) -> None:
        """Give back what lost browsers held."""
        with self._store.engine.connect() as connection:
            query = select(queue_lease.c.item_id).where(queue_lease.c.expires_at <= now())
            ended = list(connection.execute(query).scalars())
        if not ended:
            return
        with self._store.engine.begin() as connection:
            for item in ended:
                gone = connection.execute(
                    delete(queue_lease)
                    .where(queue_lease.c.item_id == item, queue_lease.c.expires_at <= now())
                    .returning(queue_lease.c.given)
                ).first()
                if gone is not None and not gone.given:
                    _open(connection, item)

    def claim(self, item_id: int, who: Account) -> bool:
        """Take a case, or renew it; false where another person has it, or it is closed."""
        self.free_expired()
        with self._store.engine.begin() as connection:
            mine = queue_item.c.assignee == who.name
            held = exists().where(
                queue_lease.c.item_id == item_id, queue_lease.c.account_id != who.id
            )
            # Only this person's own claim can change an item that was given to him or her.
            given = connection.execute(
                select(queue_item.c.id).where(
                    queue_item.c.id == item_id, queue_item.c.state == "assigned", mine
                )
            ).first()
            # One statement: the row can become only one person's.
            taken = connection.execute(
                update(queue_item)
                .where(
                    queue_item.c.id == item_id, ~held,
                    or_(
                        queue_item.c.state == "open",
                        and_(queue_item.c.state == "assigned", mine),
                    ),
                )
                .values(assignee=who.name, state="assigned", updated_at=now())
            )  # fmt: skip
            if not taken.rowcount:
                return False
            renewed = connection.execute(
                update(queue_lease)
                .where(queue_lease.c.item_id == item_id)
                .values(expires_at=later(self._seconds))
            )
            if not renewed.rowcount:
                connection.execute(
                    insert(queue_lease),
                    [{
                        "item_id": item_id, "account_id": who.id, "given": given is not None,
                        "claimed_at": now(), "expires_at": later(self._seconds),
                    }],
                )  # fmt: skip
                note(connection, who.name, "case.claim", str(item_id))
        return True

    def renew(self, item_id: int, who: Account) -> bool:
        """Hold on to a case; false where it is no longer this person's."""
        with self._store.engine.begin() as connection:
            done = connection.execute(
                update(queue_lease)
                .where(
                    queue_lease.c.item_id == item_id, queue_lease.c.account_id == who.id,
                    queue_lease.c.expires_at > now(),
                )
                .values(expires_at=later(self._seconds))
            )  # fmt: skip
        return bool(done.rowcount)

    def release(self, item_id: int, who: Account, *, others: bool = False) -> bool:
        """Give a case back; ``others``: also one that somebody else holds."""
        condition = queue_lease.c.item_id == item_id
        if not others:
            condition = and_(condition, queue_lease.c.account_id == who.id)
        with self._store.engine.begin() as connection:
            gone = connection.execute(
                delete(queue_lease).where(condition).returning(queue_lease.c.given)
            ).first()
            if gone is None:
                return False
            if not gone.given:
                _open(connection, item_id)
            note(connection, who.name, "case.release", str(item_id))
        return True

    def assign(self, item_id: int, to: Account, actor: Account) -> bool:
        """Give a case to somebody, whoever held it; false where it is closed."""
        with self._store.engine.begin() as connection:
            moved = connection.execute(
                update(queue_item)
                .where(queue_item.c.id == item_id, queue_item.c.state.in_(("open", "assigned")))
                .values(state="assigned", assignee=to.name, updated_at=now())
            )
            if not moved.rowcount:
                return False
            connection.execute(delete(queue_lease).where(queue_lease.c.item_id == item_id))
            note(connection, actor.name, "case.assign", str(item_id), to=to.name)
        return True

    def close(self, item_id: int, who: Account, resolution: str, remark: str | None) -> bool:
        """Close a case that this person holds; false where he or she does not."""
        if resolution not in RESOLUTIONS:
            return False
        with self._store.engine.begin() as connection:
            gone = connection.execute(
                delete(queue_lease).where(
                    queue_lease.c.item_id == item_id, queue_lease.c.account_id == who.id,
                    queue_lease.c.expires_at > now(),
                )
            )  # fmt: skip
            if not gone.rowcount:
                return False
            connection.execute(
                update(queue_item)
                .where(queue_item.c.id == item_id)
                .values(state="closed", resolution=resolution, note=remark, updated_at=now())
            )
            note(connection, who.name, "case.close", str(item_id), resolution=resolution)
        return True

    def of(self, item_ids: list[int]) -> dict[int, Lease]:
        """The leases that hold now, by case."""
        query = (
            select(queue_lease, account.c.display_name)
            .join(account, account.c.id == queue_lease.c.account_id)
            .where(queue_lease.c.item_id.in_(item_ids), queue_lease.c.expires_at > now())
        )
        with self._store.engine.connect() as connection:
            return {
                row.item_id: Lease(row.item_id, row.account_id, row.display_name, row.expires_at)
                for row in connection.execute(query)
            }


def _open(connection: Connection, item_id: int) -> None:
    connection.execute(
        update(queue_item)
        .where(queue_item.c.id == item_id, queue_item.c.state == "assigned")
        .values(state="open", assignee=None, updated_at=now())
    )
