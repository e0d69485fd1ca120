"""Categories that a recipe adds to the nineteen that ship, or changes: one YAML file each.

A file names the category, whose words it is found in, how grave it is, and how it is found: by
rules, by labelled examples, by a detector trained from them before (docs/new_category.md).
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from ccnlp.assets import asset
from ccnlp.errors import ConfigError
from ccnlp.taxonomy import CATEGORIES, RISK_CLASSES, Category
from ccnlp.types import Severity, Speaker
from ccnlp.yamlfile import line_of, read_as

#: Turns of all kinds: no detector may fire on them (``training.background`` drew them).
BACKGROUND: Final = asset("configs", "categories", "background.jsonl")

_ID: Final = re.compile(r"[a-z][a-z0-9_]*")
#: Reasons of a handoff that are no categories.
_TAKEN: Final = frozenset({"anger", "bot_failed"})
#: What a new category has to say, and the names by which one that ships is known everywhere.
_NEEDED: Final = ("chinese", "english", "speakers", "severity", "risk_class", "description")
_FIXED: Final = ("chinese", "english", "speakers", "risk_class", "description", "examples", "model")


class _CategoryFile(msgspec.Struct, forbid_unknown_fields=True):
    """A category as it stands in YAML; see docs/new_category.md."""

    id: str
    chinese: str = ""
    english: str = ""
    speakers: tuple[Speaker, ...] = ()
    severity: Severity | None = None
    risk_class: str = ""
    description: str = ""
    findings_from: float | None = None
    rules: tuple[str, ...] = ()
    examples: str | None = None
    model: str | None = None


class AddedCategories(msgspec.Struct, frozen=True):
    """What the category files of one recipe say."""

    #: All categories: those that ship, with what was changed, then those added, in order.
    categories: dict[str, Category]
    #: Rule files that the categories bring.
    rules: tuple[Path, ...] = ()
    #: Category -> file of labelled examples, or folder of a trained detector.
    detectors: dict[str, Path] = {}


def read_categories(files: Iterable[Path]) -> AddedCategories:
    """Read category files; paths in them are relative to their folder.

    Raises
    ------
    ConfigError: naming file, line and key.
    """
    categories = dict(CATEGORIES)
    rules: list[Path] = []
    detectors: dict[str, Path] = {}
    seen: dict[str, Path] = {}
    for file in files:
        given = read_as(file, _CategoryFile)
        if given.id in seen:
            raise _fault(
                file, "id", f"{given.id!r} stands in {seen[given.id].name} as well", "keep one"
            )
        seen[given.id] = file
        _check(file, given)
        categories[given.id] = _category(given)
        for place, name in enumerate(given.rules):
            rules.append(_existing(file, f"rules.{place}", name))
        if given.examples is not None:
            detectors[given.id] = _existing(file, "examples", given.examples)
        if given.model is not None:  # one that is missing is said by whoever needs it
            detectors[given.id] = (file.parent / given.model).resolve()
    return AddedCategories(categories, tuple(rules), detectors)


def _check(file: Path, given: _CategoryFile) -> None:
    if not _ID.fullmatch(given.id) or given.id in _TAKEN:
        raise _fault(
            file, "id", f"{given.id!r} is no id of a category",
            "use small letters, digits and _, a letter first",
        )  # fmt: skip
    if given.id in CATEGORIES:
        for key in _FIXED:
            if getattr(given, key):
                raise _fault(
                    file, key, f"{given.id} ships with ccnlp: this cannot be changed",
                    "only severity, findings_from and rules can; give a new category another id",
                )  # fmt: skip
    else:
        for key in _NEEDED:
            if not getattr(given, key):
                raise _fault(file, key, "is missing", f"a new category says its {key}")
        if given.risk_class not in RISK_CLASSES:
            raise _fault(
                file, "risk_class", f"there is no risk class {given.risk_class!r}",
                f"one of {', '.join(RISK_CLASSES)}",
            )  # fmt: skip
    if given.findings_from is not None and not 0 < given.findings_from <= 1:
        raise _fault(file, "findings_from", "is not above 0 and at most 1", "0.5 is usual")
    if given.examples is not None and given.model is not None:
        raise _fault(file, "model", "examples and model both stand", "keep one")


def _category(given: _CategoryFile) -> Category:
    if given.id in CATEGORIES:
        return msgspec.structs.replace(
            CATEGORIES[given.id], severity=given.severity, findings_from=given.findings_from
        )
    return Category(
        given.id, given.chinese, given.speakers, given.risk_class, given.english,
        given.description, given.severity, given.findings_from,
    )  # fmt: skip


def _existing(file: Path, key: str, name: str) -> Path:
    path = (file.parent / name).resolve()
    if not path.is_file():
        raise _fault(file, key, f"there is no file {name!r}", "paths are relative to this file")
    return path


def _fault(file: Path, key: str, what: str, mend: str) -> ConfigError:
    line = line_of(file, key.split("."))
    return ConfigError(what, where=f"{file}:{line}: key {key}", mend=mend)
