"""The order of turns that come twice, late, with gaps, unfinished or changed: pure rules.

docs/live.md states them. Everything here is worked out from the accepted requests alone, each with
the time at which it came, so that any process comes to the same order.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ccnlp.live.messages import SaidTurn


class GapRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long later turns are held for one that is missing; the first that is reached counts."""

    #: Seconds since the first turn behind the gap came, >= 0.
    seconds: float = 2.0
    #: Turns held, >= 1.
    turns: int = 4


class Order(msgspec.Struct, frozen=True):
    """What is known of a conversation's turns; never changed, only replaced."""

    #: Sequence -> its newest text; one that is not final is replaced by what comes.
    said: dict[int, SaidTurn] = {}
    #: Sequence -> when it came first, in seconds of any clock that all processes share.
    came: dict[int, float] = {}
    #: Sequences below this are in the verdict, as far as they came.
    until: int = 0

    @property
    def spoken(self) -> list[int]:
        """Sequences that the verdict rests on, rising."""
        return sorted(s for s in self.said if s < self.until)

    @property
    def missing(self) -> tuple[int, ...]:
        """Sequences that were given up."""
        return tuple(s for s in range(self.until) if s not in self.said)

    @property
    def waiting_for(self) -> tuple[int, ...]:
        """Sequences that held turns wait for; one that is not final yet is waited for as well."""
        last = max(self.said, default=-1)
        held = any(one.final for s, one in self.said.items() if s >= self.until)
        if not held:
            return ()
        return tuple(
            s for s in range(self.until, last) if s not in self.said or not self.said[s].final
        )

    @property
    def provisional(self) -> SaidTurn | None:
        """The unfinished text right behind what was spoken."""
        one = self.said.get(self.until)
        return one if one is not None and not one.final else None


def is_new(order: Order, turn: SaidTurn) -> bool:
    """Whether a turn changes anything.

    It does not where it was said before in the same words, or where an unfinished text comes
    after the final one.
    """
    known = order.said.get(turn.sequence)
    if known is None or known == turn:
        return known is None
    return turn.final or not known.final


def take(order: Order, turns: Iterable[SaidTurn], at: float, rules: GapRules) -> Order:
    """The order with further turns; ``at`` is when they came."""
    said, came = dict(order.said), dict(order.came)
    for turn in turns:
        if is_new(Order(said), turn):
            said[turn.sequence] = turn
            came.setdefault(turn.sequence, at)
    return msgspec.structs.replace(
        order, said=said, came=came, until=_until(said, came, order.until, at, rules)
    )


def close(order: Order) -> Order:
    """The order at the end: nothing is waited for any more, and unfinished texts stand."""
    return msgspec.structs.replace(order, until=max(order.said, default=-1) + 1)


def common_length(before: Sequence[SaidTurn], after: Sequence[SaidTurn]) -> int:
    """Turns at the start that are the same in both."""
    count = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        count += 1
    return count


def _until(
    said: Mapping[int, SaidTurn], came: Mapping[int, float], until: int, at: float, rules: GapRules
) -> int:
    while True:
        while until in said and said[until].final:
            until += 1
        held = [s for s, one in said.items() if s > until and one.final]
        if not held:
            return until
        waited = at - min(came[s] for s in held)
        if len(held) < rules.turns and waited < rules.seconds:
            return until
        # given up: what was heard of it stands, and the next held turn follows
        until = until + 1 if until in said else min(s for s in said if s > until)
