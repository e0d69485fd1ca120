"""Before and after a conversation, for a person at a terminal: ladder and promises."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.text import Text

from ccnlp.ladder import Ladder
from ccnlp.store.promises import Entry

_STATE: Final = {"open": "yellow", "kept": "green", "broken": "red"}


def ladder_lines(ladder: Ladder, conversation_id: str) -> Iterator[Text]:
    """The steps of a customer; that of the conversation is marked."""
    if not ladder.steps:
        return
    where = f"now on {ladder.rung}" if ladder.rung else "on no rung now"
    yield Text(f"  {ladder.contacts} contacts, {where}", style="dim")
    for step in ladder.steps:
        here = step.conversation_id == conversation_id
        line = Text(f"  {'▶' if here else ' '} {step.at:%Y-%m-%d %H:%M} ", style="bold" * here)
        line.append(f"{'↑ ' if step.climbed else '  '}{step.rung}", style="red" * step.climbed)
        line.append(f" {step.conversation_id} {', '.join(step.categories)}", style="dim")
        yield line


def promise_lines(entries: Sequence[Entry], quotes: Sequence[str]) -> Iterator[Text]:
    """The promises of a conversation with their words, and what became of them."""
    for entry, quote in zip(entries, quotes, strict=True):
        line = Text(f"  turn {entry.turn} {entry.kind} 「{quote}」 due {entry.due or 'unknown'}: ")
        line.append(entry.state, style=_STATE[entry.state])
        told = f" by {entry.told_by}" if entry.told_by else ""
        line.append(f" ({entry.basis}{told})", style="dim")
        yield line
