"""Ids that were read before, in bounded memory.

A conversation is remembered by 128 bits: Python's hash of its id (seeded anew in every
process, so that no input can be made to collide) and one of its turns, which tells "the
same record again" from "another record with the same id". The table is open-addressed; up
to 2^17 places (2 MiB) it lies in memory, beyond that in a temporary file that is mapped:
the system keeps of it in memory what it can spare. Two ids among ten million share their
hash with probability 3e-6; the second would go to quarantine, where it is found.
"""

import mmap
import tempfile
from array import array
from typing import IO, Any, Final, Literal

_MASK: Final = (1 << 64) - 1
_FIRST: Final = 1 << 12
_IN_MEMORY: Final = 1 << 17


class SeenIds:
    """A set of ids that says ``new``, ``same`` or ``other``."""

    def __init__(self) -> None:
        self._places = _FIRST
        self._used = 0
        self._file: IO[bytes] | None = None
        self._map: mmap.mmap | None = None
        self._table: Any = array("Q", bytes(16 * _FIRST))

    def __len__(self) -> int:
        return self._used

    def add(self, name: str, content: int) -> Literal["new", "same", "other"]:
        """Remember an id; ``same`` or ``other`` tells whether its content is as before."""
        # 0 marks a free place.
        key, value = hash(name) & _MASK or 1, content & _MASK
        table, mask = self._table, self._places - 1
        place = key & mask
        while (found := table[2 * place]) != 0:
            if found == key:
                return "same" if table[2 * place + 1] == value else "other"
            place = (place + 1) & mask
        table[2 * place], table[2 * place + 1] = key, value
        self._used += 1
        if self._used * 3 > self._places * 2:
            self._grow()
        return "new"

    def has(self, name: str) -> bool:
        """Whether an id was added."""
        key = hash(name) & _MASK or 1
        table, mask = self._table, self._places - 1
        place = key & mask
        while (found := table[2 * place]) != 0:
            if found == key:
                return True
            place = (place + 1) & mask
        return False

    def _grow(self) -> None:
        old, old_map, old_file, count = self._table, self._map, self._file, self._places
        self._places = count * 2
        if self._places <= _IN_MEMORY:
            self._table = array("Q", bytes(16 * self._places))
        else:
            self._file = tempfile.TemporaryFile(prefix="ccnlp-ids-")  # noqa: SIM115
            self._file.truncate(16 * self._places)
            self._map = mmap.mmap(self._file.fileno(), 16 * self._places)
            self._table = memoryview(self._map).cast("Q")
        table, mask = self._table, self._places - 1
        for index in range(0, 2 * count, 2):
            key = old[index]
            if key:
                place = key & mask
                while table[2 * place] != 0:
                    place = (place + 1) & mask
                table[2 * place], table[2 * place + 1] = key, old[index + 1]
        _release(old, old_map, old_file)

    def close(self) -> None:
        """Give back the table; the set is empty afterwards."""
        _release(self._table, self._map, self._file)
        self._file = self._map = None
        self._places, self._used = _FIRST, 0
        self._table = array("Q", bytes(16 * _FIRST))


def _release(table: Any, mapped: mmap.mmap | None, file: IO[bytes] | None) -> None:
    if isinstance(table, memoryview):
        table.release()
    if mapped is not None:
        mapped.close()
    if file is not None:
        file.close()
