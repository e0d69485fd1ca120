"""Satisfaction without a survey: the shipped model, what it reads, and what it says."""

import shutil
from pathlib import Path

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import msgspec
import numpy as np
import pytest
from assessments import assessment, transcript
from conversations import talk, transcripts
from hypothesis import given, settings
from rich.console import Console

from ccnlp.alerts import Alerts
from ccnlp.assets import asset
from ccnlp.config import load_recipe
from ccnlp.encoder.satisfaction import (
    JUDGED,
    PLACES,
    load_satisfaction,
    nearest_distributions,
    places_of,
)
from ccnlp.engine import Engine
from ccnlp.errors import UnavailableError
from ccnlp.explain import explain
from ccnlp.report import view
from ccnlp.report.html import render_report
from ccnlp.scoring.facts import WHOLE, conversation_facts
from ccnlp.scoring.satisfaction import rounded_parts, survey_grade
from ccnlp.scoring.trajectory import measure_trajectories
from ccnlp.summary import RunSummary, SurveyTally, merge
from ccnlp.summing import summarise
from ccnlp.types import Assessment, Estimate, Satisfaction, Transcript

FOLDER = asset("models", "satisfaction", "1")
ENGINE = Engine(load_recipe())
CONTENT = talk(
    "C 我的宽带上不了网了,能帮我看一下吗", "A 您好,已为您刷新端口,请重启路由器再试",
    "C 好了,能上网了,太谢谢你了,服务真好!", "A 不客气,祝您生活愉快",
)  # fmt: skip
CROSS = talk(
    "C 投诉三次了都没人管,你们是骗子吗", "A 您好,请耐心等待",
    "C 等了半个月了,还是没有人处理,太失望了,垃圾服务", "A 请您耐心等待",
    "C 永远都是这句话,再也不用你们了",
)  # fmt: skip


# ---- what is said -----------------------------------------------------------------------------


def test_content_and_cross_customers_are_told_apart() -> None:
    content, cross = (a.satisfaction for a in ENGINE.score_many([CONTENT, CROSS]))
    for name in JUDGED:
        assert getattr(content, name).mean > 0.5 > -0.5 > getattr(cross, name).mean, name
    assert ENGINE.score(CONTENT).provenance.models["satisfaction"] == (
        load_satisfaction(FOLDER).manifest.digest
    )


@settings(max_examples=60, deadline=None)
@given(transcript=transcripts)
def test_distributions_sum_to_one_wherever_a_customer_speaks(transcript: Transcript) -> None:
    made = ENGINE.score(transcript).satisfaction
    spoken = any(turn.speaker == "customer" for turn in transcript.turns)
    for name in JUDGED:
        estimate = getattr(made, name)
        assert (estimate is not None) == spoken
        if estimate is None:
            continue
        parts = [round(10_000 * share) for share in estimate.distribution]
        assert sum(parts) == 10_000
        assert min(parts) >= 0
        assert estimate.distribution == tuple(part / 10_000 for part in parts)
        assert estimate.mean == pytest.approx(sum((k - 2) * p for k, p in enumerate(parts)) / 1e4)


def test_an_assessment_is_the_contract_and_comes_back() -> None:
    made = ENGINE.score(CROSS)
    raw = msgspec.json.encode(made)
    plain = msgspec.json.decode(raw)["satisfaction"]
    assert list(plain) == list(JUDGED)
    assert list(plain["satisfaction"]) == ["mean", "distribution"]
    assert len(plain["effectiveness"]["distribution"]) == 5
    assert msgspec.json.decode(raw, type=Assessment) == made


def test_given_name_and_number_move_nothing() -> None:
    other = talk("C 我叫王建国,手机13800138000,宽带断了", "A 好的,马上处理")
    again = talk("C 我叫王志强,手机13912345678,宽带断了", "A 好的,马上处理")
    assert ENGINE.score(other).satisfaction == ENGINE.score(again).satisfaction


# ---- without the model ------------------------------------------------------------------------


def _engine(folder: Path, **changed: object) -> Engine:
    recipe = load_recipe()
    models = {**recipe.models, "satisfaction": folder}
    return Engine(msgspec.structs.replace(recipe, models=models, **changed))


