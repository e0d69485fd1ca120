"""Throughput, start-up and memory of ``ccnlp score``: ``python -m benchmarks.throughput INPUT``.

INPUT is any JSONL file of transcripts. It is scored at 1x, 5x and 25x (repeated with new ids),
each in a fresh process, and a Markdown table is printed. ``--turns N`` first regroups its turns
into conversations of N turns. A conversation's cost depends on its length: "20-turn a second" is
turns a second / 20.

Memory is the peak resident size of the whole process as the kernel reports it. Start-up is the
whole life of a process that scores one conversation and writes all its outputs; "cold" has no
cache of parsed YAML. All figures are of one run on one machine: compare rows, not machines.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_MAIN = "from ccnlp.cli import main; main()"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input", type=Path)
    parser.add_argument("--scales", default="1,5,25", help="times the input is repeated")
    parser.add_argument("--turns", type=int, default=0, help="regroup into conversations of N")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--recipe", help="without it the shipped one")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ccnlp-throughput-") as folder:
        home = Path(folder)
        source = home / "base.jsonl"
        write_base(given.input, source, given.turns)
        options = ["--recipe", given.recipe] if given.recipe else []
        start = start_up(source, home, options)
        rows = []
        for scale in (int(s) for s in given.scales.split(",")):
            grown = home / f"x{scale}.jsonl"
            repeat(source, grown, scale)
            rows.append(
                {"scale": scale, **measure(grown, home / f"out{scale}", given.jobs, options)}
            )
            grown.unlink()
    if given.json:
        print(json.dumps({"start_up": start, "rows": rows}))
    else:
        print_table(start, rows, given)


def write_base(source: Path, target: Path, turns: int) -> None:
    """The input as it is, or its turns cut into conversations of ``turns`` turns."""
    with target.open("w", encoding="utf-8") as out:
        if not turns:
            with source.open(encoding="utf-8") as lines:
                out.writelines(lines)
            return
        kept: list[Any] = []
        count = 0
        for turn in _turns(source):
            # Times would run backwards where two conversations meet.
            kept.append({k: turn[k] for k in ("speaker", "text")})
            if len(kept) == turns:
                row = {"conversation_id": f"regrouped-{count}", "turns": kept}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                kept, count = [], count + 1


def _turns(source: Path) -> Iterator[Any]:
    with source.open(encoding="utf-8") as lines:
        for line in lines:
            yield from json.loads(line)["turns"]


def repeat(source: Path, target: Path, times: int) -> None:
    """The input ``times`` over, each time under new ids."""
    with target.open("w", encoding="utf-8") as out:
        for time_over in range(times):
            with source.open(encoding="utf-8") as lines:
                for line in lines:
                    row = json.loads(line)
                    row["conversation_id"] = f"{row['conversation_id']}~{time_over}"
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")


def measure(source: Path, out: Path, jobs: int, options: list[str]) -> dict[str, Any]:
    """One run in a fresh process: what it says of itself, its wall time and peak memory."""
    command = [sys.executable, "-c", _MAIN, "score", str(source), "--out", str(out), "--json"]
    command += ["--jobs", str(jobs), *options]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        answer = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode not in (0, 1):
        raise SystemExit(f"ccnlp score ended with {process.returncode}")
    said = json.loads(answer)
    return {
        "conversations": said["conversations"],
        "turns": said["turns"],
        "quarantined": said["quarantined"],
        "seconds": said["seconds"],
        "wall_seconds": round(wall, 3),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
        "first_chunk_seconds": said["first_result_seconds"],
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
        "store_mib": round((out / "ccnlp.sqlite").stat().st_size / 2**20, 1),
    }


def start_up(source: Path, home: Path, options: list[str]) -> dict[str, float]:
    """Wall seconds of a process that scores one conversation, cold and warm."""
    one = home / "one.jsonl"
    with source.open(encoding="utf-8") as lines:
        one.write_text(next(lines), encoding="utf-8")
    before = os.environ.get("CCNLP_CACHE")
    os.environ["CCNLP_CACHE"] = str(home / "cache")
    try:
        cold = measure(one, home / "cold", 1, options)["wall_seconds"]
        warm = min(measure(one, home / f"warm{i}", 1, options)["wall_seconds"] for i in range(3))
    finally:
        if before is None:
            del os.environ["CCNLP_CACHE"]
        else:
            os.environ["CCNLP_CACHE"] = before
    return {"cold_seconds": cold, "warm_seconds": warm}


def print_table(start: dict[str, float], rows: list[dict[str, Any]], given: Any) -> None:
    """The figures as Markdown."""
    shape = f", regrouped into {given.turns} turns" if given.turns else ""
    print(f"{given.input.name}{shape}, {given.jobs} job(s)\n")
    print(
        f"start-up to the end of one conversation: {start['warm_seconds']:.2f} s"
        f" ({start['cold_seconds']:.2f} s without caches)\n"
    )
    print(
        "| scale | conversations | turns | quarantined | seconds | conversations/s | turns/s |"
        " 20-turn a second | peak MiB | against 1x |"
    )
    print("| --: " * 10 + "|")
    least = rows[0]["peak_mib"]
    for row in rows:
        rate = row["turns"] / row["seconds"]
        print(
            f"| {row['scale']} | {row['conversations']:,} | {row['turns']:,} |"
            f" {row['quarantined']:,} | {row['seconds']:.1f} |"
            f" {row['conversations'] / row['seconds']:,.0f} | {rate:,.0f} | {rate / 20:,.0f} |"
            f" {row['peak_mib']:,.0f} | {row['peak_mib'] / least:.2f} |"
        )


if __name__ == "__main__":
    main()
