"""Risky-phrase rates: worked out by hand, and against the definition of the interval."""

import math
from datetime import date
from pathlib import Path

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from ccnlp.frequency import Spoken, parse_day, phrase_changes, phrase_rates, wilson_interval
from ccnlp.store import open_store
from ccnlp.store.spoken import read_spoken


def said(day: str, agent: str, hits: int, words: int = 1000) -> Spoken:
    return Spoken(
        day=date.fromisoformat(day), agent_id=agent, team="华东", agent_words=words,
        customer_words=words // 2, counts={"overpromise": hits, "complaint": hits} if hits else {},
    )  # fmt: skip


@given(total=st.integers(1, 10_000), data=st.data())
def test_the_interval_holds_the_share_and_solves_its_equation(
    total: int, data: st.DataObject
) -> None:
    hits = data.draw(st.integers(0, total))
    low, high = wilson_interval(hits, total, z=2.0)
    share = hits / total
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):  # |share - p| = z * sqrt(p (1 - p) / n)
        if 0 < end < 1:
            assert abs(share - end) == pytest.approx(2 * math.sqrt(end * (1 - end) / total))


def test_nothing_said_is_known_to_be_nothing() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_each_category_counts_the_words_of_those_it_looks_at() -> None:
    rates = phrase_rates([said("2026-03-02", "A1", 3), said("2026-03-03", "A1", 1)], "agent")
    by_category = {r.category: r for r in rates}
    assert by_category["overpromise"].rate == 2.0  # 4 in 2,000 agent words
    assert by_category["complaint"].rate == 4.0  # 4 in 1,000 customer words
    assert by_category["stonewalling"].hits == 0
    assert by_category["stonewalling"].high > 0
    assert rates[0].category == "complaint"


def test_groups_by_day_week_and_team() -> None:
    spoken = [said("2026-03-02", "A1", 1), said("2026-03-08", "A2", 1), said("2026-03-09", "A1", 1)]
    assert {r.group for r in phrase_rates(spoken, "day")} == {
        "2026-03-02", "2026-03-08", "2026-03-09",
    }  # fmt: skip
    assert {r.group for r in phrase_rates(spoken, "week")} == {"2026-03-02", "2026-03-09"}
    assert {r.group for r in phrase_rates(spoken, "team")} == {"华东"}


def test_change_is_the_latest_week_against_those_before() -> None:
    spoken = [
        said("2026-03-01", "A1", 2),
        said("2026-03-08", "A1", 2),
        said("2026-03-15", "A1", 12),
    ]
    change = next(c for c in phrase_changes(spoken, "agent") if c.category == "overpromise")
    assert (change.latest.hits, change.trailing.hits) == (12, 4)
    assert change.ratio == 6.0
    # z = (0.012 - 0.002) / sqrt(16/3000 * (1 - 16/3000) * (1/1000 + 1/2000)) = 3.545
    assert change.p_value == pytest.approx(0.00039, abs=2e-5)


def test_what_is_older_than_the_weeks_does_not_count() -> None:
    spoken = [said("2025-01-01", "A1", 9), said("2026-03-15", "A1", 1)]
    assert phrase_changes(spoken, "agent") == []


def test_a_time_that_is_none_has_no_day() -> None:
    assert parse_day("2026-03-02T10:00:00+08:00") == date(2026, 3, 2)
    assert parse_day("soon") is None
    assert parse_day(None) is None


def test_the_store_gives_counts_by_the_newest_assessment_alone(tmp_path: Path) -> None:
    from assessments import assessment, transcript

    from ccnlp.store.repository import Assessments, Recorder, now

    with open_store(str(tmp_path / "s.sqlite"), create=True) as store:
        kept = Assessments(store)
        for recipe in ("recipe-1", "recipe-2"):
            made = assessment(recipe=recipe)
            record = Recorder(now()).record(transcript(), made, msgspec.json.encode(made), ())
            kept.add([record])
        spoken = list(read_spoken(store))
    assert len(spoken) == 1
    assert (spoken[0].agent_id, spoken[0].team, spoken[0].day) == ("A1", "华东", date(2026, 3, 1))
    assert spoken[0].counts == assessment().frequency.counts
