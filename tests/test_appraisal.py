"""Appraisals: golden cases by hand, faults in files, and the command."""

import csv
import io
import json
from pathlib import Path

import msgspec
import pytest
from assessments import assessment, transcript
from typer.testing import CliRunner

from ccnlp.appraisal import Appraisal, Worked, appraise, load_standard, read_outside
from ccnlp.cli import app
from ccnlp.errors import ConfigError, InputError
from ccnlp.store import Assessments, open_store
from ccnlp.store.repository import Recorder
from ccnlp.types import CriticalError, Timing

STANDARD = load_standard()
FED = {("A1", "attendance"): 90.0, ("A1", "survey"): 5.0}


def worked(agent: str = "A1", score: float = 95.0, **more: object) -> Worked:
    given: dict[str, object] = {
        "team": "华东", "minimum": score, "maximum": score, "fatal": False, "complaint": False,
        "critical": frozenset(),
        "timing": Timing(
            first_response_seconds=5.0, mean_response_seconds=10.0, longest_gap_seconds=20.0
        ),
    }  # fmt: skip
    return Worked(agent_id=agent, **{**given, **more})  # type: ignore[arg-type]


def parts(made: Appraisal) -> dict[str, tuple[float, float]]:
    return {p.part: (p.minimum, p.maximum) for p in made.parts}


def test_the_shipped_standard_is_half_quality_and_three_tenths_efficiency() -> None:
    weights = {name: part.weight for name, part in STANDARD.parts.items()}
    assert weights == {"quality": 50, "efficiency": 30, "outside": 20}


def test_the_best_of_everything() -> None:
    (made,) = appraise(STANDARD, [worked()], {**FED, ("A1", "attendance"): 100.0})
    assert (made.total, made.minimum, made.maximum) == (100.0, 100.0, 100.0)
    assert made.provisional


def test_by_hand() -> None:
    # score 72.5 is halfway from 50 to 95; one of two calls has a compliance error: 0 points of 15
    # first response 32.5 s is halfway from 60 to 5
    slow = Timing(first_response_seconds=60.0, mean_response_seconds=10.0, longest_gap_seconds=20.0)
    calls = [
        worked(score=95.0),
        worked(score=50.0, critical=frozenset({"compliance"}), timing=slow),
    ]
    (made,) = appraise(STANDARD, calls, FED)
    assert parts(made) == {
        "quality": (55.0, 55.0),  # 0.60 * 50 + 0.15 * 100 + 0.10 * 100 + 0.15 * 0
        "efficiency": (80.0, 80.0),  # 0.4 * 50 + 0.4 * 100 + 0.2 * 100
        "outside": (75.0, 75.0),  # 0.5 * 50 + 0.5 * 100
    }
    assert made.total == 66.5  # 0.5 * 55 + 0.3 * 80 + 0.2 * 75
    assert made.conversations == 2


def test_what_nobody_measured_leaves_a_range() -> None:
    (made,) = appraise(STANDARD, [worked(timing=Timing())], {})
    assert parts(made)["efficiency"] == (0.0, 100.0)
    assert made.total is None
    assert (made.minimum, made.maximum) == (50.0, 100.0)
    values = {m.measure: m.value for p in made.parts for m in p.measures}
    assert values["first_response_seconds"] is None


def test_what_nobody_measured_may_be_left_out() -> None:
    lenient = msgspec.structs.replace(STANDARD, missing="leave_out")
    (made,) = appraise(lenient, [worked(score=50.0, timing=Timing())], {})
    assert made.total == 40.0  # quality alone: 0.4 * 100


def test_a_score_that_is_a_range_leaves_a_range() -> None:
    (made,) = appraise(STANDARD, [worked(minimum=50.0, maximum=95.0)], FED)
    assert parts(made)["quality"] == (40.0, 100.0)
    assert made.total is None


def test_the_best_come_first_and_those_known_from_outside_alone_stand_too() -> None:
    made = appraise(STANDARD, [worked("low", 50.0), worked("high", 90.0)], FED)
    assert [a.agent_id for a in made][:1] == ["high"]
    alone = next(a for a in made if a.agent_id == "A1")
    assert alone.conversations == 0
    assert parts(alone)["quality"] == (0.0, 100.0)


