"""``ccnlp explain``: one conversation, its evidence, and how its score came about."""

from typing import Annotated

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
from ccnlp.errors import ConfigError


def explain(
    conversation_id: Annotated[str, typer.Argument(metavar="ID", help="The conversation's id.")],
    out: OutOption = None,
    store: StoreOption = None,
    recipe: Annotated[
        str | None,
        typer.Option("--recipe", help="Digest (or its start) of the recipe; else the newest."),
    ] = None,
    reveal: RevealOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show a conversation with its evidence marked, every item with why, and the arithmetic.

    Personal information is hidden unless --reveal is given.

    For example:

        ccnlp explain c-000123 --out out

        ccnlp explain c-000123 --store postgresql+psycopg://qa@db/ccnlp --json
    """
    from ccnlp.alerts import load_alerts
    from ccnlp.config import load_recipe
    from ccnlp.explain import explain as explained
    from ccnlp.masked import shown
    from ccnlp.store.repository import Assessments

    with existing_store(store, out) as opened:
        kept = Assessments(opened).find(conversation_id, recipe)
        if kept is None:
            made_by = f" made by a recipe {recipe}…" if recipe else ""
            raise ConfigError(
                f"there is no assessment of {conversation_id!r}{made_by}", where=opened.url,
                mend="see `ccnlp queue list --state all`, or name another --out or --store",
            )  # fmt: skip
    transcript, made = shown(kept.transcript, kept.assessment, reveal=reveal)
    if as_json:
        print_json({"transcript": transcript, "assessment": made})
        return
    console().print(explained(transcript, made, load_alerts(load_recipe().alerts)))
