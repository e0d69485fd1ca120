"""The report in a real browser, offline: charts are drawn, languages switch, tables sort."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report_samples import full_summary, hostile_summary

from ccnlp.report.html import write_report
from ccnlp.report.messages import FIRST, load_catalogues
from ccnlp.summary import RunSummary

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


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
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of reports."""
    folder = tmp_path_factory.mktemp("reports")
    made = {"full": full_summary(), "empty": RunSummary(), "hostile": hostile_summary()}
    for name, summary in made.items():
        write_report(summary, folder / f"{name}.html")
    return {name: (Path(folder) / f"{name}.html").as_uri() for name in made}


@pytest.fixture
def visit(browser: Any, reports: dict[str, str]) -> Iterator[Any]:
    """Opens a report; whatever it did, it must have asked for nothing and reported no error."""
    wrong: list[str] = []
    contexts = []

    def asked(request: Any) -> None:
        if request.url.partition("?")[0] not in reports.values():
            wrong.append(request.url)

    def opened(name: str, query: str = "", **options: Any) -> Any:
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: wrong.append(m.text) if m.type != "log" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        page.on("request", asked)
        page.goto(reports[name] + query)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def column(page: Any, table: str, place: int) -> list[str]:
    return page.locator(f"#{table} tbody tr:visible > :nth-child({place})").all_inner_texts()


def test_charts_are_drawn(visit: Any) -> None:
    page = visit("full")
    kinds = page.eval_on_selector_all("[data-chart]", "nodes => nodes.map(n => n.dataset.chart)")
    assert kinds == ["emotions", "emotions", "scores", "days", "shares", "responses"]
    shapes = page.eval_on_selector_all(
        "[data-chart]",
        """nodes => nodes.map(n => [...n.querySelectorAll("svg path")].filter(p => {
             const box = p.getBBox(); return box.width > 4 && box.height > 4;
           }).length)""",
    )
    assert min(shapes) >= 2, shapes
    labels = page.eval_on_selector_all("[data-chart]", "nodes => nodes.map(n => n.ariaLabel)")
    assert all(len(label) > 20 for label in labels)


def test_pointing_at_a_chart_tells_its_figures(visit: Any) -> None:
    page = visit("full")
    chart = page.locator("[data-chart=scores]")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.5)
    tip = page.locator("[data-chart=scores] .tip")
    tip.wait_for(state="visible", timeout=5_000)
    assert "会话数" in tip.inner_text()


def test_the_language_switches_everywhere(visit: Any) -> None:
    page = visit("full")
    assert page.title() == "会话质检报告"
    keys = {key for one in load_catalogues().values() for key in one.messages}
    page.get_by_role("button", name="English").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == "Conversation quality report"
    said = page.locator("[data-t]").all_inner_texts()
    assert not keys.intersection(said)
    # What is left of Chinese stands in values: names of teams, evidence, topics.
    chinese = [s for s in said if any("\u4e00" <= c <= "\u9fff" for c in s)]
    assert all(s.startswith("Topic: ") for s in chinese), chinese[:5]
    assert "Progress" in page.locator("[data-chart=emotions]").first.inner_text()
    assert page.locator("#agent-table thead th").first.inner_text().startswith("Agent")
    page.reload()
    assert page.title() == "Conversation quality report"
    page.get_by_role("button", name="简体中文").click()
    assert page.locator("h1").inner_text() == "会话质检报告"


def test_the_address_can_name_the_language(visit: Any) -> None:
    assert visit("empty", "?lang=en").title() == "Conversation quality report"
    assert visit("empty", "?lang=no").title() == "会话质检报告"


def test_the_script_says_what_python_says(visit: Any) -> None:
    page = visit("full")
    before = page.locator("body").inner_text()
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="简体中文").click()
    assert page.locator("body").inner_text() == before
    assert page.evaluate("document.documentElement.lang") == FIRST


def test_tables_sort_by_key_and_click(visit: Any) -> None:
    page = visit("full")
    heading = page.locator("#agent-table thead th").nth(3)
    assert heading.get_attribute("aria-sort") == "ascending"
    scores = [float(s) for s in column(page, "agent-table", 4)]
    assert scores == sorted(scores)
    heading.locator("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    again = [float(s) for s in column(page, "agent-table", 4)]
    assert again == sorted(again, reverse=True)
    assert again[0] > scores[-1]
    page.locator("#agent-table thead th").first.locator("button").click()
    names = column(page, "agent-table", 1)
    assert names == sorted(names)
    assert heading.get_attribute("aria-sort") is None


def test_long_lists_open_and_filter(visit: Any) -> None:
    page = visit("full")
    assert len(column(page, "agent-table", 1)) == 15
    page.locator("[data-foot=agent-table] button").click()
    assert len(column(page, "agent-table", 1)) == 24
    page.locator("[data-filter=agent-table]").fill("a1033")
    assert column(page, "agent-table", 1) == ["A1033"]
    assert page.locator("#flagged-list > li:visible").count() == 8
    page.locator("[data-foot=flagged-list] button").click()
    assert page.locator("#flagged-list > li:visible").count() == 18


def test_the_command_is_copied(visit: Any) -> None:
    page = visit("full", permissions=["clipboard-read", "clipboard-write"])
    button = page.locator("#flagged-list .copy").nth(1)
    button.click()
    page.locator("#flagged-list .copy.done").wait_for(timeout=5_000)
    assert page.evaluate("navigator.clipboard.readText()") == "ccnlp explain q-0001"


def test_hostile_text_runs_nothing(visit: Any) -> None:
    page = visit("hostile")
    page.get_by_role("button", name="English").click()
    for chart in page.locator("[data-chart]").all():
        chart.hover()
    assert page.locator("[data-chart] svg").count() == 5
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("name", ["full", "empty"])
def test_nothing_is_wider_than_the_window(visit: Any, name: str) -> None:
    page = visit(name, "?lang=en")
    for width in (1600, 1100, 800, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.wait_for_function(
            """() => [...document.querySelectorAll("[data-chart]")].every(node =>
                 Math.abs(node.clientWidth - node.querySelector("svg").clientWidth) < 2)""",
            timeout=5_000,
        )


def test_dark_screens_and_paper_have_their_colours(visit: Any) -> None:
    page = visit("full", color_scheme="dark")
    bar = "getComputedStyle(document.documentElement).getPropertyValue('--bar')"
    drawn = """colour => [...document.querySelectorAll("[data-chart=scores] path")]
                         .some(path => path.getAttribute("fill") === colour)"""
    dark = page.evaluate(bar)
    page.wait_for_function(drawn, arg=dark, timeout=5_000)
    page.emulate_media(media="print")
    light = page.evaluate(bar)
    assert light != dark
    page.wait_for_function(drawn, arg=light, timeout=5_000)
    page.emulate_media(media="screen", color_scheme="dark")
    page.wait_for_function(drawn, arg=dark, timeout=5_000)
    page.emulate_media(color_scheme="light")
    page.wait_for_function(drawn, arg=light, timeout=5_000)
