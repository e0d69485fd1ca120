"""The built wheel holds all it needs and works outside the checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from importlib.util import find_spec
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent
_OFFLINE = ("No matching distribution", "Could not find a version", "Connection", "Network")


def _pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pip", *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``ccnlp`` from the wheel, in an environment that borrows this one's libraries."""
    folder = tmp_path_factory.mktemp("wheel")
    isolation = [] if find_spec("hatchling") is None else ["--no-build-isolation"]
    built = _pip("wheel", "--no-deps", *isolation, "--wheel-dir", str(folder), str(_ROOT))
    if built.returncode and any(sign in built.stderr + built.stdout for sign in _OFFLINE):
        pytest.skip("the build back end cannot be installed without a network")
    assert built.returncode == 0, built.stderr[-2000:]
    (wheel,) = folder.glob("ccnlp-*.whl")
    home = folder / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    (site,) = (home / "lib").glob("python*/site-packages")
    # A path file inside a borrowed folder is not read: an editable install there stays unseen.
    (site / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    put = _pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    assert put.returncode == 0, put.stderr[-2000:]
    return home / "bin" / "ccnlp"


def _run(program: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL")}
    return subprocess.run(
        [str(program), *arguments], cwd=folder, env={**kept, "HOME": str(folder / "home")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_demo_runs_outside_the_checkout(program: Path, tmp_path: Path) -> None:
    done = _run(program, tmp_path, "demo", "--out", "d", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["conversations"] >= 60
    assert answer["flagged"] > 0
    for name in ("assessments.jsonl", "findings.parquet", "report.html", "ccnlp.sqlite"):
        assert (tmp_path / "d" / name).stat().st_size > 0
    with (tmp_path / "d" / "assessments.jsonl").open(encoding="utf-8") as lines:
        made = json.loads(next(lines))
    assert made["not_evaluated"] == {}
    listed = _run(program, tmp_path, "queue", "list", "--out", "d", "--json")
    assert json.loads(listed.stdout)["count"] == answer["queued"]


def test_migrations_are_in_the_wheel(program: Path, tmp_path: Path) -> None:
    done = _run(program, tmp_path, "db", "upgrade", "--store", "new.sqlite")
    assert done.returncode == 0, done.stderr
    assert "up to date" in _run(program, tmp_path, "db", "current", "--store", "new.sqlite").stdout


def test_the_shipped_recipe_holds_together(program: Path, tmp_path: Path) -> None:
    done = _run(program, tmp_path, "check", "--json")
    assert done.returncode == 0, done.stdout
    where = _run(program, tmp_path, "check", "--recipe", "nowhere.yaml")
    assert where.returncode == 2
    assert "nowhere.yaml" in where.stderr
