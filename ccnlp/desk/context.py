"""What every page needs: the store's repositories, the settings, the templates, the visitor."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import msgspec
from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool

from ccnlp import __version__
from ccnlp.desk.messages import load_messages, speaker
from ccnlp.desk.rights import RIGHTS, Right
from ccnlp.desk.secrets import Passwords
from ccnlp.desk.settings import DeskSettings
from ccnlp.report.messages import FIRST
from ccnlp.store.accounts import Account, Accounts, Session
from ccnlp.store.audit import AuditLog
from ccnlp.store.cases import Cases
from ccnlp.store.connection import Store
from ccnlp.store.leases import Leases
from ccnlp.store.reviews import Reviews

HERE: Final = Path(__file__).parent
#: Cookies: the session, what stands for it before one logs in, and the language.
SESSION, BEFORE, LANGUAGE = "ccnlp_session", "ccnlp_before", "ccnlp_language"


class LoginNeeded(Exception):  # noqa: N818 - no error: the visitor is sent on
    """The visitor must first go to ``place``."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(place)


class Person(msgspec.Struct, frozen=True):
    """Who asks."""

    account: Account

    def may(self, right: str) -> bool:
        """Whether the person's role has a right."""
        return right in RIGHTS[self.account.role]


class Visitor(Person, frozen=True):
    """Who asks by a browser, and what was sent with the form."""

    session: Session
    csrf: str
    form: dict[str, str]


class Desk:
    """The desk's parts, put together once."""

    def __init__(self, store: Store, settings: DeskSettings, passwords: Passwords) -> None:
        self.settings = settings
        self.passwords = passwords
        self.accounts = Accounts(store)
        self.audit = AuditLog(store)
        self.cases = Cases(store)
        self.leases = Leases(store, settings.lease_minutes)
        self.reviews = Reviews(store)
        self.languages = load_messages()
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True,
            undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip

    def render(
        self, request: Request, template: str, visitor: Visitor | None = None, status: int = 200,
        **values: Any,
    ) -> HTMLResponse:  # fmt: skip
        """A page in the visitor's language."""
        tag = language(request, self)
        page = self._environment.get_template(template).render(
            t=speaker(self.languages[tag]), lang=tag, languages=self.languages, visitor=visitor,
            csrf=visitor.csrf if visitor else csrf_of(request.cookies.get(BEFORE, "")),
            headers=json.dumps({"X-CSRF-Token": visitor.csrf}) if visitor else "{}",
            path=request.url.path, version=__version__, **values,
        )  # fmt: skip
        return HTMLResponse(page, status)


def desk_of(request: Request) -> Desk:
    """The desk that a request came to."""
    made: Desk = request.app.state.desk
    return made


def language(request: Request, desk: Desk) -> str:
    """The visitor's language: the one chosen, else the first."""
    chosen = request.cookies.get(LANGUAGE, FIRST)
    return chosen if chosen in desk.languages else FIRST


def csrf_of(cookie: str) -> str:
    """The token that goes with a cookie: another site can read neither."""
    return hashlib.sha256(f"csrf:{cookie}".encode()).hexdigest() if cookie else ""


def need(right: Right) -> Callable[[Request], Awaitable[Visitor]]:
    """A dependency: the visitor, logged in, with this right, and no forged form."""

    async def visitor(request: Request) -> Visitor:
        desk = desk_of(request)
        cookie = request.cookies.get(SESSION, "")
        found = await run_in_threadpool(desk.accounts.session, cookie, desk.settings.idle_minutes)
        if found is None:
            raise LoginNeeded("/login")
        session, who = found
        if not session.complete:
            raise LoginNeeded("/login/code")
        if (
            who.role in desk.settings.second_factor_roles
            and who.totp_secret is None
            and right is not Right.SELF
        ):
            raise LoginNeeded("/me")
        form = await read_form(request, csrf_of(cookie))
        if right not in RIGHTS[who.role]:
            raise HTTPException(403)
        return Visitor(who, session, csrf_of(cookie), form)

    visitor.right = right  # type: ignore[attr-defined]
    return visitor


async def read_form(request: Request, token: str) -> dict[str, str]:
    """The fields of a form, by their names; refused where its token is not ``token``."""
    if request.method in ("GET", "HEAD"):
        return {}
    sent = await request.form(max_files=0, max_fields=60)
    form = {key: value for key, value in sent.items() if isinstance(value, str)}
    given = request.headers.get("x-csrf-token") or form.get("csrf", "")
    if not token or given != token:
        raise HTTPException(403, "csrf")
    return form


def see_other(place: str) -> RedirectResponse:
    """Go on to another page, as a GET."""
    return RedirectResponse(place, 303)
