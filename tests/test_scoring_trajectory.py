"""The course of emotions, worked out by hand."""

import math

import hypothesis.strategies as st
import pytest
from conversations import talk
from hypothesis import given

from ccnlp.assets import asset
from ccnlp.scoring.decisions import load_decisions
from ccnlp.scoring.handoff import decide_handoff
from ccnlp.scoring.trajectory import measure_trajectories, trajectory
from ccnlp.types import Finding, Signals, Trajectories, Trajectory, TurnEmotion

CALL = talk("A 您好", "C 断网了", "A 抱歉", "C 气死了", "A 马上修", "C 好的", "C 谢谢")
FELT = (
    TurnEmotion(0, "neutral", 0.9), TurnEmotion(1, "sad", 0.4), TurnEmotion(2, "fear", 0.6),
    TurnEmotion(3, "angry", 0.8), TurnEmotion(4, "surprise", 0.5),
    TurnEmotion(5, "neutral", 0.7), TurnEmotion(6, "happy", 0.4),
)  # fmt: skip


def test_level_trend_peak_and_recovery_by_hand() -> None:
    seen = measure_trajectories(CALL, Signals(emotions=FELT))
    # customer: -0.4, -0.8, 0, 0.4; mean -0.2; slope (0.6 + 0.4 + 0 + 0.6) / 5 = 0.32, 3 steps;
    # the end is (0 + 0.4) / 2 = 0.2, which is more than made good
    assert seen.customer == Trajectory(level=-0.2, trend=0.96, peak=-0.8, peak_turn=3, recovery=1.0)
    # agent: 0, -0.6, 0; behind the peak there is one turn
    assert seen.agent == Trajectory(level=-0.2, trend=0.0, peak=-0.6, peak_turn=2, recovery=1.0)
    assert (seen.agent_fatigue, seen.agent_distress) == (0.0, 0.6)


def test_a_peak_at_the_end_is_not_made_good_and_half_a_way_back_is_half() -> None:
    assert trajectory([(0, 0.0), (2, -0.5)]) == Trajectory(-0.25, -0.5, -0.5, 2, 0.0)
    assert trajectory([(0, -0.8), (2, -0.4)]).recovery == 0.5  # type: ignore[union-attr]


def test_a_side_that_says_nothing_or_nothing_bad() -> None:
    assert measure_trajectories(CALL, Signals()) == Trajectories()
    assert trajectory([(0, 0.3)]) == Trajectory(0.3, 0.0)


def test_a_finding_of_distress_counts_where_the_mood_does_not_show_it() -> None:
    found = Finding(
        "agent_distress", "high", 4, 0, 3, "马上修", "agent", 0.9, "phrases.t", "",
    )  # fmt: skip
    seen = measure_trajectories(CALL, Signals(emotions=FELT, findings=(found,)))
    assert seen.agent_distress == 0.9


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30))
def test_figures_stay_in_their_ranges(moods: list[float]) -> None:
    seen = trajectory(list(enumerate(moods)))
    assert seen is not None
    assert -1 <= seen.level <= 1
    assert -3 <= seen.trend <= 3
    assert (seen.peak is None) == (min(moods) >= 0)
    assert seen.recovery is None or 0 <= seen.recovery <= 1
    turned = trajectory(list(enumerate(reversed(moods))))
    assert turned is not None
    assert math.isclose(turned.trend, -seen.trend, abs_tol=2e-4)


@pytest.mark.parametrize("unsure", [False, True])
def test_anger_that_the_model_is_unsure_of_calls_for_nobody(unsure: bool) -> None:
    spec = load_decisions(asset("configs", "decisions", "default.yaml")).handoff
    call = talk(*["C 又来了"] * 6)
    angry = tuple(TurnEmotion(i, "angry", 0.6, unsure) for i in range(6))
    assert decide_handoff(spec, call, Signals(emotions=angry)).recommended is not unsure
