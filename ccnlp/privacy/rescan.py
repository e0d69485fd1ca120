"""Proof that a masked text holds no personal information.

Two independent looks: all recognisers run over the masked turns, questions included; and every
value that was hidden is sought in every reading of what is left. :func:`export` masks until both
find nothing.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ccnlp.errors import CcnlpError
from ccnlp.privacy.masking import Style, mask_turns
from ccnlp.privacy.pseudonyms import canonical
from ccnlp.privacy.thread import Thread
from ccnlp.text.normalise import normalise
from ccnlp.text.numerals import digit_runs, fold
from ccnlp.types import PiiSpan

_ROUNDS: Final = 4
#: Values with fewer digits are found in other numbers by chance.
_LEAST_DIGITS: Final = 7
_DIGITS: Final = frozenset({"mobile", "landline", "bank_card", "id_card", "order_id", "passport"})


class LeakError(CcnlpError):
    """A text that should hold no personal information still holds some."""

    exit_code = 1


class Leak(NamedTuple):
    """Something left in a masked text; where it stands, not what it is."""

    turn: int
    start: int
    end: int
    type: str
    #: ``recognised`` or ``known value``.
    why: str


def rescan(
    thread: Thread, turns: Sequence[tuple[str, str]], known: Iterable[PiiSpan] = ()
) -> list[Leak]:
    """What is left in masked ``turns`` (speaker, text); empty if nothing is.

    ``known``: what was found before masking; each value is sought again in every reading.
    """
    leaks = [
        Leak(span.turn, span.start, span.end, span.type, "recognised")
        for span in thread.conversation(turns)
    ]
    values = {(span.type, canonical(span.type, span.quote)) for span in known}
    for turn, (_, text) in enumerate(turns):
        leaks += _known_values(turn, text, values)
    return sorted(set(leaks))


def export(
    thread: Thread,
    turns: Sequence[tuple[str, str]],
    found: Iterable[PiiSpan] = (),
    *,
    style: Style = "export",
) -> tuple[list[str], list[PiiSpan]]:
    """Masked texts that a rescan finds nothing in, and all that was hidden.

    ``found``: what is known already, to be hidden too.

    Raises
    ------
    LeakError: something is still found after a few rounds (nothing is answered then).
    """
    speakers = [speaker for speaker, _ in turns]
    texts = [text for _, text in turns]
    spans = list(dict.fromkeys([*found, *thread.conversation(turns)]))
    masked = mask_turns(texts, spans, style)
    for _ in range(_ROUNDS):
        leaks = rescan(thread, list(zip(speakers, masked, strict=True)), spans)
        if not leaks:
            return masked, spans
        more = [
            PiiSpan(k.type, k.turn, k.start, k.end, texts[k.turn][k.start : k.end], 0.5, k.why)
            for k in leaks
        ]
        for leak in leaks:
            text = masked[leak.turn]
            hidden = "*" * (leak.end - leak.start)
            masked[leak.turn] = text[: leak.start] + hidden + text[leak.end :]
        spans = spans + more
    raise LeakError(
        "personal information is left after masking",
        where=", ".join(f"turn {k.turn} ({k.type})" for k in leaks),
        mend="do not pass this conversation on; report the kind of text it is",
    )


def _known_values(turn: int, text: str, values: set[tuple[str, str]]) -> list[Leak]:
    """Where a hidden value is still to be read, in any form."""
    found = []
    plain = normalise(text).text
    runs = list(digit_runs(plain, least=_LEAST_DIGITS)) if values else []
    letters = fold(plain)
    for kind, value in values:
        if kind in _DIGITS and value.isdigit() and len(value) >= _LEAST_DIGITS:
            for run in runs:
                at = run.digits.find(value)
                if at >= 0:
                    start, end = run.span(at, at + len(value))
                    found.append(Leak(turn, start, end, kind, "known value"))
        elif len(value) >= 3:
            at = letters.find(value)
            if at >= 0:
                found.append(Leak(turn, at, at + len(value), kind, "known value"))
    return found
