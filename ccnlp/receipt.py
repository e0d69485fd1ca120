"""The receipt of an assessment: everything that led to its numbers, a step a line.

Made of the assessment alone and of the digests of the recipe's files, so that the same input and
recipe give the same bytes, whenever and wherever it is made. Each number can be worked out again
from the lines above it.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from ccnlp.types import Absence, Alarm, Assessment, Finding, Provenance, Span


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of the derivation."""

    step: Literal[
        "not_evaluated", "finding", "suppressed", "act", "item", "absence", "score", "critical",
        "risk", "complaint", "handoff", "satisfaction",
    ]  # fmt: skip
    #: Category, act, item, or what is worked out.
    name: str
    #: The reason or the arithmetic.
    how: str
    #: Confidence in [0, 1], points, score or level.
    value: float | str | None = None
    #: Rule or model that says so.
    source: str = ""
    evidence: tuple[Span, ...] = ()


class Receipt(msgspec.Struct, frozen=True):
    """What made an assessment, and how."""

    conversation_id: str
    made_by: Provenance
    #: Name and SHA-256 of the recipe's file and of all that it names: rules, word classes,
    #: scorecards, thresholds, model manifests. Empty where they are not known any more.
    files: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


def make_receipt(made: Assessment, files: Sequence[tuple[str, str]] = ()) -> Receipt:
    """The receipt of an assessment; ``files`` are ``Recipe.files`` of the recipe that made it."""
    return Receipt(made.conversation_id, made.provenance, tuple(files), tuple(_lines(made)))


def receipt_bytes(receipt: Receipt) -> bytes:
    """A receipt as JSON, indented, with a line feed at its end."""
    return msgspec.json.format(msgspec.json.encode(receipt), indent=1) + b"\n"


def _lines(made: Assessment) -> Iterator[Line]:
    for analyser, why in made.not_evaluated.items():
        yield Line("not_evaluated", analyser, why)
    for finding in made.findings:
        yield _of("finding", finding, finding.explanation)
    for finding in made.suppressed:
        yield _of("suppressed", finding, f"{finding.explanation} [{finding.suppressed}]")
    for act in made.acts:
        span = Span(act.turn, act.start, act.end, act.quote)
        yield Line("act", act.act, "", act.confidence, act.source, (span,))
    score = made.scorecard
    for item in score.items:
        how = f"{item.result} {item.points:g}/{item.maximum:g}: {item.explanation}"
        yield Line("item", item.item, how, item.points, made.provenance.scorecard, item.evidence)
        if item.absence is not None:
            yield _absence(item.item, item.absence)
    total = score.total if score.total is not None else f"{score.minimum:g}..{score.maximum:g}"
    for how in score.arithmetic:
        yield Line("score", "arithmetic", how)
    yield Line("score", "total", "一票否决" if score.fatal else "", total)
    for error in score.critical:
        where = "" if error.turn is None else f"turn {error.turn}"
        yield Line("critical", error.kind, where, source=error.source)
    for how in made.risk.arithmetic:
        yield Line("risk", "arithmetic", how)
    yield Line("risk", "level", made.risk.explanation, made.risk.level)
    yield Line("risk", "score", "", made.risk.score)
    complaint = made.complaint
    answer = "yes" if complaint.is_complaint else "no"
    yield Line("complaint", answer, complaint.explanation, complaint.confidence)
    if not made.handoff.recommended:
        yield Line("handoff", "no", "")
    for alarm in made.handoff.alarms:
        yield from _alarm(alarm)
    if made.handoff.turns_early is not None:
        yield Line("handoff", "turns_early", "", float(made.handoff.turns_early))
    named = (
        ("task_accomplishment", made.satisfaction.task_accomplishment),
        ("satisfaction", made.satisfaction.satisfaction),
        ("effectiveness", made.satisfaction.effectiveness),
    )
    for name, one in named:
        if one is not None:
            how = "shares of -2 to 2: " + " ".join(f"{share:.4f}" for share in one.distribution)
            yield Line("satisfaction", name, how, one.mean)


def _absence(item: str, absence: Absence) -> Line:
    """Where something was looked for in vain, what came nearest, and what would have passed."""
    how = f"looked at turns {', '.join(map(str, absence.looked)) or 'none'}"
    if absence.change:
        how += f"; would pass: {absence.change}"
    if absence.wordings:
        how += f"; wordings: {' / '.join(absence.wordings)}"
    near = (absence.nearest,) if absence.nearest is not None else ()
    return Line("absence", item, how, absence.likeness, evidence=near)


def _alarm(alarm: Alarm) -> Iterator[Line]:
    until = "to the end" if alarm.cleared is None else f"cleared at turn {alarm.cleared}"
    for trigger in alarm.triggers:
        how = (
            f"turn {alarm.turn}, to a {alarm.target}, {until}: "
            f"{trigger.measure} {trigger.value:g} ≥ {trigger.threshold:g}"
        )
        yield Line("handoff", trigger.reason, how, trigger.value)


def _of(step: Literal["finding", "suppressed"], finding: Finding, how: str) -> Line:
    span = Span(finding.turn, finding.start, finding.end, finding.quote)
    return Line(step, finding.category, how, finding.confidence, finding.source, (span,))
