"""Which analysers there are, and how each is built from a recipe: one row an analyser."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from ccnlp.analysers.base import Analyser
from ccnlp.analysers.emotion import EmotionAnalyser
from ccnlp.analysers.heads import HeadsAnalyser
from ccnlp.analysers.phrases import PhraseAnalyser
from ccnlp.analysers.privacy import PrivacyAnalyser
from ccnlp.config import Recipe
from ccnlp.encoder.linear import load_linear
from ccnlp.errors import ConfigError
from ccnlp.rules.load import load_rules


def _phrases(recipe: Recipe) -> Analyser:
    return PhraseAnalyser(load_rules(recipe.rules, recipe.lexicon))


def _emotion(recipe: Recipe) -> Analyser:
    return EmotionAnalyser(load_linear(_model_folder(recipe, "emotion")))


def _heads(recipe: Recipe) -> Analyser:
    return HeadsAnalyser(load_linear(_model_folder(recipe, "heads")))


def _privacy(recipe: Recipe) -> Analyser:
    return PrivacyAnalyser()


#: Name in a recipe -> builder.
CATALOGUE: Final[dict[str, Callable[[Recipe], Analyser]]] = {
    "phrases": _phrases,
    "emotion": _emotion,
    "heads": _heads,
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


def _model_folder(recipe: Recipe, head: str) -> Path:
    folder = recipe.models.get(head)
    if folder is None:
        raise ConfigError(
            f"no model for {head!r}", where=f"{recipe.path}: key models", mend="name its folder"
        )
    return folder
