"""The encoder's architecture on Weibo posts of six emotions (SMP2020-EWECT).

``python -m benchmarks.encoder_smp2020 --base FILE --tokenizer FILE [--test FILE] [--bert FOLDER]``

Trains on the set's training file with the stages that train the shipped models, and measures on
its development file (and on ``--test``): TF-IDF with a linear classifier, twelve layers, and six
layers taught by the twelve; both also as they would run, in int8. Nothing of it ships: the set
states no licence. What is trained stays in ``--work``, so that a second run only measures.
"""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ccnlp.encoder.onnx import load_encoder
from ccnlp.judges.base import EMOTION_LABELS
from ccnlp.training.encoder.corpus import Passage, read_sentences
from ccnlp.training.encoder.evaluate import raw_scores
from ccnlp.training.encoder.finetune import FitSettings, predict
from ccnlp.training.encoder.measure import EMOTION, macro_f1
from ccnlp.training.encoder.settings import ModelSettings, Sentences, TrainSettings
from ccnlp.training.encoder.stages import Trainer

SHARED = Path(__file__).parents[2] / "shared/data/emotion"


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--train", type=Path, default=SHARED / "smp2020_train.jsonl")
    parser.add_argument("--dev", type=Path, default=SHARED / "smp2020_dev.jsonl")
    parser.add_argument("--test", type=Path, help="a further labelled file")
    parser.add_argument("--bert", type=Path, help="a local folder of bert-base-chinese")
    parser.add_argument("--work", type=Path, default=Path("build/smp2020"))
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    sets = {p.stem: read_sentences(p) for p in (given.dev, given.test) if p}
    train = read_sentences(given.train)
    _say("characters, TF-IDF, logistic", tf_idf(train, sets))
    accurate, fast = trainers(given)
    for name, trainer in (("12 layers", accurate), ("6 layers, taught by 12", fast)):
        network = trainer.learn()
        _say(name, measured(sets, lambda p: predict(network, trainer.encoded(p))))  # noqa: B023
        trainer.export(network, None)
        encoder = load_encoder(trainer.settings.out, threads=given.threads)
        _say(f"{name}, int8", measured(sets, lambda p: raw_scores(encoder, p)))  # noqa: B023
    if given.bert:
        _say("bert-base-chinese", bert(given.bert, train, sets, given.threads))
    return 0


def trainers(given: argparse.Namespace) -> tuple[Trainer, Trainer]:
    """Twelve layers, and six that they teach."""
    fit = FitSettings(epochs=3, turns=32, average=0.998, threads=given.threads)
    twelve = ModelSettings(tuple(range(12)), fit)
    six = ModelSettings(
        tuple(range(6)), msgspec.structs.replace(fit, epochs=2),
        first=msgspec.structs.replace(fit, epochs=2),
    )  # fmt: skip
    settings = TrainSettings(
        name="smp2020-accurate", version="0", base=given.base, tokenizer=given.tokenizer,
        work=given.work, out=given.work / "accurate", student=twelve, conversations=(), folds=0,
        sentences=(Sentences(given.train, "none stated", weight=1.0),),
    )  # fmt: skip
    taught = msgspec.structs.replace(
        settings, name="smp2020-fast", out=given.work / "fast", student=six, teacher=twelve
    )
    return Trainer(settings), Trainer(taught)


def measured(
    sets: Mapping[str, list[Passage]], judge: Callable[[list[Passage]], NDArray[np.floating]]
) -> dict[str, float]:
    """Macro-F1 and accuracy of raw scores on each set."""
    figures = {}
    for name, passages in sets.items():
        gold = np.concatenate([p.emotion for p in passages])
        answer = judge(passages)[:, EMOTION].argmax(axis=1)
        figures[f"{name} macro-F1"] = macro_f1(gold, answer, len(EMOTION_LABELS))
        figures[f"{name} accuracy"] = float((gold == answer).mean())
    return figures


def tf_idf(train: list[Passage], sets: Mapping[str, list[Passage]]) -> dict[str, float]:
    """The usual baseline: characters one to three, logistic regression."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
    model = LogisticRegression(C=4, class_weight="balanced", max_iter=300)
    gold = [int(p.emotion[0]) for p in train]
    model.fit(vectors.fit_transform([p.texts[0] for p in train]), gold)

    def judge(passages: list[Passage]) -> NDArray[np.floating]:
        rows = vectors.transform([p.texts[0] for p in passages])
        return np.asarray(model.predict_proba(rows))

    return measured(sets, judge)


def bert(
    folder: Path, train: list[Passage], sets: Mapping[str, list[Passage]], threads: int
) -> dict[str, float]:
    """A local Transformers encoder, fine-tuned in the usual way (3 epochs, rate 2e-5)."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=6)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-5)

    def scores(passages: list[Passage]) -> Any:
        texts = [p.texts[0] for p in passages]
        batch = tokenizer(texts, padding=True, truncation=True, max_length=128, return_tensors="pt")
        with torch.autocast("cpu", torch.bfloat16):
            return model(**batch).logits.float()

    model.train()
    for _ in range(3):
        order = torch.randperm(len(train)).tolist()
        for at in range(0, len(order), 32):
            chosen = [train[i] for i in order[at : at + 32]]
            gold = torch.tensor([int(p.emotion[0]) for p in chosen])
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(scores(chosen), gold).backward()
            optimiser.step()
    model.eval()

    def judge(passages: list[Passage]) -> NDArray[np.floating]:
        with torch.no_grad():
            parts = [scores(passages[at : at + 32]) for at in range(0, len(passages), 32)]
        return np.asarray(torch.cat(parts).numpy())

    return measured(sets, judge)


def _say(name: str, figures: Mapping[str, float]) -> None:
    print(name, *(f"{k} {v:.4f}" for k, v in figures.items()), sep="  ", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
