"""The figures of the report and the words around them."""

import math
import re
from pathlib import Path

import msgspec
import pytest
from report_samples import full_summary, group

from ccnlp.errors import ConfigError
from ccnlp.ingest.rules import RULES
from ccnlp.report import charts, figures, view
from ccnlp.report.messages import FIRST, LOCALES, Text, load_catalogues, plain, say, text
from ccnlp.summary import OTHERS, UNKNOWN, DayTally, GroupTally, RunSummary
from ccnlp.taxonomy import (
    CATEGORIES,
    CHANNELS,
    EMOTIONS,
    ITEMS,
    PII_TYPES,
    RISK_CLASSES,
    RISK_LEVELS,
    SEVERITIES,
    SPEAKERS,
)

CATALOGUES = load_catalogues()
CHINESE = CATALOGUES[FIRST].messages
NAMES = view.Names(CHINESE)


# ---- figures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0, "0.0%"), (0.00471, "0.47%"), (0.0999, "9.99%"), (0.1, "10.0%"), (1.0, "100.0%"),
     (None, "–"), (math.nan, "–")],
)  # fmt: skip
def test_shares(share: float | None, shown: str) -> None:
    assert figures.percent(share) == shown


def test_numbers_and_times() -> None:
    assert figures.number(1234567) == "1,234,567"
    assert figures.number(81.66, 1) == "81.7"
    assert figures.threshold(0.005) == "0.5%"
    assert figures.threshold(0.15) == "15%"
    assert figures.seconds(4.25) == "4.2"
    assert figures.seconds(1204.2) == "1,204"
    assert figures.clock("2026-03-01T09:00:05.123+08:00") == "2026-03-01 09:00"
    assert figures.clock("2026-03-01T09:00:05.123+08:00", full=True) == "2026-03-01 09:00:05 +08:00"
    assert figures.clock("yesterday") == "yesterday"
    assert figures.clock(None) == "–"


# ---- lights ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "limit", "light"),
    [(0.0, 0.03, "ok"), (0.0239, 0.03, "ok"), (0.024, 0.03, "near"), (0.03, 0.03, "near"),
     (0.0301, 0.03, "over"), (0.0, 0.0, "ok"), (0.001, 0.0, "over")],
)  # fmt: skip
def test_lights(value: float, limit: float, light: str) -> None:
    assert view.light_of(value, limit) == light


def test_nothing_measured_has_no_light() -> None:
    assert {alert.light for alert in view.alerts(RunSummary())} == {"empty"}


def test_meters_stay_within_their_scale() -> None:
    total = msgspec.structs.replace(group(8), risk_words=1e9)
    for alert in view.alerts(RunSummary(total=total)):
        assert 0 <= alert.fill <= 1


# ---- rows --------------------------------------------------------------------------------------


def test_categories_stand_under_their_risk_class() -> None:
    groups = view.category_groups(NAMES, full_summary())
    assert [g.label.key for g in groups] == [f"class.{c}" for c in RISK_CLASSES]
    for one in groups:
        assert one.findings == sum(row.findings for row in one.rows)
        counts = [row.findings for row in one.rows]
        assert counts == sorted(counts, reverse=True)
    longest = max(sum(p.share for p in row.parts) for one in groups for row in one.rows)
    assert longest == pytest.approx(1.0)
    absent = view.absent_categories(NAMES, full_summary())
    assert absent == (Text("category.offline_dealing"), Text("category.agent_distress"))


def test_pass_rate_leaves_out_what_does_not_apply() -> None:
    summary = RunSummary(items={"greeting": {"pass": 3, "fail": 1, "na": 6}, "own": {"na": 2}})
    known, own = view.item_rows(NAMES, summary)
    assert known.rate == 0.75
    assert sum(part.share for part in known.parts) == pytest.approx(1.0)
    assert own.rate is None
    assert own.label == "own"


def test_the_lowest_score_stands_first_and_the_unknown_last() -> None:
    agents = {"a": group(1), "b": group(9), "c": GroupTally(conversations=2), UNKNOWN: group(4)}
    rows = view.group_rows(agents, full_summary(), {"a": "华东"})
    assert [row.label for row in rows] == ["b", Text("report.unknown"), "a", "c"]
    assert rows[2].team == "华东"
    assert rows[0].over == {"events", "words", "response"}
    assert view.group_name(OTHERS) == Text("report.others")


# ---- charts ------------------------------------------------------------------------------------


def test_emotions_of_a_tenth_add_up() -> None:
    for chart in charts.emotion_charts(NAMES, full_summary()):
        for tenth in range(10):
            assert sum(row[tenth] for row in chart.data["shares"]) == pytest.approx(100, abs=0.1)
        assert len(chart.rows) == 10
        assert all(len(row) == len(chart.head) for row in chart.rows)


