"""Files that appear only when they are whole: written beside their place, renamed at the end."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from ccnlp.batch.chunk import FINDING_COLUMNS
from ccnlp.errors import InputError

#: Findings kept in memory before a row group is written.
ROW_GROUP: Final = 20_000
_PART: Final = ".part"


class PartFile:
    """A file under way; ``keep`` puts it in its place, ``drop`` removes what was written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(path.name + _PART)
        try:
            self._file = self._part.open("wb", buffering=1 << 20)
        except OSError as error:
            raise InputError(
                f"cannot be written: {error.strerror}", where=str(path), mend="name another --out"
            ) from error

    def write(self, raw: bytes) -> None:
        """Add bytes."""
        self._file.write(raw)

    def keep(self) -> None:
        """Put the file in its place, over an older one."""
        self._file.close()
        self._part.replace(self.path)

    def drop(self) -> None:
        """Remove what was written."""
        self._file.close()
        self._part.unlink(missing_ok=True)


class FindingsFile:
    """``findings.parquet``, written a row group at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(path.name + _PART)
        self._rows: list[tuple[Any, ...]] = []
        self._writer: Any = None

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add rows in the order of ``FINDING_COLUMNS``."""
        self._rows += rows
        if len(self._rows) >= ROW_GROUP:
            self._flush()

    def keep(self) -> None:
        """Put the file in its place, over an older one; it has a schema even without rows."""
        self._flush()
        self._writer.close()
        self._part.replace(self.path)

    def drop(self) -> None:
        """Remove what was written."""
        if self._writer is not None:
            self._writer.close()
        self._part.unlink(missing_ok=True)

    def _flush(self) -> None:
        # Loaded here: it takes longer than the first results of a small run.
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self._writer is None:
            self._writer = pq.ParquetWriter(self._part, _schema(), compression="zstd")
        columns = zip(*self._rows, strict=True) if self._rows else ((),) * len(FINDING_COLUMNS)
        schema = _schema()
        arrays = [_array(column, field.type) for column, field in zip(columns, schema, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        self._rows = []


def _array(column: Sequence[Any], kind: Any) -> Any:
    """What ``pyarrow.array`` makes; that would import pandas, longer than a small run lasts."""
    import pyarrow as pa

    if pa.types.is_primitive(kind):
        values = np.array(column, kind.to_pandas_dtype())
        return pa.Array.from_buffers(kind, len(column), [None, pa.py_buffer(values)])
    texts = pa.lib.StringBuilder()
    texts.append_values(column)
    made = texts.finish()
    return made.dictionary_encode() if pa.types.is_dictionary(kind) else made


def _schema() -> Any:
    import pyarrow as pa

    kinds = {
        "turn": pa.int32(), "start": pa.int32(), "end": pa.int32(), "confidence": pa.float32(),
        **dict.fromkeys(
            ("channel", "agent_id", "team", "category", "risk_class", "severity", "speaker",
             "source", "explanation", "recipe"),
            pa.dictionary(pa.int32(), pa.string()),
        ),
    }  # fmt: skip
    return pa.schema([(name, kinds.get(name, pa.string())) for name in FINDING_COLUMNS])
