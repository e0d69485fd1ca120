"""How the shipped encoders hold out when the same text is written differently.

``python -m benchmarks.encoder_robustness [--data FILE] [--model FOLDER ...]``

Each variant is the same labelled conversations in Traditional characters, without punctuation (as
a recogniser writes), with typing slips (one character in twenty dropped, doubled or swapped with
its neighbour), or without emoji. Sarcasm is counted apart: turns whose words praise and whose
label is angry.
"""

import argparse
import random
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from ccnlp.assets import asset
from ccnlp.encoder.onnx import TurnEncoder, load_encoder
from ccnlp.judges.base import EMOTION_LABELS
from ccnlp.training.encoder.corpus import Passage, read_conversations
from ccnlp.training.encoder.evaluate import probabilities
from ccnlp.training.encoder.measure import measure
from ccnlp.training.encoder.vocabulary import fold_texts

DATA = Path(__file__).parents[2] / "shared/data/dev_conversations.jsonl"
_SIGNS = re.compile(r"[,.!?;:~、。…—\-\"'()\[\]<>《》“”]+")
_EMOJI = re.compile("[\U0001f000-\U0001faff☀-➿️‍]+")
_PRAISE = re.compile("真(好|棒|行|贴心|厉害)|太(好|棒|贴心)了|谢谢|感谢|佩服|高效|呵呵|👍|👏")


def slips(text: str) -> str:
    """The text with a slip in about one character in twenty, the same ones each time."""
    rng = random.Random(text)
    out = list(text)
    for i in range(len(out) - 1):
        if rng.random() < 0.05:
            kind = rng.randrange(3)
            if kind == 0:
                out[i] = ""
            elif kind == 1:
                out[i] *= 2
            else:
                out[i], out[i + 1] = out[i + 1], out[i]
    return "".join(out)


def variants() -> dict[str, Callable[[str], str]]:
    """Name and rewriting of each variant."""
    found: dict[str, Callable[[str], str]] = {
        "as written": str,
        "no punctuation": lambda t: _SIGNS.sub(" ", t).strip() or t,
        "typing slips": slips,
        "no emoji": lambda t: _EMOJI.sub("", t) or t,
    }
    try:
        from opencc import OpenCC
    except ImportError:
        return found
    simple, traditional = OpenCC("t2s"), OpenCC("s2twp")
    found["Simplified"] = simple.convert
    found["Traditional"] = lambda t: traditional.convert(simple.convert(t))
    return found


def rewritten(passages: list[Passage], change: Callable[[str], str]) -> list[Passage]:
    """The passages with every text changed and folded again."""
    return [
        msgspec.structs.replace(p, texts=tuple(fold_texts([change(t) for t in p.texts])))
        for p in passages
    ]


def sarcasm(encoder: TurnEncoder, passages: list[Passage]) -> tuple[int, int]:
    """How many turns that praise in words and are labelled angry are found angry."""
    angry = EMOTION_LABELS.index("angry")
    texts = [t for p in passages for t in p.texts]
    gold = np.concatenate([p.emotion for p in passages])
    answer = probabilities(encoder, passages)[:, : len(EMOTION_LABELS)].argmax(axis=1)
    dry = [i for i, t in enumerate(texts) if gold[i] == angry and _PRAISE.search(t)]
    return sum(int(answer[i] == angry) for i in dry), len(dry)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--model", type=Path, nargs="*")
    given = parser.parse_args()
    data = given.data if given.data.exists() else asset("data", "sample")
    passages = read_conversations(data)
    folders = given.model or sorted(asset("models").glob("encoder-*/1"))
    for folder in folders:
        encoder = load_encoder(folder)
        print(folder)
        for name, change in variants().items():
            changed = rewritten(passages, change)
            figures = measure(
                changed, probabilities(encoder, changed), threshold=encoder.findings_threshold,
                acts_threshold=encoder.acts_threshold,
            )  # fmt: skip
            print(f"  {name:16s}", " ".join(f"{n}={v:.3f}" for n, v in figures.items()))
        hit, of = sarcasm(encoder, passages)
        print(f"  sarcasm: {hit} of {of} found angry")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
