"""Parts of the encoder's training that need neither PyTorch nor a base model."""

import json
from pathlib import Path

import numpy as np
import pytest

from ccnlp.encoder.heads import Heads, sigmoid
from ccnlp.errors import InputError
from ccnlp.judges.base import ACT_LABELS, FINDING_LABELS
from ccnlp.training.corpus import read_turns
from ccnlp.training.encoder.base import block_table, read_base
from ccnlp.training.encoder.calibrate import calibrate, calibration_error, fit_emotion
from ccnlp.training.encoder.corpus import read_conversations, read_quotes, read_sentences
from ccnlp.training.encoder.measure import ACTS, FINDINGS, OFFENSIVE, macro_f1, measure


def write(path: Path, *records: object) -> Path:
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in records), "utf-8")
    return path


CONVERSATION = {
    "transcript": {
        "conversation_id": "x-1",
        "turns": [
            {"speaker": "agent", "text": "您好，很高兴为您服务"},
            {"speaker": "customer", "text": "我第三次打來了，再不解決我就退訂"},
        ],
    },
    "gold": {
        "findings": [
            {"category": "repeat_contact", "turn": 1, "quote": "第三次打來了"},
            {"category": "churn", "turn": 1, "quote": "我就退訂"},
        ],
        "emotions": {"1": "angry"},
        "acts": {"0": ["greeting"]},
    },
}


def test_conversation_becomes_arrays(tmp_path: Path) -> None:
    (passage,) = read_conversations(write(tmp_path / "c.jsonl", CONVERSATION))
    assert passage.texts[1] == "我第三次打来了,再不解决我就退订"
    assert passage.emotion.tolist() == [-1, 2]
    assert {FINDING_LABELS[i] for i in passage.findings[1].nonzero()[0]} == {
        "repeat_contact", "churn",
    }  # fmt: skip
    assert passage.acts[0].nonzero()[0].tolist() == [ACT_LABELS.index("greeting")]


def test_turns_that_are_not_labelled_are_context_alone(tmp_path: Path) -> None:
    record = {**CONVERSATION, "gold": {**CONVERSATION["gold"], "labelled": [1]}}
    (passage,) = read_conversations(write(tmp_path / "turns.jsonl", record))
    assert passage.judged.tolist() == passage.acted.tolist() == [False, True]
    (turn,) = read_turns([write(tmp_path / "turns.jsonl", record)])
    assert turn.speaker == "customer"
    assert turn.before == "您好，很高兴为您服务"
    assert turn.findings == {"repeat_contact", "churn"}


def test_folder_of_two_files_reads_the_same(tmp_path: Path) -> None:
    name = CONVERSATION["transcript"]["conversation_id"]  # type: ignore[index]
    write(tmp_path / "conversations.jsonl", CONVERSATION["transcript"])
    write(tmp_path / "labels.jsonl", {"conversation_id": name, "gold": CONVERSATION["gold"]})
    (passage,) = read_conversations(tmp_path)
    assert passage.findings.sum() == 2


def test_quotes_teach_in_pairs(tmp_path: Path) -> None:
    found = {
        p.texts[0]: {FINDING_LABELS[i] for i in p.findings[0].nonzero()[0]}
        for p in read_quotes(write(tmp_path / "c.jsonl", CONVERSATION))
    }
    assert found["第三次打来了"] == {"repeat_contact"}
    assert found["我就退订"] == {"churn"}
    assert found["我第三次打来了,再不解决"] == {"repeat_contact"}


def test_wrong_line_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "c.jsonl", CONVERSATION, {"transcript": {}})
    with pytest.raises(InputError, match="line 2"):
        read_conversations(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_sentences(tmp_path / "none.jsonl")


def test_sentences_without_a_label_are_left_out(tmp_path: Path) -> None:
    path = write(
        tmp_path / "s.jsonl", {"text": "好", "label": None}, {"text": "气人", "label": "angry"}
    )
    assert [p.texts for p in read_sentences(path)] == [("气人",)]


def test_base_must_be_the_pinned_one(tmp_path: Path) -> None:
    path = tmp_path / "base.bin"
    path.write_bytes(b"E5S1" + bytes(100))
    with pytest.raises(InputError, match="another file"):
        read_base(path)


def test_four_bit_table_is_near() -> None:
    rows = np.random.default_rng(1).standard_normal((10, 64)).astype(np.float32)
    assert np.abs(block_table(rows).rows() - rows).max() < 0.3


def test_temperature_is_found() -> None:
    rng = np.random.default_rng(1)
    true = rng.standard_normal((4000, 6)) * 2
    powers = np.exp(true)
    gold = np.array([rng.choice(6, p=p) for p in powers / powers.sum(axis=1, keepdims=True)])
    temperature, bias = fit_emotion(true * 3, gold)
    assert temperature == pytest.approx(3, rel=0.1)
    assert np.abs(bias).max() < 0.15


def test_calibrated_findings_are_right_as_often_as_they_say(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    passages = read_conversations(write(tmp_path / "c.jsonl", *[CONVERSATION] * 1500))
    scores = rng.standard_normal((3000, OFFENSIVE + 1)) * 3
    for p, raw in zip(passages, scores[1::2], strict=True):
        p.findings[1] = rng.random(19) < sigmoid(raw[FINDINGS] * 0.5 - 1)
    fitted = calibrate(passages, scores)
    complaint = FINDING_LABELS.index("complaint")
    slope, offset = fitted.findings[complaint]
    assert slope == pytest.approx(0.5, abs=0.1)
    assert offset == pytest.approx(-1, abs=0.25)
    sure = sigmoid(scores[1::2, FINDINGS][:, complaint] * slope + offset)
    right = np.array([p.findings[1, complaint] > 0 for p in passages])
    assert calibration_error(sure, right) < 0.05
    assert 0.1 <= fitted.findings_threshold <= 0.6


def test_figures_of_perfect_scores(tmp_path: Path) -> None:
    passages = read_conversations(write(tmp_path / "c.jsonl", CONVERSATION))
    scores = np.full((2, OFFENSIVE + 1), -5.0)
    scores[1, 2] = 5
    scores[:, FINDINGS] += 10 * np.concatenate([p.findings for p in passages])
    scores[:, ACTS] += 10 * np.concatenate([p.acts for p in passages])
    assert set(measure(passages, scores).values()) == {1.0}
    assert macro_f1(np.array([0, 1]), np.array([0, 0]), 3) == pytest.approx(1 / 3)


def test_heads_are_exact_in_any_batch() -> None:
    rng = np.random.default_rng(3)
    heads = Heads(
        mix=rng.integers(-32767, 32767, (4 * 384, 192)).astype(float),
        mix_bias=rng.integers(-(10**6), 10**6, 192).astype(float),
        direct=rng.integers(-32767, 32767, (384, 35)).astype(float),
        deep=rng.integers(-32767, 32767, (192, 35)).astype(float),
        direct_unit=np.full(35, 1e-7), deep_unit=np.full(35, 1e-9), bias=np.zeros(35), shift=13,
    )  # fmt: skip
    vectors = rng.integers(-127, 128, (200, 4, 384)).astype(np.int8)
    together = heads.scores(vectors)
    for i in range(0, 200, 7):
        assert np.array_equal(heads.scores(vectors[i : i + 1])[0], together[i])
