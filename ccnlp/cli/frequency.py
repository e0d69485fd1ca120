"""``ccnlp frequency``: risky phrases per 1,000 words, with intervals, and what changed."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccnlp.cli.output import JsonOption, OutOption, StoreOption, console, existing_store, print_json

if TYPE_CHECKING:
    from ccnlp.frequency import Change, Rate


class _By(StrEnum):
    agent = "agent"
    team = "team"
    day = "day"
    week = "week"
    category = "category"


def frequency(
    by: Annotated[_By, typer.Option("--by", help="What to count by.")] = _By.agent,
    changes: Annotated[
        bool, typer.Option("--changes", help="The latest week against those before it.")
    ] = False,
    weeks: Annotated[int, typer.Option("--weeks", min=1, help="Weeks to compare with.")] = 4,
    category: Annotated[
        list[str] | None, typer.Option("--category", "-c", help="Only these categories.")
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", "-r", help="Recipe whose own categories count too.")
    ] = None,
    out: OutOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count risky phrases per 1,000 words, with 95 % Wilson intervals.

    For example:

        ccnlp frequency --by team --out out

        ccnlp frequency --by agent --category overpromise --changes --out out
    """
    from ccnlp.config import load_recipe
    from ccnlp.errors import ConfigError
    from ccnlp.frequency import phrase_changes, phrase_rates
    from ccnlp.store.spoken import read_spoken
    from ccnlp.taxonomy import CATEGORIES

    known = load_recipe(recipe).categories if recipe is not None else CATEGORIES
    for name in category or ():
        if name not in known:
            raise ConfigError(
                f"unknown category {name!r}", where="--category",
                mend=f"one of {', '.join(known)}",
            )  # fmt: skip
    if changes and by not in (_By.agent, _By.team, _By.category):
        raise ConfigError(
            f"changes cannot be counted by {by.value}", where="--by",
            mend="use agent, team or category",
        )  # fmt: skip
    with existing_store(store, out) as opened:
        spoken = list(read_spoken(opened))
    if changes:
        rows = phrase_changes(spoken, by.value, weeks, known)  # type: ignore[arg-type]
        chosen = [r for r in rows if not category or r.category in category]
        print_json(chosen) if as_json else _print_changes(chosen)
    else:
        rates = phrase_rates(spoken, by.value, known)
        kept = [r for r in rates if (r.category in category if category else r.hits)]
        print_json(kept) if as_json else _print_rates(kept)


def _print_rates(rates: "list[Rate]") -> None:
    from rich.table import Table

    table = Table("group", "category", "hits", "words", "per 1,000", "95 % interval", box=None)
    for r in rates:
        table.add_row(
            r.group, r.category, str(r.hits), f"{r.words:,}", f"{r.rate:.2f}",
            f"{r.low:.2f} .. {r.high:.2f}",
        )  # fmt: skip
    console().print(table)


def _print_changes(changes: "list[Change]") -> None:
    from rich.table import Table

    table = Table("group", "category", "latest week", "before", "ratio", "p", box=None)
    for c in changes:
        ratio = f"{c.ratio:.2f}" if c.ratio is not None else "new"
        table.add_row(
            c.group, c.category, f"{c.latest.rate:.2f} ({c.latest.hits})",
            f"{c.trailing.rate:.2f} ({c.trailing.hits})", ratio, f"{c.p_value:.4f}",
        )  # fmt: skip
    console().print(table)
