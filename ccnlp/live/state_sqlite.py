"""State in an SQLite file: the default, for any number of processes on one machine."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Final

import msgspec

from ccnlp.errors import ConfigError, UnavailableError
from ccnlp.live.state import Conflict, Entry

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS live_entry (
  conversation_id TEXT NOT NULL, revision INTEGER NOT NULL, entry BLOB NOT NULL,
  PRIMARY KEY (conversation_id, revision)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS live_conversation (
  conversation_id TEXT PRIMARY KEY, ended INTEGER NOT NULL, handed INTEGER NOT NULL DEFAULT 0,
  changed REAL NOT NULL, line BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS live_by_end ON live_conversation (ended, handed);
"""
#: Seconds that a writer waits for another one.
_BUSY: Final = 10


class SqliteState:
    """A log in one file, in WAL mode; a connection for each thread."""

    faults: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, url: str) -> None:
        self.url = url
        file = Path(url.removeprefix("sqlite:///")).expanduser()
        if file.name in ("", ":memory:"):
            raise ConfigError(
                "state in memory would be lost with the process", where="--state",
                mend="name a file: sqlite:///live.sqlite",
            )  # fmt: skip
        self._file = file
        self._own = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._encode = msgspec.json.Encoder().encode
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection().executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise UnavailableError(
                f"cannot be used as state: {error}", where=url, mend="name another file"
            ) from error

    def _connection(self) -> sqlite3.Connection:
        made: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if made is None:
            made = sqlite3.connect(
                self._file, timeout=_BUSY, isolation_level=None, check_same_thread=False
            )
            made.execute("PRAGMA journal_mode=WAL")
            # A killed process loses nothing; only a machine that loses power may lose the last
            # commits, which senders repeat where no answer came.
            made.execute("PRAGMA synchronous=NORMAL")
            self._own.connection = made
            with self._guard:
                self._open.append(made)
        return made

    def read(self, conversation_id: str, after: int = 0) -> list[Entry]:
        """See ``State.read``."""
        query = (
            "SELECT entry FROM live_entry WHERE conversation_id = ? AND revision > ?"
            " ORDER BY revision"
        )
        rows = self._connection().execute(query, (conversation_id, after)).fetchall()
        return [msgspec.json.decode(blob, type=Entry) for (blob,) in rows]

    def append(self, conversation_id: str, revision: int, entry: Entry, row: bytes) -> None:
        """See ``State.append``."""
        connection = self._connection()
        with closing(connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                (last,) = cursor.execute(
                    "SELECT coalesce(max(revision), 0) FROM live_entry WHERE conversation_id = ?",
                    (conversation_id,),
                ).fetchone()
                if last != revision:
                    raise Conflict
                cursor.execute(
                    "INSERT INTO live_entry VALUES (?, ?, ?)",
                    (conversation_id, revision + 1, self._encode(entry)),
                )
                cursor.execute(
                    "INSERT INTO live_conversation (conversation_id, ended, changed, line)"
                    " VALUES (?, ?, ?, ?) ON CONFLICT (conversation_id) DO UPDATE SET"
                    " ended = excluded.ended, changed = excluded.changed, line = excluded.line",
                    (conversation_id, int(entry.ended), entry.at, row),
                )
                cursor.execute("COMMIT")
            except BaseException:
                cursor.execute("ROLLBACK")
                raise

    def rows(self, *, ended: bool = False) -> list[bytes]:
        """See ``State.rows``."""
        query = "SELECT line FROM live_conversation WHERE ended = ?"
        return [line for (line,) in self._connection().execute(query, (int(ended),))]

    def unhanded(self) -> list[str]:
        """See ``State.unhanded``."""
        query = "SELECT conversation_id FROM live_conversation WHERE ended = 1 AND handed = 0"
        return [name for (name,) in self._connection().execute(query)]

    def mark_handed(self, conversation_id: str) -> None:
        """See ``State.mark_handed``."""
        self._connection().execute(
            "UPDATE live_conversation SET handed = 1 WHERE conversation_id = ?", (conversation_id,)
        )

    def forget(self, conversation_id: str) -> None:
        """See ``State.forget``."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        for table in ("live_entry", "live_conversation"):
            connection.execute(
                f"DELETE FROM {table} WHERE conversation_id = ?",  # noqa: S608 - our own names
                (conversation_id,),
            )
        connection.execute("COMMIT")

    def forget_ended(self, before: float) -> int:
        """See ``State.forget_ended``."""
        query = (
            "SELECT conversation_id FROM live_conversation"
            " WHERE ended = 1 AND handed = 1 AND changed < ?"
        )
        old = [name for (name,) in self._connection().execute(query, (before,))]
        for name in old:
            self.forget(name)
        return len(old)

    def check(self) -> None:
        """See ``State.check``."""
        try:
            self._connection().execute("SELECT 1 FROM live_conversation LIMIT 1").fetchone()
        except sqlite3.Error as error:
            raise UnavailableError(
                f"does not answer: {error}", where=self.url, mend="look at the disk it lies on"
            ) from error

    def close(self) -> None:
        """See ``State.close``."""
        with self._guard:
            for connection in self._open:
                connection.close()
            self._open.clear()
            self._own = threading.local()
