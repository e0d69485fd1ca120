"""``ccnlp report``: the run's summary as one HTML file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ccnlp.summary import RunSummary


def report(
    out: Annotated[Path, typer.Argument(help="Folder that `ccnlp score` wrote.")],
) -> None:
    """Make report.html again from a run's summary.json.

    For example:

        ccnlp report out
    """
    from ccnlp.batch.run import read_summary

    typer.echo(report_into(out, read_summary(out)))


def report_into(out: Path, summary: "RunSummary") -> Path:
    """Write ``report.html`` into a run's folder; answers its path."""
    from ccnlp.report.html import write_report

    path = out / "report.html"
    write_report(summary, path)
    return path
