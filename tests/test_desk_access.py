"""Who gets in, what each role may do, and what stands before every request."""

from pathlib import Path
from typing import Any

import pyotp
import pytest
from desk_samples import (
    PASSWORD,
    ROLES,
    app_of,
    client,
    csrf_of,
    desk_store,
    log_in,
    people,
    send,
    token,
)
from sqlalchemy import update

from ccnlp.desk.pages import accounts, audit, case, entry, me, queue
from ccnlp.store import Store
from ccnlp.store.accounts import Accounts
from ccnlp.store.audit import AuditLog
from ccnlp.store.desk_schema import account, desk_session

EVERYBODY = set(ROLES)
REVIEWERS = {"reviewer", "lead", "admin"}
#: Who may: every route that needs a login, with a form that is right.
MAY: dict[tuple[str, str], tuple[set[str], dict[str, str]]] = {
    ("GET", "/queue"): (EVERYBODY, {}),
    ("POST", "/queue/next"): (REVIEWERS, {}),
    ("GET", "/cases/{item_id}"): (EVERYBODY, {}),
    ("POST", "/cases/{item_id}/reveal"): (REVIEWERS, {"reason": "回访客户需要号码"}),
    ("POST", "/cases/{item_id}/claim"): (REVIEWERS, {}),
    ("POST", "/cases/{item_id}/renew"): (REVIEWERS, {}),
    ("POST", "/cases/{item_id}/release"): (REVIEWERS, {}),
    ("POST", "/cases/{item_id}/assign"): ({"lead", "admin"}, {"to": "reviewer"}),
    ("POST", "/cases/{item_id}/verdicts"): (
        REVIEWERS, {"subject": "item:greeting", "verdict": "right"},
    ),
    ("POST", "/cases/{item_id}/missed"): (
        REVIEWERS, {"category": "churn", "turn": "1", "quote": "投诉"},
    ),
    ("POST", "/cases/{item_id}/missed/{missed_id}/remove"): (REVIEWERS, {}),
    ("POST", "/cases/{item_id}/comments"): (REVIEWERS, {"text": "已听录音"}),
    ("POST", "/cases/{item_id}/close"): (REVIEWERS, {"resolution": "confirmed"}),
    ("GET", "/me"): (EVERYBODY, {}),
    ("POST", "/me/password"): (EVERYBODY, {}),
    ("POST", "/me/factor"): (EVERYBODY, {}),
    ("POST", "/me/factor/remove"): (EVERYBODY, {}),
    ("POST", "/me/sessions/{start}/end"): (EVERYBODY, {}),
    ("POST", "/me/tokens"): (EVERYBODY, {"name": "p", "scope": "read", "days": "7"}),
    ("POST", "/me/tokens/{token_id}/end"): (EVERYBODY, {}),
    ("GET", "/accounts"): ({"admin"}, {}),
    ("POST", "/accounts"): ({"admin"}, {"name": "neu", "role": "agent", "password": PASSWORD}),
    ("POST", "/accounts/{account_id}"): ({"admin"}, {"role": "agent"}),
    ("POST", "/accounts/{account_id}/password"): ({"admin"}, {"password": PASSWORD}),
    ("GET", "/audit"): ({"admin", "auditor"}, {}),
    ("POST", "/logout"): (EVERYBODY, {}),
}  # fmt: skip
OPEN = {
    ("GET", "/setup"), ("POST", "/setup"), ("GET", "/login"), ("POST", "/login"),
    ("GET", "/login/code"), ("POST", "/login/code"), ("POST", "/language"),
}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with desk_store(tmp_path) as opened:
        yield opened


def routes() -> set[tuple[str, str]]:
    return {
        (method, route.path)
        for module in (accounts, audit, case, entry, me, queue)
        for route in module.router.routes
        for method in route.methods  # type: ignore[attr-defined]
    }


def test_every_route_is_in_the_table() -> None:
    assert routes() == set(MAY) | OPEN


def test_nobody_gets_in_without_a_login(store: Store) -> None:
    people(store)
    browser = client(app_of(store))
    for method, path in MAY:
        answer = browser.request(method, filled(path))
        assert (answer.status_code, answer.headers.get("location")) == (303, "/login"), path


