"""A byte stream as lines, in batches, whatever its encoding; memory is bounded.

A line whose bytes are not text in the file's encoding stays bytes (``Undecodable``): the caller
sends it to quarantine as it is. Lines end with LF, CR LF, or CR in files with no LF.
"""

import codecs
import hashlib
from collections.abc import Iterator
from typing import BinaryIO, Final

import msgspec

from ccnlp.ingest.encoding import BYTE_LINES, Decision, decide

_CHUNK: Final = 1 << 17
#: What is kept of a line that is too long.
HEAD: Final = 1 << 16


class TooLong(msgspec.Struct, frozen=True, gc=False):
    """Stands for a line beyond the limit: its beginning, length and digest."""

    head: bytes
    length: int
    sha256: str


class Undecodable(msgspec.Struct, frozen=True, gc=False):
    """Stands for a line that is not text in the file's encoding."""

    raw: bytes


Line = str | Undecodable | TooLong
ByteLine = bytes | Undecodable | TooLong


class Sampled:
    """A stream whose first bytes were looked at; ``chunks`` gives it whole."""

    def __init__(self, stream: BinaryIO, sample_bytes: int) -> None:
        parts, size = [], 0
        while size < sample_bytes and (part := stream.read(sample_bytes - size)):
            parts.append(part)
            size += len(part)
        self.sample = b"".join(parts)
        #: Whether the sample is the whole stream.
        self.whole = size < sample_bytes
        self._stream = stream

    def chunks(self) -> Iterator[bytes]:
        """The stream from its beginning; once."""
        yield self.sample
        if not self.whole:
            while chunk := self._stream.read(_CHUNK):
                yield chunk


def byte_lines(
    chunks: Iterator[bytes], limit: int, newline: bytes = b"\n"
) -> Iterator[list[bytes | TooLong]]:
    """Batches of lines without their line feed; the last one may lack its own."""
    parts: list[bytes] = []
    size = 0
    over: _Over | None = None
    for chunk in chunks:
        first, found, rest = chunk.partition(newline)
        if not found:
            if over is not None:
                over.add(chunk)
            else:
                parts.append(chunk)
                size += len(chunk)
                if size > limit:
                    over = _Over(parts)
                    parts, size = [], 0
            continue
        if over is not None:
            over.add(first)
            batch: list[bytes | TooLong] = [over.line()]
            over = None
        else:
            whole = b"".join((*parts, first))
            batch = [whole if len(whole) <= limit else _Over([whole]).line()]
        lines = rest.split(newline)
        last = lines.pop()
        parts, size = [last], len(last)
        if len(rest) > limit:
            batch.extend(line if len(line) <= limit else _Over([line]).line() for line in lines)
        else:
            batch.extend(lines)
        yield batch
    if over is not None:
        yield [over.line()]
    elif size:
        whole = b"".join(parts)
        yield [whole if size <= limit else _Over([whole]).line()]


class _Over:
    """Takes in a line that is too long without keeping it."""

    def __init__(self, parts: list[bytes]) -> None:
        self._head, self._length, self._hash = b"", 0, hashlib.sha256()
        for part in parts:
            self.add(part)

    def add(self, part: bytes) -> None:
        if len(self._head) < HEAD:
            self._head += part[: HEAD - len(self._head)]
        self._length += len(part)
        self._hash.update(part)

    def line(self) -> TooLong:
        return TooLong(self._head, self._length, self._hash.hexdigest())


class Lines:
    """The lines of a stream in batches; ``decision`` says in which encoding.

    Where only ASCII was sampled, the first chunk that holds more decides anew.
    """

    def __init__(self, source: Sampled, decision: Decision, limit: int) -> None:
        self.decision = decision
        self._source, self._limit = source, limit

    def text(self) -> Iterator[list[Line]]:
        """Batches of lines as text, without line ends; once."""
        for batch in self._batches():
            yield self._decode(batch)

    def utf8(self) -> Iterator[list[ByteLine]]:
        """Batches of lines as UTF-8, unchecked where the file itself is UTF-8; once."""
        for batch in self._batches():
            if self.decision.encoding == "utf-8":
                yield batch
            else:
                yield [
                    line.encode() if isinstance(line, str) else line for line in self._decode(batch)
                ]

    def _batches(self) -> Iterator[list[ByteLine]]:
        chunks = _after_mark(self._source.chunks(), self.decision.mark)
        encoding = self.decision.encoding
        if encoding not in BYTE_LINES:
            yield from _wide_lines(chunks, encoding, self._limit)
            return
        head = self._source.sample
        newline = b"\r" if b"\r" in head and b"\n" not in head else b"\n"
        for batch in byte_lines(chunks, self._limit, newline):
            if self.decision.open:
                rest = b"\n".join(line for line in batch if isinstance(line, bytes))
                if not rest.isascii():
                    self.decision = decide(rest, whole=True)
            yield list(batch)

    def _decode(self, batch: list[ByteLine]) -> list[Line]:
        encoding = self.decision.encoding
        if encoding not in BYTE_LINES:
            encoding = "utf-8"  # _wide_lines has turned it
        try:
            # One call for all lines; a line too long or not decodable is rare.
            text = b"\n".join(batch).decode(encoding)  # type: ignore[arg-type]
        except (UnicodeDecodeError, TypeError):
            return [_decode_line(line, encoding) for line in batch]
        lines = text.split("\n")
        return [line.removesuffix("\r") for line in lines] if "\r" in text else list(lines)


def _decode_line(line: ByteLine, encoding: str) -> Line:
    if not isinstance(line, bytes):
        return line
    try:
        return line.decode(encoding).removesuffix("\r")
    except UnicodeDecodeError:
        return Undecodable(line)


def _after_mark(chunks: Iterator[bytes], mark: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[mark:] if mark else chunk
        mark = 0


def _wide_lines(chunks: Iterator[bytes], encoding: str, limit: int) -> Iterator[list[ByteLine]]:
    """Lines of UTF-16 as UTF-8; one that holds half a character keeps its own bytes."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    tail, complete = b"", True

    def turned() -> Iterator[bytes]:
        nonlocal tail, complete
        for chunk in chunks:
            text = decoder.decode(chunk)
            complete = text.endswith("\n") if text else complete
            yield text.encode("utf-8", "surrogatepass")
        tail = decoder.getstate()[0]

    last: ByteLine | None = None
    for batch in byte_lines(turned(), limit):
        if last is not None:
            yield [last]
        *rest, final = (_whole(line, encoding) for line in batch)
        last = final
        if rest:
            yield rest
    if last is not None and (complete or not tail):
        yield [last]
        last = None
    if tail:
        raw = b""
        if isinstance(last, bytes):
            raw = last.decode("utf-8").encode(encoding)
        elif isinstance(last, Undecodable):
            raw = last.raw
        elif isinstance(last, TooLong):
            yield [last]
        yield [Undecodable(raw + tail)]


def _whole(line: bytes | TooLong, encoding: str) -> ByteLine:
    if isinstance(line, TooLong):
        return line
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return Undecodable(line.decode("utf-8", "surrogatepass").encode(encoding, "surrogatepass"))
    return line
