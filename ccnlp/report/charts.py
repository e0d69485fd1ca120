"""The series of the report's charts, and what each says in a sentence for those who do not see it.

Only numbers and identifiers go to the page's script; it draws them in its colours and language.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

import msgspec

from ccnlp.report.figures import clock, number, percent, seconds, short_number, threshold
from ccnlp.report.messages import Text, Words, text
from ccnlp.report.view import Names, group_name
from ccnlp.summary import OTHERS, RESPONSE_EDGES, UNKNOWN, DayTally, RunSummary, added
from ccnlp.taxonomy import RISK_CLASSES, Category

#: Days that a chart can show so that one can tell them apart.
MOST_DAYS: Final = 92

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d\Z")


class Chart(msgspec.Struct, frozen=True):
    """One chart with the table of what it draws."""

    #: Names the drawing function of report.js.
    kind: str
    title: Text
    #: What it shows, in a sentence.
    summary: Text
    #: What the drawing function gets, as JSON.
    data: dict[str, Any]
    #: Names of series with the colour token of each.
    legend: tuple[tuple[Words, str], ...]
    head: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]


def emotion_charts(names: Names, summary: RunSummary) -> tuple[Chart, ...]:
    """Emotions of customers and of agents by tenth of the conversation, where there are any."""
    charts = []
    for side, tenths in summary.emotions.items():
        seen = {label for tenth in tenths for label, count in tenth.items() if count}
        if not seen:
            continue
        known = [label for label in _EMOTION_ORDER if label in seen]
        labels = known + sorted(seen - set(known))
        totals = [sum(tenth.values()) for tenth in tenths]
        shares = [  # a row a tenth
            [tenth.get(label, 0) / total if total else 0.0 for label in labels]
            for tenth, total in zip(tenths, totals, strict=True)
        ]
        shown = tuple(names("emotion", label) for label in labels)
        charts.append(
            Chart(
                kind="emotions",
                title=Text(f"emotions.{side}"),
                summary=text(
                    "emotions.summary", side=Text(f"emotions.{side}"),
                    first=_leading(shown, shares[0]), last=_leading(shown, shares[-1]),
                ),
                data={
                    "labels": labels,
                    "shares": [
                        [round(100 * row[i], 2) for row in shares] for i in range(len(labels))
                    ],
                    "turns": totals,
                },
                legend=tuple(
                    (name, f"emotion-{label}" if label in known else "emotion-other")
                    for name, label in zip(shown, labels, strict=True)
                ),
                head=(Text("emotions.axis"), *shown, Text("emotions.turns")),
                rows=tuple(
                    (_tenth(place), *(percent(s, 1) for s in row), number(total))
                    for place, (row, total) in enumerate(zip(shares, totals, strict=True))
                ),
            )
        )  # fmt: skip
    return tuple(charts)


def score_chart(summary: RunSummary) -> Chart | None:
    """How many conversations have which score; ``None`` where none has one."""
    if not any(summary.scores):
        return None
    below = summary.alerts.queue.score_below
    ranges = [f"{10 * place}–{10 * place + 10}" for place in range(10)]
    return Chart(
        kind="scores",
        title=Text("scores.histogram"),
        summary=text(
            "scores.summary", n=number(sum(summary.scores)),
            mean=number(summary.total.mean_score, 1), low=number(sum(summary.scores[:5])),
        ),
        data={"labels": ranges, "counts": summary.scores, "below": below,
              "mean": round(summary.total.mean_score or 0.0, 1)},
        legend=((text("scores.below", value=short_number(below)), "bar-low"),) if below else (),
        head=(Text("scores.axis"), Text("scores.count")),
        rows=tuple((r, number(n)) for r, n in zip(ranges, summary.scores, strict=True)),
    )  # fmt: skip


def response_chart(summary: RunSummary) -> Chart | None:
    """How many conversations had which first response; ``None`` where none is known."""
    if not any(summary.responses):
        return None
    limit = summary.alerts.first_response_seconds
    total = summary.total
    labels: list[Words] = [text("responses.under", n=str(RESPONSE_EDGES[0]))]
    labels += [f"{a}–{b}" for a, b in pairwise(RESPONSE_EDGES)]
    labels.append(text("responses.from", n=str(RESPONSE_EDGES[-1])))
    starts = (0, *RESPONSE_EDGES)
    return Chart(
        kind="responses",
        title=Text("responses.histogram"),
        summary=text(
            "responses.summary", n=number(total.responses), mean=seconds(total.mean_response),
            slow=number(total.slow_responses), limit=short_number(limit),
        ),
        data={"starts": starts, "counts": summary.responses, "limit": limit},
        legend=((text("responses.limit", seconds=short_number(limit)), "bar-low"),),
        head=(Text("responses.axis"), Text("responses.count")),
        rows=tuple((a, number(n)) for a, n in zip(labels, summary.responses, strict=True)),
    )  # fmt: skip


def day_charts(names: Names, summary: RunSummary) -> tuple[Chart, ...]:
    """Risky phrases a day by risk class, and the share of risk words in what agents said.

    More than ``MOST_DAYS`` days are shown as months.
    """
    if not summary.days:
        return ()
    monthly = len(summary.days) > MOST_DAYS
    given = _months(summary.days) if monthly else summary.days
    days = sorted(given.items(), key=lambda row: (row[0] in (UNKNOWN, OTHERS), row[0]))
    labels = [group_name(day) for day, _ in days]
    counts = [_by_class(tally, summary.known_categories) for _, tally in days]
    classes = [name for name in (*RISK_CLASSES, "other") if any(name in c for c in counts)]
    sums = [sum(c.values()) for c in counts]
    shares = [tally.risk_word_share for _, tally in days]
    most, highest = sums.index(max(sums)), shares.index(max(shares))
    limit = summary.alerts.risk_word_share
    day_names = [day if isinstance(label, str) else {"k": label.key}
                 for (day, _), label in zip(days, labels, strict=True)]  # fmt: skip
    return (
        Chart(
            kind="days",
            title=Text("days.counts_monthly" if monthly else "days.counts"),
            summary=text(
                "days.counts_summary", days=number(len(summary.days)), n=number(sum(sums)),
                day=labels[most], most=number(sums[most]),
            ),
            data={"days": day_names, "classes": classes,
                  "counts": [[c.get(name, 0) for c in counts] for name in classes]},
            legend=tuple((Text(f"class.{name}"), f"class-{name}") for name in classes),
            head=(Text("days.day"), *(Text(f"class.{c}") for c in classes), Text("report.total")),
            rows=tuple(
                (label, *(number(c.get(name, 0)) for name in classes), number(total))
                for label, c, total in zip(labels, counts, sums, strict=True)
            ),
        ),
        Chart(
            kind="shares",
            title=Text("days.share"),
            summary=text(
                "days.share_summary", most=percent(shares[highest]), day=labels[highest],
                threshold=threshold(limit),
            ),
            data={"days": day_names, "shares": [round(100 * s, 4) for s in shares],
                  "limit": 100 * limit},
            legend=((text("days.threshold", value=threshold(limit)), "threshold"),),
            head=(Text("days.day"), Text("days.conversations"), Text("days.events"),
                  Text("days.complaints"), Text("days.share")),
            rows=tuple(
                (label, number(t.conversations), number(t.risk_events), number(t.complaints),
                 percent(t.risk_word_share, 2))
                for label, (_, t) in zip(labels, days, strict=True)
            ),
        ),
    )  # fmt: skip


def slowest_rows(summary: RunSummary) -> tuple[tuple[Words, ...], ...]:
    """Seconds, conversation, agent, team and start of the slowest first responses."""
    return tuple(
        (seconds(s.seconds), s.conversation_id, group_name(s.agent_id or UNKNOWN),
         group_name(s.team or UNKNOWN), clock(s.started_at))
        for s in summary.slowest
    )  # fmt: skip


def _by_class(tally: DayTally, categories: Mapping[str, Category]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, count in tally.phrases.items():
        known = categories.get(name)
        risk_class = known.risk_class if known else "other"
        counts[risk_class] = counts.get(risk_class, 0) + count
    return counts


def _months(days: Mapping[str, DayTally]) -> dict[str, DayTally]:
    """Days put together by month; what is no day stays as it is."""
    months: dict[str, DayTally] = {}
    for day, tally in days.items():
        month = day[:7] if _DAY.match(day) else day
        months[month] = added(months[month], tally) if month in months else tally
    return months


def _leading(labels: tuple[Words, ...], shares: list[float]) -> tuple[Text, ...]:
    """The two greatest shares of a tenth, in words."""
    greatest = sorted(range(len(labels)), key=lambda i: -shares[i])[:2]
    return tuple(
        text("emotions.part", emotion=labels[i], share=percent(shares[i], 1))
        for i in greatest if shares[i]
    )  # fmt: skip


def _tenth(place: int) -> Text:
    return text("emotions.tenth", n=str(place + 1))


#: Bottom to top, so that what calls for attention stands at the axis.
_EMOTION_ORDER: Final = ("angry", "sad", "fear", "surprise", "happy", "neutral")
