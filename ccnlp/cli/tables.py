"""Tables for the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from ccnlp.store.queue import QueueItem

_LEVEL: Final = {
    "none": "green", "low": "cyan", "medium": "yellow", "high": "red", "critical": "bold red",
}  # fmt: skip


def queue_table(items: "Sequence[QueueItem]") -> Table:
    """Items of the review queue, one a row."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("item", justify="right", no_wrap=True)
    table.add_column("conversation", overflow="fold")
    table.add_column("risk", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("findings", overflow="fold", ratio=1)
    table.add_column("for", overflow="fold")
    table.add_column("agent", overflow="fold")
    table.add_column("state", no_wrap=True)
    for item in items:
        score = "range" if item.score is None else f"{item.score:g}"
        state = item.state + (f" {item.assignee}" if item.assignee else "")
        table.add_row(
            Text(str(item.id)), Text(item.conversation_id),
            Text(f"{item.level} {item.risk:.2f}", style=_LEVEL.get(item.level, "")),
            Text(score), Text(" ".join(item.categories)), Text(" ".join(item.reasons)),
            Text("/".join(filter(None, (item.team, item.agent_id)))),
            Text(item.resolution or state),
        )  # fmt: skip
    return table
