"""What the commands share: consoles, JSON on standard output, errors, the store's place."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from ccnlp.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from ccnlp.store.connection import Store

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


def in_ci() -> bool:
    """Whether nobody watches: progress is not drawn then."""
    return bool(os.environ.get("CI") or os.environ.get("CCNLP_CI"))
