"""The shipped rules see a Traditional twin of a conversation as they see the conversation."""

import json

import opencc
import pytest

from ccnlp.assets import asset
from ccnlp.rules.load import load_rules
from ccnlp.text.normalise import normalise_many
from ccnlp.types import Finding, Turn

CONVERSATIONS = [
    record.get("transcript", record)
    for path in sorted(asset("data", "sample").glob("**/conversations*.jsonl"))
    for record in map(json.loads, path.read_text(encoding="utf-8").splitlines())
]


@pytest.fixture(scope="module")
def rules():
    return load_rules(
        sorted(asset("configs", "rules").glob("*.yaml")),
        sorted(asset("configs", "lexicon").glob("*.yaml")),
    )


def seen(rules, conversation, convert):
    """(turn, category or act) of all that counts."""
    turns = [Turn(turn["speaker"], convert(turn["text"])) for turn in conversation["turns"]]
    found = rules.find(
        normalise_many([turn.text for turn in turns]),
        [turn.speaker for turn in turns],
        [conversation.get("channel", "chat")] * len(turns),
    )
    fold = rules.fold()
    state, answers = fold.start(), []
    for index, (turn, hits) in enumerate(zip(turns, found, strict=True)):
        state, more = fold.step(state, index, turn, hits)
        answers += more
    observations = [one for _, one in answers + fold.finish(state)]
    for one in observations:
        assert turns[one.turn].text[one.start : one.end] == one.quote
    return {
        (one.turn, one.category if isinstance(one, Finding) else one.act)
        for one in observations
        if not (isinstance(one, Finding) and one.suppressed)
    }


@pytest.mark.skipif(not CONVERSATIONS, reason="no sample conversations")
@pytest.mark.parametrize("convert", ["s2t", "s2tw", "s2twp", "s2hk"])
def test_traditional_twins_are_judged_alike(rules, convert):
    converter = opencc.OpenCC(convert)
    agreed = differing = 0
    for conversation in CONVERSATIONS:
        plain = seen(rules, conversation, str)
        twin = seen(rules, conversation, converter.convert)
        agreed += len(plain & twin)
        differing += len(plain ^ twin)
    assert agreed > 100
    assert 2 * agreed / (2 * agreed + differing) >= 0.99
