"""The desk in a real browser: logging in, clearing cases by keyboard alone, revealing, axe-core."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from desk_samples import PASSWORD, app_of, desk_store, people

from ccnlp.store import Store
from ccnlp.store.audit import AuditLog
from ccnlp.store.cases import CaseFilter, Cases
from ccnlp.store.reviews import Reviews

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
AXE = Path(__file__).parent / "data" / "axe" / "axe.min.js"
CASES = 24


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser; without one the tests are skipped on a desk, and fail in CI."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        found = None
    if found is None:
        reason = "needs Chromium (`apt-get install chromium`) and the package playwright"
        if os.environ.get("CCNLP_CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with desk_store(tmp_path_factory.mktemp("desk"), CASES) as opened:
        people(opened)
        yield opened


@pytest.fixture(scope="module")
def address(store: Store) -> Iterator[str]:
    """A desk that listens."""
    server = uvicorn.Server(
        uvicorn.Config(
            app_of(store, requests_a_minute=10_000), host="127.0.0.1", port=0, log_level="error"
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    (socket,) = server.servers[0].sockets
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Any]:
    """Logs somebody in by keyboard; whatever follows asks nobody else and reports no error."""
    wrong: list[str] = []
    contexts = []

    def opened(name: str, **options: Any) -> Any:
        context = browser.new_context(
            base_url=address, viewport={"width": 1440, "height": 900}, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        page.on("request", lambda r: None if r.url.startswith((address, "data:"))
                else wrong.append(r.url))  # fmt: skip
        page.goto("/")
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/queue")
        return page

    yield opened
    for context in contexts:
        context.close()
    # Refused forms are told by their status; the browser calls that an error.
    assert [one for one in wrong if "409" not in one and "404" not in one] == []


def case_of(page: Any) -> int:
    page.wait_for_url("**/cases/*")
    page.locator("#close").wait_for()
    return int(page.url.split("/cases/")[1].partition("#")[0])


def test_twenty_cases_are_cleared_by_keyboard_alone(visit: Any, store: Store) -> None:
    page = visit("reviewer")
    page.keyboard.press("n")
    seen = []
    for place in range(20):
        seen.append(case_of(page))
        page.locator(".subject.current").wait_for()
        if place % 5 == 4:
            page.keyboard.press("3")
            page.keyboard.type("玩笑话")
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("12"[place % 2])
        page.locator("#panel .verdict").wait_for()
        with page.expect_navigation():
            page.keyboard.press("x" if place % 5 == 4 else "c")
    assert len(set(seen)) == 20
    closed = Cases(store).page(CaseFilter(states=("closed",)))
    assert sorted(item.id for item in closed) == sorted(seen)
    assert sum(item.resolution == "dismissed" for item in closed) == 4
    said = [v for case in seen for v in Reviews(store).said(case).values()]
    assert [v.reason for v in said if v.verdict == "wrong"] == ["玩笑话"] * 4
    assert len(said) == 20
    page.keyboard.press("r")
    page.wait_for_url("**/queue")


def test_a_case_in_hand_is_nobody_elses(visit: Any) -> None:
    page, other = visit("lead"), visit("reviewer")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    other.goto(page.url)
    page.keyboard.press("l")
    case = case_of(page)
    other.keyboard.press("l")
    other.locator("[role=alert]").first.wait_for()
    assert other.locator("#close").count() == 0
    other.goto("/queue")
    assert "Lead" in other.locator("tr", has=other.locator(f"a[href='/cases/{case}']")).inner_text()
    page.keyboard.press("r")
    page.wait_for_url("**/queue")


def test_adding_what_was_missed_commenting_and_revealing(visit: Any, store: Store) -> None:
    page = visit("admin")
    page.keyboard.press("n")
    case = case_of(page)
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.keyboard.press("t")
    page.keyboard.type("语气激动")
    page.keyboard.press("Enter")
    page.locator("#turn-1 .comment").wait_for()
    # By mouse: the words that are selected.
    page.evaluate(
        """() => { const node = document.querySelector("#turn-1 mark").firstChild;
                   getSelection().setBaseAndExtent(node, 2, node, 4); }"""
    )
    page.keyboard.press("m")
    assert page.locator("#missed textarea").input_value() == "投诉"
    page.locator("#missed select[name=category]").select_option("churn")
    page.locator("#missed .primary").click()
    page.locator("mark.added").wait_for()
    assert page.locator("mark.added").inner_text() == "投诉"
    (added,) = Reviews(store).missed(case)
    assert (added.turn, added.start, added.end) == (1, 2, 4)
    assert "13800138000" not in page.content()
    page.keyboard.press("v")
    page.keyboard.type("回访客户需要号码")
    page.keyboard.press("Enter")
    page.locator(".privacy.open").wait_for()
    assert "13800138000" in page.locator("#turn-1").inner_text()
    assert [e.target for e in AuditLog(store).entries(action="case.reveal")] == [str(case)]
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.wait_for_url("**/queue")


def test_the_language_switches(visit: Any) -> None:
    page = visit("auditor")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Review queue").wait_for()
    assert page.locator("form#next").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(visit: Any, scheme: str) -> None:
    page = visit("admin", color_scheme=scheme)
    faults = []
    page.keyboard.press("n")
    case = case_of(page)
    for path in ("/queue?tab=all", f"/cases/{case}", "/me", "/accounts", "/audit", "/nowhere"):
        page.goto(path)
        # The policy forbids foreign scripts, so it is put in as the browser's own.
        page.evaluate(AXE.read_text("utf-8") + "; 0")
        looked = page.evaluate("async () => await axe.run()")
        assert len(looked["passes"]) > 10, path
        found = looked["violations"]
        faults += [
            (path, one["id"], [node["html"] for node in one["nodes"]][:3])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
    page.goto(f"/cases/{case}")
    page.keyboard.press("r")
    page.wait_for_url("**/queue")
    assert faults == []


def test_nothing_is_wider_than_the_window(visit: Any) -> None:
    page = visit("lead")
    for path in ("/queue", "/cases/1", "/me"):
        page.goto(path)
        for width in (1440, 1100, 800, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
