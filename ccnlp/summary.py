"""What a run tells a manager: a value of bounded size that grows with no number of conversations.

Each chunk of conversations is summed up where it was scored (``ccnlp.summing``), and the sums are
put together (``merge``). All of it is counts, sums and the heads of sorted lists; evidence in it
is masked, so that a report can be passed on. docs/store.md lists the fields.
"""

import math
from typing import Any, Final, TypeVar, cast

import msgspec

from ccnlp.alerts import Alerts
from ccnlp.taxonomy import CATEGORIES, Category
from ccnlp.types import RiskLevel, Severity

T = TypeVar("T", bound=msgspec.Struct)

#: Upper edges (seconds, exclusive) of the buckets of first responses; one more lies above.
RESPONSE_EDGES: Final = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
#: Length of the lists of slowest first responses and of top flagged conversations.
SLOWEST: Final = 20
TOP_FLAGGED: Final = 50
#: Pieces of evidence kept of one flagged conversation.
EVIDENCE: Final = 5
#: Most agents, teams or days that are told apart; further ones are summed up under ``OTHERS``.
MOST_GROUPS: Final = 2_000
OTHERS: Final = "(others)"
#: Key of agents, teams and days that were not given.
UNKNOWN: Final = ""


class CategoryTally(msgspec.Struct, frozen=True):
    """One finding category."""

    conversations: int = 0
    findings: int = 0
    #: Severity -> findings.
    severities: dict[str, int] = {}


class GroupTally(msgspec.Struct, frozen=True):
    """Conversations of one agent, one team, or all."""

    conversations: int = 0
    turns: int = 0
    #: Conversations whose score is one number, and the sum of these scores (0..100).
    scored: int = 0
    score_sum: float = 0.0
    fatal: int = 0
    #: Risk level -> conversations.
    risk: dict[str, int] = {}
    complaints: int = 0
    #: Complaints with a finding of risk class ``compliance``.
    compliance_complaints: int = 0
    handoffs: int = 0
    flagged: int = 0
    #: Words of agent and bot turns, and of these inside risky phrases.
    agent_words: int = 0
    risk_words: float = 0.0
    #: Finding category -> conversations.
    categories: dict[str, int] = {}
    #: Conversations with a known first response, the sum in seconds, and those over the limit.
    responses: int = 0
    response_sum: float = 0.0
    slow_responses: int = 0
    #: Kind of critical error (``customer``, ``business``, ``compliance``) -> conversations with
    #: one, and errors.
    critical: dict[str, int] = {}
    critical_errors: dict[str, int] = {}

    @property
    def mean_score(self) -> float | None:
        """Mean score in 0..100; ``None`` where no conversation has one."""
        return self.score_sum / self.scored if self.scored else None

    @property
    def risk_word_share(self) -> float:
        """Words inside risky phrases / all words of agents and bots, in [0, 1]."""
        return self.risk_words / self.agent_words if self.agent_words else 0.0

    @property
    def risk_event_share(self) -> float:
        """Conversations of risk high or critical / all, in [0, 1]."""
        events = self.risk.get("high", 0) + self.risk.get("critical", 0)
        return events / self.conversations if self.conversations else 0.0

    @property
    def compliance_complaint_share(self) -> float:
        """Complaints with a compliance finding / all complaints, in [0, 1]."""
        return self.compliance_complaints / self.complaints if self.complaints else 0.0

    @property
    def mean_response(self) -> float | None:
        """Mean first response in seconds; ``None`` where none is known."""
        return self.response_sum / self.responses if self.responses else None


class DayTally(msgspec.Struct, frozen=True):
    """Conversations that began on one day."""

    conversations: int = 0
    #: Finding category -> number of risky phrases.
    phrases: dict[str, int] = {}
    agent_words: int = 0
    risk_words: float = 0.0
    complaints: int = 0
    #: Conversations of risk high or critical.
    risk_events: int = 0

    @property
    def risk_word_share(self) -> float:
        """Words inside risky phrases / all words of agents and bots, in [0, 1]."""
        return self.risk_words / self.agent_words if self.agent_words else 0.0


class GradeTally(msgspec.Struct, frozen=True):
    """An estimated judgement (``types.Satisfaction``) over conversations."""

    conversations: int = 0
    #: Shares of -2, -1, 0, 1, 2 in ten-thousandths, added up: whole, so that any order adds alike.
    grades: tuple[int, ...] = (0,) * 5

    @property
    def shares(self) -> tuple[float, ...]:
        """Mean share a grade, in [0, 1]."""
        whole = sum(self.grades)
        return tuple(grade / whole if whole else 0.0 for grade in self.grades)

    @property
    def mean(self) -> float | None:
        """Mean grade in [-2, 2]; ``None`` without a conversation."""
        if not self.conversations:
            return None
        return sum(grade * share for grade, share in zip(range(-2, 3), self.shares, strict=True))


