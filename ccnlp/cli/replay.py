"""``ccnlp replay``: recorded conversations, played to a hook."""

import asyncio
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from ccnlp.cli.output import JsonOption, console, print_json
from ccnlp.errors import InputError

if TYPE_CHECKING:
    from ccnlp.config import Recipe
    from ccnlp.live.replay import Played, Replay
    from ccnlp.types import Transcript


def replay(
    file: Annotated[str, typer.Argument(help="Conversations, in any form that `score` reads.")],
    speed: Annotated[
        float, typer.Option("--speed", min=0, help="Times as fast as said; 0: without pause.")
    ] = 0.0,
    url: Annotated[
        str | None, typer.Option("--url", help="A running hook; without it one in this process.")
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", "-r", help="Recipe of the nightly run.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="Of the hook in this process.")
    ] = None,
    together: Annotated[
        int, typer.Option("--together", min=1, help="Conversations under way at once.")
    ] = 50,
    as_json: JsonOption = False,
) -> None:
    """Play recorded conversations turn by turn and compare with the nightly verdict.

    For example:

        ccnlp replay calls.jsonl

        ccnlp replay calls.jsonl --speed 10 --url http://127.0.0.1:8710

    A token for --url stands in CCNLP_HOOK_TOKEN. Exit code 1: a verdict was another than at night.
    """
    from ccnlp.config import load_recipe
    from ccnlp.engine import Engine
    from ccnlp.live.replay import compare

    given = _read(file)
    loaded = load_recipe(recipe)
    if url is None:
        played = _here(given, loaded, settings, speed, together)
    else:
        played = _there(given, url, speed, together)
    figures = compare(played, Engine(loaded))
    if as_json:
        print_json(figures)
    else:
        _print(figures)
    if figures.same_assessment < 1:
        raise typer.Exit(1)


def _read(file: str) -> "list[Transcript]":
    from ccnlp.ingest import Rejected, read

    found = [one.transcript for one in read([file]) if not isinstance(one, Rejected)]
    if not found:
        raise InputError("holds no conversation that can be read", where=file, mend="see ingest")
    # The hook knows a conversation that has ended, and takes it but once.
    mark = f"replay-{time.time_ns():x}-"
    return [msgspec.structs.replace(t, conversation_id=mark + t.conversation_id) for t in found]


def _here(
    given: "list[Transcript]", recipe: "Recipe", settings: Path | None, speed: float, together: int
) -> "list[Played]":
    from ccnlp.live.hook import Hook
    from ccnlp.live.policy import load_settings
    from ccnlp.live.replay import InProcess, play
    from ccnlp.live.state import open_state

    with TemporaryDirectory() as folder:
        state = open_state(f"sqlite:///{folder}/live.sqlite")
        try:
            hook = Hook(recipe, state, load_settings(settings))
            return asyncio.run(play(InProcess(hook), given, speed=speed, together=together))
        finally:
            state.close()


def _there(given: "list[Transcript]", url: str, speed: float, together: int) -> "list[Played]":
    from ccnlp.live.client import AsyncLiveClient
    from ccnlp.live.replay import play

    async def run() -> Any:
        async with AsyncLiveClient(url, os.environ.get("CCNLP_HOOK_TOKEN")) as client:
            return await play(client, given, speed=speed, together=together)

    played: list[Played] = asyncio.run(run())
    return played


def _print(figures: "Replay") -> None:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for name, value in (
        ("conversations", f"{figures.conversations:,}, {figures.turns:,} turns"),
        ("as at night", f"{figures.same_assessment:.1%}"),
        ("handoff at the same turn", f"{figures.same_handoff_turn:.1%}"),
        ("false transfers", f"{figures.false_transfers:.1f} of 100 conversations without a cause"),
        ("degraded answers", f"{figures.degraded:,}"),
        *(
            (f"{k} or more turns early", f"{share:.0%} of the demands for a person")
            for k, share in figures.turns_early.items()
        ),
    ):
        table.add_row(name, value)
    console().print(table)
