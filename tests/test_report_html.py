"""The report as a file: whole, safe whatever it shows, and asking nobody for anything."""

import base64
import hashlib
import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from report_samples import HOSTILE, flagged, full_summary, group, hostile_summary

import ccnlp.report
from ccnlp.report.html import render_report, write_report
from ccnlp.report.view import explain_command
from ccnlp.summary import MOST_GROUPS, TOP_FLAGGED, RunSummary

SUMMARIES = {"full": full_summary, "empty": RunSummary, "hostile": hostile_summary}
VOID = {"meta", "br", "img", "input", "link", "hr"}


class Page(HTMLParser):
    """Elements with their attributes, text outside scripts, and the contents of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            attributes, content = self.scripts[-1]
            self.scripts[-1] = (attributes, content + data)
        elif not self.open or self.open[-1] != "style":
            self.text += data


@pytest.fixture(scope="module", params=SUMMARIES)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(render_report(SUMMARIES[request.param]()))


def test_all_elements_are_closed(page: Page) -> None:
    assert page.open == []


def test_nothing_is_asked_for_from_elsewhere(page: Page) -> None:
    asked = [
        (tag, name, value)
        for tag, attributes in page.elements
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "action", "data", "poster", "xlink:href")
        and not (value or "").startswith("#")
    ]
    assert asked == []
    assert not any(tag in ("link", "iframe", "object", "base", "img") for tag, _ in page.elements)
    css = (Path(ccnlp.report.__file__).parent / "static" / "report.css").read_text(encoding="utf-8")
    assert "url(" not in css
    assert "@import" not in css


def test_only_the_scripts_of_the_policy_can_run(page: Page) -> None:
    policy = next(a["content"] for t, a in page.elements if "http-equiv" in a)
    assert policy is not None
    run = [content for attributes, content in page.scripts if "type" not in attributes]
    assert len(run) == 2
    for content in run:
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_data_for_the_script_is_json(page: Page) -> None:
    data = [content for attributes, content in page.scripts if "type" in attributes]
    assert data
    for content in data:
        assert not re.search("[<>&'\u2028\u2029]", content)
        json.loads(content)


def test_ids_are_unique_and_all_that_is_pointed_at_is_there(page: Page) -> None:
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for name in ("aria-labelledby", "data-filter", "data-foot"):
            assert attributes.get(name) is None or attributes[name] in ids
        target = attributes.get("href")
        assert target is None or target[1:] in ids


def test_hostile_text_is_shown_as_text() -> None:
    html = render_report(hostile_summary())
    assert "<script>alert" not in html
    assert "<img" not in html
    assert HOSTILE.split("\u2028")[0] in Page(html).text
    assert "{{7*7}}" in html
    styles = [a["style"] or "" for _, a in Page(html).elements if "style" in a]
    assert all(re.fullmatch(r"[-\w:;.%() ]*", style) for style in styles)


def test_all_of_the_summary_is_there() -> None:
    text = Page(render_report(full_summary())).text
    for shown in (
        "640", "81.7", "q-0000", "ccnlp explain q-0000", "我要去消费者协会说清楚这件事", "A1044",
        "投诉不满", "开场白", "3f9a01c7d2e84b56", "linear/1 a4c0de12ff0091b7", "GB18030",
        "该行不是 JSON", "exports/late.csv.gz", "2026-03-14", "华南", "否决",
    ):  # fmt: skip
        assert shown in text, shown


def test_an_empty_run_says_so() -> None:
    text = Page(render_report(RunSummary())).text
    assert "没有读到任何会话" in text
    assert "nan" not in text.lower()


def test_what_could_not_be_evaluated_stands_at_the_top() -> None:
    summary = full_summary()
    assert summary.run is not None
    run = msgspec.structs.replace(summary.run, not_evaluated={"emotion": "the model is missing"})
    html = render_report(msgspec.structs.replace(summary, run=run))
    assert html.index("the model is missing") < html.index('class="tiles"')


def test_the_same_summary_makes_the_same_file() -> None:
    assert render_report(full_summary()) == render_report(full_summary())


def test_the_file_appears_whole_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    write_report(full_summary(), path)
    write_report(hostile_summary(), path)
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]
    path.read_bytes().decode("utf-8")


def test_the_largest_summary_makes_a_file_that_mail_takes() -> None:
    names = [f"A{place:05d}" for place in range(MOST_GROUPS)]
    days = [
        f"20{10 + n // 336}-{n % 336 // 28 + 1:02d}-{n % 28 + 1:02d}" for n in range(MOST_GROUPS)
    ]
    day = full_summary().days["2026-03-02"]
    proof = flagged(2).evidence
    largest = msgspec.structs.replace(
        full_summary(),
        agents={name: group(place % 15) for place, name in enumerate(names)},
        agent_teams=dict.fromkeys(names, "华东二区"),
        days=dict.fromkeys(days, day),
        flagged=tuple(
            msgspec.structs.replace(flagged(place % 18), evidence=(proof * 2)[:5])
            for place in range(TOP_FLAGGED)
        ),
    )
    assert len(render_report(full_summary()).encode()) < 900_000
    assert len(render_report(largest).encode()) < 1_500_000


@pytest.mark.parametrize(
    "identifier",
    ["c-000123", "a b", "$(touch x)", "`id`;'\"", "-rf", "--help", "会话 1", "a\nb", "a\x1b[2Jb",
     "\u202egnp.exe", "tab\there", "back\\slash\x07", HOSTILE],
)  # fmt: skip
def test_the_command_is_safe_to_paste(identifier: str) -> None:
    command = explain_command(identifier)
    assert command.isprintable()
    shell = f"ccnlp() {{ printf '%s\\0' \"$@\"; }}; {command}"
    said = subprocess.run(["bash", "-c", shell], capture_output=True, check=True).stdout
    words = said.decode().split("\0")[:-1]
    assert words == ["explain", *(["--"] if identifier.startswith("-") else []), identifier]
