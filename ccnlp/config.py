"""The recipe: which analysers, rules, scorecards, thresholds and models make an assessment.

A recipe is one YAML file that names others, with paths relative to itself. Its digest covers
the bytes of every file it names, so that an assessment tells exactly what made it.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.yamlfile import file_digest, read_as


class _RecipeFile(msgspec.Struct, forbid_unknown_fields=True):
    """A recipe as it stands in YAML; see docs/configuration.md."""

    name: str
    rules: list[str]
    lexicon: list[str]
    scorecards: dict[str, str]
    risk: str
    decisions: str
    alerts: str
    privacy: list[str] = []
    models: dict[str, str] = {}
    analysers: tuple[str, ...] = ("phrases", "emotion", "privacy")
    minimum_confidence: float = 0.5


class Recipe(msgspec.Struct, frozen=True):
    """A recipe with its paths resolved. It pickles; engines are built from it where they run."""

    name: str
    path: Path
    analysers: tuple[str, ...]
    rules: tuple[Path, ...]
    lexicon: tuple[Path, ...]
    privacy: tuple[Path, ...]
    #: Customer tier -> scorecard file; ``default`` serves every other tier.
    scorecards: dict[str, Path]
    risk: Path
    decisions: Path
    alerts: Path
    #: Head -> folder of the model (holds ``manifest.json``).
    models: dict[str, Path]
    #: Findings below this confidence are kept as suppressed, in [0, 1].
    minimum_confidence: float
    #: First 16 hex digits of the SHA-256 over everything above.
    digest: str


def default_recipe_path() -> Path:
    """The recipe that ships and is used where none is named."""
    return asset("configs", "recipes", "default.yaml")


def load_recipe(path: Path | None = None) -> Recipe:
    """Read a recipe and all it names.

    Raises
    ------
    ConfigError: a file is missing or wrong, with file, line and key.
    """
    path = path or default_recipe_path()
    given = read_as(path, _RecipeFile)
    home = path.resolve().parent
    if "default" not in given.scorecards:
        raise ConfigError(
            "no scorecard 'default'", where=f"{path}: key scorecards",
            mend="name one: it serves customers of every other tier",
        )  # fmt: skip
    if not 0 <= given.minimum_confidence <= 1:
        raise ConfigError(
            "is not between 0 and 1", where=f"{path}: key minimum_confidence", mend="0.5 is usual"
        )
    rules = _globbed(path, "rules", given.rules)
    lexicon = _globbed(path, "lexicon", given.lexicon)
    privacy = _globbed(path, "privacy", given.privacy)
    scorecards = {
        tier: _existing(path, f"scorecards.{tier}", home / name)
        for tier, name in given.scorecards.items()
    }
    risk = _existing(path, "risk", home / given.risk)
    decisions = _existing(path, "decisions", home / given.decisions)
    alerts = _existing(path, "alerts", home / given.alerts)
    models = {head: (home / folder).resolve() for head, folder in given.models.items()}
    manifests = [m for f in models.values() if (m := f / "manifest.json").is_file()]
    files = [*rules, *lexicon, *privacy, *scorecards.values(), risk, decisions, *manifests]
    return Recipe(
        name=given.name, path=path, analysers=tuple(given.analysers), rules=rules,
        lexicon=lexicon, privacy=privacy, scorecards=scorecards, risk=risk, decisions=decisions,
        alerts=alerts, models=models, minimum_confidence=given.minimum_confidence,
        digest=_digest(path, files),
    )  # fmt: skip


def _digest(recipe: Path, files: Iterable[Path]) -> str:
    """One digest over names and contents, so that a copy elsewhere is equal.

    Of the recipe itself only the content counts, however its path was written.
    """
    total = hashlib.sha256(file_digest(recipe).encode())
    for name, digest in sorted((f"{f.parent.name}/{f.name}", file_digest(f)) for f in files):
        total.update(f"{name} {digest}\n".encode())
    return total.hexdigest()[:16]


def _globbed(recipe: Path, key: str, patterns: list[str]) -> tuple[Path, ...]:
    found: list[Path] = []
    for index, pattern in enumerate(patterns):
        folder, _, last = pattern.rpartition("/")
        matches = sorted((recipe.resolve().parent / folder).resolve().glob(last))
        if not matches:
            raise ConfigError(
                f"no file matches {pattern!r}", where=f"{recipe}: key {key}[{index}]",
                mend="paths are relative to the recipe's folder",
            )  # fmt: skip
        found += [m for m in matches if m not in found]
    return tuple(found)


def _existing(recipe: Path, key: str, path: Path) -> Path:
    if not path.is_file():
        raise ConfigError(
            f"there is no file {path.name!r}", where=f"{recipe}: key {key}",
            mend="paths are relative to the recipe's folder",
        )  # fmt: skip
    return path.resolve()