class SurveyTally(msgspec.Struct, frozen=True):
    """Real answers to surveys, and the estimates of the same conversations, from -2 to 2."""

    answers: int = 0
    #: Answers below, at and above 0.
    signs: tuple[int, int, int] = (0, 0, 0)
    #: In thousandths.
    answer_sum: int = 0
    #: Conversations that have both an answer and an estimate; of these the sums in thousandths,
    #: and the sums of squares and products in millionths.
    estimated: int = 0
    both_sum: int = 0
    estimate_sum: int = 0
    both_squares: int = 0
    estimate_squares: int = 0
    products: int = 0

    @property
    def mean(self) -> float | None:
        """Mean answer; ``None`` without one."""
        return self.answer_sum / 1000 / self.answers if self.answers else None

    @property
    def correlation(self) -> float | None:
        """Pearson's r of answers and estimates, in [-1, 1]; ``None`` where either never varies."""
        count = self.estimated
        first = count * self.both_squares - self.both_sum**2
        second = count * self.estimate_squares - self.estimate_sum**2
        if first <= 0 or second <= 0:
            return None
        shared = count * self.products - self.both_sum * self.estimate_sum
        return max(-1.0, min(1.0, shared / math.sqrt(first) / math.sqrt(second)))


class SlowResponse(msgspec.Struct, frozen=True):
    """A conversation whose first response took long."""

    seconds: float
    conversation_id: str
    agent_id: str | None
    team: str | None
    started_at: str | None


class Evidence(msgspec.Struct, frozen=True):
    """One finding of a flagged conversation; ``quote`` is masked."""

    category: str
    severity: Severity
    turn: int
    speaker: str
    quote: str
    confidence: float


class Flagged(msgspec.Struct, frozen=True):
    """A conversation that stands in the review queue."""

    conversation_id: str
    level: RiskLevel
    #: Risk in [0, 1].
    risk: float
    #: Service score in 0..100; ``None`` where an item could not be judged.
    score: float | None
    fatal: bool
    complaint: bool
    topic: str | None
    handoff: bool
    #: Why it was flagged: see ``ccnlp.alerts.queue_reasons``.
    reasons: tuple[str, ...]
    #: Finding categories, the gravest first.
    categories: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    channel: str
    agent_id: str | None
    team: str | None
    started_at: str | None


class RunFacts(msgspec.Struct, frozen=True):
    """What is true of a run as a whole, set when it ends."""

    recipe: str
    recipe_digest: str
    engine: str
    #: RFC 3339 times with offset.
    started_at: str
    finished_at: str
    seconds: float
    inputs: tuple[str, ...]
    files: int
    #: Reason's code -> records in quarantine.
    quarantined: dict[str, int] = {}
    #: Code -> warnings on records that were read.
    warnings: dict[str, int] = {}
    encodings: dict[str, int] = {}
    #: Analyser -> why it could not judge in this run.
    not_evaluated: dict[str, str] = {}
    #: The recipe's models -> name, version and digest, of those that judged.
    models: dict[str, str] = {}
    #: Categories that the recipe added.
    categories: dict[str, Category] = {}
    #: Turns that encoders judged, and texts that they had to read for that: the rest was known.
    encoder_turns: int = 0
    encoder_read: int = 0


