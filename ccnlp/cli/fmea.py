"""``ccnlp fmea``: the failure modes of a period by severity, occurrence and detection."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccnlp.cli.output import (
    CsvOption,
    JsonOption,
    OutOption,
    OwnRecipeOption,
    SinceOption,
    StoreArgument,
    StoreOption,
    UntilOption,
    check_days,
    console,
    known_categories,
    meant_store,
    print_csv,
    print_json,
)  # fmt: skip

if TYPE_CHECKING:
    from ccnlp.fmea import Analysis


def fmea(
    named: StoreArgument = None,
    out: OutOption = None,
    store: StoreOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    scales: Annotated[
        Path | None, typer.Option("--scales", help="YAML of the scales; else the shipped ones.")
    ] = None,
    recipe: OwnRecipeOption = None,
    as_csv: CsvOption = False,
    as_json: JsonOption = False,
) -> None:
    """Analyse failure modes (FMEA): severity × occurrence × detection, RPN and action priority.

    A failure mode is a finding category or a failed item of the scorecard. Scales follow AIAG and
    AIAG & VDA (docs/scoring.md).

    For example:

        ccnlp fmea out --since 2026-03-01 --until 2026-03-31

        ccnlp fmea --store ccnlp.sqlite --csv > fmea.csv
    """
    import msgspec

    from ccnlp.fmea import FailureMode, analyse, load_scales
    from ccnlp.store.failures import cases

    check_days(since=since, until=until)
    categories = known_categories(recipe)
    loaded = load_scales(scales, categories)
    with meant_store(named, store, out) as opened:
        analysis = analyse(loaded, cases(opened, since, until), since, until, categories)
    if as_json:
        print_json(analysis)
    elif as_csv:
        columns = FailureMode.__struct_fields__
        print_csv(columns, map(msgspec.structs.astuple, analysis.modes))
    else:
        _print(analysis)


def _print(analysis: "Analysis") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="dim")
    table.add_column("failure mode", overflow="fold")
    for name in ("of", "per 1,000 (95 %)", "seen", "S", "O", "D", "RPN"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("priority", "e.g."):
        table.add_column(name, overflow="fold")
    style = {"high": "red", "medium": "yellow", "low": "green"}
    for m in analysis.modes:
        table.add_row(
            Text(f"{m.mode} {m.chinese}"), f"{m.conversations:,}/{m.judged:,}",
            f"{m.per_thousand:.1f} ({m.low:.1f}..{m.high:.1f})", f"{m.detected:.0%}",
            str(m.severity), str(m.occurrence), str(m.detection), str(m.rpn),
            Text(m.action_priority, style=style[m.action_priority]), Text(" ".join(m.examples)),
        )  # fmt: skip
    console().print(table)
    period = f"{analysis.since or '…'} .. {analysis.until or '…'}"
    typer.echo(f"{analysis.conversations:,} conversations, {period}")
