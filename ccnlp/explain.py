"""One conversation explained for a person at a terminal: its words, evidence, items and score.

What is shown is decided by the values that go in: hand over what ``ccnlp.masked.shown``
answers and nothing personal can appear.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ccnlp.alerts import Alerts, queue_reasons
from ccnlp.scoring.satisfaction import survey_grade
from ccnlp.taxonomy import CATEGORIES, EMOTIONS, ITEMS
from ccnlp.types import (
    Absence,
    Assessment,
    CriticalError,
    Finding,
    ItemScore,
    Satisfaction,
    Trajectory,
    Transcript,
)  # fmt: skip

_SEVERITY: Final = {
    "info": "dim", "low": "cyan", "medium": "yellow", "high": "red", "critical": "bold red",
}  # fmt: skip
_LEVEL: Final = {**_SEVERITY, "none": "green", "low": "cyan"}
_RESULT: Final = {"pass": "green", "fail": "red", "na": "dim", "not_evaluated": "magenta"}
_EMOTION: Final = {
    "happy": "green", "angry": "red", "sad": "blue", "fear": "magenta", "surprise": "yellow",
}  # fmt: skip
_SPEAKER: Final = {"customer": "客户", "agent": "坐席", "bot": "机器人", "system": "系统"}


def explain(
    transcript: Transcript, made: Assessment, alerts: Alerts, after: Sequence[RenderableType] = ()
) -> RenderableType:
    """Everything about one conversation, top to bottom; ``alerts`` say why it was flagged.

    ``after`` stands at the end.
    """
    return Group(
        _head(transcript, made, alerts),
        Rule("conversation", align="left"),
        _conversation(transcript, made),
        *section("findings that do not count", _suppressed(made)),
        Rule("scorecard " + made.provenance.scorecard, align="left"),
        _items(made.scorecard.items),
        Text(),
        *(Text("  " + step) for step in made.scorecard.arithmetic),
        *section("risk, complaint, handoff", _derived(made)),
        *section("not evaluated", _missing(made)),
        *after,
    )


def mark(text: str, findings: Sequence[Finding]) -> Text:
    """A turn's text with its findings in colour; offsets are those of ``text``."""
    marked = Text(text)
    for finding in findings:
        marked.stylize(f"{_SEVERITY[finding.severity]} underline", finding.start, finding.end)
    return marked


def _head(transcript: Transcript, made: Assessment, alerts: Alerts) -> Table:
    table = _grid()
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    about = [transcript.conversation_id, transcript.channel]
    about += [f"{len(transcript.turns)} turns"]
    about += [
        f"{name} {value}"
        for name, value in (
            ("agent", transcript.agent_id),
            ("team", transcript.team),
            ("tier", transcript.customer_tier),
            ("at", transcript.started_at),
        )
        if value
    ]
    table.add_row("conversation", Text(" · ".join(about), style="bold"))
    risk = Text(f"{made.risk.level} {made.risk.score:.2f}", style=_LEVEL[made.risk.level])
    if made.risk.explanation:
        risk.append(f"  cell: {made.risk.explanation}", style="default")
    table.add_row("risk", risk)
    score = made.scorecard
    total = (
        f"{score.total:g}" if score.total is not None else f"{score.minimum:g}–{score.maximum:g}"
    )
    table.add_row("score", Text(total + (" 一票否决" if score.fatal else "")))
    if score.critical:
        table.add_row("critical errors", Text(_critical(score.critical)))
    complaint = "no"
    if made.complaint.is_complaint:
        complaint = f"yes ({made.complaint.confidence:.2f}) {made.complaint.topic or ''}"
    table.add_row("complaint", Text(complaint))
    table.add_row("handoff", Text(_handoff(made)))
    estimated = _satisfaction(made.satisfaction)
    if estimated:
        table.add_row("satisfaction", Text(estimated))
    answered = survey_grade(transcript.attributes)
    if answered is not None:
        given = transcript.attributes["survey_score"]
        table.add_row("survey", Text(f"{given}: {answered:+.2f} on the scale from -2 to 2"))
    for name, side in (
        ("customer's mood", made.trajectory.customer), ("agent's mood", made.trajectory.agent),
    ):  # fmt: skip
        if side is not None:
            table.add_row(name, Text(_mood(side)))
    table.add_row("timing", Text(_timing(made)))
    frequency = made.frequency
    share = f"{frequency.agent_risk_share:.1%} of {frequency.agent_words} agent words"
    over = " — over the threshold" if frequency.agent_risk_share > alerts.risk_word_share else ""
    table.add_row("risk words", Text(share + over))
    if made.pii:
        kinds = dict.fromkeys(p.type for p in made.pii)
        counts = ", ".join(f"{k} {sum(p.type == k for p in made.pii)}" for k in kinds)
        table.add_row("personal data", Text(counts))
    reasons = queue_reasons(alerts, made)
    table.add_row("flagged for", Text(", ".join(reasons) or "nothing"))
    made_by = made.provenance
    table.add_row("made by", Text(f"ccnlp {made_by.engine}, recipe {made_by.recipe}", style="dim"))
    return table


