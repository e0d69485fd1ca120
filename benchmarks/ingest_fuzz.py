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

Inputs are made of the templates below, whose texts were written for this purpose.
"""

import argparse
import base64
import collections
import concurrent.futures
import io
import json
import random
import re
import time
from typing import Any

import msgspec

from ccnlp.ingest import RULES, Mapping, Read, Rejected, read
from ccnlp.types import Transcript

SAYS = (
    "您好，请问有什么可以帮您？", "我的快递三天没到", "嗯", "订单号：8820-1147", "你们怎么回事！",
    "請問在嗎",
    "好的😊 谢谢",
    "09:30 我打过电话", "第一行\n第二行", '他说"不行"', "a,b;c\td|e", "", " ", "客服说：等三天",
    "-----", "{}", "[图片]", "https://example.com/a?b=c", "𠮷野家", "é × ·", "会话ID：x", "１２３",
)  # fmt: skip
ROLES = ("customer", "agent", "bot", "system", "客服", "客户", "坐席", "用户", "机器人", "客服小王", "小李",
         "user", "tb_99", "", "买家", "客戶", "賣家")  # fmt: skip
TIMES = (0, 1.5, 3, -1, 1e9, 1e300, None, "3.5", "01:22", "2026-03-01 09:01:22", "x", True, "9:61",
         "nan", [], 1772326882, "2026/3/1 9:01", "下午3:01")  # fmt: skip
JUNK = (
    b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b"\n", b"\r",
    b"\r\n", b"\t", b"\\ud800", b"\\u0000", b"NaN", b"1e999", b"null", b"-0", b"\xa1", b"\xe4\xbd", b"\x85",
    b"\xe2\x80\xa8", b":", "：".encode(), "【".encode(), b"-----\n", b'""', b"\x1a", b"\x1f\x8b", b"PK\x03\x04",
)  # fmt: skip
READERS = ("jsonl", "csv", "parquet", "text", "encodings")
#: No sign of it can be the second byte of a character of GB18030 or Big5.
MARKER = re.compile(r"#\d{5}#")
CODECS = ("utf-8", "utf-8-sig", "gb18030", "cp950", "big5hkscs", "utf-16", "utf-16-le", "utf-16-be")


class Maker:
    """Makes inputs from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0

    def marked(self, text: str) -> str:
        """A text with a marker of its own."""
        self.count += 1
        return f"{text} #{self.count:05d}#"

    def turns(self) -> list[dict[str, Any]]:
        """Turns, most of them well-formed."""
        pick = self.random
        good = pick.random() < 0.7
        turns = []
        for number in range(pick.randint(0 if not good else 1, 4)):
            turn: dict[str, Any] = {
                "speaker": pick.choice(ROLES[:4] if good else ROLES),
                "text": self.marked(pick.choice(SAYS)),
            }
            if pick.random() < 0.5:
                turn["start_seconds"] = number * 2.0 if good else pick.choice(TIMES)
                turn["end_seconds"] = number * 2.0 + 1 if good else pick.choice(TIMES)
            if pick.random() < 0.05:
                turn["score"] = self.marked("x")
            if not good and pick.random() < 0.1:
                turn.pop(pick.choice(list(turn)))
            turns.append(turn)
        return turns

    def record(self) -> dict[str, Any]:
        """A conversation as JSON, most of them well-formed."""
        pick = self.random
        record: dict[str, Any] = {"conversation_id": f"c-{pick.randint(0, 30)}"}
        if pick.random() < 0.3:
            record["channel"] = pick.choice(("voice", "chat", "电话", "fax", None, 3))
        if pick.random() < 0.3:
            record["started_at"] = pick.choice(
                ("2026-03-01T09:00:00+08:00", *map(str, TIMES), None, 5)
            )
        if pick.random() < 0.2:
            record["wait_seconds"] = pick.choice(TIMES)
        if pick.random() < 0.2:
            record["attributes"] = pick.choice(
                ({}, {"a": 1}, {"turns": 2}, None, "x", {"n": [None]})
            )
        if pick.random() < 0.2:
            record[pick.choice(("extra", "turn", "team", "id"))] = pick.choice(
                (1, "v", None, [1], 2.5)
            )
        record["turns"] = self.turns()
        if pick.random() < 0.05:
            record.pop(pick.choice(list(record)))
        return record

    def jsonl(self) -> tuple[bytes, dict[str, Any]]:
        """JSON lines."""
        lines = []
        for _ in range(self.random.randint(1, 4)):
            record: Any = self.record()
            if self.random.random() < 0.05:
                record = {"transcript": record, "gold": {}}
            ascii_only = self.random.random() < 0.3
            lines.append(json.dumps(record, ensure_ascii=ascii_only))
        data = "\n".join(lines).encode("utf-8", "surrogatepass") + b"\n"
        return self.mutated(data), {"format": "jsonl"}

    def csv(self) -> tuple[bytes, dict[str, Any]]:
        """A table with a row a turn or a row a conversation."""
        pick = self.random
        delimiter = pick.choice(",,,\t;|")
        if pick.random() < 0.7:
            header = ["会话ID", "角色", "内容", "时间", "产品", "序号"][: pick.randint(3, 6)]
            rows = []
            for conversation in range(pick.randint(1, 3)):
                for turn in range(pick.randint(1, 3)):
                    row = [f"c{conversation}", pick.choice(ROLES), self.marked(pick.choice(SAYS)),
                           str(pick.choice(TIMES)), pick.choice(("卡", "")), str(turn)]  # fmt: skip
                    rows.append(row[: len(header)])
            if pick.random() < 0.3:
                pick.shuffle(rows)
        else:
            header = ["conversation_id", "channel", "dialogue"]
            rows = []
            for conversation in range(pick.randint(1, 3)):
                if pick.random() < 0.5:
                    cell = json.dumps(self.turns(), ensure_ascii=False)
                else:
                    cell = "\n".join(self.chat_lines())
                rows.append([f"c{conversation}", pick.choice(("voice", "电话", "")), cell])
        lines = [delimiter.join(_cell(cell, delimiter) for cell in row) for row in (header, *rows)]
        return self.mutated("\n".join(lines).encode() + b"\n"), {"format": "csv"}

    def chat_lines(self) -> list[str]:
        """Lines of a chat export in one of the usual shapes."""
        pick = self.random
        shape = pick.choice(("{t} {r}: {x}", "[{t}] {r}：{x}", "{r} {t} {x}", "{r}：{x}", "{r} {d} {t}\n{x}",
                             "{d} {t} {r}\n{x}\n", "{r}({d} {t}): {x}", "{r}\n{x}\n", "【{r}】{x}"))  # fmt: skip
        names = [
            pick.choice(("客服", "客服小王", "坐席", "小王", "官方旗舰店:小美")),
            pick.choice(("客户", "tb_12", "用户")),
        ]
        lines: list[str] = []
        if pick.random() < 0.3:
            lines += [f"会话ID：s{pick.randint(0, 20)}", self.marked("产品：卡")]
        for turn in range(pick.randint(1, 5)):
            lines += shape.format(
                t=f"09:{turn:02d}:{pick.randint(0, 59):02d}", d="2026-03-01", r=names[turn % 2],
                x=self.marked(pick.choice(SAYS)),
            ).split("\n")  # fmt: skip
            if pick.random() < 0.1:
                lines.append(
                    self.marked(pick.choice(("再说一句", "09:30", "地址：北京", "2026-03-01")))
                )
        return lines

    def text(self) -> tuple[bytes, dict[str, Any]]:
        """A chat export of a few conversations."""
        lines: list[str] = []
        for number in range(self.random.randint(1, 3)):
            if number:
                lines += self.random.choice(
                    (["", "-----"], ["===== 会话 9 ====="], [""], ["", "会话ID：t1"])
                )
            lines += self.chat_lines()
        return self.mutated("\n".join(lines).encode() + b"\n"), {"format": "text"}

    def encodings(self) -> tuple[bytes, dict[str, Any]]:
        """Any text format in any encoding, damaged a little or not at all."""
        pick = self.random
        kind = pick.choice(("jsonl", "csv", "text"))
        before, self.count = self.count, self.count
        data, options = getattr(self, kind)()
        del before
        text = data.decode("utf-8", "replace")
        codec = pick.choice(CODECS)
        data = text.encode(codec, "replace")
        if pick.random() < 0.4:
            data = self.mutated(data)
        if pick.random() < 0.1:
            options["encoding"] = pick.choice(("utf-8", "gb18030", "big5", "utf-16"))
        if pick.random() < 0.2:
            options.pop("format")
        return data, options

    def parquet(self) -> tuple[bytes, dict[str, Any]]:
        """Parquet with odd values, or with damaged bytes."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        pick = self.random
        if pick.random() < 0.6:
            count = pick.randint(1, 6)
            texts = [
                self.marked(pick.choice(SAYS)) if pick.random() < 0.95 else None
                for _ in range(count)
            ]
            raw = [None if text is None else text.encode() for text in texts]
            if pick.random() < 0.2:
                raw = [None if one is None else self.mutated(one) for one in raw]
            column = pa.array(raw, pa.binary())
            if pick.random() < 0.8:
                column = column.view(pa.string())
            ids: Any = [f"c{pick.randint(0, 3)}" for _ in range(count)]
            times: Any = [pick.choice((0.0, 1.5, float("nan"), float("inf"), -1.0, None, 1e300))
                          for _ in range(count)]  # fmt: skip
            if pick.random() < 0.3:
                ids, times = [pick.choice((1, 2, None)) for _ in range(count)], pa.array(
                    [pick.randint(0, 2**45) for _ in range(count)], pa.timestamp("ms"))  # fmt: skip
            table = pa.table({
                "session_id": ids, "role": [pick.choice(ROLES) for _ in range(count)], "content": column,
                "time": times, "score": [pick.choice((1.5, None, float("nan"))) for _ in range(count)],
            })  # fmt: skip
        else:
            good = [self.turns() for _ in range(pick.randint(1, 3))]
            cells = [
                [{"speaker": str(t.get("speaker")), "text": t.get("text"),
                  "start_seconds": t["start_seconds"] if isinstance(t.get("start_seconds"), float) else None}
                 for t in turns] for turns in good
            ]  # fmt: skip
            table = pa.table(
                {"conversation_id": [f"p{n}" for n in range(len(cells))], "turns": cells}
            )
        sink = io.BytesIO()
        pq.write_table(table, sink, compression=pick.choice(("none", "snappy")))
        data = sink.getvalue()
        if pick.random() < 0.4:
            data = self.mutated(data)
        return data, {"format": "parquet"}

    def mutated(self, data: bytes) -> bytes:
        """The data with up to four random changes; as it was, one time in five."""
        pick = self.random
        out = bytearray(data)
        if pick.random() < 0.2:
            return data
        for _ in range(pick.randint(1, 4)):
            place = pick.randint(0, len(out))
            kind = pick.randint(0, 6)
            if kind == 0:
                out[place:place] = pick.choice(JUNK)
            elif kind == 1:
                del out[place : place + pick.choice((1, 1, 2, 7, 40))]
            elif kind == 2 and out:
                out[place % len(out)] = pick.randint(0, 255)
            elif kind == 3:
                end = min(len(out), place + pick.randint(1, 60))
                out[place:place] = out[place:end]
            elif kind == 4:
                lines = bytes(out).split(b"\n")
                pick.shuffle(lines)
                out = bytearray(b"\n".join(lines))
            elif kind == 5:
                out = out[:place] if pick.random() < 0.3 else out
            else:
                out[place:place] = bytes(pick.randint(0, 255) for _ in range(pick.randint(1, 6)))
        return bytes(out)


def _cell(text: str, delimiter: str) -> str:
    if any(sign in text for sign in (delimiter, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def check(
    data: bytes, options: dict[str, Any], mapping: Mapping | None = None
) -> collections.Counter[str]:
    """Read one input and hold the promises; ``AssertionError`` names the one that broke."""
    reading = read(["-"], mapping, stdin=io.BytesIO(data), **options)
    outcome: collections.Counter[str] = collections.Counter()
    lines = 0
    out: list[str] = []
    exempt = False
    for item in reading:
        lines += item.lines
        assert item.line >= 1, "no line"
        assert item.file == "-", "no file"
        if isinstance(item, Read):
            _transcript(item.transcript)
            assert all(RULES[w.code].outcome == "warn" for w in item.warnings), "unknown warning"
            outcome["read"] += 1
            out.append(msgspec.json.encode(item.transcript).decode())
        else:
            outcome[item.code] += 1
            assert RULES[item.code].outcome == "reject", "unknown code"
            assert item.reason, "no reason"
            assert item.mend, "no way to mend"
            exempt = exempt or item.form == "none"
            out.append(_record(item))
    summary = reading.summary()
    assert lines + summary.skipped == summary.lines, (
        f"{lines} lines in records and {summary.skipped} skipped, of {summary.lines}"
    )
    if not exempt:
        _markers(data, summary.encodings, "".join(out), options)
    return outcome


def _transcript(transcript: Transcript) -> None:
    again = msgspec.json.decode(msgspec.json.encode(transcript), type=Transcript)
    assert again == transcript, "does not come back"
    assert transcript.conversation_id.strip(), "no id"
    assert any(turn.text.strip() for turn in transcript.turns), "no text"
    for turn in transcript.turns:
        assert turn.speaker in ("customer", "agent", "bot", "system"), "speaker"
        for seconds in (turn.start_seconds, turn.end_seconds):
            assert seconds is None or 0 <= seconds < float("inf"), "time"


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
        codec = next(iter(encodings), "utf-8")
        lines = data.decode(codec, "ignore").lstrip(" \r\n\t,;|\0\ufeff").splitlines()
        lost -= set(MARKER.findall("".join(lines[:2])))
    assert not lost, f"{sorted(lost)[:3]} is lost"
    return None


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
    assert not lost, f"{sorted(lost)[:3]} is lost"


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
