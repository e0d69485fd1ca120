"""The values that travel through ccnlp.

Every value is a frozen ``msgspec.Struct``: slotted, comparable, cheap to build and to
write as JSON (docs/decisions/0001-values.md says why not dataclasses). This module imports
nothing of ours. Offsets are Unicode code points into a turn's ORIGINAL text, and always
``text[start:end] == quote``.
"""

from typing import Any, Literal

import msgspec

Speaker = Literal["customer", "agent", "bot", "system"]
Channel = Literal["voice", "chat", "email", "social"]
Severity = Literal["info", "low", "medium", "high", "critical"]
RiskLevel = Literal["none", "low", "medium", "high", "critical"]
ItemResult = Literal["pass", "fail", "na", "not_evaluated"]
#: Whom an error harms that makes a conversation defective (COPC; docs/scoring.md).
Critical = Literal["customer", "business", "compliance"]


class Turn(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One utterance of one speaker, as it was said."""

    speaker: Speaker
    text: str
    #: Seconds from the conversation's start, >= 0.
    start_seconds: float | None = None
    end_seconds: float | None = None


class Transcript(msgspec.Struct, frozen=True, omit_defaults=True):
    """One conversation (see docs/transcript.md)."""

    conversation_id: str
    turns: tuple[Turn, ...]
    channel: Channel = "chat"
    #: RFC 3339 time, as it came.
    started_at: str | None = None
    #: Seconds in the queue before anyone answered, >= 0.
    wait_seconds: float | None = None
    agent_id: str | None = None
    team: str | None = None
    customer_id: str | None = None
    #: Picks the scorecard, e.g. ``vip``.
    customer_tier: str | None = None
    #: Everything else that came with the record; kept and filterable.
    attributes: dict[str, Any] = msgspec.field(default_factory=dict)


class Span(msgspec.Struct, frozen=True, gc=False):
    """A piece of one turn's original text; ``0 <= start < end <= len(text)``."""

    turn: int
    start: int
    end: int
    quote: str


class Finding(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Something a quality reviewer must be able to see, with its evidence."""

    category: str
    severity: Severity
    turn: int
    start: int
    end: int
    quote: str
    speaker: Speaker
    #: Probability in [0, 1] that a careful reviewer would agree.
    confidence: float
    #: Who says so: ``phrases.<category>.<rule>`` or ``model.<name>``.
    source: str
    #: Why, in the language of the quality team.
    explanation: str
    #: Why it does not count (scope, allow-list, anchor ...); ``None`` where it counts.
    suppressed: str | None = None


#: Reason of a head's finding that does not count by itself but may speak for a rule's.
BELOW_THRESHOLD = "below_threshold"


class Act(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A step of the service script found in an agent's or bot's turn, or a cue that one was due."""

    act: str
    turn: int
    start: int
    end: int
    quote: str
    confidence: float
    source: str


class TurnEmotion(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Emotion of one customer or agent turn; ``probability`` of ``label`` in [0, 1]."""

    turn: int
    label: str
    probability: float
    #: Less probable than the recipe's ``unsure_emotion``: no decision rests on it.
    unsure: bool = False


class PiiSpan(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A piece of personal information."""

    type: str
    turn: int
    start: int
    end: int
    quote: str
    confidence: float = 1.0
    #: Which recogniser found it and what supported it.
    source: str = ""


#: What an analyser may answer.
Observation = Finding | Act | TurnEmotion | PiiSpan


class Signals(msgspec.Struct, frozen=True):
    """All observations on one conversation, each tuple ordered by (turn, start)."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    acts: tuple[Act, ...] = ()
    emotions: tuple[TurnEmotion, ...] = ()
    pii: tuple[PiiSpan, ...] = ()
    #: Analyser name -> why it could not judge (a model missing or corrupt).
    not_evaluated: dict[str, str] = msgspec.field(default_factory=dict)


class Timing(msgspec.Struct, frozen=True, gc=False):
    """Seconds and shares; ``None`` where a time stamp is missing, never 0."""

    wait_seconds: float | None = None
    first_response_seconds: float | None = None
    mean_response_seconds: float | None = None
    longest_gap_seconds: float | None = None
    #: Seconds in which two speakers talk at once.
    overlap_seconds: float | None = None
    #: Agent characters / all characters, in [0, 1].
    talk_ratio: float | None = None


class Absence(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Proof that a step was not made: where it was looked for, and what came nearest."""

    #: Turns that were looked at, all where it could have been made in time.
    looked: tuple[int, ...]
    #: What would have passed.
    wordings: tuple[str, ...] = ()
    #: The nearest that was said by the service in the whole conversation, and its likeness to the
    #: wordings in [0, 1] (``scoring.likeness``); ``None`` where nothing was.
    nearest: Span | None = None
    likeness: float = 0.0
    #: The smallest change that would have passed, in the language of the quality team.
    change: str = ""


class ItemScore(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item of the scorecard, judged."""

    item: str
    result: ItemResult
    points: float
    maximum: float
    confidence: float
    evidence: tuple[Span, ...]
    explanation: str
    #: Of a failed item.
    absence: Absence | None = None


class CriticalError(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """An error that makes a conversation defective whatever its score is."""

    kind: Critical
    #: The failed item, or the category of the finding, and the finding's first turn.
    source: str
    turn: int | None = None


class Score(msgspec.Struct, frozen=True):
    """A service-script score in 0..100; a range where an item could not be judged."""

    total: float | None
    minimum: float
    maximum: float
    fatal: bool
    items: tuple[ItemScore, ...]
    #: How the total came about, one step a line.
    arithmetic: tuple[str, ...] = ()
    #: By kind: customer, business, compliance.
    critical: tuple[CriticalError, ...] = ()


class Risk(msgspec.Struct, frozen=True):
    """Conversation risk by the recipe's matrix; ``score`` in [0, 1]."""

    level: RiskLevel
    score: float
    explanation: str = ""
    #: How the level came about, one severity a line and the score.
    arithmetic: tuple[str, ...] = ()


class Complaint(msgspec.Struct, frozen=True, gc=False):
    """Whether the conversation is a complaint, and about what."""

    is_complaint: bool
    confidence: float
    topic: str | None = None
    #: The findings behind it, and the arithmetic of the confidence.
    explanation: str = ""


class Estimate(msgspec.Struct, frozen=True, gc=False):
    """How many judges in a hundred would say -2, -1, 0, 1, 2."""

    #: In [-2, 2]; that of ``distribution``.
    mean: float
    #: Five shares in [0, 1] that sum to 1.
    distribution: tuple[float, ...]


class Satisfaction(msgspec.Struct, frozen=True, gc=False):
    """What judges would say of the service (docs/satisfaction.md).

    All ``None`` where no model is loaded, and where no customer speaks.
    """

    #: Is what the customer came for done?
    task_accomplishment: Estimate | None = None
    #: How content is the customer with the service, whether or not it is done?
    satisfaction: Estimate | None = None
    #: Did customer and service get there with few words?
    effectiveness: Estimate | None = None


class Trigger(msgspec.Struct, frozen=True, gc=False):
    """A reason for an alarm: what was measured at its turn, and the threshold it reached."""

    reason: str
    #: ``confidence`` of a finding in [0, 1]; or a count: ``angry_turns``, ``bot_failures``, and
    #: ``helpless_turns`` of a vulnerable customer.
    measure: str
    value: float
    threshold: float


class Alarm(msgspec.Struct, frozen=True):
    """From which customer turn to which turn a person or supervisor was called for."""

    turn: int
    target: Literal["human", "supervisor"]
    triggers: tuple[Trigger, ...]
    #: ``None`` where it stands at the end.
    cleared: int | None = None


class Handoff(msgspec.Struct, frozen=True):
    """Whether a person or supervisor should take over, and from which customer turn.

    ``turn``, ``target``, ``reasons`` and ``triggers`` are those of the first of ``alarms``.
    """

    recommended: bool
    turn: int | None = None
    target: Literal["human", "supervisor"] | None = None
    reasons: tuple[str, ...] = ()
    explanation: str = ""
    #: One a reason.
    triggers: tuple[Trigger, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    #: Whether the last alarm has not been cleared.
    standing: bool = False
    #: Customer turns from the first alarm to the customer's own demand for a person; ``None``
    #: where one of both is missing.
    turns_early: int | None = None


class PhraseFrequency(msgspec.Struct, frozen=True):
    """Risky phrases in one conversation."""

    #: category -> number of hits.
    counts: dict[str, int]
    agent_words: int
    #: Words inside risk phrases / all words of agent and bot turns, in [0, 1].
    agent_risk_share: float
    customer_words: int


class Trajectory(msgspec.Struct, frozen=True, gc=False):
    """How the mood of one side went; moods are in [-1, 1] (``scoring.trajectory``)."""

    #: Mean mood, and what it rises from first to last turn, in [-3, 3].
    level: float
    trend: float
    #: The lowest mood below 0 and its turn; ``None`` where no turn is below 0.
    peak: float | None = None
    peak_turn: int | None = None
    #: Share of the peak that was made good at the end, in [0, 1].
    recovery: float | None = None


class Trajectories(msgspec.Struct, frozen=True):
    """The course of the emotions; ``None`` where a side has no judged turn."""

    customer: Trajectory | None = None
    agent: Trajectory | None = None
    #: In [0, 1].
    agent_fatigue: float | None = None
    agent_distress: float | None = None


class Provenance(msgspec.Struct, frozen=True):
    """All that made an assessment."""

    engine: str
    recipe: str
    scorecard: str
    models: dict[str, str]


class Assessment(msgspec.Struct, frozen=True):
    """The verdict on one conversation (docs/assessment.md)."""

    conversation_id: str
    provenance: Provenance
    risk: Risk
    findings: tuple[Finding, ...]
    emotions: tuple[TurnEmotion, ...]
    scorecard: Score
    timing: Timing
    complaint: Complaint
    satisfaction: Satisfaction
    handoff: Handoff
    pii: tuple[PiiSpan, ...]
    frequency: PhraseFrequency
    suppressed: tuple[Finding, ...] = ()
    acts: tuple[Act, ...] = ()
    not_evaluated: dict[str, str] = msgspec.field(default_factory=dict)
    trajectory: Trajectories = Trajectories()
