"""The promise ledger of a store."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import delete, func, select
from store_history import contact, keep, opened

from ccnlp.promises.calendar import moment
from ccnlp.promises.rules import load_promise_rules
from ccnlp.store import Store
from ccnlp.store.promises import Entry, ledger, promises_of, refresh
from ccnlp.store.schema import promise

RULES = load_promise_rules()
FIRST = contact("c1", "2026-03-04T10:00:00+08:00", "complaint")
CHASE = contact("c2", "2026-03-06T09:00:00+08:00", "repeat_contact", reply="马上处理")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as made:
        yield made


def said(store: Store, as_of: str) -> list[Entry]:
    at = moment(as_of, RULES.calendar)
    assert at is not None
    return ledger(store, RULES, at)


def test_a_promise_and_what_became_of_it(store: Store) -> None:
    keep(store, [FIRST, CHASE])
    (entry,) = said(store, "2026-03-07")
    assert (entry.conversation_id, entry.kind, entry.agent_id) == ("c1", "callback", "A1")
    assert (entry.promised_at, entry.due) == (
        "2026-03-04T10:00:00+08:00", "2026-03-05T10:00:00+08:00",
    )  # fmt: skip
    assert (entry.state, entry.basis, entry.told_by) == ("broken", "chased", "c2")
    text = FIRST[0].turns[entry.turn].text
    assert text[entry.start : entry.end] == "24小时内"


def test_as_of_a_day_only_what_was_known_counts(store: Store) -> None:
    keep(store, [FIRST, CHASE])
    assert [e.state for e in said(store, "2026-03-05")] == ["open"]
    assert said(store, "2026-03-03") == []


def test_what_comes_in_late_is_taken_in_its_place(store: Store) -> None:
    keep(store, [CHASE])
    keep(store, [contact("c9", "2026-03-20T10:00:00+08:00", reply="好的")])
    assert said(store, "2026-03-30") == []
    keep(store, [FIRST])
    (entry,) = said(store, "2026-03-30")
    assert (entry.state, entry.told_by) == ("broken", "c2")


def test_contacts_of_others_tell_nothing(store: Store) -> None:
    other = contact("c3", "2026-03-06T09:00:00+08:00", "repeat_contact", customer="C2", reply="好")
    unknown = contact("c4", "2026-03-04T10:00:00+08:00", customer=None)
    keep(store, [FIRST, other, unknown])
    assert {(e.conversation_id, e.state) for e in said(store, "2026-03-07")} == {
        ("c1", "open"), ("c4", "open"),
    }  # fmt: skip


def test_scored_again_with_another_recipe_it_counts_once(store: Store) -> None:
    keep(store, [FIRST])
    by = msgspec.structs.replace(FIRST[1].provenance, recipe="recipe-2")
    keep(store, [(FIRST[0], msgspec.structs.replace(FIRST[1], provenance=by))])
    assert len(said(store, "2026-03-30")) == 1
    with store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(promise)).scalar() == 2


def test_refresh_reads_what_an_older_version_left_out(store: Store) -> None:
    keep(store, [FIRST, CHASE])
    before = said(store, "2026-03-07")
    with store.engine.begin() as connection:
        connection.execute(delete(promise))
    assert said(store, "2026-03-07") == []
    assert refresh(store, RULES) == 1
    assert refresh(store, RULES) == 1
    assert said(store, "2026-03-07") == before


def test_promises_of_one_conversation(store: Store) -> None:
    keep(store, [FIRST, CHASE])
    at = moment("2026-03-07", RULES.calendar)
    assert at is not None
    assert promises_of(store, RULES, "c1", at) == said(store, "2026-03-07")
    assert promises_of(store, RULES, "c2", at) == []


def test_a_conversation_without_a_time_stays_open(store: Store) -> None:
    keep(store, [contact("c1", None)])
    (entry,) = said(store, "2026-12-01")
    assert (entry.state, entry.basis, entry.due) == ("open", "no_time", None)
