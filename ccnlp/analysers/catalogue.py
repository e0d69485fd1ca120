"""Which analysers there are, and how each is built from a recipe: one row an analyser."""

from collections.abc import Callable
from typing import Final

from ccnlp.analysers.base import Analyser
from ccnlp.analysers.emotion import EmotionAnalyser
from ccnlp.analysers.phrases import PhraseAnalyser
from ccnlp.analysers.privacy import PrivacyAnalyser
from ccnlp.config import Recipe
from ccnlp.encoder.linear import load_linear
from ccnlp.errors import ConfigError
from ccnlp.rules.load import load_rules


def _phrases(recipe: Recipe) -> Analyser:
    return PhraseAnalyser(load_rules(recipe.rules, recipe.lexicon))


def _emotion(recipe: Recipe) -> Analyser:
    folder = recipe.models.get("emotion")
    if folder is None:
        raise ConfigError(
            "no model for 'emotion'", where=f"{recipe.path}: key models", mend="name its folder"
        )
    return EmotionAnalyser(load_linear(folder))


def _privacy(recipe: Recipe) -> Analyser:
    return PrivacyAnalyser()


#: Name in a recipe -> builder.
CATALOGUE: Final[dict[str, Callable[[Recipe], Analyser]]] = {
    "phrases": _phrases,
    "emotion": _emotion,
    "privacy": _privacy,
}


def build_analyser(name: str, recipe: Recipe) -> Analyser:
    """Build one analyser.

    Raises
    ------
    ConfigError: there is none of that name, or its configuration is wrong.
    UnavailableError: something it needs, a model say, is missing or corrupt.
    """
    if name not in CATALOGUE:
        raise ConfigError(
            f"there is no analyser {name!r}", where=f"{recipe.path}: key analysers",
            mend=f"one of {', '.join(CATALOGUE)}",
        )  # fmt: skip
    return CATALOGUE[name](recipe)
