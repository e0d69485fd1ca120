"""Few-shot detectors: a category that ships taken for new, and intents that no model has seen.

``python -m benchmarks.few_shot [--encoder FOLDER] [--seeds 5]``

First, one of the shipped categories at a time is taken out and learned again from 20 examples and
40 turns of something else (half of them the most alike by words) by hands a to c; 600 of the other
turns without it are the background. Tested on the sample and on hands d to f, by the analyser as it
runs. Beside it: n-grams without an encoder, and keywords (pieces of text that stand in two examples
and in nothing else). The encoder has learned these categories, so this flatters vectors.

Then eight intents of DataCLUE CIC, which no model here has seen, against the 110 others. Labels are
noisy, texts are single turns from before a purchase; the background is the one that ships, and in
the second row 600 unlabelled turns of that set beside it.
"""

import argparse
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ccnlp.analysers.base import TurnView
from ccnlp.analysers.categories import CategoryAnalyser
from ccnlp.assets import asset
from ccnlp.config import ModelOptions
from ccnlp.fewshot.detector import Encoder, grams_of, learn
from ccnlp.fewshot.examples import Example, read_background
from ccnlp.judges.encoder import EncoderJudge, load_encoder_judge
from ccnlp.taxonomy import CATEGORIES
from ccnlp.text.normalise import normalise_many
from ccnlp.text.segment import segment_lines
from ccnlp.training.corpus import read_conversations
from ccnlp.types import Turn

CHOSEN = (
    "system_outage", "churn", "vulnerable_customer", "stonewalling", "regulator_threat",
    "human_request",
)  # fmt: skip
INTENTS = (
    "买家讨价还价", "买家要求添加商家微信", "买家抱怨商品涨价了", "买家要求补偿", "买家催促发货",
    "买家咨询退款时间", "买家表示物流太慢了", "买家要求延迟发货",
)  # fmt: skip
INTENT = Path(__file__).parents[2] / "shared/data/intent"
TRAINING = asset("data", "training")
SAMPLE = asset("data", "sample", "conversations.jsonl")
POSITIVE, NEGATIVE, BACKGROUND = 20, 40, 600


class Said(msgspec.Struct, frozen=True):
    """A turn with its labels: category -> quotes that show it."""

    view: TurnView
    labels: dict[str, list[str]]


def read_said(paths: Sequence[Path]) -> list[Said]:
    """The labelled turns of conversations."""
    found = []
    for path in paths:
        for conversation in read_conversations(path):
            turns = conversation.transcript.turns
            normals = normalise_many([t.text for t in turns])
            words = segment_lines([n.text for n in normals])
            view: TurnView | None = None
            for i, turn in enumerate(turns):
                channel = conversation.transcript.channel
                view = TurnView(i, turn, channel, normals[i], view, words[i])
                labels: dict[str, list[str]] = {}
                for one in conversation.gold["findings"]:
                    if one["turn"] == i:
                        labels.setdefault(one["category"], []).append(one["quote"])
                found.append(Said(view, labels))
    return found


