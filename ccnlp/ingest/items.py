"""What a reader answers: conversations, rejected records, remarks and the summary.

Nothing here is ever logged whole: ``Rejected.record`` is transcript text and
``Rejected.reason`` may name a speaker's label. Log ``code``, ``file`` and ``line`` only.
"""

import base64
from collections.abc import Callable
from typing import Literal

import msgspec

from ccnlp.errors import RecordError
from ccnlp.ingest.rules import RULES
from ccnlp.types import Transcript

#: How a raw record is written: as it was, base64 of its bytes, rows as JSON, or not at all.
Form = Literal["text", "base64", "json", "none"]

#: A raw record before it is written: its bytes, its text, its lines, or what makes its text.
Raw = bytes | str | list[str] | Callable[[], str]


class Remark(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A warning about a conversation that was read."""

    #: One of the warnings in ``ccnlp.ingest.rules.RULES``.
    code: str
    #: What was seen and done, without transcript text.
    detail: str
    #: The turn it is about, from 0; ``None`` where it is about the whole conversation.
    turn: int | None = None


class Read(msgspec.Struct, frozen=True):
    """A conversation, where it came from and what looked odd."""

    transcript: Transcript
    file: str
    #: First line (text, CSV, JSONL) or row (Parquet, Arrow) of the record, from 1.
    line: int
    #: How many lines or rows the record takes.
    lines: int = 1
    warnings: tuple[Remark, ...] = ()


class Rejected(msgspec.Struct, frozen=True):
    """A record that was not read; ``msgspec.json.encode`` of it is its line in quarantine."""

    file: str
    line: int
    #: One of the rejections in ``ccnlp.ingest.rules.RULES``.
    code: str
    #: What is wrong, naming key, column or turn.
    reason: str
    #: What to do about it.
    mend: str
    #: The raw record, whole (see ``form``).
    record: str
    form: Form = "text"
    #: How many lines or rows the record takes; 0 where the file itself is at fault.
    lines: int = 1
    conversation_id: str | None = None


class Limits(msgspec.Struct, frozen=True):
    """Bounds that keep memory flat whatever stands in a file."""

    #: Longest record in bytes; a longer one is rejected with its first 64 KiB.
    record_bytes: int = 64 * 1024 * 1024
    #: Most turns in a conversation.
    turns: int = 20_000
    #: A longer turn (code points) is remarked on.
    long_turn: int = 10_000
    #: A longer turn (code points) is rejected.
    turn_characters: int = 1_000_000
    #: Bytes of a file that are looked at to tell its format and encoding.
    sample_bytes: int = 256 * 1024


class Summary(msgspec.Struct, frozen=True):
    """What was read up to now."""

    #: Conversations read, and records rejected.
    read: int
    rejected: int
    #: Lines or rows seen; of these, ``skipped`` held no record (blank, header, separator).
    lines: int
    skipped: int
    #: Files begun, of ``files_total``.
    files: int
    files_total: int
    bytes_read: int
    #: ``None`` where an input's size is not known (standard input).
    bytes_total: int | None
    #: Code -> number of times.
    rejections: dict[str, int]
    warnings: dict[str, int]
    #: Format and encoding -> number of files, e.g. ``{"utf-8": 3, "gb18030": 1}``.
    formats: dict[str, int]
    encodings: dict[str, int]
    #: How the encoding of files that are not plain UTF-8 was decided (the first 100 files).
    decisions: tuple[str, ...]
    #: Files passed over in folders and globs, as no reader is for them (the first 100).
    passed_over: tuple[str, ...]


class Parts(msgspec.Struct, frozen=True, gc=False):
    """The turns of one conversation, column by column, for those who look at all of them."""

    texts: list[str]
    starts: list[float | None]
    ends: list[float | None]


def parts_of(transcript: Transcript) -> Parts:
    """The columns of a transcript's turns."""
    turns = transcript.turns
    return Parts(
        [turn.text for turn in turns],
        [turn.start_seconds for turn in turns],
        [turn.end_seconds for turn in turns],
    )


class Draft(msgspec.Struct, frozen=True):
    """What a format's reader hands on to the checks: a conversation and its raw record."""

    transcript: Transcript
    raw: Raw
    line: int
    lines: int = 1
    remarks: tuple[Remark, ...] = ()
    form: Form = "text"
    #: Where the reader has made them already.
    parts: Parts | None = None


class BadRecordError(RecordError):
    """A record cannot be read; raised by the inner steps, turned into ``Rejected``."""

    def __init__(self, code: str, reason: str, mend: str = "", turn: int | None = None) -> None:
        super().__init__(reason, mend=mend or RULES[code].mend)
        self.code, self.reason, self.turn = code, reason, turn


def as_record(raw: Raw, form: Form) -> tuple[str, Form]:
    """The raw record as it goes into quarantine; bytes that are not UTF-8 become base64."""
    if callable(raw):
        return raw(), form
    if isinstance(raw, list):
        return "\n".join(raw), form
    if isinstance(raw, str):
        return raw, form
    try:
        return raw.decode("utf-8"), form
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode("ascii"), "base64"
