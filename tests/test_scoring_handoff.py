"""Alarms: raised at a threshold, cleared later than that, and how early they came."""

from conversations import talk
from test_scoring_golden import DECISIONS, act, emotion, finding

from ccnlp.scoring.handoff import decide_handoff
from ccnlp.types import Handoff, Signals, Transcript, Trigger


def decide(call: Transcript, **signals: object) -> Handoff:
    return decide_handoff(DECISIONS.handoff, call, Signals(**signals))  # type: ignore[arg-type]


def customer_turns(count: int) -> Transcript:
    return talk(*(["C 嗯", "A 好"] * count))


def test_a_trigger_says_what_reached_which_threshold() -> None:
    made = decide(customer_turns(2), findings=(finding("customer_abuse", 2, confidence=0.7),))
    assert made.triggers == (Trigger("customer_abuse", "confidence", 0.7, 0.6),)
    assert "0.7 ≥ 0.6" in made.explanation


def test_anger_says_how_many_turns() -> None:
    angry = tuple(emotion(t, "angry") for t in (0, 2, 4, 6))
    made = decide(customer_turns(5), emotions=angry)
    assert (made.turn, made.triggers) == (6, (Trigger("anger", "angry_turns", 4.0, 4.0),))


def test_an_alarm_is_cleared_by_calm_turns_alone() -> None:
    abuse = (finding("customer_abuse", 0),)
    assert decide(customer_turns(3), findings=abuse).standing
    calm = decide(customer_turns(4), findings=abuse)
    assert (calm.recommended, calm.turn, calm.standing) == (True, 0, False)
    assert calm.alarms[0].cleared == 6


def test_a_little_anger_keeps_an_alarm_up_that_it_could_not_raise() -> None:
    little = tuple(emotion(t, "angry", 0.35) for t in (4, 8))
    assert not decide(customer_turns(5), emotions=little).recommended
    kept = decide(customer_turns(5), findings=(finding("customer_abuse", 0),), emotions=little)
    assert kept.standing


def test_no_flapping_between_raise_and_clear() -> None:
    """Two calm turns between angry ones never clear; counting starts anew once it is cleared."""
    angry = tuple(emotion(t, "angry") for t in (0, 2, 4, 6, 12, 18))
    held = decide(customer_turns(10), emotions=angry)
    assert len(held.alarms) == 1
    again = decide(customer_turns(12), emotions=angry[:4] + tuple(
        emotion(t, "angry") for t in (16, 18, 20)
    ))  # fmt: skip
    assert [(a.turn, a.cleared) for a in again.alarms] == [(6, 12)]


def test_a_cleared_alarm_may_come_again() -> None:
    both = (finding("customer_abuse", 0), finding("human_request", 10))
    made = decide(customer_turns(6), findings=both)
    assert [(a.turn, a.cleared) for a in made.alarms] == [(0, 6), (10, None)]
    assert made.reasons == ("customer_abuse",)


def test_what_is_told_to_stand_stands() -> None:
    made = decide(customer_turns(9), findings=(finding("regulator_threat", 0),))
    assert made.standing


def test_a_person_who_answers_clears_what_the_bot_was_to_hand_over() -> None:
    call = talk("B 您好", "C 转人工", "B 请描述问题", "A 您好,我是人工", "C 投诉你们")
    made = decide(call, findings=(finding("human_request", 1),))
    assert [(a.turn, a.target, a.cleared) for a in made.alarms] == [(1, "human", 3)]
    then = decide(call, findings=(finding("human_request", 1), finding("media_threat", 4)))
    assert [(a.turn, a.target) for a in then.alarms] == [(1, "human"), (4, "supervisor")]


def test_turns_early_counts_customer_turns_up_to_the_demand() -> None:
    call = talk("C 气死", "A 嗯", "C 又来", "A 嗯", "S 等待", "C 找你们经理")
    threat = finding("media_threat", 0)
    demand = finding("human_request", 5)
    assert decide(call, findings=(threat, demand)).turns_early == 2
    assert decide(call, findings=(demand,)).turns_early == 0
    assert decide(call, findings=(threat,)).turns_early is None
    # the demand was seen, but not surely enough to raise an alarm
    unsure = finding("human_request", 0, confidence=0.5)
    late = finding("media_threat", 5)
    assert decide(call, findings=(unsure, late)).turns_early == -2


def test_bot_failures_of_before_do_not_raise_again_after_a_person_answered() -> None:
    call = talk("B 没听懂", "C 换货", "B 没听懂", "C 换货", "A 您好", "C 换货", "C 嗯")
    made = decide(call, acts=(act("bot_miss", 0), act("bot_miss", 2)))
    assert [(a.turn, a.cleared) for a in made.alarms] == [(3, 4)]
