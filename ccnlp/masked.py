"""Text as it may be shown and passed on: personal information hidden, lengths kept.

Whoever shows a conversation shows what ``shown`` answers, so that no view can forget a place.
Every span stays true: ``text[start:end] == quote`` holds in the masked copies as well.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

import msgspec

from ccnlp.types import (
    Act,
    Assessment,
    Finding,
    PiiSpan,
    Span,
    Transcript,
    Turn,
)  # fmt: skip

_STAR: Final = "*"
#: Numbers that no recogniser claimed: hidden all the same, to be on the safe side.
_DIGITS: Final = re.compile(r"[0-9\uff10-\uff19]{6,}")
#: Signs that would steer a terminal or turn the direction of writing, as signs that show.
_CONTROLS: Final = {
    **{code: 0x2400 + code for code in range(32)},
    **dict.fromkeys(range(0x7F, 0xA0), 0xFFFD),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
}
_Quoted = TypeVar("_Quoted", Finding, Act, Span, PiiSpan)


def mask_turn(text: str, turn: int, pii: Iterable[PiiSpan]) -> str:
    """A turn with its personal information hidden; as long as before, so that offsets hold."""
    for span in pii:
        if span.turn == turn:
            text = text[: span.start] + _STAR * (span.end - span.start) + text[span.end :]
    return _mask_numbers(text)


def mask_quote(text: str, finding: Finding, pii: Iterable[PiiSpan]) -> str:
    """A finding's quote, masked in the light of its whole turn."""
    return mask_turn(text, finding.turn, pii)[finding.start : finding.end]


def shown(
    transcript: Transcript, made: Assessment, *, reveal: bool = False
) -> tuple[Transcript, Assessment]:
    """What may be shown of a conversation and its assessment: masked copies, lengths kept.

    Numbers in attributes and the customer's id are hidden too. ``reveal`` hides nothing. Control
    signs become signs that show, so that no text can steer a terminal.
    """
    pii = () if reveal else made.pii
    known = _known(pii)

    def hide(text: str) -> str:
        if not reveal:
            text = _mask_known(text, known)
        return text.translate(_CONTROLS)

    turns = tuple(
        msgspec.structs.replace(
            turn,
            text=(turn.text if reveal else mask_turn(turn.text, index, pii)).translate(_CONTROLS),
        )
        for index, turn in enumerate(transcript.turns)
    )
    customer = transcript.customer_id
    said = msgspec.structs.replace(
        transcript, turns=turns, customer_id=hide(customer) if customer else customer,
        attributes=_hidden(transcript.attributes, hide),
    )  # fmt: skip
    return said, _recut(made, turns, hide)


def _recut(made: Assessment, turns: Sequence[Turn], hide: Callable[[str], str]) -> Assessment:
    """A copy whose quotes are those of ``turns`` and whose other texts went through ``hide``."""

    def cut(one: _Quoted) -> _Quoted:
        return msgspec.structs.replace(one, quote=turns[one.turn].text[one.start : one.end])

    def findings(these: Sequence[Finding]) -> tuple[Finding, ...]:
        return tuple(
            msgspec.structs.replace(cut(f), explanation=hide(f.explanation)) for f in these
        )

    score, complaint = made.scorecard, made.complaint
    items = tuple(
        msgspec.structs.replace(
            item, evidence=tuple(map(cut, item.evidence)), explanation=hide(item.explanation)
        )
        for item in score.items
    )
    topic = None if complaint.topic is None else hide(complaint.topic)
    return msgspec.structs.replace(
        made,
        findings=findings(made.findings),
        suppressed=findings(made.suppressed),
        acts=tuple(map(cut, made.acts)),
        pii=tuple(map(cut, made.pii)),
        scorecard=msgspec.structs.replace(score, items=items),
        complaint=msgspec.structs.replace(complaint, topic=topic),
    )


def _known(pii: Iterable[PiiSpan]) -> tuple[str, ...]:
    """What was found, the longest first, so that a part never hides the whole."""
    return tuple(sorted({span.quote for span in pii if len(span.quote) > 1}, key=len, reverse=True))


def _mask_known(text: str, known: Iterable[str]) -> str:
    for quote in known:
        text = text.replace(quote, _STAR * len(quote))
    return _mask_numbers(text)


def _hidden(value: Any, hide: Callable[[str], str]) -> Any:
    """Any JSON value with its texts hidden; a long number becomes a text to be hidden."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, int) and abs(value) >= 100_000:
        return hide(str(value))
    if isinstance(value, dict):
        return {key: _hidden(one, hide) for key, one in value.items()}
    if isinstance(value, list):
        return [_hidden(one, hide) for one in value]
    return value


def _mask_numbers(text: str) -> str:
    return _DIGITS.sub(lambda found: _STAR * len(found[0]), text)
