"""The tables of the review desk; part of the same ``metadata`` and migrations as the others."""

from typing import Final

from sqlalchemy import (
    DDL,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)

from ccnlp.store.schema import metadata

__all__ = ["metadata"]

ROLES: Final = ("agent", "reviewer", "lead", "admin", "auditor")
#: What a person can say of what the machine found.
VERDICTS: Final = ("right", "partly", "wrong")

#: Who may log in.
account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    #: Of an agent: whose conversations are his or her own.
    Column("agent_id", Text),
    #: Argon2id, as PHC string.
    Column("password", Text, nullable=False),
    #: Base32 secret of the second factor (RFC 6238); null where none is set up.
    Column("totp_secret", String(64)),
    #: The last time step that was used: no code counts twice.
    Column("totp_step", Integer),
    #: Wrong passwords or codes since the last right one.
    Column("failures", Integer, nullable=False),
    Column("locked_until", Text),
    Column("active", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    CheckConstraint("role IN ('agent', 'reviewer', 'lead', 'admin', 'auditor')", name="role"),
)

#: Browsers that are logged in.
desk_session = Table(
    "desk_session",
    metadata,
    #: SHA-256 of the cookie, so that who reads the table cannot log in.
    Column("digest", String(64), primary_key=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    #: Whether the second factor was shown, or none is set up.
    Column("complete", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Index(None, "account_id"),
)

#: Keys of programs that use the API in a person's name.
api_token = Table(
    "api_token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("name", Text, nullable=False),
    #: ``read`` or ``review``.
    Column("scope", String(16), nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("ended_at", Text),
    Index(None, "account_id"),
)

#: Who did what. Each row holds the hash of the one before; rows are never changed.
audit_entry = Table(
    "audit_entry",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(32), nullable=False),
    Column("target", Text, nullable=False),
    #: JSON; never text of a conversation.
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("previous"),
    Index(None, "action"),
)

#: One row: the end of the chain. Its update makes writers wait for each other.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

#: Who has a case in hand, and until when.
queue_lease = Table(
    "queue_lease",
    metadata,
    Column("item_id", Integer, ForeignKey("queue_item.id"), primary_key=True, autoincrement=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    #: Whether the item had been given to this person before: it stays so when the lease ends.
    Column("given", Boolean, nullable=False),
    Column("claimed_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Index(None, "expires_at"),
)

#: What a person says of a finding or an item. The newest a person and subject counts.
review_verdict = Table(
    "review_verdict",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", Integer, ForeignKey("queue_item.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    #: ``finding:CATEGORY:TURN:START:END`` or ``item:ITEM``.
    Column("subject", String(160), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", Text),
    Column("created_at", Text, nullable=False),
    CheckConstraint("verdict IN ('right', 'partly', 'wrong')", name="verdict"),
    Index(None, "item_id"),
)

#: A finding that the machine missed. What was said stands in the transcript alone.
review_missed = Table(
    "review_missed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", Integer, ForeignKey("queue_item.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("category", String(32), nullable=False),
    Column("turn", Integer, nullable=False),
    #: Code points of the turn's text.
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    UniqueConstraint("item_id", "category", "turn", "start", "end"),
)

review_comment = Table(
    "review_comment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("item_id", Integer, ForeignKey("queue_item.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    #: Null where it is about the whole case.
    Column("turn", Integer),
    Column("text", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Index(None, "item_id"),
)

#: What the search looks through: the words of an item's conversation, masked.
queue_text = Table(
    "queue_text",
    metadata,
    Column("item_id", Integer, ForeignKey("queue_item.id"), primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
)

#: Written down in the database as well: nobody changes the audit log by mistake.
APPEND_ONLY: Final = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_entry_no_{verb} BEFORE {verb.upper()} ON audit_entry "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        for verb in ("update", "delete")
    ),
    "postgresql": tuple(
        f"CREATE RULE audit_entry_no_{verb} AS ON {verb.upper()} TO audit_entry DO INSTEAD NOTHING"
        for verb in ("update", "delete")
    ),
}
for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        _rule = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(audit_entry, "after_create", _rule.execute_if(dialect=_dialect))
