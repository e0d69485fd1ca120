"""One's own account: password, second factor, sessions."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from ccnlp.desk.context import Desk, Visitor, desk_of, need, see_other
from ccnlp.desk.pages.case import Number
from ccnlp.desk.pages.entry import password_fault
from ccnlp.desk.rights import Right
from ccnlp.desk.secrets import new_totp, totp_picture, totp_step

router = APIRouter(prefix="/me")
#: What a key may be for, and for how many days.
SCOPES: Final = ("read", "review")
DAYS: Final = ("7", "30", "90", "365")
Self = Annotated[Visitor, Depends(need(Right.SELF))]


@router.get("")
def show_me(request: Request, visitor: Self) -> Response:
    """The page."""
    return _page(request, desk_of(request), visitor)


@router.post("/password")
def change_password(request: Request, visitor: Self) -> Response:
    """Set a new password; every other session ends."""
    desk, form, who = desk_of(request), visitor.form, visitor.account
    fault = (
        password_fault(desk, form.get("password", ""), form.get("again", ""))
        if _known(desk, visitor)
        else "password_old"
    )
    if fault:
        return _page(request, desk, visitor, 422, problem=fault)
    hashed = desk.passwords.hash(form["password"])
    desk.accounts.change(who.name, who.id, "password.change", password=hashed)
    desk.accounts.end_sessions(who.name, who.id, keep=visitor.session.digest)
    return _page(request, desk, visitor, done="password")


@router.post("/factor")
def set_factor(request: Request, visitor: Self) -> Response:
    """Set up the second factor: the secret was shown, a code proves that it was taken over."""
    desk, form, who = desk_of(request), visitor.form, visitor.account
    secret = form.get("secret", "")
    valid = len(secret) == 32 and set(secret) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    step = totp_step(secret, form.get("code", "")) if valid and who.totp_secret is None else None
    if step is None:
        return _page(request, desk, visitor, 422, problem="code", secret=secret if valid else "")
    desk.accounts.change(who.name, who.id, "factor.set", totp_secret=secret, totp_step=step)
    desk.accounts.end_sessions(who.name, who.id, keep=visitor.session.digest)
    return see_other("/me")


@router.post("/factor/remove")
def remove_factor(request: Request, visitor: Self) -> Response:
    """Take the second factor away; needs the password."""
    desk, who = desk_of(request), visitor.account
    if not _known(desk, visitor):
        return _page(request, desk, visitor, 422, problem="password_old")
    desk.accounts.change(who.name, who.id, "factor.remove", totp_secret=None, totp_step=None)
    return see_other("/me")


@router.post("/sessions/{start}/end")
def end_session(request: Request, start: str, visitor: Self) -> Response:
    """End a session of one's own."""
    if len(start) == 16:
        who = visitor.account
        desk_of(request).accounts.end_session(who.name, who.id, start)
    return see_other("/me")


@router.post("/tokens")
def add_token(request: Request, visitor: Self) -> Response:
    """Make a key for a program; it is shown on this page, once."""
    desk, form = desk_of(request), visitor.form
    name, days = form.get("name", "").strip(), form.get("days", "")
    if not 1 <= len(name) <= 64 or form.get("scope") not in SCOPES or days not in DAYS:
        raise HTTPException(422)
    token = desk.accounts.add_token(visitor.account, name, form["scope"], int(days))
    return _page(request, desk, visitor, token=token)


@router.post("/tokens/{token_id}/end")
def end_token(request: Request, token_id: Number, visitor: Self) -> Response:
    """End a key of one's own."""
    if not desk_of(request).accounts.end_token(visitor.account, token_id):
        raise HTTPException(404)
    return see_other("/me")


def _known(desk: Desk, visitor: Visitor) -> bool:
    """Whether the present password was given; guesses count as at the login."""
    who = visitor.account
    if not who.locked and desk.passwords.holds(who.password, visitor.form.get("old", "")):
        return True
    desk.accounts.failed(who.id, desk.settings.login_failures, desk.settings.lock_minutes * 60)
    return False


def _page(
    request: Request, desk: Desk, visitor: Visitor, status: int = 200, *, problem: str = "",
    done: str = "", secret: str = "", token: str = "",
) -> Response:  # fmt: skip
    who = desk.accounts.get(visitor.account.id)
    secret = "" if who and who.totp_secret else secret or new_totp()
    return desk.render(
        request, "me.html", visitor, status, problem=problem, done=done, secret=secret, token=token,
        tokens=desk.accounts.tokens(visitor.account.id), scopes=SCOPES, days=DAYS,
        picture=totp_picture(secret, visitor.account.name) if secret else "",
        sessions=desk.accounts.sessions(visitor.account.id), length=desk.settings.password_length,
        required=visitor.account.role in desk.settings.second_factor_roles,
    )  # fmt: skip
