"""Rules as the engine knows them: phrases are numbers, everything is resolved and frozen."""

from pathlib import Path
from typing import Final

import msgspec

from ccnlp.types import Channel, Severity, Speaker
from ccnlp.yamlfile import line_of

#: ``within: all``.
ANY_DISTANCE: Final = 1 << 30


class Anchor(msgspec.Struct, frozen=True):
    """Something that must, or must not, stand in another turn."""

    #: Number of the anchor in its rule set.
    number: int
    phrases: tuple[int, ...]
    category: str | None
    act: str | None
    #: Whose turn it stands in.
    speakers: frozenset[str]
    #: In how many turns before or after, >= 1.
    within: int


class Window(msgspec.Struct, frozen=True):
    """The turns a rule looks at, by position; ``None`` asks nothing."""

    first: int | None
    last: int | None
    start: int | None
    end: int | None
    #: Whether only turns of the rule's speakers are counted.
    own: bool


class Example(msgspec.Struct, frozen=True):
    """A conversation that must, or must not, make a rule fire."""

    turns: tuple[tuple[Speaker, str], ...]
    channel: Channel
    #: As it stands in the file, for messages.
    shown: str
    quote: str | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule."""

    #: Position in the rule set.
    number: int
    #: Category or act, and which of the two.
    name: str
    is_act: bool
    id: str
    severity: Severity
    confidence: float
    explanation: str
    speakers: frozenset[str]
    channels: frozenset[str]
    #: Phrases, by their number in the rule set.
    any: tuple[int, ...]
    all: tuple[int, ...]
    none: tuple[int, ...]
    at_least: int
    of: tuple[int, ...]
    within: int | None
    order: bool
    allow: tuple[int, ...]
    unless: tuple[str, ...]
    window: Window | None
    after: Anchor | None
    not_after: Anchor | None
    followed_by: Anchor | None
    not_followed_by: Anchor | None
    repeated: int
    #: Whether hits by sound count on voice channels.
    speech: bool
    good: tuple[Example, ...]
    bad: tuple[Example, ...]
    #: The file, and the position in it.
    path: str
    place: int

    @property
    def source(self) -> str:
        """How findings and acts name the rule."""
        return f"phrases.{self.name}.{self.id}"

    def locate(self) -> str:
        """File and line, for messages; reads the file again."""
        return f"{self.path}:{line_of(Path(self.path), ['rules', str(self.place)])}"

    @property
    def evidence(self) -> tuple[int, ...]:
        """The phrases whose text is the evidence."""
        return self.any or self.of or self.all[:1]

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """All anchors of the rule."""
        four = (self.after, self.not_after, self.followed_by, self.not_followed_by)
        return tuple(anchor for anchor in four if anchor is not None)

    @property
    def waits(self) -> bool:
        """Whether later turns decide."""
        return (
            self.followed_by is not None
            or self.not_followed_by is not None
            or (self.window is not None and self.window.last is not None)
        )


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A rule found in one turn, offsets in the original text; anchors are not looked at yet."""

    rule: int
    start: int
    end: int
    confidence: float
    #: Why it does not count, or ``None``.
    suppressed: str | None = None
    #: How it was found, where not plainly: added to the explanation.
    note: str = ""


class TurnHits(msgspec.Struct, frozen=True, gc=False):
    """All that the rules find in one turn by itself."""

    hits: tuple[Hit, ...]
    #: Numbers of the anchors whose phrases stand in the turn.
    anchors: tuple[int, ...]
