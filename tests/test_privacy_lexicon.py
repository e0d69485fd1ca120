"""The word lists load, and a wrong one is named with file and key."""

import shutil
from pathlib import Path

import pytest

from ccnlp.analysers.privacy import PrivacyAnalyser
from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.privacy.lexicon import load
from ccnlp.taxonomy import PII_TYPES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(asset("configs", "privacy"), tmp_path / "privacy"))


def test_the_shipped_lists_hold_what_they_should() -> None:
    lexicon = load()
    assert set(PII_TYPES) - {"password"} < {*lexicon.cue_kinds.values(), "password"}
    assert all(len(char) == 1 for char in lexicon.surname_bits)
    assert all(-4 <= bits <= 4 for bits in lexicon.given_bits.values())
    assert "欧阳" in lexicon.compounds
    assert all(word == word.lower() for word in lexicon.cue_kinds)


def test_the_longest_cue_wins() -> None:
    assert [cue.kind for cue in load().cues("订单金额 订单号 订单")] == [
        "not_amount", "order_id", "order_id",
    ]  # fmt: skip


def test_latin_cues_are_whole_words() -> None:
    assert load().cues("telecom hotline") == []
    assert [cue.kind for cue in load().cues("tel 138")] == ["mobile"]


def test_unknown_kind(folder: Path) -> None:
    cues = folder / "cues.yaml"
    cues.write_text(cues.read_text("utf-8") + "zodiac: 星座\n", "utf-8")
    with pytest.raises(ConfigError, match=r"cues\.yaml: key zodiac"):
        load(folder)


def test_missing_file(folder: Path) -> None:
    (folder / "places.yaml").unlink()
    with pytest.raises(ConfigError, match=r"places\.yaml"):
        load(folder)


def test_unknown_key(folder: Path) -> None:
    with (folder / "places.yaml").open("a", encoding="utf-8") as file:
        file.write("planets: 火星\n")
    with pytest.raises(ConfigError, match="planets"):
        load(folder)


def test_the_analyser_travels() -> None:
    import pickle

    twin = pickle.loads(pickle.dumps(PrivacyAnalyser()))  # noqa: S301
    assert twin.name == "privacy"
    assert twin.start() == PrivacyAnalyser().start()
