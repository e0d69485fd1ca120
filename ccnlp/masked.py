"""Text as it may be shown and passed on: personal information hidden, lengths kept.

Whoever shows a conversation shows what ``shown`` answers, whoever passes it on what ``exported``
answers, so that no view can forget a place. Every span stays true: ``text[start:end] == quote``
holds in the masked copies as well.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

import msgspec

from ccnlp.privacy.masking import Style, hide_turn, mask_span
from ccnlp.privacy.rescan import export
from ccnlp.privacy.thread import Thread
from ccnlp.types import (
    Absence,
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
    return _mask_numbers(hide_turn(text, turn, pii))


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
    if reveal:
        return _copies(transcript, made, [turn.text for turn in transcript.turns], str)
    texts = [mask_turn(turn.text, index, made.pii) for index, turn in enumerate(transcript.turns)]
    known = _known(made.pii, "display")
    return _copies(transcript, made, texts, lambda text: _mask_known(text, known))


def exported(
    transcript: Transcript, made: Assessment, thread: Thread
) -> tuple[Transcript, Assessment]:
    """What may leave the deployment: as ``shown``, with nothing kept but family names.

    Every value is hidden wherever it stands, and a rescan by ``thread`` has found nothing left.

    Raises
    ------
    LeakError: the rescan still finds something.
    """
    turns = [(turn.speaker, turn.text) for turn in transcript.turns]
    texts, hidden = export(thread, turns, made.pii)
    known = _known(hidden, "export")
    return _copies(
        transcript, made, list(map(_mask_numbers, texts)), lambda text: _mask_known(text, known)
    )


def _copies(
    transcript: Transcript, made: Assessment, texts: Sequence[str], hide: Callable[[str], str]
) -> tuple[Transcript, Assessment]:
    """Copies with ``texts`` for turns and everything else through ``hide``; no control signs."""

    def clean(text: str) -> str:
        return hide(text).translate(_CONTROLS)

    turns = tuple(
        msgspec.structs.replace(turn, text=text.translate(_CONTROLS))
        for turn, text in zip(transcript.turns, texts, strict=True)
    )
    customer = transcript.customer_id
    said = msgspec.structs.replace(
        transcript, turns=turns, customer_id=clean(customer) if customer else customer,
        attributes=_hidden(transcript.attributes, clean),
    )  # fmt: skip
    return said, _recut(made, turns, clean)


def _recut(made: Assessment, turns: Sequence[Turn], hide: Callable[[str], str]) -> Assessment:
    """A copy whose quotes are those of ``turns`` and whose other texts went through ``hide``."""

    def cut(one: _Quoted) -> _Quoted:
        return msgspec.structs.replace(one, quote=turns[one.turn].text[one.start : one.end])

    def findings(these: Sequence[Finding]) -> tuple[Finding, ...]:
        return tuple(
            msgspec.structs.replace(cut(f), explanation=hide(f.explanation)) for f in these
        )

    score, complaint = made.scorecard, made.complaint

    def proof(absence: Absence | None) -> Absence | None:
        if absence is None or absence.nearest is None:
            return absence
        return msgspec.structs.replace(absence, nearest=cut(absence.nearest))

    items = tuple(
        msgspec.structs.replace(
            item, evidence=tuple(map(cut, item.evidence)), explanation=hide(item.explanation),
            absence=proof(item.absence),
        )
        for item in score.items
    )  # fmt: skip
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


def _known(pii: Iterable[PiiSpan], style: Style) -> tuple[tuple[str, str], ...]:
    """What was found and how it is shown, the longest first: a part never hides the whole."""
    found = {span.quote: mask_span(span.quote, span.type, style) for span in pii}
    pairs = [(quote, mask) for quote, mask in found.items() if len(quote) > 1]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))


def _mask_known(text: str, known: Iterable[tuple[str, str]]) -> str:
    for quote, mask in known:
        text = text.replace(quote, mask)
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
