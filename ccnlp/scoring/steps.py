"""Items of kind ``wording``: a step of a company's own script, said as the company words it.

A step passes where, from its event on and in time, a turn of the service comes near enough to one
of the wordings, or holds one of the acts; where that turn or the next of the service states what is
needed; and where the steps that go before it were made before.
"""

from collections.abc import Mapping, Sequence

import msgspec

from ccnlp.scoring.episodes import feeling
from ccnlp.scoring.heard import Heard
from ccnlp.scoring.likeness import wording_of
from ccnlp.scoring.scorecard import ItemSpec
from ccnlp.scoring.stated import FactSpec, states
from ccnlp.scoring.verdict import failed, places, span_of, verdict
from ccnlp.types import ItemScore, Span

#: Of a customer's emotion that a condition names.
_PROBABILITY = 0.5


class _Try(msgspec.Struct, frozen=True):
    """A turn in which the step was said; ``unstated`` facts were not."""

    turn: int
    span: Span
    confidence: float
    unstated: tuple[str, ...]


class _Unjudged(Exception):  # noqa: N818 - no fault: it is answered as not_evaluated
    """The step cannot be judged; the message says why."""


def judge_step(
    facts: Mapping[str, FactSpec], spec: ItemSpec, heard: Heard, before: Mapping[str, ItemScore]
) -> ItemScore:
    """Judge one step; ``before`` are the items above it in the card."""
    event = _event(spec, heard)
    if event is None:
        return verdict(spec, "na", 0.8, (), "条件未出现,无需此步骤")
    try:
        tries = _tries(facts, spec, heard)
        in_time = _in_time(spec, heard, event)
    except _Unjudged as cause:
        return verdict(spec, "not_evaluated", 0.0, (), f"未评估:{cause}")
    first, needs = _order(spec, before)
    good = [t for t in tries if t.turn in in_time and t.turn >= first and not t.unstated]
    if good:
        best = max(good, key=lambda t: (t.confidence, -t.turn))
        why = f"第{best.turn}轮:{best.span.quote}"
        return verdict(spec, "pass", best.confidence, (best.span,), why)
    looked = [t for t in in_time if t >= first]
    why, change, span = _shortfall(spec, heard, tries, in_time, event, (first, needs))
    return failed(spec, heard, 0.7, (span,) if span else (), why, looked, change)


def _event(spec: ItemSpec, heard: Heard) -> int | None:
    """The turn after which the step is due, -1 for the start; ``None``: it is not due."""
    when, about = spec.when, heard.transcript
    if when.channels and about.channel not in when.channels:
        return None
    if when.tiers and (about.customer_tier or "default") not in when.tiers:
        return None
    if not (when.emotions or when.categories or when.acts):
        return -1
    turns = [
        *feeling(heard, when.emotions, _PROBABILITY),
        *(f.turn for f in heard.findings(*when.categories)),
        *(a.turn for a in heard.acts(*when.acts)),
    ]
    return min(turns, default=None)


def _tries(facts: Mapping[str, FactSpec], spec: ItemSpec, heard: Heard) -> list[_Try]:
    """The service's turns that say it, whenever."""
    wordings = [wording_of(w) for w in spec.wordings]
    acts = {a.turn: a for a in heard.acts(*spec.acts)}
    tries = []
    for place, turn in enumerate(heard.service):
        near = heard.said.in_turn(wordings, turn, spec.likeness)
        if turn in acts:
            span, confidence = span_of(acts[turn]), acts[turn].confidence
        elif near is not None:
            # of what comes as near as 0.3 some tenth is something else, from 0.45 on nothing was
            span, confidence = heard.span(near), min(0.99, 0.5 + near.likeness)
        else:
            continue
        text = " ".join(heard.said.folded(t) for t in heard.service[place : place + 2])
        tries.append(_Try(turn, span, confidence, _unstated(facts, spec, heard, text)))
    return tries


def _unstated(
    facts: Mapping[str, FactSpec], spec: ItemSpec, heard: Heard, text: str
) -> tuple[str, ...]:
    about = heard.transcript
    known = {"agent_id": about.agent_id, "team": about.team, **about.attributes}
    unstated = []
    for name in spec.needs:
        found = states(facts[name], text, known)
        if found is None:
            raise _Unjudged(f"会话未提供属性 {facts[name].attribute},无法核对 {name}")
        if not found:
            unstated.append(name)
    return tuple(unstated)


