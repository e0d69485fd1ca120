"""``ccnlp evaluate``: the figures of assessments against labels."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from ccnlp.cli.output import JsonOption, console, print_json

if TYPE_CHECKING:
    from ccnlp.quality import Quality
    from ccnlp.training.emotion_figures import EmotionFigures

#: What is meant where no command is named: ``ccnlp evaluate FILE``.
_USUAL: Final = "conversations"


class _Group(TyperGroup):
    """A file may stand where a command would."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = [_USUAL, *args]
        return super().parse_args(ctx, args)


def conversations(
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

    The word "conversations" may be left out. A file conversations.jsonl takes its labels from
    labels.jsonl beside it; any other file holds {"transcript", "gold"} a line. docs/quality.md
    says what each figure means.
    """
    from ccnlp.config import load_recipe
    from ccnlp.engine import Engine
    from ccnlp.quality import measure_quality
    from ccnlp.training.corpus import read_conversations

    read = read_conversations(labelled)
    engine = Engine(load_recipe(recipe))
    quality = measure_quality(read, engine.score_many([c.transcript for c in read]))
    if as_json:
        print_json(quality)
        return
    _print(quality)
    for line in quality.disagreements[:errors]:
        console().print(line, markup=False)


def emotion(
    data: Annotated[
        Path, typer.Option("--data", "-d", help="Labelled turns, JSONL or CSV (docs/training.md).")
    ],
    recipe: Annotated[
        Path | None, typer.Option("--recipe", "-r", help="Recipe; without it the shipped one.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge the emotion of labelled turns as a recipe does, and compare.

    For example:

        ccnlp evaluate emotion --data ours.csv --recipe our-recipe.yaml
    """
    from ccnlp.config import load_recipe
    from ccnlp.training.corpus import read_emotions
    from ccnlp.training.emotion_figures import evaluate_emotion

    figures = evaluate_emotion(read_emotions(data), load_recipe(recipe))
    if as_json:
        print_json(figures)
    else:
        _print_emotion(figures)


def _print_emotion(figures: "EmotionFigures") -> None:
    from rich.table import Table

    out = console()
    table = Table("figure", "value", box=None)
    table.add_row("turns", str(figures.turns))
    for name in ("macro_f1", "accuracy", "calibration_error", "unsure", "accuracy_sure"):
        table.add_row(name, f"{getattr(figures, name):.3f}")
    out.print(table)
    table = Table("emotion", "precision", "recall", "F1", "turns", box=None)
    for label, (*shares, count) in figures.emotions.items():
        table.add_row(label, *(f"{v:.3f}" for v in shares), str(count))
    out.print(table)
    names = list(figures.emotions)
    table = Table("labelled", *(f"said {n}" for n in names), box=None)
    for label, row in figures.confusion.items():
        table.add_row(label, *(str(row[n]) for n in names))
    out.print(table)


def make_app() -> typer.Typer:
    """The group ``ccnlp evaluate``."""
    made = typer.Typer(
        cls=_Group, no_args_is_help=True,
        help="Say how far verdicts agree with labels: `ccnlp evaluate FILE`, or emotion alone.",
    )  # fmt: skip
    made.command(_USUAL)(conversations)
    made.command("emotion")(emotion)
    return made


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
