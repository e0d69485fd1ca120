"""``ccnlp`` beside what one would write in an afternoon: ``python -m benchmarks.peer INPUT``.

The peer reads the same JSONL, cuts every turn with jieba, runs each phrase that the shipped rules
hold against the turn's speaker as a compiled ``re`` over it, and tells its emotion by TF-IDF over
words and a linear SVM (scikit-learn, all turns in one call). It knows no folding, scopes,
allow-lists, anchors, script steps, personal information, scorecard or store. ``ccnlp`` does all
that a worker of ``ccnlp score`` does, from JSON to the lines and records that are written.

Both are timed in CPU seconds on the same conversations, by turns in small pieces, best of three
rounds: the ratio is what tells.
"""

import argparse
import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jieba
import msgspec
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from ccnlp.assets import asset
from ccnlp.batch.chunk import Scorer
from ccnlp.config import load_recipe
from ccnlp.rules.load import load_rules
from ccnlp.text.expression import texts_pattern
from ccnlp.training.corpus import read_turns
from ccnlp.types import Transcript

_PIECE = 24
_ROUNDS = 3
_SPEAKERS = ("customer", "agent", "bot", "system")


class Peer:
    """jieba, loops of ``re``, TF-IDF and a linear SVM."""

    def __init__(self) -> None:
        recipe = load_recipe()
        rules = load_rules(recipe.rules, recipe.lexicon)
        self.phrases = [
            re.compile(e.pattern or texts_pattern(list(e.texts))) for e in rules.expressions
        ]
        self._own = {
            speaker: sorted({p for r in rules.rules if speaker in r.speakers for p in r.evidence})
            for speaker in _SPEAKERS
        }
        turns = [
            t for t in read_turns(sorted(asset("data", "training").glob("*.jsonl"))) if t.emotion
        ]
        self._vectors = TfidfVectorizer(analyzer=jieba.lcut)
        self._model = LinearSVC().fit(
            self._vectors.fit_transform([t.text for t in turns]), [t.emotion for t in turns]
        )

    def score(self, lines: Sequence[bytes]) -> list[str]:
        """One JSON line a conversation."""
        conversations = [json.loads(line) for line in lines]
        texts = [turn["text"] for one in conversations for turn in one["turns"]]
        emotions = iter(self._model.predict(self._vectors.transform(texts)) if texts else ())
        return [
            json.dumps(
                {
                    "conversation_id": one["conversation_id"],
                    "turns": [
                        {"hits": self._hits(turn), "emotion": next(emotions)}
                        for turn in one["turns"]
                    ],
                },
                ensure_ascii=False,
            )
            for one in conversations
        ]

    def _hits(self, turn: dict[str, Any]) -> list[tuple[int, int, int]]:
        return [
            (phrase, *found.span())
            for phrase in self._own[turn["speaker"]]
            for found in self.phrases[phrase].finditer(turn["text"])
        ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input", type=Path)
    parser.add_argument("--recipe", type=Path, help="without it the shipped one")
    parser.add_argument("--conversations", type=int, default=480, help="evenly over the input")
    given = parser.parse_args()
    lines = given.input.read_bytes().splitlines()
    lines = lines[:: max(1, len(lines) // given.conversations)][: given.conversations]
    decoder = msgspec.json.Decoder(Transcript)
    made = [decoder.decode(line) for line in lines]
    turns = sum(len(one.turns) for one in made)
    characters = sum(len(turn.text) for one in made for turn in one.turns)
    scorer, peer = Scorer(load_recipe(given.recipe), "2026-01-01T00:00:00+00:00"), Peer()
    ways: dict[str, Callable[[Sequence[bytes]], object]] = {
        "ccnlp": lambda piece: scorer.score([decoder.decode(line) for line in piece]),
        "jieba + re + TF-IDF + SVM": peer.score,
    }
    seconds = measure(ways, [lines[at : at + _PIECE] for at in range(0, len(lines), _PIECE)])
    print(f"{len(lines):,} conversations, {turns:,} turns, {characters:,} characters\n")
    print("| way | µs a turn | turns/s | conversations of 400 characters/s | ratio |")
    print("| --- | --: | --: | --: | --: |")
    slowest = max(seconds.values())
    for name, spent in seconds.items():
        print(
            f"| {name} | {spent / turns * 1e6:,.0f} | {turns / spent:,.0f} |"
            f" {characters / 400 / spent:,.0f} | {slowest / spent:.1f} |"
        )


def measure(
    ways: dict[str, Callable[[Sequence[bytes]], object]], pieces: Sequence[Sequence[bytes]]
) -> dict[str, float]:
    """CPU seconds of each way over all pieces, each piece at its best."""
    best = {name: [float("inf")] * len(pieces) for name in ways}
    for _ in range(_ROUNDS):
        for at, piece in enumerate(pieces):
            for name, way in ways.items():
                began = time.process_time()
                way(piece)
                best[name][at] = min(best[name][at], time.process_time() - began)
    return {name: sum(spent) for name, spent in best.items()}


if __name__ == "__main__":
    main()
