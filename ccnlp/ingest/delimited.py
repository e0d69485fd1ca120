"""CSV and TSV as rows, each with its raw text, so that damage stays in the line it is in.

A line without quotes is split; one with quotes is parsed by Python's ``csv``, together with
the lines below while a quote stays open. A quote that is still open after 1,000 lines or
1 MiB, or at the file's end, spoils only its own line: reading goes on with the next.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ccnlp.ingest.columns import RECORD_NAMES, TURN_NAMES, TURNS_NAMES, squeeze
from ccnlp.ingest.items import BadRecordError, Rejected
from ccnlp.ingest.lines import Line, Lines
from ccnlp.ingest.reject import reject, reject_line
from ccnlp.ingest.rows import Row
from ccnlp.ingest.tally import Tally

_OPEN_LINES: Final = 1_000
_OPEN_BYTES: Final = 1 << 20
_KNOWN: Final = frozenset(
    name for fields in (RECORD_NAMES, TURN_NAMES) for names in fields.values() for name in names
) | frozenset(TURNS_NAMES)


def delimiter_of(header: str) -> str:
    """The delimiter that cuts a header into the most names that are known, then into the most."""

    def worth(delimiter: str) -> tuple[int, int]:
        cells = [cell.strip().strip('"') for cell in header.split(delimiter)]
        return sum(squeeze(cell) in _KNOWN for cell in cells), len(cells)

    return max((",", "\t", ";", "|"), key=worth)


def table_like(header: str) -> bool:
    """Whether a line looks like a CSV header: at least two cells, two of them known names."""
    delimiter = delimiter_of(header)
    cells = [squeeze(cell.strip().strip('"')) for cell in header.split(delimiter)]
    return len(cells) >= 2 and sum(cell in _KNOWN for cell in cells) >= min(2, len(cells))


class Table:
    """A CSV file's header and a way to go over its rows, more than once.

    ``open_lines`` opens the file anew each time.
    """

    def __init__(
        self, open_lines: Callable[[], Lines], file: str, *, delimiter: str | None, header: bool
    ) -> None:
        self._open, self._file = open_lines, file
        self._delimiter, self._header = delimiter, header
        self.names: tuple[str, ...] = ()
        self.delimiter = delimiter or ","
        #: The header as it stands in the file; ``None`` where there is none.
        self.header_row: Row | None = None
        self.lines = open_lines()
        for line, cells, raw, lines in self._parsed(self.lines, None, first=True):
            # A header that cannot be read leaves the table without names: no other row is one.
            if isinstance(cells, Rejected):
                break
            if any(cells):
                self.header_row = Row(line, {}, raw, lines) if header else None
                self.names = unique_names(cells) if header else tuple(
                    str(number) for number in range(1, len(cells) + 1)
                )  # fmt: skip
                break

    def rows(self, tally: Tally | None = None) -> Iterator[Row | Rejected]:
        """The rows below the header; counted in ``tally``, where one is given."""
        self.lines = self._open()
        seen_header = not self._header
        width = len(self.names)
        for number, cells, raw, lines in self._parsed(self.lines, tally, first=False):
            if isinstance(cells, Rejected):
                yield cells
            elif any(cells) and not self.names:
                yield Row(number, {}, raw, lines)
            elif not any(cells) or not seen_header:
                seen_header = seen_header or any(cells)
                if tally is not None:
                    tally.skipped += lines
            elif len(cells) != width:
                error = BadRecordError("bad_row", f"{len(cells)} cells, the header has {width}")
                yield reject(error, raw, self._file, number, lines=lines)
            else:
                yield Row(number, dict(zip(self.names, cells, strict=True)), raw, lines)

    def _parsed(
        self, source: Lines, tally: Tally | None, *, first: bool
    ) -> Iterator[tuple[int, list[str] | Rejected, str, int]]:
        """(line, cells or rejection, raw text, lines) of each record."""
        waiting: deque[Line] = deque()
        flat = _flat(source, tally)
        number, choose = 1, self._delimiter is None and first
        while True:
            line = waiting.popleft() if waiting else next(flat, None)
            if line is None:
                return
            if not isinstance(line, str):
                yield number, reject_line(line, self._file, number), "", 1
                number += 1
                continue
            if number == 1 and len(line) == 5 and line.startswith("sep="):
                self.delimiter, choose = line[4], False  # Excel's own hint
                yield number, [], line, 1
                number += 1
                continue
            if choose and line.strip():
                self.delimiter, choose = delimiter_of(line), False
            if '"' not in line:
                yield number, line.split(self.delimiter), line, 1
                number += 1
                continue
            cells, raw, lines = self._quoted(line, waiting, flat, number)
            yield number, cells, raw, lines
            number += lines

    def _quoted(
        self, line: str, waiting: deque[Line], flat: Iterator[Line], number: int
    ) -> tuple[list[str] | Rejected, str, int]:
        """A record that begins with ``line``; lines it looked at in vain go to ``waiting``."""
        cells = _parse(line, self.delimiter)
        if isinstance(cells, list):
            return cells, line, 1
        taken, size = [line], len(line)
        below: deque[Line] = deque()
        while cells is None and len(taken) < _OPEN_LINES and size < _OPEN_BYTES:
            following = waiting.popleft() if waiting else next(flat, None)
            if following is None:
                break
            below.append(following)
            if not isinstance(following, str):
                break
            taken.append(following)
            size += len(following)
            if '"' in following:
                whole = "\n".join(taken)
                cells = _parse(whole, self.delimiter)
                if isinstance(cells, list):
                    return cells, whole, len(taken)
        waiting.extendleft(reversed(below))
        reason = cells if isinstance(cells, str) else "a quote is not closed"
        return reject(BadRecordError("bad_quoting", reason), line, self._file, number), line, 1


def _flat(source: Lines, tally: Tally | None) -> Iterator[Line]:
    for batch in source.text():
        if tally is not None:
            tally.lines += len(batch)
        yield from batch


def _parse(text: str, delimiter: str) -> list[str] | str | None:
    """Cells; ``None`` where a quote is open at the end; a reason where quoting is wrong."""
    if len(text) > csv.field_size_limit():
        csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        message = str(error)
        return None if "unexpected end of data" in message else message[:120]
    return rows[0] if len(rows) == 1 else "a line break stands outside of quotes"


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, stripped; one that stands twice gets a number, an empty one its place."""
    answer: list[str] = []
    for place, name in enumerate(names, 1):
        base = name.strip() or f"column {place}"
        free, number = base, 2
        while free in answer:
            free, number = f"{base}.{number}", number + 1
        answer.append(free)
    return tuple(answer)
