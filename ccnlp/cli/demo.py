"""``ccnlp demo``: the whole way on the sample conversations that ship."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from ccnlp.assets import asset
from ccnlp.cli.output import JsonOption
from ccnlp.cli.score import score
from ccnlp.errors import UnavailableError


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")] = Path(
        "demo-out"
    ),
    as_json: JsonOption = False,
) -> None:
    """Score the sample conversations and say where the queue and the report are.

    For example:

        ccnlp demo --out demo-out
    """
    sample = asset("data", "sample", "conversations.jsonl")
    if not sample.is_file():
        raise UnavailableError(
            "the sample conversations are not there", where=str(sample), mend="install ccnlp again"
        )
    score([str(sample)], out, as_json=as_json)
    if as_json:
        return
    # From a checkout the program lies in .venv/bin, where a shell does not look.
    program = "ccnlp" if shutil.which("ccnlp") else sys.argv[0]
    steps = (
        (f"open {out}/report.html", "the report, in a browser"),
        (f"{program} serve --out {out}", "the review desk, in a browser"),
        (f"{program} queue list --out {out}", "what was flagged, the gravest first"),
        (f"{program} queue show 1 --out {out}", "one item with its evidence"),
        (f"{program} explain ID --out {out}", "any conversation, and its score's arithmetic"),
        (f"{program} score YOUR.jsonl --out out", "your own conversations"),
    )
    width = max(len(step) for step, _ in steps)
    typer.echo("\nNext:\n" + "\n".join(f"  {step:<{width}}  {why}" for step, why in steps))
