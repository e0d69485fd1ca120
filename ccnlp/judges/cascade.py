"""Back end: a quick judge settles what it is sure of; another judges the rest."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ccnlp.encoder.view import View
from ccnlp.judges.base import Doubles, Judged, Part, TurnJudge


class CascadeJudge:
    """Asks ``then`` only of turns on which ``first`` is not sure of every label.

    ``first`` is sure of a turn where its likeliest emotion reaches ``sure``, and each finding and
    act either reaches it or stays below ``1 - sure``. There is no embedding: settled turns have
    none.
    """

    def __init__(self, first: TurnJudge, then: TurnJudge, sure: float) -> None:
        self._first, self._then, self._sure = first, then, sure
        self.name = f"{first.name}>{then.name}"
        self.digest = f"{first.digest}>{then.digest}"
        self.parts: frozenset[Part] = first.parts & then.parts
        self._last: tuple[Sequence[View], Judged] | None = None

    def least(self, part: Part) -> Doubles:
        """Those of ``then``, which judges whatever is open."""
        return self._then.least(part)

    def judge(self, views: Sequence[View]) -> Judged:
        """As ``TurnJudge.judge``."""
        if self._last is not None and self._last[0] is views:
            return self._last[1]
        early = self._first.judge(views)
        asked = np.flatnonzero(~self._settled(early))
        late = self._then.judge([views[i] for i in asked.tolist()]) if len(asked) else None
        made: dict[Part, Doubles] = {}
        for part in self.parts:
            made[part] = early.part(part).copy()
            if late is not None:
                made[part][asked] = late.part(part)
        answer = Judged.of(made)
        self._last = (views, answer)
        return answer

    def _settled(self, said: Judged) -> NDArray[np.bool_]:
        sure: list[NDArray[np.bool_]] = []
        for part in self.parts:
            chances = said.part(part)
            if part == "emotion":
                sure.append(chances.max(axis=1) >= self._sure)
            else:
                sure.append(np.all((chances >= self._sure) | (chances < 1 - self._sure), axis=1))
        return np.asarray(np.all(sure, axis=0))
