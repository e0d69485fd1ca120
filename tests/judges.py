"""Judges for tests: views from lines, and a back end whose answers are known."""

import zlib
from collections.abc import Sequence

import numpy as np
from conversations import talk

from ccnlp.analysers.base import TurnView
from ccnlp.encoder.view import View
from ccnlp.judges.base import LABELS, PARTS, Doubles, Judged, Part
from ccnlp.text.normalise import normalise_many


def views_of(*lines: str) -> list[TurnView]:
    """Views of one conversation; lines as for ``conversations.talk``."""
    turns = talk(*lines).turns
    views: list[TurnView] = []
    for index, normal in enumerate(normalise_many([t.text for t in turns])):
        views.append(TurnView(index, turns[index], "chat", normal, views[-1] if views else None))
    return views


class FixedJudge:
    """Says of each text what it was given, of others something drawn from the text."""

    parts: frozenset[Part] = frozenset(PARTS)

    def __init__(self, name: str, emotions: dict[str, Sequence[float]] | None = None) -> None:
        self.name, self.digest = name, f"digest-{name}"
        self._emotions = emotions or {}
        #: The texts that it was asked of, call by call.
        self.asked: list[list[str]] = []

    def least(self, part: Part) -> Doubles:
        return np.full(len(LABELS[part]), 0.5)

    def judge(self, views: Sequence[View]) -> Judged:
        texts = [v.normal.text for v in views]
        self.asked.append(texts)
        rngs = [np.random.default_rng(zlib.crc32(f"{self.name} {t}".encode())) for t in texts]
        drawn = [
            np.array(self._emotions.get(t, r.dirichlet(np.ones(6))))
            for t, r in zip(texts, rngs, strict=True)
        ]
        return Judged(
            emotion=np.array(drawn).reshape(-1, 6),
            findings=np.array([r.random(19) for r in rngs]).reshape(-1, 19),
            acts=np.array([r.random(9) for r in rngs]).reshape(-1, 9),
            embedding=np.array([r.integers(-99, 99, 16) for r in rngs], np.int8).reshape(-1, 16),
        )
