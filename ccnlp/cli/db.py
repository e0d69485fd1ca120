"""``ccnlp db``: the store's schema."""

import typer

from ccnlp.cli.output import JsonOption, OutOption, StoreOption, find_store, print_json


def make_app() -> typer.Typer:
    """The group of commands."""
    app = typer.Typer(help="Look after the store's schema.", no_args_is_help=True)
    app.command()(upgrade)
    app.command()(current)
    return app


def upgrade(out: OutOption = None, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Bring the store's schema to the newest version; an empty database is set up.

    For example:

        ccnlp db upgrade --out out

        ccnlp db upgrade --store postgresql+psycopg://qa@db/ccnlp
    """
    from ccnlp.store.connection import connect
    from ccnlp.store.migrations import upgrade as run_upgrade

    with connect(find_store(store, out)) as opened:
        before, after = run_upgrade(opened)
    if as_json:
        print_json({"before": before, "after": after})
    else:
        typer.echo(f"{before or 'empty'} -> {after}" if before != after else f"{after}: up to date")


def current(out: OutOption = None, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Tell the store's schema version, and the one that this version of ccnlp uses."""
    from ccnlp.store.connection import connect, current_version
    from ccnlp.store.schema import HEAD

    with connect(find_store(store, out)) as opened:
        version = current_version(opened)
    if as_json:
        print_json({"current": version, "head": HEAD})
    else:
        note = "up to date" if version == HEAD else f"newest is {HEAD}: run `ccnlp db upgrade`"
        typer.echo(f"{version or 'empty'} ({note})")
