"""The figures on labelled development conversations, where they are at hand."""

import json
from pathlib import Path

import pytest

from ccnlp.privacy.recognise import Recogniser
from ccnlp.privacy.thread import Thread

_GOLD = Path(__file__).parents[2] / "shared" / "data" / "dev_conversations.jsonl"


@pytest.mark.skipif(not _GOLD.exists(), reason="the development conversations are not here")
def test_recall_and_precision() -> None:
    thread = Thread(Recogniser())
    wanted = hit = said = right = 0
    for line in _GOLD.read_text("utf-8").splitlines():
        record = json.loads(line)
        turns = [(t["speaker"], t["text"]) for t in record["transcript"]["turns"]]
        gold = [
            (g["turn"], turns[g["turn"]][1].find(g["quote"]), g["quote"])
            for g in record["gold"]["pii"]
        ]
        spans = thread.conversation(turns)
        for turn, start, quote in gold:
            covered = {i for s in spans if s.turn == turn for i in range(s.start, s.end)}
            wanted += 1
            hit += covered.issuperset(range(start, start + len(quote)))
        for span in spans:
            said += 1
            right += any(
                turn == span.turn
                and ((span.start < start + len(quote) and start < span.end) or span.quote in quote)
                for turn, start, quote in gold
            )
    assert hit / wanted >= 0.97
    assert right / said >= 0.95
