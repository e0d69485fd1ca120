"""Several worker processes write the same bytes as one."""

import pickle
from pathlib import Path

import msgspec
import pytest
from assessments import transcript
from recipes import tiny_recipe

from ccnlp.batch import Outcome, ScoreJob, run_score
from ccnlp.batch.chunk import WorkerTask, score_in_worker
from ccnlp.errors import ConfigError, UnavailableError
from ccnlp.store import Assessments, open_store


def _run(folder: Path, name: str, jobs: int) -> Outcome:
    job = ScoreJob(
        inputs=(str(folder / "in.jsonl"),), out=folder / name, recipe=folder / "recipe.yaml",
        chunk_turns=6, jobs=jobs,
    )  # fmt: skip
    return run_score(job)


def test_the_number_of_workers_changes_nothing(tmp_path: Path) -> None:
    tiny_recipe(tmp_path)
    rows = [msgspec.json.encode(transcript(f"c{i}", agent=f"A{i % 3}")) for i in range(40)]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join([*rows[:7], b"{broken", *rows[7:]]))
    one, two = _run(tmp_path, "one", 1), _run(tmp_path, "two", 2)
    for name in ("assessments.jsonl", "quarantine.jsonl"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert one.quarantined == two.quarantined == 1
    alike = [msgspec.structs.replace(o.summary, run=None) for o in (one, two)]
    assert alike[0] == alike[1]
    with open_store(tmp_path / "two" / "ccnlp.sqlite", create=False) as store:
        assert Assessments(store).count() == 40


def test_a_worker_refuses_a_changed_recipe(tmp_path: Path) -> None:
    task = WorkerTask(tiny_recipe(tmp_path), "another digest", "2026-03-02T00:00:00+00:00")
    with pytest.raises(ConfigError, match="was changed"):
        score_in_worker(task, [transcript()])


def test_errors_travel_between_processes() -> None:
    error = pickle.loads(  # noqa: S301
        pickle.dumps(UnavailableError("a model is missing", where="models/x", mend="put it back"))
    )
    assert isinstance(error, UnavailableError)
    assert str(error) == "models/x: a model is missing (put it back)"
    assert error.exit_code == 3
