"""The tables. ``HEAD`` names the migration that makes them; a test holds that both agree."""

from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

#: The newest migration in ``migrations/versions``.
HEAD: Final = "0003"

#: States of a queue item; see docs/store.md.
STATES: Final = ("open", "assigned", "closed", "superseded")
#: How an item was closed.
RESOLUTIONS: Final = ("confirmed", "dismissed")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Alembic's own table, as Alembic makes it; not part of ``metadata``.
alembic_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

#: A conversation as it was scored; another text under the same id is another row.
conversation = Table(
    "conversation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    #: SHA-256 of the transcript's JSON, first 16 hex digits.
    Column("content", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("agent_id", Text),
    Column("team", Text),
    Column("customer_tier", Text),
    Column("started_at", Text),
    Column("turns", Integer, nullable=False),
    #: The transcript as JSON, compressed with zstd.
    Column("transcript", LargeBinary, nullable=False),
    Column("customer_id", Text),
    UniqueConstraint("conversation_id", "content"),
    Index(None, "customer_id"),
)

#: What one recipe says of one conversation. Rows are never changed.
assessment = Table(
    "assessment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("content", String(16), nullable=False),
    Column("recipe", String(16), nullable=False),
    Column("engine", Text, nullable=False),
    Column("scorecard", Text, nullable=False),
    #: Place in ``taxonomy.RISK_LEVELS``.
    Column("risk_level", Integer, nullable=False),
    Column("risk", Float, nullable=False),
    #: Service score; null where it is a range.
    Column("score", Float),
    Column("fatal", Boolean, nullable=False),
    Column("complaint", Boolean, nullable=False),
    Column("handoff", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
    #: The line of ``assessments.jsonl``, compressed with zstd.
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("conversation_id", "recipe", "content"),
)

#: What the agent of a conversation promised by when, as one assessment found it.
promise = Table(
    "promise",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assessment_id", Integer, ForeignKey("assessment.id"), nullable=False),
    Column("turn", Integer, nullable=False),
    #: Code points of the turn's text. What was said stands in the transcript alone.
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    #: ``ccnlp.promises.extract.Promise.deadline`` as JSON.
    Column("deadline", Text, nullable=False),
    Column("source", String(32), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("after_seconds", Float),
    UniqueConstraint("assessment_id", "turn", "start"),
)

#: A recipe that made assessments: the digest of each file that it named.
kept_recipe = Table(
    "recipe",
    metadata,
    Column("digest", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("files", JSON, nullable=False),
)

#: What a person should look at: at most one item an assessment.
queue_item = Table(
    "queue_item",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assessment_id", Integer, ForeignKey("assessment.id"), nullable=False, unique=True),
    Column("conversation_id", Text, nullable=False),
    Column("state", String(16), nullable=False),
    #: The gravest has the highest.
    Column("priority", Float, nullable=False),
    Column("risk_level", Integer, nullable=False),
    #: Why it is here, see ``ccnlp.alerts.queue_reasons``; joined by commas.
    Column("reasons", Text, nullable=False),
    Column("agent_id", Text),
    Column("team", Text),
    Column("started_at", Text),
    Column("assignee", Text),
    Column("resolution", String(16)),
    Column("note", Text),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    CheckConstraint("state IN ('open', 'assigned', 'closed', 'superseded')", name="state"),
    Index(None, "state", "priority"),
    Index(None, "conversation_id"),
)

#: The finding categories of a queue item, to filter by.
queue_category = Table(
    "queue_category",
    metadata,
    Column("item_id", Integer, ForeignKey("queue_item.id"), primary_key=True),
    Column("category", String(32), primary_key=True),
    Index(None, "category"),
)

#: One row a finished run of ``ccnlp score``.
run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text, nullable=False),
    Column("recipe", String(16), nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("conversations", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("queued", Integer, nullable=False),
)
