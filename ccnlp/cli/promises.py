"""``ccnlp promises``: what agents promised by when, and what became of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccnlp.cli.output import (
    CsvOption,
    JsonOption,
    OutOption,
    OwnRecipeOption,
    RevealOption,
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
    from ccnlp.store import Store
    from ccnlp.store.promises import Entry


def promises(
    named: StoreArgument = None,
    out: OutOption = None,
    store: StoreOption = None,
    is_open: Annotated[bool, typer.Option("--open", help="Only those that are open.")] = False,
    broken: Annotated[bool, typer.Option("--broken", help="Only those that were broken.")] = False,
    kept: Annotated[bool, typer.Option("--kept", help="Only those that were kept.")] = False,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="By what was known at the end of this day, YYYY-MM-DD."),
    ] = None,
    agent: Annotated[str | None, typer.Option("--agent", help="Of this agent.")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Of this team.")] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="YAML of the ledger; else the shipped one.")
    ] = None,
    recipe: OwnRecipeOption = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="First read all promises of the store anew.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most rows shown.")] = 50,
    reveal: RevealOption = False,
    as_csv: CsvOption = False,
    as_json: JsonOption = False,
) -> None:
    """List what agents promised by when: kept, broken or open by the customer's later contacts.

    The next due come first. --refresh is for a store that an older ccnlp made and for changed
    settings. CSV and JSON have all rows unless --limit is given.

    For example:

        ccnlp promises out --broken

        ccnlp promises out --open --as-of 2026-03-31 --team 华东

        ccnlp promises --store ccnlp.sqlite --csv > promises.csv
    """
    from datetime import UTC, datetime

    from ccnlp.promises.calendar import moment
    from ccnlp.promises.rules import load_promise_rules
    from ccnlp.store.promises import ledger
    from ccnlp.store.promises import refresh as read_anew

    check_days(as_of=as_of)
    rules = load_promise_rules(settings, known_categories(recipe))
    at = moment(as_of, rules.calendar) or datetime.now(UTC)
    states = {s for s, on in (("open", is_open), ("broken", broken), ("kept", kept)) if on}
    with meant_store(named, store, out) as opened:
        if refresh:
            read_anew(opened, rules)
        every = [
            e for e in ledger(opened, rules, at)
            if (agent is None or e.agent_id == agent) and (team is None or e.team == team)
        ]  # fmt: skip
        wanted = [e for e in every if not states or e.state in states]
        rows = _with_words(opened, wanted if as_csv or as_json else wanted[:limit], reveal=reveal)
    counts = {s: sum(e.state == s for e in every) for s in ("open", "kept", "broken")}
    if as_json:
        print_json({"counts": counts, "promises": rows})
    elif as_csv:
        columns = list(rows[0]) if rows else ["conversation_id"]
        print_csv(columns, ([row[name] for name in columns] for row in rows))
    else:
        _print(rows)
        told = ", ".join(f"{count:,} {state}" for state, count in counts.items())
        typer.echo(f"{len(rows):,} of {len(wanted):,} promises shown; in all {told}")


def _with_words(store: "Store", entries: "list[Entry]", *, reveal: bool) -> list[dict[str, Any]]:
    """Entries with what was said, personal information hidden unless ``reveal``."""
    import msgspec

    from ccnlp.masked import mask_turn, shown
    from ccnlp.store.repository import Assessments

    assessments = Assessments(store)
    rows = []
    for entry in entries:
        row = msgspec.structs.asdict(entry)
        found = assessments.find(entry.conversation_id)
        row["said"] = ""
        if found is not None:
            transcript, _ = shown(found.transcript, found.assessment, reveal=reveal)
            row["said"] = transcript.turns[entry.turn].text[entry.start : entry.end]
        if entry.customer_id and not reveal:
            row["customer_id"] = mask_turn(entry.customer_id, 0, ())
        rows.append(row)
    return rows


def _print(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table
    from rich.text import Text

    style = {"open": "yellow", "kept": "green", "broken": "red"}
    table = Table(
        "due", "state", "said", "what", "conversation", "customer", "agent", "told by", box=None,
        header_style="dim",
    )  # fmt: skip
    for row in rows:
        due = (row["due"] or "unknown")[:16].replace("T", " ")
        told = f"{row['basis']} {row['told_by'] or ''}".strip()
        agent = "/".join(filter(None, (row["team"], row["agent_id"])))
        cells = (row["said"], row["kind"], row["conversation_id"], row["customer_id"] or "")
        table.add_row(
            Text(due), Text(row["state"], style=style[row["state"]]), *map(Text, cells),
            Text(agent), Text(told),
        )  # fmt: skip
    console().print(table)
