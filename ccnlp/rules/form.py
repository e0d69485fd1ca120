"""The form of a rule file, as it stands in YAML (docs/rules.md)."""

from typing import Literal

import msgspec

from ccnlp.types import Channel, Severity, Speaker

Scope = Literal["negated", "quoted", "reported", "hypothetical", "asked", "past"]
Speakers = Speaker | list[Speaker]
Reach = int | Literal["all"]


class AtLeastForm(msgspec.Struct, forbid_unknown_fields=True):
    """So many different phrases of a list."""

    count: int
    of: list[str]


class TurnsForm(msgspec.Struct, forbid_unknown_fields=True):
    """Where in the conversation."""

    first: int | None = None
    last: int | None = None
    from_: int | None = msgspec.field(default=None, name="from")
    to: int | None = None
    of: Literal["all", "speaker"] = "all"


class AnchorForm(msgspec.Struct, forbid_unknown_fields=True):
    """Something in an earlier or later turn."""

    any: list[str] = []
    category: str | None = None
    act: str | None = None
    speaker: Speakers | None = None
    within: Reach = 3


class ExampleForm(msgspec.Struct, forbid_unknown_fields=True):
    """An example with more than its text."""

    text: str | None = None
    turns: list[tuple[Speaker, str]] | None = None
    channel: Channel | None = None
    speaker: Speaker | None = None
    quote: str | None = None


class RuleForm(msgspec.Struct, forbid_unknown_fields=True):
    """One rule."""

    id: str
    any: list[str] = []
    all: list[str] = []
    none: list[str] = []
    at_least: AtLeastForm | None = None
    within: int | None = None
    order: bool = False
    allow: list[str] = []
    unless: list[Scope] | None = None
    channel: Channel | list[Channel] | None = None
    speaker: Speakers | None = None
    severity: Severity | None = None
    confidence: float | None = None
    explanation: str = ""
    speech: bool | None = None
    turns: TurnsForm | None = None
    after: AnchorForm | None = None
    not_after: AnchorForm | None = None
    followed_by: AnchorForm | None = None
    not_followed_by: AnchorForm | None = None
    repeated: int = 1
    good: list[str | ExampleForm] = []
    bad: list[str | ExampleForm] = []


class FileForm(msgspec.Struct, forbid_unknown_fields=True):
    """A rule file."""

    rules: list[RuleForm]
    category: str | None = None
    act: str | None = None
    severity: Severity | None = None
    speaker: Speakers | None = None
    channel: Channel | list[Channel] | None = None
    confidence: float = 0.85
    unless: list[Scope] | None = None
    speech: bool | None = None
    words: dict[str, list[str]] = {}
