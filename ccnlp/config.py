"""The recipe: which analysers, rules, scorecards, thresholds and models make an assessment.

A recipe is one YAML file that names others, with paths relative to itself. Its digest covers
the bytes of every file it names, so that an assessment tells exactly what made it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from ccnlp.assets import asset
from ccnlp.categories import BACKGROUND, read_categories
from ccnlp.errors import ConfigError
from ccnlp.taxonomy import CATEGORIES, EMOTIONS, Category
from ccnlp.yamlfile import file_digest, line_of, read_as, read_yaml


class ModelOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a model is run; see docs/configuration.md."""

    folder: str
    #: Threads of one pass, >= 1.
    threads: int = 1
    #: Turns a pass, >= 1.
    batch: int = 16
    #: Turns whose vectors an encoder keeps, >= 0.
    cached: int = 50_000
    #: Of a Transformers folder: its labels -> emotions (``null``: leave out), and where it runs.
    labels: dict[str, str | None] = {}
    device: Literal["cpu", "cuda"] = "cpu"
    #: Of an emotion head: the name of the encoder that it reads.
    over: str | None = None


class Cascade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quick judge settles what it is sure of; the other judges the rest."""

    first: str
    then: str
    #: Probability in (0.5, 1] from which the first is sure of a label, and below 1 minus which
    #: it is sure of its absence.
    sure: float


class JudgeSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who judges turns: exactly one of ``model``, ``mean``, ``cascade``, by names in the recipe."""

    model: str | None = None
    #: Name -> weight > 0.
    mean: dict[str, float] | None = None
    cascade: Cascade | None = None
    #: Who judges where nobody named above can be loaded.
    fallback: str | None = None
    #: Probability from which a learned finding, or act, counts by itself; ``None``: as the model
    #: says.
    findings_from: float | None = None
    acts_from: float | None = None
    #: Of a mean: see ``judges.mean.MeanJudge``.
    sharpness: float = 1.0
    #: Of a mean: emotion -> how many times more frequent it is here than where models learnt it.
    prior: dict[str, float] = {}

    def names(self) -> tuple[str, ...]:
        """All that it names."""
        cascade = (self.cascade.first, self.cascade.then) if self.cascade else ()
        return tuple(n for n in (self.model, *(self.mean or ()), *cascade, self.fallback) if n)


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
    categories: list[str] = []
    models: dict[str, str | ModelOptions] = {}
    judges: dict[str, str | JudgeSpec] = {}
    analysers: tuple[str, ...] = ("phrases", "emotion", "privacy")
    minimum_confidence: float = 0.5
    unsure_emotion: float = 0.0


