"""Receipts: every number can be worked out again, and the bytes are the same each time."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from assessments import assessment
from test_scoring_golden import CALL, CARD, DECISIONS, MATRIX, act, emotion, finding

from ccnlp.assets import asset
from ccnlp.config import load_recipe
from ccnlp.receipt import Receipt, make_receipt, receipt_bytes
from ccnlp.scoring.decisions import decide_complaint
from ccnlp.scoring.handoff import decide_handoff
from ccnlp.scoring.risk import assess_risk
from ccnlp.scoring.score import score_conversation
from ccnlp.types import Signals

SIGNALS = Signals(
    findings=(finding("complaint", 1), finding("human_request", 3, confidence=0.7)),
    acts=(act("greeting", 0), act("courtesy", 0)), emotions=(emotion(3, "angry"),),
    suppressed=(finding("churn", 1, suppressed="negated"),), not_evaluated={"heads": "no model"},
)  # fmt: skip
MADE = msgspec.structs.replace(
    assessment(), findings=SIGNALS.findings, suppressed=SIGNALS.suppressed, acts=SIGNALS.acts,
    not_evaluated=SIGNALS.not_evaluated,
    scorecard=score_conversation(CARD, CALL, SIGNALS),
    risk=assess_risk(MATRIX, SIGNALS.findings),
    complaint=decide_complaint(DECISIONS.complaint, SIGNALS, "断网"),
    handoff=decide_handoff(DECISIONS.handoff, CALL, SIGNALS),
)  # fmt: skip


def lines(step: str) -> list[dict[str, object]]:
    made = json.loads(receipt_bytes(make_receipt(MADE)))
    return [line for line in made["lines"] if line["step"] == step]


def test_the_score_adds_up_from_its_items() -> None:
    items = [i for i in lines("item") if not str(i["how"]).startswith("na ")]
    possible = sum(float(str(i["how"]).split("/")[1].split(":")[0]) for i in items)
    got = sum(float(str(i["value"])) for i in items)
    total = next(line for line in lines("score") if line["name"] == "total")
    assert total["value"] == round(100 * got / possible, 1)


def test_risk_complaint_and_handoff_say_their_arithmetic() -> None:
    risk = [str(line["how"]) for line in lines("risk")]
    assert "high: 1 − (1 − 0.90)(1 − 0.70) = 0.97 → nearly_certain → high" in risk
    assert any("÷ 5 = 0.794" in how for how in risk)
    (complaint,) = lines("complaint")
    assert complaint["name"] == "yes"
    assert "0.90 ≥ 0.5" in str(complaint["how"])
    (handoff,) = lines("handoff")[:1]
    assert "turn 3" in str(handoff["how"])
    assert "confidence 0.7 ≥ 0.6" in str(handoff["how"])


def test_every_finding_stands_with_source_and_evidence() -> None:
    (first, _) = lines("finding")
    assert (first["source"], first["value"]) == ("phrases.t", 0.9)
    assert first["evidence"] == [{"turn": 1, "start": 0, "end": 1, "quote": "我"}]
    (left_out,) = lines("suppressed")
    assert "[negated]" in str(left_out["how"])
    (missing,) = lines("not_evaluated")
    assert missing["how"] == "no model"


def _ccnlp(*arguments: str, cwd: Path) -> bytes:
    done = subprocess.run(
        [sys.executable, "-c", "from ccnlp.cli import main; main()", *arguments],
        cwd=cwd, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def receipts(tmp_path_factory: pytest.TempPathFactory) -> list[list[bytes]]:
    """The receipts of some sample conversations after three runs in processes of their own."""
    folder = tmp_path_factory.mktemp("receipts")
    rows = asset("data", "sample", "conversations.jsonl").read_bytes().splitlines()[:9]
    (folder / "in.jsonl").write_bytes(b"\n".join(rows))
    names = [json.loads(row)["conversation_id"] for row in rows[:3]]
    answer = []
    for out, *options in (("a", "--batch", "1"), ("b", "--batch", "1000"), ("c", "--jobs", "2")):
        _ccnlp("score", "in.jsonl", "--out", out, "--quiet", *options, cwd=folder)
        answer.append(
            [_ccnlp("explain", name, "--out", out, "--receipt", cwd=folder) for name in names]
        )
    return answer


def test_the_same_bytes_in_every_process_and_batch(receipts: list[list[bytes]]) -> None:
    one, *others = receipts
    assert others == [one, one]
    assert len(set(one)) == len(one)


def test_a_receipt_names_recipe_rules_and_models(receipts: list[list[bytes]]) -> None:
    receipt = msgspec.json.decode(receipts[0][0], type=Receipt)
    recipe = load_recipe()
    assert receipt.made_by.recipe == recipe.digest
    assert receipt.files == recipe.files
    names = {name for name, _ in receipt.files}
    assert {"default.yaml", "rules/complaint.yaml", "risk/matrix.yaml"} <= names
    assert receipt.made_by.models
