"""One conversation as its log tells it: a pure fold over the accepted requests."""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from ccnlp.live.discipline import Memory
from ccnlp.live.messages import About, SaidTurn
from ccnlp.live.sequence import GapRules, Order, close, take
from ccnlp.live.state import Entry
from ccnlp.types import Transcript


class Conversation(msgspec.Struct, frozen=True):
    """What the entries so far come to."""

    #: Number of entries.
    revision: int = 0
    about: About = About()
    order: Order = Order()
    memory: Memory = Memory()
    #: Idempotency key -> SHA-256 of its body, and the revision with its answer.
    keys: dict[str, tuple[str | None, int]] = {}
    #: Sequence -> the last revision that said something of it.
    told: dict[int, int] = {}
    #: Changes from one agent to another.
    agents_changed: int = 0
    ended: bool = False

    def turns(self) -> list[SaidTurn]:
        """The turns that the verdict rests on."""
        return [self.order.said[s] for s in self.order.spoken]


def fold(given: Conversation, entries: Sequence[Entry], rules: GapRules) -> Conversation:
    """The conversation after further entries."""
    for entry in entries:
        given = _with(given, entry, rules)
    return given


def _with(given: Conversation, entry: Entry, rules: GapRules) -> Conversation:
    revision = given.revision + 1
    order = take(given.order, entry.turns, entry.at, rules)
    before, after = given.about.agent_id, entry.about.agent_id
    changed = before is not None and after is not None and before != after
    keys, told = given.keys, given.told
    if entry.key is not None:
        keys = {**keys, entry.key: (entry.body, revision)}
    if entry.turns:
        told = {**told, **{turn.sequence: revision for turn in entry.turns}}
    return Conversation(
        revision=revision, about=given.about.joined(entry.about),
        order=close(order) if entry.ended else order, memory=entry.memory, keys=keys, told=told,
        agents_changed=given.agents_changed + changed, ended=entry.ended,
    )  # fmt: skip


def transfers(conversation: Conversation, turns: Sequence[SaidTurn]) -> int:
    """Times that a person took over from a bot, or one agent from another."""
    serving = [t.speaker for t in turns if t.speaker in ("agent", "bot")]
    taken = sum(one == "bot" and other == "agent" for one, other in pairwise(serving))
    return taken + conversation.agents_changed


def transcript_of(name: str, about: About, turns: Sequence[SaidTurn]) -> Transcript:
    """The transcript that the nightly run would read."""
    queue = {} if about.queue is None else {"queue": about.queue}
    return Transcript(
        conversation_id=name, turns=tuple(t.turn() for t in turns),
        channel=about.channel or "chat", started_at=about.started_at,
        wait_seconds=about.wait_seconds, agent_id=about.agent_id, team=about.team,
        customer_id=about.customer_id, customer_tier=about.customer_tier,
        attributes={**about.attributes, **queue},
    )  # fmt: skip
