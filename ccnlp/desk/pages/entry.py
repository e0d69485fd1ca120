"""Coming in and going out: the first account, logging in with two factors, logging out."""

import re
import secrets as random
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from ccnlp.desk.context import (
    BEFORE,
    LANGUAGE,
    SESSION,
    Desk,
    Visitor,
    csrf_of,
    desk_of,
    need,
    read_form,
    see_other,
)
from ccnlp.desk.rights import Right
from ccnlp.desk.secrets import totp_step
from ccnlp.errors import ConfigError
from ccnlp.store.accounts import Account

router = APIRouter()
NAME: Final = re.compile(r"[\w.@-]{2,64}")


async def before_login(request: Request) -> dict[str, str]:
    """The fields of a form that is sent by somebody who is not logged in yet."""
    return await read_form(request, csrf_of(request.cookies.get(BEFORE, "")))


Fields = Annotated[dict[str, str], Depends(before_login)]


@router.get("/setup")
def show_setup(request: Request, code: str = "") -> Response:
    """The first-run page; only for who holds the code that the server printed."""
    if desk_of(request).accounts.any():
        return see_other("/login")
    return _open_page(request, "setup.html", code=code, name="", error="")


@router.post("/setup")
def set_up(request: Request, form: Fields) -> Response:
    """Make the first account, an admin."""
    desk = desk_of(request)
    if desk.accounts.any():
        return see_other("/login")
    name, password = form.get("name", "").strip(), form.get("password", "")
    error = (
        "setup_code" if not random.compare_digest(
            form.get("code", "").encode(), request.app.state.setup_code.encode())
        else "name_form" if not NAME.fullmatch(name)
        else password_fault(desk, password, form.get("again", ""))
    )  # fmt: skip
    if error:
        return _open_page(
            request, "setup.html", 422, code=form.get("code", ""), name=name, error=error
        )
    try:
        who = desk.accounts.create(
            name, name, form.get("display_name", "").strip() or name, "admin",
            desk.passwords.hash(password), first=True,
        )  # fmt: skip
    except ConfigError:
        return see_other("/login")
    return _enter(request, desk, who, complete=True)


@router.get("/login")
def show_login(request: Request) -> Response:
    """Ask for name and password."""
    if not desk_of(request).accounts.any():
        return see_other("/setup")
    return _open_page(request, "login.html", name="", error="")


@router.post("/login")
def log_in(request: Request, form: Fields) -> Response:
    """Check name and password; what was wrong is not told."""
    desk = desk_of(request)
    name, password = form.get("name", "").strip(), form.get("password", "")
    who = desk.accounts.named(name)
    right = desk.passwords.holds(who.password if who else None, password)
    if who is None or not right or who.locked or not who.active:
        if who is None:
            desk.audit.note("-", "login.failed", "unknown name")
        elif not who.locked and not right:
            desk.accounts.failed(
                who.id, desk.settings.login_failures, desk.settings.lock_minutes * 60
            )
        else:
            desk.audit.note(who.name, "login.refused", who.name)
        return _open_page(request, "login.html", 401, name=name, error="login")
    if desk.passwords.outdated(who.password):
        renewed = desk.passwords.hash(password)
        desk.accounts.change(who.name, who.id, "password.rehash", password=renewed)
    return _enter(request, desk, who, complete=who.totp_secret is None)


@router.get("/login/code")
def show_code(request: Request) -> Response:
    """Ask for the second factor."""
    return _open_page(request, "code.html", error="")


@router.post("/login/code")
def check_code(request: Request, form: Fields) -> Response:
    """Check the second factor; the first session ends and a whole one begins."""
    desk = desk_of(request)
    found = desk.accounts.session(request.cookies.get(SESSION, ""), desk.settings.idle_minutes)
    if found is None or found[1].totp_secret is None:
        return see_other("/login")
    session, who = found
    secret = who.totp_secret
    assert secret is not None  # noqa: S101 - seen above
    step = None if who.locked else totp_step(secret, form.get("code", ""))
    if step is None or not desk.accounts.use_step(who.id, step):
        if not who.locked:
            desk.accounts.failed(
                who.id, desk.settings.login_failures, desk.settings.lock_minutes * 60
            )
        return _open_page(request, "code.html", 401, error="code")
    desk.accounts.end_session(who.name, who.id, session.digest)
    return _enter(request, desk, who, complete=True)


@router.post("/logout")
def log_out(request: Request, visitor: Annotated[Visitor, Depends(need(Right.SELF))]) -> Response:
    """End this session."""
    who = visitor.account
    desk_of(request).accounts.end_session(who.name, who.id, visitor.session.digest)
    answer = see_other("/login")
    answer.delete_cookie(SESSION)
    return answer


@router.post("/language")
def choose_language(request: Request, tag: Annotated[str, Form()]) -> Response:
    """Remember a language; changes nothing else, so it needs no login."""
    if tag not in desk_of(request).languages:
        raise HTTPException(422)
    back = request.headers.get("referer", "")
    own = str(request.base_url)
    answer = see_other("/" + back.removeprefix(own) if back.startswith(own) else "/")
    answer.set_cookie(
        LANGUAGE, tag, max_age=31_536_000, httponly=True, samesite="lax", secure=_secure(request)
    )
    return answer


def password_fault(desk: Desk, password: str, again: str) -> str:
    """What is wrong with a new password, as the end of a message's key; empty where nothing is."""
    if len(password) < desk.settings.password_length:
        return "password_short"
    if len(password) > 256 or len(set(password)) < 5:
        return "password_weak"
    return "" if password == again else "password_again"


def _enter(request: Request, desk: Desk, who: Account, *, complete: bool) -> RedirectResponse:
    secret = desk.accounts.open_session(who, desk.settings.session_hours, complete=complete)
    answer = see_other("/" if complete else "/login/code")
    answer.set_cookie(SESSION, secret, httponly=True, samesite="lax", secure=_secure(request))
    if complete:
        answer.delete_cookie(BEFORE)
    return answer


def _open_page(request: Request, template: str, status: int = 200, **values: str) -> Response:
    """A page for somebody who is not logged in; its form is tied to a cookie of its own."""
    desk = desk_of(request)
    cookie = request.cookies.get(BEFORE) or random.token_urlsafe(24)
    request.cookies[BEFORE] = cookie
    answer = desk.render(
        request, template, None, status, length=desk.settings.password_length, **values
    )
    answer.set_cookie(BEFORE, cookie, httponly=True, samesite="lax", secure=_secure(request))
    return answer


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"
