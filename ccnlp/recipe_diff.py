"""What a changed recipe would change: two assessments of each conversation, compared.

Nothing of what was said goes into the answer: conversations are named by their ids alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, Protocol

import msgspec

from ccnlp.taxonomy import RISK_LEVELS
from ccnlp.types import Assessment, Transcript

#: Conversations that are scored at once, and examples named with each change.
CHUNK: Final = 64
EXAMPLES: Final = 5
#: Stands for an agent or team that is not known.
UNKNOWN: Final = ""


class Judge(Protocol):
    """What is needed of an engine."""

    def score_many(self, transcripts: Sequence[Transcript]) -> list[Assessment]:
        """Assess several conversations, in order."""
        ...


class Change(msgspec.Struct, frozen=True):
    """A verdict that went from ``old`` to ``new`` in so many conversations."""

    #: ``category``, ``item``, ``risk``, ``handoff``, ``handoff_turn``, ``complaint``, ``fatal``.
    part: str
    #: Category or item; empty for the others.
    name: str
    old: str
    new: str
    conversations: int
    examples: tuple[str, ...]


class GroupChange(msgspec.Struct, frozen=True):
    """What an agent or a team would see."""

    name: str
    conversations: int
    changed: int
    #: Mean service score before and after, of the conversations that have both; ``None`` for none.
    score_old: float | None
    score_new: float | None
    #: Risk went up, and down.
    risk_up: int
    risk_down: int


class RecipeDiff(msgspec.Struct, frozen=True):
    """Two recipes over the same conversations."""

    old: str
    new: str
    conversations: int
    changed: int
    #: Score changed, though perhaps nothing else.
    scores_changed: int
    #: The most frequent first.
    changes: tuple[Change, ...]
    agents: tuple[GroupChange, ...]
    teams: tuple[GroupChange, ...]

    @property
    def share(self) -> float:
        """Conversations that change / all, in [0, 1]."""
        return self.changed / self.conversations if self.conversations else 0.0


def compare_recipes(
    old: Judge, new: Judge, names: tuple[str, str], transcripts: Iterable[Transcript]
) -> RecipeDiff:
    """Score all conversations twice; memory does not grow with their number but by groups.

    ``names`` tell the recipes apart in the answer.
    """
    tally = _Tally()
    stream = iter(transcripts)
    while chunk := list(islice(stream, CHUNK)):
        both = zip(chunk, old.score_many(chunk), new.score_many(chunk), strict=True)
        for transcript, before, after in both:
            tally.add(transcript, before, after)
    return tally.answer(*names)


def verdicts(made: Assessment) -> dict[tuple[str, str], str]:
    """The verdicts of an assessment by (part, name), as words that can be compared."""
    found = {("category", f.category): "found" for f in made.findings}
    handoff = made.handoff
    return {
        **found,
        **{("item", i.item): i.result for i in made.scorecard.items},
        ("risk", ""): made.risk.level,
        ("handoff", ""): f"{handoff.target}" if handoff.recommended else "no",
        ("complaint", ""): "yes" if made.complaint.is_complaint else "no",
        ("fatal", ""): "yes" if made.scorecard.fatal else "no",
    }


def differences(before: Assessment, after: Assessment) -> Iterator[tuple[str, str, str, str]]:
    """(part, name, old, new) of every verdict that differs."""
    old, new = verdicts(before), verdicts(after)
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key, "none"), new.get(key, "none")
        if was != now:
            yield (*key, was, now)
    if before.handoff.recommended and after.handoff.recommended:
        was_at, now_at = before.handoff.turn or 0, after.handoff.turn or 0
        if was_at != now_at:
            yield "handoff_turn", "", "turn", "earlier" if now_at < was_at else "later"


class _Group:
    def __init__(self) -> None:
        self.conversations = self.changed = self.scored = self.up = self.down = 0
        self.old = self.new = 0.0

    def add(self, before: Assessment, after: Assessment, changed: bool) -> None:
        self.conversations += 1
        self.changed += changed
        was, now = before.scorecard.total, after.scorecard.total
        if was is not None and now is not None:
            self.scored += 1
            self.old += was
            self.new += now
        rise = RISK_LEVELS.index(after.risk.level) - RISK_LEVELS.index(before.risk.level)
        self.up += rise > 0
        self.down += rise < 0

    def change(self, name: str) -> GroupChange:
        return GroupChange(
            name=name, conversations=self.conversations, changed=self.changed,
            score_old=round(self.old / self.scored, 2) if self.scored else None,
            score_new=round(self.new / self.scored, 2) if self.scored else None,
            risk_up=self.up, risk_down=self.down,
        )  # fmt: skip


class _Tally:
    def __init__(self) -> None:
        self._total = self._changed = self._scores = 0
        self._counts: Counter[tuple[str, str, str, str]] = Counter()
        self._examples: dict[tuple[str, str, str, str], list[str]] = {}
        self._agents: dict[str, _Group] = {}
        self._teams: dict[str, _Group] = {}

    def add(self, transcript: Transcript, before: Assessment, after: Assessment) -> None:
        found = list(differences(before, after))
        scores = (before.scorecard.minimum, before.scorecard.maximum) != (
            after.scorecard.minimum, after.scorecard.maximum,
        )  # fmt: skip
        changed = bool(found) or scores
        self._total += 1
        self._changed += changed
        self._scores += scores
        for one in found:
            self._counts[one] += 1
            examples = self._examples.setdefault(one, [])
            if len(examples) < EXAMPLES:
                examples.append(transcript.conversation_id)
        agent, team = transcript.agent_id or UNKNOWN, transcript.team or UNKNOWN
        self._agents.setdefault(agent, _Group()).add(before, after, changed)
        self._teams.setdefault(team, _Group()).add(before, after, changed)

    def answer(self, old: str, new: str) -> RecipeDiff:
        order = sorted(self._counts, key=lambda key: (-self._counts[key], key))
        return RecipeDiff(
            old=old, new=new, conversations=self._total, changed=self._changed,
            scores_changed=self._scores,
            changes=tuple(
                Change(*key, self._counts[key], tuple(self._examples[key])) for key in order
            ),
            agents=_groups(self._agents), teams=_groups(self._teams),
        )  # fmt: skip


def _groups(groups: dict[str, _Group]) -> tuple[GroupChange, ...]:
    """Those in which something changes, the most changed first."""
    made = [group.change(name) for name, group in groups.items() if group.changed]
    return tuple(sorted(made, key=lambda g: (-g.changed, g.name)))
