import json
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from assessments import assessment, transcript

from ccnlp.batch import Outcome, Progress, ScoreJob, run_score
from ccnlp.batch.chunk import FINDING_COLUMNS
from ccnlp.batch.run import read_summary
from ccnlp.errors import CcnlpError, ConfigError, InputError, StoreError
from ccnlp.store import Assessments, QueueFilter, ReviewQueue, open_store
from ccnlp.types import Assessment, Transcript


class FakeEngine:
    """Risk by the id's number; ids in ``broken`` raise, with text that must never be shown."""

    def __init__(self, recipe: str = "recipe-1", broken: Sequence[str] = ()) -> None:
        self.recipe = recipe
        self.broken = broken
        self.chunks: list[int] = []

    def score_many(self, transcripts: Sequence[Transcript]) -> list[Assessment]:
        self.chunks.append(len(transcripts))
        names = [t.conversation_id for t in transcripts]
        if any(name in self.broken for name in names):
            raise KeyError("我要投诉你们")
        return [assessment(name, risk=int(name[1:]) % 5, recipe=self.recipe) for name in names]


def _input(folder: Path, count: int, extra: Sequence[str] = ()) -> Path:
    file = folder / "in.jsonl"
    lines = [msgspec.json.encode(transcript(f"c{i}")).decode() for i in range(count)]
    file.write_text("\n".join([*lines[:2], *extra, *lines[2:]]) + "\n", encoding="utf-8")
    return file


def _run(tmp_path: Path, engine: FakeEngine, count: int = 10, **options: object) -> Outcome:
    file = _input(tmp_path, count)
    job = ScoreJob(inputs=(str(file),), out=tmp_path / "out", **options)
    return run_score(job, engine=engine)