def test_a_missing_model_is_said_and_all_else_stays(tmp_path: Path) -> None:
    engine = _engine(tmp_path / "nowhere")
    made, whole = engine.score(CROSS), ENGINE.score(CROSS)
    assert made.satisfaction == Satisfaction()
    assert "no manifest" in made.not_evaluated["satisfaction"]
    assert "satisfaction" not in made.provenance.models
    same = {"satisfaction", "not_evaluated", "provenance"}
    for field in set(Assessment.__struct_fields__) - same:
        assert getattr(made, field) == getattr(whole, field), field


def test_a_damaged_model_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder)
    raw = bytearray((folder / "weights.safetensors").read_bytes())
    raw[-1] ^= 1
    (folder / "weights.safetensors").write_bytes(raw)
    engine = _engine(folder)
    assert "not the file that was shipped" in engine.not_evaluated["satisfaction"]
    assert engine.score(CONTENT).satisfaction.satisfaction is None


def test_a_model_of_another_kind_is_refused() -> None:
    with pytest.raises(UnavailableError, match="judges no satisfaction: linear"):
        load_satisfaction(asset("models", "linear", "1"))


def test_an_analyser_that_the_model_was_trained_with_must_be_there() -> None:
    engine = _engine(FOLDER, analysers=("phrases", "heads", "privacy"))
    assert "needs what is not there: emotion" in engine.not_evaluated["satisfaction"]
    assert engine.score(CONTENT).satisfaction == Satisfaction()


def test_a_recipe_that_names_no_model_misses_none() -> None:
    recipe = load_recipe()
    models = {n: p for n, p in recipe.models.items() if n != "satisfaction"}
    engine = Engine(msgspec.structs.replace(recipe, models=models))
    assert "satisfaction" not in engine.not_evaluated
    assert engine.score(CONTENT).satisfaction == Satisfaction()


def test_the_shipped_model_is_small_and_meets_its_bar() -> None:
    manifest = load_satisfaction(FOLDER).manifest
    assert sum(f.stat().st_size for f in FOLDER.iterdir()) < 2_000_000
    assert manifest.figures["S.below_zero_accuracy"] >= 0.82
    assert [(d.licence, d.rows) for d in manifest.data] == [("CC BY 4.0", 3100)]


# ---- what is read -----------------------------------------------------------------------------


def test_places_of_turns() -> None:
    standing = places_of(["system", "customer", "bot", "customer", "agent", "customer"])
    found = {name: [t for p, t in standing if p == place] for place, name in enumerate(PLACES)}
    assert found == {
        "first_customer": [1], "later_customer": [3, 5], "last_customer": [5],
        "service": [2, 4], "last_service": [4],
    }  # fmt: skip
    assert places_of(["customer"]) == [(0, 0)]
    assert places_of(["system"]) == []


@settings(max_examples=40, deadline=None)
@given(transcript=transcripts)
def test_facts_are_whole_thousandths(transcript: Transcript) -> None:
    (seen,) = ENGINE.observe([transcript])
    moods = measure_trajectories(transcript, seen.signals)
    for name, value in conversation_facts(transcript, seen.signals, moods).items():
        assert isinstance(value, int), name
        assert -WHOLE <= value <= WHOLE, name


def test_facts_by_hand() -> None:
    (seen,) = ENGINE.observe([CROSS])
    facts = conversation_facts(CROSS, seen.signals, measure_trajectories(CROSS, seen.signals))
    assert facts["customer_turns.3"] == facts["service_turns.2"] == facts["ends.customer"] == WHOLE
    assert "customer_turns.4" not in facts
    emotions = {e.turn: e for e in seen.signals.emotions}
    last = emotions[4]
    assert facts[f"emotion.last.{last.label}"] == round(WHOLE * last.probability)
    assert facts["finding.complaint"] == round(
        WHOLE * max(f.confidence for f in seen.signals.findings if f.category == "complaint")
    )
    assert facts["finding.churn"] == facts["finding.churn.end"]


@settings(max_examples=30, deadline=None)
@given(one=transcripts, other=transcripts)
def test_neighbours_change_no_bit(one: Transcript, other: Transcript) -> None:
    model = load_satisfaction(FOLDER)
    both = [CROSS, one, other, CONTENT]

    def shares(chosen: list[Transcript]) -> np.ndarray:
        seen = ENGINE.observe(chosen)
        return model.distributions(
            [[t.speaker for t in c.turns] for c in chosen],
            [s.texts for s in seen],
            [
                conversation_facts(c, s.signals, measure_trajectories(c, s.signals))
                for c, s in zip(chosen, seen, strict=True)
            ],
        )

    assert shares(both)[1].tobytes() == shares([one])[0].tobytes()


