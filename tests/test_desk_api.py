"""The API: keys, scopes, roles, and the same rules as on the pages."""

from pathlib import Path
from typing import Any

import pytest
from assessments import assessment
from desk_samples import app_of, client, desk_store, log_in, people, send

from ccnlp.desk.api import router
from ccnlp.desk.case_view import finding_key
from ccnlp.store import Store
from ccnlp.store.accounts import Accounts
from ccnlp.store.cases import Cases
from ccnlp.store.reviews import Reviews

KEY = finding_key(assessment("c1").findings[0])
#: Method and path, a body that is right, and which roles and scopes may.
CALLS: dict[tuple[str, str], tuple[Any, bool]] = {
    ("GET", "/cases"): (None, False),
    ("GET", "/cases/2"): (None, False),
    ("POST", "/cases/2/claim"): (None, True),
    ("POST", "/cases/2/verdicts"): ({"subject": KEY, "verdict": "right"}, True),
    ("POST", "/cases/2/missed"): ({"category": "churn", "turn": 1, "start": 0, "end": 2}, True),
    ("POST", "/cases/2/comments"): ({"text": "已听"}, True),
    ("POST", "/cases/2/release"): (None, True),
    ("POST", "/cases/2/close"): ({"resolution": "confirmed"}, True),
}


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with desk_store(tmp_path) as opened:
        yield opened


def call(app: Any, key: str, method: str, path: str, body: Any = None) -> Any:
    headers = {"authorization": f"Bearer {key}"}
    return client(app).request(method, f"/api/v1{path}", json=body, headers=headers)


def test_every_call_is_in_the_table() -> None:
    known = {
        (method, route.path.removeprefix("/api/v1"))
        for route in router.routes
        for method in route.methods  # type: ignore[attr-defined]
    }
    assert known == {(method, path.replace("/2", "/{item_id}")) for method, path in CALLS}


def test_every_role_and_scope_may_what_the_table_says(store: Store) -> None:
    who = people(store)
    app = app_of(store)
    for role, account in who.items():
        for scope in ("read", "review"):
            key = Accounts(store).add_token(account, "p", scope, 1)
            for (method, path), (body, review) in CALLS.items():
                if path.endswith("close"):
                    call(app, key, "POST", "/cases/2/claim")
                answer = call(app, key, method, path, body)
                may = not review or (scope == "review" and role in ("reviewer", "lead", "admin"))
                # Once closed it stays so: the conflict comes behind the right.
                assert (answer.status_code == 403) != may, (role, scope, path, answer.text)
                assert answer.status_code < 500


def test_no_key_no_answer(store: Store) -> None:
    people(store)
    app = app_of(store)
    browser = log_in(app, "lead")
    for (method, path), (body, _) in CALLS.items():
        assert call(app, "ccnlp_guess", method, path, body).status_code == 401
        assert client(app).request(method, f"/api/v1{path}", json=body).status_code == 401
        # A browser's cookie is no key.
        assert browser.request(method, f"/api/v1{path}", json=body).status_code == 401


def test_a_key_is_shown_once_and_ends(store: Store) -> None:
    people(store)
    app = app_of(store)
    browser = log_in(app, "lead")
    page = send(browser, "/me/tokens", name="Nightly", scope="read", days="7").text
    key = page.split('id="token">')[1].partition("<")[0]
    assert key not in browser.get("/me").text
    assert call(app, key, "GET", "/cases").json()["count"] == 3
    assert call(app, key, "GET", "/cases?risk=critical").json()["count"] == 1
    assert call(app, key, "GET", "/cases?score_from=0&score_to=0").json()["count"] == 0
    other = log_in(app, "reviewer")
    assert send(other, "/me/tokens/1/end").status_code == 404
    assert send(browser, "/me/tokens/1/end").status_code == 303
    assert call(app, key, "GET", "/cases").status_code == 401


def test_a_case_is_worked_off(store: Store) -> None:
    who = people(store)
    app = app_of(store)
    mine = Accounts(store).add_token(who["reviewer"], "p", "review", 1)
    other = Accounts(store).add_token(who["lead"], "p", "review", 1)
    right = {"subject": KEY, "verdict": "right"}
    assert call(app, mine, "POST", "/cases/2/verdicts", right).status_code == 409
    assert call(app, mine, "POST", "/cases/2/claim").status_code == 200
    assert call(app, other, "POST", "/cases/2/claim").status_code == 409
    assert call(app, mine, "POST", "/cases/2/verdicts", right).status_code == 201
    for wrong in (
        {"subject": KEY, "verdict": "wrong"}, {"subject": "item:x", "verdict": "right"},
        {**right, "more": 1}, {},
    ):  # fmt: skip
        assert call(app, mine, "POST", "/cases/2/verdicts", wrong).status_code == 422
    far = {"category": "churn", "turn": 1, "start": 0, "end": 999}
    assert call(app, mine, "POST", "/cases/2/missed", far).status_code == 422
    assert call(app, mine, "POST", "/cases/2/close", {"resolution": "confirmed"}).json()["closed"]
    read = call(app, mine, "GET", "/cases/2")
    assert read.json()["item"]["resolution"] == "confirmed"
    assert read.json()["verdicts"][0]["verdict"] == "right"
    assert "13800138000" not in read.text
    assert Cases(store).get(2)[0].assignee == "reviewer"
    assert Reviews(store).said(2)[KEY].by == "Reviewer"


def test_an_agents_key_reads_own_cases_only(store: Store) -> None:
    who = people(store)
    app = app_of(store)
    key = Accounts(store).add_token(who["agent"], "p", "review", 1)
    assert call(app, key, "GET", "/cases/1").status_code == 404
    listed = call(app, key, "GET", "/cases?agent=A2&state=all").json()
    assert [item["conversation_id"] for item in listed["items"]] == ["c1", "c2"]


def test_openapi_tells_of_the_api_alone(store: Store) -> None:
    told = client(app_of(store)).get("/api/v1/openapi.json").json()
    assert set(told["paths"]) == {"/api/v1" + path.replace("/2", "/{item_id}") for _, path in CALLS}
