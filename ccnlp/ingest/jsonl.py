"""JSON: one conversation a line, an array of conversations, or one pretty-printed object.

A well-formed line is decoded straight into a ``Transcript``. Whether a key stood twice or was
unknown - both of which the decoder passes over - is seen by counting quotes: every key and
every string has two, so their number agrees with the transcript's only where nothing was
lost. Where it does not, the record is taken apart: what has no field goes to ``attributes``,
and what is wrong is said by ``Records``.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from ccnlp.ingest.builder import Builder, Terms, kind
from ccnlp.ingest.items import BadRecordError, Draft, Parts, Rejected, Remark, parts_of
from ccnlp.ingest.lines import ByteLine, Lines, TooLong, Undecodable
from ccnlp.ingest.records import Records, quick
from ccnlp.ingest.reject import reject, reject_file, reject_line
from ccnlp.ingest.rows import Row
from ccnlp.ingest.strict_json import parse, why
from ccnlp.ingest.tally import Tally
from ccnlp.types import Transcript

_decode: Final = msgspec.json.Decoder(Transcript).decode
_encode: Final = msgspec.json.Encoder().encode

#: Escapes of ASCII characters: they can hide a quote, a NUL or a key.
_ESCAPED: Final = re.compile(rb"\\u00[0-7]")
#: Keys that are left out when their value is the default, with the quotes that each takes.
#: In the two ways in which nearly everyone spaces them; other ways take the longer road.
_DEFAULTS: Final = (
    ((b'":null', b'": null'), 2),
    ((b'"channel":"chat"', b'"channel": "chat"'), 4),
    ((b'"attributes":{}', b'"attributes": {}'), 2),
)
_MARK: Final = b"\xef\xbb\xbf"
#: Rows whose keys make the columns of a table of JSON lines.
_NAMED_ROWS: Final = 100


def nothing_lost(raw: bytes, transcript: Transcript, parts: Parts) -> bool:
    """Whether all keys of a JSON record stand in the transcript that was read from it."""
    quotes = raw.count(b'"')
    if b"\\" in raw:
        if b"\\\\" in raw or b"\\u00" in raw:
            return _ESCAPED.search(raw) is None and _same_again(raw, quotes, transcript)
        quotes -= raw.count(b'\\"')
    # Each key takes two quotes and each string two: eight a turn, and two for each time.
    expected = 6 + 12 * len(parts.texts) - 2 * (parts.starts.count(None) + parts.ends.count(None))
    if transcript.channel != "chat":
        expected += 4
    if transcript.wait_seconds is not None:
        expected += 2
    for value in (
        transcript.started_at, transcript.agent_id, transcript.team, transcript.customer_id,
        transcript.customer_tier,
    ):  # fmt: skip
        if value is not None:
            expected += 4
    if transcript.attributes:
        again = _encode(transcript.attributes)
        expected += 2 + again.count(b'"') - again.count(b'\\"')
    return quotes == expected or _same_again(raw, raw.count(b'"'), transcript)


def _same_again(raw: bytes, quotes: int, transcript: Transcript) -> bool:
    """The same by writing the transcript again; takes null and defaults into account."""
    again = _encode(transcript)
    missing = quotes - again.count(b'"')
    if missing:
        for (tight, spaced), each in _DEFAULTS:
            # What we write is tight.
            missing -= each * (raw.count(tight) + raw.count(spaced) - again.count(tight))
    return missing == 0


def read_lines(
    lines: Lines, file: str, terms: Terms, records: Records, tally: Tally
) -> Iterator[Draft | Rejected]:
    """Conversations of a JSONL file, one a line; empty lines are skipped."""
    number = 0
    as_it_is = terms.leaves_json
    for batch in lines.utf8():
        tally.lines += len(batch)
        for raw in batch:
            number += 1
            if as_it_is:
                try:
                    transcript = _decode(raw)  # type: ignore[arg-type]
                    parts = parts_of(transcript)
                    if nothing_lost(raw, transcript, parts):  # type: ignore[arg-type]
                        yield Draft(transcript, raw, number, parts=parts)  # type: ignore[arg-type]
                        continue
                except (ValueError, TypeError, RecursionError):
                    pass  # the patient way says what it is
            item = _patient(raw, file, number, terms, records)
            if item is None:
                tally.skipped += 1
            else:
                yield item


def _patient(
    raw: ByteLine, file: str, line: int, terms: Terms, records: Records
) -> Draft | Rejected | None:
    if not isinstance(raw, bytes):
        return reject_line(raw, file, line)
    if not raw.strip() or raw == _MARK:
        return None
    builder = Builder(terms)
    try:
        record = parse_object(raw.removeprefix(_MARK))
        whole = quick(record) if terms.leaves_json and b"\\u00" not in raw else None
        if whole is not None:
            return Draft(whole, raw, line)
        fill(builder, record, records)
        return Draft(builder.finish(), raw, line, remarks=tuple(builder.remarks))
    except BadRecordError as error:
        return reject(error, raw, file, line, conversation_id=builder.fields.get("conversation_id"))


def fill(builder: Builder, record: dict[str, Any], records: Records) -> None:
    """Put a JSON record into ``builder``; of a labelled one, its transcript."""
    inner = record.get("transcript")
    if isinstance(inner, dict) and record.keys() <= {"transcript", "gold"}:
        if "gold" in record:
            builder.remarks.append(Remark("labels_left_out", "the key `gold` was not read"))
        record = inner
    records.fill(builder, record)


def parse_object(raw: bytes) -> dict[str, Any]:
    """A JSON object without repeated keys; ``BadRecordError`` says what else it is."""
    value = parse(raw)
    if not isinstance(value, dict):
        raise BadRecordError("not_an_object", f"the line is {kind(value)}, not an object")
    return value


class JsonRows:
    """JSONL in which a line is a turn, as rows; for mappings whose layout is ``turn``."""

    def __init__(self, open_lines: Callable[[], Lines], file: str) -> None:
        self._open, self._file = open_lines, file
        names: dict[str, None] = {}
        for row in itertools.islice(self.rows(), _NAMED_ROWS):
            if isinstance(row, Row):
                names.update(dict.fromkeys(row.cells))
        self.names = tuple(names)

    #: The columns' names are not in a row.
    header_row: Row | None = None

    def rows(self, tally: Tally | None = None) -> Iterator[Row | Rejected]:
        """The rows; counted in ``tally``, where one is given."""
        number = 0
        for batch in self._open().utf8():
            if tally is not None:
                tally.lines += len(batch)
            for raw in batch:
                number += 1
                if not isinstance(raw, bytes):
                    yield reject_line(raw, self._file, number)
                elif raw.strip():
                    try:
                        yield Row(number, parse_object(raw), raw.decode())
                    except BadRecordError as error:
                        yield reject(error, raw, self._file, number)
                elif tally is not None:
                    tally.skipped += 1


def read_document(
    lines: Lines, file: str, terms: Terms, records: Records, tally: Tally
) -> Iterator[Draft | Rejected]:
    """Conversations of a JSON file that is one array or one object, held in memory whole."""
    parts_of: list[bytes] = []
    size = total = 0
    wrong: ByteLine | None = None
    for batch in lines.utf8():
        tally.lines += len(batch)
        total += len(batch)
        for line in batch:
            part = (
                line
                if isinstance(line, bytes)
                else line.raw
                if isinstance(line, Undecodable)
                else b""
            )
            wrong = wrong or (None if isinstance(line, bytes) else line)
            size += len(part)
            if size <= terms.limits.record_bytes:
                parts_of.append(part)
    if size > terms.limits.record_bytes or isinstance(wrong, TooLong):
        reason = f"a JSON document of {size} bytes or more; write one object a line (jq -c '.[]')"
        yield reject_file("too_long", reason, file, total)
        return
    data = b"\n".join(parts_of)
    if not data.strip():
        tally.skipped += total
        return
    if wrong is not None:
        yield reject(
            BadRecordError("undecodable", "bytes that are not text"), data, file, 1, lines=total
        )
        return
    try:
        parts = (
            msgspec.json.decode(data, type=list[msgspec.Raw])
            if data.lstrip()[:1] == b"["
            else [msgspec.json.decode(data, type=msgspec.Raw)]
        )
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        yield reject(why(data, error), data, file, 1, lines=total)
        return
    if not parts:
        tally.skipped += total
    yield from _pieces([bytes(part) for part in parts], data, file, total, terms, records)


def _pieces(
    pieces: list[bytes], data: bytes, file: str, total: int, terms: Terms, records: Records
) -> Iterator[Draft | Rejected]:
    place, line, taken = 0, 1, 0
    for index, piece in enumerate(pieces):
        start = data.index(piece, place)
        line += data.count(b"\n", place, start)
        place = start
        # A record's lines run up to the next one's first, the last one's to the end.
        end = data.index(pieces[index + 1], start + len(piece)) if index + 1 < len(pieces) else None
        upto = total if end is None else line + data.count(b"\n", start, end) - 1
        lines, taken = max(0, upto - taken), max(upto, taken)
        yield _one(piece, file, line, lines, terms, records)


def _one(
    piece: bytes, file: str, line: int, lines: int, terms: Terms, records: Records
) -> Draft | Rejected:
    builder = Builder(terms)
    try:
        fill(builder, parse_object(piece), records)
        return Draft(builder.finish(), piece, line, lines, tuple(builder.remarks))
    except BadRecordError as error:
        name = builder.fields.get("conversation_id")
        return reject(error, piece, file, line, lines=lines, conversation_id=name)
