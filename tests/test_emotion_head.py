"""A head trained on a user's own turns: what it reads, what it writes, what it refuses."""

import csv
import json
from pathlib import Path

import pytest
from judges import FixedJudge, views_of
from typer.testing import CliRunner

from ccnlp.assets import asset
from ccnlp.cli import app
from ccnlp.errors import InputError, UnavailableError
from ccnlp.judges.base import EMOTION_LABELS
from ccnlp.judges.emotion_head import EmotionHeadJudge, load_emotion_head
from ccnlp.training.corpus import read_emotions
from ccnlp.training.emotion_figures import emotion_figures

TURNS = [
    {"text": f"{word}{tail}", "label": label}
    for label, words in {
        "angry": ["气死我了", "太过分了", "忍不了了"],
        "happy": ["谢谢你啊", "真不错", "太好了"],
        "neutral": ["请问几点开门", "查一下订单", "怎么改地址"],
    }.items()
    for word in words
    for tail in ("", "吧", "呢", "的", "哦")
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "ours.jsonl"
    path.write_text("\n".join(json.dumps(t, ensure_ascii=False) for t in TURNS), "utf-8")
    return path


@pytest.fixture
def head(data: Path, tmp_path: Path) -> EmotionHeadJudge:
    pytest.importorskip("sklearn")
    from ccnlp.training.emotion_head import train_emotion_head
    from ccnlp.training.linear import load_settings

    over = FixedJudge("below")
    train_emotion_head(
        read_emotions(data), data, "unknown", over,
        load_settings(asset("configs", "training", "emotion.yaml")), tmp_path / "own" / "1", "",
    )  # fmt: skip
    return load_emotion_head(tmp_path / "own" / "1", over)


def label(head: EmotionHeadJudge, line: str) -> str:
    row = head.judge(views_of(line)).part("emotion")[0]
    assert row.sum() == pytest.approx(1)
    return EMOTION_LABELS[int(row.argmax())]


def test_it_learns_and_never_says_what_it_has_not_seen(head: EmotionHeadJudge) -> None:
    assert label(head, "C 真的气死我了") == "angry"
    assert label(head, "C 请问几点关门") == "neutral"
    row = head.judge(views_of("C 我害怕")).part("emotion")[0]
    for unseen in ("sad", "fear", "surprise"):
        assert row[EMOTION_LABELS.index(unseen)] < 1e-4


def test_neighbours_change_no_bit(head: EmotionHeadJudge) -> None:
    views = views_of(*(f"C {t['text']}" for t in TURNS))
    together = head.judge(views).part("emotion")
    for row, view in zip(together, views, strict=True):
        assert (head.judge([view]).part("emotion")[0] == row).all()


def test_another_encoder_below_is_refused(head: EmotionHeadJudge, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="trained over the encoder digest-below"):
        load_emotion_head(tmp_path / "own" / "1", FixedJudge("other"))


def test_csv_and_jsonl_read_the_same(data: Path, tmp_path: Path) -> None:
    table = tmp_path / "ours.csv"
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["text", "label", "speaker", "before"])
        writer.writeheader()
        writer.writerows(TURNS)
    assert read_emotions(table) == read_emotions(data)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "好", "label": "cross"}, "ours.jsonl:1: unknown emotion 'cross'"),
        ({"text": "好", "label": "happy", "speaker": "boss"}, "unknown speaker 'boss'"),
        ({"text": 3, "label": "happy"}, "has no text"),
        ({"text": "好", "label": None}, "holds no turn"),
        ({"text": "好", "label": "happy", "speaker": "bot"}, "holds no turn"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, row: dict[str, object], message: str) -> None:
    path = tmp_path / "ours.jsonl"
    path.write_text(json.dumps(row), "utf-8")
    with pytest.raises(InputError) as caught:
        read_emotions(path)
    assert message in str(caught.value)


def test_figures_by_hand() -> None:
    said = [("angry", 0.9, False), ("angry", 0.7, False), ("sad", 0.3, True), ("happy", 0.8, False)]
    figures = emotion_figures(["angry", "sad", "sad", "happy"], said)
    assert (figures.accuracy, figures.unsure, figures.accuracy_sure) == (
        0.75, 0.25, pytest.approx(2 / 3),
    )  # fmt: skip
    assert figures.emotions["angry"] == (0.5, 1.0, pytest.approx(2 / 3), 1)
    assert figures.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert figures.confusion["sad"] == {"happy": 0, "angry": 1, "sad": 1}
    # four bins of one turn each
    assert figures.calibration_error == pytest.approx((0.1 + 0.7 + 0.7 + 0.2) / 4)


class TestCommands:
    def test_evaluate_emotion(self, data: Path) -> None:
        ran = CliRunner().invoke(app, ["evaluate", "emotion", "--data", str(data), "--json"])
        assert ran.exit_code == 0
        figures = json.loads(ran.stdout)
        assert figures["turns"] == len(TURNS)
        assert sum(sum(row.values()) for row in figures["confusion"].values()) == len(TURNS)
        shown = CliRunner().invoke(app, ["evaluate", "emotion", "--data", str(data)])
        assert "macro_f1" in shown.stdout
        assert "said angry" in shown.stdout

    def test_evaluate_takes_a_file_where_a_command_would_stand(self) -> None:
        file = str(asset("data", "sample", "conversations.jsonl"))
        short = CliRunner().invoke(app, ["evaluate", "--json", file])
        long = CliRunner().invoke(app, ["evaluate", "conversations", file, "--json"])
        assert short.exit_code == 0
        assert short.stdout == long.stdout

    def test_train_emotion_without_an_encoder_says_so(self, data: Path, tmp_path: Path) -> None:
        out = tmp_path / "own" / "1"
        ran = CliRunner().invoke(
            app, ["train", "emotion", "--data", str(data), "--out", str(out), "--encoder", "none"]
        )
        assert ran.exit_code == 3
        assert not out.exists()
