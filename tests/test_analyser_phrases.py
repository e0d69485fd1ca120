"""The analyser ``phrases``: overlapping hits become one finding, late ones come in time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnlp.analysers.base import TurnView
from ccnlp.analysers.phrases import PhraseAnalyser
from ccnlp.rules.load import load_rules
from ccnlp.text.normalise import normalise_many
from ccnlp.types import Finding, Turn

RULES = """\
category: complaint
severity: low
rules:
  - {id: plain, explanation: x, any: [要投诉], good: [要投诉]}
  - {id: sure, explanation: x, confidence: 0.95, any: [我要投诉你们], good: [我要投诉你们]}
  - {id: short, explanation: x, any: [投诉你们], good: [投诉你们]}
  - {id: denied, explanation: x, any: [不要投诉], good: [不要投诉]}
  - {id: waits, explanation: x, any: [没人理], not_followed_by: {any: [好的], within: 2},
     good: [没人理]}
  - {id: last, explanation: x, any: [再说吧], turns: {last: 1}, good: [再说吧]}
  - {id: after, explanation: x, any: [还是一样], after: {category: complaint}, good: [
      {turns: [[customer, 要投诉], [customer, 还是一样]]}]}
  - {id: again, explanation: x, any: [听不懂], repeated: 2, good: [
      {turns: [[customer, 听不懂], [customer, 听不懂]]}]}
"""
SAYINGS = [
    "要投诉",
    "我要投诉你们",
    "没人理",
    "好的",
    "再说吧",
    "还是一样",
    "听不懂",
    "不要投诉",
    "嗯",
    "投 诉你们",
]


@pytest.fixture(scope="module")
def analyser(tmp_path_factory):
    path = tmp_path_factory.mktemp("rules") / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return PhraseAnalyser(load_rules([path]))


def views(texts, channel="chat"):
    made, previous = [], None
    for index, normal in enumerate(normalise_many(texts)):
        turn = Turn("customer", normal.original)
        previous = TurnView(index, turn, channel, normal, previous)
        made.append(previous)
    return made


def run(analyser, texts, size=None):
    """Observations when the turns are encoded ``size`` at a time."""
    conversation = views(texts)
    size = size or max(1, len(texts))
    features = []
    for start in range(0, len(conversation), size):
        features += analyser.encode(conversation[start : start + size])
    state, found = analyser.start(), []
    for view, feature in zip(conversation, features, strict=True):
        state, more = analyser.step(state, view, feature)
        found += more
    return found + list(analyser.finish(state))


def told(analyser, texts):
    return [(o.turn, o.quote, o.source.rsplit(".")[-1], o.suppressed) for o in run(analyser, texts)]


def test_the_examples_hold(analyser):
    assert analyser.rules.check() == []


def test_of_overlapping_hits_the_most_confident_stays(analyser):
    assert told(analyser, ["我要投诉你们"]) == [(0, "我要投诉你们", "sure", None)]


def test_of_equally_confident_hits_the_shortest_stays(analyser):
    assert told(analyser, ["要投诉你们了"]) == [(0, "要投诉", "plain", None)]


def test_hits_apart_stay_apart(analyser):
    assert [quote for _, quote, _, _ in told(analyser, ["要投诉,就要投诉"])] == ["要投诉", "要投诉"]


def test_a_suppressed_hit_gives_way_to_one_that_counts(analyser):
    # 要投诉 is negated there, 不要投诉 says so itself
    assert told(analyser, ["不要投诉"]) == [(0, "不要投诉", "denied", None)]


def test_late_findings_point_at_their_turn(analyser):
    assert told(analyser, ["没人理", "嗯", "嗯", "嗯"]) == [(0, "没人理", "waits", None)]
    ((turn, quote, _, reason),) = told(analyser, ["没人理", "好的"])
    assert (turn, quote, bool(reason)) == (0, "没人理", True)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(SAYINGS), max_size=8), st.integers(1, 8))
def test_batches_and_duplicates_do_not_matter(analyser, texts, size):
    whole = run(analyser, texts)
    assert run(analyser, texts, size) == whole
    for one in whole:
        assert isinstance(one, Finding)
        assert texts[one.turn][one.start : one.end] == one.quote


def test_states_are_values(analyser):
    conversation = views(["要投诉", "没人理", "听不懂", "还是一样"])
    features = analyser.encode(conversation)
    states = [analyser.start()]
    for view, feature in zip(conversation, features, strict=True):
        states.append(analyser.step(states[-1], view, feature)[0])
    # stepping again from an earlier state gives the same, whatever came after
    for place, (view, feature) in enumerate(zip(conversation, features, strict=True)):
        assert analyser.step(states[place], view, feature)[0] == states[place + 1]
