"""Accounts of the desk, their sessions and their keys for the API. Hashing stands elsewhere."""

import hashlib
import secrets
from typing import Any, Literal

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ccnlp.errors import ConfigError
from ccnlp.store.audit import note
from ccnlp.store.clock import later
from ccnlp.store.connection import Store
from ccnlp.store.desk_schema import ROLES, account, api_token, desk_session
from ccnlp.store.repository import now

Role = Literal["agent", "reviewer", "lead", "admin", "auditor"]


class Account(msgspec.Struct, frozen=True):
    """Someone who may log in."""

    id: int
    name: str
    display_name: str
    role: Role
    agent_id: str | None
    password: str
    totp_secret: str | None
    totp_step: int | None
    failures: int
    locked_until: str | None
    active: bool
    created_at: str

    @property
    def locked(self) -> bool:
        """Whether too many wrong passwords keep it closed for now."""
        return self.locked_until is not None and self.locked_until > now()


class Session(msgspec.Struct, frozen=True):
    """A browser that is logged in; ``complete`` where the second factor was shown."""

    digest: str
    account_id: int
    complete: bool
    created_at: str
    seen_at: str
    expires_at: str


class Token(msgspec.Struct, frozen=True):
    """A key of a program, without the key."""

    id: int
    account_id: int
    name: str
    scope: str
    created_at: str
    expires_at: str
    ended_at: str | None


