"""Ways to read bytes and to say what came of them, for the tests of reading."""

import io
from typing import Any

from ccnlp.ingest import Mapping, Read, Rejected, read
from ccnlp.ingest.items import Summary
from ccnlp.types import Transcript


def read_all(
    data: bytes | str, mapping: Mapping | None = None, **options: Any
) -> tuple[list[Read | Rejected], Summary]:
    """All items of one input, and the summary."""
    raw = data.encode() if isinstance(data, str) else data
    reading = read(["-"], mapping, stdin=io.BytesIO(raw), **options)
    return list(reading), reading.summary()


def one(data: bytes | str, mapping: Mapping | None = None, **options: Any) -> Read:
    """The one conversation of an input."""
    items, _ = read_all(data, mapping, **options)
    assert [type(item) for item in items] == [Read], items
    item = items[0]
    assert isinstance(item, Read)
    return item


def rejected(data: bytes | str, mapping: Mapping | None = None, **options: Any) -> Rejected:
    """The one rejected record of an input."""
    items, _ = read_all(data, mapping, **options)
    assert [type(item) for item in items] == [Rejected], items
    item = items[0]
    assert isinstance(item, Rejected)
    return item


def said(transcript: Transcript) -> list[tuple[str, str]]:
    """(speaker, text) of each turn."""
    return [(turn.speaker, turn.text) for turn in transcript.turns]


def starts(transcript: Transcript) -> list[float | None]:
    """Start of each turn."""
    return [turn.start_seconds for turn in transcript.turns]


def codes(item: Read) -> list[str]:
    """Codes of the warnings."""
    return [remark.code for remark in item.warnings]
