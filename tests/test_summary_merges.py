import msgspec
import pytest
from assessments import assessment, transcript

from ccnlp import summary as summary_module
from ccnlp.alerts import Alerts
from ccnlp.summary import OTHERS, RunSummary, merge
from ccnlp.summing import summarise
from ccnlp.types import Assessment, CriticalError, Transcript


def _pairs(count: int) -> list[tuple[Transcript, Assessment]]:
    return [
        (transcript(f"c{i}", agent=f"A{i % 3}", team=f"T{i % 2}"), assessment(f"c{i}", risk=i % 5))
        for i in range(count)
    ]


def test_parts_add_up_to_the_whole() -> None:
    pairs = _pairs(40)
    whole = summarise(pairs, Alerts())
    parts = RunSummary(alerts=Alerts())
    for start in range(0, 40, 7):
        parts = merge(parts, summarise(pairs[start : start + 7], Alerts()))
    assert parts == whole


def test_counts_what_it_says() -> None:
    pairs = _pairs(10)
    made = summarise(pairs, Alerts())
    assert made.total.conversations == 10
    assert sum(g.conversations for g in made.agents.values()) == 10
    assert made.total.risk == {"none": 2, "low": 2, "medium": 2, "high": 2, "critical": 2}
    assert made.total.risk_event_share == pytest.approx(0.4)
    assert made.categories["complaint"].conversations == 8
    assert made.days["2026-03-01"].phrases == {"complaint": 8}
    assert sum(made.scores) + made.open_scores == 10
    assert made.items["greeting"] == {"pass": 10}
    customer = [sum(tenth.values()) for tenth in made.emotions["customer"]]
    assert sum(customer) == 10
    assert customer[0] == 0


def test_critical_errors_are_counted_by_agent_and_team() -> None:
    said, made = _pairs(1)[0]
    errors = (
        CriticalError("customer", "solution"), CriticalError("customer", "stonewalling", 1),
        CriticalError("compliance", "privacy_breach", 1),
    )  # fmt: skip
    card = msgspec.structs.replace(made.scorecard, critical=errors)
    wrong = (said, msgspec.structs.replace(made, scorecard=card))
    summed = summarise([wrong, wrong, (said, made)], Alerts())
    for group in (summed.agents["A0"], summed.teams["T0"], summed.total):
        assert group.critical == {"customer": 2, "compliance": 2}
        assert group.critical_errors == {"customer": 4, "compliance": 2}


def test_flagged_are_the_gravest_and_masked() -> None:
    made = summarise(_pairs(10), Alerts())
    assert [f.level for f in made.flagged[:2]] == ["critical", "critical"]
    evidence = made.flagged[0].evidence[0]
    assert evidence.category == "complaint"
    assert "13800138000" not in msgspec.json.encode(made).decode()


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary_module, "MOST_GROUPS", 4)
    made = RunSummary()
    for i in range(30):
        pair = (transcript(f"c{i}", agent=f"A{i}", team="T"), assessment(f"c{i}", risk=3))
        made = merge(made, summarise([pair], Alerts()))
    assert len(made.agents) == 4
    assert made.agents[OTHERS].conversations == 27
    assert made.total.conversations == 30


def test_travels_as_json() -> None:
    made = summarise(_pairs(10), Alerts())
    assert msgspec.json.decode(msgspec.json.encode(made), type=RunSummary) == made
