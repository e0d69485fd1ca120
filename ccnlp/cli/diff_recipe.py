"""``ccnlp diff-recipe``: which conversations a changed recipe would judge otherwise."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccnlp.cli.output import JsonOption, console, meant_store, print_json

if TYPE_CHECKING:
    from ccnlp.recipe_diff import GroupChange, RecipeDiff
    from ccnlp.types import Transcript


def diff_recipe(
    old: Annotated[Path, typer.Argument(help="The recipe that is in use.")],
    new: Annotated[Path, typer.Argument(help="The recipe that shall take its place.")],
    over: Annotated[
        str,
        typer.Option("--over", help="A store, a folder that `ccnlp score` wrote, or transcripts."),
    ],
    allow: Annotated[
        float, typer.Option("--allow", min=0, max=1, help="Share of conversations that may change.")
    ] = 0.0,
    markdown: Annotated[bool, typer.Option("--markdown", help="Answer Markdown.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Score conversations with two recipes and show what changes, before one is published.

    By category, item, risk level, handoff, complaint, agent and team; conversations are named by
    their ids alone. Of a store the transcripts it keeps are scored, and nothing is written.

    For example:

        ccnlp diff-recipe configs/recipes/default.yaml ours.yaml --over out

        ccnlp diff-recipe old.yaml new.yaml --over calls.jsonl --allow 0.02 --markdown

    Exit code 0: at most --allow of the conversations change; 1: more do.
    """
    from ccnlp.config import load_recipe
    from ccnlp.engine import Engine
    from ccnlp.recipe_diff import compare_recipes

    before, after = load_recipe(old), load_recipe(new)
    names = (f"{before.name} {before.digest}", f"{after.name} {after.digest}")
    with _transcripts(over) as transcripts:
        diff = compare_recipes(Engine(before), Engine(after), names, transcripts)
    if as_json:
        print_json(diff)
    elif markdown:
        typer.echo(as_markdown(diff))
    else:
        _print(diff)
    if diff.share > allow:
        raise typer.Exit(1)


@contextmanager
def _transcripts(over: str) -> "Iterator[Iterator[Transcript]]":
    """The conversations of a store, or of files; what cannot be read of these is left out."""
    if _is_store(over):
        from ccnlp.store.transcripts import kept_transcripts

        with meant_store(over, None, None) as store:
            yield kept_transcripts(store)
        return
    from ccnlp.ingest import Rejected, read

    yield (one.transcript for one in read((over,)) if not isinstance(one, Rejected))


def _is_store(over: str) -> bool:
    if "://" in over:
        return True
    path = Path(over)
    if path.is_dir():
        return (path / "ccnlp.sqlite").is_file()
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def as_markdown(diff: "RecipeDiff") -> str:
    """The tables of a diff for a merge request."""
    parts = [f"{_summary(diff)}"]
    for title, head, rows in _tables(diff):
        lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
        parts.append(f"### {title}\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def _print(diff: "RecipeDiff") -> None:
    from rich.table import Table
    from rich.text import Text

    screen = console()
    for title, head, rows in _tables(diff):
        table = Table(*head, box=None, header_style="dim", title=title, title_justify="left")
        for row in rows:
            table.add_row(*map(Text, row))
        screen.print(table)
    typer.echo(_summary(diff))


def _summary(diff: "RecipeDiff") -> str:
    return (
        f"{diff.changed:,} of {diff.conversations:,} conversations change ({diff.share:.1%}), "
        f"{diff.scores_changed:,} in their score; {diff.old} → {diff.new}"
    )


def _tables(diff: "RecipeDiff") -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Title, head and rows of each table that has rows."""
    if diff.changes:
        rows = [
            [c.part, c.name, f"{c.old} → {c.new}", f"{c.conversations:,}", " ".join(c.examples)]
            for c in diff.changes
        ]
        yield "verdicts", ["verdict", "of", "change", "conversations", "for example"], rows
    head = ["name", "changed", "score before", "score after", "risk up", "risk down"]
    for title, groups in (("teams", diff.teams), ("agents", diff.agents)):
        if groups:
            yield title, head, _group_rows(groups)


def _group_rows(groups: "Sequence[GroupChange]") -> list[list[str]]:
    def cell(value: Any) -> str:
        return "–" if value is None else f"{value:g}"

    return [
        [
            g.name or "unknown", f"{g.changed:,} of {g.conversations:,}", cell(g.score_old),
            cell(g.score_new), str(g.risk_up), str(g.risk_down),
        ]
        for g in groups
    ]  # fmt: skip
