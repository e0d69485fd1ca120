"""``ccnlp escalations``: customers on the escalation ladder, and alerts into the review queue."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccnlp.cli.output import (
    CsvOption,
    JsonOption,
    OutOption,
    OwnRecipeOption,
    RevealOption,
    SinceOption,
    StoreArgument,
    StoreOption,
    check_days,
    console,
    known_categories,
    meant_store,
    print_csv,
    print_json,
)  # fmt: skip

if TYPE_CHECKING:
    from ccnlp.ladder import Ladder


def escalations(
    named: StoreArgument = None,
    out: OutOption = None,
    store: StoreOption = None,
    rung: Annotated[
        str | None, typer.Option("--rung", help="At least this rung; else that of alert_from.")
    ] = None,
    since: SinceOption = None,
    ladder: Annotated[
        Path | None, typer.Option("--ladder", help="YAML of the ladder; else the shipped one.")
    ] = None,
    recipe: OwnRecipeOption = None,
    queue: Annotated[
        bool, typer.Option("--queue", help="Put the alerts into the review queue, each once.")
    ] = False,
    reveal: RevealOption = False,
    as_csv: CsvOption = False,
    as_json: JsonOption = False,
) -> None:
    """List customers by how far they went across conversations: complaint, repeated, outside.

    Worked out anew from all conversations in the order of their times, so that those which come
    in late take their place. --since leaves out who climbed no rung from that day on.

    For example:

        ccnlp escalations out

        ccnlp escalations out --rung outside --since 2026-03-01 --csv

        ccnlp escalations --store ccnlp.sqlite --queue
    """
    import msgspec

    from ccnlp.errors import ConfigError
    from ccnlp.ladder import alerts, load_ladder
    from ccnlp.masked import mask_turn
    from ccnlp.promises.rules import load_promise_rules
    from ccnlp.store.escalations import ladders, put_into_queue

    check_days(since=since)
    spec = load_ladder(ladder, known_categories(recipe))
    least = spec.place(rung or spec.alert_from)
    if not least:
        known = ", ".join(r.name for r in spec.rungs)
        raise ConfigError(f"there is no rung {rung!r}", where="--rung", mend=f"one of {known}")
    found: list[Ladder] = []
    climbs: list[str] = []
    with meant_store(named, store, out) as opened:
        for one in ladders(opened, spec, load_promise_rules()):
            climbs += [step.conversation_id for step in alerts(spec, one)]
            late = since is None or any(
                s.climbed and f"{s.at:%Y-%m-%d}" >= since for s in one.steps
            )
            if one.place >= least and late:
                hidden = one.customer_id if reveal else mask_turn(one.customer_id, 0, ())
                found.append(msgspec.structs.replace(one, customer_id=hidden))
        queued = put_into_queue(opened, climbs) if queue else 0
    found.sort(key=lambda one: (-one.place, one.steps[-1].at.isoformat(), one.customer_id))
    if as_json:
        print_json({"customers": found, "queued": queued})
    elif as_csv:
        print_csv(_COLUMNS, map(_row, found))
    else:
        _print(found)
        if queue:
            typer.echo(f"{queued:,} conversations new in the queue")


_COLUMNS = ("customer", "rung", "since", "contacts", "steps", "last", "categories")


def _row(ladder: "Ladder") -> tuple[str, ...]:
    last = ladder.steps[-1]
    return (
        ladder.customer_id, ladder.rung or "", f"{ladder.since:%Y-%m-%d %H:%M}",
        str(ladder.contacts), " → ".join(s.rung for s in ladder.steps if s.climbed),
        last.conversation_id, " ".join(last.categories),
    )  # fmt: skip


def _print(ladders: "list[Ladder]") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(*_COLUMNS, box=None, header_style="dim")
    for ladder in ladders:
        table.add_row(*(Text(cell) for cell in _row(ladder)))
    console().print(table)
    typer.echo(f"{len(ladders):,} customers")