class RunSummary(msgspec.Struct, frozen=True):
    """The figures of a run. Empty as it stands; ``merge`` adds two up."""

    alerts: Alerts = Alerts()
    total: GroupTally = GroupTally()
    #: Channel -> conversations.
    channels: dict[str, int] = {}
    #: Finding category -> tally.
    categories: dict[str, CategoryTally] = {}
    #: ``customer`` or ``agent`` (bots count as agents) -> for each tenth of the conversation, from
    #: its start: emotion -> turns.
    emotions: dict[str, tuple[dict[str, int], ...]] = {}
    teams: dict[str, GroupTally] = {}
    agents: dict[str, GroupTally] = {}
    #: Agent -> one of the agent's teams.
    agent_teams: dict[str, str] = {}
    #: ``YYYY-MM-DD`` -> tally.
    days: dict[str, DayTally] = {}
    #: First responses a bucket of ``RESPONSE_EDGES``; the last one lies above them all.
    responses: tuple[int, ...] = (0,) * (len(RESPONSE_EDGES) + 1)
    slowest: tuple[SlowResponse, ...] = ()
    #: Conversations by score: 0..10, 10..20, ... 90..100; the ends belong to the higher one.
    scores: tuple[int, ...] = (0,) * 10
    #: Conversations whose score is a range.
    open_scores: int = 0
    #: Item -> ``pass``, ``fail``, ``na``, ``not_evaluated`` -> conversations.
    items: dict[str, dict[str, int]] = {}
    #: Reason -> conversations in which a handoff is recommended.
    handoffs: dict[str, int] = {}
    #: Personal information, type -> spans.
    pii: dict[str, int] = {}
    #: Estimated judgement -> tally.
    satisfaction: dict[str, GradeTally] = {}
    survey: SurveyTally = SurveyTally()
    #: The gravest first.
    flagged: tuple[Flagged, ...] = ()
    run: RunFacts | None = None

    @property
    def known_categories(self) -> dict[str, Category]:
        """Those that ship, then those that the run's recipe added."""
        return {**CATEGORIES, **(self.run.categories if self.run else {})}


def merge(first: RunSummary, second: RunSummary) -> RunSummary:
    """The summary of both; ``alerts`` and, if it has any, ``run`` are those of ``first``."""
    return RunSummary(
        alerts=first.alerts,
        total=added(first.total, second.total),
        channels=added(first.channels, second.channels),
        categories=added(first.categories, second.categories),
        emotions=added(first.emotions, second.emotions),
        teams=bounded(added(first.teams, second.teams)),
        agents=bounded(added(first.agents, second.agents)),
        agent_teams=_first_known(first.agent_teams, second.agent_teams),
        days=bounded(added(first.days, second.days)),
        responses=added(first.responses, second.responses),
        slowest=tuple(sorted(first.slowest + second.slowest, key=slow_place)[:SLOWEST]),
        scores=added(first.scores, second.scores),
        open_scores=first.open_scores + second.open_scores,
        items=added(first.items, second.items),
        handoffs=added(first.handoffs, second.handoffs),
        pii=added(first.pii, second.pii),
        satisfaction=added(first.satisfaction, second.satisfaction),
        survey=added(first.survey, second.survey),
        flagged=tuple(sorted(first.flagged + second.flagged, key=_flag_place)[:TOP_FLAGGED]),
        run=first.run or second.run,
    )


def grave_first(
    risk: float, fatal: bool, score: float | None, conversation_id: str
) -> tuple[float, bool, float, str]:
    """Sorts the gravest first: by risk, then a veto, then the lowest score, then by id."""
    return -risk, not fatal, 100.0 if score is None else score, conversation_id


def _flag_place(flagged: Flagged) -> tuple[float, bool, float, str]:
    return grave_first(flagged.risk, flagged.fatal, flagged.score, flagged.conversation_id)


def _first_known(first: dict[str, str], second: dict[str, str]) -> dict[str, str]:
    new = [name for name in second if name not in first][: MOST_GROUPS - len(first)]
    return {**first, **{name: second[name] for name in new}}


def slow_place(slow: SlowResponse) -> tuple[float, str]:
    """Sorts the slowest first, then by id."""
    return -slow.seconds, slow.conversation_id


def added(first: Any, second: Any) -> Any:
    """The sum of two tallies of one shape: field by field, key by key, place by place."""
    if isinstance(first, dict):
        both = dict(first)
        for key, value in second.items():
            both[key] = added(both[key], value) if key in both else value
        return both
    if isinstance(first, tuple):
        return tuple(map(added, first, second))
    if isinstance(first, msgspec.Struct):
        fields = first.__struct_fields__
        return type(first)(*(added(getattr(first, f), getattr(second, f)) for f in fields))
    return first + second


def bounded(groups: dict[str, T]) -> dict[str, T]:
    """At most ``MOST_GROUPS`` names; those that came later are summed up under ``OTHERS``."""
    if len(groups) <= MOST_GROUPS:
        return groups
    named = [name for name in groups if name != OTHERS]
    kept = {name: groups[name] for name in named[: MOST_GROUPS - 1]}
    rest = [groups[name] for name in named[MOST_GROUPS - 1 :]]
    if OTHERS in groups:
        rest.append(groups[OTHERS])
    total = rest[0]
    for one in rest[1:]:
        total = cast(T, added(total, one))
    kept[OTHERS] = total
    return kept
