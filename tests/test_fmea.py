"""Failure modes of a period: golden cases by hand, and the published tables."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_history import contact, keep, opened

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.fmea import Case, action_priority, analyse, load_scales
from ccnlp.store import QueueFilter, ReviewQueue, Store
from ccnlp.store.failures import cases

SCALES = load_scales()
TABLE = SCALES.action_priority


def calls(count: int, failing: int, queued: int = 0, category: str = "complaint") -> list[Case]:
    return [
        Case(f"c{i}", {category: "medium"} if i < failing else {}, {}, queued=i < queued)
        for i in range(count)
    ]


def test_by_hand() -> None:
    # 3 of 100 conversations: 30 per thousand is rank 8; 2 of 3 were seen: 0.67 is rank 5
    (mode,) = analyse(SCALES, calls(100, 3, queued=2)).modes
    assert (mode.severity, mode.occurrence, mode.detection) == (5, 8, 5)
    assert (mode.rpn, mode.action_priority) == (200, "high")
    assert (mode.per_thousand, mode.conversations, mode.judged) == (30.0, 3, 100)
    assert mode.low < 30 < mode.high
    assert mode.examples == ("c0", "c1", "c2")


@pytest.mark.parametrize(
    ("per_100_000", "rank"),
    [(10_000, 10), (5_000, 9), (2_000, 8), (1_000, 7), (200, 6), (50, 5), (10, 4), (1, 3)],
)
def test_occurrence_as_aiag_suggests(per_100_000: int, rank: int) -> None:
    (mode,) = analyse(SCALES, calls(100_000, per_100_000)).modes
    assert mode.occurrence == rank


@pytest.mark.parametrize(
    ("ranks", "priority"),
    [
        ((10, 8, 1), "high"), ((9, 4, 1), "medium"), ((9, 3, 7), "high"), ((9, 2, 5), "medium"),
        ((9, 2, 4), "low"), ((10, 1, 10), "low"), ((8, 10, 1), "high"), ((8, 7, 1), "medium"),
        ((7, 5, 7), "high"), ((7, 5, 6), "medium"), ((7, 3, 5), "medium"), ((7, 3, 4), "low"),
        ((7, 1, 10), "low"), ((6, 8, 5), "high"), ((6, 8, 4), "medium"), ((5, 7, 2), "medium"),
        ((4, 6, 1), "low"), ((4, 5, 7), "medium"), ((4, 4, 6), "low"), ((4, 3, 10), "low"),
        ((3, 10, 5), "medium"), ((3, 10, 4), "low"), ((2, 7, 10), "low"), ((1, 10, 10), "low"),
    ],
)  # fmt: skip
def test_action_priority_as_aiag_and_vda_give_it(
    ranks: tuple[int, int, int], priority: str
) -> None:
    assert action_priority(TABLE, *ranks) == priority


_rank = st.integers(1, 10)


@settings(deadline=None)
@given(_rank, _rank, _rank, st.sampled_from([0, 1, 2]))
def test_a_higher_rank_is_never_less_urgent(s: int, o: int, d: int, which: int) -> None:
    ranks = [s, o, d]
    higher = [min(10, r + (i == which)) for i, r in enumerate(ranks)]
    order = {"low": 0, "medium": 1, "high": 2}
    assert order[action_priority(TABLE, *higher)] >= order[action_priority(TABLE, *ranks)]


def test_the_gravest_finding_and_the_named_categories_give_the_severity() -> None:
    grave = [*calls(5, 1), Case("x", {"complaint": "critical"}, {})]
    assert analyse(SCALES, grave).modes[0].severity == 9
    assert analyse(SCALES, calls(5, 1, category="safety_incident")).modes[0].severity == 10


def test_items_are_modes_of_the_conversations_that_they_apply_to() -> None:
    judged = [Case(f"c{i}", {}, {"greeting": i == 0}) for i in range(4)] + calls(6, 0)
    (mode,) = analyse(SCALES, judged).modes
    assert (mode.mode, mode.chinese, mode.judged, mode.per_thousand) == (
        "item:greeting", "开场白", 4, 250.0,
    )  # fmt: skip


def test_nothing_at_all() -> None:
    assert analyse(SCALES, []).modes == ()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("from: 50, rank: 9", "from: 500, rank: 9", "occurrence"),
        ("safety_incident: 10", "safety_incident: 11", "severity.categories"),
        ("fraud_report: 9", "fraud: 9", "severity.categories"),
        ("[7, 5, 2, 1]", "[7, 5, 2, 2]", "action_priority.detection_from"),
    ],
)
def test_wrong_scales_are_named_with_their_line(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    file = tmp_path / "fmea.yaml"
    shipped = asset("configs", "fmea", "default.yaml").read_text("utf-8")
    file.write_text(shipped.replace(old, new), "utf-8")
    with pytest.raises(ConfigError, match=rf"fmea\.yaml:\d+: key {key}"):
        load_scales(file)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as made:
        yield made


def test_out_of_a_store_by_period(store: Store) -> None:
    keep(store, [contact("c1", "2026-03-01T09:00:00+08:00", "complaint")], reasons=["complaint"])
    keep(store, [contact("c2", "2026-03-31T23:00:00+08:00", "complaint", "churn")])
    keep(store, [contact("c3", "2026-04-01T00:00:00+08:00", "churn"), contact("c4", None)])
    (item,) = ReviewQueue(store).items(QueueFilter())
    ReviewQueue(store).close(item.id, "confirmed")

    march = analyse(SCALES, cases(store, "2026-03-01", "2026-03-31"))
    found = {m.mode: m for m in march.modes}
    assert march.conversations == 2
    assert found["complaint"].conversations == 2
    assert (found["complaint"].detected, found["complaint"].confirmed) == (0.5, 1)
    assert found["churn"].examples == ("c2",)
    # the scorecard of these conversations passed its only item
    assert not any(m.startswith("item:") for m in found)
    assert analyse(SCALES, cases(store)).conversations == 4
