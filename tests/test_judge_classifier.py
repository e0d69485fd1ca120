"""A local Transformers folder judges emotion. Needs the extra ``torch``."""

from pathlib import Path

import numpy as np
import pytest
from judges import views_of
from test_judges import LINEAR, recipe_with

from ccnlp.config import ModelOptions, load_recipe
from ccnlp.engine import Engine
from ccnlp.errors import ConfigError, UnavailableError
from ccnlp.judges.base import EMOTION_LABELS
from ccnlp.judges.classifier import load_classifier

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers", reason="needs ccnlp[torch]")

LINES = ("C 气死我了", "A 您好", "C 好的谢谢你帮我查这个订单", "C ", "C 气死我了")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier with weights drawn at random."""
    folder = tmp_path_factory.mktemp("classifier")
    letters = sorted({c for line in LINES for c in line[2:]})
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(1)
    labels = ["anger", "joy", "neutral", "悲伤", "other"]
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, initializer_range=0.5, id2label=dict(enumerate(labels)),
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def options(folder: Path, **given: object) -> ModelOptions:
    return ModelOptions(str(folder), **given)  # type: ignore[arg-type]


def test_labels_become_emotions_and_what_is_left_out_is_shared(folder: Path) -> None:
    views = views_of(*LINES)
    whole = load_classifier(folder, options(folder)).judge(views).part("emotion")
    assert whole.shape == (5, 6)
    assert np.allclose(whole.sum(axis=1), 1, atol=1e-3)
    assert not whole[:, [EMOTION_LABELS.index("fear"), EMOTION_LABELS.index("surprise")]].any()
    assert (whole[0] == whole[4]).all()
    left = load_classifier(folder, options(folder, labels={"other": None})).judge(views)
    angry, happy = EMOTION_LABELS.index("angry"), EMOTION_LABELS.index("happy")
    fewer = left.part("emotion")  # the ratios stay, up to the rounding
    crossed = fewer[:, angry] * whole[:, happy], fewer[:, happy] * whole[:, angry]
    assert np.allclose(*crossed, atol=2e-4)
    assert (fewer[:, angry] > whole[:, angry]).all()


def test_neighbours_move_no_more_than_the_last_of_four_digits(folder: Path) -> None:
    judge = load_classifier(folder, options(folder, batch=2))
    views = views_of(*LINES)
    together = judge.judge(views).part("emotion")
    for row, view in zip(together, views, strict=True):
        assert np.abs(judge.judge([view]).part("emotion")[0] - row).max() <= 1.5e-4


def test_a_recipe_names_the_folder(folder: Path, tmp_path: Path) -> None:
    text = (
        f"models: {{linear: {LINEAR}, ours: {{folder: {folder}, labels: {{other: null}}}}}}\n"
        "judges: {emotion: {mean: {ours: 1, linear: 1}}, heads: linear}\n"
    )
    recipe = load_recipe(recipe_with(tmp_path, text))
    engine = Engine(recipe)
    assert engine.not_evaluated == {}
    assert folder.name in engine.judges.of("emotion").name
    # the digest of a recipe covers the weights
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\x00\x00\x80\x3f")
    assert load_recipe(recipe.path).digest != recipe.digest


def test_a_name_that_tells_nothing_asks_for_a_map(folder: Path) -> None:
    with pytest.raises(ConfigError, match="no emotion is known for the model's label 'other'"):
        load_classifier(folder, options(folder, labels={"other": "cross"}))


def test_a_damaged_folder_is_missing_and_not_a_crash(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes()[:40])
    with pytest.raises(UnavailableError, match="cannot be read"):
        load_classifier(tmp_path, options(tmp_path))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_is_not_there_is_said(folder: Path) -> None:
    with pytest.raises(UnavailableError, match="no CUDA device"):
        load_classifier(folder, options(folder, device="cuda"))
