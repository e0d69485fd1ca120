"""Structured logs on standard error: an event's name and its fields, never transcript text."""

import logging
import sys
from typing import Any, Final

import msgspec

#: Fields that may stand in a log line; anything else is a programming error.
FIELDS: Final = frozenset(
    {
        "analyser", "reason", "file", "line", "count", "seconds", "recipe", "level", "path",
        "conversations", "quarantined", "rate", "encoding", "kind", "attempt", "warning",
    }
)  # fmt: skip


class EventLog:
    """Writes events to the standard ``logging`` tree under ``ccnlp``."""

    def __init__(self, name: str = "ccnlp") -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **fields: Any) -> None:
        """Something a run's operator may want to know."""
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Something that was handled but should be looked at."""
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Something is missing or failed."""
        self._write(logging.ERROR, event, fields)

    def _write(self, level: int, event: str, fields: dict[str, Any]) -> None:
        unknown = fields.keys() - FIELDS
        if unknown:
            raise ValueError(f"log fields are not allowed: {sorted(unknown)}")
        if self._logger.isEnabledFor(level):
            row = {"event": event, **fields}
            self._logger.log(level, "%s", msgspec.json.encode(row).decode())


log: Final = EventLog()


def configure_logging(verbose: bool = False) -> None:
    """Send events to standard error; without ``verbose`` only warnings and errors."""
    logging.basicConfig(
        stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s",
        level=logging.INFO if verbose else logging.WARNING, force=True,
    )  # fmt: skip
