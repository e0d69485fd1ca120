"""``ccnlp queue``: the review queue at the terminal."""

from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from ccnlp.cli.output import (
    JsonOption,
    OutOption,
    RevealOption,
    StoreOption,
    console,
    existing_store,
    print_json,
)  # fmt: skip

StateOption = Annotated[
    list[str] | None,
    typer.Option("--state", help="open, assigned, closed, superseded or all; may be repeated."),
]
RiskOption = Annotated[str | None, typer.Option("--risk", help="At least this risk level.")]
CategoryOption = Annotated[str | None, typer.Option("--category", help="With such a finding.")]
ReasonOption = Annotated[
    str | None,
    typer.Option("--reason", help="risk, complaint, handoff, fatal, score or escalation."),
]
AgentOption = Annotated[str | None, typer.Option("--agent", help="Of this agent.")]
TeamOption = Annotated[str | None, typer.Option("--team", help="Of this team.")]
AssigneeOption = Annotated[str | None, typer.Option("--assignee", help="Given to this person.")]
SinceOption = Annotated[str | None, typer.Option("--since", help="First day, YYYY-MM-DD.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="Last day, YYYY-MM-DD.")]
ItemArgument = Annotated[int, typer.Argument(metavar="ITEM", help="The item's number.")]


def make_app() -> typer.Typer:
    """The group of commands."""
    app = typer.Typer(help="The review queue: what a person should look at.", no_args_is_help=True)
    app.command("list")(list_items)
    app.command()(show)
    app.command()(export)
    app.command()(assign)
    app.command()(close)
    return app


def list_items(
    out: OutOption = None, store: StoreOption = None, state: StateOption = None,
    risk: RiskOption = None, category: CategoryOption = None, reason: ReasonOption = None,
    agent: AgentOption = None, team: TeamOption = None, assignee: AssigneeOption = None,
    since: SinceOption = None, until: UntilOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Most items shown.")] = 50,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """List items, the gravest first. Open and assigned ones unless --state says otherwise.

    For example:

        ccnlp queue list --out out --risk high

        ccnlp queue list --category media_threat --team 华东 --json
    """
    from ccnlp.store.queue import ReviewQueue

    wanted = _filter(state, risk, category, reason, agent, team, assignee, since, until)
    with existing_store(store, out) as opened:
        queue = ReviewQueue(opened)
        items = list(queue.items(wanted, limit))
        count = queue.count(wanted)
    if as_json:
        print_json({"count": count, "items": items})
        return
    from ccnlp.cli.tables import queue_table

    console().print(queue_table(items))
    typer.echo(f"{len(items):,} of {count:,} items" if count else "no items")


def show(
    item: ItemArgument, out: OutOption = None, store: StoreOption = None,
    reveal: RevealOption = False, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Show one item: its conversation, evidence and score.

    For example:

        ccnlp queue show 17 --out out
    """
    from ccnlp.alerts import load_alerts
    from ccnlp.config import load_recipe
    from ccnlp.explain import explain
    from ccnlp.masked import shown
    from ccnlp.store.queue import ReviewQueue

    with existing_store(store, out) as opened:
        head, transcript, made = ReviewQueue(opened).item(item)
    transcript, made = shown(transcript, made, reveal=reveal)
    if as_json:
        print_json({"item": head, "transcript": transcript, "assessment": made})
        return
    from ccnlp.cli.tables import queue_table

    screen = console()
    screen.print(queue_table([head]))
    screen.print(explain(transcript, made, load_alerts(load_recipe().alerts)))


def export(
    out: OutOption = None, store: StoreOption = None, state: StateOption = None,
    risk: RiskOption = None, category: CategoryOption = None, reason: ReasonOption = None,
    agent: AgentOption = None, team: TeamOption = None, assignee: AssigneeOption = None,
    since: SinceOption = None, until: UntilOption = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="Write here instead of standard output.")
    ] = None,
    kind: Annotated[str, typer.Option("--format", help="csv or jsonl.")] = "csv",
    reveal: RevealOption = False,
) -> None:  # fmt: skip
    """Export items with their evidence as CSV (opens in a spreadsheet) or JSONL.

    Personal information is hidden unless --reveal is given.

    For example:

        ccnlp queue export --out out --file queue.csv

        ccnlp queue export --risk critical --format jsonl
    """
    from ccnlp.cli.export import write_export
    from ccnlp.store.queue import ReviewQueue

    wanted = _filter(state, risk, category, reason, agent, team, assignee, since, until)
    with existing_store(store, out) as opened:
        count = write_export(ReviewQueue(opened), wanted, file, kind, reveal=reveal)
    if file is not None:
        typer.echo(f"{count:,} items in {file}")


def assign(
    item: ItemArgument,
    person: Annotated[str, typer.Argument(help="Who looks at it.")],
    out: OutOption = None, store: StoreOption = None,
) -> None:  # fmt: skip
    """Give an item to a person.

    For example:

        ccnlp queue assign 17 wang.li --out out
    """
    from ccnlp.store.queue import ReviewQueue

    with existing_store(store, out) as opened:
        ReviewQueue(opened).assign(item, person)
    typer.echo(f"item {item} is {person}'s")


def close(
    item: ItemArgument,
    resolution: Annotated[str, typer.Argument(help="confirmed or dismissed.")],
    note: Annotated[str | None, typer.Option("--note", help="A remark.")] = None,
    out: OutOption = None, store: StoreOption = None,
) -> None:  # fmt: skip
    """Close an item, saying whether its findings were right.

    For example:

        ccnlp queue close 17 confirmed --note 已回访 --out out
    """
    from ccnlp.store.queue import ReviewQueue

    with existing_store(store, out) as opened:
        ReviewQueue(opened).close(item, resolution, note)
    typer.echo(f"item {item} is closed: {resolution}")


def _filter(
    state: list[str] | None, risk: str | None, category: str | None, reason: str | None,
    agent: str | None, team: str | None, assignee: str | None, since: str | None,
    until: str | None,
) -> Any:  # fmt: skip
    from ccnlp.store.queue import QueueFilter

    states = tuple(state or ("open", "assigned"))
    return QueueFilter(
        states=() if "all" in states else states,
        minimum_risk=cast(Literal["none", "low", "medium", "high", "critical"] | None, risk),
        category=category, reason=reason, agent_id=agent, team=team, assignee=assignee,
        since=since, until=until,
    )  # fmt: skip
