from pathlib import Path

import msgspec
import pytest
from assessments import assessment, transcript
from sqlalchemy import text

from ccnlp.errors import ConfigError, StoreError
from ccnlp.store import (
    Assessments,
    QueueFilter,
    Record,
    Recorder,
    ReviewQueue,
    Store,
    open_store,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    with open_store(tmp_path / "s.sqlite") as opened:
        yield opened


def _record(name: str, risk: int = 3, recipe: str = "recipe-1", flagged: bool = True) -> Record:
    made = assessment(name, risk=risk, recipe=recipe)
    reasons = ("risk", "complaint") if flagged else ()
    written = msgspec.json.encode(made)
    recorder = Recorder("2026-03-02T00:00:00+00:00")
    return recorder.record(transcript(name, agent=f"A{risk}"), made, written, reasons)


def test_what_goes_in_comes_out(store: Store) -> None:
    assert Assessments(store).add([_record("c1")]).assessments == 1
    kept = Assessments(store).find("c1")
    assert kept is not None
    assert kept.transcript == transcript("c1", agent="A3")
    assert kept.assessment == assessment("c1")
    assert Assessments(store).find("c2") is None


def test_the_same_again_adds_nothing(store: Store) -> None:
    records = [_record("c1"), _record("c2", flagged=False)]
    first, second = Assessments(store).add(records), Assessments(store).add(records)
    assert (first.assessments, first.queued) == (2, 1)
    assert (second.assessments, second.queued) == (0, 0)
    assert Assessments(store).count() == 2
    assert ReviewQueue(store).count(QueueFilter()) == 1


def test_a_changed_recipe_stands_beside_the_old(store: Store) -> None:
    Assessments(store).add([_record("c1", recipe="aaaa")])
    Assessments(store).add([_record("c1", recipe="bbbb", risk=4)])
    assert Assessments(store).count() == 2
    newest, older = Assessments(store).find("c1"), Assessments(store).find("c1", "aa")
    assert newest is not None
    assert older is not None
    assert (newest.recipe, older.recipe) == ("bbbb", "aaaa")
    states = {i.recipe: i.state for i in ReviewQueue(store).items(QueueFilter(states=()))}
    assert states == {"aaaa": "superseded", "bbbb": "open"}


def test_taken_items_are_not_superseded(store: Store) -> None:
    Assessments(store).add([_record("c1", recipe="aaaa")])
    ReviewQueue(store).assign(1, "wang")
    Assessments(store).add([_record("c1", recipe="bbbb")])
    assert ReviewQueue(store).count(QueueFilter()) == 2


def test_a_batch_is_written_whole_or_not_at_all(store: Store) -> None:
    bad = _record("c2")
    bad = msgspec.structs.replace(bad, queue={**(bad.queue or {}), "state": "nonsense"})
    with pytest.raises(StoreError, match="the database says"):
        Assessments(store).add([_record("c1"), bad])
    assert Assessments(store).count() == 0


def test_the_queue_is_ordered_and_filtered(store: Store) -> None:
    Assessments(store).add([_record(f"c{risk}", risk=risk) for risk in (1, 4, 2, 3)])
    queue = ReviewQueue(store)
    assert [i.conversation_id for i in queue.items(QueueFilter())] == ["c4", "c3", "c2", "c1"]
    assert [i.id for i in queue.items(QueueFilter(), limit=2)] == [2, 4]

    def count(**conditions: str) -> int:
        return queue.count(QueueFilter(**conditions))

    assert count(minimum_risk="high") == 2
    assert count(agent_id="A4") == 1
    assert count(team="华东") == 4
    assert count(category="complaint") == 4
    assert count(category="churn") == 0
    assert count(reason="risk") == 4
    assert count(reason="ris") == 0
    assert count(since="2026-03-01", until="2026-03-01") == 4
    assert count(since="2026-03-02") == 0
    for wrong in ({"category": "x"}, {"minimum_risk": "x"}, {"states": ("x",)}):
        with pytest.raises(ConfigError, match="there is no"):
            queue.count(QueueFilter(**wrong))


def test_an_item_goes_from_open_to_closed(store: Store) -> None:
    Assessments(store).add([_record("c1")])
    queue = ReviewQueue(store)
    queue.assign(1, "wang")
    item, said, made = queue.item(1)
    assert (item.state, item.assignee, item.categories) == ("assigned", "wang", ("complaint",))
    assert (said.conversation_id, made.conversation_id) == ("c1", "c1")
    with pytest.raises(ConfigError, match="no resolution"):
        queue.close(1, "maybe")
    queue.close(1, "confirmed", "rightly so")
    assert queue.item(1)[0].resolution == "confirmed"
    with pytest.raises(StoreError, match="is closed"):
        queue.assign(1, "li")
    for call in (lambda: queue.assign(9, "li"), lambda: queue.item(9)):
        with pytest.raises(ConfigError, match="no item 9"):
            call()


def test_messages_hold_no_text_of_transcripts(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE queue_category"))
    with pytest.raises(StoreError) as raised:
        Assessments(store).add([_record("c1")])
    assert "投诉" not in str(raised.value)