class TestOutside:
    def test_reads_what_excel_writes(self, tmp_path: Path) -> None:
        file = tmp_path / "hr.csv"
        file.write_bytes("\ufeffagent,measure,value\r\nA1,survey,4.5\r\n\r\n".encode())
        assert read_outside(file, STANDARD) == {("A1", "survey"): 4.5}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("agent,value\n", r"hr\.csv:1: columns are agent, value"),
            ("agent,measure,value\nA1,survey,x\n", r"hr\.csv:2: 'x' is no number"),
            ("agent,measure,value\nA1,survey,nan\n", r"hr\.csv:2: 'nan' is no number"),
            ("agent,measure,value\nA1,score,4\n", r"hr\.csv:2: .*no measure 'score'"),
            ("agent,measure,value\nA1,survey\n", r"hr\.csv:2: 2 cells for 3 columns"),
            (
                "agent,measure,value\nA1,survey,4\nA1,survey,5\n",
                r"hr\.csv:3: survey of A1 stands twice",
            ),
        ],
    )
    def test_a_wrong_file_is_refused_with_its_line(
        self, tmp_path: Path, text: str, message: str
    ) -> None:
        file = tmp_path / "hr.csv"
        file.write_text(text, "utf-8")
        with pytest.raises(InputError, match=message):
            read_outside(file, STANDARD)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parts: {}\n", r":1: key parts: no part has a weight"),
        (
            "parts:\n  q:\n    weight: 1\n    measures:\n"
            "      - {measure: score, weight: 1, worst: 5, best: 5}\n",
            r":5: key parts\.q\.measures\.0: worst and best are equal",
        ),
        (
            "parts:\n  q:\n    weight: -1\n    measures:\n"
            "      - {measure: score, weight: 1, worst: 0, best: 5}\n",
            "no part has a weight|below 0",
        ),
        ("parts:\n  q: {weight: 1, measures: []}\n", r"no measure has a weight"),
        ("parts:\n  q: {weight: 1, measure: []}\n", r":1: key parts: .*unknown field `measure`"),
    ],
)
def test_a_wrong_standard_is_refused_with_line_and_key(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "standard.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=message):
        load_standard(file)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two conversations of A1, one of them with a critical error, one without an agent."""
    path = tmp_path / "ccnlp.sqlite"
    records = []
    recorder = Recorder("2026-03-02T00:00:00+00:00")
    for name, agent, critical in (("c0", "A1", ()), ("c1", "A1", ("customer",)), ("c2", None, ())):
        made = assessment(name)
        card = msgspec.structs.replace(
            made.scorecard, critical=tuple(CriticalError(k, "x") for k in critical)
        )
        made = msgspec.structs.replace(made, scorecard=card)
        said = transcript(name, agent=agent)
        records.append(recorder.record(said, made, msgspec.json.encode(made), ()))
    with open_store(str(path)) as opened:
        Assessments(opened).add(records)
    return path


def test_the_command(store: Path, tmp_path: Path) -> None:
    fed = tmp_path / "hr.csv"
    fed.write_text("agent,measure,value\nA1,attendance,100\nA1,survey,5\n", "utf-8")
    answer = CliRunner().invoke(app, ["appraise", str(store), "--outside", str(fed), "--json"])
    assert answer.exit_code == 0, answer.output
    (made,) = json.loads(answer.stdout)
    assert (made["agent_id"], made["conversations"], made["provisional"]) == ("A1", 2, True)
    values = {m["measure"]: m["value"] for p in made["parts"] for m in p["measures"]}
    assert values["critical_customer_share"] == 0.5
    assert values["score"] == 50.0
    assert values["first_response_seconds"] == 60.0
    answer = CliRunner().invoke(app, ["appraise", str(store), "--csv"])
    (row,) = csv.DictReader(io.StringIO(answer.stdout))
    assert (row["agent"], row["outside.minimum"], row["outside.maximum"]) == ("A1", "0.0", "100.0")
    assert row["total"] == ""
    answer = CliRunner().invoke(app, ["appraise", str(store)])
    assert "quality 50%" in answer.stdout
    assert "attendance, longest_gap_seconds, mean_response_seconds, survey" in answer.stdout


def test_the_command_takes_a_period(store: Path) -> None:
    for day, count in (("2026-03-01", 1), ("2026-03-02", 0)):
        answer = CliRunner().invoke(app, ["appraise", str(store), "--since", day, "--json"])
        assert len(json.loads(answer.stdout)) == count
