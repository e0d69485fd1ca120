"""What stands in the report, worked out of a run's summary: values only, no markup.

The template lays these values out; figures in them are written already. Charts are in
``ccnlp.report.charts``.
"""

import re
import shlex
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from ccnlp.report.figures import NONE, number, percent, seconds, short_number, threshold
from ccnlp.report.messages import Text, Words, text
from ccnlp.summary import (
    OTHERS,
    UNKNOWN,
    CategoryTally,
    Evidence,
    Flagged,
    GroupTally,
    RunSummary,
)  # fmt: skip
from ccnlp.taxonomy import ITEMS, RISK_CLASSES, RISK_LEVELS, SEVERITIES

#: Share of its threshold from which on an indicator is near it.
NEAR: Final = 0.8
#: Inputs that are named one by one.
MOST_INPUTS: Final = 12

Light = Literal["ok", "near", "over", "info", "empty"]

_UNPRINTABLE: Final = re.compile(r"[^\x20-\x7e]")


class Tile(msgspec.Struct, frozen=True):
    """A headline figure."""

    label: Text
    value: str
    note: Words
    grave: bool = False
    #: The message of the value's unit; empty where it has none.
    unit: str = ""


class Alert(msgspec.Struct, frozen=True):
    """An indicator with its traffic light; ``fill`` and ``mark`` are places on a meter, 0..1."""

    label: Text
    value: str
    note: Text
    limit: Text
    light: Light
    fill: float
    mark: float | None


class Part(msgspec.Struct, frozen=True):
    """One piece of a stacked bar: ``share`` of the bar in [0, 1], coloured by ``tone``."""

    label: Words
    count: int
    share: float
    tone: str


class CategoryRow(msgspec.Struct, frozen=True):
    """A finding category; ``parts`` are its findings by severity, of the longest bar."""

    label: Words
    findings: int
    conversations: int
    share: float
    parts: tuple[Part, ...]


class CategoryGroup(msgspec.Struct, frozen=True):
    """The categories of one risk class that were found, the most frequent first."""

    label: Text
    findings: int
    rows: tuple[CategoryRow, ...]


class ItemRow(msgspec.Struct, frozen=True):
    """An item of the scorecard; ``rate`` in [0, 1], ``None`` where it never applied."""

    label: Words
    rate: float | None
    counts: Mapping[str, int]
    parts: tuple[Part, ...]


class SatisfactionRow(msgspec.Struct, frozen=True):
    """A judgement, estimated or answered; ``parts`` are the shares below, at and above 0."""

    label: Words
    conversations: int
    mean: float | None
    parts: tuple[Part, ...]


class GroupRow(msgspec.Struct, frozen=True):
    """A team or an agent; ``over`` names the figures above their thresholds."""

    label: Words
    team: Words
    tally: GroupTally
    over: frozenset[str]


class FlaggedRow(msgspec.Struct, frozen=True):
    """A conversation for review, with the command that explains it."""

    flagged: Flagged
    categories: tuple[Words, ...]
    reasons: tuple[Words, ...]
    evidence: tuple[tuple[Words, Evidence], ...]
    command: str


class Names:
    """Names of identifiers: a message where the catalogue has one, else the identifier itself."""

    def __init__(self, messages: Mapping[str, object]) -> None:
        self._messages = messages

    def __call__(self, kind: str, identifier: str) -> Words:
        """The name of an identifier of a kind: ``category``, ``item``, ``emotion`` ..."""
        key = f"{kind}.{identifier}"
        return Text(key) if key in self._messages else identifier


def tiles(summary: RunSummary) -> tuple[Tile, ...]:
    """The headline figures."""
    total = summary.total

    def of_all(count: int) -> Words:
        if not total.conversations:
            return NONE
        return text("tile.of_all", share=percent(count / total.conversations, 1))

    score_note = text("tile.score_sub", n=number(total.scored))
    if summary.open_scores:
        score_note = text(
            "tile.score_open", n=number(total.scored), open=number(summary.open_scores)
        )
    response_note: Words = text("tile.none_timed")
    if total.responses:
        response_note = text("tile.response_sub", n=number(total.responses))
    return (
        Tile(
            text("tile.conversations"), number(total.conversations),
            text("tile.conversations_sub", n=number(total.turns)),
        ),
        Tile(text("tile.score"), number(total.mean_score, 1), score_note),
        Tile(text("tile.flagged"), number(total.flagged), of_all(total.flagged)),
        Tile(text("tile.complaints"), number(total.complaints), of_all(total.complaints)),
        Tile(text("tile.handoffs"), number(total.handoffs), of_all(total.handoffs)),
        Tile(text("tile.fatal"), number(total.fatal), text("tile.fatal_sub"), total.fatal > 0),
        Tile(
            text("tile.response"),
            seconds(total.mean_response), response_note,
            unit="report.second" if total.responses else "",
        ),
        Tile(
            text("tile.quarantined"),
            number(sum(summary.run.quarantined.values())) if summary.run else NONE,
            text("tile.quarantined_sub"),
        ),
    )  # fmt: skip


