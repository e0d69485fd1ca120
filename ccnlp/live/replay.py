"""Plays recorded conversations to a hook, and compares what it said with the nightly verdict."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

import msgspec

from ccnlp.engine import Engine
from ccnlp.live.hook import Hook
from ccnlp.live.messages import About, SaidTurn, TurnsAnswer, TurnsRequest
from ccnlp.scoring.handoff import turns_between
from ccnlp.types import Assessment, Transcript

#: Seconds taken for a turn where a transcript tells none.
_PAUSE: Final = 2.0
#: Customer turns of the curve.
CURVE: Final = range(6)


class Hears(Protocol):
    """What a replay speaks to: ``AsyncLiveClient``, or ``InProcess``."""

    async def say(self, name: str, turns: Sequence[SaidTurn], **about: Any) -> TurnsAnswer:
        """Send turns."""
        ...

    async def end(self, name: str, **about: Any) -> Assessment:
        """End a conversation."""
        ...


class InProcess:
    """A hook without a server."""

    def __init__(self, hook: Hook) -> None:
        self._hook = hook

    async def say(self, name: str, turns: Sequence[SaidTurn], **about: Any) -> TurnsAnswer:
        """See ``Hook.take``."""
        told = self._hook.take(name, TurnsRequest(turns=tuple(turns), **about))
        return msgspec.json.decode(told.body, type=TurnsAnswer)

    async def end(self, name: str, **about: Any) -> Assessment:
        """See ``Hook.end``."""
        return msgspec.json.decode(self._hook.end(name, About(**about)).body, type=Assessment)


class Played(msgspec.Struct, frozen=True):
    """What a hook said of one conversation."""

    transcript: Transcript
    ended: Assessment
    #: Last turn said when a handoff was first recommended, and when an action was first told.
    raised: int | None
    acted: int | None
    degraded: int


class Replay(msgspec.Struct, frozen=True):
    """Figures of a replay; shares in [0, 1]."""

    conversations: int
    turns: int
    #: Share of conversations whose last verdict is the nightly one, all of it.
    same_assessment: float
    #: Share in which a handoff was first recommended at the nightly verdict's turn, or in neither.
    same_handoff_turn: float
    #: Recommended live, though the night's verdict recommends none, of 100 conversations without.
    false_transfers: float
    #: Answers by rules alone.
    degraded: int
    #: Customer turns k -> share of conversations with a demand for a person in which the handoff
    #: was recommended at least k customer turns before it; empty where nobody demanded one.
    turns_early: dict[int, float]


async def play(
    hears: Hears, transcripts: Sequence[Transcript], *, speed: float = 0.0, together: int = 50
) -> list[Played]:
    """Play conversations, ``together`` at once.

    ``speed`` 1 is as fast as they were said, 0 without pause.
    """
    gate = asyncio.Semaphore(together)

    async def one(transcript: Transcript) -> Played:
        async with gate:
            return await _play_one(hears, transcript, speed)

    return list(await asyncio.gather(*map(one, transcripts)))


def compare(played: Sequence[Played], engine: Engine) -> Replay:
    """What was said live beside what the engine says of the whole conversations."""
    nightly = engine.score_many([p.transcript for p in played])
    pairs = list(zip(played, nightly, strict=True))
    calm = [p for p, night in pairs if not night.handoff.recommended]
    early = [
        turns_between(p.transcript, p.raised, min(demands))
        for p, night in pairs
        if (demands := [f.turn for f in night.findings if f.category == "human_request"])
        and p.raised is not None
    ]
    return Replay(
        conversations=len(played), turns=sum(len(p.transcript.turns) for p in played),
        same_assessment=_share([p.ended == night for p, night in pairs]),
        same_handoff_turn=_share([p.raised == night.handoff.turn for p, night in pairs]),
        false_transfers=100 * _share([p.raised is not None for p in calm], empty=0.0),
        degraded=sum(p.degraded for p in played),
        turns_early={k: round(_share([e >= k for e in early]), 4) for k in CURVE} if early else {},
    )  # fmt: skip


async def _play_one(hears: Hears, transcript: Transcript, speed: float) -> Played:
    about = {
        name: value
        for name in ("channel", "started_at", "wait_seconds", "agent_id", "team", "customer_id",
                     "customer_tier", "attributes")
        if (value := getattr(transcript, name)) is not None
    }  # fmt: skip
    raised = acted = None
    degraded = 0
    for sequence, pause in enumerate(_pauses(transcript)):
        if speed:
            await asyncio.sleep(pause / speed)
        turn = transcript.turns[sequence]
        said = SaidTurn(sequence, turn.speaker, turn.text, turn.start_seconds, turn.end_seconds)
        answer = await hears.say(transcript.conversation_id, [said], **about)
        degraded += answer.degraded
        if raised is None and answer.handoff.recommended:
            raised = sequence
        action = answer.handoff.action
        if acted is None and "none" not in (action.would_do or action.do):
            acted = sequence
    ended = await hears.end(transcript.conversation_id)
    return Played(transcript, ended, raised, acted, degraded)


def _pauses(transcript: Transcript) -> Iterator[float]:
    """Seconds before each turn."""
    before = 0.0
    for turn in transcript.turns:
        if turn.start_seconds is None:
            yield _PAUSE
        else:
            yield max(0.0, turn.start_seconds - before)
            before = turn.start_seconds


def _share(held: Sequence[bool], empty: float = 1.0) -> float:
    return sum(held) / len(held) if held else empty
