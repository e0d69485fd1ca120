"""``ccnlp escalations``, ``promises``, ``fmea`` and what ``explain`` says of a customer."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import Result
from store_history import contact, keep, opened
from typer.testing import CliRunner

from ccnlp.cli import app
from ccnlp.types import PiiSpan


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("customers")
    first, told = contact(
        "c1", "2026-03-04T10:00:00+08:00", "complaint", customer="13800138000",
        reply="24小时内给13912345678回电",
    )  # fmt: skip
    told = msgspec.structs.replace(told, pii=(PiiSpan("mobile", 1, 7, 18, "13912345678"),))
    with opened(made) as store:
        keep(store, [(first, told)], reasons=["complaint"])
        again = ("complaint", "repeat_contact")
        keep(store, [
            contact("c2", "2026-03-06T09:00:00+08:00", *again, customer="13800138000"),
            contact("c3", "2026-03-07T09:00:00+08:00", "media_threat", customer="C2"),
            contact("c4", "2026-03-07T09:00:00+08:00", "complaint", customer="C3", reply="好"),
        ])  # fmt: skip
    return made


@pytest.fixture
def ccnlp(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(folder)
    monkeypatch.delenv("CCNLP_STORE", raising=False)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_promises_by_state_and_day(ccnlp: Callable[..., Result]) -> None:
    def states(*options: str) -> list[tuple[str, str]]:
        done = ccnlp("promises", ".", "--json", *options)
        assert done.exit_code == 0, done.output
        rows = json.loads(done.stdout)["promises"]
        return [(row["conversation_id"], row["state"]) for row in rows]

    assert states("--as-of", "2026-03-04") == [("c1", "open")]
    assert states("--as-of", "2026-03-07", "--broken") == [("c1", "broken")]
    assert states("--as-of", "2026-03-07", "--open") == [("c2", "open"), ("c3", "open")]
    assert states("--as-of", "2026-03-30", "--kept") == [("c2", "kept"), ("c3", "kept")]
    assert states("--agent", "nobody") == []


def test_promises_for_people_and_spreadsheets(ccnlp: Callable[..., Result]) -> None:
    spoken = ccnlp("promises", "--as-of", "2026-03-07", "--store", "ccnlp.sqlite")
    assert "24小时内" in spoken.stdout
    assert "1 broken" in spoken.stdout
    rows = list(csv.DictReader(io.StringIO(ccnlp("promises", ".", "--csv").stdout)))
    assert {row["said"] for row in rows} == {"24小时内"}
    # neither the number that was said nor the customer's own
    for shown in (spoken.stdout, ccnlp("promises", ".", "--json").stdout):
        assert "13800138000" not in shown
        assert "13912345678" not in shown
    assert "13800138000" in ccnlp("promises", ".", "--json", "--reveal").stdout


def test_refresh_changes_nothing_where_nothing_changed(ccnlp: Callable[..., Result]) -> None:
    options = ("promises", ".", "--json", "--as-of", "2026-03-30")
    assert ccnlp(*options).stdout == ccnlp(*options, "--refresh").stdout


def test_escalations_by_rung(ccnlp: Callable[..., Result]) -> None:
    def customers(*options: str) -> list[str]:
        done = ccnlp("escalations", ".", "--json", *options)
        assert done.exit_code == 0, done.output
        return [c["customer_id"] for c in json.loads(done.stdout)["customers"]]

    assert customers("--reveal") == ["C2", "13800138000"]
    assert customers("--rung", "outside") == ["C2"]
    assert customers("--since", "2026-03-07") == ["C2"]
    assert customers("--rung", "complaint") == ["C2", "***********", "C3"]
    assert ccnlp("escalations", ".", "--rung", "ceiling").exit_code == 2
    assert "complaint → repeated" in ccnlp("escalations", ".").stdout
    rows = list(csv.DictReader(io.StringIO(ccnlp("escalations", ".", "--csv").stdout)))
    assert [row["rung"] for row in rows] == ["outside", "repeated"]


def test_escalations_as_alerts(ccnlp: Callable[..., Result]) -> None:
    assert "2 conversations new in the queue" in ccnlp("escalations", ".", "--queue").stdout
    assert "0 conversations new in the queue" in ccnlp("escalations", ".", "--queue").stdout
    listed = json.loads(
        ccnlp("queue", "list", "--out", ".", "--reason", "escalation", "--json").stdout
    )
    assert {item["conversation_id"] for item in listed["items"]} == {"c2", "c3"}


def test_fmea(ccnlp: Callable[..., Result]) -> None:
    analysis = json.loads(ccnlp("fmea", ".", "--since", "2026-03-06", "--json").stdout)
    found = {mode["mode"]: mode for mode in analysis["modes"]}
    assert analysis["conversations"] == 3
    assert found["complaint"]["conversations"] == 2
    rows = list(csv.DictReader(io.StringIO(ccnlp("fmea", ".", "--csv").stdout)))
    assert [row["mode"] for row in rows if row["mode"] == "complaint"]
    assert all(
        int(row["rpn"]) == int(row["severity"]) * int(row["occurrence"]) * int(row["detection"])
        for row in rows
    )
    spoken = ccnlp("fmea", "--out", ".")
    assert "投诉不满" in spoken.stdout
    assert "4 conversations" in spoken.stdout
    wrong = ccnlp("fmea", ".", "--since", "March")
    assert wrong.exit_code == 2
    assert "YYYY-MM-DD" in wrong.output


def test_explain_shows_the_customer(ccnlp: Callable[..., Result]) -> None:
    spoken = ccnlp("explain", "c2", "--out", ".").stdout
    assert "▶ 2026-03-06 09:00 ↑ repeated" in spoken
    assert "2026-03-04 10:00 ↑ complaint" in spoken
    before = ccnlp("explain", "c1", "--out", ".").stdout
    assert "broken (chased by c2)" in before
    said = ccnlp("explain", "c1", "--out", ".", "--json").stdout
    assert "13800138000" not in said
    customer = json.loads(said)["customer"]
    assert customer["ladder"]["rung"] == "repeated"
    assert customer["promises"][0]["state"] == "broken"


def test_a_store_that_is_not_there(ccnlp: Callable[..., Result]) -> None:
    for command in ("promises", "escalations", "fmea"):
        done = ccnlp(command, "nowhere.sqlite")
        assert done.exit_code == 3
        assert "no such store" in done.output