def test_every_role_may_what_the_table_says(store: Store) -> None:
    who = people(store)
    app = app_of(store)
    for role in ROLES:
        for (method, path), (allowed, form) in MAY.items():
            browser = log_in(app, role)
            place = filled(path, who["reviewer" if role == "admin" else "lead"].id)
            answer = browser.get(place) if method == "GET" else send(browser, place, **form)
            refused = answer.status_code == 403
            assert refused == (role not in allowed), (role, method, path, answer.status_code)
            assert answer.status_code < 500
            # What the row before has changed for others.
            with store.engine.begin() as connection:
                connection.execute(
                    update(account).where(account.c.id == who["lead"].id).values(role="lead")
                )
                connection.execute(
                    update(account)
                    .where(account.c.id == who["reviewer"].id)
                    .values(role="reviewer")
                )


def filled(path: str, account_id: int = 1) -> str:
    return (
        path.replace("{item_id}", "2").replace("{token_id}", "1").replace("{missed_id}", "1")
        .replace("{account_id}", str(account_id)).replace("{start}", "0" * 16)
    )  # fmt: skip


def test_an_agent_sees_own_cases_only(store: Store) -> None:
    people(store)
    browser = log_in(app_of(store), "agent")
    assert browser.get("/cases/1").status_code == 404
    assert browser.get("/cases/2").status_code == 200
    page = browser.get("/queue").text
    assert "c1" in page
    assert "c2" in page
    assert "/cases/1" not in page
    assert "/cases/1" not in browser.get("/queue?agent=A2&tab=open").text


def test_an_agent_without_an_id_sees_nothing(store: Store) -> None:
    people(store)
    with store.engine.begin() as connection:
        connection.execute(update(account).values(agent_id=None))
    browser = log_in(app_of(store), "agent")
    assert browser.get("/cases/2").status_code == 404
    assert "/cases/" not in browser.get("/queue").text


def test_the_first_run_makes_one_admin_by_the_printed_code(store: Store) -> None:
    app = app_of(store)
    browser = client(app)
    assert browser.get("/login").headers["location"] == "/setup"
    fields = {"name": "admin", "password": PASSWORD, "again": PASSWORD}
    for code, status in (("guess", 422), (app.state.setup_code, 303)):
        form = token(browser.get("/setup").text)
        answer = browser.post("/setup", data={**fields, "code": code, "csrf": form})
        assert answer.status_code == status
    assert browser.get("/accounts").status_code == 200
    other = client(app)
    assert other.get("/setup").headers["location"] == "/login"


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaaa"])
def test_weak_passwords_are_refused(store: Store, weak: str) -> None:
    app = app_of(store)
    browser = client(app)
    form = token(browser.get("/setup").text)
    answer = browser.post(
        "/setup",
        data={"name": "a.b", "password": weak, "again": weak, "code": app.state.setup_code,
              "csrf": form},
    )  # fmt: skip
    assert answer.status_code == 422
    assert not Accounts(store).any()


def test_wrong_passwords_lock_an_account_for_a_time(store: Store) -> None:
    people(store)
    app = app_of(store, login_failures=3)
    browser = client(app)
    form = token(browser.get("/login").text)
    for _ in range(3):
        data = {"name": "lead", "password": "wrong", "csrf": form}
        assert browser.post("/login", data=data).status_code == 401
    right = {"name": "lead", "password": PASSWORD, "csrf": form}
    assert browser.post("/login", data=right).status_code == 401
    with store.engine.begin() as connection:
        connection.execute(update(account).values(locked_until="2020-01-01T00:00:00+00:00"))
    assert browser.post("/login", data=right).status_code == 303
    actions = [entry.action for entry in AuditLog(store).entries()]
    assert actions.count("login.failed") == 3
    assert "login.locked" in actions


def test_the_second_factor_is_asked_for_and_no_code_counts_twice(store: Store) -> None:
    people(store, "lead")
    app = app_of(store)
    secret = pyotp.random_base32()
    with store.engine.begin() as connection:
        connection.execute(update(account).values(totp_secret=secret))
    browser = log_in(app, "lead")
    assert browser.get("/queue").headers["location"] == "/login/code"
    code = pyotp.TOTP(secret).now()
    wrong = str((int(code) + 1) % 1_000_000).zfill(6)
    form = token(browser.get("/login/code").text)
    assert browser.post("/login/code", data={"code": wrong, "csrf": form}).status_code == 401
    assert browser.post("/login/code", data={"code": code, "csrf": form}).status_code == 303
    assert browser.get("/queue").status_code == 200
    other = log_in(app, "lead")
    form = token(other.get("/login/code").text)
    assert other.post("/login/code", data={"code": code, "csrf": form}).status_code == 401


