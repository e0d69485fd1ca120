"""The shipped rules on anything at all: no crash, and every span true."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnlp.assets import asset
from ccnlp.rules.load import load_rules
from ccnlp.taxonomy import CHANNELS, SPEAKERS
from ccnlp.text.normalise import normalise_many
from ccnlp.types import Turn

# words that rules look for, pulled apart by whatever Unicode has
WORDS = st.one_of(
    st.sampled_from(
        ["投诉", "客服", "12315", "消协", "不", "没有", "我要", "你们", "经理", "转人工"]
    ),
    st.sampled_from(
        ["退款", "律师", "起诉", "微博", "报警", "保证", "三次", "上次", "“", "”", "吗"]
    ),
)
NOISE = st.text(
    alphabet=st.one_of(
        st.characters(codec=None),
        st.sampled_from(" *-\u200b\u200d\ufeff\u0301😊👨‍👩‍👧\u202e\ud800א\n\x00，。"),
    ),
    max_size=4,
)
TEXTS = st.lists(st.one_of(WORDS, NOISE), max_size=12).map("".join)


@pytest.fixture(scope="module")
def rules():
    return load_rules(
        sorted(asset("configs", "rules").glob("*.yaml")),
        sorted(asset("configs", "lexicon").glob("*.yaml")),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(SPEAKERS), TEXTS), max_size=4), st.sampled_from(CHANNELS))
def test_any_text_is_taken_and_every_span_is_true(rules, said, channel):
    turns = [Turn(speaker, text) for speaker, text in said]
    normals = normalise_many([turn.text for turn in turns])
    speakers = [turn.speaker for turn in turns]
    found = rules.find(normals, speakers, [channel] * len(turns))
    fold = rules.fold()
    state, answers = fold.start(), []
    for index, (turn, hits) in enumerate(zip(turns, found, strict=True)):
        state, more = fold.step(state, index, turn, hits)
        answers += more
    for _, one in answers + fold.finish(state):
        assert 0 <= one.start < one.end <= len(turns[one.turn].text)
        assert turns[one.turn].text[one.start : one.end] == one.quote
        assert 0 < one.confidence <= 1
    # a turn alone is judged as in its batch
    for normal, speaker, hits in zip(normals, speakers, found, strict=True):
        assert rules.find([normal], [speaker], [channel]) == [hits]


def test_shipped_rules_hold_to_their_examples(rules):
    assert [str(fault) for fault in rules.check()] == []
