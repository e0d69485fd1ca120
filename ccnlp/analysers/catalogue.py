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
from ccnlp.encoder.linear import LinearReader, load_linear
from ccnlp.errors import ConfigError
from ccnlp.rules.load import load_rules


class Models:
    """The models of one recipe, each loaded once and shared by the analysers that read it."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._readers: dict[Path, LinearReader] = {}

    def linear(self, analyser: str) -> LinearReader:
        """The reader of the model that the recipe names for an analyser.

        Raises
        ------
        ConfigError: the recipe names none.
        UnavailableError: the model is missing or corrupt.
        """
        folder = self._recipe.models.get(analyser)
        if folder is None:
            raise ConfigError(
                f"no model for {analyser!r}",
                where=f"{self._recipe.path}: key models",
                mend="name its folder",
            )
        if folder not in self._readers:
            self._readers[folder] = LinearReader(load_linear(folder))
        return self._readers[folder]


def _phrases(recipe: Recipe, models: Models) -> Analyser:
    return PhraseAnalyser(load_rules(recipe.rules, recipe.lexicon))


def _emotion(recipe: Recipe, models: Models) -> Analyser:
    return EmotionAnalyser(models.linear("emotion"))


def _heads(recipe: Recipe, models: Models) -> Analyser:
    return HeadsAnalyser(models.linear("heads"))


def _privacy(recipe: Recipe, models: Models) -> Analyser:
    return PrivacyAnalyser()


#: Name in a recipe -> builder.
CATALOGUE: Final[dict[str, Callable[[Recipe, Models], Analyser]]] = {
    "phrases": _phrases,
    "emotion": _emotion,
    "heads": _heads,
    "privacy": _privacy,
}


def build_analyser(name: str, recipe: Recipe, models: Models) -> Analyser:
    """Build one analyser; ``models`` is shared by all analysers of one engine.

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
    return CATALOGUE[name](recipe, models)
