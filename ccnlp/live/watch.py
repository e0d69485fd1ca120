"""Those who watch all conversations: each is told what changed, whichever process changed it.

One look at the state every half second serves all watchers of a process. A watcher that is slow
misses nothing that counts: the newest row of a conversation takes the place of older ones.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from ccnlp.live.messages import BoardRow
from ccnlp.observe import log

#: Seconds between two looks.
EVERY: Final = 0.5


class Watchers:
    """Tells changes of the board to any number of watchers."""

    def __init__(self, rows: Callable[[], Awaitable[list[BoardRow]]], every: float = EVERY) -> None:
        self._rows, self._every = rows, every
        self._waiting: set[asyncio.Event] = set()
        self._seen: dict[str, BoardRow] = {}
        self._looking: asyncio.Task[None] | None = None
        self._stopped = False

    async def changes(self) -> AsyncIterator[tuple[list[BoardRow], list[str]]]:
        """Rows that are new or changed, and conversations that ended; first all rows."""
        told: dict[str, BoardRow] = {}
        wake = asyncio.Event()
        self._waiting.add(wake)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            while not self._stopped:
                await wake.wait()
                wake.clear()
                seen = self._seen
                new = [row for name, row in seen.items() if told.get(name) != row]
                gone = [name for name in told if name not in seen]
                told = dict(seen)
                if (new or gone) and not self._stopped:
                    yield new, gone
        finally:
            self._waiting.discard(wake)

    def stop(self) -> None:
        """Let all watchers go."""
        self._stopped = True
        for wake in self._waiting:
            wake.set()

    async def _look(self) -> None:
        while self._waiting and not self._stopped:
            try:
                self._seen = {row.conversation_id: row for row in await self._rows()}
            except Exception as error:
                log.warning("watch_failed", reason=type(error).__name__)
            for wake in self._waiting:
                wake.set()
            await asyncio.sleep(self._every)
