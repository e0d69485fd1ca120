"""What a back end that judges turns is: views in, probabilities out.

Columns always stand in the order of the taxonomy, whatever order a model keeps its own in.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from ccnlp.encoder.linear import SPEAKER_ROWS
from ccnlp.encoder.view import View
from ccnlp.taxonomy import CATEGORIES, EMOTIONS, ITEMS

Doubles = NDArray[np.float64]
Part = Literal["emotion", "findings", "acts"]

#: The columns of each part.
EMOTION_LABELS: Final = tuple(EMOTIONS)
FINDING_LABELS: Final = tuple(CATEGORIES)
ACT_LABELS: Final = tuple(item for item in ITEMS if item != "polite_language")
LABELS: Final[dict[Part, tuple[str, ...]]] = {
    "emotion": EMOTION_LABELS, "findings": FINDING_LABELS, "acts": ACT_LABELS,
}  # fmt: skip
PARTS: Final[tuple[Part, ...]] = tuple(LABELS)

_SPEAKER_ROW: Final = {speaker: row for row, speaker in enumerate(SPEAKER_ROWS)}
_MAY_SAY: Final = {
    "findings": np.array([[s in c.speakers for c in CATEGORIES.values()] for s in SPEAKER_ROWS]),
    "acts": np.array([[s in ("agent", "bot")] * len(ACT_LABELS) for s in SPEAKER_ROWS]),
}


class Judged(msgspec.Struct, frozen=True):
    """What a back end says of several turns, a row a turn; ``None``: it does not judge that.

    Probabilities are in [0, 1]. Those of a finding or act that the turn's speaker cannot say are 0.
    """

    #: Shape (turns, 6), rows sum to 1.
    emotion: Doubles | None = None
    #: Shape (turns, 19).
    findings: Doubles | None = None
    #: Shape (turns, 9).
    acts: Doubles | None = None
    #: Vectors of the turns' words, shape (turns, hidden); their cosine tells likeness.
    embedding: NDArray[np.int8] | None = None

    @classmethod
    def of(
        cls, parts: Mapping[Part, Doubles], embedding: NDArray[np.int8] | None = None
    ) -> "Judged":
        """From the parts by name."""
        return cls(parts.get("emotion"), parts.get("findings"), parts.get("acts"), embedding)

    def part(self, name: Part) -> Doubles:
        """The probabilities of a part that this back end judges."""
        found = getattr(self, name)
        if found is None:
            raise LookupError(f"this back end does not judge {name}")
        return np.asarray(found)


class Reading(msgspec.Struct, frozen=True):
    """How much an encoder was spared by its cache."""

    #: Turns that were judged, and texts that the network had to read for that.
    turns: int = 0
    read: int = 0

    @property
    def spared(self) -> float:
        """Share of the turns whose words were known, in [0, 1]."""
        return max(0.0, 1 - self.read / self.turns) if self.turns else 0.0

    def __add__(self, other: "Reading") -> "Reading":
        return Reading(self.turns + other.turns, self.read + other.read)

    def __sub__(self, other: "Reading") -> "Reading":
        return Reading(self.turns - other.turns, self.read - other.read)


class TurnJudge(Protocol):
    """Judges turns. One instance belongs to one thread."""

    @property
    def name(self) -> str:
        """Stands in the source of findings: ``model.<name>``."""
        ...

    @property
    def digest(self) -> str:
        """Digests of all models behind it; stands in an assessment's provenance."""
        ...

    @property
    def parts(self) -> frozenset[Part]:
        """What it judges."""
        ...

    def least(self, part: Part) -> Doubles:
        """Probability, a label, from which a finding or act counts by itself."""
        ...

    def judge(self, views: Sequence[View]) -> Judged:
        """Probabilities of each view, in order; any mix of conversations may stand in ``views``.

        A turn's row never depends on its neighbours in ``views``. Asked twice in a row for the
        very same sequence, a back end answers what it has.
        """
        ...


def speaker_rows(views: Sequence[View]) -> NDArray[np.int64]:
    """Row of each view's speaker in ``SPEAKER_ROWS``; shape (views,)."""
    return np.fromiter((_SPEAKER_ROW[v.turn.speaker] for v in views), np.int64, len(views))


def may_say(part: Part, speakers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which findings or acts may be said of turns by these speakers; shape (turns, labels)."""
    return _MAY_SAY[part][speakers]
