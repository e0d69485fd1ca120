"""The escalation ladder of a customer, and its alerts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from store_history import contact as stored
from store_history import keep, opened

from ccnlp.assets import asset
from ccnlp.contacts import Contact, Said
from ccnlp.errors import ConfigError
from ccnlp.ladder import Ladder, alerts, climb, load_ladder
from ccnlp.promises.rules import load_promise_rules
from ccnlp.store import QueueFilter, ReviewQueue, Store
from ccnlp.store.escalations import ladder_of, ladders, put_into_queue

SPEC = load_ladder()
RULES = load_promise_rules()
BEGIN = datetime(2026, 3, 1, 9, 0, tzinfo=RULES.calendar.zone)


def contact(day: float, *categories: str, confidence: float = 0.9) -> Contact:
    return Contact(
        f"c{day:g}", BEGIN + timedelta(days=day),
        tuple(Said(c, confidence, "x") for c in categories), "complaint" in categories,
    )  # fmt: skip


def rungs(*contacts: Contact) -> list[tuple[str, str, bool]]:
    return [(s.conversation_id, s.rung, s.climbed) for s in climb(SPEC, "C1", contacts).steps]


def test_step_by_step() -> None:
    assert rungs(
        contact(0), contact(1, "complaint"), contact(2, "complaint"), contact(3, "churn"),
        contact(4, "complaint", "media_threat"), contact(5, "complaint"),
    ) == [
        ("c1", "complaint", True), ("c2", "repeated", True), ("c4", "outside", True),
        ("c5", "repeated", False),
    ]  # fmt: skip


def test_a_first_complaint_that_says_it_was_made_before_is_a_repeated_one() -> None:
    assert rungs(contact(0, "complaint", "repeat_contact")) == [("c0", "repeated", True)]


def test_asking_again_without_complaining_is_no_step() -> None:
    assert rungs(contact(0, "repeat_contact")) == []


def test_a_threat_needs_no_complaint_but_some_confidence() -> None:
    assert rungs(contact(0, "legal_threat")) == [("c0", "outside", True)]
    assert rungs(contact(0, "legal_threat", confidence=0.5)) == []


def test_a_quiet_time_ends_the_climb() -> None:
    ladder = climb(SPEC, "C1", [contact(0, "complaint"), contact(91, "complaint")])
    assert [s.rung for s in ladder.steps] == ["complaint", "complaint"]
    assert (ladder.place, ladder.since) == (1, BEGIN + timedelta(days=91))
    assert climb(SPEC, "C1", [contact(0, "complaint"), contact(89, "complaint")]).place == 2
    # a later contact without a complaint shows that the time was quiet
    assert climb(SPEC, "C1", [contact(0, "complaint"), contact(200)]).rung is None


def test_the_order_in_which_they_came_in_makes_no_difference() -> None:
    contacts = [contact(0, "complaint"), contact(1, "complaint"), contact(2, "media_threat")]
    made = {climb(SPEC, "C1", order) for order in permutations(contacts)}
    assert len(made) == 1


def test_alerts_are_climbs_from_a_rung_on() -> None:
    ladder = climb(SPEC, "C1", [contact(d, "complaint") for d in range(4)])
    assert [s.conversation_id for s in alerts(SPEC, ladder)] == ["c1"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("alert_from: repeated", "alert_from: shouting", "alert_from"),
        ("window_days: 90", "window_days: 0", "window_days"),
        ("legal_threat]", "lawyers]", "rungs.2.categories"),
        ("complaint: true}", "complaint: false}", "rungs.0"),
    ],
)
def test_a_wrong_ladder_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    file = tmp_path / "ladder.yaml"
    shipped = asset("configs", "ladder", "default.yaml").read_text("utf-8")
    file.write_text(shipped.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigError, match=rf"ladder\.yaml:\d+: key {key}"):
        load_ladder(file)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as made:
        yield made


def all_of(store: Store) -> dict[str, Ladder]:
    return {ladder.customer_id: ladder for ladder in ladders(store, SPEC, RULES)}


def test_out_of_a_store_in_the_order_of_time_whatever_came_in_first(store: Store) -> None:
    keep(store, [stored("c2", "2026-03-02T09:00:00+08:00", "complaint")])
    assert all_of(store)["C1"].rung == "complaint"
    # the first one comes in late, with its time in another zone
    keep(store, [stored("c1", "2026-03-01T23:00:00Z", "complaint")])
    keep(store, [stored("x", "2026-03-01T09:00:00Z", "complaint", customer="C2")])
    keep(store, [stored("y", "2026-03-01T09:00:00Z", customer="C3")])
    keep(store, [stored("z", "2026-03-01T09:00:00Z", "complaint", customer=None)])
    found = all_of(store)
    assert [(s.conversation_id, s.rung) for s in found["C1"].steps] == [
        ("c1", "complaint"), ("c2", "repeated"),
    ]  # fmt: skip
    assert sorted(found) == ["C1", "C2"]
    assert ladder_of(store, "C1", SPEC, RULES) == found["C1"]


def test_alerts_go_into_the_queue_once(store: Store) -> None:
    first = stored("c1", "2026-03-01T09:00:00Z", "complaint")
    second = stored("c2", "2026-03-02T09:00:00Z", "complaint")
    third = stored("c3", "2026-03-03T09:00:00Z", "media_threat")
    keep(store, [first, third])
    keep(store, [second], reasons=["complaint"])

    def flag() -> int:
        climbs = [s.conversation_id for one in all_of(store).values() for s in alerts(SPEC, one)]
        return put_into_queue(store, climbs)

    assert flag() == 2
    assert flag() == 0
    items = {i.conversation_id: i for i in ReviewQueue(store).items(QueueFilter())}
    assert items["c2"].reasons == ("complaint", "escalation")
    assert items["c3"].reasons == ("escalation",)
    assert items["c3"].categories == ("media_threat",)
    assert "c1" not in items
    # what a person has closed stays closed
    ReviewQueue(store).close(items["c2"].id, "confirmed")
    assert flag() == 0


def test_a_category_of_ones_own_may_be_a_rung(tmp_path: Path) -> None:
    file = tmp_path / "ladder.yaml"
    shipped = asset("configs", "ladder", "default.yaml").read_text("utf-8")
    file.write_text(shipped.replace("legal_threat]", "recall]"), "utf-8")
    known = ["regulator_threat", "media_threat", "repeat_contact", "recall"]
    spec = load_ladder(file, known)
    assert [s.rung for s in climb(spec, "C1", [contact(0, "recall")]).steps] == ["outside"]
