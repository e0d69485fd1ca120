"""Speed of the shipped turn encoders beside BERT-base, in one run on the same turns and threads.

``python -m benchmarks.encoder_speed [--data FILE.jsonl] [--threads 1]``

BERT-base stands as a Transformers text-classification pipeline (torch, fp32, random weights,
one token a character) and as a plain ONNX fp32 graph; both need the training extra and are left
out without it. The encoder's cache is off. What counts are the ratios.
"""

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ccnlp.assets import asset
from ccnlp.encoder.onnx import load_encoder
from ccnlp.text.normalise import normalise_many

DATA = Path(__file__).parents[2] / "shared/data/dialogues/real.jsonl"


def customer_turns(path: Path, limit: int) -> list[str]:
    """Distinct customer turns, evenly taken over the file."""
    if path.exists():
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    else:
        path = asset("data", "sample", "conversations.jsonl")
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    texts = dict.fromkeys(
        t["text"] for r in records for t in r["turns"] if t["speaker"] == "customer"
    )
    every = [n.text for n in normalise_many(list(texts))]
    step = max(1.0, len(every) / limit)
    return [every[int(i * step)] for i in range(min(limit, len(every)))]


def rate(run: Callable[[Sequence[str]], object], texts: Sequence[str], rounds: int = 3) -> float:
    """Turns a second, the best of some rounds."""
    best = 0.0
    for _ in range(rounds):
        begin = time.perf_counter()
        run(texts)
        best = max(best, len(texts) / (time.perf_counter() - begin))
    return best


def torch_pipeline(texts: Sequence[str], threads: int) -> Callable[[Sequence[str]], object]:
    """A Transformers pipeline of BERT-base size with random weights."""
    import tempfile

    import torch
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        BertTokenizerFast,
        TextClassificationPipeline,
    )

    torch.set_num_threads(threads)
    characters = sorted({c for t in texts for c in t if not c.isspace()})
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "vocab.txt"
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        words.write_text("\n".join([*special, *characters]), "utf-8")
        tokenizer = BertTokenizerFast(str(words))
    model = BertForSequenceClassification(BertConfig(vocab_size=21128, num_labels=6)).eval()
    pipe = TextClassificationPipeline(model=model, tokenizer=tokenizer, device="cpu")
    return lambda some: pipe(list(some), batch_size=8)


def onnx_fp32(texts: Sequence[str], threads: int) -> Callable[[Sequence[str]], object]:
    """BERT-base as a plain float32 graph, batches of 8 sorted by length."""
    import onnxruntime

    from ccnlp.training.encoder.base import Shape, block_table
    from ccnlp.training.encoder.graph import Weights, build_graph

    h, inner = 768, 3072
    rng = np.random.default_rng(1)

    def noise(*size: int) -> np.ndarray:
        return (rng.standard_normal(size) * 0.02).astype(np.float32)

    tensors = {"emb.pos": noise(512, h), "emb.type": noise(4, h)}
    for i in range(12):
        for part in ("q", "k", "v", "ao"):
            tensors[f"l{i}.{part}.w"], tensors[f"l{i}.{part}.b"] = noise(h, h), noise(h)
        tensors[f"l{i}.fi.w"], tensors[f"l{i}.fi.b"] = noise(inner, h), noise(inner)
        tensors[f"l{i}.fo.w"], tensors[f"l{i}.fo.b"] = noise(h, inner), noise(h)
    for name in ["emb.ln", *(f"l{i}.{n}" for i in range(12) for n in ("aln", "oln"))]:
        tensors[name + ".w"] = np.ones(h, np.float32)
        tensors[name + ".b"] = np.zeros(h, np.float32)
    weights = Weights(Shape(h, 12, 12, inner, 1e-12), tensors, block_table(noise(21128, h)), 512)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        build_graph(weights, None).SerializeToString(), options,
        providers=["CPUExecutionProvider"],
    )  # fmt: skip
    codes = {c: i + 5 for i, c in enumerate(sorted({c for t in texts for c in t}))}

    def run(some: Sequence[str]) -> None:
        ids = sorted(([2, *(codes[c] for c in t[:126]), 3] for t in some), key=len)
        for at in range(0, len(ids), 8):
            part = ids[at : at + 8]
            padded = np.ones((len(part), len(part[-1])), np.int32)
            for row, one in enumerate(part):
                padded[row, : len(one)] = one
            lengths = np.array([len(i) for i in part], np.int32)
            feed = {"ids": padded, "lengths": lengths, "speakers": np.zeros(len(part), np.int32)}
            session.run(["vector"], feed)

    return run


def start_up(folder: Path) -> tuple[float, float]:
    """Seconds to a first answer in a fresh process, and its peak of resident megabytes (Linux)."""
    code = (
        "import time;t=time.perf_counter();from pathlib import Path;"
        "from ccnlp.encoder.onnx import load_encoder;"
        f"load_encoder(Path({str(folder)!r})).embed(['你好']);"
        "s=time.perf_counter()-t;m=Path('/proc/self/status').read_text();"
        "print(s,int(m.split('VmHWM:')[1].split()[0])/1024)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, out.stdout.split())
    return seconds, megabytes


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--turns", type=int, default=1500)
    given = parser.parse_args()
    texts = customer_turns(given.data, given.turns)
    few = texts[:: max(1, len(texts) // 60)]
    print(f"{len(texts)} turns, {statistics.mean(map(len, texts)):.0f} characters each")
    slow: dict[str, float] = {}
    if importlib.util.find_spec("transformers") and importlib.util.find_spec("torch"):
        run = torch_pipeline(texts, given.threads)
        slow["BERT-base, torch pipeline"] = rate(run, few, 2)
    if importlib.util.find_spec("onnx"):
        slow["BERT-base, ONNX fp32"] = rate(onnx_fp32(texts, given.threads), few, 2)
    for name, turns in slow.items():
        print(f"{name:28s} {turns:8.1f} turns/s")
    for name in ("encoder-fast", "encoder-accurate"):
        folder = asset("models", name, "1")
        if not folder.is_dir():
            continue
        encoder = load_encoder(folder, threads=given.threads, cached=0)
        turns = rate(encoder.embed, texts)
        few_turns = rate(encoder.embed, few)
        print(f"{name:28s} {turns:8.1f} turns/s")
        for other, value in slow.items():
            print(f"  {few_turns / value:6.1f} x {other}")
        single = []
        for text in texts[:500]:
            begin = time.perf_counter()
            encoder.embed([text])
            single.append((time.perf_counter() - begin) * 1e3)
        single.sort()
        print(f"  one turn: p50 {single[250]:.2f} ms, p99 {single[494]:.2f} ms")
        seconds, megabytes = start_up(folder)
        print(f"  start-up {seconds:.2f} s, {megabytes:.0f} MB resident")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
