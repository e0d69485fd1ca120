"""How fast each format is read, and whether memory stays flat.

    python -m benchmarks.ingest_speed [--conversations 5000]

Conversations of 20 turns are written in each format and read, checks included, on one core.
``parse`` is the bare JSON decoder on the same lines: the ratio to it says more than records
a second, which are the machine's. Memory is the peak of a process of its own (VmHWM) for
1, 5 and 25 times the conversations, as JSON lines with ids that are all different.
"""

import argparse
import csv
import gc
import json
import multiprocessing
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from ccnlp.ingest import Read, read
from ccnlp.types import Transcript

AGENT = ("您好，请问有什么可以帮您？", "好的，我帮您看一下订单情况", "请您稍等，正在为您核实")
CUSTOMER = ("我的快递怎么还没到", "已经等了三天了，上次说昨天到", "那你帮我催一下吧", "好的谢谢")


def conversation(number: int, **more: Any) -> dict[str, Any]:
    """A conversation of 20 turns with every field."""
    turns = [
        {
            "speaker": "customer" if turn % 2 else "agent",
            "text": CUSTOMER[turn % 4] if turn % 2 else AGENT[turn % 3],
            "start_seconds": round(turn * 3.1, 1),
            "end_seconds": round(turn * 3.1 + 2.5, 1),
        }
        for turn in range(20)
    ]
    return {
        "conversation_id": f"c-{number:07d}", "channel": "voice", "wait_seconds": 4.0,
        "started_at": "2026-03-01T09:00:00+08:00", "agent_id": "A17", "team": "华东",
        "customer_id": f"C{number}", "customer_tier": "vip", "attributes": {"product": "卡"},
        **more, "turns": turns,
    }  # fmt: skip


def write_jsonl(path: Path, count: int, **more: Any) -> None:
    """JSON lines."""
    with path.open("w", encoding="utf-8") as out:
        out.writelines(
            json.dumps(conversation(n, **more), ensure_ascii=False) + "\n" for n in range(count)
        )


def _rows(count: int, *, scattered: bool) -> Iterator[list[Any]]:
    rows = (
        [n, turn, {"agent": "客服", "customer": "客户"}[one["speaker"]], one["text"],
         one["start_seconds"], one["end_seconds"], "华东"]
        for n in range(count)
        for turn, one in enumerate(conversation(n)["turns"])
    )  # fmt: skip
    yield from sorted(rows, key=lambda row: (row[1], row[0])) if scattered else rows


def write_csv(path: Path, count: int, *, scattered: bool = False) -> None:
    """A row a turn, in blocks or in order of time."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["会话ID", "序号", "角色", "内容", "开始秒", "结束秒", "班组"])
        writer.writerows(_rows(count, scattered=scattered))


def write_parquet(path: Path, count: int) -> None:
    """A row a conversation, its turns nested."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist([conversation(n) for n in range(count)]), path)


def write_text(path: Path, count: int) -> None:
    """A chat export."""
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            out.write(f"会话ID：c-{number}\n")
            for turn, one in enumerate(conversation(number)["turns"]):
                role = "客服" if one["speaker"] == "agent" else "客户"
                out.write(f"{role} 09:{turn:02d}:00 {one['text']}\n")
            out.write("\n")


def rate(path: Path) -> float:
    """Conversations a second of processor time, the best of three."""
    best = 0.0
    for _ in range(3):
        gc.collect()
        began = time.process_time()
        count = sum(isinstance(item, Read) for item in read([str(path)]))
        best = max(best, count / (time.process_time() - began))
    return best


def parse_rate(path: Path) -> float:
    """Lines a second that the bare decoder takes."""
    decode = msgspec.json.Decoder(Transcript).decode
    best = 0.0
    for _ in range(3):
        began, count = time.process_time(), 0
        with path.open("rb") as lines:
            for line in lines:
                decode(line)
                count += 1
        best = max(best, count / (time.process_time() - began))
    return best


def _peak(path: str, answer: Any) -> None:
    count = sum(isinstance(item, Read) for item in read([path]))
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    answer.put((count, int(found[1]) / 1024 if found else 0.0))


def peak(path: Path) -> tuple[int, float]:
    """(conversations, MiB) of reading a file in a fresh process."""
    context = multiprocessing.get_context("spawn")
    answer: Any = context.Queue()
    process = context.Process(target=_peak, args=(str(path), answer))
    process.start()
    result: tuple[int, float] = answer.get()
    process.join()
    return result


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=5_000)
    count = parser.parse_args().conversations
    makers: dict[str, Callable[[Path, int], None]] = {
        "whole.jsonl": write_jsonl,
        "with null.jsonl": lambda path, n: write_jsonl(path, n, region=None),
        "unknown field.jsonl": lambda path, n: write_jsonl(path, n, region="沪"),
        "blocks.csv": write_csv,
        "scattered.csv": lambda path, n: write_csv(path, n, scattered=True),
        "nested.parquet": write_parquet,
        "chat.txt": write_text,
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, make in makers.items():
            path = Path(folder) / name
            make(path, count)
            if name == "whole.jsonl":
                bare = parse_rate(path)
                print(f"{'parse (bare decoder)':22} {bare:9,.0f} conversations/s")
            found = rate(path)
            print(f"{name:22} {found:9,.0f} conversations/s, {bare / found:5.1f} x parse")
        for times in (1, 5, 25):
            path = Path(folder) / f"{times}.jsonl"
            write_jsonl(path, count * times)
            read_, memory = peak(path)
            print(f"{read_:9,d} conversations: peak {memory:.1f} MiB")
            path.unlink()


if __name__ == "__main__":
    main()