#: What a recipe may say that extends another: anything, and nothing must.
_Extension: Final = msgspec.defstruct(
    "_Extension",
    [
        ("extends", str),
        *(
            (f.name, f.type | msgspec.UnsetType, msgspec.UNSET)
            for f in msgspec.structs.fields(_RecipeFile)
        ),
    ],
    forbid_unknown_fields=True,
)
#: Tables that an extending recipe adds to, name by name; whatever else it gives replaces.
_ADDED: Final = ("models", "judges", "scorecards")


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
    #: Name -> folder of the model (holds ``manifest.json``, or a Transformers ``config.json``).
    models: dict[str, Path]
    #: Findings below this confidence are kept as suppressed, in [0, 1].
    minimum_confidence: float
    #: First 16 hex digits of the SHA-256 over everything here.
    digest: str
    model_options: dict[str, ModelOptions] = {}
    #: Name -> who judges. That of an analyser's own name is the analyser's.
    judges: dict[str, JudgeSpec] = {}
    #: An emotion less probable than this is marked as unsure, in [0, 1].
    unsure_emotion: float = 0.0
    #: Folder/name and SHA-256 of the recipe's file, first, and of every file that it names.
    files: tuple[tuple[str, str], ...] = ()
    #: All categories by id: those that ship, then those that the recipe adds.
    categories: dict[str, Category] = msgspec.field(default_factory=lambda: CATEGORIES)
    #: Added category -> file of labelled examples, or folder of a trained detector.
    detectors: dict[str, Path] = {}


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
    given, below = _read(path, ())
    home = path.resolve().parent
    if "default" not in given.scorecards:
        raise ConfigError(
            "no scorecard 'default'", where=f"{path}: key scorecards",
            mend="name one: it serves customers of every other tier",
        )  # fmt: skip
    for key, value, usual in (
        ("minimum_confidence", given.minimum_confidence, "0.5"),
        ("unsure_emotion", given.unsure_emotion, "0.4"),
    ):
        if not 0 <= value <= 1:
            raise ConfigError(
                "is not between 0 and 1", where=f"{path}: key {key}", mend=f"{usual} is usual"
            )
    rules = _globbed(path, "rules", given.rules)
    category_files = _globbed(path, "categories", given.categories)
    added = read_categories(category_files)
    rules = (*rules, *(rule for rule in added.rules if rule not in rules))
    lexicon = _globbed(path, "lexicon", given.lexicon)
    privacy = _globbed(path, "privacy", given.privacy)
    scorecards = {
        tier: _existing(path, f"scorecards.{tier}", home / name)
        for tier, name in given.scorecards.items()
    }
    risk = _existing(path, "risk", home / given.risk)
    decisions = _existing(path, "decisions", home / given.decisions)
    alerts = _existing(path, "alerts", home / given.alerts)
    options = {
        name: ModelOptions(one) if isinstance(one, str) else one
        for name, one in given.models.items()
    }
    models = {name: (home / one.folder).resolve() for name, one in options.items()}
    judges = {
        name: JudgeSpec(model=one) if isinstance(one, str) else one
        for name, one in given.judges.items()
    }
    _check_judges(path, options, judges)
    of_models = [file for folder in models.values() for file in _model_files(folder)]
    of_categories = [*category_files, *_detector_files(added.detectors.values())]
    named = _digests(
        [*rules, *lexicon, *privacy, *scorecards.values(), risk, decisions, *of_models,
         *of_categories, *below]
    )  # fmt: skip
    own = (path.name, file_digest(path))
    return Recipe(
        name=given.name, path=path, analysers=_analysers(given, added.detectors), rules=rules,
        lexicon=lexicon, privacy=privacy, scorecards=scorecards, risk=risk, decisions=decisions,
        alerts=alerts, models=models, minimum_confidence=given.minimum_confidence,
        digest=_digest(own[1], named), model_options=options, judges=judges,
        unsure_emotion=given.unsure_emotion, files=(own, *named),
        categories=added.categories, detectors=added.detectors,
    )  # fmt: skip


def _analysers(given: _RecipeFile, detectors: dict[str, Path]) -> tuple[str, ...]:
    """Those named; what detects added categories runs wherever there are such."""
    wanted = ("categories",) if detectors and "categories" not in given.analysers else ()
    return (*given.analysers, *wanted)


def _detector_files(detectors: Iterable[Path]) -> Iterator[Path]:
    """Examples, with the turns that all detectors are taught to leave alone, or the manifest."""
    for path in detectors:
        if path.is_file():
            yield from (path, BACKGROUND)
        else:
            yield from _model_files(path)


def _read(path: Path, above: tuple[Path, ...]) -> tuple[_RecipeFile, list[Path]]:
    """A recipe with what it extends, and the files that it extends, near to far."""
    data = read_yaml(path)
    if not isinstance(data, dict) or "extends" not in data:
        return read_as(path, _RecipeFile), []
    own: Any = read_as(path, _Extension)
    base = _existing(path, "extends", path.resolve().parent / own.extends)
    if base in (path.resolve(), *above):
        raise ConfigError(
            "recipes extend each other in a circle", where=f"{path}: key extends",
            mend="end it in a recipe that extends none",
        )  # fmt: skip
    given, below = _read(base, (path.resolve(), *above))
    given = _with_whole_paths(given, base.parent)
    said = {
        n: v for n in _RecipeFile.__struct_fields__ if (v := getattr(own, n)) is not msgspec.UNSET
    }
    for name in _ADDED:
        if name in said:
            said[name] = {**getattr(given, name), **said[name]}
    return msgspec.structs.replace(given, **said), [base, *below]


