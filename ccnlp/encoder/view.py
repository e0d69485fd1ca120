"""What models read of a turn: less than an analyser's view, so that they know no analyser."""

from typing import Protocol


class HasText(Protocol):
    """Holds a text."""

    @property
    def text(self) -> str:
        """The text."""
        ...


class HasSpeaker(Protocol):
    """Holds a speaker."""

    @property
    def speaker(self) -> str:
        """One of ``taxonomy.SPEAKERS``."""
        ...


class View(Protocol):
    """A turn, and by ``previous`` those before it (``analysers.base.TurnView`` is one)."""

    @property
    def normal(self) -> HasText:
        """The folded text."""
        ...

    @property
    def turn(self) -> HasSpeaker:
        """The turn itself."""
        ...

    @property
    def previous(self) -> "View | None":
        """The turn before."""
        ...
