"""What ``ccnlp score`` can be told of its inputs."""

import json
from pathlib import Path

from typer.testing import CliRunner

from ccnlp.cli import app

CHAT = "客服 09:01:22 您好,清川通信,请问有什么可以帮您\n客户 09:01:40 我要投诉,网断了三天\n"


def _score(tmp_path: Path, *options: str) -> tuple[int, list[dict[str, object]]]:
    file = tmp_path / "chat.txt"
    file.write_bytes(CHAT.encode("gb18030"))
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["score", str(file), "--out", str(out), "-q", *options])
    made = out / "assessments.jsonl"
    lines = made.read_text("utf-8").splitlines() if made.exists() else []
    return result.exit_code, [json.loads(line) for line in lines]


def test_format_and_encoding_can_be_named(tmp_path: Path) -> None:
    code, made = _score(tmp_path, "--format", "text", "--encoding", "gb18030")
    assert code == 0
    assert [e["turn"] for e in made[0]["emotions"]] == [0, 1]  # type: ignore[attr-defined]
    assert made[0]["complaint"]["is_complaint"] is True  # type: ignore[index]


def test_roles_can_be_exchanged(tmp_path: Path) -> None:
    _, made = _score(tmp_path, "--format", "text", "--encoding", "gb18030", "--swap-roles")
    assert made[0]["complaint"]["is_complaint"] is False  # type: ignore[index]


def test_an_unknown_format_is_misuse(tmp_path: Path) -> None:
    assert _score(tmp_path, "--format", "nope") == (2, [])
