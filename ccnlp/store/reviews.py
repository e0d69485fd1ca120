"""What people say of the machine's verdicts. Nothing here changes an assessment."""

import msgspec
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from ccnlp.store.accounts import Account
from ccnlp.store.audit import note
from ccnlp.store.connection import Store
from ccnlp.store.desk_schema import (
    account,
    review_comment,
    review_missed,
    review_verdict,
)
from ccnlp.store.repository import now


class Said(msgspec.Struct, frozen=True):
    """A person's verdict on one finding or item of the machine."""

    subject: str
    verdict: str
    reason: str | None
    account_id: int
    by: str
    at: str


class Missed(msgspec.Struct, frozen=True):
    """A finding that a person added; offsets are code points of the turn's text."""

    id: int
    category: str
    turn: int
    start: int
    end: int
    account_id: int
    by: str


class Comment(msgspec.Struct, frozen=True):
    """A remark on a turn, or on the whole case where ``turn`` is ``None``."""

    id: int
    turn: int | None
    text: str
    by: str
    at: str


class Reviews:
    """The reviews of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def say(
        self, item_id: int, who: Account, subject: str, verdict: str, reason: str | None
    ) -> None:
        """Write down a verdict; an earlier one of the same person stays as history."""
        row = {
            "item_id": item_id, "account_id": who.id, "subject": subject, "verdict": verdict,
            "reason": reason, "created_at": now(),
        }  # fmt: skip
        with self._store.engine.begin() as connection:
            note(connection, who.name, "verdict", str(item_id), subject=subject, verdict=verdict)
            connection.execute(insert(review_verdict), [row])

    def said(self, item_id: int) -> dict[str, Said]:
        """The newest verdict on each subject of a case."""
        query = (
            select(review_verdict, account.c.display_name)
            .join(account, account.c.id == review_verdict.c.account_id)
            .where(review_verdict.c.item_id == item_id)
            .order_by(review_verdict.c.id)
        )
        with self._store.engine.connect() as connection:
            return {
                row.subject: Said(
                    row.subject, row.verdict, row.reason, row.account_id, row.display_name,
                    row.created_at,
                )
                for row in connection.execute(query)
            }  # fmt: skip

    def judged(self, item_ids: list[int]) -> dict[int, int]:
        """Number of subjects with a verdict, by case."""
        query = (
            select(review_verdict.c.item_id, func.count(review_verdict.c.subject.distinct()))
            .where(review_verdict.c.item_id.in_(item_ids))
            .group_by(review_verdict.c.item_id)
        )
        with self._store.engine.connect() as connection:
            return {int(item): int(count) for item, count in connection.execute(query)}

    def add_missed(
        self, item_id: int, who: Account, category: str, turn: int, start: int, end: int
    ) -> bool:
        """Add a finding that the machine missed; false where it was added before."""
        row = {
            "item_id": item_id, "account_id": who.id, "category": category, "turn": turn,
            "start": start, "end": end, "created_at": now(),
        }  # fmt: skip
        try:
            with self._store.engine.begin() as connection:
                note(connection, who.name, "missed.add", str(item_id), category=category, turn=turn)
                connection.execute(insert(review_missed), [row])
        except IntegrityError:
            return False
        return True

    def remove_missed(self, item_id: int, missed_id: int, who: Account) -> bool:
        """Take back a finding that this person added."""
        with self._store.engine.begin() as connection:
            gone = connection.execute(
                delete(review_missed).where(
                    review_missed.c.id == missed_id, review_missed.c.item_id == item_id,
                    review_missed.c.account_id == who.id,
                )
            )  # fmt: skip
            if gone.rowcount:
                note(connection, who.name, "missed.remove", str(item_id), number=missed_id)
        return bool(gone.rowcount)

    def missed(self, item_id: int) -> list[Missed]:
        """What people added to a case, in order of place."""
        query = (
            select(review_missed, account.c.display_name)
            .join(account, account.c.id == review_missed.c.account_id)
            .where(review_missed.c.item_id == item_id)
            .order_by(review_missed.c.turn, review_missed.c.start)
        )
        with self._store.engine.connect() as connection:
            return [
                Missed(
                    row.id, row.category, row.turn, row.start, row.end, row.account_id,
                    row.display_name,
                )
                for row in connection.execute(query)
            ]  # fmt: skip

    def comment(self, item_id: int, who: Account, turn: int | None, text: str) -> None:
        """Add a remark."""
        row = {
            "item_id": item_id, "account_id": who.id, "turn": turn, "text": text,
            "created_at": now(),
        }  # fmt: skip
        with self._store.engine.begin() as connection:
            note(connection, who.name, "comment", str(item_id), turn=turn)
            connection.execute(insert(review_comment), [row])

    def comments(self, item_id: int) -> list[Comment]:
        """The remarks on a case, the oldest first."""
        query = (
            select(review_comment, account.c.display_name)
            .join(account, account.c.id == review_comment.c.account_id)
            .where(review_comment.c.item_id == item_id)
            .order_by(review_comment.c.id)
        )
        with self._store.engine.connect() as connection:
            return [
                Comment(row.id, row.turn, row.text, row.display_name, row.created_at)
                for row in connection.execute(query)
            ]
