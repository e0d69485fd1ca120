"""Ids that were read before, in bounded memory.

A conversation is remembered by 128 bits: Python's hash of its id (seeded anew in every
process, so that no input can be made to collide) and one of its turns, which tells "the
same record again" from "another record with the same id". The table is open-addressed. Up
to 2^16 places (1 MiB, 43,000 ids) it lies in memory, beyond that in a temporary file that is
read and written place by place. Two ids among ten million share their hash with probability
3e-6; the second would go to quarantine, where it is found.
"""

import os
import struct
import tempfile
from array import array
from collections.abc import Iterator
from typing import IO, Final, Literal, Protocol

_MASK: Final = (1 << 64) - 1
_FIRST: Final = 1 << 12
_IN_MEMORY: Final = 1 << 16
_PLACE: Final = struct.Struct("=QQ")
#: Places that are read from the file at once: runs of taken places are short.
_RUN: Final = 8
_RUN_OF: Final = struct.Struct(f"={2 * _RUN}Q")


class _Table(Protocol):
    """Places for a power of two of ids."""

    def add(self, key: int, value: int, *, keep: bool) -> int | None:
        """The value under a key; where there is none, ``None``, and it is kept if wished."""

    def items(self) -> Iterator[tuple[int, int]]:
        """All keys with their values."""

    def close(self) -> None:
        """Give the table back."""


class _MemoryTable:
    def __init__(self, places: int) -> None:
        self._mask = places - 1
        self._cells = array("Q", bytes(16 * places))

    def add(self, key: int, value: int, *, keep: bool) -> int | None:
        cells, mask = self._cells, self._mask
        place = key & mask
        while (found := cells[2 * place]) != 0:
            if found == key:
                return cells[2 * place + 1]
            place = (place + 1) & mask
        if keep:
            cells[2 * place], cells[2 * place + 1] = key, value
        return None

    def items(self) -> Iterator[tuple[int, int]]:
        cells = self._cells
        for index in range(0, len(cells), 2):
            if cells[index]:
                yield cells[index], cells[index + 1]

    def close(self) -> None:
        self._cells = array("Q")


class _FileTable:
    def __init__(self, places: int) -> None:
        self._places = places
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="ccnlp-ids-")  # noqa: SIM115
        # A run may begin at the last place: the first ones are not repeated behind it, but
        # room for them is there, and it stays empty.
        self._file.truncate(16 * (places + _RUN))
        self._handle = self._file.fileno()

    def add(self, key: int, value: int, *, keep: bool) -> int | None:
        place = key & (self._places - 1)
        while True:
            run = _RUN_OF.unpack(os.pread(self._handle, 16 * _RUN, 16 * place))
            for offset in range(min(_RUN, self._places - place)):
                found = run[2 * offset]
                if found == key:
                    return int(run[2 * offset + 1])
                if found == 0:
                    if keep:
                        os.pwrite(self._handle, _PLACE.pack(key, value), 16 * (place + offset))
                    return None
            place = (place + _RUN) if place + _RUN < self._places else 0

    def items(self) -> Iterator[tuple[int, int]]:
        size = 1 << 16
        for start in range(0, 16 * self._places, size):
            part = os.pread(self._handle, min(size, 16 * self._places - start), start)
            for key, value in _PLACE.iter_unpack(part):
                if key:
                    yield key, value

    def close(self) -> None:
        self._file.close()


class SeenIds:
    """A set of ids that says ``new``, ``same`` or ``other``."""

    def __init__(self) -> None:
        self._places, self._used = _FIRST, 0
        self._table: _Table = _MemoryTable(_FIRST)

    def __len__(self) -> int:
        return self._used

    def add(self, name: str, content: int) -> Literal["new", "same", "other"]:
        """Remember an id; ``same`` or ``other`` tells whether its content is as before."""
        # 0 marks a free place.
        value = content & _MASK
        found = self._table.add(hash(name) & _MASK or 1, value, keep=True)
        if found is not None:
            return "same" if found == value else "other"
        self._used += 1
        if self._used * 3 > self._places * 2:
            self._grow()
        return "new"

    def has(self, name: str) -> bool:
        """Whether an id was added."""
        return self._table.add(hash(name) & _MASK or 1, 0, keep=False) is not None

    def _grow(self) -> None:
        old = self._table
        self._places *= 2
        larger = _MemoryTable if self._places <= _IN_MEMORY else _FileTable
        self._table = larger(self._places)
        for key, value in old.items():
            self._table.add(key, value, keep=True)
        old.close()

    def close(self) -> None:
        """Give back the table; the set is empty afterwards."""
        self._table.close()
        self._places, self._used = _FIRST, 0
        self._table = _MemoryTable(_FIRST)
