"""The hook under load: a time budget a call, bounded work, rules where models fail."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar

from ccnlp.live.faults import BusyError, HookError, NotReadyError
from ccnlp.live.hook import Hook, Told
from ccnlp.live.messages import About, BoardRow, Shown, TurnsRequest
from ccnlp.live.state import Conflict
from ccnlp.observe import log

T = TypeVar("T")
#: Seconds between two looks for what is to be handed over or forgotten.
SWEEP_SECONDS: Final = 60.0


class _Claim:
    """Lets the first of two answers to one request through."""

    def __init__(self) -> None:
        self._lock, self._owner = threading.Lock(), ""

    def __call__(self, who: str) -> bool:
        with self._lock:
            self._owner = self._owner or who
            return self._owner == who


class Service:
    """A hook for an event loop. Engines work in one thread each, beside the loop."""

    def __init__(self, hook: Hook) -> None:
        self.hook = hook
        self.under_way = 0
        self._settings = hook.settings
        self._full = ThreadPoolExecutor(1, "ccnlp-full")
        self._quick = ThreadPoolExecutor(1, "ccnlp-quick")

    async def take(
        self, name: str, request: TurnsRequest, *, key: str | None = None, body: str | None = None
    ) -> Told:
        """Take turns; see ``Hook.take``. Where the budget ends, the rules answer alone.

        Raises
        ------
        BusyError: too many calls are under way.
        NotReadyError: the state does not answer.
        """
        with self._admitted(name):
            claim = _Claim()
            take = partial(self.hook.take, name, request, key=key, body=body)
            work = self._full.submit(partial(take, claim=partial(claim, "full")))
            full = asyncio.wrap_future(work)
            await asyncio.wait({full}, timeout=self._settings.budget_ms / 1000)
            if full.done() and not self._failed(full):
                return await self._state_answers(full)
            if not full.done():
                # What waits behind others need not begin; what has begun fills the caches, and may
                # still be first: its future is left alone, that it can be waited for.
                work.cancel()
                full.add_done_callback(_heard)
            quick = partial(take, quick=True, claim=partial(claim, "quick"))
            try:
                return await self._state_answers(self._in(self._quick, quick))
            except Conflict:
                return await self._state_answers(full)

    async def end(self, name: str, about: About) -> Told:
        """End a conversation; see ``Hook.end``. The whole assessment has no time budget."""
        with self._admitted(name):
            return await self._state_answers(
                self._in(self._full, partial(self.hook.end, name, about))
            )

    async def look(self, name: str) -> Shown:
        """A conversation as it stands; see ``Hook.look``."""
        with self._admitted(name):
            return await self._state_answers(self._in(self._full, partial(self.hook.look, name)))

    async def rows(self) -> list[BoardRow]:
        """All conversations under way; see ``Hook.rows``."""
        return await self._state_answers(self._in(self._quick, self.hook.rows))

    async def check(self) -> None:
        """See that the state answers.

        Raises
        ------
        UnavailableError, NotReadyError: it does not.
        """
        await self._state_answers(self._in(self._quick, self.hook.state.check))

    async def sweep(self) -> None:
        """Hand over what was left behind and forget what is old, for ever."""
        while True:
            try:
                await self._in(self._quick, self.hook.hand_over_all)
                await self._in(self._quick, self.hook.forget_old)
            except Exception as error:
                log.error("sweep_failed", reason=type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS)

    def close(self) -> None:
        """Wait for what is under way and stop."""
        self._full.shutdown()
        self._quick.shutdown()

    @contextmanager
    def _admitted(self, name: str) -> Iterator[None]:
        if self.under_way >= self._settings.most_waiting:
            raise BusyError(
                f"{self.under_way} calls are under way", where=name,
                mend=f"send it again after {self._settings.retry_after_seconds} s",
            )  # fmt: skip
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1

    def _in(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(pool, work)

    def _failed(self, full: "asyncio.Future[Told]") -> bool:
        """Whether the full engine broke down, so that the rules have to answer."""
        error = full.exception()
        if error is None or isinstance(error, (HookError, *self.hook.state.faults)):
            return False
        log.error("engine_failed", reason=type(error).__name__)
        return True

    async def _state_answers(self, answer: "asyncio.Future[T]") -> T:
        try:
            return await answer
        except self.hook.state.faults as error:
            log.error("state_failed", reason=type(error).__name__)
            raise NotReadyError(
                "the state does not answer", where=self.hook.state.url,
                mend="send it again; nothing of it was accepted, or it is answered alike",
            ) from error  # fmt: skip


def _heard(superseded: "asyncio.Future[Told]") -> None:
    """What becomes of an answer that came too late is of no interest."""
    if not superseded.cancelled():
        superseded.exception()
