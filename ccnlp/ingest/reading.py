"""The way in: ``read(inputs)`` gives conversations and rejected records, in input order.

Each source is opened, unpacked, its format and encoding told from its name and a bounded
sample, and read by its format's reader; every conversation then passes the same checks.
Memory holds one batch of lines or rows and one conversation, whatever the input's size.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, Final

from ccnlp.errors import InputError
from ccnlp.ingest.builder import terms_of
from ccnlp.ingest.chat import parse, read_chat
from ccnlp.ingest.checks import examine
from ccnlp.ingest.columnar import COLUMNAR, Columns, damage
from ccnlp.ingest.delimited import Table
from ccnlp.ingest.encoding import Decision, decide, named
from ccnlp.ingest.items import (
    BadRecordError,
    Draft,
    Limits,
    Read,
    Rejected,
    Remark,
    Summary,
    parts_of,
)
from ccnlp.ingest.jsonl import JsonRows, read_document, read_lines
from ccnlp.ingest.lines import Lines, Sampled
from ccnlp.ingest.mapping import Mapping
from ccnlp.ingest.opening import BROKEN, UNREADABLE, Opened
from ccnlp.ingest.records import Records
from ccnlp.ingest.reject import reject, reject_file
from ccnlp.ingest.rows import Row, plan_of, raw_of, read_rows
from ccnlp.ingest.seen import SeenIds
from ccnlp.ingest.sniffing import refine, sniff
from ccnlp.ingest.sources import NAMED_FORMATS, Source, Sources
from ccnlp.ingest.tally import Tally

#: Rows of a table that cannot be mapped go to quarantine up to so many bytes.
_KEPT: Final = 1 << 20


def read(
    inputs: Sequence[str],
    mapping: Mapping | None = None,
    *,
    format: str | None = None,  # noqa: A002  the option's name on the command line
    encoding: str | None = None,
    swap_roles: bool = False,
    sort_turns: bool | None = None,
    limits: Limits | None = None,
    stdin: BinaryIO | None = None,
) -> "Reading":
    """Read conversations from files, folders, patterns, URLs or standard input (``-``).

    Parameters
    ----------
    inputs: paths, in the order in which they are read; folders recursively, sorted by path.
    mapping: names of columns, keys and speakers; usual names need none.
    format: one of ``jsonl json csv tsv parquet arrow text``, for all inputs; without it
        the suffix and the content decide.
    encoding: ``utf-8 utf-16 gb18030 big5``, for all inputs; without it the content decides.
    swap_roles: exchange customer and agent in every conversation.
    sort_turns: ``True`` sorts turns by start wherever that is safe, ``False`` never does;
        without it those of tables and chat exports are sorted, those of JSON kept.
    limits: bounds in bytes, turns and characters.
    stdin: what ``-`` reads; without it the process's standard input.

    Returns
    -------
    An iterator of ``Read`` and ``Rejected``. Its ``summary()`` may be asked at any time.

    Raises ``InputError`` for an input that is not there and for options that are not known,
    before anything is read. Afterwards nothing raises: what cannot be read is ``Rejected``.
    """
    return Reading(
        inputs, mapping or Mapping(), format, encoding, limits or Limits(), stdin,
        swap_roles=swap_roles, sort_turns=sort_turns,
    )  # fmt: skip


class Reading:
    """A run over the inputs: an iterator of ``Read`` and ``Rejected``."""

    def __init__(
        self, inputs: Sequence[str], mapping: Mapping, format: str | None,  # noqa: A002
        encoding: str | None, limits: Limits, stdin: BinaryIO | None, *, swap_roles: bool,
        sort_turns: bool | None,
    ) -> None:  # fmt: skip
        if format is not None and format not in NAMED_FORMATS:
            raise InputError(
                f"format {format!r} is not read", where="format", mend=", ".join(NAMED_FORMATS)
            )
        self._format = format
        self._encoding = named(encoding) if encoding is not None else None
        self._terms = terms_of(mapping, limits, swap_roles=swap_roles, sort_turns=sort_turns)
        self._sources = Sources(inputs)
        self._stdin = stdin
        self._tally = Tally()
        self._raw: BinaryIO | None = None
        self._records = Records(self._terms, parse)
        self._table_records = Records(self._terms, parse, table=True)
        self._items = self._run()

    def __iter__(self) -> Iterator[Read | Rejected]:
        return self._items

    def __next__(self) -> Read | Rejected:
        return next(self._items)

    def summary(self) -> Summary:
        """What was read up to now."""
        tally, sources = self._tally, self._sources
        place = 0
        if self._raw is not None and not self._raw.closed:
            with contextlib.suppress(OSError, ValueError):
                place = self._raw.tell()
        return Summary(
            tally.read, tally.rejected, tally.lines, tally.skipped, tally.files, sources.count,
            tally.bytes_before + place, sources.size,
            dict(tally.rejections), dict(tally.warnings), dict(tally.formats),
            dict(tally.encodings), tuple(tally.decisions), sources.passed_over,
        )  # fmt: skip

    # -- all sources ----------------------------------------------------------------------

    def _run(self) -> Iterator[Read | Rejected]:
        seen, tally = SeenIds(), self._tally
        try:
            for source in self._sources:
                for item in self._source(source):
                    done = self._checked(item, source, seen) if isinstance(item, Draft) else item
                    if isinstance(done, Read):
                        tally.read += 1
                        for remark in done.warnings:
                            tally.warnings[remark.code] += 1
                    else:
                        tally.rejected += 1
                        tally.rejections[done.code] += 1
                    yield done
        finally:
            seen.close()

    def _checked(self, draft: Draft, source: Source, seen: SeenIds) -> Read | Rejected:
        transcript = draft.transcript
        try:
            parts = draft.parts or parts_of(transcript)
            transcript, remarks = examine(transcript, self._terms, parts)
            before = seen.add(transcript.conversation_id, hash(tuple(parts.texts)))
            if before != "new":
                what = "the same turns" if before == "same" else "other turns"
                raise BadRecordError("duplicate_id", f"the id was read before, with {what}")
        except BadRecordError as error:
            return reject(
                error, draft.raw, source.name, draft.line, lines=draft.lines, form=draft.form,
                conversation_id=transcript.conversation_id or None,
            )  # fmt: skip
        warnings: tuple[Remark, ...] = (*draft.remarks, *remarks) if remarks else draft.remarks
        return Read(transcript, source.name, draft.line, draft.lines, warnings)

    # -- one source -----------------------------------------------------------------------

    def _source(self, source: Source) -> Iterator[Draft | Rejected]:
        tally = self._tally
        tally.files += 1
        with contextlib.ExitStack() as stack:
            try:
                file = Opened(source, self._stdin, self._terms.limits.sample_bytes, stack)
                self._raw = file.raw
                yield from self._opened(file)
            except UNREADABLE as error:
                yield reject_file("unreadable_file", error.strerror or "", source.name)
            except BROKEN as error:
                # What is wrong in a record the readers reject: this is the file itself.
                reason = f"it breaks off: {type(error).__name__}"
                yield reject_file("damaged_file", reason, source.name)
            finally:
                self._raw = None
        tally.bytes_before += source.size or 0

    def _opened(self, file: "Opened") -> Iterator[Draft | Rejected]:
        source = file.source
        kind = self._format or sniff(file.head, source.format, self._encoding)
        if kind in ("json", "arrow"):
            kind = refine(file.head, kind, self._encoding)
        self._tally.formats[kind] += 1
        if kind in COLUMNAR:
            yield from self._columns(file, kind)
        elif kind == "archive":
            reason = "spreadsheets and archives are not read; save it as CSV (UTF-8)"
            yield reject_file("damaged_file", reason, source.name)
        else:
            decision = decide(file.head.sample, whole=file.head.whole, chosen=self._encoding)
            lines = Lines(file.head, decision, self._terms.limits.record_bytes)
            tables: list[Lines] = [lines]
            if kind in ("csv", "tsv"):
                yield from self._table(file, decision, kind, tables)
            else:
                yield from self._lined(file, lines, kind, tables)
            last = tables[-1].decision
            self._tally.decided(source.name, last.encoding, last.reason)

    def _lined(
        self, file: "Opened", lines: Lines, kind: str, used: list[Lines]
    ) -> Iterator[Draft | Rejected]:
        terms, tally, source = self._terms, self._tally, file.source
        if kind == "text":
            yield from read_chat(lines, source.name, source.default_id, terms, tally)
        elif kind == "jsonl" and terms.mapping.layout == "turn":
            table = JsonRows(self._again(file, lines.decision, used), source.name)
            yield from self._rows(table, source, typed=True)
        elif kind == "jsonl":
            yield from read_lines(lines, source.name, terms, self._records, tally)
        else:
            yield from read_document(lines, source.name, terms, self._records, tally)

    def _again(self, file: "Opened", decision: Decision, used: list[Lines]) -> Callable[[], Lines]:
        """Opens a source's lines anew, for readers that go over them more than once."""
        limits = self._terms.limits

        def lines() -> Lines:
            self._raw, stream = file.again()
            used.append(Lines(Sampled(stream, limits.sample_bytes), decision, limits.record_bytes))
            return used[-1]

        return lines

    def _table(
        self, file: "Opened", decision: Decision, kind: str, used: list[Lines]
    ) -> Iterator[Draft | Rejected]:
        mapping = self._terms.mapping
        delimiter = mapping.delimiter or ("\t" if kind == "tsv" else None)
        table = Table(
            self._again(file, decision, used), file.source.name,
            delimiter=delimiter, header=mapping.header,
        )  # fmt: skip
        yield from self._rows(table, file.source, typed=False)

    def _columns(self, file: "Opened", kind: str) -> Iterator[Draft | Rejected]:
        source = file.source
        try:
            table = Columns(file.seekable, source.name, kind)
        except damage() as error:
            reason = f"it cannot be read as {kind}: {type(error).__name__}"
            yield reject_file("damaged_file", reason, source.name)
            return
        yield from self._rows(table, source, typed=True)

    def _rows(
        self, table: Table | Columns | JsonRows, source: Source, *, typed: bool
    ) -> Iterator[Draft | Rejected]:
        plan = plan_of(table.names, self._terms)
        if plan is None:
            yield from self._unknown_columns(table, source)
            return
        yield from read_rows(
            lambda: table.rows(self._tally), lambda: table.rows(None), plan, source.name,
            source.default_id, self._terms, self._table_records, typed=typed,
        )  # fmt: skip

    def _unknown_columns(
        self, table: Table | Columns | JsonRows, source: Source
    ) -> Iterator[Draft | Rejected]:
        """A table that cannot be mapped: one rejection for its rows, whole if they are few."""
        lines = size = 0
        kept: list[Row] = []
        header = table.header_row
        if header is not None:
            # Nobody knows that it is one: it may well be a row of a table without a header.
            self._tally.skipped -= header.lines
        for row in itertools.chain((header,) if header else (), table.rows(self._tally)):
            if isinstance(row, Rejected):
                yield row
                continue
            lines += row.lines
            size += len(row.raw) if row.raw is not None else 1024
            if size <= _KEPT:
                kept.append(row)
        if not lines:
            return
        names = ", ".join(name[:20] for name in table.names[:20])
        error = BadRecordError(
            "unknown_columns",
            f"no column is known to hold the text; there are: {names}" if names
            else "the header cannot be read, so that no column is known",
        )  # fmt: skip
        if size > _KEPT:
            yield reject_file(
                error.code, f"{error.reason}; the rows stay there", source.name, lines
            )
            return
        raw, form = raw_of(kept)
        yield reject(error, raw, source.name, kept[0].line, lines=lines, form=form)
