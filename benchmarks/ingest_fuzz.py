"""Throw seeded, mutated inputs at every reader and hold it to its promises.

    python -m benchmarks.ingest_fuzz --runs 100000 --seed 1 [--reader jsonl ...] [--workers 2]

For every input it must hold that
* nothing is raised and no process dies;
* every line or row is accounted for: those of the records read, of the records rejected and
  those skipped (blank lines, headers, separators) add up to the lines that there are;
* nothing disappears: each marker that stands in a record comes out again, in a transcript
  or in the raw record of a rejection (but for what a table's header was damaged to hold);
* every rejection has a known code, a reason, a way to mend it, a file and a line;
* every transcript can be written and read again and is what docs/transcript.md says.
"""

import argparse
import base64
import collections
import concurrent.futures
import io
import json
import re
import time
from typing import Any

import msgspec

from benchmarks.ingest_inputs import Maker
from ccnlp.ingest import RULES, Mapping, Read, Rejected, read
from ccnlp.ingest.delimited import Table
from ccnlp.ingest.encoding import Decision, decide
from ccnlp.ingest.lines import Lines, Sampled
from ccnlp.types import Transcript

READERS = ("jsonl", "csv", "parquet", "text", "encodings")
MARKER = re.compile(r"#\d{5}#")


class BrokenPromiseError(Exception):
    """A reader did not keep what it promises."""


def hold(kept: bool, promise: str) -> None:
    """Raise ``BrokenPromiseError`` unless a promise was kept."""
    if not kept:
        raise BrokenPromiseError(promise)


def check(
    data: bytes, options: dict[str, Any], mapping: Mapping | None = None
) -> collections.Counter[str]:
    """Read one input and hold the promises; ``BrokenPromiseError`` names the one that broke."""
    reading = read(["-"], mapping, stdin=io.BytesIO(data), **options)
    outcome: collections.Counter[str] = collections.Counter()
    lines = 0
    out: list[str] = []
    exempt = False
    for item in reading:
        lines += item.lines
        hold(item.line >= 1, "no line")
        hold(item.file == "-", "no file")
        if isinstance(item, Read):
            _transcript(item.transcript)
            hold(all(RULES[w.code].outcome == "warn" for w in item.warnings), "unknown warning")
            outcome["read"] += 1
            out.append(msgspec.json.encode(item.transcript).decode())
        else:
            outcome[item.code] += 1
            hold(RULES[item.code].outcome == "reject", "unknown code")
            hold(item.reason, "no reason")
            hold(item.mend, "no way to mend")
            exempt = exempt or item.form == "none"
            out.append(_record(item))
    summary = reading.summary()
    hold(
        lines + summary.skipped == summary.lines,
        f"{lines} lines in records and {summary.skipped} skipped, of {summary.lines}",
    )
    if not exempt:
        _markers(data, summary.encodings, "".join(out), options)
    return outcome


def _transcript(transcript: Transcript) -> None:
    again = msgspec.json.decode(msgspec.json.encode(transcript), type=Transcript)
    hold(again == transcript, "does not come back")
    hold(transcript.conversation_id.strip(), "no id")
    hold(any(turn.text.strip() for turn in transcript.turns), "no text")
    for turn in transcript.turns:
        hold(turn.speaker in ("customer", "agent", "bot", "system"), "speaker")
        for seconds in (turn.start_seconds, turn.end_seconds):
            hold(seconds is None or 0 <= seconds < float("inf"), "time")


def _record(item: Rejected) -> str:
    if item.form != "base64":
        return item.record
    raw = base64.b64decode(item.record)
    return raw.decode("latin-1") + raw.replace(b"\0", b"").decode("latin-1")


def _markers(data: bytes, encodings: dict[str, int], out: str, options: dict[str, Any]) -> None:
    """Each marker of the input comes out."""
    if options.get("format") == "parquet":
        if not encodings and data[:4] == b"PAR1":
            return _parquet_markers(data, out)
        return None
    text = data.replace(b"\0", b"").decode("latin-1")
    wanted = set(MARKER.findall(text))
    found = set(MARKER.findall(out)) | set(
        MARKER.findall(out.replace("\\u0000", "").replace("\0", ""))
    )
    if any(name.startswith("utf-16") for name in encodings):
        # Read in the wrong encoding nothing is lost either, but it looks otherwise.
        for codec in ("utf-16-le", "utf-16-be"):
            found |= set(MARKER.findall(out.encode(codec).replace(b"\0", b"").decode("latin-1")))
    lost = wanted - found
    if lost and options.get("format") != "jsonl":
        # Where a header has run together with a row, its names are read as names.
        lost -= set(MARKER.findall(_header(data, next(iter(encodings), "utf-8"))))
    hold(not lost, f"{sorted(lost)[:3]} is lost")
    return None


def _header(data: bytes, codec: str) -> str:
    """What a table's header holds, byte by byte but for NUL."""
    decision = decide(data, whole=True, chosen=Decision(codec, ""))
    table = Table(
        lambda: Lines(Sampled(io.BytesIO(data), 1 << 18), decision, 1 << 26), "-",
        delimiter=None, header=True,
    )  # fmt: skip
    raw = table.header_row.raw if table.header_row is not None else None
    return (raw or "").encode(codec, "replace").replace(b"\0", b"").decode("latin-1")


def _parquet_markers(data: bytes, out: str) -> None:
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(data))
        texts = json.dumps([str(row) for row in table.to_pylist()], ensure_ascii=False)
    except Exception:
        return
    found = set(MARKER.findall(out))
    for record in re.findall(r"base64:([A-Za-z0-9+/=]+)", out):
        found |= set(MARKER.findall(base64.b64decode(record).decode("latin-1")))
    lost = set(MARKER.findall(texts)) - found
    hold(not lost, f"{sorted(lost)[:3]} is lost")


def shard(reader: str, seed: int, runs: int) -> tuple[collections.Counter[str], list[str]]:
    """``runs`` inputs for one reader; outcomes and what broke."""
    outcomes: collections.Counter[str] = collections.Counter()
    broken: list[str] = []
    for run in range(runs):
        number = seed * 1_000_003 + run
        maker = Maker(number)
        data, options = getattr(maker, reader)()
        try:
            outcomes += check(data, options)
        except Exception as error:
            broken.append(f"{reader} {number}: {type(error).__name__}: {error}")
    return outcomes, broken


def main() -> int:
    """Run all readers; 1 where a promise broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", choices=READERS, action="append")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    failed = 0
    for reader in options.reader or READERS:
        began = time.perf_counter()
        size = max(1, min(1_000, options.runs))
        seeds = range(options.seed * 10_000, options.seed * 10_000 + -(-options.runs // size))
        outcomes: collections.Counter[str] = collections.Counter()
        broken: list[str] = []
        with concurrent.futures.ProcessPoolExecutor(options.workers) as pool:
            for done, wrong in pool.map(shard, [reader] * len(seeds), seeds, [size] * len(seeds)):
                outcomes += done
                broken += wrong
        failed += len(broken)
        read_, rejected = outcomes.pop("read", 0), sum(outcomes.values())
        print(
            f"{reader}: {len(seeds) * size} inputs, {read_} conversations read, {rejected} records "
            f"rejected, {len(broken)} broken promises, {time.perf_counter() - began:.0f} s"
        )
        print("   ", ", ".join(f"{code} {count}" for code, count in sorted(outcomes.items())))
        for line in broken[:20]:
            print("   !", line)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
