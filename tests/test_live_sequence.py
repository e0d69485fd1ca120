"""The order of turns: duplicates, gaps, late, unfinished and changed texts (docs/live.md)."""

import hypothesis.strategies as st
import msgspec
from hypothesis import given, settings

from ccnlp.live.messages import SaidTurn
from ccnlp.live.sequence import GapRules, Order, close, is_new, take

RULES = GapRules(seconds=2.0, turns=3)


def said(sequence: int, text: str | None = None, final: bool = True) -> SaidTurn:
    return SaidTurn(sequence, "customer", text or f"第{sequence}句", final=final)


def taken(*turns: SaidTurn, at: float = 0.0, order: Order | None = None) -> Order:
    return take(order or Order(), turns, at, RULES)


def test_turns_in_order_are_spoken_at_once() -> None:
    order = taken(said(0), said(1))
    assert order.spoken == [0, 1]
    assert order.waiting_for == order.missing == ()


def test_the_same_words_again_are_nothing_new() -> None:
    order = taken(said(0))
    assert not is_new(order, said(0))
    assert taken(said(0), at=9.0, order=order) == order


def test_turns_behind_a_gap_are_held_until_it_is_filled() -> None:
    order = taken(said(0), said(2))
    assert (order.spoken, order.waiting_for) == ([0], (1,))
    filled = taken(said(1), at=1.0, order=order)
    assert (filled.spoken, filled.waiting_for) == ([0, 1, 2], ())


def test_a_gap_is_given_up_after_its_seconds() -> None:
    order = taken(said(0), said(2))
    early = taken(said(3), at=1.9, order=order)
    assert early.spoken == [0]
    late = taken(said(3), at=2.0, order=order)
    assert (late.spoken, late.missing) == ([0, 2, 3], (1,))


def test_a_gap_is_given_up_after_its_turns() -> None:
    order = taken(said(2), said(3))
    assert order.spoken == []
    assert taken(said(4), order=order).spoken == [2, 3, 4]
    assert taken(said(4), order=order).missing == (0, 1)


def test_a_late_turn_takes_its_place() -> None:
    order = taken(said(0), said(2), said(3), said(4))
    assert order.missing == (1,)
    late = taken(said(1), at=60.0, order=order)
    assert late.spoken == [0, 1, 2, 3, 4]
    assert late.missing == ()


def test_the_newest_final_text_stands() -> None:
    order = taken(said(0, "我要退货"), said(1))
    changed = taken(said(0, "我要退款"), order=order)
    assert changed.said[0].text == "我要退款"
    assert changed.spoken == [0, 1]


def test_an_unfinished_text_is_provisional_until_its_final_one() -> None:
    order = taken(said(0), said(1, "我要", final=False))
    assert order.spoken == [0]
    assert order.provisional == said(1, "我要", final=False)
    more = taken(said(1, "我要投", final=False), order=order)
    assert more.provisional == said(1, "我要投", final=False)
    final = taken(said(1, "我要投诉"), order=more)
    assert (final.spoken, final.provisional) == ([0, 1], None)
    # recognisers may send an older text late
    assert not is_new(final, said(1, "我要投", final=False))


def test_an_unfinished_text_holds_what_follows_and_stands_where_it_stays_alone() -> None:
    order = taken(said(0, "我要投", final=False), said(1))
    assert (order.spoken, order.waiting_for) == ([], (0,))
    late = taken(said(2), at=5.0, order=order)
    assert late.spoken == [0, 1, 2]
    assert late.said[0].text == "我要投"
    assert close(order).spoken == [0, 1]


def test_the_end_waits_for_nothing() -> None:
    order = close(taken(said(0), said(5)))
    assert order.spoken == [0, 5]
    assert order.missing == (1, 2, 3, 4)
    assert close(Order()).spoken == []


def test_the_order_given_is_left_as_it_is() -> None:
    order = taken(said(0))
    before = msgspec.json.encode(order)
    taken(said(1), said(0, "另一句"), order=order)
    assert msgspec.json.encode(order) == before


@settings(max_examples=100, deadline=None)
@given(
    order=st.permutations(range(7)),
    twice=st.lists(st.integers(0, 6), max_size=4),
    cuts=st.sets(st.integers(1, 10)),
)
def test_any_arrival_comes_to_the_same_order(
    order: list[int], twice: list[int], cuts: set[int]
) -> None:
    arrival = [*order, *twice]
    got, clock = Order(), 0.0
    start = 0
    for stop in [*sorted(c for c in cuts if c < len(arrival)), len(arrival)]:
        got = take(got, [said(s) for s in arrival[start:stop]], clock, RULES)
        start, clock = stop, clock + 0.7
    assert close(got).spoken == list(range(7))
    assert got.spoken == [s for s in range(7) if s < got.until]
