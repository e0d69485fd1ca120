"""Back ends behind one interface: mean, cascade, what a recipe says, and what is missing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from conversations import SENTENCES, talk
from judges import FixedJudge, views_of

from ccnlp.assets import asset
from ccnlp.config import load_recipe
from ccnlp.encoder.linear import load_linear
from ccnlp.engine import Engine
from ccnlp.errors import ConfigError, UnavailableError
from ccnlp.judges.base import EMOTION_LABELS, LABELS, may_say, speaker_rows
from ccnlp.judges.build import Judges
from ccnlp.judges.cascade import CascadeJudge
from ccnlp.judges.classifier import emotion_columns
from ccnlp.judges.linear import LinearJudge
from ccnlp.judges.mean import MeanJudge

LINEAR = asset("models", "linear", "1")
RICH = [f"{'ACAC'[i % 4]} {s}" for i, s in enumerate(SENTENCES)]


def recipe_with(folder: Path, models: str) -> Path:
    """The shipped recipe with other models, written into a folder of its own."""
    configs = asset("configs")
    given = asset("configs", "recipes", "default.yaml").read_text("utf-8")
    head = given[: given.index("models:")].replace("../", f"{configs}/")
    path = folder / "recipe.yaml"
    path.write_text(f"{head}\n{models}", encoding="utf-8")
    return path


class TestLinear:
    def test_columns_stand_in_the_taxonomys_order_and_only_of_who_can_say_them(self) -> None:
        judge = LinearJudge(load_linear(LINEAR))
        views = views_of(*RICH)
        said = judge.judge(views)
        allowed = may_say("findings", speaker_rows(views))
        assert not said.part("findings")[~allowed].any()
        assert said.part("findings")[allowed].all()
        assert np.allclose(said.part("emotion").sum(axis=1), 1)
        own = judge.model.probabilities([v.normal.text for v in views[:1]], [0], ["agent"])
        alone = judge.judge([msgspec.structs.replace(views[0], previous=views[0])])
        for part, head in (("emotion", "emotion"), ("findings", "service_findings")):
            for column, label in enumerate(judge.model.heads[head].labels):
                place = LABELS[part].index(label)
                assert alone.part(part)[0, place] == own[head][0, column]

    def test_a_part_that_is_not_judged_is_no_zero(self) -> None:
        less = msgspec.structs.replace(LinearJudge(load_linear(LINEAR)).judge([]), acts=None)
        assert less.part("findings").shape == (0, 19)
        with pytest.raises(LookupError, match="acts"):
            less.part("acts")


class TestMean:
    def test_weights_count_by_their_ratio(self) -> None:
        one, two, views = FixedJudge("one"), FixedJudge("two"), views_of(*RICH)
        said = MeanJudge([one, two], [3, 1]).judge(views)
        for part in ("emotion", "findings", "acts"):
            wanted = 0.75 * one.judge(views).part(part) + 0.25 * two.judge(views).part(part)
            assert np.allclose(said.part(part), wanted)

    def test_sharpness_makes_surer_and_moves_no_label(self) -> None:
        one, two, views = FixedJudge("one"), FixedJudge("two"), views_of(*RICH)
        dull = MeanJudge([one, two], [1, 1]).judge(views).part("emotion")
        sharp = MeanJudge([one, two], [1, 1], sharpness=1.5).judge(views).part("emotion")
        assert (dull.argmax(axis=1) == sharp.argmax(axis=1)).all()
        assert np.allclose(sharp.sum(axis=1), 1)
        assert (sharp.max(axis=1) > dull.max(axis=1)).all()

    def test_a_prior_multiplies_the_odds_of_its_emotion(self) -> None:
        one, two, views = FixedJudge("one"), FixedJudge("two"), views_of(*RICH)
        plain = MeanJudge([one, two], [1, 1]).judge(views).part("emotion")
        moved = MeanJudge([one, two], [1, 1], prior={"neutral": 2}).judge(views).part("emotion")
        assert np.allclose(moved.sum(axis=1), 1)
        assert np.allclose(moved[:, 0] / moved[:, 2], 2 * plain[:, 0] / plain[:, 2])
        assert np.allclose(moved[:, 1] / moved[:, 2], plain[:, 1] / plain[:, 2])

    def test_one_that_judges_less_leaves_its_part_to_the_others(self) -> None:
        less = FixedJudge("less")
        less.parts = frozenset({"emotion"})
        more, views = FixedJudge("more"), views_of(*RICH)
        said = MeanJudge([less, more], [1, 1]).judge(views)
        assert (said.part("findings") == more.judge(views).part("findings")).all()


class TestCascade:
    SURE = (0.99, 0.002, 0.002, 0.002, 0.002, 0.002)

    def test_only_what_is_open_is_asked_of_the_second(self) -> None:
        quick, slow = FixedJudge("quick", {"好的": self.SURE}), FixedJudge("slow")
        quick.parts = slow.parts = frozenset({"emotion"})
        views = views_of("C 好的", "C 气死了", "A 好的")
        said = CascadeJudge(quick, slow, 0.9).judge(views).part("emotion")
        assert slow.asked == [["气死了"]]
        assert said[0].tolist() == said[2].tolist() == list(self.SURE)
        assert (said[1] == slow.judge(views[1:2]).part("emotion")[0]).all()

    def test_a_finding_in_doubt_keeps_a_turn_open(self) -> None:
        quick, slow = FixedJudge("quick", {"好的": self.SURE}), FixedJudge("slow")
        CascadeJudge(quick, slow, 0.9).judge(views_of("C 好的"))
        assert slow.asked == [["好的"]]

    def test_all_settled_asks_nobody_and_neighbours_change_nothing(self) -> None:
        quick, slow = FixedJudge("quick", {"好的": self.SURE}), FixedJudge("slow")
        quick.parts = slow.parts = frozenset({"emotion"})
        judge = CascadeJudge(quick, slow, 0.9)
        assert judge.judge(views_of("C 好的")).part("emotion").tolist() == [list(self.SURE)]
        assert slow.asked == []
        views = views_of(*RICH)
        together = judge.judge(views).part("emotion")
        for row, view in zip(together, views, strict=True):
            assert (judge.judge([view]).part("emotion")[0] == row).all()


def _truncated(folder: Path) -> None:
    file = folder / "weights.safetensors"
    file.write_bytes(file.read_bytes()[:1000])


def _no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _half_a_manifest(folder: Path) -> None:
    file = folder / "manifest.json"
    file.write_bytes(file.read_bytes()[:200])


def _gone(folder: Path) -> None:
    shutil.rmtree(folder)


class TestMissing:
    MODELS = (
        "models: {{other: {other}, linear: {linear}}}\n"
        "judges:\n"
        "  both: {{mean: {{other: 0.5, linear: 0.5}}, findings_from: 0.9}}\n"
        "  emotion: both\n"
        "  heads: both\n"
    )

    @pytest.mark.parametrize("harm", [_truncated, _no_manifest, _half_a_manifest, _gone])
    def test_what_is_left_of_a_mean_judges_and_it_is_said(
        self, tmp_path: Path, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
    ) -> None:
        other = shutil.copytree(LINEAR, tmp_path / "other" / "1")
        harm(other)
        text = self.MODELS.format(other=other, linear=LINEAR)
        engine = Engine(load_recipe(recipe_with(tmp_path, text)))
        assert list(engine.not_evaluated) == ["models.other"]
        assert str(other) in engine.not_evaluated["models.other"]
        assert "model_missing" in caplog.text
        (made,) = engine.score_many([talk(*RICH)])
        assert made.not_evaluated == engine.not_evaluated
        alone = Engine(
            load_recipe(recipe_with(tmp_path, f"models: {{emotion: {LINEAR}, heads: {LINEAR}}}"))
        ).score(talk(*RICH))
        # its own thresholds, not those of the mean
        assert made.findings == alone.findings
        assert made.emotions == alone.emotions
        assert made.provenance.models == alone.provenance.models
        assert made.scorecard == alone.scorecard

    def test_a_fallback_judges_where_the_model_is_missing(self, tmp_path: Path) -> None:
        text = (
            f"models: {{encoder: {tmp_path}/none, linear: {LINEAR}}}\n"
            "judges:\n  emotion: {model: encoder, fallback: linear}\n  heads: linear\n"
        )
        made = Engine(load_recipe(recipe_with(tmp_path, text))).score(talk(*RICH))
        assert made.emotions
        assert list(made.not_evaluated) == ["models.encoder"]

    def test_without_one_the_analyser_is_not_evaluated(self, tmp_path: Path) -> None:
        text = f"models: {{encoder: {tmp_path}/none, linear: {LINEAR}}}\n" + (
            "judges: {emotion: encoder, heads: linear}\n"
        )
        made = Engine(load_recipe(recipe_with(tmp_path, text))).score(talk(*RICH))
        assert set(made.not_evaluated) == {"emotion", "models.encoder"}
        assert made.emotions == ()
        empathy = next(i for i in made.scorecard.items if i.item == "empathy")
        assert empathy.result == "not_evaluated"


class TestRecipe:
    @pytest.mark.parametrize(
        ("judges", "message"),
        [
            ("a: {model: linear, mean: {linear: 1}}", "not one of model, mean, cascade"),
            ("a: nobody", "no model or judge 'nobody'"),
            ("a: {mean: {linear: 0}}", "a weight is not above 0"),
            ("a: {cascade: {first: linear, then: linear, sure: 0.4}}", "between 0.5 and 1"),
            ("{a: b, b: a}", "in a circle: a > b > a"),
            ("a: {model: linear, sharpness: 0}", "is not above 0"),
            ("a: {model: linear, prior: {calm: 2}}", "no emotion 'calm'"),
            ("a: {model: linear, prior: {neutral: 0}}", "is not above 0"),
        ],
    )
    def test_a_wrong_judge_is_refused_with_line_and_key(
        self, tmp_path: Path, judges: str, message: str
    ) -> None:
        held = judges if judges.startswith("{") else f"{{{judges}}}"
        text = f"models: {{linear: {LINEAR}}}\njudges: {held}\n"
        with pytest.raises(ConfigError, match=message) as caught:
            load_recipe(recipe_with(tmp_path, text))
        assert "recipe.yaml:" in caught.value.where
        assert "judges" in caught.value.where

    def test_an_analyser_that_nobody_judges_for_is_a_fault(self, tmp_path: Path) -> None:
        recipe = load_recipe(recipe_with(tmp_path, f"models: {{linear: {LINEAR}}}\n"))
        with pytest.raises(ConfigError, match="nobody judges for 'emotion'"):
            Judges(recipe).of("emotion")

    def test_models_are_shared(self, tmp_path: Path) -> None:
        text = f"models: {{linear: {LINEAR}}}\njudges: {{a: linear, b: linear}}\n"
        judges = Judges(load_recipe(recipe_with(tmp_path, text)))
        assert judges.of("a") is judges.of("b") is judges.linear()

    def test_an_unsure_emotion_is_marked(self, tmp_path: Path) -> None:
        text = f"models: {{emotion: {LINEAR}, heads: {LINEAR}}}\nunsure_emotion: 0.6\n"
        made = Engine(load_recipe(recipe_with(tmp_path, text))).score(talk(*RICH))
        assert {e.unsure for e in made.emotions} == {True, False}
        assert all(e.unsure == (e.probability < 0.6) for e in made.emotions)


class TestExtending:
    def extending(self, folder: Path, text: str) -> Path:
        path = folder / "ours.yaml"
        path.write_text(text, "utf-8")
        return path

    def test_what_is_not_said_is_as_below_and_tables_are_added_to(self, tmp_path: Path) -> None:
        (tmp_path / "deep").mkdir()
        shipped = asset("configs", "recipes", "default.yaml")
        path = self.extending(
            tmp_path / "deep",
            f"name: ours\nextends: {shipped}\nmodels: {{extra: {LINEAR}}}\n"
            "minimum_confidence: 0.7\njudges: {heads: extra}\n",
        )
        ours, below = load_recipe(path), load_recipe()
        assert (ours.name, ours.minimum_confidence) == ("ours", 0.7)
        assert ours.rules == below.rules
        assert ours.models == {**below.models, "extra": LINEAR}
        assert ours.judges.keys() == {*below.judges, "heads"}
        assert ours.digest != below.digest
        assert set(below.files[1:]) < set(ours.files)

    def test_the_digest_covers_the_recipe_below(self, tmp_path: Path) -> None:
        below = recipe_with(tmp_path, f"models: {{emotion: {LINEAR}, heads: {LINEAR}}}\n")
        path = self.extending(tmp_path, "name: ours\nextends: recipe.yaml\n")
        before = load_recipe(path)
        below.write_text(below.read_text("utf-8") + "# a remark\n", "utf-8")
        assert load_recipe(path).digest != before.digest

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("name: a\nextends: none.yaml\n", "there is no file 'none.yaml'"),
            ("name: a\nextends: ours.yaml\n", "in a circle"),
            ("name: a\nextends: recipe.yaml\nrulez: []\n", "unknown field `rulez`"),
        ],
    )
    def test_faults_are_named(self, tmp_path: Path, text: str, message: str) -> None:
        recipe_with(tmp_path, "")
        with pytest.raises(ConfigError, match=message):
            load_recipe(self.extending(tmp_path, text))


class TestLabelsOfOthers:
    def test_usual_names_are_known(self) -> None:
        names = ["Anger", "joy", "neutral", "悲伤", "fear", "SURPRISE", "disgust"]
        found = [EMOTION_LABELS[c] for c in emotion_columns(names, {}, "x") if c is not None]
        assert found == ["angry", "happy", "neutral", "sad", "fear", "surprise", "angry"]

    def test_a_map_goes_before_and_null_leaves_out(self) -> None:
        columns = emotion_columns(["LABEL_0", "Anger"], {"label_0": "sad", "anger": None}, "x")
        assert columns == [EMOTION_LABELS.index("sad"), None]

    @pytest.mark.parametrize("given", [{}, {"LABEL_0": "cross"}])
    def test_an_unknown_name_is_refused_with_what_to_write(self, given: dict[str, str]) -> None:
        with pytest.raises(ConfigError, match="map it under `labels:`"):
            emotion_columns(["LABEL_0"], given, "folder")


def test_a_kind_that_judges_no_turns_is_said(tmp_path: Path) -> None:
    folder = shutil.copytree(LINEAR, tmp_path / "m" / "1")
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"linear"', '"topics"', 1), "utf-8")
    recipe = load_recipe(recipe_with(tmp_path, f"models: {{emotion: {folder}}}\n"))
    with pytest.raises(UnavailableError, match="judges no turns"):
        Judges(recipe).of("emotion")
