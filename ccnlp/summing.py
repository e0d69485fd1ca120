"""Summing up assessments into a ``RunSummary``, chunk by chunk."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from ccnlp.alerts import Alerts, queue_reasons
from ccnlp.masked import mask_quote
from ccnlp.scoring.satisfaction import survey_grade
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
    GradeTally,
    GroupTally,
    RunSummary,
    SlowResponse,
    SurveyTally,
    added,
    bounded,
    grave_first,
    slow_place,
)  # fmt: skip
from ccnlp.taxonomy import CATEGORIES, SEVERITIES, Category
from ccnlp.types import Assessment, Finding, Satisfaction, Transcript


def summarise(
    scored: Iterable[tuple[Transcript, Assessment]], alerts: Alerts,
    categories: Mapping[str, Category] = CATEGORIES,
) -> RunSummary:  # fmt: skip
    """Sum up some conversations with their assessments; ``categories`` are the recipe's."""
    sums = _Sums(alerts, categories)
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

    def __init__(self, alerts: Alerts, categories: Mapping[str, Category]) -> None:
        self._alerts = alerts
        self._compliance = frozenset(
            c.id for c in categories.values() if c.risk_class == "compliance"
        )
        self._teams: defaultdict[str, dict[str, Any]] = defaultdict(_new_group)
        self._agents: defaultdict[str, dict[str, Any]] = defaultdict(_new_group)
        self._agent_teams: dict[str, str] = {}
        self._days: defaultdict[str, dict[str, Any]] = defaultdict(_new_day)
        self._channels: Counter[str] = Counter()
        self._categories: defaultdict[str, dict[str, Any]] = defaultdict(_new_category)
        self._emotions = {side: tuple(Counter[str]() for _ in range(10)) for side in _SIDES}
        self._responses = [0] * (len(RESPONSE_EDGES) + 1)
        self._slowest: list[SlowResponse] = []
        self._scores = [0] * 10
        self._open_scores = 0
        self._items: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._handoffs: Counter[str] = Counter()
        self._pii: Counter[str] = Counter()
        self._grades = {name: [0] * 6 for name in Satisfaction.__struct_fields__}
        self._survey = SurveyTally()
        self._flagged: list[tuple[Transcript, Assessment, tuple[str, ...]]] = []

    def add(self, transcript: Transcript, assessment: Assessment) -> None:
        reasons = queue_reasons(self._alerts, assessment)
        if reasons:
            self._flagged.append((transcript, assessment, reasons))
        categories: dict[str, int] = {}
        for finding in assessment.findings:
            category = finding.category
            categories[category] = categories.get(category, 0) + 1
            severities = self._categories[category]["severities"]
            severities[finding.severity] = severities.get(finding.severity, 0) + 1
        for category, count in categories.items():
            row = self._categories[category]
            row["conversations"] += 1
            row["findings"] += count
        team, agent = transcript.team or UNKNOWN, transcript.agent_id or UNKNOWN
        for group in (self._teams[team], self._agents[agent]):
            self._add_group(group, transcript, assessment, categories, bool(reasons))
        if transcript.agent_id and transcript.team:
            self._agent_teams.setdefault(agent, team)
        self._add_day(transcript, assessment, categories)
        self._channels[transcript.channel] += 1
        self._add_emotions(transcript, assessment)
        self._add_response(transcript, assessment.timing.first_response_seconds)
        total = assessment.scorecard.total
        if total is None:
            self._open_scores += 1
        else:
            self._scores[min(9, int(total // 10))] += 1
        for item in assessment.scorecard.items:
            self._items[item.item][item.result] += 1
        if assessment.handoff.recommended:
            self._handoffs.update(assessment.handoff.reasons)
        for span in assessment.pii:
            self._pii[span.type] += 1
        self._add_satisfaction(transcript, assessment.satisfaction)

    def summary(self) -> RunSummary:
        teams = {name: GroupTally(**raw) for name, raw in self._teams.items()}
        total = GroupTally()
        for team in teams.values():
            total = added(total, team)
        # Evidence is masked only for those that can stand in the list.
        flagged = heapq.nsmallest(TOP_FLAGGED, self._flagged, key=lambda f: _place(f[1]))
        return RunSummary(
            alerts=self._alerts,
            total=total,
            channels=dict(self._channels),
            categories={c: CategoryTally(**raw) for c, raw in self._categories.items()},
            emotions={
                side: tuple(dict(tenth) for tenth in tenths)
                for side, tenths in self._emotions.items()
            },
            teams=bounded(teams),
            agents=bounded({name: GroupTally(**raw) for name, raw in self._agents.items()}),
            agent_teams=self._agent_teams,
            days=bounded({day: DayTally(**raw) for day, raw in self._days.items()}),
            responses=tuple(self._responses),
            slowest=tuple(sorted(self._slowest, key=slow_place)[:SLOWEST]),
            scores=tuple(self._scores),
            open_scores=self._open_scores,
            items={item: dict(results) for item, results in self._items.items()},
            handoffs=dict(self._handoffs),
            pii=dict(self._pii),
            satisfaction={
                name: GradeTally(count, tuple(grades))
                for name, (count, *grades) in self._grades.items()
                if count
            },
            survey=self._survey,
            flagged=tuple(flag(*one) for one in flagged),
        )

    def _add_group(
        self,
        group: dict[str, Any],
        transcript: Transcript,
        assessment: Assessment,
        categories: dict[str, int],
        flagged: bool,
    ) -> None:
        group["conversations"] += 1
        group["turns"] += len(transcript.turns)
        score = assessment.scorecard
        if score.total is not None:
            group["scored"] += 1
            group["score_sum"] += score.total
        group["fatal"] += score.fatal
        errors = group["critical_errors"]
        for error in score.critical:
            errors[error.kind] = errors.get(error.kind, 0) + 1
        with_one = group["critical"]
        for kind in {error.kind for error in score.critical}:
            with_one[kind] = with_one.get(kind, 0) + 1
        level = assessment.risk.level
        group["risk"][level] = group["risk"].get(level, 0) + 1
        if assessment.complaint.is_complaint:
            group["complaints"] += 1
            group["compliance_complaints"] += not self._compliance.isdisjoint(categories)
        group["handoffs"] += assessment.handoff.recommended
        group["flagged"] += flagged
        frequency = assessment.frequency
        group["agent_words"] += frequency.agent_words
        group["risk_words"] += frequency.agent_risk_share * frequency.agent_words
        having = group["categories"]
        for category in categories:
            having[category] = having.get(category, 0) + 1
        response = assessment.timing.first_response_seconds
        if response is not None:
            group["responses"] += 1
            group["response_sum"] += response
            group["slow_responses"] += response > self._alerts.first_response_seconds

    def _add_day(
        self, transcript: Transcript, assessment: Assessment, categories: dict[str, int]
    ) -> None:
        day = self._days[(transcript.started_at or UNKNOWN)[:10]]
        day["conversations"] += 1
        phrases = day["phrases"]
        for category, count in categories.items():
            phrases[category] = phrases.get(category, 0) + count
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

    def _add_satisfaction(self, transcript: Transcript, made: Satisfaction) -> None:
        for name, sums in self._grades.items():
            estimate = getattr(made, name)
            if estimate is not None:
                sums[0] += 1
                for place, share in enumerate(estimate.distribution, 1):
                    sums[place] += round(10_000 * share)
        answer = survey_grade(transcript.attributes) if transcript.attributes else None
        if answer is None:
            return
        said = round(1000 * answer)
        one = SurveyTally(1, (int(said < 0), int(said == 0), int(said > 0)), said)
        if made.satisfaction is not None:
            guess = round(1000 * made.satisfaction.mean)
            one = msgspec.structs.replace(
                one, estimated=1, both_sum=said, estimate_sum=guess, both_squares=said**2,
                estimate_squares=guess**2, products=said * guess,
            )  # fmt: skip
        self._survey = added(self._survey, one)

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


_SIDES: Final = ("customer", "agent")


def _new_group() -> dict[str, Any]:
    zeros = dict.fromkeys(GroupTally.__struct_fields__, 0)
    return {**zeros, "score_sum": 0.0, "risk_words": 0.0, "response_sum": 0.0,
            "risk": {}, "categories": {}, "critical": {}, "critical_errors": {}}  # fmt: skip


def _new_category() -> dict[str, Any]:
    return {"conversations": 0, "findings": 0, "severities": {}}


def _new_day() -> dict[str, Any]:
    zeros = dict.fromkeys(DayTally.__struct_fields__, 0)
    return {**zeros, "risk_words": 0.0, "phrases": {}}


def _evidence(transcript: Transcript, assessment: Assessment, finding: Finding) -> Evidence:
    text = transcript.turns[finding.turn].text
    return Evidence(
        category=finding.category, severity=finding.severity, turn=finding.turn,
        speaker=finding.speaker, confidence=finding.confidence,
        quote=mask_quote(text, finding, assessment.pii),
    )  # fmt: skip


def _place(assessment: Assessment) -> tuple[float, bool, float, str]:
    score = assessment.scorecard
    return grave_first(assessment.risk.score, score.fatal, score.total, assessment.conversation_id)


def _gravity(finding: Finding) -> tuple[int, float, int, int]:
    return -SEVERITIES.index(finding.severity), -finding.confidence, finding.turn, finding.start
