"""A desk over a small store, and people who work at it."""

import re
from pathlib import Path
from typing import Any

import msgspec
from argon2 import PasswordHasher
from assessments import assessment, transcript
from fastapi.testclient import TestClient

from ccnlp.desk.app import make_app
from ccnlp.desk.secrets import Passwords
from ccnlp.desk.settings import DeskSettings
from ccnlp.store import Assessments, Recorder, Store, open_store
from ccnlp.store.accounts import Account, Accounts
from ccnlp.store.repository import now

PASSWORD = "correct horse 9"  # noqa: S105 - of people who are not there
ROLES = ("agent", "reviewer", "lead", "admin", "auditor")
#: As weak as can be: what is tested is not how long it takes.
PASSWORDS = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
HASHED = PASSWORDS.hash(PASSWORD)


def desk_store(folder: Path, cases: int = 3) -> Store:
    """A store with cases of falling risk; all of agent A1 but the first, which is A2's."""
    store = open_store(folder / "ccnlp.sqlite")
    recorder = Recorder(now())
    records = []
    for place in range(cases):
        name = f"c{place}"
        said = transcript(name, agent="A2" if place == 0 else "A1")
        made = assessment(name, risk=4 - place % 3)
        records.append(recorder.record(said, made, msgspec.json.encode(made), ["risk"]))
    Assessments(store).add(records)
    return store


def people(store: Store, *roles: str) -> dict[str, Account]:
    """An account a role, named like it."""
    accounts = Accounts(store)
    return {
        role: accounts.create("test", role, role.title(), role, HASHED, "A1")
        for role in roles or ROLES
    }


def app_of(store: Store, **settings: Any) -> Any:
    return make_app(store, DeskSettings(**{"logins_a_minute": 1000, **settings}), PASSWORDS)


def client(app: Any) -> TestClient:
    return TestClient(app, follow_redirects=False)


def token(page: str) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found, page[:500]
    return found[1]


def log_in(app: Any, name: str, password: str = PASSWORD) -> TestClient:
    """A browser that is logged in; ``post`` with ``csrf_of``."""
    browser = client(app)
    form = token(browser.get("/login").text)
    answer = browser.post("/login", data={"name": name, "password": password, "csrf": form})
    assert answer.status_code == 303, answer.text
    return browser


def csrf_of(browser: TestClient) -> str:
    return token(browser.get("/me").text)


def send(browser: TestClient, path: str, **fields: str) -> Any:
    """A form sent as the page would."""
    return browser.post(path, data={**fields, "csrf": csrf_of(browser)})
