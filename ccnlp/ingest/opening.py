"""Opening a source: its raw bytes, unpacked, once for a look and again for each pass."""

import contextlib
import gzip
import io
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import zstandard

from ccnlp.ingest.lines import Sampled
from ccnlp.ingest.sources import Source

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
#: Packed bytes that are unpacked at a time; a run of one letter grows a thousandfold.
_PACKED: Final = 1 << 13
#: What opening raises; and what reading a damaged file raises.
UNREADABLE: Final = (FileNotFoundError, PermissionError, IsADirectoryError)
BROKEN: Final = (OSError, EOFError, zlib.error, zstandard.ZstdError)


def open_raw(source: Source, stdin: BinaryIO | None) -> BinaryIO:
    """The source's bytes as they lie there."""
    if source.name == "-":
        return stdin if stdin is not None else sys.stdin.buffer
    if "://" in source.name:
        import fsspec

        opened: Any = fsspec.open(source.name, "rb").open()
        return cast(BinaryIO, opened)
    return Path(source.name).open("rb")


class _Joined(io.RawIOBase):
    """A stream of which the first bytes were read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._head:
            part, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            part = self._rest.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self._rest.close()
        super().close()


def unpacked(raw: BinaryIO) -> BinaryIO:
    """A stream's content, unpacked where its first bytes are those of gzip or Zstandard."""
    head = raw.read(4)
    joined = io.BufferedReader(_Joined(head, raw), 1 << 16)
    if head.startswith(_GZIP):
        return cast(BinaryIO, gzip.GzipFile(fileobj=joined, mode="rb"))
    if head == _ZSTD:
        return cast(BinaryIO, io.BufferedReader(_Zstandard(joined), 1 << 16))
    return cast(BinaryIO, joined)


class _Zstandard(io.RawIOBase):
    """The content of one or more Zstandard frames; ``EOFError`` where the last breaks off.

    The library's own reader takes a file that breaks off for one that ends.
    """

    def __init__(self, packed: "io.BufferedReader[Any]") -> None:
        self._packed = packed
        self._library = zstandard.ZstdDecompressor(max_window_size=2**27)
        self._frame = self._library.decompressobj()
        self._begun = False
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            part = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame, self._begun = self._library.decompressobj(), False
            part = part or self._packed.read1(_PACKED)
            if not part:
                if self._begun:
                    raise EOFError("the Zstandard frame breaks off")
                return 0
            self._begun = True
            self._ready = self._frame.decompress(part)
        taken = self._ready[: len(buffer)]
        self._ready = self._ready[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


class Opened:
    """A source that is being read; what it opens is closed with ``stack``."""

    def __init__(
        self, source: Source, stdin: BinaryIO | None, sample_bytes: int,
        stack: contextlib.ExitStack,
    ) -> None:  # fmt: skip
        self.source = source
        self._stack = stack
        self._copy: Path | None = None
        self.raw = open_raw(source, stdin)
        if source.name != "-":
            stack.callback(self.raw.close)
        #: The content and its first bytes; ``head.chunks`` reads it, once.
        self.head = Sampled(unpacked(self.raw), sample_bytes)

    def again(self) -> tuple[BinaryIO, BinaryIO]:
        """The source opened anew: (raw, content). Standard input is kept in a file for that."""
        if self.head.whole:
            return self.raw, io.BytesIO(self.head.sample)
        if self.source.name == "-":
            copy = self._spooled().open("rb")
            self._stack.callback(copy.close)
            return copy, copy
        raw = open_raw(self.source, None)
        self._stack.callback(raw.close)
        return raw, unpacked(raw)

    def seekable(self) -> BinaryIO:
        """The content as a file in which one can go back and forth, from its beginning."""
        if self.head.whole:
            return io.BytesIO(self.head.sample)
        path = Path(self.source.name)
        if self._copy is None and self.source.size is not None:
            packed = self.head.sample[:4] != _first(path)
            if not packed:
                return path.open("rb")
        return self._spooled().open("rb")

    def _spooled(self) -> Path:
        if self._copy is None:
            folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="ccnlp-input-"))
            self._copy = Path(folder) / "content"
            with self._copy.open("wb") as copy:
                for chunk in self.head.chunks():
                    copy.write(chunk)
        return self._copy


def _first(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(4)
