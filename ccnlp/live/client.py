"""A client of the hook, for programs that wait and for such that do not.

A call that gets no answer, or is told to wait, is sent again: the hook answers a repeated request
alike and changes nothing.
"""

import asyncio
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from ccnlp.live.faults import HookError, NotReadyError
from ccnlp.live.messages import (
    About,
    BoardRow,
    ErrorAnswer,
    SaidTurn,
    Shown,
    TurnsAnswer,
    TurnsRequest,
)
from ccnlp.types import Assessment

T = TypeVar("T")
#: Statuses after which the same request is sent again.
_AGAIN: Final = frozenset({429, 503})
#: Longest wait between two tries, in seconds.
_LONGEST: Final = 10.0
_encode: Final = msgspec.json.Encoder().encode


class _Answer(msgspec.Struct, frozen=True):
    """One try: the response, or how long to wait for the next."""

    response: httpx.Response | None
    wait: float


class _Call(msgspec.Struct, frozen=True):
    method: str
    path: str
    body: bytes | None = None


def _turns(name: str, turns: Sequence[SaidTurn], about: dict[str, Any]) -> _Call:
    request = TurnsRequest(turns=tuple(turns), **about)
    return _Call("POST", f"/v1/conversations/{quote(name, safe='')}/turns", _encode(request))


def _end(name: str, about: dict[str, Any]) -> _Call:
    return _Call("POST", f"/v1/conversations/{quote(name, safe='')}/end", _encode(About(**about)))


def _look(name: str) -> _Call:
    return _Call("GET", f"/v1/conversations/{quote(name, safe='')}")


def _after(
    response: httpx.Response | None, tried: int, tries: int, error: Exception | None
) -> _Answer:
    """What to do after a try.

    Raises
    ------
    NotReadyError: no answer came at the last try.
    HookError: the request was refused.
    """
    wait = min(_LONGEST, 0.1 * 2**tried)
    if response is None:
        if tried + 1 >= tries:
            raise NotReadyError(
                f"no answer: {type(error).__name__}", where="hook", mend="is it running?"
            ) from error
        return _Answer(None, wait)
    if response.status_code in _AGAIN and tried + 1 < tries:
        told = response.headers.get("retry-after", "")
        return _Answer(None, min(_LONGEST, float(told)) if told.isdecimal() else wait)
    if response.status_code >= 400:
        raise _refusal(response)
    return _Answer(response, 0.0)


def _refusal(response: httpx.Response) -> HookError:
    try:
        said = msgspec.json.decode(response.content, type=ErrorAnswer)
    except msgspec.DecodeError:
        said = ErrorAnswer(f"HTTP status {response.status_code}")
    error = HookError(said.what, where=said.where, mend=said.mend)
    error.status = response.status_code
    return error


def _headers(token: str | None) -> dict[str, str]:
    auth = {"Authorization": f"Bearer {token}"} if token else {}
    return {"Content-Type": "application/json", **auth}


class LiveClient:
    """Calls a hook and waits for its answers; safe to share between threads.

    ``tries`` is how often a call is sent before it is given up, >= 1.
    """

    def __init__(
        self, url: str, token: str | None = None, *, tries: int = 5, timeout: float = 10.0
    ) -> None:
        self._tries = tries
        self._http = httpx.Client(base_url=url, headers=_headers(token), timeout=timeout)

    def say(self, name: str, turns: Sequence[SaidTurn], **about: Any) -> TurnsAnswer:
        """Send turns; ``about`` takes the fields of ``TurnsRequest``.

        Raises
        ------
        HookError: the request was refused; ``status`` says how.
        NotReadyError: no answer came.
        """
        return self._call(_turns(name, turns, about), TurnsAnswer)

    def end(self, name: str, **about: Any) -> Assessment:
        """End a conversation; its whole assessment."""
        return self._call(_end(name, about), Assessment)

    def look(self, name: str) -> Shown:
        """A conversation as it stands."""
        return self._call(_look(name), Shown)

    def board(self) -> list[BoardRow]:
        """All conversations under way, the most pressing first."""
        return self._call(_Call("GET", "/v1/conversations"), list[BoardRow])

    def _call(self, call: _Call, kind: type[T]) -> T:
        for tried in range(self._tries):
            response, fault = None, None
            try:
                response = self._http.request(call.method, call.path, content=call.body)
            except httpx.TransportError as error:
                fault = error
            answer = _after(response, tried, self._tries, fault)
            if answer.response is not None:
                return msgspec.json.decode(answer.response.content, type=kind)
            time.sleep(answer.wait)
        raise AssertionError("the last try answers or raises")

    def close(self) -> None:
        """Give back its connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()


class AsyncLiveClient:
    """The same for an event loop."""

    def __init__(
        self, url: str, token: str | None = None, *, tries: int = 5, timeout: float = 10.0
    ) -> None:
        self._tries = tries
        self._http = httpx.AsyncClient(base_url=url, headers=_headers(token), timeout=timeout)

    async def say(self, name: str, turns: Sequence[SaidTurn], **about: Any) -> TurnsAnswer:
        """See ``LiveClient.say``."""
        return await self._call(_turns(name, turns, about), TurnsAnswer)

    async def end(self, name: str, **about: Any) -> Assessment:
        """See ``LiveClient.end``."""
        return await self._call(_end(name, about), Assessment)

    async def look(self, name: str) -> Shown:
        """See ``LiveClient.look``."""
        return await self._call(_look(name), Shown)

    async def board(self) -> list[BoardRow]:
        """See ``LiveClient.board``."""
        return await self._call(_Call("GET", "/v1/conversations"), list[BoardRow])

    async def _call(self, call: _Call, kind: type[T]) -> T:
        for tried in range(self._tries):
            response, fault = None, None
            try:
                response = await self._http.request(call.method, call.path, content=call.body)
            except httpx.TransportError as error:
                fault = error
            answer = _after(response, tried, self._tries, fault)
            if answer.response is not None:
                return msgspec.json.decode(answer.response.content, type=kind)
            await asyncio.sleep(answer.wait)
        raise AssertionError("the last try answers or raises")

    async def close(self) -> None:
        """Give back its connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        await self.close()
