"""The live hook as an outside client meets it, and labelled conversations pushed through it.

    python -m benchmarks.live_hook latency [--recipe FILE] [--conversations 20] [--rate 20]
    python -m benchmarks.live_hook labelled FILE [--recipe FILE]

``latency`` starts ``ccnlp hook`` as a process of its own and sends the turns of the sample at a
steady rate, from conversations at once; it prints p50 and p99 in milliseconds, and the share of
degraded and refused answers. ``labelled`` prints the handoff figures of docs/live.md.
"""

import argparse
import asyncio
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec

from ccnlp.assets import asset
from ccnlp.config import load_recipe
from ccnlp.live.hook import Hook
from ccnlp.live.messages import SaidTurn, TurnsAnswer, TurnsRequest
from ccnlp.live.policy import load_settings
from ccnlp.live.replay import InProcess, play
from ccnlp.live.state import open_state
from ccnlp.quality import f1
from ccnlp.training.corpus import read_conversations
from ccnlp.types import Transcript


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("latency", "labelled"))
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--recipe", type=Path)
    parser.add_argument("--state")
    parser.add_argument("--conversations", type=int, default=20)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    if given.what == "latency":
        latency(given)
    else:
        labelled(given.file, given.recipe)


def latency(given: argparse.Namespace) -> None:
    """Start a hook and send turns at a steady rate."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory() as folder:
        state = given.state or f"sqlite:///{folder}/live.sqlite"
        command = [
            sys.executable, "-c", "from ccnlp.cli import main; main()", "hook",
            "--port", str(port), "--state", state, "--store", f"{folder}/store.sqlite",
            *(("--recipe", str(given.recipe)) if given.recipe else ()),
        ]  # fmt: skip
        server = subprocess.Popen(command)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, server)
            asyncio.run(_send(url, given))
        finally:
            server.terminate()
            server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(3000):
        if server.poll() is not None:
            raise SystemExit("the hook did not start")
        try:
            if httpx.get(f"{url}/readyz", timeout=10).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the hook is not ready")


async def _send(url: str, given: argparse.Namespace) -> None:
    decoder = msgspec.json.Decoder(Transcript)
    lines = asset("data", "sample", "conversations.jsonl").read_bytes().splitlines()
    sample = [decoder.decode(line) for line in lines]
    taken: list[float] = []
    seen: Counter[str] = Counter()
    pause = given.conversations / given.rate
    until = time.perf_counter() + given.seconds

    async def converse(client: httpx.AsyncClient, first: int) -> None:
        await asyncio.sleep(pause * first / given.conversations)
        due = time.perf_counter()
        for round_ in range(10**6):
            talk = sample[(first + round_) % len(sample)]
            name = f"bench-{time.time_ns():x}-{first}-{round_}"
            for sequence, turn in enumerate(talk.turns):
                if time.perf_counter() > until:
                    return
                said = SaidTurn(sequence, turn.speaker, turn.text)
                body = msgspec.json.encode(TurnsRequest(turns=(said,), channel=talk.channel))
                began = time.perf_counter()
                answer = await client.post(f"/v1/conversations/{name}/turns", content=body)
                taken.append(time.perf_counter() - began)
                seen[str(answer.status_code)] += 1
                if answer.status_code == 200:
                    told = msgspec.json.decode(answer.content, type=TurnsAnswer)
                    seen["degraded"] += told.degraded
                due += pause
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await client.post(f"/v1/conversations/{name}/end")

    began = time.perf_counter()
    limits = httpx.Limits(max_connections=given.conversations, keepalive_expiry=70)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        await asyncio.gather(*(converse(client, n) for n in range(given.conversations)))
    seconds = time.perf_counter() - began
    taken.sort()
    p50, p99 = (1000 * taken[int(len(taken) * share)] for share in (0.5, 0.99))
    print(f"{len(taken)} turns in {seconds:.0f} s ({len(taken) / seconds:.1f}/s): "
          f"p50 {p50:.1f} ms, p99 {p99:.1f} ms; {dict(seen)}")  # fmt: skip


def labelled(file: Path, recipe: Path | None) -> None:
    """Push labelled conversations through a hook in this process."""
    read = read_conversations(file)
    loaded = load_recipe(recipe)
    with TemporaryDirectory() as folder:
        state = open_state(f"sqlite:///{folder}/live.sqlite")
        hook = Hook(loaded, state, load_settings())
        before = time.process_time()
        played = asyncio.run(play(InProcess(hook), [c.transcript for c in read]))
        spent = time.process_time() - before
        state.close()
    turns = sum(len(c.transcript.turns) for c in read)
    print(f"{turns} turns, {1000 * spent / turns:.1f} ms of CPU a turn, without HTTP")
    night = hook.full.engine.score_many([c.transcript for c in read])
    due = {c.transcript.conversation_id for c in read if c.gold["handoff_turn"] is not None}
    raised = {p.transcript.conversation_id for p in played if p.raised is not None}
    acted = {p.transcript.conversation_id for p in played if p.acted is not None}
    clean = [c.transcript.conversation_id for c in read if c.gold["handoff_turn"] is None]
    on_time = []
    for one, p in zip(read, played, strict=True):
        wanted = one.gold["handoff_turn"]
        if wanted is not None:
            said = [i for i, t in enumerate(p.transcript.turns) if t.speaker == "customer"]
            near = p.raised in said and abs(said.index(p.raised) - said.index(wanted)) <= 1
            on_time.append(near)
    same = sum(p.ended == n for p, n in zip(played, night, strict=True))
    print(f"conversations {len(read)}, with handoff due {len(due)}, without {len(clean)}")
    print(f"same assessment as at night: {same} of {len(read)}")
    print(f"handoff F1 {f1({(n,) for n in due}, {(n,) for n in raised})[2]:.3f}")
    print(f"handoff_turn {sum(on_time) / max(1, len(on_time)):.3f}")
    for what, names in (("recommended", raised), ("action told", acted)):
        false = sum(n in names for n in clean)
        print(f"false transfers, {what}: {false} of {len(clean)}")


if __name__ == "__main__":
    main()
