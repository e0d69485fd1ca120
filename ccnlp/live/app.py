"""The HTTP interface of the hook: docs/live.md describes it."""

import asyncio
import contextlib
import hashlib
import hmac
import re
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, TypeVar

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect, HTTPConnection

from ccnlp import __version__
from ccnlp.errors import CcnlpError
from ccnlp.live.faults import BadRequestError, BusyError, HookError, NotReadyError
from ccnlp.live.hook import Hook, Told
from ccnlp.live.messages import About, ErrorAnswer, TurnsRequest
from ccnlp.live.metrics import Metrics
from ccnlp.live.openapi import describe
from ccnlp.live.service import Service
from ccnlp.live.watch import Watchers

T = TypeVar("T")
#: Bytes of a body, and of a message of a stream.
MOST_BYTES: Final = 1 << 20
_NAME: Final = re.compile(r"[^\x00-\x20\x7f/]{1,200}")
_JSON: Final = "application/json"
_encode: Final = msgspec.json.Encoder().encode


class _TooLargeError(HookError):
    status = 413


class _NoTokenError(HookError):
    status = 401


class StreamedTurns(TurnsRequest, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A message of a stream: turns, and whose they are."""

    conversation_id: str


def make_app(hook: Hook, tokens: Sequence[str] = ()) -> FastAPI:
    """The application; with ``tokens`` every call under ``/v1`` needs one of them."""
    service, metrics = Service(hook), Metrics()
    watchers = Watchers(service.rows)

    @contextlib.asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        sweeping = asyncio.create_task(service.sweep())
        yield
        watchers.stop()
        sweeping.cancel()
        service.close()

    app = FastAPI(title="ccnlp live hook", version=__version__, lifespan=living)
    app.state.stop_watching = watchers.stop
    guard = [Depends(_Guard(tokens))]
    v1 = APIRouter(prefix="/v1", dependencies=guard)

    def fault(error: CcnlpError) -> Response:
        return _fault(error, metrics, hook.settings.retry_after_seconds)

    @app.exception_handler(CcnlpError)
    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, CcnlpError)  # noqa: S101 - registered for no other
        return fault(error)

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, error: Exception) -> Response:
        return Response(status_code=499)  # nobody reads it, and nothing was accepted

    @v1.post("/conversations/{name}/turns")
    async def turns(name: str, request: Request) -> Response:
        began = time.perf_counter()
        _check_name(name)
        body = await _body(request)
        said = _decode(body, TurnsRequest)
        key = request.headers.get("idempotency-key")
        digest = hashlib.sha256(body).hexdigest() if key else None
        told = await service.take(name, said, key=key, body=digest)
        metrics.told(told, len(said.turns))
        metrics.seconds.labels("turns").observe(time.perf_counter() - began)
        return _answered(told)

    @v1.post("/conversations/{name}/end")
    async def end(name: str, request: Request) -> Response:
        began = time.perf_counter()
        _check_name(name)
        body = await _body(request)
        told = await service.end(name, _decode(body, About) if body.strip() else About())
        metrics.seconds.labels("end").observe(time.perf_counter() - began)
        return _answered(told)

    @v1.get("/conversations/{name}")
    async def look(name: str) -> Response:
        _check_name(name)
        return Response(_encode(await service.look(name)), media_type=_JSON)

    @v1.get("/conversations")
    async def board() -> Response:
        return Response(_encode(await service.rows()), media_type=_JSON)

    @v1.get("/watch")
    async def watch() -> Response:
        async def events() -> AsyncIterator[bytes]:
            yield b": watching\n\n"
            async for new, gone in watchers.changes():
                for row in new:
                    yield b"event: conversation\ndata: " + _encode(row) + b"\n\n"
                for name in gone:
                    yield b"event: ended\ndata: " + _encode({"conversation_id": name}) + b"\n\n"

        return StreamingResponse(
            events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    @v1.websocket("/stream")
    async def stream(socket: WebSocket) -> None:
        await socket.accept()
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                try:
                    said = _decode(_message(await socket.receive()), StreamedTurns)
                    _check_name(said.conversation_id)
                    told = await service.take(said.conversation_id, said)
                    metrics.told(told, len(said.turns))
                    await socket.send_text(told.body.decode())
                except CcnlpError as error:
                    answer = fault(error)
                    await socket.send_text(
                        _encode(
                            {"status": answer.status_code, "error": msgspec.Raw(answer.body)}
                        ).decode()
                    )

    @app.get("/healthz")
    async def healthz() -> Response:
        return Response(b'{"alive":true}', media_type=_JSON)

    @app.get("/readyz")
    async def readyz() -> Response:
        try:
            await asyncio.wait_for(service.check(), 2.0)
        except (TimeoutError, CcnlpError) as error:
            raise NotReadyError(
                "the state does not answer", where=hook.state.url, mend="look at its log"
            ) from error
        return Response(
            _encode(
                {
                    "ready": True, "recipe": hook.recipe.digest, "engine": __version__,
                    "degraded": hook.full.engine.not_evaluated,
                }
            ),
            media_type=_JSON,
        )  # fmt: skip

    @app.get("/metrics")
    async def prometheus() -> Response:
        metrics.under_way.set(service.under_way)
        metrics.sessions.set(len(hook.full))
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    app.include_router(v1)
    describe(app)
    return app


class _Guard:
    """Lets in who has a token; everybody where there is none."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = [token.encode() for token in tokens]

    def __call__(self, connection: HTTPConnection) -> None:
        given = connection.headers.get("authorization", "").removeprefix("Bearer ").encode()
        # every token is looked at, so that the time tells nothing
        if self._tokens and not sum(hmac.compare_digest(given, t) for t in self._tokens):
            raise _NoTokenError(
                "no valid token", where="Authorization", mend="send Authorization: Bearer TOKEN"
            )


def _answered(told: Told) -> Response:
    headers = {"Ccnlp-Repeated": "true"} if told.repeated else {}
    return Response(told.body, media_type=_JSON, headers=headers)


def _fault(error: CcnlpError, metrics: Metrics, retry_after: int) -> Response:
    status = error.status if isinstance(error, HookError) else 503
    metrics.refused.labels(str(status)).inc()
    again = isinstance(error, (BusyError, NotReadyError))
    headers = {"Retry-After": str(retry_after)} if again else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = _encode(ErrorAnswer(error.what, error.where, error.mend))
    return Response(body, status_code=status, media_type=_JSON, headers=headers)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise _too_large()
    return bytes(body)


def _message(received: Any) -> bytes:
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect
    text = received.get("text")
    message: bytes = text.encode() if text is not None else received.get("bytes") or b""
    if len(message) > MOST_BYTES:
        raise _too_large()
    return message


def _too_large() -> HookError:
    return _TooLargeError(
        f"the body is larger than {MOST_BYTES} bytes", where="body", mend="send fewer turns a call"
    )


def _decode(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        what, _, where = str(error).partition(" - at `")
        raise BadRequestError(
            what, where=f"body: {where.strip('`') or '$'}", mend="see /docs or docs/live.md"
        ) from error


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise BadRequestError(
            "is no conversation_id", where="path",
            mend="use 1 to 200 characters without spaces, slashes and control characters",
        )  # fmt: skip