def _lines(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_writes_everything_in_input_order(tmp_path: Path) -> None:
    outcome = _run(tmp_path, FakeEngine())
    out = tmp_path / "out"
    assert (outcome.conversations, outcome.turns, outcome.quarantined) == (10, 20, 0)
    assert [a["conversation_id"] for a in _lines(out / "assessments.jsonl")] == [
        f"c{i}" for i in range(10)
    ]
    assert (out / "quarantine.jsonl").read_bytes() == b""
    table = pq.read_table(out / "findings.parquet")
    assert table.column_names == list(FINDING_COLUMNS)
    assert table.num_rows == 8
    assert table.to_pylist()[0]["risk_class"] == "complaint_and_reputation"
    assert read_summary(out) == outcome.summary
    assert not list(out.glob("*.part"))
    with open_store(out / "ccnlp.sqlite", create=False) as store:
        assert Assessments(store).count() == 10
        # the two without risk have a score of 50, which is not low enough
        assert ReviewQueue(store).count(QueueFilter()) == outcome.queued == 8


def test_an_assessment_has_the_specified_fields_first(tmp_path: Path) -> None:
    _run(tmp_path, FakeEngine())
    made = _lines(tmp_path / "out" / "assessments.jsonl")[1]
    assert list(made)[:11] == [
        "conversation_id", "provenance", "risk", "findings", "emotions", "scorecard", "timing",
        "complaint", "satisfaction", "handoff", "pii",
    ]  # fmt: skip
    assert set(made["findings"][0]) == {
        "category", "severity", "turn", "start", "end", "quote", "speaker", "confidence",
        "source", "explanation",
    }  # fmt: skip
    assert set(made["satisfaction"]) == {"task_accomplishment", "satisfaction", "effectiveness"}
    assert made["timing"]["wait_seconds"] is None


@pytest.mark.parametrize("chunk_turns", [1, 3, 7, 1000])
def test_the_chunk_size_changes_nothing(tmp_path: Path, chunk_turns: int) -> None:
    _run(tmp_path, FakeEngine(), chunk_turns=1000)
    whole = (tmp_path / "out" / "assessments.jsonl").read_bytes()
    engine = FakeEngine()
    _run(tmp_path, engine, chunk_turns=chunk_turns)
    assert (tmp_path / "out" / "assessments.jsonl").read_bytes() == whole
    assert max(engine.chunks) <= max(1, -(-chunk_turns // 2))


def test_scoring_again_adds_nothing(tmp_path: Path) -> None:
    first, second = _run(tmp_path, FakeEngine()), _run(tmp_path, FakeEngine())
    assert (first.added, first.queued) == (10, 8)
    assert (second.added, second.queued) == (0, 0)
    changed = _run(tmp_path, FakeEngine("recipe-2"))
    assert changed.added == 10
    with open_store(tmp_path / "out" / "ccnlp.sqlite", create=False) as store:
        assert Assessments(store).count() == 20


def test_what_cannot_be_scored_goes_to_quarantine(tmp_path: Path) -> None:
    file = _input(tmp_path, 6, extra=["{broken", '{"conversation_id": "x"}'])
    job = ScoreJob(inputs=(str(file),), out=tmp_path / "out")
    outcome = run_score(job, engine=FakeEngine(broken=("c3",)))
    rejected = _lines(tmp_path / "out" / "quarantine.jsonl")
    assert outcome.quarantined == 3
    assert outcome.conversations == 5
    assert [(r["line"], r["code"]) for r in rejected[:2]] == [
        (3, "not_json"),
        (4, "missing_field"),
    ]
    assert rejected[0]["record"] == "{broken"
    failed = rejected[2]
    assert (failed["line"], failed["code"]) == (6, "engine_failed")
    assert failed["reason"] == "its analysis failed: KeyError"
    assert json.loads(failed["record"])["conversation_id"] == "c3"
    assert all(r["mend"] for r in rejected)
    assert outcome.summary.run is not None
    assert outcome.summary.run.quarantined == {
        "engine_failed": 1, "missing_field": 1, "not_json": 1,
    }  # fmt: skip


class Stopped(FakeEngine):
    """Ctrl-C in the second chunk."""

    def score_many(self, transcripts: Sequence[Transcript]) -> list[Assessment]:
        if self.chunks:
            raise KeyboardInterrupt
        return super().score_many(transcripts)


def test_a_stopped_run_leaves_nothing_half_written(tmp_path: Path) -> None:
    _run(tmp_path, FakeEngine())
    out = tmp_path / "out"
    before = {f.name: f.read_bytes() for f in out.iterdir() if "sqlite" not in f.name}
    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path, Stopped("recipe-2"), chunk_turns=4)
    assert {f.name: f.read_bytes() for f in out.iterdir() if "sqlite" not in f.name} == before
    assert _run(tmp_path, FakeEngine("recipe-2")).added == 10


def test_progress_is_told(tmp_path: Path) -> None:
    file = _input(tmp_path, 10)
    told: list[Progress] = []
    job = ScoreJob(inputs=(str(file),), out=tmp_path / "out", chunk_turns=4)
    run_score(job, told.append, engine=FakeEngine())
    assert [p.conversations for p in told] == [2, 4, 6, 8, 10]
    assert told[-1].bytes_total == file.stat().st_size


def test_row_groups_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccnlp.batch.outputs.ROW_GROUP", 3)
    _run(tmp_path, FakeEngine(), chunk_turns=2)
    assert pq.ParquetFile(tmp_path / "out" / "findings.parquet").num_row_groups > 1


def test_an_empty_input_has_empty_outputs(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("")
    job = ScoreJob(inputs=(str(tmp_path / "in.jsonl"),), out=tmp_path / "out")
    outcome = run_score(job, engine=FakeEngine())
    assert outcome.conversations == 0
    assert outcome.first_result_seconds is None
    assert pq.read_table(tmp_path / "out" / "findings.parquet").num_rows == 0


def test_what_is_wrong_is_said_before_anything_is_scored(tmp_path: Path) -> None:
    file = _input(tmp_path, 1)
    (tmp_path / "file").write_text("")
    (tmp_path / "bad.sqlite").write_text("no database" * 100)
    good = {"inputs": (str(file),), "out": tmp_path / "out"}
    for change, error in (
        ({"inputs": (str(tmp_path / "none.jsonl"),)}, InputError),
        ({"recipe": tmp_path / "none.yaml"}, ConfigError),
        ({"mapping": tmp_path / "none.yaml"}, ConfigError),
        ({"out": tmp_path / "file"}, InputError),
        ({"store": str(tmp_path / "bad.sqlite")}, StoreError),
        ({"jobs": 0}, ConfigError),
    ):
        with pytest.raises(error):
            run_score(ScoreJob(**{**good, **change}), engine=FakeEngine())
    assert not list(tmp_path.glob("out/*.jsonl*"))


def test_no_summary_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run's summary"):
        read_summary(tmp_path)
    (tmp_path / "summary.json").write_text("[]")
    with pytest.raises(CcnlpError, match="score again"):
        read_summary(tmp_path)