# ---- numbers ----------------------------------------------------------------------------------

values = hnp.arrays(np.float64, (3, 5), elements=st.floats(-2, 2))
weights = hnp.arrays(np.float64, (3, 5), elements=st.floats(0.001, 1))


@settings(deadline=None)
@given(values=values, other=weights)
def test_no_distribution_is_nearer(values: np.ndarray, other: np.ndarray) -> None:
    found = nearest_distributions(values)
    assert found.min() >= 0
    assert found.sum(axis=-1) == pytest.approx(1)
    assert nearest_distributions(found) == pytest.approx(found)
    other = other / other.sum(axis=-1, keepdims=True)
    apart = ((values - found) ** 2).sum(axis=-1)
    assert (apart <= ((values - other) ** 2).sum(axis=-1) + 1e-9).all()


@settings(deadline=None)
@given(values=weights)
def test_rounded_parts_sum_to_the_whole(values: np.ndarray) -> None:
    shares = values / values.sum(axis=-1, keepdims=True)
    parts = rounded_parts(shares)
    assert (parts.sum(axis=-1) == 10_000).all()
    assert np.abs(parts / 10_000 - shares).max() <= 4e-4


# ---- beside real answers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "grade"),
    [
        ({"survey_score": 5}, 2.0), ({"survey_score": "3"}, 0.0), ({"survey_score": 1.0}, -2.0),
        ({"survey_score": 10, "survey_scale": "0-10"}, 2.0),
        ({"survey_score": 1, "survey_scale": [1, 2]}, -2.0),
        ({"survey_score": 6}, None), ({"survey_score": "好"}, None), ({"survey_score": True}, None),
        ({"survey_score": 3, "survey_scale": "3-3"}, None), ({"survey_score": "nan"}, None),
        ({"survey_score": 3, "survey_scale": 5}, None), ({"survey_scale": "1-5"}, None), ({}, None),
    ],
)  # fmt: skip
def test_survey_answers(attributes: dict[str, object], grade: float | None) -> None:
    assert survey_grade(attributes) == grade


def _surveyed(place: int) -> tuple[Transcript, Assessment]:
    spoken = msgspec.structs.replace(
        transcript(f"c{place}"), attributes={"survey_score": 1 + place % 5}
    )
    low = (place % 5) / 10
    estimate = Estimate(1 - 4 * (0.5 - low), (0.5 - low, 0.0, 0.25, 0.0, 0.25 + low))
    made = msgspec.structs.replace(
        assessment(f"c{place}"), satisfaction=Satisfaction(estimate, estimate, None)
    )
    return spoken, made


def test_a_summary_holds_estimates_beside_answers() -> None:
    pairs = [_surveyed(place) for place in range(10)]
    whole = summarise(pairs, Alerts())
    parts = RunSummary()
    for pair in pairs:
        parts = merge(parts, summarise([pair], Alerts()))
    assert parts == whole
    assert whole.survey.signs == (4, 2, 4)
    assert whole.survey.mean == pytest.approx(0)
    assert whole.survey.correlation == pytest.approx(1)
    tally = whole.satisfaction["satisfaction"]
    assert tally.conversations == 10
    assert tally.shares == pytest.approx((0.3, 0, 0.25, 0, 0.45))
    assert tally.mean == pytest.approx(0.3)
    assert "effectiveness" not in whole.satisfaction
    rows = view.satisfaction_rows(whole)
    assert [r.conversations for r in rows] == [10, 10, 10]
    assert [part.count for part in rows[-1].parts] == [4, 2, 4]
    assert "与 10 份真实答卷的相关系数" in render_report(whole)


def test_no_correlation_without_variance() -> None:
    assert SurveyTally().correlation is None
    assert summarise([_surveyed(0), _surveyed(5)], Alerts()).survey.correlation is None
    assert view.satisfaction_rows(RunSummary()) == ()


def test_explain_shows_both() -> None:
    screen = Console(width=160)
    surveyed = msgspec.structs.replace(CROSS, attributes={"survey_score": 1})
    with screen.capture() as caught:
        screen.print(explain(surveyed, ENGINE.score(surveyed), Alerts()))
    text = caught.get()
    assert "estimated, shares of -2 to 2" in text
    assert "1: -2.00 on the scale from -2 to 2" in text
