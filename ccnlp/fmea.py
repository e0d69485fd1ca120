"""Failure mode and effects analysis of a period, for the owner of a process.

A failure mode is a finding category, or an item of the scorecard that failed. Severity, occurrence
and detection have ranks 1..10 by the scales of configs/fmea/default.yaml, which name their sources;
the risk priority number is their product, 1..1000, the action priority their table's answer.
"""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final, Literal

import msgspec

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.frequency import wilson_interval
from ccnlp.taxonomy import CATEGORIES, ITEMS, SEVERITIES, Category
from ccnlp.types import Severity
from ccnlp.yamlfile import line_of, read_as

Priority = Literal["high", "medium", "low"]

#: Examples named with each mode.
_EXAMPLES: Final = 3
_LOWEST, _HIGHEST = 1, 10


class SeverityScale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ranks of severity."""

    by_finding: dict[Severity, int]
    categories: dict[str, int] = {}
    items: dict[str, int] = {}
    other_items: int = 3


class Grade(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"least": "from"}):
    """A rank from a value on."""

    least: float
    rank: int


class PriorityRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Priorities of all columns, from two ranks on."""

    severity: int
    occurrence: int
    priority: tuple[Priority, ...]


class PriorityTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The action priority table."""

    #: Lowest rank of detection of each column, falling to 1.
    detection_from: tuple[int, ...]
    rows: tuple[PriorityRow, ...]


class Scales(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All scales; see configs/fmea/default.yaml."""

    severity: SeverityScale
    occurrence: tuple[Grade, ...]
    detection: tuple[Grade, ...]
    action_priority: PriorityTable


class Case(msgspec.Struct, frozen=True):
    """What one conversation adds."""

    conversation_id: str
    #: Category -> gravest severity of its findings.
    categories: dict[str, Severity]
    #: Items of the scorecard that were judged -> whether they failed.
    items: dict[str, bool]
    #: A person was to look at it.
    queued: bool = False
    #: What that person said: ``confirmed`` or ``dismissed``.
    resolution: str | None = None


class FailureMode(msgspec.Struct, frozen=True):
    """One line of the analysis."""

    #: A category, or ``item:`` and an item.
    mode: str
    chinese: str
    #: With the failure, and all in which it could have been.
    conversations: int
    judged: int
    per_thousand: float
    #: Ends of its 95 % Wilson interval.
    low: float
    high: float
    #: Share of ``conversations`` that came before a person, in [0, 1].
    detected: float
    severity: int
    occurrence: int
    detection: int
    #: Risk priority number, 1..1000.
    rpn: int
    action_priority: Priority
    #: What reviewers said of them.
    confirmed: int
    dismissed: int
    examples: tuple[str, ...]


class Analysis(msgspec.Struct, frozen=True):
    """Failure modes that occurred, the most urgent first."""

    since: str | None
    until: str | None
    conversations: int
    modes: tuple[FailureMode, ...]


def load_scales(
    path: Path | None = None, categories: Collection[str] = tuple(CATEGORIES)
) -> Scales:
    """Read and check the scales; without a path those that ship.

    They may name the ``categories`` alone.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    path = path or asset("configs", "fmea", "default.yaml")
    given = read_as(path, Scales)

    def fault(keys: list[str], what: str, mend: str) -> ConfigError:
        return ConfigError(
            what, where=f"{path}:{line_of(path, keys)}: key {'.'.join(keys)}", mend=mend
        )

    severity = given.severity
    for key, ranks in (
        ("by_finding", severity.by_finding), ("categories", severity.categories),
        ("items", severity.items), ("other_items", {"": severity.other_items}),
    ):  # fmt: skip
        if any(not _LOWEST <= rank <= _HIGHEST for rank in ranks.values()):
            raise fault(["severity", key], "a rank is not in 1..10", "mend the rank")
    missing = [s for s in SEVERITIES if s not in severity.by_finding]
    if missing:
        raise fault(["severity", "by_finding"], f"no rank for {missing[0]}", "give all five")
    unknown = [c for c in severity.categories if c not in categories]
    if unknown:
        raise fault(["severity", "categories"], f"unknown {unknown[0]!r}", "see docs/taxonomy.md")
    for key, grades in (("occurrence", given.occurrence), ("detection", given.detection)):
        steps = [grade.least for grade in grades]
        if steps != sorted(steps, reverse=True) or any(
            not _LOWEST <= grade.rank <= _HIGHEST for grade in grades
        ):
            raise fault([key], "values do not fall, or a rank is not in 1..10", "order them")
    table = given.action_priority
    if table.detection_from[-1:] != (1,):
        raise fault(["action_priority", "detection_from"], "does not end with 1", "add it")
    if any(len(row.priority) != len(table.detection_from) for row in table.rows):
        raise fault(["action_priority", "rows"], "a row has too few or many priorities", "mend it")
    return given


def action_priority(
    table: PriorityTable, severity: int, occurrence: int, detection: int
) -> Priority:
    """The table's answer for three ranks; ``low`` where no row is reached."""
    column = next(i for i, least in enumerate(table.detection_from) if detection >= least)
    for row in table.rows:
        if severity >= row.severity and occurrence >= row.occurrence:
            return row.priority[column]
    return "low"


