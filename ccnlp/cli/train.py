"""``ccnlp train``: models made from labelled turns, by commands that ship."""

from pathlib import Path
from typing import Annotated

import typer

from ccnlp.assets import asset


def linear(
    data: Annotated[
        list[Path], typer.Argument(help="Labelled files, one an author (docs/training.md).")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Model folder: NAME/VERSION.")],
    settings: Annotated[
        Path | None, typer.Option("--settings", help="Settings; without it the shipped ones.")
    ] = None,
    licence: Annotated[
        str, typer.Option("--licence", help="Licence of the data, kept in the manifest.")
    ] = "Apache-2.0",
) -> None:
    """Train the linear heads: emotion, findings and script acts.

    For example:

        ccnlp train linear data/training/conversations-*.jsonl --out models/linear/1
    """
    from ccnlp.training.card import write_card
    from ccnlp.training.corpus import read_turns
    from ccnlp.training.linear import load_settings, train_linear

    path = settings or asset("configs", "training", "linear.yaml")
    names = " ".join(p.name for p in data)
    manifest = train_linear(
        read_turns(data), [(p, licence) for p in data], load_settings(path), out,
        f"ccnlp train linear {names} --out {out.parent.name}/{out.name}",
        lambda line: typer.echo(line, err=True),
    )  # fmt: skip
    write_card(out, manifest)
    typer.echo(out)


def make_app() -> typer.Typer:
    """The group ``ccnlp train``."""
    made = typer.Typer(help="Train models from labelled turns.", no_args_is_help=True)
    made.command("linear")(linear)
    return made
