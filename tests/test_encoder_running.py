"""The shipped encoder as it runs: exact in any batch, bounded, and no crash without it."""

import hashlib
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from conversations import SENTENCES, rough_text, talk
from hypothesis import given, settings
from hypothesis import strategies as st
from judges import views_of

from ccnlp.assets import asset
from ccnlp.batch import ScoreJob, run_score
from ccnlp.config import load_recipe
from ccnlp.encoder.hidden import as_anyones
from ccnlp.encoder.onnx import TurnEncoder, load_encoder
from ccnlp.engine import Engine
from ccnlp.errors import UnavailableError

FOLDER = asset("models", "encoder-fast", "1")
FAST = asset("configs", "recipes", "fast.yaml")
RICH = [f"{'ACAC'[i % 4]} {s}" for i, s in enumerate(SENTENCES)]
FILES = ("model.onnx", "heads.safetensors", "tokenizer.json", "manifest.json")

needs_model = pytest.mark.skipif(not FOLDER.is_dir(), reason="no encoder ships yet")


@pytest.fixture(scope="module")
def encoder() -> TurnEncoder:
    return load_encoder(FOLDER, cached=0)


def rows(encoder: TurnEncoder, views: object) -> np.ndarray:
    scores = encoder.encode(views)  # type: ignore[arg-type]
    return np.array([np.concatenate((s.emotion, s.findings, s.acts)) for s in scores])


@needs_model
def test_scores_are_the_same_to_the_bit_whatever_stands_beside(encoder: TurnEncoder) -> None:
    views = views_of(*RICH, *(f"C {s * 3}" for s in SENTENCES))
    together = rows(encoder, views)
    shuffled = list(range(len(views)))
    random.Random(1).shuffle(shuffled)
    assert (rows(encoder, [views[i] for i in shuffled]) == together[shuffled]).all()
    for at in range(0, len(views), 5):
        assert (rows(encoder, views[at : at + 5]) == together[at : at + 5]).all()
    for view, row in zip(views, together, strict=True):
        assert (rows(encoder, [view])[0] == row).all()


@needs_model
@settings(deadline=None, max_examples=40)
@given(texts=st.lists(rough_text, min_size=2, max_size=4))
def test_rough_texts_too(texts: list[str]) -> None:
    encoder = load_encoder(FOLDER) if not _KEPT else _KEPT[0]
    _KEPT[:] = [encoder]
    views = views_of(*(f"C {t}" for t in texts))
    together = rows(encoder, views)
    assert np.isfinite(together).all()
    assert ((together >= 0) & (together <= 1)).all()
    encoder._cache.clear()
    for view, row in zip(views, together, strict=True):
        assert (rows(encoder, [view])[0] == row).all()


_KEPT: list[TurnEncoder] = []


@needs_model
def test_a_hidden_number_reads_like_the_number(encoder: TurnEncoder) -> None:
    views = views_of("C 我的手机13800138000打不通", "C 我的手机138****8000打不通", "C 我的手机*")
    open_, hidden, other = rows(encoder, [msgspec.structs.replace(v, previous=None) for v in views])
    assert (open_ == hidden).all()
    assert (open_ != other).any()
    assert (
        as_anyones("我叫慕容*,不是王**,他**的,金额88元") == "我叫某某某,不是某某某,他**的,金额88元"
    )


@needs_model
def test_each_text_is_read_once_and_the_cache_is_bounded() -> None:
    encoder = load_encoder(FOLDER, cached=3)
    views = views_of("C 你好", "A 您好", "C 你好", "C 退款", "C 你好")
    encoder.encode(views)
    assert (encoder.count.turns, encoder.count.read) == (5, 3)
    encoder.encode(list(views))
    assert (encoder.count.turns, encoder.count.read) == (10, 3)
    assert encoder.count.rate == pytest.approx(0.7)
    for index in range(20):
        encoder.encode(views_of(f"C 第{index}个"))
    assert len(encoder._cache) == 3


@needs_model
def test_a_run_says_how_much_was_read(tmp_path: Path) -> None:
    calls = [msgspec.structs.replace(talk(*RICH), conversation_id=f"c-{i}") for i in range(3)]
    source = tmp_path / "calls.jsonl"
    source.write_bytes(b"\n".join(msgspec.json.encode(c) for c in calls))
    job = ScoreJob(inputs=(str(source),), out=tmp_path / "out", recipe=FAST)
    run = run_score(job).summary.run
    assert run is not None
    assert run.encoder_turns == 3 * len(RICH)
    assert run.encoder_read == len(RICH)
    assert {"encoder", "linear"} <= set(run.models)


def _signed_again(folder: Path, name: str) -> None:
    """The manifest agrees with the damaged file, so that the library meets it."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    path.write_text(json.dumps(manifest), "utf-8")


def _recipe_over(tmp_path: Path, folder: Path) -> Path:
    path = tmp_path / "recipe.yaml"
    path.write_text(f"name: t\nextends: {FAST}\nmodels: {{encoder: {folder}}}\n", "utf-8")
    return path


@needs_model
@pytest.mark.parametrize(
    ("name", "signed"), [*((name, False) for name in FILES), *((name, True) for name in FILES[:3])]
)
def test_a_damaged_encoder_leaves_the_linear_heads(
    tmp_path: Path, name: str, signed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "encoder" / "1")
    file = folder / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    if signed:
        _signed_again(folder, name)
    with pytest.raises(UnavailableError):
        load_encoder(folder)
    engine = Engine(load_recipe(_recipe_over(tmp_path, folder)))
    made = engine.score(talk(*RICH))
    assert list(made.not_evaluated) == ["models.encoder"]
    assert "model_missing" in caplog.text
    assert made.emotions
    assert made.findings
    linear = engine.judges.loaded()["linear"].digest
    assert {made.provenance.models[name] for name in ("emotion", "heads")} == {linear}


@needs_model
@pytest.mark.parametrize("name", ["fast", "accurate"])
def test_live_is_nightly_with_the_shipped_recipes(name: str) -> None:
    recipe = load_recipe(asset("configs", "recipes", f"{name}.yaml"))
    if not recipe.models["encoder"].is_dir():
        pytest.skip("this encoder does not ship yet")
    live, nightly = Engine(recipe), Engine(recipe)
    assert live.not_evaluated == {}
    call = talk(*RICH)
    session = live.session(talk())
    for turn in call.turns:
        session.push(turn)
    alone = session.assess()
    assert nightly.score_many([talk(*RICH[::-1]), call, talk(*RICH[3:])])[1] == alone
    assert "+" in alone.provenance.models["emotion"]


def test_the_default_recipe_differs_from_fast_in_its_name_alone() -> None:
    if not FOLDER.is_dir():
        pytest.skip("no encoder ships yet")
    fast, default = load_recipe(FAST), load_recipe()
    for field in ("analysers", "models", "judges", "unsure_emotion", "rules", "decisions"):
        assert getattr(fast, field) == getattr(default, field)


@pytest.mark.parametrize("module", ["onnxruntime", "tokenizers", "torch", "transformers"])
def test_the_command_line_starts_without_model_libraries(module: str) -> None:
    code = f"import sys, ccnlp.cli, ccnlp.config; assert {module!r} not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