def analyse(
    scales: Scales, cases: Iterable[Case], since: str | None = None, until: str | None = None,
    categories: Mapping[str, Category] = CATEGORIES,
) -> Analysis:  # fmt: skip
    """The failure modes of conversations; the period is noted, not looked at.

    ``categories`` give the modes their names.
    """
    tallies: dict[str, _Tally] = {}
    total = 0
    judged: dict[str, int] = {}
    for case in cases:
        total += 1
        failed: dict[str, int] = {
            category: _severity(scales.severity, category, severity)
            for category, severity in case.categories.items()
        }
        for item, failing in case.items.items():
            judged[f"item:{item}"] = judged.get(f"item:{item}", 0) + 1
            if failing:
                rank = scales.severity.items.get(item, scales.severity.other_items)
                failed[f"item:{item}"] = rank
        for mode, rank in failed.items():
            tallies.setdefault(mode, _Tally()).add(case, rank)
    modes = [
        _mode(scales, mode, _name(mode, categories), tally, judged.get(mode, total))
        for mode, tally in tallies.items()
    ]
    order: dict[str, int] = {"high": 0, "medium": 1, "low": 2}
    modes.sort(key=lambda m: (order[m.action_priority], -m.rpn, -m.severity, m.mode))
    return Analysis(since, until, total, tuple(modes))


class _Tally:
    def __init__(self) -> None:
        self.count = self.queued = self.confirmed = self.dismissed = self.rank = 0
        self.examples: list[str] = []

    def add(self, case: Case, rank: int) -> None:
        self.count += 1
        self.queued += case.queued
        self.confirmed += case.resolution == "confirmed"
        self.dismissed += case.resolution == "dismissed"
        self.rank = max(self.rank, rank)
        if len(self.examples) < _EXAMPLES:
            self.examples.append(case.conversation_id)


def _severity(scale: SeverityScale, category: str, severity: Severity) -> int:
    return scale.categories.get(category, scale.by_finding[severity])


def _name(mode: str, categories: Mapping[str, Category]) -> str:
    if mode in categories:
        return categories[mode].chinese
    return ITEMS.get(mode.removeprefix("item:"), "")


def _mode(scales: Scales, mode: str, chinese: str, tally: _Tally, judged: int) -> FailureMode:
    rate = 1000 * tally.count / judged
    low, high = wilson_interval(tally.count, judged)
    detected = tally.queued / tally.count
    occurrence = _rank(scales.occurrence, rate, _LOWEST)
    detection = _rank(scales.detection, detected, _HIGHEST)
    return FailureMode(
        mode=mode, chinese=chinese,
        conversations=tally.count, judged=judged, per_thousand=round(rate, 4),
        low=round(1000 * low, 4), high=round(1000 * high, 4), detected=round(detected, 4),
        severity=tally.rank, occurrence=occurrence, detection=detection,
        rpn=tally.rank * occurrence * detection,
        action_priority=action_priority(
            scales.action_priority, tally.rank, occurrence, detection
        ),
        confirmed=tally.confirmed, dismissed=tally.dismissed, examples=tuple(tally.examples),
    )  # fmt: skip


def _rank(grades: Iterable[Grade], value: float, beyond: int) -> int:
    return next((grade.rank for grade in grades if value >= grade.least), beyond)