def draw(
    texts: Sequence[str], is_one: np.ndarray[Any, Any], seed: int
) -> tuple[list[int], list[int], list[int]]:
    """Places of examples, of counter-examples, half of them alike by words, and of the rest."""
    chance = np.random.default_rng(seed)
    ones = chance.choice(np.flatnonzero(is_one), POSITIVE, replace=False)
    others = np.flatnonzero(~is_one)
    bigrams = [{t[i : i + 2] for i in range(len(t) - 1)} for t in texts]
    alike = [
        max(len(bigrams[o] & bigrams[i]) / (1 + len(bigrams[o] | bigrams[i])) for i in ones)
        for o in others
    ]
    near = chance.choice(others[np.argsort(alike)[::-1][:100]], NEGATIVE // 2, replace=False)
    far = chance.choice(np.setdiff1d(others, near), NEGATIVE // 2, replace=False)
    labelled = np.concatenate((near, far))
    rest = np.setdiff1d(others, labelled)
    kept = chance.choice(rest, min(BACKGROUND, len(rest)), replace=False)
    return ones.tolist(), labelled.tolist(), kept.tolist()


def keywords(own: Sequence[Example], rest: Sequence[Example]) -> set[str]:
    """Pieces of 2 to 6 characters that stand in two examples, and in nothing else."""
    count: defaultdict[str, int] = defaultdict(int)
    for example in own:
        text = example.text
        if example.label:
            for piece in {text[i : i + n] for n in range(2, 7) for i in range(len(text) - n + 1)}:
                count[piece] += 1
    against = "\n".join(e.text for e in (*own, *rest) if not e.label)
    return {piece for piece, times in count.items() if times >= 2 and piece not in against}


def agreement(said: Sequence[bool], gold: Sequence[bool]) -> tuple[float, float, float]:
    """Precision, recall, F1."""
    hit = sum(s and g for s, g in zip(said, gold, strict=True))
    return (
        hit / max(1, sum(said)), hit / max(1, sum(gold)), 2 * hit / max(1, sum(said) + sum(gold)),
    )  # fmt: skip


def overlap(view: TurnView, span: tuple[int, int], quotes: Sequence[str]) -> bool:
    """Whether a span touches one of the quotes."""
    start, end = view.normal.span(*span)
    text = view.turn.text
    return any(start < text.find(q) + len(q) and text.find(q) < end for q in quotes)


def left_out(judge: EncoderJudge, seeds: int) -> None:
    """Shipped categories, taken for new."""
    known = read_said([TRAINING / f"conversations-{hand}.jsonl" for hand in "abc"])
    sets = {
        "sample": read_said([SAMPLE]),
        "hands d-f": read_said([TRAINING / f"conversations-{hand}.jsonl" for hand in "def"]),
    }
    encoder = Encoder(judge.encoder, judge.digest)
    rows: defaultdict[tuple[str, str, str], list[tuple[float, float, float]]] = defaultdict(list)
    evidence: defaultdict[str, list[bool]] = defaultdict(list)
    every = {
        speaker: [s for part in sets.values() for s in part if s.view.turn.speaker in speaker]
        for speaker in {CATEGORIES[c].speakers for c in CHOSEN}
    }
    views = {speakers: [s.view for s in said] for speakers, said in every.items()}
    for name in sorted(CHOSEN, key=lambda c: CATEGORIES[c].speakers):
        category = CATEGORIES[name]
        own = [s for s in known if s.view.turn.speaker in category.speakers and s.view.turn.text]
        texts = [s.view.normal.text for s in own]
        tested = every[category.speakers]
        part = len([s for s in sets["sample"] if s.view.turn.speaker in category.speakers])
        places = {"sample": slice(0, part), "hands d-f": slice(part, None)}
        gold = [name in s.labels for s in tested]
        for seed in range(seeds):
            ones, others, rest = draw(texts, np.array([name in s.labels for s in own]), seed)
            examples = [
                Example(texts[i], own[i].view.turn.speaker, label, 1)
                for label, chosen in ((True, ones), (False, others))
                for i in chosen
            ]
            background = [Example(texts[i], own[i].view.turn.speaker, None) for i in rest]
            phrases = keywords(examples, background)
            answers = {"keywords": [any(p in s.view.normal.text for p in phrases) for s in tested]}
            for method, reader in (("n-grams", None), ("encoder", encoder)):
                detector = learn(name, examples, background, reader).detector
                analyser = CategoryAnalyser([detector], CATEGORIES, judge if reader else None)
                told = analyser.encode(views[category.speakers])
                answers[method] = [any(chance >= 0.5 for _, chance, *_ in t) for t in told]
                for one, features in zip(tested, told, strict=True):
                    for _, chance, span, _ in features:
                        if chance >= 0.5 and name in one.labels:
                            evidence[method].append(overlap(one.view, span, one.labels[name]))
            for method, said in answers.items():
                for where, place in places.items():
                    rows[where, method, name].append(agreement(said[place], gold[place]))
    for where in sets:
        for method in ("encoder", "n-grams", "keywords"):
            means = {c: np.mean(rows[where, method, c], axis=0) for c in CHOSEN}
            show(f"{where}, {method}", np.mean(list(means.values()), axis=0))
            for name, mean in means.items():
                show(f"    {name}", mean)
    for method, touched in evidence.items():
        print(f"evidence, {method}: {np.mean(touched):.3f} of {len(touched)} right ones overlap")


def intents(judge: EncoderJudge, seeds: int) -> None:
    """Intents that no model has seen."""
    read = {
        part: [json.loads(line) for line in (INTENT / f"cic_{part}.jsonl").open(encoding="utf-8")]
        for part in ("train", "dev")
    }
    texts = {p: [n.text for n in normalise_many([r["text"] for r in x])] for p, x in read.items()}
    encoder = Encoder(judge.encoder, judge.digest)
    shipped = read_background(("customer",))
    views = [
        TurnView(0, Turn("customer", r["text"]), "chat", n)
        for r, n in zip(read["dev"], normalise_many([r["text"] for r in read["dev"]]), strict=True)
    ]
    grams, vectors = grams_of([v.normal.text for v in views]), judge.encoder.scores(views).embedding
    rows: defaultdict[str, list[tuple[float, ...]]] = defaultdict(list)
    for name in INTENTS:
        gold = np.array([r["intent"] == name for r in read["dev"]])
        for seed in range(seeds):
            labels = np.array([r["intent"] == name for r in read["train"]])
            ones, others, rest = draw(texts["train"], labels, seed)
            examples = [
                Example(texts["train"][i], "customer", label)
                for label, chosen in ((True, ones), (False, others))
                for i in chosen
            ]
            more = [Example(texts["train"][i], "customer", None) for i in rest]
            for method, reader, background in (
                ("encoder", encoder, shipped), ("encoder, own turns", encoder, [*shipped, *more]),
                ("n-grams", None, shipped),
            ):  # fmt: skip
                weights = learn(name, examples, background, reader).detector.weights
                chances = weights.chances(grams, vectors if reader else None)
                ranked = gold[np.argsort(-chances, kind="stable")]
                precise = (np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked].mean()
                rows[method].append((*agreement(chances >= 0.5, gold), float(precise)))
            phrases = keywords(examples, shipped)
            said = [any(p in t for p in phrases) for t in texts["dev"]]
            rows["keywords"].append((*agreement(said, gold), 0.0))
    for method, values in rows.items():
        show(f"intents, {method}", np.mean(values, axis=0))


def show(name: str, figures: Any) -> None:
    """One line: precision, recall, F1, and where it is known average precision."""
    print(f"{name:34}" + "".join(f"{v:7.3f}" for v in figures), flush=True)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", type=Path, default=asset("models", "encoder-fast", "1"))
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    # vectors of many backgrounds are kept for this run alone
    os.environ["CCNLP_CACHE"] = tempfile.mkdtemp()
    judge = load_encoder_judge(given.encoder, ModelOptions(str(given.encoder)))
    print(f"{given.encoder.name} {judge.digest}: precision, recall, F1")
    left_out(judge, given.seeds)
    if INTENT.exists():
        intents(judge, given.seeds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
