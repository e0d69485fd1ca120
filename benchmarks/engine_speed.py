"""Conversations a CPU-second through the engine alone, and what each part of it takes.

    python -m benchmarks.engine_speed TRANSCRIPTS.jsonl [RECIPE.yaml]

Takes the conversations of at least 12 turns, scores them once to warm up, then again. CPU time of
this process is counted, so that other work on the machine matters less. An encoder has the second
time all turns in its cache: name `configs/recipes/linear.yaml`, or read what is left without it.
"""

import sys
import time
from pathlib import Path

import msgspec

from ccnlp.config import load_recipe
from ccnlp.engine import Engine
from ccnlp.types import Transcript

_BATCH = 48


def main(path: Path, recipe: Path | None) -> None:
    """Print a table."""
    decode = msgspec.json.Decoder(Transcript).decode
    with path.open("rb") as lines:
        transcripts = [t for line in lines if len((t := decode(line)).turns) >= 12]
    turns = sum(len(t.turns) for t in transcripts)
    characters = sum(len(x.text) for t in transcripts for x in t.turns)
    engine = Engine(load_recipe(recipe))
    batches = [transcripts[i : i + _BATCH] for i in range(0, len(transcripts), _BATCH)]
    for batch in batches:
        engine.score_many(batch)
    began = time.process_time()
    for batch in batches:
        engine.score_many(batch)
    spent = time.process_time() - began
    print(f"{len(transcripts):,} conversations, {turns:,} turns, {characters:,} characters\n")
    print("| a CPU-second | |\n| --- | --- |")
    print(f"| conversations of 20 turns | {turns / 20 / spent:,.0f} |")
    print(f"| conversations of 400 characters | {characters / 400 / spent:,.0f} |")
    print(f"| turns | {turns / spent:,.0f} |")
    print(f"| characters | {characters / spent:,.0f} |")
    print(f"\n{1e6 * spent / turns:.1f} microseconds a turn")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
