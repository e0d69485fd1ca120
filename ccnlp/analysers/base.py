"""What an analyser is.

An analyser looks at turns and answers observations: findings, acts of the service script,
emotions, personal information. Its work is cut in two, so that one engine serves the nightly
batch and the live hook alike:

* ``encode`` is whatever is slow and gains from batches. It is stateless and elementwise: the
  features of a view never depend on its neighbours in the batch.
* ``step`` and ``finish`` decide. They are a pure fold over the turns of one conversation,
  cheap enough to be replayed: a live session's state is only a cache of that fold.

Every analyser runs under the contract tests in ``tests/test_analyser_contract.py``.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from ccnlp.text.normalise import Normal
from ccnlp.types import Channel, Observation, Turn


class TurnView(msgspec.Struct, frozen=True):
    """A turn as an analyser sees it: its words, and what came just before."""

    #: Position in the conversation, from 0.
    index: int
    turn: Turn
    channel: Channel
    #: The turn's text, normalised, with a true way back to the original.
    normal: Normal
    #: The view of the turn before; ``None`` at the first.
    previous: "TurnView | None" = None
    #: The words of the normalised text, in order; ``None``: not segmented.
    words: Sequence[str] | None = None


class Analyser(Protocol):
    """Turns in, observations out; built from a recipe by ``catalogue.build``."""

    @property
    def name(self) -> str:
        """Unique and stable; recipes name it."""
        ...

    def encode(self, views: Sequence[TurnView]) -> Sequence[Any]:
        """Features of each view, in order; any mix of conversations may stand in ``views``."""
        ...

    def start(self) -> Any:
        """State before the first turn. States are immutable values."""
        ...

    def step(self, state: Any, view: TurnView, features: Any) -> tuple[Any, Sequence[Observation]]:
        """Take one turn; answer the next state and what is known now.

        An observation may point at an earlier turn (a number split over turns, a rule that
        waits for what follows); one that was answered is never taken back.
        """
        ...

    def finish(self, state: Any) -> Sequence[Observation]:
        """What only the end of the conversation tells."""
        ...
