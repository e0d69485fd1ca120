"""Summaries for tests of the report, made by hand."""

import math

from ccnlp.alerts import Alerts
from ccnlp.summary import (
    RESPONSE_EDGES,
    CategoryTally,
    DayTally,
    Evidence,
    Flagged,
    GradeTally,
    GroupTally,
    RunFacts,
    RunSummary,
    SlowResponse,
    SurveyTally,
    added,
)  # fmt: skip
from ccnlp.taxonomy import CATEGORIES, CHANNELS, ITEMS, PII_TYPES

#: Text as an attacker would choose it, wherever a transcript or a file name reaches the page.
HOSTILE = "</script><script>alert(1)</script>\"'<img src=x onerror=alert(2)>&\u2028{{7*7}}"


def group(place: int, conversations: int = 40) -> GroupTally:
    """A team or agent, the worse the higher its place."""
    high = min(conversations, place // 3)
    return GroupTally(
        conversations=conversations, turns=conversations * 14, scored=conversations,
        score_sum=conversations * (92.5 - 3.1 * place), fatal=place // 4,
        risk={"none": conversations - high - place, "medium": place, "high": high},
        complaints=place, compliance_complaints=place // 3, handoffs=place // 2,
        flagged=place + high, agent_words=conversations * 300,
        risk_words=conversations * (1.5 + place * 0.9),
        categories={"complaint": place}, responses=conversations,
        response_sum=conversations * (4.0 + 3.2 * place), slow_responses=place // 2,
    )  # fmt: skip


def flagged(place: int, text: str = "我要去消费者协会说清楚这件事") -> Flagged:
    """A conversation for review."""
    level = ("critical", "high", "medium")[min(2, place // 4)]
    proofs = (
        Evidence("regulator_threat", "high", 7, "customer", text, 0.94),
        Evidence("stonewalling", "medium", 8, "agent", "这个不归我们管,您再问问别人", 0.81),
        Evidence("complaint", "low", 3, "customer", "等了*****天还没有人回电", 0.76),
    )
    return Flagged(
        conversation_id=f"q-{place:04d}", level=level, risk=0.97 - 0.03 * place,
        score=0.0 if place % 5 == 0 else 71.5 - place, fatal=place % 5 == 0, complaint=True,
        topic="退款 宽带 安装", handoff=place % 2 == 0,
        reasons=("risk", "complaint", *(("fatal",) if place % 5 == 0 else ("handoff",))),
        categories=tuple(p.category for p in proofs), evidence=proofs[: 1 + place % 3],
        channel=CHANNELS[place % 3], agent_id=f"A{1030 + place}", team="华东",
        started_at=f"2026-03-0{1 + place % 7}T09:{10 + place}:00+08:00",
    )  # fmt: skip


def _tenth(place: int, calm: int) -> dict[str, int]:
    heat = max(0.05, math.exp(-((place - 4) ** 2) / 8))
    return {
        "neutral": calm, "angry": int(220 * heat), "sad": int(90 * heat), "fear": int(60 * heat),
        "surprise": 22 + place, "happy": 15 + 18 * place,
    }  # fmt: skip


def full_summary() -> RunSummary:
    """Something of everything."""
    teams = {name: group(place + 2, 160) for place, name in enumerate(("华东", "华南", "华北", ""))}
    agents = {f"A{1030 + place}": group(place % 15, 30 + place % 7) for place in range(24)}
    total = GroupTally()
    for one in teams.values():
        total = added(total, one)
    counts = {name: 3 + (place * 37) % 90 for place, name in enumerate(CATEGORIES)}
    counts["offline_dealing"] = counts["agent_distress"] = 0
    return RunSummary(
        alerts=Alerts(),
        total=total,
        channels={"voice": 380, "chat": 220, "email": 40},
        categories={
            name: CategoryTally(
                conversations=count * 2 // 3, findings=count,
                severities={"critical": count // 9, "high": count // 4, "medium": count // 3,
                            "low": count - count // 9 - count // 4 - count // 3},
            )
            for name, count in counts.items()
        },
        emotions={
            "customer": tuple(_tenth(place, 420) for place in range(10)),
            "agent": tuple({"neutral": 600, "happy": 40 + 12 * p, "sad": 30, "angry": 3}
                           for p in range(10)),
        },
        teams=teams,
        agents=agents,
        agent_teams={name: ("华东", "华南", "华北")[p % 3] for p, name in enumerate(agents)},
        days={
            f"2026-03-{day:02d}": DayTally(
                conversations=45, phrases={"complaint": 12 + day % 5, "overpromise": day % 4,
                                           "fraud_report": 2, "system_outage": (day * 3) % 7,
                                           "human_request": 6, "customer_abuse": day % 3},
                agent_words=13_000, risk_words=180.0 + 60 * (day % 6), complaints=9, risk_events=2,
            )
            for day in range(1, 15)
        },
        responses=tuple(
            int(150 * math.exp(-((place - 3) ** 2) / 9)) + 1
            for place in range(len(RESPONSE_EDGES) + 1)
        ),
        slowest=tuple(
            SlowResponse(900.0 - 41 * p, f"q-{p:04d}", f"A{1030 + p}", "华南",
                         "2026-03-02T10:14:05+08:00")
            for p in range(14)
        ),
        scores=(12, 2, 4, 9, 20, 44, 88, 160, 190, 111),
        open_scores=3,
        items={
            name: {"pass": 520 - 43 * p, "fail": 40 + 31 * p, "na": 80 + 12 * p,
                   "not_evaluated": 6 if name == "empathy" else 0}
            for p, name in enumerate(ITEMS)
        },
        handoffs={"human_request": 31, "anger": 14, "regulator_threat": 9, "bot_failed": 6},
        pii={name: 70 - 5 * p for p, name in enumerate(PII_TYPES)},
        satisfaction={
            "satisfaction": GradeTally(640, (900_000, 1_100_000, 2_400_000, 1_400_000, 600_000)),
            "task_accomplishment": GradeTally(640, (1, 2, 3, 4, 6_399_990)),
            "effectiveness": GradeTally(640, (6_400_000, 0, 0, 0, 0)),
        },
        survey=SurveyTally(
            answers=3, signs=(1, 1, 1), answer_sum=1000, estimated=3, both_sum=1000,
            estimate_sum=600, both_squares=5_000_000, estimate_squares=1_000_000,
            products=1_400_000,
        ),
        flagged=tuple(flagged(place) for place in range(18)),
        run=RunFacts(
            recipe="default", recipe_digest="3f9a01c7d2e84b56", engine="0.1.0",
            started_at="2026-03-15T02:00:00+08:00", finished_at="2026-03-15T02:00:02.412+08:00",
            seconds=2.412, inputs=("exports/2026-03/", "exports/late.csv.gz"), files=31,
            quarantined={"not_json": 4, "duplicate_id": 2}, warnings={"turns_out_of_order": 7},
            encodings={"utf-8": 28, "gb18030": 3}, models={"emotion": "linear/1 a4c0de12ff0091b7"},
        ),
    )  # fmt: skip


def hostile_summary() -> RunSummary:
    """Hostile text in every place that holds text from outside."""
    tally = group(2)
    bad = HOSTILE
    facts = RunFacts(
        recipe=bad, recipe_digest=bad, engine=bad, started_at=bad, finished_at=bad, seconds=1.0,
        inputs=(bad, "cut\udce4.jsonl"), files=1, quarantined={bad: 1}, warnings={bad: 1},
        encodings={bad: 1}, not_evaluated={bad: bad}, models={bad: bad},
    )  # fmt: skip
    proof = Evidence(bad, "low", 0, bad, bad, 0.5)
    case = Flagged(
        conversation_id=bad, level="high", risk=0.5, score=None, fatal=False, complaint=True,
        topic=bad, handoff=True, reasons=(bad,), categories=(bad,), evidence=(proof,), channel=bad,
        agent_id=bad, team=bad, started_at=bad,
    )  # fmt: skip
    return RunSummary(
        total=tally, channels={bad: 1}, categories={bad: CategoryTally(1, 1, {"low": 1})},
        emotions={"customer": ({bad: 1, "happy": 1},) * 10}, teams={bad: tally},
        agents={bad: tally}, agent_teams={bad: bad},
        days={bad: DayTally(1, {bad: 2}, 10, 1.0, 1, 1)}, responses=(1,) * 15,
        slowest=(SlowResponse(40.0, bad, bad, bad, bad),), scores=(1,) * 10,
        items={bad: {"pass": 1}}, handoffs={bad: 1}, pii={bad: 1}, flagged=(case,), run=facts,
    )  # fmt: skip