def _with_whole_paths(given: _RecipeFile, home: Path) -> _RecipeFile:
    """The same recipe for a reader in another folder."""

    def whole(name: str) -> str:
        return str(home / name)

    return msgspec.structs.replace(
        given, rules=[*map(whole, given.rules)], lexicon=[*map(whole, given.lexicon)],
        privacy=[*map(whole, given.privacy)],
        categories=[*map(whole, given.categories)], risk=whole(given.risk),
        scorecards={tier: whole(name) for tier, name in given.scorecards.items()},
        decisions=whole(given.decisions), alerts=whole(given.alerts),
        models={
            name: whole(one)
            if isinstance(one, str)
            else msgspec.structs.replace(one, folder=whole(one.folder))
            for name, one in given.models.items()
        },
    )  # fmt: skip


def _model_files(folder: Path) -> Iterator[Path]:
    """The files that tell which model it is: the manifest; of a Transformers folder, all."""
    if (folder / "manifest.json").is_file():
        yield folder / "manifest.json"
    elif (folder / "config.json").is_file():
        yield from sorted(f for f in folder.iterdir() if f.is_file())


def _check_judges(
    path: Path, models: dict[str, ModelOptions], judges: dict[str, JudgeSpec]
) -> None:
    def fault(key: str, what: str, mend: str) -> ConfigError:
        line = line_of(path, key.split("."))
        return ConfigError(what, where=f"{path}:{line}: key {key}", mend=mend)

    for name, model in models.items():
        if min(model.threads, model.batch) < 1 or model.cached < 0:
            raise fault(f"models.{name}", "threads or batch below 1, or cached below 0", "raise it")
        if model.over is not None and model.over not in models:
            raise fault(f"models.{name}.over", f"there is no model {model.over!r}", "name one")
    for name, judge in judges.items():
        key = f"judges.{name}"
        if [judge.model, judge.mean, judge.cascade].count(None) != 2:
            raise fault(key, "who judges is not one of model, mean, cascade", "give one of them")
        for one in judge.names():
            # a name that is both is the model: `judges: {emotion: emotion}` has an end
            if one not in models and (one not in judges or one == name):
                known = ", ".join([*models, *(j for j in judges if j != name)])
                raise fault(key, f"there is no model or judge {one!r}", f"one of {known}")
        if judge.mean is not None and (not judge.mean or min(judge.mean.values()) <= 0):
            raise fault(f"{key}.mean", "a weight is not above 0", "leave the model out instead")
        if judge.cascade is not None and not 0.5 < judge.cascade.sure <= 1:
            raise fault(f"{key}.cascade.sure", "is not between 0.5 and 1", "0.85 is usual")
        if judge.sharpness <= 0:
            raise fault(f"{key}.sharpness", "is not above 0", "1 changes nothing")
        for emotion, factor in judge.prior.items():
            if emotion not in EMOTIONS:
                known = ", ".join(EMOTIONS)
                raise fault(f"{key}.prior", f"there is no emotion {emotion!r}", f"one of {known}")
            if factor <= 0:
                raise fault(f"{key}.prior.{emotion}", "is not above 0", "1 changes nothing")
    for name in judges:
        _end_of(path, name, models, judges, ())


def _end_of(
    path: Path, name: str, models: dict[str, ModelOptions], judges: dict[str, JudgeSpec],
    seen: tuple[str, ...],
) -> None:  # fmt: skip
    """Refuse judges that ask each other in a circle."""
    if name in seen:
        raise ConfigError(
            f"judges ask each other in a circle: {' > '.join((*seen, name))}",
            where=f"{path}:{line_of(path, ['judges', name])}: key judges.{name}",
            mend="end it in a model",
        )
    for one in judges[name].names():
        if one not in models:
            _end_of(path, one, models, judges, (*seen, name))


def _digests(files: Iterable[Path]) -> list[tuple[str, str]]:
    return sorted((f"{f.parent.name}/{f.name}", file_digest(f)) for f in files)


def _digest(recipe: str, named: Iterable[tuple[str, str]]) -> str:
    """One digest over names and contents, so that a copy elsewhere is equal.

    Of the recipe itself only the content counts, however its path was written.
    """
    total = hashlib.sha256(recipe.encode())
    for name, digest in named:
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
