"""Live equals batch on every prefix, with processes killed at random points in between."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from conversations import SENTENCES
from live_states import KINDS, state_url
from recipes import tiny_recipe

from ccnlp.config import load_recipe
from ccnlp.engine import Engine
from ccnlp.live.hook import Hook
from ccnlp.live.messages import SaidTurn, TurnsAnswer, TurnsRequest
from ccnlp.live.policy import load_settings
from ccnlp.live.state import open_state
from ccnlp.types import Transcript, Turn

_KILLS = 3
_NAMES = ("c-1", "c-2")
_SPEAKERS = ("agent", "customer")


class Worker:
    """One process; made before it is needed, since it takes a while to be ready."""

    def __init__(self, url: str, recipe: Path) -> None:
        script = str(Path(__file__).with_name("live_worker.py"))
        self.process = subprocess.Popen(
            [sys.executable, script, url, str(recipe)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def ask(self, name: str, request: TurnsRequest) -> str:
        """The answer; empty where the process was killed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        line = msgspec.json.encode({"name": name, "request": request}).decode()
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            said = self.process.stdout.readline()
            return said if said.endswith("\n") else ""
        return ""

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        self.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()


@pytest.mark.parametrize("kind", KINDS)
def test_killed_processes_lose_and_double_nothing(kind: str, tmp_path: Path) -> None:
    rng = random.Random(7)
    recipe = tiny_recipe(tmp_path)
    engine = Engine(load_recipe(recipe))
    words = {n: [rng.choice(SENTENCES) for _ in range(14)] for n in _NAMES}
    plan = [(n, i) for i in range(14) for n in _NAMES]
    deaths = sorted(rng.sample(range(len(plan)), _KILLS))
    with state_url(kind, tmp_path) as url:
        workers = [Worker(url, recipe) for _ in range(2 + _KILLS)]
        try:
            for worker in workers:
                worker.wait()
            alive = list(workers)
            for step, (name, sequence) in enumerate(plan):
                turn = SaidTurn(sequence, _SPEAKERS[sequence % 2], words[name][sequence])  # type: ignore[arg-type]
                request = TurnsRequest(turns=(turn,))
                worker = rng.choice(alive[:2])
                timer = threading.Timer(rng.uniform(0, 0.004), worker.kill)
                if step in deaths:
                    timer.start()
                said = worker.ask(name, request)
                if step in deaths:
                    timer.join()
                    alive.remove(worker)
                    # whether or not it was accepted: the sender says it again to another one
                    again = alive[0].ask(name, request)
                    assert not said or again == said
                    said = again
                answer = msgspec.json.decode(said, type=TurnsAnswer)
                turns = tuple(
                    Turn(_SPEAKERS[i % 2], words[name][i])  # type: ignore[arg-type]
                    for i in range(sequence + 1)
                )
                night = engine.score(Transcript(name, turns))
                assert answer.judged == sequence + 1
                assert (answer.risk.level, answer.risk.score) == (
                    night.risk.level,
                    night.risk.score,
                )
                assert answer.handoff.turn == night.handoff.turn
                assert answer.handoff.triggers == night.handoff.triggers
        finally:
            for worker in workers:
                worker.close()
        state = open_state(url)
        hook = Hook(load_recipe(recipe), state, load_settings())
        for name in _NAMES:
            kept = [t.sequence for e in state.read(name) for t in e.turns]
            assert kept == list(range(14))
            turns = tuple(Turn(_SPEAKERS[i % 2], w) for i, w in enumerate(words[name]))  # type: ignore[arg-type]
            night = engine.score(Transcript(name, turns))
            assert hook.end(name).body == msgspec.json.encode(night)
        state.close()