def alerts(summary: RunSummary) -> tuple[Alert, ...]:
    """The indicators that have thresholds, and the share of slow first responses."""
    total, limits = summary.total, summary.alerts
    events = total.risk.get("high", 0) + total.risk.get("critical", 0)
    slow = total.slow_responses / total.responses if total.responses else 0.0
    return (
        _alert(
            "risk_event_share", total.risk_event_share, limits.risk_event_share,
            total.conversations, n=number(events), all=number(total.conversations),
        ),
        _alert(
            "risk_word_share", total.risk_word_share, limits.risk_word_share,
            total.agent_words, n=number(total.risk_words), all=number(total.agent_words),
        ),
        _alert(
            "compliance_complaint_share", total.compliance_complaint_share,
            limits.compliance_complaint_share, total.complaints,
            n=number(total.compliance_complaints), all=number(total.complaints),
        ),
        _alert(
            "slow_responses", slow, None, total.responses,
            seconds=short_number(limits.first_response_seconds),
            n=number(total.slow_responses), all=number(total.responses),
        ),
    )  # fmt: skip


def light_of(value: float, limit: float) -> Light:
    """Green, amber (from ``NEAR`` of the limit on) or red (above it); 0 is always green."""
    if value > limit:
        return "over"
    return "near" if value and value >= NEAR * limit else "ok"


def risk_levels(summary: RunSummary) -> tuple[Part, ...]:
    """All levels, the gravest first."""
    counts = {level: summary.total.risk.get(level, 0) for level in reversed(RISK_LEVELS)}
    return _parts(counts, "level", sum(counts.values()))