def _critical(errors: Sequence[CriticalError]) -> str:
    """Each kind with what made it."""
    kinds = dict.fromkeys(e.kind for e in errors)
    return "; ".join(f"{k}: {', '.join(e.source for e in errors if e.kind == k)}" for k in kinds)


def _handoff(made: Assessment) -> str:
    handoff = made.handoff
    if not handoff.recommended:
        return "no"
    reasons = ", ".join(handoff.reasons)
    return f"to a {handoff.target} from turn {handoff.turn}: {reasons}. {handoff.explanation}"


def _satisfaction(made: Satisfaction) -> str:
    named = (
        ("satisfaction", made.satisfaction), ("task", made.task_accomplishment),
        ("effectiveness", made.effectiveness),
    )  # fmt: skip
    told = [
        f"{name} {one.mean:+.2f} ({' '.join(f'{share:.0%}' for share in one.distribution)})"
        for name, one in named
        if one is not None
    ]
    return ", ".join(told) + " · estimated, shares of -2 to 2" if told else ""


def _mood(side: Trajectory) -> str:
    told = f"level {side.level:+.2f}, trend {side.trend:+.2f}"
    if side.peak is not None:
        told += f", lowest {side.peak:+.2f} at turn {side.peak_turn}"
    if side.recovery is not None:
        told += f", {side.recovery:.0%} of it made good"
    return told


def _timing(made: Assessment) -> str:
    timing = made.timing
    known = [
        f"{name} {value:g} s"
        for name, value in (
            ("wait", timing.wait_seconds),
            ("first response", timing.first_response_seconds),
            ("mean response", timing.mean_response_seconds),
            ("longest gap", timing.longest_gap_seconds),
            ("overlap", timing.overlap_seconds),
        )
        if value is not None
    ]
    if timing.talk_ratio is not None:
        known.append(f"agent's share of the talk {timing.talk_ratio:.0%}")
    return ", ".join(known) or "no time stamps"


def _conversation(transcript: Transcript, made: Assessment) -> Table:
    table = _grid()
    table.add_column(justify="right", style="dim")
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(no_wrap=True)
    by_turn: dict[int, list[Finding]] = {}
    for finding in made.findings:
        by_turn.setdefault(finding.turn, []).append(finding)
    acts: dict[int, dict[str, None]] = {}
    for act in made.acts:
        acts.setdefault(act.turn, {})[act.act] = None
    emotions = {e.turn: e for e in made.emotions}
    for index, turn in enumerate(transcript.turns):
        here = by_turn.get(index, [])
        emotion = emotions.get(index)
        felt = Text()
        if emotion is not None:
            name = EMOTIONS.get(emotion.label, emotion.label)
            doubt = "?" if emotion.unsure else ""
            style = "dim" if emotion.unsure else _EMOTION.get(emotion.label, "dim")
            felt = Text(f"{name}{doubt} {emotion.probability:.2f}", style=style)
        said = mark(turn.text, here)
        for finding in here:
            said.append("\n")
            said.append_text(_finding_line(finding))
        if index in acts:
            said.append(f"\n  ✓ {', '.join(acts[index])}", style="green dim")
        handoff = made.handoff
        if handoff.recommended and handoff.turn == index:
            said.append(f"\n  ⇒ handoff to a {handoff.target}", style="bold magenta")
        table.add_row(
            Text(str(index)), _clock(turn.start_seconds), _SPEAKER[turn.speaker], said, felt
        )
    return table


