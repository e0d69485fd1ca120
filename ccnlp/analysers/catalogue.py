"""Which analysers there are, and how each is built from a recipe: one row an analyser."""

from collections.abc import Callable
from typing import Final

from ccnlp.analysers.base import Analyser
from ccnlp.analysers.categories import build_categories
from ccnlp.analysers.emotion import EmotionAnalyser
from ccnlp.analysers.heads import HeadsAnalyser
from ccnlp.analysers.phrases import PhraseAnalyser
from ccnlp.analysers.privacy import PrivacyAnalyser
from ccnlp.config import Recipe
from ccnlp.errors import ConfigError
from ccnlp.judges.build import Judges
from ccnlp.rules.load import load_rules


def _phrases(recipe: Recipe, judges: Judges) -> Analyser:
    return PhraseAnalyser(load_rules(recipe.rules, recipe.lexicon, recipe.categories))


def _emotion(recipe: Recipe, judges: Judges) -> Analyser:
    return EmotionAnalyser(judges.of("emotion"), recipe.unsure_emotion)


def _heads(recipe: Recipe, judges: Judges) -> Analyser:
    return HeadsAnalyser(judges.of("heads"), judges.linear(), recipe.categories)


def _privacy(recipe: Recipe, judges: Judges) -> Analyser:
    return PrivacyAnalyser()


def _categories(recipe: Recipe, judges: Judges) -> Analyser:
    return build_categories(recipe.detectors, recipe.categories, judges.encoder())


#: Name in a recipe -> builder.
CATALOGUE: Final[dict[str, Callable[[Recipe, Judges], Analyser]]] = {
    "phrases": _phrases,
    "emotion": _emotion,
    "heads": _heads,
    "privacy": _privacy,
    "categories": _categories,
}


def build_analyser(name: str, recipe: Recipe, judges: Judges) -> Analyser:
    """Build one analyser; ``judges`` is shared by all analysers of one engine.

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
    return CATALOGUE[name](recipe, judges)
