"""What libyaml scans comes out as the pure-Python scanner reads it, and faults keep their words."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.yamlfile import read_yaml

TRICKY = (
    "on: yes\noff: no\nold: 010\nnew: 0o17\nhex: 0x1F\n",
    "a: 1:30\nb: 2001-01-01\nc: 1_000\nd: .5\ne: ~\nf: null\ng: 1e3\n",
    "a: b#c\nb: 'it''s'\nc: \"\\u4f60\\/\"\nd: http://x:1\n",
    "- [a, b: c, {d: e}]\n- {'a':1}\n- ? k\n  : v\n",
    "a: &x [1]\nb: *x\n<<: {c: 1}\n",
    "text: |\n  eins\n  zwei\n\nmore: >-\n  a\n  b\n",
    "你好: 您好，请问\n# 注释\n数: [一, 二]\n",
    "--- a\n",
    "",
)


@pytest.fixture(autouse=True)
def _no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCNLP_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("text", TRICKY)
def test_tricky_yaml_is_read_as_pure_python_reads_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tricky.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_yaml(path) == YAML(typ="safe", pure=True).load(text)


def test_shipped_yaml_is_read_as_pure_python_reads_it() -> None:
    paths = sorted(asset("configs").rglob("*.yaml"))
    assert paths
    for path in paths:
        expected = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        assert read_yaml(path) == expected, path


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key"),
        ("a: [1,\n", 2, "expected the node content"),
        ("a: b: c\n", 1, "mapping values are not allowed here"),
        ("a: 1\n\tb: 2\n", 2, "cannot start any token"),
    ],
)
def test_faults_name_line_and_reason(tmp_path: Path, text: str, line: int, what: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=what) as caught:
        read_yaml(path)
    assert f"wrong.yaml:{line}" in str(caught.value)
