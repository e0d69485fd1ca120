"""The thresholds of complaint and handoff, and the complaint decision."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.taxonomy import CATEGORIES, EMOTIONS
from ccnlp.types import Complaint, Signals
from ccnlp.yamlfile import line_of, read_as

#: Why a handoff is due: one of the categories, or one of these.
_NO_CATEGORIES: Final = ("anger", "bot_failed")
REASONS: Final = (*CATEGORIES, *_NO_CATEGORIES)


class ComplaintSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a conversation is a complaint."""

    categories: tuple[str, ...]
    minimum_confidence: float


class ClearSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When an alarm goes down again: harder to reach than not to raise it (hysteresis)."""

    #: Calm customer turns in a row, >= 1.
    calm_turns: int = 3
    #: A turn is calm where none of these emotions has at least this probability.
    restless_emotions: tuple[str, ...] = ("angry", "sad", "fear")
    restless_probability: float = 0.3
    #: Alarms for one of these reasons stand to the end.
    never: tuple[str, ...] = ()


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
    clear: ClearSpec = ClearSpec()


class Decisions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The thresholds of one recipe."""

    complaint: ComplaintSpec
    handoff: HandoffSpec


def load_decisions(path: Path, categories: Collection[str] = tuple(CATEGORIES)) -> Decisions:
    """Read and check the thresholds; the categories that they name are of ``categories``.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    given = read_as(path, Decisions)
    clear = given.handoff.clear
    for keys, names, known in (
        (["complaint", "categories"], given.complaint.categories, categories),
        (["handoff", "at_once"], given.handoff.at_once, categories),
        (["handoff", "bot_failure_categories"], given.handoff.bot_failure_categories, categories),
        (["handoff", "vulnerable_emotions"], given.handoff.vulnerable_emotions, EMOTIONS),
        (
            ["handoff", "clear", "restless_emotions"],
            clear.restless_emotions,
            EMOTIONS,
        ),
        (["handoff", "clear", "never"], clear.never, (*categories, *_NO_CATEGORIES)),
    ):
        for name in names:
            if name not in known:
                raise ConfigError(
                    f"unknown name {name!r}",
                    where=f"{path}:{line_of(path, keys)}: key {'.'.join(keys)}",
                    mend="see docs/taxonomy.md",
                )
    if clear.calm_turns < 1:
        raise ConfigError(
            "is below 1",
            where=f"{path}:{line_of(path, ['handoff', 'clear'])}: key handoff.clear.calm_turns",
            mend="3 is usual",
        )
    return given


def decide_complaint(spec: ComplaintSpec, signals: Signals, topic: str | None) -> Complaint:
    """Whether one of the findings is sure enough; the chance that at least one is right."""
    behind = [f for f in signals.findings if f.category in spec.categories]
    miss = 1.0
    for finding in behind:
        miss *= 1.0 - finding.confidence
    strongest = max((f.confidence for f in behind), default=0.0)
    is_complaint = strongest >= spec.minimum_confidence
    confidence = round(1.0 - miss if is_complaint else miss, 4)
    if behind:
        factors = "".join(f"(1 − {f.confidence:.2f})" for f in behind)
        sign, least = "≥" if is_complaint else "<", spec.minimum_confidence
        formula = f"1 − {factors}" if is_complaint else factors
        why = f"最高置信度 {strongest:.2f} {sign} {least:g}; {formula} = {confidence:.4f}"
    else:
        why = "没有投诉类发现"
    return Complaint(
        is_complaint=is_complaint, confidence=confidence, topic=topic if is_complaint else None,
        explanation=why,
    )  # fmt: skip
