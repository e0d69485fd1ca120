"""Which format a source is in, from its suffix and a sample of its content."""

import re
from typing import Final

import msgspec

from ccnlp.ingest.delimited import table_like
from ccnlp.ingest.encoding import Decision, decide
from ccnlp.ingest.lines import Sampled

_PARQUET, _ARROW, _ARROW_STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"
_ARCHIVE: Final = b"PK\x03\x04"
_ARRAY: Final = re.compile(r"\[\s*(?:\{|\]|$)")
#: Lines of the sample that are looked at.
_LINES: Final = 20


def sniff(head: Sampled, suffix: str | None, chosen: Decision | None) -> str:
    """Format of a source; ``suffix`` is the one that its name says.

    The suffix counts, but for archives that are called otherwise, and ``.txt``, whose content
    may be anything. Without one the content decides: what is neither Parquet, Arrow, JSON nor
    a table with known column names is a chat export.
    """
    sample = head.sample
    if sample.startswith(_ARCHIVE):
        return "archive"
    if suffix is not None and suffix != "text":
        return suffix
    for magic, kind in ((_PARQUET, "parquet"), (_ARROW, "arrow"), (_ARROW_STREAM, "arrow")):
        if sample.startswith(magic):
            return kind
    lines = _lines(head, chosen)
    if not lines:
        return "text"
    if lines[0].startswith("{") or _ARRAY.match(lines[0]):
        return "json"
    return "csv" if table_like(lines[0]) else "text"


def refine(head: Sampled, kind: str, chosen: Decision | None) -> str:
    """JSON lines or one JSON document; an Arrow file or an Arrow stream."""
    if kind == "arrow":
        return "arrow" if head.sample.startswith(_ARROW) else "arrow_stream"
    lines = _lines(head, chosen)
    if not lines or lines[0].startswith("["):
        return "json"
    whole = sum(line.startswith("{") and line.endswith("}") for line in lines)
    return "jsonl" if whole >= 2 or _is_json(lines[0]) else "json"


def _is_json(line: str) -> bool:
    try:
        msgspec.json.decode(line)
    except (ValueError, RecursionError):
        return False
    return True


def _lines(head: Sampled, chosen: Decision | None) -> list[str]:
    """The first lines of the sample that are not blank, stripped."""
    decision = decide(head.sample, whole=head.whole, chosen=chosen)
    text = head.sample[decision.mark :].decode(decision.encoding, "ignore")
    found = (line.strip() for line in text.splitlines())
    return [line for _, line in zip(range(_LINES), (line for line in found if line), strict=False)]
