"""The accounts, for admins."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from ccnlp.desk.context import Desk, Visitor, desk_of, need, see_other
from ccnlp.desk.pages.case import Number
from ccnlp.desk.pages.entry import NAME, password_fault
from ccnlp.desk.rights import Right
from ccnlp.errors import ConfigError
from ccnlp.store.accounts import Account
from ccnlp.store.desk_schema import ROLES

router = APIRouter(prefix="/accounts")
Admin = Annotated[Visitor, Depends(need(Right.ACCOUNTS))]


@router.get("")
def show_accounts(request: Request, visitor: Admin) -> Response:
    """Everybody who may log in."""
    return _page(request, desk_of(request), visitor)


@router.post("")
def add_account(request: Request, visitor: Admin) -> Response:
    """Make an account with a first password."""
    desk, form = desk_of(request), visitor.form
    name, password = form.get("name", "").strip(), form.get("password", "")
    problem = "name_form" if not NAME.fullmatch(name) else password_fault(desk, password, password)
    if form.get("role") not in ROLES:
        raise HTTPException(422)
    if not problem:
        try:
            desk.accounts.create(
                visitor.account.name, name, form.get("display_name", "").strip() or name,
                form["role"], desk.passwords.hash(password),
                form.get("agent_id", "").strip() or None,
            )  # fmt: skip
        except ConfigError:
            problem = "name_taken"
    if problem:
        return _page(request, desk, visitor, 422, problem=problem)
    return see_other("/accounts")


@router.post("/{account_id}")
def change_account(request: Request, account_id: Number, visitor: Admin) -> Response:
    """Another role, or closed, or open again; all sessions of the account end."""
    desk, form = desk_of(request), visitor.form
    who = _other(desk, account_id, visitor)
    role = form.get("role", who.role)
    if role not in ROLES:
        raise HTTPException(422)
    active = form.get("active", "1" if who.active else "0") == "1"
    desk.accounts.change(visitor.account.name, who.id, "account.change", role=role, active=active)
    desk.accounts.end_sessions(visitor.account.name, who.id)
    return see_other("/accounts")


@router.post("/{account_id}/password")
def reset_password(request: Request, account_id: Number, visitor: Admin) -> Response:
    """Set a password for somebody who forgot it, take the second factor and the lock away."""
    desk = desk_of(request)
    who = _other(desk, account_id, visitor)
    password = visitor.form.get("password", "")
    problem = password_fault(desk, password, password)
    if problem:
        return _page(request, desk, visitor, 422, problem=problem)
    desk.accounts.change(
        visitor.account.name, who.id, "account.reset", password=desk.passwords.hash(password),
        totp_secret=None, totp_step=None, failures=0, locked_until=None,
    )  # fmt: skip
    desk.accounts.end_sessions(visitor.account.name, who.id)
    return see_other("/accounts")


def _other(desk: Desk, account_id: int, visitor: Visitor) -> Account:
    """An account that is not the visitor's own: nobody locks himself out."""
    who = desk.accounts.get(account_id)
    if who is None:
        raise HTTPException(404)
    if who.id == visitor.account.id:
        raise HTTPException(409)
    return who


def _page(
    request: Request, desk: Desk, visitor: Visitor, status: int = 200, problem: str = ""
) -> Response:
    return desk.render(
        request, "accounts.html", visitor, status, accounts=desk.accounts.all(), roles=ROLES,
        problem=problem, length=desk.settings.password_length,
    )  # fmt: skip
