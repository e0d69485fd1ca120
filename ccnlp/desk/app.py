"""The desk as an ASGI application."""

import secrets
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from ccnlp import __version__
from ccnlp.desk import api
from ccnlp.desk.context import HERE, Desk, LoginNeeded, desk_of, see_other
from ccnlp.desk.guard import Guard
from ccnlp.desk.pages import accounts, audit, case, entry, me, queue
from ccnlp.desk.searching import index_texts
from ccnlp.desk.secrets import Passwords
from ccnlp.desk.settings import DeskSettings, load_settings
from ccnlp.errors import CcnlpError
from ccnlp.store.connection import Store


def make_app(
    store: Store, settings: DeskSettings | None = None, passwords: Passwords | None = None
) -> FastAPI:
    """The desk over a store. ``app.state.setup_code`` opens the first-run page."""
    settings = settings or load_settings()
    app = FastAPI(
        title="ccnlp", version=__version__, docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )  # fmt: skip
    app.state.desk = Desk(store, settings, passwords or Passwords())
    app.state.setup_code = secrets.token_urlsafe(16)
    index_texts(app.state.desk.cases)
    for module in (entry, queue, case, me, accounts, audit):
        app.include_router(module.router, include_in_schema=False)
    app.include_router(api.router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_exception_handler(LoginNeeded, _send_on)
    app.add_exception_handler(HTTPException, _refuse)
    app.add_exception_handler(CcnlpError, _explain)
    app.add_middleware(Guard, settings=settings)

    @app.get("/", include_in_schema=False)
    def start() -> RedirectResponse:
        return see_other("/queue")

    return app


def _send_on(request: Request, error: Exception) -> Response:
    assert isinstance(error, LoginNeeded)  # noqa: S101 - registered for it
    if _program(request):
        return JSONResponse({"error": "log in"}, 401)
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": error.place})
    return see_other(error.place)


def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    if _program(request):
        return JSONResponse({"error": str(error.detail)}, error.status_code)
    return desk_of(request).render(
        request, "refused.html", None, error.status_code, code=error.status_code
    )


def _explain(request: Request, error: Exception) -> Response:
    assert isinstance(error, CcnlpError)  # noqa: S101 - registered for it
    return _refuse(request, HTTPException(404, quote(error.what)))


def _program(request: Request) -> bool:
    return request.url.path.startswith("/api/")
