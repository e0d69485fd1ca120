"""Rows put together by conversation through a temporary SQLite file."""

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

_BATCH: Final = 1_000
#: Ids whose number is remembered; older ones are asked of the database.
_RECENT: Final = 10_000


class Spill:
    """Takes rows in any order, gives them grouped in order of each group's first row."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ccnlp-rows-")
        self._db = sqlite3.connect(Path(self._folder.name) / "rows.sqlite", isolation_level=None)
        for pragma in (
            "journal_mode=OFF",
            "synchronous=OFF",
            "cache_size=-16000",
            "temp_store=FILE",
        ):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("CREATE TABLE names (number INTEGER PRIMARY KEY, name TEXT UNIQUE)")
        self._db.execute("CREATE TABLE rows (number INTEGER, place INTEGER, payload BLOB)")
        self._db.execute("BEGIN")
        self._recent: dict[str, int] = {}
        self._rows: list[tuple[int, int, bytes]] = []
        self._place = self._names = 0

    def __enter__(self) -> "Spill":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._db.close()
        self._folder.cleanup()

    def add(self, name: str, payload: bytes) -> None:
        """Take one row."""
        number = self._recent.get(name)
        if number is None:
            number = self._number(name)
        self._rows.append((number, self._place, payload))
        self._place += 1
        if len(self._rows) >= _BATCH:
            self._flush()

    def _number(self, name: str) -> int:
        found = self._db.execute("SELECT number FROM names WHERE name = ?", (name,)).fetchone()
        if found is None:
            self._names += 1
            self._db.execute("INSERT INTO names VALUES (?, ?)", (self._names, name))
            number = self._names
        else:
            number = int(found[0])
        if len(self._recent) >= _RECENT:
            self._recent.clear()
        self._recent[name] = number
        return number

    def _flush(self) -> None:
        self._db.executemany("INSERT INTO rows VALUES (?, ?, ?)", self._rows)
        self._rows.clear()

    def grouped(self) -> Iterator[tuple[str, bytes]]:
        """All rows, those of one name together, in the order in which they came."""
        self._flush()
        yield from self._db.execute(
            "SELECT name, payload FROM rows JOIN names USING (number) ORDER BY number, place"
        )
