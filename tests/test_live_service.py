"""The time budget of a call: whichever of both answers is first is the only one that is kept."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from recipes import tiny_recipe

from ccnlp.config import load_recipe
from ccnlp.live.hook import Hook
from ccnlp.live.messages import SaidTurn, TurnsAnswer, TurnsRequest
from ccnlp.live.policy import LiveSettings, Policy
from ccnlp.live.service import Service
from ccnlp.live.state import State, open_state

REQUEST = TurnsRequest(turns=(SaidTurn(0, "customer", "我要投诉你们"),))


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    made = open_state(f"sqlite:///{tmp_path / 'live.sqlite'}")
    yield made
    made.close()


@pytest.fixture
def service(state: State, tmp_path: Path) -> Iterator[Service]:
    settings = LiveSettings(queues={"default": Policy()}, budget_ms=20)
    made = Service(Hook(load_recipe(tiny_recipe(tmp_path)), state, settings))
    yield made
    made.close()


def held(judge: Any, until: threading.Event) -> None:
    """Let a judge wait for an event before it answers."""
    whole = judge.assess

    def assess(*given: Any) -> Any:
        assert until.wait(60)
        return whole(*given)

    judge.assess = assess


def test_rules_answer_where_the_budget_ends(service: Service, state: State) -> None:
    late = threading.Event()
    held(service.hook.full, late)
    told = asyncio.run(service.take("c-1", REQUEST))
    late.set()
    service.close()
    assert told.degraded
    assert msgspec.json.decode(told.body, type=TurnsAnswer).degraded
    assert len(state.read("c-1")) == 1  # the late answer was not kept


def test_a_full_answer_that_is_first_after_all_is_the_answer(
    service: Service, state: State
) -> None:
    ended, kept = threading.Event(), threading.Event()
    held(service.hook.full, ended)
    append = state.append

    def noted(*given: Any) -> None:
        append(*given)
        kept.set()

    state.append = noted  # type: ignore[method-assign]
    whole = service.hook.quick.assess

    def second(*given: Any) -> Any:
        ended.set()
        assert kept.wait(60)
        return whole(*given)

    service.hook.quick.assess = second  # type: ignore[method-assign]
    told = asyncio.run(service.take("c-1", REQUEST))
    assert not told.degraded
    assert len(state.read("c-1")) == 1


def test_what_waits_behind_others_is_answered_and_never_begins(
    service: Service, state: State
) -> None:
    late = threading.Event()
    held(service.hook.full, late)

    async def both() -> list[Any]:
        return list(
            await asyncio.gather(service.take("c-1", REQUEST), service.take("c-2", REQUEST))
        )

    assert all(told.degraded for told in asyncio.run(both()))
    late.set()
    service.close()
    assert [len(state.read(name)) for name in ("c-1", "c-2")] == [1, 1]
