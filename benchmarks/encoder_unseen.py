"""Emotion of the shipped encoders on buyers' utterances labelled by intent (DataCLUE CIC).

``python -m benchmarks.encoder_unseen [--data FILE]``

Intents of discontent stand for angry, of praise and thanks for happy, of questions for neutral.
The labels are noisy, and the set is no part of any training.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from ccnlp.assets import asset
from ccnlp.encoder.onnx import load_encoder
from ccnlp.training.encoder.evaluate import PassageView
from ccnlp.training.encoder.vocabulary import fold_texts

DATA = Path(__file__).parents[2] / "shared/data/intent/cic_dev.jsonl"


def expected(intent: str) -> str | None:
    """The emotion an intent stands for."""
    if any(word in intent for word in ("不满", "生气", "物流太慢", "涨价")):
        return "angry"
    if any(word in intent for word in ("赞美", "满意", "感谢")):
        return "happy"
    return "neutral" if "咨询" in intent else None


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    given = parser.parse_args()
    if not given.data.exists():
        print(f"{given.data} is not here")
        return 0
    rows = [json.loads(line) for line in given.data.read_text("utf-8").splitlines()]
    pairs = [(r["text"], e) for r in rows if (e := expected(r["intent"]))]
    gold = np.array([e for _, e in pairs])
    views = [PassageView(t, "customer", None) for t in fold_texts([t for t, _ in pairs])]
    for folder in sorted(asset("models").glob("encoder-*/1")):
        encoder = load_encoder(folder)
        scores = np.stack([s.emotion for s in encoder.encode(views)])
        answer = np.array([encoder.emotions[i] for i in scores.argmax(axis=1)])
        print(folder.parent.name, {e: int((gold == e).sum()) for e in sorted(set(gold))})
        neutral = gold == "neutral"
        print(f"  false anger on neutral {float((answer[neutral] == 'angry').mean()):.3f}")
        for label in ("angry", "happy"):
            hit = int(((gold == label) & (answer == label)).sum())
            total = int((gold == label).sum() + (answer == label).sum())
            print(f"  F1 {label} {2 * hit / max(1, total):.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
