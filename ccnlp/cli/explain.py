"""``ccnlp explain``: one conversation, its evidence, how its score came about, and its customer."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

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

if TYPE_CHECKING:
    from ccnlp.ladder import Ladder
    from ccnlp.store import Store
    from ccnlp.store.promises import Entry


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
    receipt: Annotated[
        bool,
        typer.Option("--receipt", help="The derivation alone, as JSON: the same bytes each time."),
    ] = False,
) -> None:
    """Show a conversation with its evidence marked, every item with why, and the arithmetic.

    Below stand the customer's escalation ladder and what the agent promised, as of now. Personal
    information is hidden unless --reveal is given.

    For example:

        ccnlp explain c-000123 --out out

        ccnlp explain c-000123 --store postgresql+psycopg://qa@db/ccnlp --json

        ccnlp explain c-000123 --receipt > receipt.json
    """
    from ccnlp.alerts import load_alerts
    from ccnlp.config import load_recipe
    from ccnlp.explain import explain as explained
    from ccnlp.explain import section
    from ccnlp.explain_customer import ladder_lines, promise_lines
    from ccnlp.masked import mask_turn, shown
    from ccnlp.receipt import make_receipt, receipt_bytes
    from ccnlp.store.repository import Assessments

    with existing_store(store, out) as opened:
        assessments = Assessments(opened)
        kept = assessments.find(conversation_id, recipe)
        if kept is None:
            made_by = f" made by a recipe {recipe}…" if recipe else ""
            raise ConfigError(
                f"there is no assessment of {conversation_id!r}{made_by}", where=opened.url,
                mend="see `ccnlp queue list --state all`, or name another --out or --store",
            )  # fmt: skip
        files = assessments.recipe_files(kept.recipe)
        ladder, promises = _customer(opened, conversation_id, kept.transcript.customer_id)
    transcript, made = shown(kept.transcript, kept.assessment, reveal=reveal)
    derived = make_receipt(made, files)
    if receipt:
        typer.echo(receipt_bytes(derived), nl=False)
        return
    if not reveal:
        ladder = _hidden(ladder, lambda text: mask_turn(text, 0, ()))
        promises = [_hidden(p, lambda text: mask_turn(text, 0, ())) for p in promises]
    if as_json:
        print_json(
            {
                "transcript": transcript, "assessment": made, "receipt": derived,
                "customer": {"ladder": ladder, "promises": promises},
            }
        )  # fmt: skip
        return
    # another text under the same id may have been scored since
    said = [
        transcript.turns[p.turn].text[p.start : p.end] if p.turn < len(transcript.turns) else ""
        for p in promises
    ]
    after = section("promises", promise_lines(promises, said))
    if ladder is not None:
        after = [*section("customer", ladder_lines(ladder, conversation_id)), *after]
    console().print(explained(transcript, made, load_alerts(load_recipe().alerts), after))


def _customer(
    store: "Store", conversation_id: str, customer_id: str | None
) -> "tuple[Ladder | None, list[Entry]]":
    from ccnlp.ladder import load_ladder
    from ccnlp.promises.rules import load_promise_rules
    from ccnlp.store.escalations import ladder_of
    from ccnlp.store.promises import promises_of

    rules = load_promise_rules()
    promises = promises_of(store, rules, conversation_id, datetime.now(UTC))
    if customer_id is None:
        return None, promises
    return ladder_of(store, customer_id, load_ladder(), rules), promises


def _hidden(value: Any, hide: Any) -> Any:
    import msgspec

    if value is None or value.customer_id is None:
        return value
    return msgspec.structs.replace(value, customer_id=hide(value.customer_id))
