"""What stands before every request: limits of size and rate, same origin, headers."""

import time
from collections import deque
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ccnlp.desk.settings import DeskSettings

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
#: Addresses whose requests are counted at the same time; the oldest go first.
_ADDRESSES: Final = 10_000
_MINUTE: Final = 60.0


class Rate:
    """Counts events of a key over the last minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: dict[str, deque[float]] = {}

    def allows(self, key: str) -> bool:
        """Count one more; false where that is one too many."""
        present = time.monotonic()
        seen = self._seen.pop(key, None) or deque()
        self._seen[key] = seen
        while seen and seen[0] < present - _MINUTE:
            seen.popleft()
        if len(self._seen) > _ADDRESSES:
            del self._seen[next(iter(self._seen))]
        if len(seen) >= self._most:
            return False
        seen.append(present)
        return True


class Guard:
    """ASGI middleware around the whole desk."""

    def __init__(self, app: ASGIApp, settings: DeskSettings) -> None:
        self._app = app
        self._bytes = settings.body_bytes
        self._requests = Rate(settings.requests_a_minute)
        self._logins = Rate(settings.logins_a_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is too large, too often or from elsewhere; else pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/static/"):
                    headers["Cache-Control"] = "public, max-age=3600"
                else:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refused = self._refused(scope)
        if refused is not None:
            await refused(scope, receive, sent)
            return
        body = b""
        # Read here, whole: a length that is not told or not true changes nothing.
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            if len(body) > self._bytes:
                await PlainTextResponse("too large", 413)(scope, receive, sent)
                return
            if not message.get("more_body"):
                break
        given = False

        async def again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, sent)

    def _refused(self, scope: Scope) -> PlainTextResponse | None:
        address = (scope.get("client") or ("?",))[0]
        headers = Headers(scope=scope)
        unsafe = scope["method"] not in ("GET", "HEAD", "OPTIONS")
        if not self._requests.allows(address) or (
            unsafe
            and scope["path"].startswith(("/login", "/setup"))
            and not self._logins.allows(address)
        ):
            return PlainTextResponse("too many requests", 429, {"Retry-After": "60"})
        told = headers.get("content-length", "0")
        if not told.isdigit() or int(told) > self._bytes:
            return PlainTextResponse("too large", 413)
        if unsafe and not _same_origin(headers):
            return PlainTextResponse("asked for by another site", 403)
        return None


def _same_origin(headers: Headers) -> bool:
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