def counted(names: Names, kind: str, counts: Mapping[str, int]) -> tuple[tuple[Words, int], ...]:
    """Names with their counts, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return tuple((names(kind, name), count) for name, count in ordered if count)


def category_groups(names: Names, summary: RunSummary) -> tuple[CategoryGroup, ...]:
    """The risk classes in which something was found."""
    rows: dict[str, list[tuple[str, CategoryTally]]] = {}
    categories = summary.known_categories
    for name, tally in summary.categories.items():
        known = categories.get(name)
        if tally.findings:
            rows.setdefault(known.risk_class if known else "other", []).append((name, tally))
    longest = max((t.findings for row in rows.values() for _, t in row), default=1)
    conversations = summary.total.conversations or 1
    groups = []
    for risk_class in (*RISK_CLASSES, "other"):
        found = sorted(rows.get(risk_class, ()), key=lambda row: (-row[1].findings, row[0]))
        if found:
            groups.append(
                CategoryGroup(
                    Text(f"class.{risk_class}"),
                    sum(tally.findings for _, tally in found),
                    tuple(
                        CategoryRow(
                            names("category", name), tally.findings, tally.conversations,
                            tally.conversations / conversations,
                            _parts(
                                {s: tally.severities.get(s, 0) for s in reversed(SEVERITIES)},
                                "severity", longest,
                            ),
                        )
                        for name, tally in found
                    ),
                )
            )  # fmt: skip
    return tuple(groups)


def absent_categories(names: Names, summary: RunSummary) -> tuple[Words, ...]:
    """The categories of which nothing was found."""
    return tuple(
        names("category", name)
        for name in summary.known_categories
        if not summary.categories.get(name, CategoryTally()).findings
    )


def item_rows(names: Names, summary: RunSummary) -> tuple[ItemRow, ...]:
    """The items of the scorecards, in the order of the taxonomy and then by name."""
    order = {name: place for place, name in enumerate(ITEMS)}
    rows = []
    for name in sorted(summary.items, key=lambda n: (order.get(n, len(order)), n)):
        counts = {result: summary.items[name].get(result, 0) for result in _RESULTS}
        judged = counts["pass"] + counts["fail"]
        rows.append(
            ItemRow(
                names("item", name), counts["pass"] / judged if judged else None, counts,
                _parts(counts, "items", sum(counts.values())),
            )
        )  # fmt: skip
    return tuple(rows)


def satisfaction_rows(summary: RunSummary) -> tuple[SatisfactionRow, ...]:
    """Estimated judgements, satisfaction first, and below them what surveys were answered."""
    rows = []
    for name in ("satisfaction", "task_accomplishment", "effectiveness"):
        tally = summary.satisfaction.get(name)
        if tally is not None and tally.conversations:
            low, lower, middle, higher, high = tally.grades
            parts = _signs((low + lower, middle, higher + high))
            label = text(f"satisfaction.{name}")
            rows.append(SatisfactionRow(label, tally.conversations, tally.mean, parts))
    survey = summary.survey
    if survey.answers:
        label, parts = text("satisfaction.survey"), _signs(survey.signs)
        rows.append(SatisfactionRow(label, survey.answers, survey.mean, parts))
    return tuple(rows)


def _signs(counts: tuple[int, int, int]) -> tuple[Part, ...]:
    """Counts below, at and above 0, as parts of a bar that is full."""
    named = zip(("below", "middle", "above"), counts, ("fail", "na", "pass"), strict=True)
    whole = sum(counts) or 1
    return tuple(Part(Text(f"satisfaction.{n}"), c, c / whole, tone) for n, c, tone in named)


def group_rows(
    groups: Mapping[str, GroupTally], summary: RunSummary, teams: Mapping[str, str]
) -> tuple[GroupRow, ...]:
    """Teams or agents, the lowest mean score first; ``teams`` are those of agents."""
    limits = summary.alerts
    rows = []
    for name, tally in groups.items():
        response = tally.mean_response
        over = {
            "events": tally.risk_event_share > limits.risk_event_share,
            "words": tally.risk_word_share > limits.risk_word_share,
            "response": response is not None and response > limits.first_response_seconds,
        }
        rows.append(
            GroupRow(
                group_name(name), group_name(teams[name]) if name in teams else NONE, tally,
                frozenset(key for key, held in over.items() if held),
            )
        )  # fmt: skip

    def place(row: GroupRow) -> tuple[bool, float, int]:
        score = row.tally.mean_score
        return score is None, score or 0.0, -row.tally.conversations

    return tuple(sorted(rows, key=place))


def group_name(name: str) -> Words:
    """An agent, team or day; those that were not given and those summed up have names of ours."""
    if name == UNKNOWN:
        return text("report.unknown")
    return text("report.others") if name == OTHERS else name


def flagged_rows(names: Names, summary: RunSummary) -> tuple[FlaggedRow, ...]:
    """The conversations for review, the gravest first."""
    return tuple(
        FlaggedRow(
            flagged=one,
            categories=tuple(names("category", c) for c in one.categories),
            reasons=tuple(names("reason", r) for r in one.reasons),
            evidence=tuple((names("category", e.category), e) for e in one.evidence),
            command=explain_command(one.conversation_id),
        )
        for one in summary.flagged
    )


def explain_command(conversation_id: str) -> str:
    """The command that explains a conversation, safe to paste whatever the id holds."""
    if all(c.isprintable() for c in conversation_id):
        quoted = shlex.quote(conversation_id)
    else:
        quoted = (
            "$'"
            + _UNPRINTABLE.sub(_escaped, conversation_id.replace("\\", "\\\\").replace("'", "\\'"))
            + "'"
        )
    return (
        f"ccnlp explain -- {quoted}"
        if conversation_id.startswith("-")
        else f"ccnlp explain {quoted}"
    )


def _escaped(match: re.Match[str]) -> str:
    return f"\\U{ord(match[0]):08x}"


def _alert(name: str, value: float, limit: float | None, base: float, **values: str) -> Alert:
    note = text(f"alert.{name}_sub", **values)
    shown = percent(value) if base else NONE
    measured: Light = "info" if base else "empty"
    if limit is None:
        return Alert(
            text(f"alert.{name}"),
            shown,
            note,
            text("alert.unbound"),
            measured,
            min(1.0, value),
            None,
        )
    fill = min(1.0, value / (2 * limit)) if limit else float(value > 0)
    return Alert(
        text(f"alert.{name}"), shown, note, text("alert.threshold", value=threshold(limit)),
        light_of(value, limit) if base else measured, fill, 0.5 if limit else 0.0,
    )  # fmt: skip


def _parts(counts: Mapping[str, int], kind: str, whole: int) -> tuple[Part, ...]:
    return tuple(
        Part(Text(f"{kind}.{name}"), count, count / whole if whole else 0.0, name)
        for name, count in counts.items()
    )


_RESULTS: Final = ("pass", "fail", "not_evaluated", "na")