def _finding_line(finding: Finding) -> Text:
    known = CATEGORIES.get(finding.category)
    chinese = f" {known.chinese}" if known else ""
    line = Text(f"  ▲ {finding.category}{chinese}", style=_SEVERITY[finding.severity])
    line.append(f" {finding.severity} {finding.confidence:.2f} 「{finding.quote}」")
    line.append(f" {finding.explanation} ({finding.source})", style="dim")
    return line


def _suppressed(made: Assessment) -> Iterator[Text]:
    for finding in made.suppressed:
        line = Text(f"  turn {finding.turn} {finding.category} 「{finding.quote}」 ")
        line.append(f"{finding.suppressed}", style="yellow")
        line.append(f" ({finding.source}, {finding.confidence:.2f})", style="dim")
        yield line


def _missing(made: Assessment) -> Iterator[Text]:
    for analyser, why in made.not_evaluated.items():
        yield Text(f"  {analyser}: {why}", style="magenta")


def _derived(made: Assessment) -> Iterator[Text]:
    for step in made.risk.arithmetic:
        yield Text(f"  risk: {step}")
    if made.complaint.explanation:
        yield Text(f"  complaint: {made.complaint.explanation}")
    for alarm in made.handoff.alarms:
        until = "" if alarm.cleared is None else f", cleared at turn {alarm.cleared}"
        for trigger in alarm.triggers:
            reached = f"{trigger.measure} {trigger.value:g} ≥ {trigger.threshold:g}"
            yield Text(f"  handoff: turn {alarm.turn}{until}: {trigger.reason}, {reached}")
    early = made.handoff.turns_early
    if early is not None:
        yield Text(f"  handoff: {early} customer turns before the customer's own demand")


def _items(items: Sequence[ItemScore]) -> Table:
    table = _grid()
    for justify in ("left", "left", "right"):
        table.add_column(justify=justify, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for item in items:
        points = f"{item.points:g}/{item.maximum:g}" if item.result != "na" else "–"
        why = Text(item.explanation)
        for span in item.evidence:
            if span.quote in item.explanation:
                continue
            why.append(f"\n  turn {span.turn}: 「{span.quote}」", style="dim")
        name = f"{item.item} {ITEMS.get(item.item, '')}"
        if item.absence is not None:
            why.append_text(_proof(item.absence))
        table.add_row(Text(name), Text(item.result, style=_RESULT[item.result]), points, why)
    return table


def _proof(absence: Absence) -> Text:
    """Where it was looked for, what came nearest and how near, what would have passed."""
    looked = ", ".join(map(str, absence.looked)) or "none"
    proof = Text(f"\n  looked at turns {looked}", style="dim")
    if absence.nearest is not None:
        near = absence.nearest
        proof.append(f"; nearest ({absence.likeness:.2f}) turn {near.turn}: 「{near.quote}」")
    if absence.change:
        proof.append(f"\n  would pass: {absence.change}", style="cyan")
    for wording in absence.wordings[1:]:
        proof.append(f"\n  or say: {wording}")
    return proof


def section(title: str, lines: Iterator[Text]) -> list[RenderableType]:
    """Lines under a rule; nothing where there are none."""
    shown: list[RenderableType] = list(lines)
    return [Rule(title, align="left"), *shown] if shown else []


def _grid() -> Table:
    return Table.grid(padding=(0, 2), expand=True)


def _clock(seconds: float | None) -> str:
    return "" if seconds is None else f"{int(seconds // 60)}:{int(seconds % 60):02d}"
