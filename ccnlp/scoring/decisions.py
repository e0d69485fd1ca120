"""Complaint and handoff decisions, as thresholds over what the analysers saw."""

from pathlib import Path

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.taxonomy import CATEGORIES, EMOTIONS
from ccnlp.types import Complaint, Handoff, Signals, Transcript
from ccnlp.yamlfile import line_of, read_as


class ComplaintSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a conversation is a complaint."""

    categories: tuple[str, ...]
    minimum_confidence: float


class HandoffSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a person or supervisor should take over; see configs/decisions/default.yaml."""

    at_once: tuple[str, ...]
    minimum_confidence: float
    angry_turns: int
    angry_probability: float
    bot_failures: int
    bot_failure_acts: tuple[str, ...]
    bot_failure_categories: tuple[str, ...]
    vulnerable_emotions: tuple[str, ...]
    vulnerable_acts: tuple[str, ...]


class Decisions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The thresholds of one recipe."""

    complaint: ComplaintSpec
    handoff: HandoffSpec


def load_decisions(path: Path) -> Decisions:
    """Read and check the thresholds.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    given = read_as(path, Decisions)
    for keys, names, known in (
        (["complaint", "categories"], given.complaint.categories, CATEGORIES),
        (["handoff", "at_once"], given.handoff.at_once, CATEGORIES),
        (["handoff", "bot_failure_categories"], given.handoff.bot_failure_categories, CATEGORIES),
        (["handoff", "vulnerable_emotions"], given.handoff.vulnerable_emotions, EMOTIONS),
    ):
        for name in names:
            if name not in known:
                raise ConfigError(
                    f"unknown name {name!r}",
                    where=f"{path}:{line_of(path, keys)}: key {'.'.join(keys)}",
                    mend="see docs/taxonomy.md",
                )
    return given


def decide_complaint(spec: ComplaintSpec, signals: Signals, topic: str | None) -> Complaint:
    """Whether one of the findings is sure enough; the chance that at least one is right."""
    miss = 1.0
    strongest = 0.0
    for finding in signals.findings:
        if finding.category in spec.categories:
            miss *= 1.0 - finding.confidence
            strongest = max(strongest, finding.confidence)
    is_complaint = strongest >= spec.minimum_confidence
    return Complaint(
        is_complaint=is_complaint,
        confidence=round(1.0 - miss if is_complaint else miss, 4),
        topic=topic if is_complaint else None,
    )


def decide_handoff(spec: HandoffSpec, transcript: Transcript, signals: Signals) -> Handoff:
    """The first customer turn after which a person should take over, and why.

    A fold over the turns: what it says of a turn depends on that turn and those before it.
    """
    by_turn: dict[int, list[str]] = {}
    for finding in signals.findings:
        if finding.confidence >= spec.minimum_confidence:
            by_turn.setdefault(finding.turn, []).append(finding.category)
    failing = {act.turn for act in signals.acts if act.act in spec.bot_failure_acts}
    in_need = {act.turn for act in signals.acts if act.act in spec.vulnerable_acts}
    # an emotion that the model is unsure of moves nothing
    emotions = {e.turn: e for e in signals.emotions if not e.unsure}
    nothing: list[str] = []
    angry = failures = 0
    vulnerable = False
    served_by = "agent"
    for index, turn in enumerate(transcript.turns):
        if turn.speaker in ("agent", "bot"):
            served_by = turn.speaker
        here = by_turn.get(index, nothing)
        failed = index in failing
        if turn.speaker == "bot" and here:
            failed = failed or not set(spec.bot_failure_categories).isdisjoint(here)
        failures += failed and served_by == "bot"
        if turn.speaker != "customer":
            continue
        emotion = emotions.get(index)
        feeling = emotion.label if emotion else "neutral"
        if emotion and feeling == "angry" and emotion.probability >= spec.angry_probability:
            angry += 1
        vulnerable = vulnerable or "vulnerable_customer" in here
        reasons = [c for c in spec.at_once if c in here] if here else []
        if served_by == "bot" and failures >= spec.bot_failures:
            reasons.append("bot_failed")
        if angry >= spec.angry_turns:
            reasons.append("anger")
        if vulnerable and (feeling in spec.vulnerable_emotions or index in in_need):
            reasons.append("vulnerable_customer")
        if reasons:
            return Handoff(
                recommended=True, turn=index,
                target="human" if served_by == "bot" else "supervisor", reasons=tuple(reasons),
                explanation=f"第{index}轮:{'、'.join(reasons)};愤怒{angry}轮,机器人失败{failures}次",
            )  # fmt: skip
    return Handoff(recommended=False)
