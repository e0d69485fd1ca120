"""The program ``ccnlp``: its commands put together, and what becomes of errors."""

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ccnlp import __version__
from ccnlp.cli import (
    appraise,
    check,
    db,
    demo,
    diff_recipe,
    escalations,
    evaluate,
    explain,
    fmea,
    frequency,
    hook,
    promises,
    queue,
    replay,
    report,
    score,
    serve,
    train,
)
from ccnlp.cli.output import say_error
from ccnlp.errors import CcnlpError
from ccnlp.observe import configure_logging

_HELP = """Reads every conversation of a Chinese-speaking contact centre and says what went wrong.

First steps:

    ccnlp demo                            score the sample conversations

    ccnlp score calls.jsonl --out out     score your own

    ccnlp queue list --out out            see what was flagged

    ccnlp explain c-000123 --out out      see why
"""


class _Group(TyperGroup):
    """Turns our errors into one message and their exit code, for every command."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CcnlpError as error:
            say_error(str(error))
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt:
            say_error("stopped; nothing was left half-written, the same command does it again")
            raise typer.Exit(130) from None


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ccnlp {__version__}")
        raise typer.Exit


def start(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log events to standard error, as JSON.")
    ] = False,
) -> None:
    """What holds for all commands."""
    configure_logging(verbose)


def make_app() -> typer.Typer:
    """The program, built anew."""
    made = typer.Typer(
        cls=_Group, help=_HELP, no_args_is_help=True, rich_markup_mode=None,
        pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]},
    )  # fmt: skip
    made.callback(help=_HELP)(start)
    made.command("score")(score.score)
    made.command("explain")(explain.explain)
    made.add_typer(queue.make_app(), name="queue")
    made.command("report")(report.report)
    made.command("check")(check.check)
    made.add_typer(db.make_app(), name="db")
    made.command("demo")(demo.demo)
    made.command("serve")(serve.serve)
    made.add_typer(serve.make_audit_app(), name="audit")
    made.add_typer(evaluate.make_app(), name="evaluate")
    made.command("frequency")(frequency.frequency)
    made.command("diff-recipe")(diff_recipe.diff_recipe)
    made.command("fmea")(fmea.fmea)
    made.command("appraise")(appraise.appraise)
    made.command("escalations")(escalations.escalations)
    made.command("promises")(promises.promises)
    made.command("hook")(hook.hook)
    made.command("replay")(replay.replay)
    made.add_typer(train.make_app(), name="train")
    return made


app = make_app()


def main() -> None:
    """Run the program. A fault of ours says where it is, never what a transcript says."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("CCNLP_DEBUG"):
            raise
        place = traceback.extract_tb(error.__traceback__)[-1]
        say_error(
            f"internal error: {type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
            " (please report it; CCNLP_DEBUG=1 shows the whole trace, which may hold transcripts)"
        )
        sys.exit(70)
