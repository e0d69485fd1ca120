"""Our recognisers plug into Presidio where it is installed, and say how to get it where not."""

import importlib.util

import pytest

from ccnlp.errors import UnavailableError
from ccnlp.privacy.presidio import ENTITIES, recognizer
from ccnlp.taxonomy import PII_TYPES

_INSTALLED = importlib.util.find_spec("presidio_analyzer") is not None


def test_every_type_has_an_entity() -> None:
    assert set(ENTITIES) == set(PII_TYPES)


@pytest.mark.skipif(_INSTALLED, reason="presidio-analyzer is installed")
def test_missing_presidio_is_said() -> None:
    with pytest.raises(UnavailableError, match="pip install presidio-analyzer"):
        recognizer()


@pytest.mark.skipif(not _INSTALLED, reason="presidio-analyzer is not installed")
def test_presidio_finds_what_we_find() -> None:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

    class Bare(NlpEngine):
        """No language model: our recogniser needs none."""

        def load(self) -> None: ...
        def is_loaded(self) -> bool:
            return True

        def process_text(self, text: str, language: str) -> NlpArtifacts:
            return NlpArtifacts([], [], [], [], self, language)

        def process_batch(self, texts, language, **kwargs):  # type: ignore[no-untyped-def]
            return ((text, self.process_text(text, language)) for text in texts)

        def is_stopword(self, word: str, language: str) -> bool:
            return False

        def is_punct(self, word: str, language: str) -> bool:
            return False

        def get_supported_entities(self) -> list[str]:
            return []

        def get_supported_languages(self) -> list[str]:
            return ["zh"]

    registry = RecognizerRegistry(recognizers=[recognizer()], supported_languages=["zh"])
    engine = AnalyzerEngine(registry=registry, nlp_engine=Bare(), supported_languages=["zh"])
    text = "我叫陆晓峰 手机幺三八零零幺三八零零零"
    found = {r.entity_type: text[r.start : r.end] for r in engine.analyze(text, language="zh")}
    assert found == {"PERSON": "陆晓峰", "PHONE_NUMBER": "幺三八零零幺三八零零零"}
    only = engine.analyze(text, language="zh", entities=["PERSON"])
    assert [r.entity_type for r in only] == ["PERSON"]
