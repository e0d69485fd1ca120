"""What the hook is told and what it answers: the bodies of its HTTP interface (docs/live.md)."""

from typing import Annotated, Any, Literal

import msgspec

from ccnlp.types import (
    Act,
    Alarm,
    Channel,
    Finding,
    PiiSpan,
    Risk,
    RiskLevel,
    Speaker,
    Trigger,
    Turn,
)  # fmt: skip

#: Bounds of one request, in turns, code points and turns of a conversation.
_Turns = msgspec.Meta(min_length=1, max_length=200)
_Text = Annotated[str, msgspec.Meta(max_length=20_000)]
_Sequence = Annotated[int, msgspec.Meta(ge=0, le=9_999)]
_Seconds = Annotated[float, msgspec.Meta(ge=0)]
_Name = Annotated[str, msgspec.Meta(max_length=200)]


class SaidTurn(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One turn as a platform sends it; not ``final`` while a recogniser may still change it."""

    #: Place in the conversation, from 0.
    sequence: _Sequence
    speaker: Speaker
    text: _Text
    #: Seconds from the conversation's start, >= 0.
    start_seconds: _Seconds | None = None
    end_seconds: _Seconds | None = None
    final: bool = True

    def turn(self) -> Turn:
        """The turn as the engine takes it."""
        return Turn(self.speaker, self.text, self.start_seconds, self.end_seconds)


class About(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is known of a conversation beside its turns; what is given later stands."""

    channel: Channel | None = None
    #: RFC 3339 time.
    started_at: _Name | None = None
    wait_seconds: _Seconds | None = None
    agent_id: _Name | None = None
    team: _Name | None = None
    customer_id: _Name | None = None
    customer_tier: _Name | None = None
    #: The queue whose policy holds (configs/live/default.yaml).
    queue: _Name | None = None
    attributes: dict[str, Any] = {}

    def joined(self, later: "About") -> "About":
        """What is known with ``later``, which goes before."""
        said = {
            name: value
            for name in About.__struct_fields__
            if (value := getattr(later, name)) is not None and name != "attributes"
        }
        return msgspec.structs.replace(
            self, **said, attributes={**self.attributes, **later.attributes}
        )


class TurnsRequest(
    About, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True
):
    """Body of ``POST /v1/conversations/{id}/turns``."""

    turns: Annotated[tuple[SaidTurn, ...], _Turns]
    #: Agents of the queue that are free now; ``None``: not known.
    free_agents: Annotated[int, msgspec.Meta(ge=0)] | None = None

    def about(self) -> About:
        """The part that is not turns."""
        return About(**{name: getattr(self, name) for name in About.__struct_fields__})


class Action(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the platform should do now, by the queue's policy.

    ``transfer`` gives the conversation to a person, ``supervise`` calls a supervisor,
    ``call_back`` promises a call because nobody can take over now; ``none``: nothing new.
    """

    do: Literal["none", "transfer", "supervise", "call_back"] = "none"
    #: Whether this answer is the one that tells it for the first time.
    new: bool = False
    #: What held an action back, or made another of it: ``threshold``, ``cooldown``,
    #: ``transfer_loop``, ``closed``, ``nobody_free``, ``partial``.
    because: str | None = None
    #: The policy is in shadow mode: what it would have done stands here, and ``do`` is ``none``.
    would_do: str | None = None
    #: Whom to serve first, in [0, 2]: the risk in [0, 1], and what the policy adds for a tier.
    priority: float = 0.0


class LiveHandoff(msgspec.Struct, frozen=True):
    """The handoff of the turns so far, as the nightly run gives it, and the policy's action."""

    recommended: bool
    #: Whether an alarm stands now.
    standing: bool
    turn: int | None
    target: Literal["human", "supervisor"] | None
    reasons: tuple[str, ...]
    #: In [0, 1]: the surest trigger of the alarm; 1 where a count reached its threshold.
    confidence: float
    #: What was measured at ``turn``, and the threshold that it reached.
    triggers: tuple[Trigger, ...]
    explanation: str
    action: Action


class LiveEmotion(msgspec.Struct, frozen=True):
    """Emotion of the last judged turn; ``trend`` in [-3, 3] is that of its side."""

    turn: int
    label: str
    probability: float
    trend: float
    unsure: bool = False


class LiveRisk(msgspec.Struct, frozen=True):
    """Risk so far."""

    level: RiskLevel
    score: float
    explanation: str = ""


class Step(msgspec.Struct, frozen=True):
    """A step of the service script that is due now."""

    item: str
    #: What would pass, the first is the usual one.
    wordings: tuple[str, ...]
    why: str


class Mask(msgspec.Struct, frozen=True):
    """Personal information to hide before the turn is shown or kept."""

    type: str
    turn: int
    start: int
    end: int


class Assist(msgspec.Struct, frozen=True):
    """Help for the agent, about the turns of this request."""

    step: Step | None = None
    #: What an agent or bot should not have said.
    forbidden: tuple[Finding, ...] = ()
    mask: tuple[Mask, ...] = ()


class TurnsAnswer(msgspec.Struct, frozen=True):
    """What is answered to turns."""

    conversation_id: str
    #: The highest sequence of the request.
    sequence: int
    #: Turns that the verdict rests on.
    judged: int
    handoff: LiveHandoff
    #: Those that no earlier answer told.
    findings: tuple[Finding, ...]
    emotion: LiveEmotion | None
    risk: LiveRisk
    assist: Assist
    #: Models were left out, for want of time or because they failed: rules alone judged.
    degraded: bool = False
    #: The verdict counts a text that the recogniser may still change.
    provisional: bool = False
    #: An earlier turn was changed or filled in, and all was judged again.
    revised: bool = False
    #: Sequences that are waited for; later turns are held until they come.
    waiting_for: tuple[int, ...] = ()
    #: Sequences that never came and are not waited for any more.
    missing: tuple[int, ...] = ()
    revision: int = 0


class BoardRow(msgspec.Struct, frozen=True):
    """A conversation in one line, for those who watch."""

    conversation_id: str
    revision: int
    turns: int
    risk: LiveRisk
    action: Action
    standing: bool
    reasons: tuple[str, ...]
    emotion: LiveEmotion | None
    queue: str | None
    agent_id: str | None
    customer_tier: str | None
    degraded: bool
    ended: bool = False


class Shown(msgspec.Struct, frozen=True):
    """A conversation under way, or just ended: ``GET /v1/conversations/{id}``."""

    conversation_id: str
    revision: int
    ended: bool
    about: About
    turns: tuple[Turn, ...]
    waiting_for: tuple[int, ...]
    missing: tuple[int, ...]
    risk: Risk
    findings: tuple[Finding, ...]
    acts: tuple[Act, ...]
    alarms: tuple[Alarm, ...]
    pii: tuple[PiiSpan, ...]


class ErrorAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Body of every answer that is an error."""

    what: str
    where: str = ""
    mend: str = ""
