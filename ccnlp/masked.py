"""Text as it may be shown and passed on: personal information hidden, lengths kept."""

import re
from collections.abc import Iterable
from typing import Final

from ccnlp.types import Finding, PiiSpan

_STAR: Final = "*"
#: Numbers that no recogniser claimed: their middle is hidden all the same.
_DIGITS: Final = re.compile(r"[0-9\uff10-\uff19]{6,}")


def mask_turn(text: str, turn: int, pii: Iterable[PiiSpan]) -> str:
    """A turn with its personal information hidden; as long as before, so that offsets hold."""
    hidden = list(text)
    for span in pii:
        if span.turn == turn:
            hidden[span.start : span.end] = _STAR * (span.end - span.start)
    return _DIGITS.sub(lambda m: _STAR * len(m[0]), "".join(hidden))


def mask_quote(text: str, finding: Finding, pii: Iterable[PiiSpan]) -> str:
    """A finding's quote, masked in the light of its whole turn."""
    return mask_turn(text, finding.turn, pii)[finding.start : finding.end]