def digest(secret: str) -> str:
    """What is kept of a cookie or a key."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Accounts:
    """The accounts of a store; every change goes into the audit log with it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def any(self) -> bool:
        """Whether there is an account at all."""
        with self._store.engine.connect() as connection:
            return connection.execute(select(account.c.id).limit(1)).first() is not None

    def all(self) -> list[Account]:
        """Every account, by name."""
        with self._store.engine.connect() as connection:
            return [_account(r) for r in connection.execute(select(account).order_by("name"))]

    def named(self, name: str) -> Account | None:
        """The account of a login name."""
        return self._one(account.c.name == name)

    def get(self, account_id: int) -> Account | None:
        """The account of a number."""
        return self._one(account.c.id == account_id)

    def create(
        self, actor: str, name: str, display_name: str, role: str, password: str,
        agent_id: str | None = None, *, first: bool = False,
    ) -> Account:  # fmt: skip
        """Add an account; ``password`` is hashed already. ``first``: only where there is none.

        Raises
        ------
        ConfigError: the name is taken, or the role is none.
        """
        if role not in ROLES:
            raise ConfigError(f"there is no role {role!r}", mend=f"one of {', '.join(ROLES)}")
        row = {
            "name": name, "display_name": display_name, "role": role, "agent_id": agent_id,
            "password": password, "failures": 0, "active": True, "created_at": now(),
            "updated_at": now(),
        }  # fmt: skip
        try:
            with self._store.engine.begin() as connection:
                note(connection, actor, "account.create", name, role=role)
                if first and connection.execute(select(func.count(account.c.id))).scalar():
                    raise ConfigError("there is an account already", mend="log in")
                connection.execute(insert(account), [row])
        except IntegrityError as error:
            raise ConfigError(f"the name {name!r} is taken", mend="choose another") from error
        made = self.named(name)
        assert made is not None  # noqa: S101 - just written
        return made

    def change(self, actor: str, account_id: int, action: str, **columns: Any) -> None:
        """Set columns; ``action`` is what the audit log calls it. Secrets do not get there."""
        told = {key: columns[key] for key in ("role", "active", "agent_id") if key in columns}
        with self._store.engine.begin() as connection:
            note(connection, actor, action, _name(connection, account_id), **told)
            connection.execute(
                update(account)
                .where(account.c.id == account_id)
                .values(**columns, updated_at=now())
            )

    def failed(self, account_id: int, most: int, lock_seconds: float) -> None:
        """Count a wrong password or code; after ``most`` of them the account is locked."""
        with self._store.engine.begin() as connection:
            name = _name(connection, account_id)
            note(connection, name, "login.failed", name)
            connection.execute(
                update(account)
                .where(account.c.id == account_id)
                .values(failures=account.c.failures + 1)
            )
            locked = connection.execute(
                update(account)
                .where(account.c.id == account_id, account.c.failures >= most)
                .values(failures=0, locked_until=later(lock_seconds))
            )
            if locked.rowcount:
                note(connection, name, "login.locked", name)

    def use_step(self, account_id: int, step: int) -> bool:
        """Take a time step of the second factor; false where it or a later one was used."""
        with self._store.engine.begin() as connection:
            used = connection.execute(
                update(account)
                .where(
                    account.c.id == account_id,
                    account.c.totp_step.is_(None) | (account.c.totp_step < step),
                )
                .values(totp_step=step)
            )
        return bool(used.rowcount)

    def open_session(self, who: Account, hours: float, *, complete: bool) -> str:
        """Begin a session; answers the cookie's value, which is kept nowhere."""
        secret = secrets.token_urlsafe(32)
        row = {
            "digest": digest(secret), "account_id": who.id, "complete": complete,
            "created_at": now(), "seen_at": now(), "expires_at": later(hours * 3600),
        }  # fmt: skip
        with self._store.engine.begin() as connection:
            note(connection, who.name, "login" if complete else "login.first_factor", who.name)
            connection.execute(delete(desk_session).where(desk_session.c.expires_at <= now()))
            connection.execute(insert(desk_session), [row])
            if complete:
                connection.execute(
                    update(account)
                    .where(account.c.id == who.id)
                    .values(failures=0, locked_until=None)
                )
        return secret

    def session(self, secret: str, idle_minutes: float) -> tuple[Session, Account] | None:
        """The open session of a cookie, of an active account; ``None`` where there is none."""
        query = select(desk_session).where(
            desk_session.c.digest == digest(secret),
            desk_session.c.expires_at > now(),
            desk_session.c.seen_at > later(-60 * idle_minutes),
        )
        with self._store.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        session = Session(**row)
        who = self.get(session.account_id)
        if who is None or not who.active:
            return None
        # One write a minute is enough to know that somebody is there.
        if session.seen_at <= later(-60):
            with self._store.engine.begin() as connection:
                connection.execute(
                    update(desk_session)
                    .where(desk_session.c.digest == session.digest)
                    .values(seen_at=now())
                )
        return session, who

    def sessions(self, account_id: int) -> list[Session]:
        """The open sessions of an account, the newest first."""
        query = (
            select(desk_session)
            .where(desk_session.c.account_id == account_id, desk_session.c.expires_at > now())
            .order_by(desk_session.c.created_at.desc())
        )
        with self._store.engine.connect() as connection:
            return [Session(**row) for row in connection.execute(query).mappings()]

    def end_session(self, actor: str, account_id: int, start: str) -> bool:
        """End the session of an account whose digest starts so."""
        with self._store.engine.begin() as connection:
            note(connection, actor, "logout", _name(connection, account_id))
            ended = connection.execute(
                delete(desk_session).where(
                    desk_session.c.account_id == account_id,
                    desk_session.c.digest.startswith(start, autoescape=True),
                )
            )
        return bool(ended.rowcount)

    def end_sessions(self, actor: str, account_id: int, keep: str = "") -> None:
        """End all sessions of an account but ``keep``."""
        with self._store.engine.begin() as connection:
            note(connection, actor, "logout.all", _name(connection, account_id))
            connection.execute(
                delete(desk_session).where(
                    desk_session.c.account_id == account_id, desk_session.c.digest != keep
                )
            )

    def add_token(self, who: Account, name: str, scope: str, days: int) -> str:
        """Make a key for a program; answers it once."""
        secret = f"ccnlp_{secrets.token_urlsafe(32)}"
        row = {
            "digest": digest(secret), "account_id": who.id, "name": name, "scope": scope,
            "created_at": now(), "expires_at": later(days * 86400),
        }  # fmt: skip
        with self._store.engine.begin() as connection:
            note(connection, who.name, "token.create", name, scope=scope, days=days)
            connection.execute(insert(api_token), [row])
        return secret

    def token(self, secret: str) -> tuple[Token, Account] | None:
        """The valid key, with its active account."""
        query = select(api_token).where(
            api_token.c.digest == digest(secret), api_token.c.ended_at.is_(None),
            api_token.c.expires_at > now(),
        )  # fmt: skip
        with self._store.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        who = self.get(row["account_id"]) if row else None
        if row is None or who is None or not who.active:
            return None
        return _token(row), who

    def tokens(self, account_id: int) -> list[Token]:
        """The keys of an account that were not ended, the newest first."""
        query = (
            select(api_token)
            .where(api_token.c.account_id == account_id, api_token.c.ended_at.is_(None))
            .order_by(api_token.c.id.desc())
        )
        with self._store.engine.connect() as connection:
            return [_token(row) for row in connection.execute(query).mappings()]

    def end_token(self, who: Account, token_id: int) -> bool:
        """End a key of one's own."""
        with self._store.engine.begin() as connection:
            note(connection, who.name, "token.end", str(token_id))
            ended = connection.execute(
                update(api_token)
                .where(api_token.c.id == token_id, api_token.c.account_id == who.id)
                .values(ended_at=now())
            )
        return bool(ended.rowcount)

    def _one(self, condition: Any) -> Account | None:
        with self._store.engine.connect() as connection:
            row = connection.execute(select(account).where(condition)).first()
        return None if row is None else _account(row)


def _name(connection: Any, account_id: int) -> str:
    return str(
        connection.execute(select(account.c.name).where(account.c.id == account_id)).scalar()
    )


def _account(row: Any) -> Account:
    return Account(**{name: getattr(row, name) for name in Account.__struct_fields__})


def _token(row: Any) -> Token:
    return Token(**{name: row[name] for name in Token.__struct_fields__})
