"""Whether Traditional text is judged like Simplified: each conversation beside its twin.

The twin is made by OpenCC (s2twp: characters and Taiwan's words) and, for the way back, by tw2sp.
Labelled quotes are converted piece by piece, so that each stands in the twin's text.

    python -m benchmarks.traditional_twin LABELLED.jsonl
"""

import sys
from itertools import pairwise
from pathlib import Path

import msgspec
import opencc

from ccnlp.config import load_recipe
from ccnlp.engine import Engine
from ccnlp.quality import measure_quality
from ccnlp.training.corpus import LabelledConversation, read_conversations

_SHOWN = (
    "findings_conv", "findings_turn", "findings_macro", "items", "emotion_accuracy", "handoff",
    "complaint", "pii_recall", "pii_precision",
)  # fmt: skip


def twin(conversation: LabelledConversation, converter: opencc.OpenCC) -> LabelledConversation:
    """The conversation in the other script, its labels with it."""
    quotes: dict[int, set[str]] = {}
    for kind in ("findings", "pii"):
        for label in conversation.gold[kind]:
            quotes.setdefault(label["turn"], set()).add(label["quote"])
    turns, changed = [], {}
    for index, turn in enumerate(conversation.transcript.turns):
        text, pieces = turn.text, quotes.get(index, set())
        cuts = {0, len(text)}
        for quote in pieces:
            start = text.find(quote)
            cuts |= {start, start + len(quote)}
        edges = sorted(cuts)
        parts = {a: converter.convert(text[a:b]) for a, b in pairwise(edges)}
        for quote in pieces:
            start = text.find(quote)
            end = start + len(quote)
            changed[index, quote] = "".join(p for a, p in parts.items() if start <= a < end)
        turns.append(msgspec.structs.replace(turn, text="".join(parts.values())))
    gold = dict(conversation.gold)
    for kind in ("findings", "pii"):
        gold[kind] = [
            {**label, "quote": changed[label["turn"], label["quote"]]} for label in gold[kind]
        ]
    transcript = msgspec.structs.replace(conversation.transcript, turns=tuple(turns))
    return LabelledConversation(transcript, gold)


def is_simplified(conversation: LabelledConversation) -> bool:
    """Whether the text is its own Simplified form."""
    text = "".join(t.text for t in conversation.transcript.turns)
    return opencc.OpenCC("t2s").convert(text) == text


def main(path: Path) -> int:
    """Print the figures of both and the largest gap; 1 where it is above one point."""
    originals = [c for c in read_conversations(path) if is_simplified(c)]
    there, back = opencc.OpenCC("s2twp"), opencc.OpenCC("tw2sp")
    twins = [twin(c, there) for c in originals]
    again = [twin(c, back) for c in twins]
    engine = Engine(load_recipe())
    rows = [
        measure_quality(group, engine.score_many([c.transcript for c in group])).figures
        for group in (originals, twins, again)
    ]
    print(f"{len(originals)} Simplified conversations\n")
    print("| figure | original | twin (s2twp) | and back (tw2sp) | gap |")
    print("| --- | --- | --- | --- | --- |")
    worst = 0.0
    for name in _SHOWN:
        gap = max(abs(r[name] - rows[0][name]) for r in rows[1:])
        worst = max(worst, gap)
        print(f"| {name} | " + " | ".join(f"{r[name]:.3f}" for r in rows) + f" | {gap:.3f} |")
    print(f"\nlargest gap {worst:.3f}")
    return int(worst > 0.01)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
