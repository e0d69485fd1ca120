"""Rules over a conversation: positions, anchors, repetitions, and what waits for later turns.

A pure fold: ``step`` takes an immutable state and one turn with what was found in it, and
answers the next state and what is settled now; ``finish`` settles the rest. A state is small: it
holds one number an anchor, one a repeating rule, and the hits that still wait.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ccnlp.rules.model import Anchor, Hit, Rule, TurnHits, Window
from ccnlp.types import Act, Finding, Turn

Observed = Finding | Act


class Pending(msgspec.Struct, frozen=True):
    """A hit that waits for later turns."""

    rule: int
    turn: int
    observation: Observed
    #: Turns of the rule's speakers up to and with this one.
    own_turns: int
    #: Whether ``followed_by`` has come.
    followed: bool


class State(msgspec.Struct, frozen=True):
    """What the turns so far leave behind."""

    turns: int = 0
    #: Speaker -> turns so far.
    spoken: Mapping[str, int] = {}
    #: Anchor -> the last turn it stood in.
    seen: Mapping[int, int] = {}
    #: (rule, speaker) -> turns in which the rule hit.
    counted: Mapping[tuple[int, str], int] = {}
    pending: tuple[Pending, ...] = ()


#: What a rule answers, before overlapping answers are joined.
Answer = tuple[Rule, Observed]


class Fold:
    """The fold of one rule set."""

    def __init__(self, rules: Sequence[Rule], anchors: Sequence[Anchor]) -> None:
        self._rules = rules
        self._by_category: dict[str, list[Anchor]] = {}
        self._by_act: dict[str, list[Anchor]] = {}
        for anchor in anchors:
            if anchor.category is not None:
                self._by_category.setdefault(anchor.category, []).append(anchor)
            elif anchor.act is not None:
                self._by_act.setdefault(anchor.act, []).append(anchor)

    def start(self) -> State:
        """Before the first turn."""
        return State()

    def step(
        self, state: State, index: int, turn: Turn, found: TurnHits | None
    ) -> tuple[State, list[Answer]]:
        """Take one turn; the answers may belong to earlier turns."""
        spoken = {**state.spoken, turn.speaker: state.spoken.get(turn.speaker, 0) + 1}
        if found is None and not state.pending:
            return State(index + 1, spoken, state.seen, state.counted), []
        counted = state.counted
        answers: list[Answer] = []
        pending: list[Pending] = []
        repeating: set[int] = set()
        for hit in found.hits if found else ():
            rule = self._rules[hit.rule]
            own = sum(spoken.get(speaker, 0) for speaker in rule.speakers)
            if rule.window is not None and not _inside(rule.window, index, own):
                continue
            reason = hit.suppressed or _unanchored(rule, state.seen, index)
            if rule.repeated > 1 and reason is None:
                key = (rule.number, turn.speaker)
                if rule.number not in repeating:
                    repeating.add(rule.number)
                    counted = {**counted, key: counted.get(key, 0) + 1}
                if counted[key] < rule.repeated:
                    continue
            observation = _observe(rule, hit, index, turn, reason)
            if observation is None:
                continue
            if reason is None and rule.waits:
                pending.append(Pending(rule.number, index, observation, own, False))
            else:
                answers.append((rule, observation))
        stood = self._anchors_of(found, answers, turn.speaker)
        if state.pending:
            settled, waiting = self._settle(state.pending, index, stood, spoken)
            answers.extend(settled)
            pending = waiting + pending
        seen = {**state.seen, **dict.fromkeys(stood, index)} if stood else state.seen
        return State(index + 1, spoken, seen, counted, tuple(pending)), answers

    def finish(self, state: State) -> list[Answer]:
        """What the end of the conversation settles."""
        answers: list[Answer] = []
        for one in state.pending:
            rule = self._rules[one.rule]
            reason = None
            if rule.followed_by is not None and not one.followed:
                reason = "what has to follow does not"
            elif rule.window is not None and not _last(rule, one, state.turns, state.spoken):
                reason = "not in the last turns"
            _answer(answers, rule, one.observation, reason)
        return answers

    def _anchors_of(
        self, found: TurnHits | None, answers: Iterable[Answer], speaker: str
    ) -> set[int]:
        """The anchors that stand in the turn at hand."""
        stood = set(found.anchors) if found else set()
        for rule, observation in answers:
            if isinstance(observation, Finding) and observation.suppressed is not None:
                continue
            anchors = (self._by_act if rule.is_act else self._by_category).get(rule.name, ())
            stood.update(anchor.number for anchor in anchors if speaker in anchor.speakers)
        return stood

    def _settle(
        self,
        pending: Iterable[Pending],
        index: int,
        stood: set[int],
        spoken: Mapping[str, int],
    ) -> tuple[list[Answer], list[Pending]]:
        """Of the waiting hits those that the turn at hand settles, and those that wait on."""
        answers: list[Answer] = []
        waiting: list[Pending] = []
        for one in pending:
            rule = self._rules[one.rule]
            distance = index - one.turn
            after, never = rule.followed_by, rule.not_followed_by
            if never is not None and distance <= never.within and never.number in stood:
                _answer(answers, rule, one.observation, "followed by what must not follow")
                continue
            followed = one.followed
            if after is not None and not followed:
                if distance <= after.within and after.number in stood:
                    followed = True
                elif distance >= after.within:
                    _answer(answers, rule, one.observation, "what has to follow does not")
                    continue
            if rule.window is not None and not _last(rule, one, index + 1, spoken):
                _answer(answers, rule, one.observation, "not in the last turns")
                continue
            open_ = (
                (after is not None and not followed)
                or (never is not None and distance < never.within)
                or (rule.window is not None and rule.window.last is not None)
            )
            if open_:
                waiting.append(msgspec.structs.replace(one, followed=followed))
            else:
                _answer(answers, rule, one.observation, None)
        return answers, waiting


def _inside(window: Window, index: int, own: int) -> bool:
    """Whether a turn lies in a window, as far as earlier turns tell."""
    place = own - 1 if window.own else index
    return (
        (window.first is None or place < window.first)
        and (window.start is None or place >= window.start)
        and (window.end is None or place <= window.end)
    )


def _last(rule: Rule, one: Pending, turns: int, spoken: Mapping[str, int]) -> bool:
    """Whether a hit is in the last turns of ``turns`` turns."""
    window = rule.window
    if window is None or window.last is None:
        return True
    if window.own:
        return sum(spoken.get(s, 0) for s in rule.speakers) - one.own_turns < window.last
    return turns - one.turn <= window.last


def _unanchored(rule: Rule, seen: Mapping[int, int], index: int) -> str | None:
    """Why earlier turns forbid a hit, or ``None``."""
    if rule.after is not None:
        at = seen.get(rule.after.number)
        if at is None or index - at > rule.after.within:
            return "what has to come before does not"
    if rule.not_after is not None:
        at = seen.get(rule.not_after.number)
        if at is not None and index - at <= rule.not_after.within:
            return "after what must not come before"
    return None


def _observe(rule: Rule, hit: Hit, index: int, turn: Turn, reason: str | None) -> Observed | None:
    """The finding or act of a hit; an act that does not count is nothing."""
    quote = turn.text[hit.start : hit.end]
    if rule.is_act:
        if reason is not None:
            return None
        return Act(
            rule.name, index, hit.start, hit.end, quote, round(hit.confidence, 4), rule.source
        )
    explanation = f"{rule.explanation}（{hit.note}）" if hit.note else rule.explanation
    return Finding(
        rule.name, rule.severity, index, hit.start, hit.end, quote, turn.speaker,
        round(hit.confidence, 4), rule.source, explanation, reason,
    )  # fmt: skip


def _answer(answers: list[Answer], rule: Rule, observation: Observed, reason: str | None) -> None:
    """Add a settled hit, suppressed if there is a reason; acts then vanish."""
    if reason is None:
        answers.append((rule, observation))
    elif isinstance(observation, Finding):
        answers.append((rule, msgspec.structs.replace(observation, suppressed=reason)))


def join(answers: Iterable[Answer]) -> list[Observed]:
    """Of overlapping answers of one name in one turn the most confident, then the shortest.

    A suppressed finding stays only where none that counts overlaps it.
    """
    ordered = [observed for _, observed in answers]
    if len(ordered) < 2:
        return ordered
    kept: list[Observed] = []
    ordered.sort(key=_group)
    for _, group in itertools.groupby(ordered, key=_group):
        best: list[Observed] = []
        for one in sorted(group, key=_rank):
            if all(one.end <= other.start or other.end <= one.start for other in best):
                best.append(one)
        kept.extend(sorted(best, key=lambda o: (o.start, o.end)))
    return kept


def _group(one: Observed) -> tuple[int, bool, str]:
    return one.turn, isinstance(one, Act), one.act if isinstance(one, Act) else one.category


def _rank(one: Observed) -> tuple[bool, float, int, int, str]:
    suppressed = isinstance(one, Finding) and one.suppressed is not None
    return suppressed, -one.confidence, one.end - one.start, one.start, one.source