def test_many_days_are_shown_as_months() -> None:
    days = {f"2026-{m:02d}-{d:02d}": DayTally(1, {"churn": 2}, 100, 1.0) for m in range(1, 7)
            for d in range(1, 29)}  # fmt: skip
    days[UNKNOWN] = DayTally(1, {"churn": 5}, 100, 9.0)
    counts, shares = charts.day_charts(NAMES, RunSummary(days=days))
    assert counts.title == Text("days.counts_monthly")
    assert counts.data["days"] == [*(f"2026-{m:02d}" for m in range(1, 7)), {"k": "report.unknown"}]
    assert counts.data["counts"] == [[56] * 6 + [5]]
    assert shares.data["shares"][0] == pytest.approx(1.0)
    few, _ = charts.day_charts(NAMES, full_summary())
    assert len(few.data["days"]) == 14


def test_no_data_no_chart() -> None:
    assert charts.emotion_charts(NAMES, RunSummary()) == ()
    assert charts.score_chart(RunSummary()) is None
    assert charts.response_chart(RunSummary()) is None
    assert charts.day_charts(NAMES, RunSummary()) == ()


# ---- messages ----------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", CATALOGUES)
def test_every_identifier_has_a_name(tag: str) -> None:
    wanted = {
        "category": [*CATEGORIES, "bot_failed", "anger"], "emotion": EMOTIONS, "item": ITEMS,
        "pii": PII_TYPES, "class": RISK_CLASSES, "level": RISK_LEVELS, "severity": SEVERITIES,
        "speaker": SPEAKERS, "channel": CHANNELS, "input_code": RULES, "mend": RULES,
        "reason": ("risk", "complaint", "handoff", "fatal", "score"),
    }  # fmt: skip
    messages = CATALOGUES[tag].messages
    missing = {f"{kind}.{i}" for kind, ids in wanted.items() for i in ids} - messages.keys()
    assert missing == set()


def test_chinese_names_are_those_of_the_taxonomy() -> None:
    for category in CATEGORIES.values():
        assert CHINESE[f"category.{category.id}"] == category.chinese
    for kind, names in (("emotion", EMOTIONS), ("item", ITEMS)):
        for identifier, name in names.items():
            assert CHINESE[f"{kind}.{identifier}"] == name


def test_every_message_is_said_somewhere() -> None:
    package = LOCALES.parent
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in (*package.glob("*.py"), *package.glob("templates/*"),
                     package / "static" / "report.js")
    )  # fmt: skip
    composed = re.compile(
        r"(category|emotion|item|items|pii|class|level|severity|speaker|channel|input_code|mend"
        r"|reason|analyser|nav|alert|satisfaction)\."
    )
    unsaid = [k for k in CHINESE if not composed.match(k) and f'"{k}"' not in sources]
    assert unsaid == ["emotions.customer", "emotions.agent"]  # sides of a summary


def test_words_and_their_plurals() -> None:
    english = CATALOGUES["en"]
    assert say(english, text("tile.conversations_sub", n="1")) == "1 turn"
    assert say(english, text("tile.conversations_sub", n="1,200")) == "1,200 turns"
    assert say(english, Text("no.such")) == "no.such"
    assert say(english, "{n}") == "{n}"
    inner = text("report.footer", engine=text("report.unknown"))
    assert say(english, inner) == "Made by ccnlp Not given"
    assert plain(inner) == {"k": "report.footer", "v": {"engine": {"k": "report.unknown"}}}


def test_a_language_must_have_all_keys(tmp_path: Path) -> None:
    whole = (LOCALES / f"{FIRST}.yaml").read_text(encoding="utf-8")
    (tmp_path / f"{FIRST}.yaml").write_text(whole, encoding="utf-8")
    (tmp_path / "fr.yaml").write_text("language: Français\nmessages: {report: {title: Rapport}}\n")
    with pytest.raises(ConfigError, match=r"fr\.yaml: key alert"):
        load_catalogues(tmp_path)


# ---- colours -----------------------------------------------------------------------------------


def _luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(2 * c for c in colour)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [("ink", "page"), ("ink", "surface"), ("ink", "sunken"), ("ink", "info-soft"),
     ("muted", "page"), ("muted", "surface"), ("muted", "sunken"), ("accent", "surface"),
     ("ok", "ok-soft"), ("near-ink", "near-soft"), ("over", "over-soft"), ("over", "surface"),
     ("info", "info-soft")],
)  # fmt: skip
def test_text_reaches_contrast_aa(ink: str, ground: str, scheme: int) -> None:
    css = (LOCALES.parent / "static" / "report.css").read_text(encoding="utf-8")
    found = re.findall(r"--([\w-]+): #([0-9a-f]{3,6})", css)
    half = next(i for i, (name, _) in enumerate(found) if name == "page" and i)
    tokens = dict(found[half:] if scheme else found[:half])
    light, dark = sorted((_luminance(tokens[ink]), _luminance(tokens[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
