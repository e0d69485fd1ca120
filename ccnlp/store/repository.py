"""Assessments in and out of a store.

``make_record`` is pure and runs where the scoring runs; ``Assessments.add`` writes a batch of
records in one transaction. What is there already stays as it is.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import zstandard
from sqlalchemy import Connection, Select, Table, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from ccnlp.store.connection import Store, unusable
from ccnlp.store.schema import assessment, conversation, queue_category, queue_item, run
from ccnlp.taxonomy import RISK_LEVELS
from ccnlp.types import Assessment, Transcript

#: A little smaller than level 3 would be slower by half; the database's size is no bottleneck.
_LEVEL: Final = 1


class Record(msgspec.Struct, frozen=True):
    """One conversation as it goes into the store; columns by name."""

    conversation: dict[str, Any]
    assessment: dict[str, Any]
    #: ``None`` where the conversation was not flagged.
    queue: dict[str, Any] | None
    categories: tuple[str, ...] = ()


class Added(msgspec.Struct, frozen=True):
    """What was new in a batch."""

    assessments: int = 0
    queued: int = 0


class Kept(msgspec.Struct, frozen=True):
    """A conversation out of the store, with what one recipe said of it."""

    transcript: Transcript
    assessment: Assessment
    recipe: str
    created_at: str


def now() -> str:
    """The time as it stands in the store: RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def make_record(
    transcript: Transcript,
    made: Assessment,
    document: bytes,
    reasons: Sequence[str],
    created_at: str,
) -> Record:
    """What is stored of one conversation.

    ``document`` is the assessment as JSON; ``reasons`` say why the conversation goes to the
    review queue, and are empty where it does not.
    """
    whole = msgspec.json.encode(transcript)
    compress = zstandard.ZstdCompressor(level=_LEVEL).compress
    key = {
        "conversation_id": transcript.conversation_id,
        "content": hashlib.sha256(whole).hexdigest()[:16],
    }
    where = {
        "agent_id": transcript.agent_id,
        "team": transcript.team,
        "started_at": transcript.started_at,
    }
    level = RISK_LEVELS.index(made.risk.level)
    score = made.scorecard
    queued = None
    if reasons:
        queued = {
            **where, "conversation_id": transcript.conversation_id, "state": "open",
            "priority": _priority(made), "risk_level": level, "reasons": ",".join(reasons),
            "created_at": created_at, "updated_at": created_at,
        }  # fmt: skip
    return Record(
        conversation={
            **key, **where, "channel": transcript.channel,
            "customer_tier": transcript.customer_tier, "turns": len(transcript.turns),
            "transcript": compress(whole),
        },
        assessment={
            **key, "recipe": made.provenance.recipe, "engine": made.provenance.engine,
            "scorecard": made.provenance.scorecard, "risk_level": level, "risk": made.risk.score,
            "score": score.total, "fatal": score.fatal,
            "complaint": made.complaint.is_complaint, "handoff": made.handoff.recommended,
            "created_at": created_at, "document": compress(document),
        },
        queue=queued,
        categories=tuple(dict.fromkeys(f.category for f in made.findings)) if reasons else (),
    )  # fmt: skip


class Assessments:
    """The assessments in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, records: Sequence[Record]) -> Added:
        """Write a batch, all of it or nothing; what is there already is left alone.

        An open item that nobody took is superseded by a newer one of its conversation.

        Raises
        ------
        StoreError: the database cannot be written.
        """
        if not records:
            return Added()
        try:
            with self._store.engine.begin() as connection:
                return _add(connection, records)
        except SQLAlchemyError as error:
            raise unusable(self._store.url, error) from error

    def find(self, conversation_id: str, recipe: str | None = None) -> Kept | None:
        """The newest assessment of a conversation, or the newest that ``recipe`` made.

        ``recipe`` is the start of a digest.
        """
        query: Select[Any] = (
            select(
                conversation.c.transcript, assessment.c.document, assessment.c.recipe,
                assessment.c.created_at,
            )
            .join(
                conversation,
                (conversation.c.conversation_id == assessment.c.conversation_id)
                & (conversation.c.content == assessment.c.content),
            )
            .where(assessment.c.conversation_id == conversation_id)
            .order_by(assessment.c.id.desc())
            .limit(1)
        )  # fmt: skip
        if recipe:
            query = query.where(assessment.c.recipe.startswith(recipe, autoescape=True))
        with self._store.engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return Kept(
            transcript=msgspec.json.decode(unpack(row.transcript), type=Transcript),
            assessment=msgspec.json.decode(unpack(row.document), type=Assessment),
            recipe=row.recipe, created_at=row.created_at,
        )  # fmt: skip

    def count(self) -> int:
        """Number of assessments."""
        with self._store.engine.connect() as connection:
            return int(
                connection.execute(select(func.count()).select_from(assessment)).scalar_one()
            )

    def note_run(self, columns: dict[str, Any]) -> None:
        """Write down that a run has ended; columns of the table ``run`` by name."""
        try:
            with self._store.engine.begin() as connection:
                connection.execute(insert(run), [columns])
        except SQLAlchemyError as error:
            raise unusable(self._store.url, error) from error


def unpack(blob: bytes) -> bytes:
    """What a compressed column holds."""
    return zstandard.ZstdDecompressor().decompress(blob)


def _add(connection: Connection, records: Sequence[Record]) -> Added:
    _insert_new(connection, conversation, [r.conversation for r in records])
    new = _insert_new(connection, assessment, [r.assessment for r in records])
    ids = {(row["conversation_id"], row["content"], row["recipe"]): row["id"] for row in new}
    queued: list[dict[str, Any]] = []
    categories: dict[int, tuple[str, ...]] = {}
    for record in records:
        made = record.assessment
        key = made["conversation_id"], made["content"], made["recipe"]
        if record.queue is not None and key in ids:
            queued.append({**record.queue, "assessment_id": ids[key]})
            categories[ids[key]] = record.categories
    if queued:
        names = [q["conversation_id"] for q in queued]
        connection.execute(
            update(queue_item)
            .where(queue_item.c.conversation_id.in_(names), queue_item.c.state == "open")
            .values(state="superseded", updated_at=queued[0]["created_at"])
        )
        items = _insert_new(connection, queue_item, queued)
        rows = [
            {"item_id": item["id"], "category": category}
            for item in items
            for category in categories[item["assessment_id"]]
        ]
        if rows:
            connection.execute(insert(queue_category), rows)
    return Added(assessments=len(new), queued=len(queued))


def _insert_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> Sequence[Any]:
    """Insert the rows that are new; answers the keys of those, with their ids."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    answer = [
        c
        for name in ("id", "conversation_id", "content", "recipe", "assessment_id")
        if (c := table.c.get(name)) is not None
    ]
    statement = dialect.insert(table).on_conflict_do_nothing().returning(*answer)
    return connection.execute(statement, rows).mappings().all()


def _priority(made: Assessment) -> float:
    """Risk in [0, 1] first; a veto and a low score settle ties (at most 0.06 together)."""
    total = made.scorecard.minimum
    return round(made.risk.score + 0.05 * made.scorecard.fatal + (100.0 - total) / 10_000, 6)
