"""``ccnlp appraise``: agents by quality, efficiency, and what other systems know."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccnlp.cli.output import (
    CsvOption,
    JsonOption,
    OutOption,
    SinceOption,
    StoreArgument,
    StoreOption,
    UntilOption,
    check_days,
    console,
    meant_store,
    print_csv,
    print_json,
)  # fmt: skip

if TYPE_CHECKING:
    from ccnlp.appraisal import Appraisal, Standard


def appraise(
    named: StoreArgument = None,
    outside: Annotated[
        Path | None,
        typer.Option("--outside", help="CSV of agent, measure, value from other systems."),
    ] = None,
    standard: Annotated[
        Path | None,
        typer.Option("--standard", help="YAML of weights and measures; else the shipped one."),
    ] = None,
    out: OutOption = None,
    store: StoreOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    as_csv: CsvOption = False,
    as_json: JsonOption = False,
) -> None:
    """Appraise agents: quality 50 %, efficiency 30 %, the rest fed in; all of it configurable.

    What nobody measured leaves a range.

    For example:

        ccnlp appraise out --outside hr.csv --since 2026-03-01 --until 2026-03-31

        ccnlp appraise --store ccnlp.sqlite --csv > appraisal.csv
    """
    from ccnlp.appraisal import appraise as appraised
    from ccnlp.appraisal import load_standard, read_outside
    from ccnlp.store.worked import read_worked

    check_days(since=since, until=until)
    loaded = load_standard(standard)
    fed = read_outside(outside, loaded) if outside is not None else {}
    with meant_store(named, store, out) as opened:
        made = appraised(loaded, read_worked(opened, since, until), fed)
    if as_json:
        print_json(made)
    elif as_csv:
        print_csv(_columns(loaded), map(list, map(_cells, made)))
    else:
        _print(loaded, made)


def _columns(standard: "Standard") -> list[str]:
    columns = ["agent", "team", "conversations", "provisional", "total", "minimum", "maximum"]
    for name, part in standard.parts.items():
        columns += [f"{name}.minimum", f"{name}.maximum"]
        for one in part.measures:
            columns += [f"{name}.{one.measure}", f"{name}.{one.measure}.points"]
    return columns


def _cells(made: "Appraisal") -> Iterator[Any]:
    yield from (made.agent_id, made.team, made.conversations, made.provisional, made.total)
    yield from (made.minimum, made.maximum)
    for part in made.parts:
        yield from (part.minimum, part.maximum)
        for one in part.measures:
            yield from (one.value, one.minimum if one.minimum == one.maximum else None)


def _print(standard: "Standard", made: "list[Appraisal]") -> None:
    from rich.table import Table
    from rich.text import Text

    whole = sum(part.weight for part in standard.parts.values())
    table = Table(box=None, header_style="dim")
    table.add_column("agent", overflow="fold")
    table.add_column("team", overflow="fold")
    for name in ("conversations", "total"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, part in standard.parts.items():
        table.add_column(f"{name} {part.weight / whole:.0%}", justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for one in made:
        table.add_row(
            Text(one.agent_id), Text(one.team or ""), f"{one.conversations:,}",
            _range(one.minimum, one.maximum),
            *(_range(part.minimum, part.maximum) for part in one.parts),
            Text("provisional" if one.provisional else "", style="yellow"),
        )  # fmt: skip
    console().print(table)
    open_ = {m.measure for a in made for p in a.parts for m in p.measures if m.value is None}
    if open_:
        typer.echo(f"ranges: not every agent has {', '.join(sorted(open_))}")


def _range(low: float, high: float) -> str:
    return f"{low:.1f}" if low == high else f"{low:.1f}–{high:.1f}"
