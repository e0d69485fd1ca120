"""Training of satisfaction: the measures, the files, and a small model from our own sentences."""

from pathlib import Path

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from recipes import tiny_recipe

from ccnlp.assets import asset
from ccnlp.config import load_recipe
from ccnlp.encoder.satisfaction import load_satisfaction
from ccnlp.engine import Engine
from ccnlp.errors import InputError
from ccnlp.training.divergence import match_distance, order_aware_divergence, rsnod
from ccnlp.training.satisfaction import (
    fit,
    held_out,
    judged_shares,
    load_satisfaction_settings,
    ngram_rows,
    packed,
    predict,
    read_dialogues,
    read_with_engine,
    satisfaction_figures,
    train_satisfaction,
)

SETTINGS = load_satisfaction_settings(asset("configs", "training", "satisfaction.yaml"))
GRADED = Path(__file__).parents[2] / "shared/data/satisfaction/dch1_train.jsonl"

shares = hnp.arrays(np.float64, (2, 5), elements=st.floats(0, 1)).map(
    lambda a: (a + 1e-9) / (a + 1e-9).sum(axis=-1, keepdims=True)
)


# ---- measures ---------------------------------------------------------------------------------


@settings(deadline=None)
@given(first=shares, second=shares)
def test_identities_of_the_measures(first: np.ndarray, second: np.ndarray) -> None:
    for measure in (match_distance, rsnod):
        apart = measure(first, second)
        assert apart == pytest.approx(measure(second, first))
        assert (apart >= 0).all()
        assert (apart <= 1 + 1e-12).all()
        assert measure(first, first) == pytest.approx(0)
        # turning the order of the grades round changes nothing
        assert measure(first[:, ::-1], second[:, ::-1]) == pytest.approx(apart)


def test_measures_by_hand() -> None:
    low, next_, high = np.eye(5)[[0, 1, 4]]
    assert match_distance(low, high) == 1
    assert match_distance(low, next_) == 0.25
    # one grade is given: DW = |0-0| + |0-4| = 4, so OD = 4 both ways
    assert order_aware_divergence(low, high) == 4
    assert rsnod(low, high) == 1
    assert rsnod(low, next_) == 0.5
    # OD looks at the grades that the second gives: 0 and 1; DW = (1/4, 1/4)
    half = np.array([0.5, 0.5, 0, 0, 0])
    assert order_aware_divergence(low, half) == 0.25
    assert order_aware_divergence(half, low) == 0.25


def test_nearer_grades_count_as_nearer() -> None:
    # what mean-squared error cannot see: the same difference, one grade or four grades away
    low, next_, high = np.eye(5)[[0, 1, 4]]
    assert rsnod(next_, low) < rsnod(high, low)
    assert match_distance(next_, low) < match_distance(high, low)


# ---- a small model ----------------------------------------------------------------------------

GOOD = ("谢谢,已经好了", "太好了,解决了,感谢", "可以了,辛苦了,谢谢")
BAD = ("还是没人管,太差了", "一直没解决,失望", "再也不用了,骗子")
ASKED = ("网断了", "订单没到", "发票开错了", "账单不对")


def _lines() -> list[str]:
    lines = []
    for place in range(48):
        good = place % 2 == 0
        last = (GOOD if good else BAD)[place % 3]
        turns = [
            {"speaker": "customer", "text": ASKED[place % 4]},
            {"speaker": "agent", "text": "您好,请稍等"}, {"speaker": "customer", "text": last},
        ]  # fmt: skip
        grade = 2 if good else -2
        quality = [{"A": grade, "S": grade, "E": 0}] * 3 + [{"A": 0, "S": grade // 2, "E": 1}]
        one = {"transcript": {"conversation_id": f"d{place}", "turns": turns}, "quality": quality}
        lines.append(msgspec.json.encode(one).decode())
    return lines


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    path = tmp_path / "graded.jsonl"
    path.write_text("\n".join(_lines()), "utf-8")
    return path


def test_shares_of_the_judges(graded: Path) -> None:
    truth = judged_shares(read_dialogues(graded))
    assert truth.sum(axis=-1) == pytest.approx(1)
    assert truth[0].tolist() == [
        [0, 0, 0.25, 0, 0.75],
        [0, 0, 0, 0.25, 0.75],
        [0, 0, 0.75, 0.25, 0],
    ]


def test_held_out_dialogues_are_judged_and_what_is_packed_says_the_same(
    graded: Path, tmp_path: Path
) -> None:
    dialogues = read_dialogues(graded)
    recipe = load_recipe(tiny_recipe(tmp_path / "recipe"))
    out = tmp_path / "ours" / "1"
    manifest = train_satisfaction(graded, "ours", recipe, SETTINGS, out, "by hand")
    assert manifest.figures["S.below_zero_accuracy"] == 1
    assert manifest.settings["needs"] == ["phrases"]
    reads = read_with_engine(Engine(recipe), [d.transcript for d in dialogues])
    fitted = fit(reads, judged_shares(dialogues), SETTINGS)
    plain = predict(reads, ngram_rows(reads, SETTINGS), fitted)
    model = load_satisfaction(out)
    said = model.distributions(
        [r.speakers for r in reads], [r.texts for r in reads], [r.facts for r in reads]
    )
    assert said == pytest.approx(plain, abs=2e-3)
    first = (out / "weights.safetensors").read_bytes()
    train_satisfaction(graded, "ours", recipe, SETTINGS, out, "by hand")
    assert (out / "weights.safetensors").read_bytes() == first
    assert set(packed(fitted, SETTINGS)) == {
        "weights", "unit", "fact_weights", "fact_unit", "bias", "directions", "middle",
    }  # fmt: skip
    engine = Engine(msgspec.structs.replace(recipe, models={"satisfaction": out}))
    made = engine.score_many([d.transcript for d in dialogues[:2]])
    assert made[0].satisfaction.satisfaction.mean > 0 > made[1].satisfaction.satisfaction.mean


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"transcript": {"conversation_id": "d", "turns": []}}', "quality"),
        ("{", "truncated"),
        ('{"transcript": {"conversation_id": "d", "turns": []}, "quality": []}', "no judge"),
        (
            '{"transcript": {"conversation_id": "d", "turns": []}, "quality":'
            ' [{"A": 3, "S": 0, "E": 0}]}',
            "grade outside",
        ),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, what: str) -> None:
    path = tmp_path / "wrong.jsonl"
    path.write_text("\n".join([*_lines()[:3], line]), "utf-8")
    with pytest.raises(InputError, match=what) as caught:
        read_dialogues(path)
    assert "wrong.jsonl:4" in str(caught.value)


@pytest.mark.skipif(not GRADED.exists(), reason="the graded Weibo dialogues are not here")
def test_real_dialogues_held_out() -> None:
    dialogues = read_dialogues(GRADED)[:900]
    truth = judged_shares(dialogues)
    reads = read_with_engine(Engine(load_recipe()), [d.transcript for d in dialogues])
    halves = msgspec.structs.replace(SETTINGS, folds=2)
    figures = satisfaction_figures(held_out(reads, truth, halves), truth)
    flat = satisfaction_figures(np.broadcast_to(truth.mean(axis=0), truth.shape), truth)
    assert figures["S.below_zero_accuracy"] > 0.78
    for letter in "ASE":
        assert figures[f"{letter}.nmd"] < 0.8 * flat[f"{letter}.nmd"]
        assert figures[f"{letter}.rsnod"] < 0.85 * flat[f"{letter}.rsnod"]
