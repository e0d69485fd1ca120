"""What the commands share: consoles, JSON on standard output, errors, the store's place."""

import csv
import io
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from ccnlp.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from ccnlp.store.connection import Store
    from ccnlp.taxonomy import Category

#: Columns where standard output is no terminal.
_WIDTH: Final = 120
#: Folders whose store is used where none is named: the one written last.
_USUAL: Final = (".", "out", "demo-out")

OutOption = Annotated[
    Path | None, typer.Option("--out", "-o", help="Folder that `ccnlp score` wrote.")
]
StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store", envvar="CCNLP_STORE", help="The store: a file or a database URL.",
        show_envvar=True,
    ),
]  # fmt: skip
#: Of commands that look at a whole store, which may be named without an option.
StoreArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[STORE]",
        help="A store, or a folder that `ccnlp score` wrote; else as --out and --store say.",
    ),
]
SinceOption = Annotated[str | None, typer.Option("--since", help="First day, YYYY-MM-DD.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="Last day, YYYY-MM-DD.")]
#: Of commands whose settings name categories.
OwnRecipeOption = Annotated[
    Path | None,
    typer.Option("--recipe", "-r", help="Recipe whose own categories the settings may name."),
]
CsvOption = Annotated[bool, typer.Option("--csv", help="Answer CSV on standard output.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer JSON on standard output.")]
RevealOption = Annotated[
    bool, typer.Option("--reveal", help="Show personal information instead of hiding it.")
]


def console() -> "Console":
    """Standard output, in colour on a terminal."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)


def print_json(value: Any) -> None:
    """One JSON value on standard output."""
    typer.echo(msgspec.json.encode(value))


def say_error(message: str) -> None:
    """One line on standard error."""
    typer.echo(f"ccnlp: {message}", err=True)


def find_store(store: str | None, out: Path | None) -> str:
    """The store that a reading command means.

    Raises
    ------
    ConfigError: none was named and none is at hand.
    """
    if store:
        return store
    if out is not None:
        return str(out / "ccnlp.sqlite")
    found = [f for folder in _USUAL if (f := Path(folder) / "ccnlp.sqlite").is_file()]
    if not found:
        raise ConfigError(
            "which store is meant?", mend="name --out DIR or --store URL, or set CCNLP_STORE"
        )
    return str(max(found, key=lambda f: f.stat().st_mtime))


def existing_store(store: str | None, out: Path | None) -> "Store":
    """That store, opened; see ``find_store`` and ``ccnlp.store.open_store`` for errors."""
    from ccnlp.store.connection import open_store

    return open_store(find_store(store, out), create=False)


def meant_store(named: str | None, store: str | None, out: Path | None) -> "Store":
    """The store that an argument names, or a folder that holds it; else see ``find_store``."""
    if named and "://" not in named and Path(named).is_dir():
        return existing_store(None, Path(named))
    return existing_store(named or store, out)


def known_categories(recipe: Path | None) -> "dict[str, Category]":
    """The categories that ship, or those of a recipe."""
    from ccnlp.taxonomy import CATEGORIES

    if recipe is None:
        return CATEGORIES
    from ccnlp.config import load_recipe

    return load_recipe(recipe).categories


def check_days(**days: str | None) -> None:
    """See that options hold days.

    Raises
    ------
    ConfigError: naming the option.
    """
    for option, given in days.items():
        try:
            if given is not None and date.fromisoformat(given).isoformat() != given:
                raise ValueError
        except ValueError as error:
            raise ConfigError(
                f"{given!r} is no day", where=f"--{option.replace('_', '-')}",
                mend="write YYYY-MM-DD",
            ) from error  # fmt: skip


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A CSV table on standard output."""
    from ccnlp.cli.export import cell

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([[cell(value) for value in row] for row in rows])
    typer.echo(text.getvalue(), nl=False)


def in_ci() -> bool:
    """Whether nobody watches: progress is not drawn then."""
    return bool(os.environ.get("CI") or os.environ.get("CCNLP_CI"))
