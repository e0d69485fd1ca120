"""What the report says, in every language it knows.

A language is one YAML file in ``locales``; adding one adds a language to every report. The page
is written in the first language, and carries all catalogues, so that its script can put the words
of another language in place without asking anybody.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Union

import msgspec

from ccnlp.errors import ConfigError
from ccnlp.taxonomy import Category
from ccnlp.yamlfile import read_as

LOCALES: Final = Path(__file__).parent / "locales"
#: The language that a report opens in, and whose keys every other one has.
FIRST: Final = "zh-CN"

_PLACE: Final = re.compile(r"\{(\w+)\}")
_PLURAL: Final = frozenset({"one", "other"})

#: A message as it stands in a catalogue: a text, or the forms that go with a number ``n``.
Form = str | dict[str, str]


class Text(msgspec.Struct, frozen=True):
    """Something to say: a message's key and what goes into its placeholders."""

    key: str
    values: dict[str, Union[str, "Text", tuple["Text", ...]]] = {}


#: What a cell or a placeholder can hold: words of the catalogue, or text that is shown as it is.
Words = str | Text


class Catalogue(msgspec.Struct, frozen=True):
    """One language: its tag (BCP 47), its own name, and its messages by dotted key."""

    tag: str
    name: str
    messages: dict[str, Form]


class _File(msgspec.Struct, forbid_unknown_fields=True):
    language: str
    messages: dict[str, Any]


def text(key: str, **values: str | Text | tuple[Text, ...]) -> Text:
    """A ``Text``, for short."""
    return Text(key, values)


def load_catalogues(folder: Path = LOCALES) -> dict[str, Catalogue]:
    """Every language in ``folder`` by its tag, ``FIRST`` first and the others by tag.

    Raises
    ------
    ConfigError: a file cannot be read, or has not the keys and placeholders of ``FIRST``.
    """
    paths = sorted(folder.glob("*.yaml"), key=lambda p: (p.stem != FIRST, p.stem))
    catalogues = {path.stem: _load(path) for path in paths}
    if FIRST not in catalogues:
        raise ConfigError("no messages", where=str(folder), mend=f"put {FIRST}.yaml there")
    first = catalogues[FIRST].messages
    for tag, catalogue in catalogues.items():
        for key in sorted(first.keys() | catalogue.messages.keys()):
            if _places(first.get(key)) != _places(catalogue.messages.get(key)):
                raise ConfigError(
                    f"does not agree with {FIRST}.yaml", where=f"{folder / tag}.yaml: key {key}",
                    mend="every language has the same keys with the same placeholders",
                )  # fmt: skip
    return catalogues


def with_names(
    catalogues: Mapping[str, Catalogue], categories: Mapping[str, Category]
) -> dict[str, Catalogue]:
    """The catalogues with the names of categories that a recipe added: 中文, else English."""
    return {
        tag: msgspec.structs.replace(
            catalogue,
            messages={
                **catalogue.messages,
                **{
                    f"category.{c.id}": c.chinese if tag.startswith("zh") else c.english
                    for c in categories.values()
                },
            },
        )
        for tag, catalogue in catalogues.items()
    }


def say(catalogue: Catalogue, words: Words) -> str:
    """The words in a catalogue's language; a key that it does not have stands for itself."""
    if isinstance(words, str):
        return words
    form = catalogue.messages.get(words.key, words.key)
    values = {name: _said(catalogue, value) for name, value in words.values.items()}
    if isinstance(form, dict):
        form = form["one" if values.get("n") == "1" and "one" in form else "other"]
    return _PLACE.sub(lambda m: values.get(m[1], m[0]), form)


def plain(words: Words) -> Any:
    """The words as the page's script reads them: ``{"k": key, "v": {...}}`` or a string."""
    if isinstance(words, str):
        return words
    values = {
        name: [plain(one) for one in value] if isinstance(value, tuple) else plain(value)
        for name, value in words.values.items()
    }
    return {"k": words.key, "v": values} if values else {"k": words.key}


def _said(catalogue: Catalogue, value: Words | tuple[Text, ...]) -> str:
    if isinstance(value, tuple):
        return say(catalogue, text("report.comma")).join(say(catalogue, one) for one in value)
    return say(catalogue, value)


def _load(path: Path) -> Catalogue:
    given = read_as(path, _File)
    return Catalogue(path.stem, given.language, dict(_flat(path, "", given.messages)))


def _flat(path: Path, prefix: str, messages: Mapping[str, Any]) -> list[tuple[str, Form]]:
    flat: list[tuple[str, Form]] = []
    for name, value in messages.items():
        key = f"{prefix}{name}"
        if isinstance(value, str) or (isinstance(value, dict) and value.keys() == _PLURAL):
            flat.append((key, value))
        elif isinstance(value, dict):
            flat += _flat(path, f"{key}.", value)
        else:
            raise ConfigError(
                "is no text", where=f"{path}: key {key}", mend="put the text in quotes"
            )
    return flat


def _places(form: Form | None) -> frozenset[str] | None:
    if form is None:
        return None
    texts = form.values() if isinstance(form, dict) else (form,)
    return frozenset(name for one in texts for name in _PLACE.findall(one))
