"""What is accepted is kept, once, in order, whichever process takes it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from live_states import KINDS, state_url

from ccnlp.errors import ConfigError, UnavailableError
from ccnlp.live.messages import SaidTurn
from ccnlp.live.state import Conflict, Entry, State, open_state


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with state_url(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def state(url: str) -> Iterator[State]:
    made = open_state(url)
    yield made
    made.close()


def entry(sequence: int, *, at: float = 1.0, ended: bool = False) -> Entry:
    turn = SaidTurn(sequence, "customer", f"第{sequence}句")
    return Entry(at=at, turns=(turn,), answer=msgspec.Raw(b'{"n": 1}'), ended=ended)


def test_entries_come_back_in_order(state: State, url: str) -> None:
    for revision in range(3):
        state.append("c-1", revision, entry(revision), b"{}")
    other = open_state(url)
    assert [e.turns[0].sequence for e in other.read("c-1")] == [0, 1, 2]
    assert [e.turns[0].sequence for e in other.read("c-1", after=2)] == [2]
    assert bytes(other.read("c-1")[0].answer) == b'{"n": 1}'
    assert other.read("c-2") == []
    other.close()


def test_a_second_entry_at_one_revision_is_refused(state: State) -> None:
    state.append("c-1", 0, entry(0), b"one")
    for revision in (0, 2):
        with pytest.raises(Conflict):
            state.append("c-1", revision, entry(9), b"two")
    assert [e.turns[0].sequence for e in state.read("c-1")] == [0]
    assert state.rows() == [b"one"]


def test_writers_at_once_lose_and_double_nothing(url: str) -> None:
    done: list[int] = []

    def write(first: int) -> None:
        own = open_state(url)
        for sequence in range(first, first + 10):
            while True:
                try:
                    own.append("c-1", len(own.read("c-1")), entry(sequence), b"{}")
                    break
                except Conflict:
                    continue
            done.append(sequence)
        own.close()

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = open_state(url)
    kept = [e.turns[0].sequence for e in state.read("c-1")]
    assert sorted(kept) == sorted(done)
    assert len(kept) == 30
    state.close()


def test_the_ended_are_handed_over_and_forgotten(state: State) -> None:
    state.append("c-1", 0, entry(0, at=10.0), b"open")
    state.append("c-2", 0, entry(0, at=10.0), b"other")
    state.append("c-1", 1, entry(1, at=20.0, ended=True), b"ended")
    assert state.rows() == [b"other"]
    assert state.rows(ended=True) == [b"ended"]
    assert state.unhanded() == ["c-1"]
    assert state.forget_ended(99.0) == 0  # not before it is in the store
    state.mark_handed("c-1")
    assert state.unhanded() == []
    assert state.forget_ended(20.0) == 0
    assert state.forget_ended(20.5) == 1
    assert state.read("c-1") == []
    assert state.rows(ended=True) == []
    assert len(state.read("c-2")) == 1


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no kind of state"):
        open_state("mongodb://localhost")
    with pytest.raises(ConfigError, match="lost with the process"):
        open_state("sqlite:///:memory:")
    (tmp_path / "file").write_text("no database, but long enough to be looked at" * 40)
    with pytest.raises(UnavailableError, match="cannot be used as state"):
        open_state(f"sqlite:///{tmp_path / 'file'}")
    pytest.importorskip("redis")
    with pytest.raises(UnavailableError, match="does not answer"):
        open_state("redis://127.0.0.1:1/0")
