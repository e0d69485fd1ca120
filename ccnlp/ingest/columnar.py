"""Parquet files, Arrow files and streams (what `datasets` saves) as rows.

Rows are read in batches; a batch in which a text is not UTF-8 is read again row by row, so
that only the bad rows are rejected. Numbers that are NaN are missing, as pandas writes them.
"""

import base64
import datetime
import decimal
import math
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

import msgspec

from ccnlp.ingest.delimited import unique_names
from ccnlp.ingest.items import BadRecordError, Rejected
from ccnlp.ingest.reject import reject, reject_file
from ccnlp.ingest.rows import Row
from ccnlp.ingest.tally import Tally

#: Formats that this module reads.
COLUMNAR: Final = ("parquet", "arrow", "arrow_stream")
_ROWS: Final = 1_024


class Columns:
    """The column names of a Parquet or Arrow file and a way to go over its rows."""

    def __init__(self, opened: Callable[[], BinaryIO], file: str, kind: str) -> None:
        self._opened, self._file, self._kind = opened, file, kind
        with opened() as stream:
            self.names: tuple[str, ...] = unique_names(_schema(stream, kind).names)

    #: The columns' names are not in a row.
    header_row: Row | None = None

    def rows(self, tally: Tally | None = None) -> Iterator[Row | Rejected]:
        """The rows, numbered from 1; what cannot be read of a damaged file ends them."""
        number = 0
        with self._opened() as stream:
            batches = _batches(stream, self._kind)
            while True:
                try:
                    batch = next(batches, None)
                except damage() as error:
                    reason = f"after row {number}: {type(error).__name__}"
                    yield reject_file("damaged_file", reason, self._file)
                    return
                if batch is None:
                    return
                if tally is not None:
                    tally.lines += batch.num_rows
                yield from self._rows(batch, number)
                number += batch.num_rows

    def _rows(self, batch: Any, before: int) -> Iterator[Row | Rejected]:
        try:
            batch.validate(full=True)
            columns = [_values(column) for column in batch.columns]
        except damage():
            yield from self._one_by_one(batch, before)
            return
        names = self.names
        for place, cells in enumerate(zip(*columns, strict=True), before + 1):
            yield Row(place, dict(zip(names, cells, strict=True)))

    def _one_by_one(self, batch: Any, before: int) -> Iterator[Row | Rejected]:
        for place in range(batch.num_rows):
            row = batch.slice(place, 1)
            cells: dict[str, Any] = {}
            wrong = ""
            for name, column in zip(self.names, row.columns, strict=True):
                try:
                    column.validate(full=True)
                    cells[name] = _values(column)[0]
                except damage():
                    wrong = wrong or name
                    cells[name] = _bytes_of(column)
            if wrong:
                error = BadRecordError(
                    "undecodable", f"column {wrong[:40]!r} holds bytes that are not UTF-8"
                )
                raw = msgspec.json.encode(cells).decode()
                yield reject(error, raw, self._file, before + place + 1, form="json")
            else:
                yield Row(before + place + 1, cells)


def damage() -> tuple[type[BaseException], ...]:
    """What reading a damaged or hostile file raises."""
    import pyarrow as pa

    return (
        pa.ArrowException,
        OSError,
        ValueError,
        OverflowError,
        KeyError,
        IndexError,
        TypeError,
        MemoryError,
    )


def _schema(stream: BinaryIO, kind: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if kind == "parquet":
        return pq.ParquetFile(stream).schema_arrow
    if kind == "arrow":
        return pa.ipc.open_file(stream).schema
    return pa.ipc.open_stream(stream).schema


def _batches(stream: BinaryIO, kind: str) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if kind == "parquet":
        yield from pq.ParquetFile(stream).iter_batches(batch_size=_ROWS, use_threads=False)
        return
    if kind == "arrow":
        reader = pa.ipc.open_file(stream)
        whole: Iterator[Any] = map(reader.get_batch, range(reader.num_record_batches))
    else:
        whole = iter(pa.ipc.open_stream(stream))
    for batch in whole:
        for place in range(0, batch.num_rows, _ROWS):
            yield batch.slice(place, _ROWS)


def _values(column: Any) -> list[Any]:
    import pyarrow as pa

    values = column.to_pylist()
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind):
        return list(values)
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    """A value as JSON can hold it; times stay times."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        # NaN is pandas' missing number; an infinity has no place in JSON but as a word.
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return "base64:" + base64.b64encode(value).decode("ascii")
    if isinstance(value, decimal.Decimal):
        if not value.is_finite():
            return None
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)


def _bytes_of(column: Any) -> Any:
    """The bytes of a text that is not UTF-8, in base64."""
    import pyarrow as pa

    try:
        kind = pa.large_binary() if pa.types.is_large_string(column.type) else pa.binary()
        value = column.view(kind)[0].as_py()
    except damage():
        return "not readable"
    return None if value is None else "base64:" + base64.b64encode(value).decode("ascii")
