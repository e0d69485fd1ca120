"""``ccnlp evaluate``: the figures of assessments against labelled conversations."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccnlp.cli.output import JsonOption, console, print_json

if TYPE_CHECKING:
    from ccnlp.quality import Quality


def evaluate(
    labelled: Annotated[Path, typer.Argument(help="Labelled conversations (data/README.md).")],
    recipe: Annotated[
        Path | None, typer.Option("--recipe", "-r", help="Recipe; without it the shipped one.")
    ] = None,
    errors: Annotated[int, typer.Option("--errors", min=0, help="Show so many mistakes.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Score labelled conversations and say how far the verdicts agree with the labels.

    For example:

        ccnlp evaluate data/sample/conversations.jsonl --errors 20

    A file conversations.jsonl takes its labels from labels.jsonl beside it; any other file holds
    {"transcript", "gold"} a line. docs/quality.md says what each figure means.
    """
    from ccnlp.config import load_recipe
    from ccnlp.engine import Engine
    from ccnlp.quality import measure_quality
    from ccnlp.training.corpus import read_conversations

    conversations = read_conversations(labelled)
    engine = Engine(load_recipe(recipe))
    made = engine.score_many([c.transcript for c in conversations])
    quality = measure_quality(conversations, made)
    if as_json:
        print_json(quality)
        return
    _print(quality)
    for line in quality.disagreements[:errors]:
        console().print(line, markup=False)


def _print(quality: "Quality") -> None:
    from rich.table import Table

    out = console()
    table = Table("figure", "value", box=None)
    for name, value in quality.figures.items():
        table.add_row(name, f"{value:.0f}" if name == "conversations" else f"{value:.3f}")
    out.print(table)
    table = Table("category", "precision", "recall", "F1", box=None)
    for name, row in quality.categories.items():
        table.add_row(name, *(f"{v:.3f}" for v in row))
    out.print(table)
    for title, rows in (("emotion", quality.emotions), ("item", quality.items)):
        table = Table(title, "F1" if title == "emotion" else "accuracy", box=None)
        for name, value in rows.items():
            table.add_row(name, f"{value:.3f}")
        out.print(table)
