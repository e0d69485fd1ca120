"""Summing up assessments into a ``RunSummary``, chunk by chunk."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

from ccnlp.alerts import Alerts, queue_reasons
from ccnlp.masked import mask_quote
from ccnlp.summary import (
    EVIDENCE,
    RESPONSE_EDGES,
    SLOWEST,
    TOP_FLAGGED,
    UNKNOWN,
    CategoryTally,
    DayTally,
    Evidence,
    Flagged,
    GroupTally,
    RunSummary,
    SlowResponse,
    added,
    bounded,
    flag_place,
    slow_place,
)  # fmt: skip
from ccnlp.taxonomy import CATEGORIES, SEVERITIES
from ccnlp.types import Assessment, Finding, Transcript


def summarise(scored: Iterable[tuple[Transcript, Assessment]], alerts: Alerts) -> RunSummary:
    """Sum up some conversations with their assessments."""
    sums = _Sums(alerts)
    for transcript, assessment in scored:
        sums.add(transcript, assessment)
    return sums.summary()


def flag(transcript: Transcript, assessment: Assessment, reasons: Sequence[str]) -> Flagged:
    """What a list of flagged conversations shows of one."""
    gravest = sorted(assessment.findings, key=_gravity)
    return Flagged(
        conversation_id=assessment.conversation_id,
        level=assessment.risk.level, risk=assessment.risk.score,
        score=assessment.scorecard.total, fatal=assessment.scorecard.fatal,
        complaint=assessment.complaint.is_complaint, topic=assessment.complaint.topic,
        handoff=assessment.handoff.recommended, reasons=tuple(reasons),
        categories=tuple(dict.fromkeys(f.category for f in gravest)),
        evidence=tuple(_evidence(transcript, assessment, f) for f in gravest[:EVIDENCE]),
        channel=transcript.channel, agent_id=transcript.agent_id, team=transcript.team,
        started_at=transcript.started_at,
    )  # fmt: skip


class _Sums:
    """Running sums over one chunk; ``summary`` turns them into values."""

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts
        self._teams: dict[str, dict[str, Any]] = {}
        self._agents: dict[str, dict[str, Any]] = {}
        self._agent_teams: dict[str, str] = {}
        self._days: dict[str, dict[str, Any]] = {}
        self._channels: Counter[str] = Counter()
        self._categories: dict[str, dict[str, Any]] = {}
        self._emotions = {side: tuple(Counter[str]() for _ in range(10)) for side in _SIDES}
        self._responses = [0] * (len(RESPONSE_EDGES) + 1)
        self._slowest: list[SlowResponse] = []
        self._scores = [0] * 10
        self._open_scores = 0
        self._items: dict[str, Counter[str]] = {}
        self._handoffs: Counter[str] = Counter()
        self._pii: Counter[str] = Counter()
        self._flagged: list[Flagged] = []

    def add(self, transcript: Transcript, assessment: Assessment) -> None:
        reasons = queue_reasons(self._alerts, assessment)
        if reasons:
            self._flagged.append(flag(transcript, assessment, reasons))
        categories = Counter(f.category for f in assessment.findings)
        team, agent = transcript.team or UNKNOWN, transcript.agent_id or UNKNOWN
        for group in (
            self._teams.setdefault(team, _new_group()),
            self._agents.setdefault(agent, _new_group()),
        ):
            self._add_group(group, transcript, assessment, categories, bool(reasons))
        if transcript.agent_id and transcript.team:
            self._agent_teams.setdefault(agent, team)
        self._add_day(transcript, assessment, categories)
        self._channels[transcript.channel] += 1
        for finding in assessment.findings:
            row = self._categories.setdefault(finding.category, _new_category())
            row["findings"] += 1
            row["severities"][finding.severity] += 1
        for category in categories:
            self._categories[category]["conversations"] += 1
        self._add_emotions(transcript, assessment)
        self._add_response(transcript, assessment.timing.first_response_seconds)
        total = assessment.scorecard.total
        if total is None:
            self._open_scores += 1
        else:
            self._scores[min(9, int(total // 10))] += 1
        for item in assessment.scorecard.items:
            self._items.setdefault(item.item, Counter())[item.result] += 1
        if assessment.handoff.recommended:
            self._handoffs.update(assessment.handoff.reasons)
        self._pii.update(p.type for p in assessment.pii)

    def summary(self) -> RunSummary:
        teams = {name: GroupTally(**raw) for name, raw in self._teams.items()}
        total = GroupTally()
        for team in teams.values():
            total = added(total, team)
        return RunSummary(
            alerts=self._alerts,
            total=total,
            channels=dict(self._channels),
            categories={c: CategoryTally(**raw) for c, raw in self._categories.items()},
            emotions=cast(dict[str, tuple[dict[str, int], ...]], self._emotions),
            teams=bounded(teams),
            agents=bounded({name: GroupTally(**raw) for name, raw in self._agents.items()}),
            agent_teams=self._agent_teams,
            days=bounded({day: DayTally(**raw) for day, raw in self._days.items()}),
            responses=tuple(self._responses),
            slowest=tuple(sorted(self._slowest, key=slow_place)[:SLOWEST]),
            scores=tuple(self._scores),
            open_scores=self._open_scores,
            items=cast(dict[str, dict[str, int]], self._items),
            handoffs=self._handoffs,
            pii=self._pii,
            flagged=tuple(sorted(self._flagged, key=flag_place)[:TOP_FLAGGED]),
        )

    def _add_group(
        self, group: dict[str, Any], transcript: Transcript, assessment: Assessment,
        categories: Counter[str], flagged: bool,
    ) -> None:  # fmt: skip
        group["conversations"] += 1
        group["turns"] += len(transcript.turns)
        if assessment.scorecard.total is not None:
            group["scored"] += 1
            group["score_sum"] += assessment.scorecard.total
        group["fatal"] += assessment.scorecard.fatal
        group["risk"][assessment.risk.level] += 1
        group["complaints"] += assessment.complaint.is_complaint
        if assessment.complaint.is_complaint:
            group["compliance_complaints"] += not _COMPLIANCE.isdisjoint(categories)
        group["handoffs"] += assessment.handoff.recommended
        group["flagged"] += flagged
        frequency = assessment.frequency
        group["agent_words"] += frequency.agent_words
        group["risk_words"] += frequency.agent_risk_share * frequency.agent_words
        group["categories"].update(categories.keys())
        response = assessment.timing.first_response_seconds
        if response is not None:
            group["responses"] += 1
            group["response_sum"] += response
            group["slow_responses"] += response > self._alerts.first_response_seconds

    def _add_day(
        self, transcript: Transcript, assessment: Assessment, categories: Counter[str]
    ) -> None:
        day = self._days.setdefault((transcript.started_at or UNKNOWN)[:10], _new_day())
        day["conversations"] += 1
        day["phrases"].update(categories)
        frequency = assessment.frequency
        day["agent_words"] += frequency.agent_words
        day["risk_words"] += frequency.agent_risk_share * frequency.agent_words
        day["complaints"] += assessment.complaint.is_complaint
        day["risk_events"] += assessment.risk.level in ("high", "critical")

    def _add_emotions(self, transcript: Transcript, assessment: Assessment) -> None:
        turns, count = transcript.turns, len(transcript.turns)
        customer, agent = (self._emotions[side] for side in _SIDES)
        for emotion in assessment.emotions:
            side = customer if turns[emotion.turn].speaker == "customer" else agent
            side[emotion.turn * 10 // count][emotion.label] += 1

    def _add_response(self, transcript: Transcript, seconds: float | None) -> None:
        if seconds is None:
            return
        self._responses[sum(seconds >= edge for edge in RESPONSE_EDGES)] += 1
        self._slowest.append(
            SlowResponse(
                seconds=seconds, conversation_id=transcript.conversation_id,
                agent_id=transcript.agent_id, team=transcript.team,
                started_at=transcript.started_at,
            )
        )  # fmt: skip


_COMPLIANCE: Final = frozenset(c.id for c in CATEGORIES.values() if c.risk_class == "compliance")
_SIDES: Final = ("customer", "agent")


def _new_group() -> dict[str, Any]:
    zeros = dict.fromkeys(GroupTally.__struct_fields__, 0)
    return {**zeros, "score_sum": 0.0, "risk_words": 0.0, "response_sum": 0.0,
            "risk": Counter(), "categories": Counter()}  # fmt: skip


def _new_category() -> dict[str, Any]:
    return {"conversations": 0, "findings": 0, "severities": Counter()}


def _new_day() -> dict[str, Any]:
    zeros = dict.fromkeys(DayTally.__struct_fields__, 0)
    return {**zeros, "risk_words": 0.0, "phrases": Counter()}


def _evidence(transcript: Transcript, assessment: Assessment, finding: Finding) -> Evidence:
    text = transcript.turns[finding.turn].text
    return Evidence(
        category=finding.category, severity=finding.severity, turn=finding.turn,
        speaker=finding.speaker, confidence=finding.confidence,
        quote=mask_quote(text, finding, assessment.pii),
    )  # fmt: skip


def _gravity(finding: Finding) -> tuple[int, float, int, int]:
    return -SEVERITIES.index(finding.severity), -finding.confidence, finding.turn, finding.start
