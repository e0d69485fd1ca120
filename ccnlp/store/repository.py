"""Assessments in and out of a store.

A ``Recorder`` touches no database and works where the scoring runs; ``Assessments.add`` writes
a batch of records in one transaction. What is there already stays as it is.
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

from ccnlp.config import Recipe
from ccnlp.promises.extract import Promise, promises
from ccnlp.promises.rules import PromiseRules, load_promise_rules
from ccnlp.store.connection import Store, unusable
from ccnlp.store.schema import (
    assessment,
    conversation,
    kept_recipe,
    promise,
    queue_category,
    queue_item,
    run,
)
from ccnlp.taxonomy import RISK_LEVELS
from ccnlp.types import Assessment, Transcript

#: Of zstd: higher levels gain a hundredth.
_LEVEL: Final = 1
_LEVEL_PLACE: Final = {level: place for place, level in enumerate(RISK_LEVELS)}


class Record(msgspec.Struct, frozen=True):
    """One conversation as it goes into the store; columns by name."""

    conversation: dict[str, Any]
    assessment: dict[str, Any]
    #: ``None`` where the conversation was not flagged.
    queue: dict[str, Any] | None
    categories: tuple[str, ...] = ()
    #: Columns of the table ``promise``, but for the assessment.
    promises: tuple[dict[str, Any], ...] = ()


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


class Recorder:
    """Makes records of what one process scores in one run."""

    def __init__(self, created_at: str, rules: PromiseRules | None = None) -> None:
        self._created_at = created_at
        self._promise_rules = rules or load_promise_rules()
        self._compress = zstandard.ZstdCompressor(level=_LEVEL).compress
        self._encode = msgspec.json.Encoder().encode

    def record(
        self, transcript: Transcript, made: Assessment, document: bytes, reasons: Sequence[str]
    ) -> Record:
        """What is stored of one conversation.

        ``document`` is the assessment as JSON; ``reasons`` say why the conversation goes to the
        review queue, and are empty where it does not.
        """
        whole = self._encode(transcript)
        name = transcript.conversation_id
        content = hashlib.sha256(whole).hexdigest()[:16]
        level = _LEVEL_PLACE[made.risk.level]
        score = made.scorecard
        return Record(
            conversation={
                "conversation_id": name, "content": content, "channel": transcript.channel,
                "agent_id": transcript.agent_id, "team": transcript.team,
                "customer_tier": transcript.customer_tier, "started_at": transcript.started_at,
                "turns": len(transcript.turns), "transcript": self._compress(whole),
                "customer_id": transcript.customer_id,
            },
            assessment={
                "conversation_id": name, "content": content, "recipe": made.provenance.recipe,
                "engine": made.provenance.engine, "scorecard": made.provenance.scorecard,
                "risk_level": level, "risk": made.risk.score, "score": score.total,
                "fatal": score.fatal, "complaint": made.complaint.is_complaint,
                "handoff": made.handoff.recommended, "created_at": self._created_at,
                "document": self._compress(document),
            },
            queue=queue_row(transcript, made, reasons, self._created_at) if reasons else None,
            categories=tuple({f.category: None for f in made.findings}) if reasons else (),
            promises=tuple(map(promise_row, promises(self._promise_rules, transcript, made))),
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

    def note_recipe(self, used: Recipe) -> None:
        """Write down which files a recipe names, for receipts; once is enough."""
        row = {"digest": used.digest, "name": used.name, "files": [list(f) for f in used.files]}
        try:
            with self._store.engine.begin() as connection:
                known = select(kept_recipe.c.digest).where(kept_recipe.c.digest == used.digest)
                if connection.execute(known).first() is None:
                    connection.execute(insert(kept_recipe), [row])
        except SQLAlchemyError as error:
            raise unusable(self._store.url, error) from error

    def recipe_files(self, digest: str) -> tuple[tuple[str, str], ...]:
        """Name and SHA-256 of each file of a recipe; empty where the store does not know it."""
        with self._store.engine.connect() as connection:
            files = connection.execute(
                select(kept_recipe.c.files).where(kept_recipe.c.digest == digest)
            ).scalar()
        return tuple((name, sha) for name, sha in files or ())

    def note_run(self, columns: dict[str, Any]) -> None:
        """Write down that a run has ended; columns of the table ``run`` by name."""
        try:
            with self._store.engine.begin() as connection:
                connection.execute(insert(run), [columns])
        except SQLAlchemyError as error:
            raise unusable(self._store.url, error) from error


def queue_row(
    transcript: Transcript, made: Assessment, reasons: Sequence[str], created_at: str
) -> dict[str, Any]:
    """The columns of a new queue item, but for its assessment."""
    return {
        "conversation_id": transcript.conversation_id, "state": "open", "priority": _priority(made),
        "risk_level": _LEVEL_PLACE[made.risk.level], "reasons": ",".join(reasons),
        "agent_id": transcript.agent_id, "team": transcript.team,
        "started_at": transcript.started_at, "created_at": created_at, "updated_at": created_at,
    }  # fmt: skip


def promise_row(one: Promise) -> dict[str, Any]:
    """The columns of a promise, but for its assessment."""
    return {
        "turn": one.turn, "start": one.start, "end": one.end, "kind": one.kind,
        "deadline": msgspec.json.encode(one.deadline).decode(), "source": one.source,
        "confidence": one.confidence, "after_seconds": one.after_seconds,
    }  # fmt: skip


def unpack(blob: bytes) -> bytes:
    """What a compressed column holds."""
    return zstandard.ZstdDecompressor().decompress(blob)


def _add(connection: Connection, records: Sequence[Record]) -> Added:
    _insert_new(connection, conversation, [r.conversation for r in records])
    last = _last_id(connection, assessment)
    _insert_new(connection, assessment, [r.assessment for r in records])
    # Ids grow, so what is above the last one is new: a plain insert of many rows and this query
    # take a third of the time of an insert that answers its ids.
    keys = assessment.c["id", "conversation_id", "recipe", "content"]
    new = connection.execute(select(*keys).where(assessment.c.id > last))
    ids = {tuple(key): row_id for row_id, *key in new}
    queued: list[dict[str, Any]] = []
    promised: list[dict[str, Any]] = []
    categories: dict[int, tuple[str, ...]] = {}
    found = 0
    for record in records:
        made = record.assessment
        row_id = ids.get((made["conversation_id"], made["recipe"], made["content"]))
        if row_id is None:
            continue
        found += 1
        promised += [{**one, "assessment_id": row_id} for one in record.promises]
        if record.queue is not None:
            queued.append({**record.queue, "assessment_id": row_id})
            categories[row_id] = record.categories
    if promised:
        _insert_new(connection, promise, promised)
    if queued:
        _queue(connection, queued, categories)
    return Added(assessments=found, queued=len(queued))


def _queue(
    connection: Connection,
    queued: list[dict[str, Any]],
    categories: dict[int, tuple[str, ...]],
) -> None:
    """Add items, with the categories of each assessment; older open ones are superseded."""
    names = [q["conversation_id"] for q in queued]
    connection.execute(
        update(queue_item)
        .where(queue_item.c.conversation_id.in_(names), queue_item.c.state == "open")
        .values(state="superseded", updated_at=queued[0]["created_at"])
    )
    last = _last_id(connection, queue_item)
    _insert_new(connection, queue_item, queued)
    items = connection.execute(
        select(queue_item.c.id, queue_item.c.assessment_id).where(queue_item.c.id > last)
    )
    rows = [
        {"item_id": item_id, "category": category}
        for item_id, made in items
        for category in categories.get(made, ())
    ]
    if rows:
        _insert_new(connection, queue_category, rows)


def _last_id(connection: Connection, table: Table) -> int:
    last = connection.execute(select(func.max(table.c.id))).scalar()
    return int(last or 0)


def _insert_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert the rows that are not there already; all have the same columns.

    The values are plain texts, numbers and bytes that drivers take as they are, so the rows go
    straight to the driver: half of the time would go into converting nothing.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    compiled = (
        dialect.insert(table)
        .on_conflict_do_nothing()
        .compile(dialect=connection.dialect, column_keys=list(rows[0]))
    )
    order = compiled.positiontup
    given: list[Any] = rows if order is None else [tuple(row[n] for n in order) for row in rows]
    connection.exec_driver_sql(compiled.string, given)


def _priority(made: Assessment) -> float:
    """Risk in [0, 1] first; a veto and a low score settle ties (at most 0.06 together)."""
    total = made.scorecard.minimum
    return round(made.risk.score + 0.05 * made.scorecard.fatal + (100.0 - total) / 10_000, 6)
