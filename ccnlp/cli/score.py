"""``ccnlp score``: the nightly run."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from ccnlp.cli.output import JsonOption, StoreOption, console, in_ci, print_json
from ccnlp.cli.report import report_into


def score(
    inputs: Annotated[
        list[str], typer.Argument(help="Files, folders, patterns; - is standard input.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")],
    recipe: Annotated[
        Path | None, typer.Option("--recipe", "-r", help="Recipe; without it the shipped one.")
    ] = None,
    store: StoreOption = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", "-m", help="YAML that says what columns hold.")
    ] = None,
    file_format: Annotated[
        str | None, typer.Option("--format", help="Format of the inputs; else each file tells.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="Encoding, e.g. gb18030; else recognised.")
    ] = None,
    swap_roles: Annotated[
        bool, typer.Option("--swap-roles", help="Customer and agent are exchanged in the inputs.")
    ] = False,
    batch: Annotated[
        int, typer.Option("--batch", min=1, help="Turns scored at once, about.")
    ] = 1000,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Worker processes.")] = 1,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Score conversations and put the flagged ones into the review queue.

    Writes assessments.jsonl, quarantine.jsonl, findings.parquet, summary.json and report.html
    into --out, and the queue into the store (ccnlp.sqlite in --out unless --store names
    another). Scoring the same input again adds nothing twice.

    For example:

        ccnlp score calls.jsonl --out out

        ccnlp score night/*.jsonl.gz --out out --jobs 4

        ccnlp score export.csv --mapping columns.yaml --out out

        zcat calls.jsonl.gz | ccnlp score - --out out --json

    Exit code 0: all was scored; 1: some records are in quarantine.jsonl.
    """
    from ccnlp.batch import ScoreJob, run_score

    job = ScoreJob(
        inputs=tuple(inputs), out=out, recipe=recipe, store=store, mapping=mapping,
        format=file_format, encoding=encoding, swap_roles=swap_roles,
        chunk_turns=batch, jobs=jobs,
    )  # fmt: skip
    with _progress(quiet or as_json or in_ci() or not sys.stderr.isatty()) as on_progress:
        outcome = run_score(job, on_progress)
    report = report_into(out, outcome.summary)
    if as_json:
        print_json(_short(outcome, report))
    elif not quiet:
        print_outcome(outcome, report)
    if outcome.quarantined:
        raise typer.Exit(1)


def print_outcome(outcome: Any, report: Path) -> None:
    """A few lines on what a run did, and where its results lie."""
    from rich.table import Table
    from rich.text import Text

    total = outcome.summary.total
    rate = f" ({outcome.conversations / outcome.seconds:,.0f} a second)"
    risks = ", ".join(f"{n} {level}" for level, n in sorted_risks(total.risk))
    table = Table.grid(padding=(0, 2))
    rows = [
        (
            "scored",
            f"{outcome.conversations:,} conversations, {outcome.turns:,} turns in"
            # Of a small run the start takes most of the time: a rate would say nothing.
            f" {outcome.seconds:.1f} s{rate if outcome.conversations >= 1000 else ''}",
        ),
        ("risk", risks or "nothing scored"),
        ("flagged", f"{total.flagged:,} conversations, {outcome.queued:,} new in the queue"),
        ("report", str(report)),
        ("queue", outcome.store),
    ]
    if outcome.quarantined:
        place = Path(outcome.out) / "quarantine.jsonl"
        rows.insert(1, ("quarantined", f"{outcome.quarantined:,} records: {place} says why"))
    run = outcome.summary.run
    if run is not None:
        if run.encoder_turns:
            spared = max(0.0, 1 - run.encoder_read / run.encoder_turns)
            known = f"{run.encoder_turns:,} turns, {spared:.0%} of them known from the cache"
            rows.append(("encoder", known))
        rows += [("not evaluated", f"{name}: {why}") for name, why in run.not_evaluated.items()]
    for name, text in rows:
        table.add_row(Text(name, style="dim"), Text(text))
    console().print(table)


def sorted_risks(risk: dict[str, int]) -> list[tuple[str, int]]:
    """Levels that occur, the gravest first."""
    from ccnlp.taxonomy import RISK_LEVELS

    return [(level, risk[level]) for level in reversed(RISK_LEVELS) if risk.get(level)]


def _short(outcome: Any, report: Path) -> dict[str, Any]:
    total = outcome.summary.total
    return {
        "conversations": outcome.conversations,
        "turns": outcome.turns,
        "quarantined": outcome.quarantined,
        "flagged": total.flagged,
        "added": outcome.added,
        "queued": outcome.queued,
        "risk": dict(sorted_risks(total.risk)),
        "seconds": round(outcome.seconds, 3),
        "first_result_seconds": outcome.first_result_seconds,
        "out": outcome.out,
        "store": outcome.store,
        "report": str(report),
    }


@contextmanager
def _progress(hidden: bool) -> Iterator[Callable[[Any], None] | None]:
    """A bar on standard error with rate and time left."""
    if hidden:
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("scoring"), BarColumn(), TaskProgressColumn(),
        TextColumn("{task.fields[done]:,} conversations"),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task("scoring", total=None, done=0, rate=0.0)

        def show(seen: Any) -> None:
            rate = seen.conversations / seen.seconds if seen.seconds else 0.0
            bar.update(
                task, completed=seen.bytes_read, total=seen.bytes_total, done=seen.conversations,
                rate=rate,
            )  # fmt: skip

        yield show
