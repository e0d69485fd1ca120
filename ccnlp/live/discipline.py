"""What is done about a handoff: a pure fold of verdicts by a queue's policy.

The verdict is that of the nightly run and never changed here. This decides when the platform is
told to act on it: not twice for one alarm, not for a weak one, not in a circle.
"""

from typing import TYPE_CHECKING, Literal

import msgspec

from ccnlp.live.messages import Action
from ccnlp.types import Handoff

if TYPE_CHECKING:
    from ccnlp.live.policy import Policy

_Deed = Literal["none", "transfer", "supervise", "call_back"]


class Memory(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the policy remembers of a conversation between two requests."""

    #: Whether an action stands.
    raised: bool = False
    #: Turn of the alarm that it answered, and what it was.
    alarm: int | None = None
    deed: str = "none"
    #: When the platform was last told to act, in seconds since 1970.
    told_at: float | None = None
    #: Times a person took over, or the conversation went to another person.
    transfers: int = 0
    #: Category and turn of the findings that were told.
    findings: tuple[tuple[str, int], ...] = ()


class Seen(msgspec.Struct, frozen=True):
    """What a decision rests on."""

    handoff: Handoff
    #: Risk in [0, 1].
    risk: float
    at: float
    transfers: int
    tier: str | None = None
    free_agents: int | None = None
    #: The verdict counts a text that may still change.
    provisional: bool = False


def strength(handoff: Handoff) -> float:
    """How sure the standing alarm is, in [0, 1]: its surest trigger; 0 where none stands.

    A count that reached its threshold is 1.
    """
    if not handoff.standing or not handoff.alarms:
        return 0.0
    return max(
        min(1.0, t.value if t.measure == "confidence" else t.value / t.threshold)
        for t in handoff.alarms[-1].triggers
    )


def decide(policy: "Policy", memory: Memory, seen: Seen) -> tuple[Memory, Action]:
    """The action that is due now, and what to remember of it.

    * An alarm counts from ``raise_at`` on, and until it is weaker than ``clear_at``.
    * Within ``cooldown_seconds`` of the last action no other is told, but for ``always``.
    * After ``most_transfers`` a supervisor is called instead of transferring.
    * Where nobody can take over (closed, nobody free) a call back is promised instead.
    * A text that may still change tells nothing new.
    """
    priority = round(seen.risk + policy.tiers.get(seen.tier or "default", 0.0), 4)
    strong = strength(seen.handoff)
    counts = strong >= (policy.clear_at if memory.raised else policy.raise_at) and strong > 0
    if seen.provisional:
        because = "partial" if counts and not memory.raised else None
        deed = memory.deed if memory.raised else "none"
        return memory, _action(policy, deed, False, because, priority)
    memory = msgspec.structs.replace(memory, transfers=seen.transfers)
    if not counts:
        down = msgspec.structs.replace(memory, raised=False, alarm=None, deed="none")
        return down, Action(because="threshold" if strong > 0 else None, priority=priority)
    alarm = seen.handoff.alarms[-1]
    if memory.raised and memory.alarm == alarm.turn:
        return memory, _action(policy, memory.deed, False, None, priority)
    resting = memory.told_at is not None and seen.at - memory.told_at < policy.cooldown_seconds
    if resting and not any(t.reason in policy.always for t in alarm.triggers):
        return memory, Action(because="cooldown", priority=priority)
    deed, because = _deed(policy, alarm.target, seen)
    told = msgspec.structs.replace(
        memory, raised=True, alarm=alarm.turn, deed=deed, told_at=seen.at
    )
    return told, _action(policy, deed, True, because, priority)


def _deed(policy: "Policy", target: str, seen: Seen) -> tuple[_Deed, str | None]:
    if target == "supervisor":
        return "supervise", None
    if not policy.is_open(seen.at):
        return "call_back", "closed"
    if seen.transfers >= policy.most_transfers:
        return "supervise", "transfer_loop"
    if seen.free_agents == 0:
        return "call_back", "nobody_free"
    return "transfer", None


def _action(policy: "Policy", deed: str, new: bool, because: str | None, priority: float) -> Action:
    if policy.shadow and deed != "none":
        return Action(because=because, would_do=deed, new=new, priority=priority)
    return Action(do=deed, new=new, because=because, priority=priority)  # type: ignore[arg-type]
