"""Our recognisers as a Presidio ``EntityRecognizer``, where presidio-analyzer is installed.

::

    from presidio_analyzer import AnalyzerEngine
    from ccnlp.privacy.presidio import recognizer

    engine.registry.add_recognizer(recognizer())
    engine.analyze(text="我叫王小明 手机幺三八零零幺三八零零零", language="zh")

A text stands for one customer turn; questions of an earlier turn are not known to Presidio.
"""

from typing import Any, Final

from ccnlp.errors import UnavailableError
from ccnlp.privacy.recognise import Recogniser

#: Our types -> Presidio's entity names.
ENTITIES: Final = {
    "name": "PERSON",
    "mobile": "PHONE_NUMBER",
    "landline": "PHONE_NUMBER",
    "id_card": "ID_CARD",
    "passport": "PASSPORT",
    "bank_card": "CREDIT_CARD",
    "address": "LOCATION",
    "email": "EMAIL_ADDRESS",
    "plate": "LICENSE_PLATE",
    "wechat_qq": "WECHAT_QQ",
    "order_id": "ORDER_ID",
    "verification_code": "VERIFICATION_CODE",
    "password": "PASSWORD",
}


def recognizer(language: str = "zh", recogniser: Recogniser | None = None) -> Any:
    """An ``EntityRecognizer`` with all types of the taxonomy.

    ``recogniser``: one already built, to share its word lists.

    Raises
    ------
    UnavailableError: presidio-analyzer is not installed.
    """
    try:
        from presidio_analyzer import (  # type: ignore[import-not-found, unused-ignore]
            AnalysisExplanation,
            EntityRecognizer,
            RecognizerResult,
        )
    except ImportError as error:
        raise UnavailableError(
            "presidio-analyzer is not installed",
            where="ccnlp.privacy.presidio",
            mend="pip install presidio-analyzer",
        ) from error
    ours = recogniser or Recogniser()

    class CcnlpRecognizer(EntityRecognizer):  # type: ignore[misc, unused-ignore]
        """Personal information in Chinese service text."""

        def load(self) -> None:
            """Nothing: the word lists are read."""

        def analyze(
            self, text: str, entities: list[str] | None, nlp_artifacts: Any = None
        ) -> list[Any]:
            """Results for the wanted entities, each with what supports it."""
            wanted = set(entities or self.supported_entities)
            results = []
            for hit in ours.find(text):
                entity = ENTITIES[hit.type]
                if entity not in wanted:
                    continue
                because = AnalysisExplanation(
                    recognizer=self.name,
                    original_score=hit.confidence,
                    textual_explanation=hit.source,
                )
                results.append(
                    RecognizerResult(
                        entity_type=entity,
                        start=hit.start,
                        end=hit.end,
                        score=hit.confidence,
                        analysis_explanation=because,
                        recognition_metadata={
                            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                        },
                    )
                )
            return results

    return CcnlpRecognizer(
        supported_entities=sorted(set(ENTITIES.values())),
        name="CcnlpRecognizer",
        supported_language=language,
    )
