"""Labels without text, joined to transcripts."""

import json
from pathlib import Path

import pytest

from ccnlp.errors import InputError
from ccnlp.training.corpus import read_turns
from ccnlp.training.join import join

TRANSCRIPT = {
    "conversation_id": "w-1", "channel": "social",
    "turns": [
        {"speaker": "customer", "text": "又掉线，忍无可忍"},
        {"speaker": "agent", "text": "您好"},
    ],
}  # fmt: skip
GOLD = {
    "findings": [{"category": "complaint", "turn": 0, "start": 0, "end": 3}],
    "emotions": {"0": "angry"}, "acts": {"1": ["greeting"]},
}  # fmt: skip


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return path


def test_places_become_quotes_that_trainers_read(tmp_path: Path) -> None:
    held = lines(tmp_path / "t.jsonl", {"transcript": TRANSCRIPT, "quality": []})
    labels = lines(tmp_path / "l.jsonl", {"conversation_id": "w-1", "gold": GOLD})
    assert join(held, labels, tmp_path / "out/joined.jsonl") == 1
    row = json.loads((tmp_path / "out/joined.jsonl").read_text("utf-8"))
    assert row["gold"]["findings"][0]["quote"] == "又掉线"
    customer, agent = read_turns([tmp_path / "out/joined.jsonl"])
    assert (customer.emotion, customer.findings) == ("angry", {"complaint"})
    assert agent.acts == {"greeting"}


@pytest.mark.parametrize("change", [{"turn": 1, "end": 9}, {"start": 3}])
def test_places_outside_the_turn_are_refused(tmp_path: Path, change: dict[str, int]) -> None:
    gold = {**GOLD, "findings": [{**GOLD["findings"][0], **change}]}  # type: ignore[dict-item]
    held = lines(tmp_path / "t.jsonl", TRANSCRIPT)
    labels = lines(tmp_path / "l.jsonl", {"conversation_id": "w-1", "gold": gold})
    with pytest.raises(InputError, match="no characters"):
        join(held, labels, tmp_path / "out.jsonl")


def test_a_conversation_that_is_not_there_is_named(tmp_path: Path) -> None:
    held = lines(tmp_path / "t.jsonl", TRANSCRIPT)
    labels = lines(tmp_path / "l.jsonl", {"conversation_id": "w-2", "gold": GOLD})
    with pytest.raises(InputError, match="w-2"):
        join(held, labels, tmp_path / "out.jsonl")