def test_a_role_that_needs_a_second_factor_must_set_it_up(store: Store) -> None:
    people(store, "admin")
    browser = log_in(app_of(store, second_factor_roles=("admin",)), "admin")
    assert browser.get("/queue").headers["location"] == "/me"
    page = browser.get("/me").text
    secret = page.split('name="secret" value="')[1][:32]
    code = pyotp.TOTP(secret).now()
    assert send(browser, "/me/factor", secret=secret, code="000000x").status_code == 422
    assert send(browser, "/me/factor", secret=secret, code=code).status_code == 303
    assert browser.get("/queue").status_code == 200


def test_sessions_end(store: Store) -> None:
    people(store, "lead")
    app = app_of(store)
    first, second, third = (log_in(app, "lead") for _ in range(3))
    send(first, "/logout")
    assert first.get("/queue").status_code == 303
    fields = {"old": PASSWORD, "password": "another horse 8", "again": "another horse 8"}
    assert send(second, "/me/password", **fields).status_code == 200
    assert third.get("/queue").status_code == 303
    assert second.get("/queue").status_code == 200
    with store.engine.begin() as connection:
        connection.execute(update(desk_session).values(expires_at="2020-01-01T00:00:00+00:00"))
    assert second.get("/queue").status_code == 303


def test_an_idle_session_ends_and_so_does_that_of_a_closed_account(store: Store) -> None:
    people(store)
    app = app_of(store)
    browser, closed = log_in(app, "lead"), log_in(app, "reviewer")
    admin = log_in(app, "admin")
    number = Accounts(store).named("reviewer")
    assert number is not None
    assert send(admin, f"/accounts/{number.id}", active="0").status_code == 303
    assert closed.get("/queue").status_code == 303
    with store.engine.begin() as connection:
        connection.execute(update(desk_session).values(seen_at="2020-01-01T00:00:00+00:00"))
    assert browser.get("/queue").status_code == 303


def test_forged_forms_are_refused(store: Store) -> None:
    people(store)
    app = app_of(store)
    browser = log_in(app, "lead")
    good = csrf_of(browser)
    assert browser.post("/cases/1/claim").status_code == 403
    assert browser.post("/cases/1/claim", data={"csrf": "0" * 64}).status_code == 403
    elsewhere = {"origin": "https://evil.example"}
    answer = browser.post("/cases/1/claim", data={"csrf": good}, headers=elsewhere)
    assert answer.status_code == 403
    assert browser.post("/login", data={"name": "lead", "password": PASSWORD}).status_code == 403
    assert browser.post("/cases/1/claim", data={"csrf": good}).status_code == 303


def test_headers_and_cookies(store: Store) -> None:
    people(store, "lead")
    app = app_of(store)
    browser = client(app)
    page = browser.get("/login")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"
    data = {"name": "lead", "password": PASSWORD, "csrf": token(page.text)}
    cookie = browser.post("/login", data=data).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    safe = client(app)
    safe.base_url = "https://testserver"
    assert "Secure" in safe.get("/login").headers["set-cookie"]
    # Neither styles nor scripts stand in a page, so the policy needs no exception.
    pages = "".join(log_in(app, "lead").get(p).text for p in ("/queue", "/cases/1", "/me"))
    assert "style=" not in pages
    assert "onclick" not in pages
    assert "<style" not in pages


def test_too_much_and_too_often_is_refused(store: Store) -> None:
    people(store, "lead")
    browser = client(app_of(store, body_bytes=2000, logins_a_minute=2, requests_a_minute=8))
    assert browser.post("/login", content=b"x" * 2001).status_code == 413
    chunks = (b"x" * 500 for _ in range(5))
    assert browser.post("/login", content=chunks).status_code == 413
    assert browser.post("/login").status_code == 429
    statuses = [browser.get("/login").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_strange_addresses_break_nothing(store: Store) -> None:
    people(store, "lead")
    browser = log_in(app_of(store), "lead")
    for path in (
        "/queue?page=99999999999&sort=x&tab=x&risk=x&category=x&since=x&score_from=nan&text=%25_",
        "/queue?page=0", "/audit?before=x", "/queue?text=" + "x" * 500,
    ):  # fmt: skip
        assert browser.get(path).status_code in (200, 403), path
    for path in ("/cases/0", "/cases/" + "9" * 30, "/cases/x", "/nowhere", "/cases/77"):
        assert browser.get(path).status_code in (404, 422), path
    assert browser.get("/docs").status_code == 404
