"""The review queue as a file for a spreadsheet or another program."""

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

import msgspec

from ccnlp.errors import ConfigError, InputError
from ccnlp.masked import exported, shown
from ccnlp.privacy.recognise import Recogniser
from ccnlp.privacy.thread import Thread
from ccnlp.store.queue import QueueFilter, QueueItem, ReviewQueue
from ccnlp.types import Assessment

#: A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: Final = (*QueueItem.__struct_fields__, "evidence")


def write_export(
    queue: ReviewQueue, wanted: QueueFilter, file: Path | None, kind: str, *, reveal: bool
) -> int:
    """Write the wanted items, the gravest first; answers their number.

    Raises
    ------
    ConfigError: ``kind`` is neither ``csv`` nor ``jsonl``, or the filter is wrong.
    LeakError: a conversation still holds personal information after masking.
    InputError: the file cannot be written.
    """
    if kind not in ("csv", "jsonl"):
        raise ConfigError(f"there is no format {kind!r}", where="--format", mend="csv or jsonl")
    count = 0
    with _target(file, kind) as target:
        writer = csv.writer(target)
        if kind == "csv":
            writer.writerow(COLUMNS)
        for row in _rows(queue, wanted, reveal=reveal):
            count += 1
            if kind == "csv":
                writer.writerow([cell(row[name]) for name in COLUMNS])
            else:
                target.write(msgspec.json.encode(row).decode() + "\n")
    return count


def _rows(queue: ReviewQueue, wanted: QueueFilter, *, reveal: bool) -> Iterator[dict[str, Any]]:
    thread = None if reveal else Thread(Recogniser())
    for item in queue.items(wanted):
        _, transcript, made = queue.item(item.id)
        if thread is None:
            _, made = shown(transcript, made, reveal=True)
        else:
            _, made = exported(transcript, made, thread)
        row = msgspec.structs.asdict(item)
        row["evidence"] = list(_evidence(made))
        yield row


def _evidence(made: Assessment) -> Iterator[dict[str, Any]]:
    for finding in made.findings:
        yield {
            "category": finding.category, "severity": finding.severity, "turn": finding.turn,
            "quote": finding.quote,
        }  # fmt: skip


def cell(value: Any) -> str:
    """A value as a cell of a CSV file that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        pieces = [
            f"{p['category']} (turn {p['turn']}): {p['quote']}" if isinstance(p, dict) else str(p)
            for p in value
        ]
        value = " | ".join(pieces)
    text = str(value)
    return "'" + text if isinstance(value, str) and text.startswith(_FORMULA) else text


@contextmanager
def _target(file: Path | None, kind: str) -> Iterator[TextIO]:
    """Where the export goes; CSV files begin with a mark by which Excel knows UTF-8."""
    if file is None:
        text = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="", write_through=True)
        try:
            yield text
        finally:
            text.detach()
        return
    try:
        with file.open("w", encoding="utf-8-sig" if kind == "csv" else "utf-8", newline="") as out:
            yield out
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror}", where=str(file), mend="name another --file"
        ) from error
