"""Ctrl-C ends a run cleanly, with one process or several."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from assessments import transcript
from recipes import tiny_recipe

_ROOT = Path(__file__).parent.parent
#: Far beyond what it takes, for machines that are busy.
_PATIENCE = 120.0
#: A shell that runs tests in the background has them ignore Ctrl-C, and so would the child.
_START = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from ccnlp.cli import main; main()"
)


def _wait_for(file: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while not file.exists():
        assert time.monotonic() < end, f"{file} did not appear"
        time.sleep(0.02)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_interrupt_leaves_a_clean_folder(tmp_path: Path, jobs: str) -> None:
    command = [
        sys.executable, "-c", _START, "score", "-", "--out", "out",
        "--recipe", str(tiny_recipe(tmp_path)), "--batch", "2", "--jobs", jobs,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    process = subprocess.Popen(
        command, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        stdout=subprocess.PIPE, start_new_session=True, env=environment,
    )  # fmt: skip
    with process:
        assert process.stdin is not None
        assert process.stderr is not None
        for i in range(20):
            process.stdin.write(msgspec.json.encode(transcript(f"c{i}")) + b"\n")
        process.stdin.flush()
        _wait_for(tmp_path / "out" / "assessments.jsonl.part")
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        said = process.stderr.read().decode()
        process.stdin.close()
    assert process.returncode == 130, said
    assert "stopped" in said
    assert "Traceback" not in said
    left = {file.name for file in (tmp_path / "out").iterdir()}
    assert not {name for name in left if "sqlite" not in name}
