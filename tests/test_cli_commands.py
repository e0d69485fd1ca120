import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from assessments import transcript
from click.testing import Result
from recipes import RULES, tiny_recipe
from typer.testing import CliRunner

from ccnlp import __version__
from ccnlp.cli import app
from ccnlp.types import Turn

MOBILE = "13800138000"


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which ``out`` holds the results of a small run."""
    folder = tmp_path_factory.mktemp("cli")
    _conversations(folder / "in.jsonl")
    done = CliRunner().invoke(
        app,
        [
            "score",
            str(folder / "in.jsonl"),
            "--out",
            str(folder / "out"),
            "--json",
            "--recipe",
            str(tiny_recipe(folder)),
        ],
    )
    assert done.exit_code == 0, done.output
    (folder / "said.json").write_text(done.stdout)
    return folder


def _conversations(file: Path) -> None:
    quiet = msgspec.structs.replace(
        transcript("quiet"), turns=(Turn("agent", "您好"), Turn("customer", "=1+1 \x1b[31m谢谢"))
    )
    rows = [transcript("c1"), transcript("c2", agent="A2", team=None), quiet]
    file.write_text("".join(msgspec.json.encode(r).decode() + "\n" for r in rows), "utf-8")


@pytest.fixture
def ccnlp(scored: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(scored)
    monkeypatch.delenv("CCNLP_STORE", raising=False)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_score_answers_json(scored: Path) -> None:
    said = json.loads((scored / "said.json").read_text())
    assert said["conversations"] == 3
    assert said["added"] == 3
    assert Path(said["report"]).stat().st_size > 0


def test_score_speaks_to_people(ccnlp: Callable[..., Result], scored: Path) -> None:
    arguments = ["in.jsonl", "--out", "out", "--recipe", "recipe.yaml"]
    spoken = ccnlp("score", *arguments)
    assert spoken.exit_code == 0
    assert "3 conversations" in spoken.stdout
    assert "0 new in the queue" in spoken.stdout
    assert ccnlp("score", *arguments, "--quiet").output == ""


def test_quarantine_shows_in_the_exit_code(ccnlp: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("{nonsense\n")
    done = ccnlp(
        "score", str(tmp_path / "bad.jsonl"), "--out", str(tmp_path), "--recipe", "recipe.yaml"
    )
    assert done.exit_code == 1
    assert "quarantine.jsonl says why" in done.stdout.replace("\n", " ")


def test_the_queue_is_listed(ccnlp: Callable[..., Result]) -> None:
    listed = json.loads(ccnlp("queue", "list", "--json").stdout)
    names = [item["conversation_id"] for item in listed["items"]]
    assert listed["count"] == len(names)
    assert {"c1", "c2"} <= set(names)
    assert "c1" in ccnlp("queue", "list", "--out", "out").stdout
    only = ccnlp("queue", "list", "--agent", "A2", "--category", "complaint", "--json")
    assert [i["conversation_id"] for i in json.loads(only.stdout)["items"]] == ["c2"]
    assert "no items" in ccnlp("queue", "list", "--state", "closed").stdout


def test_explain_shows_evidence_items_and_arithmetic(ccnlp: Callable[..., Result]) -> None:
    shown = ccnlp("explain", "c1", "--out", "out").stdout
    for piece in (
        "我要投诉", "phrases.complaint.says_so", "客户说要投诉", "greeting", "得分 =",
        "cell: medium", "mobile 1", "flagged for",
    ):  # fmt: skip
        assert piece in shown


def test_personal_information_is_hidden_unless_asked_for(ccnlp: Callable[..., Result]) -> None:
    for command in (
        ("explain", "c1"), ("explain", "c1", "--json"), ("queue", "show", "1"),
        ("queue", "show", "1", "--json"), ("queue", "export"),
        ("queue", "export", "--format", "jsonl"),
    ):  # fmt: skip
        hidden = ccnlp(*command, "--out", "out")
        assert hidden.exit_code == 0, hidden.output
        assert MOBILE not in hidden.stdout
    assert MOBILE in ccnlp("explain", "c1", "--reveal").stdout
    made = json.loads(ccnlp("explain", "c1", "--json").stdout)
    for finding in made["assessment"]["findings"] + made["assessment"]["pii"]:
        text = made["transcript"]["turns"][finding["turn"]]["text"]
        assert text[finding["start"] : finding["end"]] == finding["quote"]


def test_control_signs_do_not_reach_the_terminal(ccnlp: Callable[..., Result]) -> None:
    for arguments in (("explain", "quiet"), ("explain", "quiet", "--reveal")):
        assert "\x1b[31m" not in ccnlp(*arguments).stdout


def test_export_opens_in_a_spreadsheet(ccnlp: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "queue.csv"
    assert ccnlp("queue", "export", "--state", "all", "--file", str(file)).exit_code == 0
    raw = file.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert "complaint (turn 1): 我要投诉" in rows[0]["evidence"]
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


def test_an_item_is_assigned_and_closed(ccnlp: Callable[..., Result]) -> None:
    assert ccnlp("queue", "assign", "2", "wang").exit_code == 0
    assert ccnlp("queue", "close", "2", "dismissed", "--note", "好").exit_code == 0
    again = ccnlp("queue", "close", "2", "dismissed")
    assert again.exit_code == 3
    assert "item 2 is closed" in again.stderr


def test_report_is_made_again(ccnlp: Callable[..., Result], scored: Path) -> None:
    (scored / "out" / "report.html").unlink()
    assert ccnlp("report", "out").exit_code == 0
    assert "<html" in (scored / "out" / "report.html").read_text("utf-8")


def test_db_tells_and_upgrades(ccnlp: Callable[..., Result], tmp_path: Path) -> None:
    new = str(tmp_path / "new.sqlite")
    assert ccnlp("db", "current", "--store", new).exit_code == 3
    assert "empty ->" in ccnlp("db", "upgrade", "--store", new).stdout
    assert "up to date" in ccnlp("db", "upgrade", "--store", new).stdout
    told = json.loads(ccnlp("db", "current", "--out", "out", "--json").stdout)
    assert told["current"] == told["head"]


def test_check_finds_what_is_wrong(ccnlp: Callable[..., Result], tmp_path: Path) -> None:
    assert ccnlp("check", "--recipe", "recipe.yaml").exit_code == 0
    wrong = tiny_recipe(tmp_path / "a", RULES.replace("bad: [请问营业时间]", "bad: [我要投诉他]"))
    told = ccnlp("check", "--recipe", str(wrong))
    assert told.exit_code == 2
    assert "complaint.says_so" in told.stdout
    assert "complaint.yaml:" in told.stdout
    one = ccnlp("check", str(tmp_path / "a" / "rules" / "acts.yaml"))
    assert one.exit_code == 0, one.output
    broken = tiny_recipe(tmp_path / "b", RULES.replace("any:", "ani:"))
    assert "ani" in ccnlp("check", "--recipe", str(broken)).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("score", "nowhere.jsonl", "--out", "x"), 2, "nowhere.jsonl"),
        (("score", "in.jsonl"), 2, "--out"),
        (("score", "in.jsonl", "--out", "x", "--recipe", "none.yaml"), 2, "none.yaml"),
        (("score", "in.jsonl", "--out", "x", "--store", "odd://"), 2, "name a file"),
        (("explain", "c9", "--out", "out"), 2, "no assessment of 'c9'"),
        (("explain", "c1", "--out", "nowhere"), 3, "no such store"),
        (("queue", "list", "--category", "nonsense"), 2, "no category"),
        (("queue", "show", "99"), 2, "no item 99"),
        (("queue", "export", "--format", "xlsx"), 2, "csv or jsonl"),
        (("report", "nowhere"), 2, "no run's summary"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_errors_are_one_message(
    ccnlp: Callable[..., Result], arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = ccnlp(*arguments)
    assert done.exit_code == code, done.output
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_no_store_at_hand_is_said(
    ccnlp: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ccnlp("queue", "list")
    assert done.exit_code == 2
    assert "CCNLP_STORE" in done.stderr


def test_help_and_version(ccnlp: Callable[..., Result]) -> None:
    assert ccnlp("--version").stdout.strip() == f"ccnlp {__version__}"
    for command in ("score", "explain", "report", "check", "demo", "queue list", "queue export"):
        told = ccnlp(*command.split(), "--help")
        assert told.exit_code == 0
        assert "For example:" in told.stdout


def test_demo_says_what_to_do_next(ccnlp: Callable[..., Result], tmp_path: Path) -> None:
    done = ccnlp("demo", "--out", str(tmp_path / "d"))
    assert done.exit_code == 0, done.output
    assert f"queue list --out {tmp_path / 'd'}" in done.stdout
    assert (tmp_path / "d" / "report.html").is_file()
