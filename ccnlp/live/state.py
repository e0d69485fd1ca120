"""What is kept of conversations under way: a log of accepted requests, one revision each.

A process that takes a turn reads what others added, works out its answer, and adds one entry at
the revision that it saw. Where another was quicker the entry is refused as a whole, and the
process starts again from what it reads then: nothing is lost and nothing stands twice.
"""

from typing import Protocol

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.live.discipline import Memory
from ccnlp.live.messages import About, SaidTurn


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One accepted request and what was answered."""

    #: When it came: seconds since 1970 of the process that took it.
    at: float
    turns: tuple[SaidTurn, ...] = ()
    about: About = About()
    #: Idempotency key, and SHA-256 of the body that came with it.
    key: str | None = None
    body: str | None = None
    #: The answer, as JSON.
    answer: msgspec.Raw = msgspec.Raw(b"null")
    #: Findings told so far, and what the policy remembers.
    memory: Memory = Memory()
    ended: bool = False


class Conflict(Exception):  # noqa: N818 - no fault: the caller starts again
    """Another process added an entry first."""


class State(Protocol):
    """Where the entries are kept; safe to use from several threads."""

    #: Without a password, for messages.
    url: str
    #: What its methods raise where it does not answer.
    faults: tuple[type[Exception], ...]

    def read(self, conversation_id: str, after: int = 0) -> list[Entry]:
        """The entries after revision ``after``, in order; the first entry has revision 1."""
        ...

    def append(self, conversation_id: str, revision: int, entry: Entry, row: bytes) -> None:
        """Add an entry at ``revision`` + 1, and ``row`` (JSON) for those who watch.

        Raises
        ------
        Conflict: the conversation is at another revision.
        """
        ...

    def rows(self, *, ended: bool = False) -> list[bytes]:
        """The newest row of each conversation under way, or of those ended."""
        ...

    def unhanded(self) -> list[str]:
        """Conversations that ended and whose assessment is not known to be in the store."""
        ...

    def mark_handed(self, conversation_id: str) -> None:
        """The assessment of an ended conversation is in the store."""
        ...

    def forget(self, conversation_id: str) -> None:
        """Drop all that is kept of a conversation."""
        ...

    def forget_ended(self, before: float) -> int:
        """Drop conversations handed over before a time (seconds since 1970); how many."""
        ...

    def check(self) -> None:
        """See that it answers.

        Raises
        ------
        UnavailableError: it does not.
        """
        ...

    def close(self) -> None:
        """Give back its connections."""
        ...


def open_state(url: str) -> State:
    """The state that a URL names.

    Raises
    ------
    ConfigError: the URL is of no known kind.
    UnavailableError: what it names does not answer.
    """
    if url.startswith("sqlite:///"):
        from ccnlp.live.state_sqlite import SqliteState

        return SqliteState(url)
    if url.startswith(("redis://", "rediss://", "unix://")):
        from ccnlp.live.state_redis import RedisState

        return RedisState(url)
    raise ConfigError(
        f"{url.partition('://')[0]!r} is no kind of state", where="--state",
        mend="name sqlite:///FILE or redis://HOST:6379/0",
    )  # fmt: skip
