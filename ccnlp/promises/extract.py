"""The promises of one conversation: deadlines in turns that promise something."""

from collections.abc import Iterable
from typing import Final

import msgspec

from ccnlp.promises.deadline import By, Within, deadlines
from ccnlp.promises.rules import PromiseRules
from ccnlp.text.normalise import normalise_many
from ccnlp.types import Act, Assessment, Finding, Transcript

#: Characters between a deadline and the words that promise, at most.
_NEAR: Final = 10
#: Characters before and after a deadline in which what is promised stands.
_BEFORE, _AFTER = 12, 24
#: What was promised where no kind's words stand near.
OTHER: Final = "other"
_SERVICE: Final = ("agent", "bot")


class Promise(msgspec.Struct, frozen=True):
    """Something promised by when; ``start``, ``end`` in code points of the turn's text."""

    turn: int
    start: int
    end: int
    #: A kind of the settings, or ``other``.
    kind: str
    deadline: Within | By
    #: Act or category of what promises.
    source: str
    confidence: float
    #: Seconds from the conversation's start to the turn, where they are known.
    after_seconds: float | None = None


def promises(rules: PromiseRules, transcript: Transcript, made: Assessment) -> list[Promise]:
    """Deadlines near the words of a promise (``rules.acts``, ``rules.categories``), in order."""
    signs: dict[int, list[Act | Finding]] = {}
    for act in made.acts:
        if act.act in rules.acts:
            signs.setdefault(act.turn, []).append(act)
    for finding in made.findings:
        if finding.category in rules.categories:
            signs.setdefault(finding.turn, []).append(finding)
    found: list[Promise] = []
    for index in sorted(signs):
        turn = transcript.turns[index]
        if turn.speaker not in _SERVICE:
            continue
        for one in deadlines(turn.text):
            near = [s for s in signs[index] if _gap(one.start, one.end, s.start, s.end) <= _NEAR]
            if not near:
                continue
            sign = max(near, key=lambda s: s.confidence)
            found.append(
                Promise(
                    turn=index, start=one.start, end=one.end,
                    kind=_kind(rules.kinds, turn.text, one.start, one.end), deadline=one.said,
                    source=sign.act if isinstance(sign, Act) else sign.category,
                    confidence=sign.confidence, after_seconds=turn.start_seconds,
                )
            )  # fmt: skip
    return found


def _gap(start: int, end: int, other_start: int, other_end: int) -> int:
    """Characters between two spans; 0 where they touch or overlap."""
    return max(0, other_start - end, start - other_end)


def _kind(kinds: dict[str, tuple[str, ...]], text: str, start: int, end: int) -> str:
    """The kind whose word stands nearest, those behind the deadline before those in front."""
    (normal,) = normalise_many([text])
    behind, front = normal.text[end : end + _AFTER], normal.text[max(0, start - _BEFORE) : start]
    for window, distance in ((behind, _first), (front, _last)):
        near = [(distance(window, words), kind) for kind, words in kinds.items()]
        places = [(place, kind) for place, kind in near if place is not None]
        if places:
            return min(places, key=lambda found: found[0])[1]
    return OTHER


def _first(window: str, words: Iterable[str]) -> int | None:
    return min((at for word in words if (at := window.find(word)) >= 0), default=None)


def _last(window: str, words: Iterable[str]) -> int | None:
    ends = (at + len(word) for word in words if (at := window.rfind(word)) >= 0)
    return min((len(window) - end for end in ends), default=None)
