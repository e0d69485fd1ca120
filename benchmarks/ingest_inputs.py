"""Seeded inputs for every reader, most of them damaged; for ``benchmarks.ingest_fuzz``.

The texts were written for this purpose. Each ends in a marker ("#00017#"), whose signs cannot
be the second byte of a character of GB18030 or Big5, so that damage beside it leaves it whole.
"""

import io
import itertools
import json
import random
from typing import Any

SAYS = (
    "您好，请问有什么可以帮您？", "我的快递三天没到", "嗯", "订单号：8820-1147", "你们怎么回事！",
    "請問在嗎", "好的😊 谢谢", "09:30 我打过电话", "第一行\n第二行", '他说"不行"',
    "a,b;c\td|e", "", " ", "客服说：等三天",
    "-----", "{}", "[图片]", "https://example.com/a?b=c", "𠮷野家", "é × ·", "会话ID：x", "１２３",
)  # fmt: skip
ROLES = ("customer", "agent", "bot", "system", "客服", "客户", "坐席", "用户", "机器人",
         "客服小王", "小李", "user", "tb_99", "", "买家", "客戶", "賣家")  # fmt: skip
TIMES = (0, 1.5, 3, -1, 1e9, 1e300, None, "3.5", "01:22", "2026-03-01 09:01:22", "x", True, "9:61",
         "nan", [], 1772326882, "2026/3/1 9:01", "下午3:01")  # fmt: skip
JUNK = (
    b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b'"', b"\\", b"{", b"}", b"[", b"]", b",",
    b"\n", b"\r", b"\r\n", b"\t", b"\\ud800", b"\\u0000", b"NaN", b"1e999", b"null", b"-0", b"\xa1",
    b"\xe4\xbd", b"\x85", b"\xe2\x80\xa8", b":", "：".encode(), "【".encode(), b"-----\n", b'""',
    b"\x1a", b"\x1f\x8b", b"PK\x03\x04",
)  # fmt: skip
SHAPES = (
    "{t} {r}: {x}", "[{t}] {r}：{x}", "{r} {t} {x}", "{r}：{x}", "{r} {d} {t}\n{x}",
    "{d} {t} {r}\n{x}\n", "{r}({d} {t}): {x}", "{r}\n{x}\n", "【{r}】{x}",
)  # fmt: skip
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
        shape = pick.choice(SHAPES)
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
        data, options = getattr(self, kind)()
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
                "session_id": ids, "content": column,
                "role": [pick.choice(ROLES) for _ in range(count)],
                "time": times,
                "score": [pick.choice((1.5, None, float("nan"))) for _ in range(count)],
            })  # fmt: skip
        else:
            good = [self.turns() for _ in range(pick.randint(1, 3))]
            cells = [
                [{"speaker": str(t.get("speaker")), "text": t.get("text"),
                  "start_seconds": _float(t.get("start_seconds"))}
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
        """The data with up to four random changes; as it was, one time in five.

        Half of the time the changes are of whole characters, so that the damage is one of
        structure and does not end at the first byte that is no text.
        """
        pick = self.random
        if pick.random() < 0.2:
            return data
        if pick.random() < 0.5:
            try:
                signs = list(data.decode("utf-8"))
            except UnicodeDecodeError:
                signs = []
            if signs:
                for _ in range(pick.randint(1, 4)):
                    junk = pick.choice(JUNK).decode("utf-8", "ignore")
                    self._change(signs, list(junk), "\n")
                return "".join(signs).encode("utf-8")
        out = bytearray(data)
        for _ in range(pick.randint(1, 4)):
            junk = pick.choice((pick.choice(JUNK), pick.randbytes(pick.randint(1, 6))))
            self._change(out, junk, 10)
        return bytes(out)

    def _change(self, out: Any, junk: Any, newline: Any) -> None:
        """One change in place, of bytes or of characters."""
        pick = self.random
        place = pick.randint(0, len(out))
        kind = pick.randint(0, 5)
        if kind == 0:
            out[place:place] = junk
        elif kind == 1:
            del out[place : place + pick.choice((1, 1, 2, 7, 40))]
        elif kind == 2:
            out[place : place + 1] = junk
        elif kind == 3:
            out[place:place] = out[place : place + pick.randint(1, 60)]
        elif kind == 4:
            ends = [-1, *(n for n, sign in enumerate(out) if sign == newline), len(out)]
            lines = [out[a + 1 : b] for a, b in itertools.pairwise(ends)]
            pick.shuffle(lines)
            flat = [sign for line in lines for sign in (*line, newline)]
            out[:] = flat[:-1]
        elif pick.random() < 0.3:
            del out[place:]


def _float(value: Any) -> float | None:
    return value if isinstance(value, float) else None


def _cell(text: str, delimiter: str) -> str:
    if any(sign in text for sign in (delimiter, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text
