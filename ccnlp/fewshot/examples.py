"""Labelled examples of one category: JSONL that a quality lead writes, and the background.

``{"text": "...", "label": true}`` a line; ``false`` where it is not of the category, ``null``
for turns of one's own that nobody looked at: they join the background, turns of all kinds on
which no detector may fire.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from ccnlp.categories import BACKGROUND
from ccnlp.errors import ConfigError
from ccnlp.text.normalise import normalise_many
from ccnlp.types import Speaker

#: Fewest examples of either label.
LEAST: Final = 10


class Example(msgspec.Struct, frozen=True):
    """One turn; ``text`` is folded. ``line`` is that of its file, 0 of the background's."""

    text: str
    speaker: Speaker
    #: ``None``: of the background.
    label: bool | None
    line: int = 0


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    label: bool | None
    speaker: Speaker | None = None
    #: The turn before. It is taken, so that files can be written once, and not read: with so few
    #: examples it told nothing (docs/new_category.md).
    before: str = ""


def read_examples(path: Path, speakers: Sequence[str]) -> list[Example]:
    """The examples of one file, in order.

    Parameters
    ----------
    speakers: who can say such; the first is meant where a line names none.

    Raises
    ------
    ConfigError: a line is wrong, a text has both labels, or one label stands too seldom.
    """
    lines = list(_lines(path))
    texts = [n.text for n in normalise_many([given.text for _, given in lines])]
    found: dict[tuple[str, str], Example] = {}
    for (number, given), text in zip(lines, texts, strict=True):
        speaker = given.speaker or speakers[0]
        if speaker not in speakers:
            raise ConfigError(
                f"a {speaker}'s turn, and the category is found in the words of "
                f"{' and '.join(speakers)}",
                where=f"{path}:{number}", mend="take the line out, or leave out its speaker",
            )  # fmt: skip
        example = Example(text, speaker, given.label, number)  # type: ignore[arg-type]
        same = found.setdefault((speaker, text), example)
        if same.label is not None and example.label not in (None, same.label):
            raise ConfigError(
                f"the same text is labelled otherwise on line {same.line}",
                where=f"{path}:{number}", mend="decide for one label",
            )  # fmt: skip
        if same.label is None:
            found[speaker, text] = example
    examples = list(found.values())
    for label in (True, False):
        count = sum(e.label is label for e in examples)
        if count < LEAST:
            raise ConfigError(
                f"{count} different texts are labelled {str(label).lower()}, at least {LEAST} "
                "are needed",
                where=str(path), mend="twenty are better, as different as they come",
            )  # fmt: skip
    return examples


def read_background(speakers: Sequence[str], path: Path = BACKGROUND) -> list[Example]:
    """Turns of all kinds by these speakers, which ship."""
    rows = msgspec.json.decode(
        b"[" + b",".join(path.read_bytes().splitlines()) + b"]", type=list[_Turn]
    )
    own = [row for row in rows if row.speaker in speakers]
    texts = normalise_many([row.text for row in own])
    return [Example(n.text, row.speaker, None) for row, n in zip(own, texts, strict=True)]


class _Turn(msgspec.Struct):
    speaker: Speaker
    text: str


def _lines(path: Path) -> Iterator[tuple[int, _Line]]:
    try:
        content = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"cannot be read: {error}", where=str(path), mend="check path and encoding (UTF-8)"
        ) from error
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            given = msgspec.json.decode(line, type=_Line)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise ConfigError(
                f"is no example: {error}", where=f"{path}:{number}",
                mend='write {"text": "…", "label": true} or false, one a line',
            ) from error  # fmt: skip
        if not given.text.strip():
            raise ConfigError(
                "the text is empty", where=f"{path}:{number}", mend="take the line out"
            )
        yield number, given
