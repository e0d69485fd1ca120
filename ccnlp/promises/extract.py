"""The promises of one conversation: deadlines in turns that promise something."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from ccnlp.promises.deadline import By, Deadline, Within, deadlines
from ccnlp.promises.rules import PromiseRules
from ccnlp.text.normalise import normalise_many
from ccnlp.types import Act, Assessment, Finding, Transcript, Turn

#: Characters between a deadline and the words that promise, at most.
_NEAR: Final = 10
#: Characters before and after a deadline in which what is promised stands.
_BEFORE, _AFTER = 12, 24
#: What was promised where no kind's words stand near.
OTHER: Final = "other"
_SERVICE: Final = ("agent", "bot")
#: Characters between two wordings of one day.
_TWICE: Final = 2
#: A blank is a pause in recognised speech.
_CLAUSE_MARKS: Final = ",，。;；!！?？\n "
#: The rest of a sentence that asks whether something was understood.
_REPEATED: Final = re.compile(r"[^。；;！!\n]{0,40}(?:对吗|是吗|是吧|对吧|对不对)")


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
    """Deadlines near the words of a promise (``rules.acts``, ``rules.categories``), in order.

    Left out are deadlines of the customer (``rules.not_ours``), those that a question repeats
    (对吗), and, where a model alone took the turn for a promise, those with no word of what is
    promised; and days that are only mentioned.
    """
    signs: dict[int, list[Act | Finding]] = {}
    for act in made.acts:
        if act.act in rules.acts:
            signs.setdefault(act.turn, []).append(act)
    for finding in made.findings:
        if finding.category in rules.categories:
            signs.setdefault(finding.turn, []).append(finding)
    return [
        promise
        for index in sorted(signs)
        if transcript.turns[index].speaker in _SERVICE
        for promise in _of_turn(rules, index, transcript.turns[index], signs[index])
    ]


def _of_turn(
    rules: PromiseRules, index: int, turn: Turn, signs: list[Act | Finding]
) -> Iterator[Promise]:
    read = deadlines(turn.text)
    if not read:
        return
    (normal,) = normalise_many([turn.text])
    for one in _last_of_each(read):
        near = [s for s in signs if _gap(one, s) <= _NEAR]
        kind = _kind(rules.kinds, normal.text, one)
        by_rule = any(not s.source.startswith("model.") for s in near)
        if not near or not (by_rule or kind != OTHER):
            continue
        if _is_not_ours(rules.not_ours, normal.text, one):
            continue
        if _is_bare_day(rules.kinds, normal.text, one):
            continue
        sign = max(near, key=lambda s: s.confidence)
        yield Promise(
            turn=index, start=one.start, end=one.end, kind=kind, deadline=one.said,
            source=sign.act if isinstance(sign, Act) else sign.category,
            confidence=sign.confidence, after_seconds=turn.start_seconds,
        )  # fmt: skip


def _last_of_each(read: list[Deadline]) -> list[Deadline]:
    """Of days said twice (明天 3月15日 上午) the last alone: it is the most exact."""
    follows = [*read[1:], None]
    return [
        one
        for one, after in zip(read, follows, strict=True)
        if after is None
        or after.start - one.end > _TWICE
        or not isinstance(one.said, By)
        or not isinstance(after.said, By)
    ]


def _is_not_ours(words: Iterable[str], text: str, one: Deadline) -> bool:
    clause = max(text.rfind(mark, 0, one.start) for mark in _CLAUSE_MARKS) + 1
    ends = (text.find(mark, one.end) for mark in _CLAUSE_MARKS)
    end = min((at for at in ends if at >= 0), default=len(text))
    before, behind = max(clause, one.start - _BEFORE), min(end, one.end + _AFTER)
    if any(word in text[before:behind] for word in words):
        return True
    return _REPEATED.match(text, one.end) is not None


def _is_bare_day(kinds: dict[str, tuple[str, ...]], text: str, one: Deadline) -> bool:
    """Whether a day is only mentioned: no time, no 前 or 内, nothing promised behind it."""
    if not isinstance(one.said, By) or one.said.minute is not None or one.said.closing:
        return False
    if text[one.start : one.end].endswith(("前", "内", "底", "末")):
        return False
    if text[: one.start].endswith(("最晚", "最迟", "最快", "预计")):
        return False
    window = text[one.end : one.end + _NEAR]
    return not any(word in window for words in kinds.values() for word in words)


def _gap(one: Deadline, other: Act | Finding) -> int:
    """Characters between two spans; 0 where they touch or overlap."""
    return max(0, other.start - one.end, one.start - other.end)


def _kind(kinds: dict[str, tuple[str, ...]], text: str, one: Deadline) -> str:
    """The kind whose word stands nearest, those behind the deadline before those in front."""
    behind, front = text[one.end : one.end + _AFTER], text[max(0, one.start - _BEFORE) : one.start]
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