def _in_time(spec: ItemSpec, heard: Heard, event: int) -> Sequence[int]:
    """The service's turns in which the step would be in time."""
    later = [t for t in heard.service if t > event]
    if spec.where.first is not None:
        later = later[: spec.where.first]
    elif spec.where.last is not None:
        later = later[-spec.where.last :]
    if spec.deadline is None:
        return later
    if spec.deadline.turns is not None:
        later = later[: spec.deadline.turns]
    if spec.deadline.seconds is None:
        return later
    waits = [(t, seconds_after(heard, event, t)) for t in later]
    if any(wait is None for _, wait in waits):
        raise _Unjudged("会话缺少时间戳,无法核对时限")
    return [t for t, wait in waits if wait is not None and wait <= spec.deadline.seconds]


def seconds_after(heard: Heard, event: int, turn: int) -> float | None:
    """Seconds from the end of a turn (-1: the start) to another's start; ``None``: not known."""
    turns = heard.transcript.turns
    since: float | None = 0.0
    if event >= 0:
        since = turns[event].end_seconds
        since = turns[event].start_seconds if since is None else since
    start = turns[turn].start_seconds
    return None if since is None or start is None else max(0.0, start - since)


def _order(spec: ItemSpec, before: Mapping[str, ItemScore]) -> tuple[int, str]:
    """The turn from which on the step is in order, and the step that has to go before it."""
    made = [
        (min(s.turn for s in before[name].evidence), name)
        for name in spec.after
        if before[name].result == "pass" and before[name].evidence
    ]
    return max(made, default=(-1, ""))


def _shortfall(
    spec: ItemSpec, heard: Heard, tries: Sequence[_Try], in_time: Sequence[int], event: int,
    order: tuple[int, str],
) -> tuple[str, str, Span | None]:  # fmt: skip
    """Why it failed, the smallest change that would have passed, and the nearest evidence."""
    first, needs = order
    whole = [t for t in tries if not t.unstated]
    late = next((t for t in whole if t.turn > event and t.turn not in in_time), None)
    early = next((t for t in whole if t.turn in in_time and t.turn < first), None)
    partial = next((t for t in tries if t.turn in in_time and t.unstated), None)
    if early is not None:
        why = f"第{early.turn}轮说了,但先于{needs}(第{first}轮)"
        return why, f"移到第{first}轮之后即合格", early.span
    if partial is not None:
        facts = "、".join(partial.unstated)
        return f"第{partial.turn}轮说了,但未说明{facts}", f"补充{facts}即合格", partial.span
    if late is not None:
        return f"第{late.turn}轮才说", _late(spec, heard, event, late.turn), late.span
    advice = f";可以说:{spec.recommended[0]}" if spec.recommended else ""
    looked = [t for t in in_time if t >= first]
    why = f"在坐席第{places(looked)}轮中未找到{advice}"
    change = f"在坐席第{places(looked)}轮中任一轮说出即合格" if looked else "时限内坐席没有发言"
    return why, change, None


def _late(spec: ItemSpec, heard: Heard, event: int, turn: int) -> str:
    """How late it came, and what would have been in time."""
    after = [t for t in heard.service if event < t <= turn]
    since = "开始" if event < 0 else f"第{event}轮"
    said, limits = [f"{len(after)}次坐席发言"], []
    if spec.deadline is not None and spec.deadline.turns is not None:
        limits.append(f"{spec.deadline.turns}次发言")
    if spec.deadline is not None and spec.deadline.seconds is not None:
        wait = seconds_after(heard, event, turn)
        said.append(f"{wait:g}秒")
        limits.append(f"{spec.deadline.seconds:g}秒")
    if spec.where.first is not None:
        limits.append(f"前{spec.where.first}次发言")
    elif spec.where.last is not None:
        limits.append(f"最后{spec.where.last}次发言")
    return f"{since}之后第{'、'.join(said)}才说;{'、'.join(limits)}内即合格"
