"""The words that show a finding: whole clauses, never empty, never the whole of a long turn."""

import numpy as np
from conversations import rough_text
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnlp.analysers.evidence import telling_span
from ccnlp.text.segment import segment_lines


def span(text: str, telling: dict[str, float], *, words: bool = False) -> str:
    """The span of a text in which some pieces weigh."""
    weights = np.full(len(text), -0.1)
    for piece, weight in telling.items():
        start = text.index(piece)
        weights[start : start + len(piece)] = weight
    start, end = telling_span(text, segment_lines([text])[0] if words else None, weights)
    return text[start:end]


def test_the_clause_is_shown_and_not_the_piece_that_weighs() -> None:
    assert span("您好,我要找律师起诉你们,就这样", {"律师": 1.0}) == "我要找律师起诉你们"


def test_a_neighbour_that_speaks_for_it_joins_and_one_that_does_not_stays() -> None:
    text = "您好,我找律师,去法院,就这样吧"
    assert span(text, {"律师": 1.0, "法院": 0.5}) == "我找律师,去法院"
    assert span(text, {"律师": 1.0, "法院": 0.1}) == "我找律师"


def test_joined_clauses_stay_short() -> None:
    text = ",".join(["我要去法院告你们"] * 12)
    assert len(span(text, {"我": 1.0}, words=False)) <= 40


def test_speech_without_pauses_is_cut_between_words() -> None:
    text = "这个事情我已经说得很清楚了反正我找律师去法院起诉你们今天就先这样吧我还要上班呢没有时间"
    shown = span(text, {"律师": 1.0}, words=True)
    assert "律师" in shown
    assert len(shown) < len(text) / 2
    start = text.index(shown)
    ends = np.cumsum([0, *(len(w) for w in segment_lines([text])[0])])
    assert {start, start + len(shown)} <= set(ends.tolist())


@settings(deadline=None)
@given(text=rough_text.filter(bool), seed=st.integers(0, 99), segmented=st.booleans())
def test_it_lies_inside_and_is_not_empty(text: str, seed: int, segmented: bool) -> None:
    weights = np.random.default_rng(seed).normal(size=len(text))
    words = segment_lines([text])[0] if segmented else None
    start, end = telling_span(text, words, weights)
    assert 0 <= start < end <= len(text)
