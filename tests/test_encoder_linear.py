"""Hashed n-grams and linear heads: nothing depends on neighbours; faults are said."""

import shutil
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from conversations import rough_text
from hypothesis import given, settings

from ccnlp.assets import asset
from ccnlp.encoder.linear import load_linear
from ccnlp.encoder.ngrams import hashed_ngrams
from ccnlp.errors import UnavailableError

FOLDER = asset("models", "linear", "1")
MODEL = load_linear(FOLDER)
texts = st.lists(rough_text, min_size=1, max_size=6)


def piece(grams: object, at: int) -> list[int]:
    start = grams.starts[at]  # type: ignore[attr-defined]
    return grams.rows[start : start + grams.counts[at]].tolist()  # type: ignore[attr-defined]


@settings(deadline=None)
@given(texts=texts, longest=st.integers(1, 4))
def test_ngrams_of_a_text_are_the_same_alone_and_among_others(
    texts: list[str], longest: int
) -> None:
    together = hashed_ngrams(texts, bits=12, longest=longest)
    for at, text in enumerate(texts):
        alone = hashed_ngrams([text], bits=12, longest=longest)
        assert piece(together, at) == piece(alone, 0)


def test_ngrams_are_counted_by_hand() -> None:
    # "ab" with separators: a, b; |a, ab, b|
    grams = hashed_ngrams(["ab"], bits=12, longest=2)
    assert grams.counts.tolist() == [5]
    assert sorted(zip(grams.places.tolist(), grams.sizes.tolist(), strict=True)) == [
        (0, 2), (1, 1), (1, 2), (2, 1), (2, 2),
    ]  # fmt: skip


def test_texts_that_differ_have_other_ngrams() -> None:
    grams = hashed_ngrams(["退款", "款退"], bits=15, longest=2)
    assert piece(grams, 0) != piece(grams, 1)


@settings(deadline=None, max_examples=40)
@given(texts=texts)
def test_probabilities_are_the_same_to_the_bit_alone_and_among_others(texts: list[str]) -> None:
    speakers = ["customer", "agent", "bot", "agent", "customer", "agent"][: len(texts)]
    before = [len(texts), *range(len(texts) - 1)]  # the first comes after nothing
    together = MODEL.probabilities([*texts, ""], before, speakers)
    for at, text in enumerate(texts):
        past = texts[at - 1] if at else ""
        alone = MODEL.probabilities([text, past], [1], [speakers[at]])
        for name, head in MODEL.heads.items():
            row = together[name][at]
            assert (alone[name][0] == row).all()
            assert np.isfinite(row).all()
            assert (row >= 0).all()
            assert (row <= 1).all()
            if head.kind == "softmax":
                assert row.sum() == pytest.approx(1)


def test_the_characters_of_a_threat_weigh_most_for_it() -> None:
    head = MODEL.heads["customer_findings"]
    text = "这个事情我已经说得很清楚了反正我找律师去法院起诉你们今天就先这样吧"
    label = head.labels.index("legal_threat")
    alone, again = (MODEL.character_weights(head, [label] * n, [text] * n)[-1] for n in (1, 3))
    assert (alone == again).all()
    assert len(alone) == len(text)
    threat = text.index("律师")
    assert alone[threat : threat + 9].sum() > 2 * alone[:9].sum()


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "linear" / "1")
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x00\x01")
    with pytest.raises(UnavailableError, match="not the file that was shipped"):
        load_linear(folder)


def test_a_missing_model_is_said_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no manifest"):
        load_linear(tmp_path / "none")
