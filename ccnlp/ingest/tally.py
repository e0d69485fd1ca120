"""Counting while reading."""

from collections import Counter

import msgspec

#: Files that are named one by one in the summary.
_NAMED = 100


class Tally(msgspec.Struct):
    """The counters of one run; the one value here that changes."""

    read: int = 0
    rejected: int = 0
    lines: int = 0
    skipped: int = 0
    files: int = 0
    bytes_before: int = 0
    rejections: Counter[str] = msgspec.field(default_factory=Counter)
    warnings: Counter[str] = msgspec.field(default_factory=Counter)
    formats: Counter[str] = msgspec.field(default_factory=Counter)
    encodings: Counter[str] = msgspec.field(default_factory=Counter)
    decisions: list[str] = msgspec.field(default_factory=list)

    def decided(self, file: str, encoding: str, reason: str) -> None:
        """Note a file's encoding."""
        self.encodings[encoding] += 1
        if encoding != "utf-8" and len(self.decisions) < _NAMED:
            self.decisions.append(f"{file}: {encoding} ({reason})")
