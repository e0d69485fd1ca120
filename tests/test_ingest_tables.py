"""CSV, TSV, Parquet and Arrow: a row a turn, a row a conversation."""

import csv
import datetime
import io
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ccnlp.ingest import Limits, Mapping, Read, Rejected, load_mapping, read
from tests.ingest_samples import codes, one, read_all, rejected, said, starts

MAPPINGS = Path(__file__).parents[1] / "configs" / "mappings"
HEADER = "会话ID,角色,内容\n"


def table(rows: list[list[Any]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def parquet(columns: dict[str, Any]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_rows_of_turns_with_usual_names(delimiter: str) -> None:
    text = table(
        [
            ["会话编号", "渠道", "坐席工号", "角色", "内容", "时间", "满意度"],
            ["1", "电话", "", "客户", "我要退货,\n三天了", "2026-03-01 09:00:05", "5"],
            ["1", "电话", "A7", "客服", '好的"马上"', "2026-03-01 09:00:09", "5"],
            ["2", "在线", "A8", "机器人", "您好", "2026-03-01 09:01:00", ""],
        ],
        delimiter,
    )
    items, summary = read_all(text)
    first, second = items
    assert isinstance(first, Read)
    assert isinstance(second, Read)
    assert said(first.transcript) == [("customer", "我要退货,\n三天了"), ("agent", '好的"马上"')]
    assert starts(first.transcript) == [0.0, 4.0]
    assert first.transcript.started_at == "2026-03-01T09:00:05+08:00"
    assert first.transcript.channel == "voice"
    assert first.transcript.agent_id == "A7"
    assert first.transcript.attributes == {"满意度": "5"}
    assert (first.line, first.lines) == (2, 3)
    assert second.transcript.attributes == {}
    assert (summary.lines, summary.skipped, summary.formats) == (5, 1, {"csv": 1})


def test_english_names() -> None:
    item = one("session_id,role,content,start,end\ns,user,hi,0,1.5\ns,agent,hello,2,3\n")
    assert said(item.transcript) == [("customer", "hi"), ("agent", "hello")]
    assert starts(item.transcript) == [0.0, 2.0]
    assert item.warnings == ()


def test_columns_by_mapping() -> None:
    text = table(
        [
            ["会话编号", "发送方", "消息内容", "发送时间", "消息序号", "接入渠道", "备注"],
            ["9", "2", "在的", "1772326882000", "2", "官网", "x"],
            ["9", "1", "在吗", "1772326880000", "1", "官网", ""],
            ["9", "自助服务", "请选择", "1772326885500", "3", "官网", ""],
        ]
    )
    item = one(text, load_mapping(MAPPINGS / "turn_rows.yaml"))
    assert said(item.transcript) == [("customer", "在吗"), ("agent", "在的"), ("bot", "请选择")]
    assert starts(item.transcript) == [0.0, 2.0, 5.5]
    assert item.transcript.started_at == "2026-03-01T09:01:20+08:00"
    assert item.transcript.attributes["turns"] == {"1": {"备注": "x"}}
    assert codes(item) == ["turns_sorted"]


def test_a_table_without_a_header() -> None:
    mapping = load_mapping(MAPPINGS / "no_header.yaml")
    text = "1|09:00:00|C|在吗\n2|09:00:01|C|喂\n1|09:00:02|A|在\n"
    items, summary = read_all(text, mapping, format="csv")
    assert [said(item.transcript) for item in items if isinstance(item, Read)] == [
        [("customer", "在吗"), ("agent", "在")], [("customer", "喂")],
    ]  # fmt: skip
    assert (summary.lines, summary.skipped) == (3, 0)


def test_rows_of_conversations_with_a_text_or_json() -> None:
    turns = json.dumps([{"role": "user", "content": "喂"}, {"role": "agent", "content": "您好"}])
    rows = [
        ["录音编号", "转写文本", "来电时间", "排队时长", "坐席工号", "地区"],
        ["r1", "客服：您好\n客户：我要退货", "2026-03-01 09:00", "00:32", "A7", "沪"],
        ["r2", turns, "2026-03-01 09:05", "12", "A8", ""],
    ]
    items, _ = read_all(table(rows), load_mapping(MAPPINGS / "conversation_rows.yaml"))
    first, second = items
    assert isinstance(first, Read)
    assert isinstance(second, Read)
    assert said(first.transcript) == [("agent", "您好"), ("customer", "我要退货")]
    assert first.transcript.wait_seconds == 32.0
    assert first.transcript.channel == "voice"
    assert first.transcript.attributes == {"地区": "沪", "started_at": "2026-03-01 09:00"}
    assert said(second.transcript) == [("customer", "喂"), ("agent", "您好")]


def test_a_table_without_ids_is_one_conversation() -> None:
    item = one("角色,内容\n客服,您好\n客户,喂\n")
    assert item.transcript.conversation_id == "stdin"
    assert len(item.transcript.turns) == 2


def test_scattered_rows_are_put_together_in_order_of_first_appearance() -> None:
    pick = random.Random(5)
    rows = [(f"c{n % 300:03d}", f"第{n}句") for n in range(3000)]
    pick.shuffle(rows)
    text = HEADER + "".join(f"{name},客户,{said_}\n" for name, said_ in rows)
    items, summary = read_all(text)
    got = {item.transcript.conversation_id: [t.text for t in item.transcript.turns]
           for item in items if isinstance(item, Read)}  # fmt: skip
    expected: dict[str, list[str]] = {}
    for name, said_ in rows:
        expected.setdefault(name, []).append(said_)
    assert got == expected
    assert list(got) == list(expected)
    assert (summary.read, summary.lines) == (300, 3001)


def test_scattered_rows_of_a_contiguous_reading_are_duplicates() -> None:
    text = HEADER + "1,客户,a\n2,客户,b\n1,客户,c\n"
    items, _ = read_all(text, Mapping(grouping="contiguous"))
    assert isinstance(items[2], Rejected)
    assert (items[2].code, items[2].line) == ("duplicate_id", 4)


@pytest.mark.parametrize(
    ("row", "code", "record"),
    [
        ("1,客户", "bad_row", "1,客户"),
        ("1,客户,a,b", "bad_row", "1,客户,a,b"),
        ('1,客户,"a', "bad_quoting", '1,客户,"a'),
        ('1,客户,"a"b', "bad_quoting", '1,客户,"a"b'),
        (",客户,a", "missing_field", ",客户,a"),
    ],
)
def test_a_broken_row_is_rejected_alone_and_remarked_on(row: str, code: str, record: str) -> None:
    text = HEADER + f"0,客户,x\n1,客户,y\n{row}\n1,客服,z\n2,客户,w\n"
    items, summary = read_all(text)
    bad = [item for item in items if isinstance(item, Rejected)]
    assert [(b.code, b.record, b.line, b.lines) for b in bad] == [(code, record, 4, 1)]
    read_ = [item for item in items if isinstance(item, Read)]
    assert [r.transcript.conversation_id for r in read_] == ["0", "1", "2"]
    assert [codes(r) for r in read_] == [[], ["row_lost"], []]
    assert summary.lines == sum(item.lines for item in items) + summary.skipped


def test_an_open_quote_swallows_only_its_own_line() -> None:
    rows = [f"{n},客户,第{n}句" for n in range(50)]
    rows[10] = '10,客户,"没有收尾'
    items, _ = read_all(HEADER + "\n".join(rows))
    assert sum(isinstance(item, Read) for item in items) == 49


def test_a_conversation_with_an_unknown_speaker_is_rejected_with_all_its_rows() -> None:
    item = rejected(HEADER + "1,客户,a\n1,甲,b\n1,乙,c\n")
    assert item.code == "unknown_speaker"
    assert "turns[1]" in item.reason
    assert "甲" in item.reason
    assert item.record == "1,客户,a\n1,甲,b\n1,乙,c"
    assert item.conversation_id == "1"
    assert (item.line, item.lines) == (2, 3)


def test_a_label_too_long_for_one_is_not_repeated_in_the_reason() -> None:
    text = "这一整句话是客户说的内容不是角色所以不该写进原因"
    assert text not in rejected(HEADER + f"1,{text},客户\n").reason


def test_unknown_speakers_by_rule() -> None:
    item = one(HEADER + "1,客服,a\n1,甲,b\n1,乙,c\n", Mapping(unknown_speaker="customer"))
    assert [s for s, _ in said(item.transcript)] == ["agent", "customer", "customer"]
    assert item.transcript.attributes["turns"] == {"1": {"label": "甲"}, "2": {"label": "乙"}}


def test_unknown_columns_reject_the_table_whole() -> None:
    item = rejected("a,b\n1,2\n3,4\n", format="csv")
    assert item.code == "unknown_columns"
    assert item.record == "a,b\n1,2\n3,4"
    assert item.lines == 3


def test_more_rows_of_one_id_than_turns_allowed_are_rejected_in_pieces() -> None:
    text = HEADER + "1,客户,x\n" * 25 + "2,客户,y\n"
    items, summary = read_all(text, limits=Limits(turns=10))
    assert [getattr(item, "code", "read") for item in items] == ["too_many_turns"] * 3 + ["read"]
    assert sum(item.lines for item in items) == 26
    assert summary.lines == 27


def test_a_time_of_day_passes_midnight() -> None:
    item = one(HEADER.strip() + ",时间\n1,客户,a,23:59:50\n1,客服,b,00:00:10\n")
    assert starts(item.transcript) == [0.0, 20.0]
    assert item.warnings == ()


def test_two_sides_listed_one_after_the_other_are_sorted() -> None:
    text = HEADER.strip() + ",开始秒\n1,客户,a,1\n1,客户,b,5\n1,客服,c,0\n1,客服,d,3\n"
    item = one(text)
    assert [t for _, t in said(item.transcript)] == ["c", "a", "d", "b"]
    assert codes(item) == ["turns_sorted"]
    kept = one(text, sort_turns=False)
    assert [t for _, t in said(kept.transcript)] == ["a", "b", "c", "d"]
    assert codes(kept) == ["turns_out_of_order"]


def test_a_clock_that_was_set_back_is_not_sorted() -> None:
    item = one(HEADER.strip() + ",开始秒\n1,客户,a,10\n1,客户,b,2\n1,客服,c,5\n")
    assert [t for _, t in said(item.transcript)] == ["a", "b", "c"]
    assert codes(item) == ["clock_backwards"]


def test_parquet_of_turns() -> None:
    data = parquet(
        {
            "session_id": pa.array([1, 1, 2]), "role": ["客户", "客服", "user"],
            "content": ["a", "b", "c"],
            "time": pa.array([datetime.datetime(2026, 3, 1, 9, 0, n) for n in (0, 7, 9)]),
            "score": [0.5, float("nan"), None],
        }
    )  # fmt: skip
    items, summary = read_all(data)
    assert isinstance(items[0], Read)
    assert said(items[0].transcript) == [("customer", "a"), ("agent", "b")]
    assert starts(items[0].transcript) == [0.0, 7.0]
    assert items[0].transcript.conversation_id == "1"
    assert items[0].transcript.attributes == {"turns": {"0": {"score": 0.5}}}
    assert items[0].warnings == ()
    assert (items[0].line, items[0].lines) == (1, 2)
    assert summary.formats == {"parquet": 1}


def test_parquet_of_conversations_keeps_nested_turns() -> None:
    turns = [[{"speaker": "agent", "text": "a", "start_seconds": 0.0}], []]
    items, _ = read_all(
        parquet({"conversation_id": ["x", "y"], "turns": turns, "region": ["沪", None]})
    )
    assert isinstance(items[0], Read)
    assert starts(items[0].transcript) == [0.0]
    assert items[0].transcript.attributes == {"region": "沪"}
    assert isinstance(items[1], Rejected)
    assert (items[1].code, items[1].form) == ("empty_conversation", "json")
    assert json.loads(items[1].record)["conversation_id"] == "y"


def test_parquet_rows_whose_text_is_not_utf_8_are_rejected_alone() -> None:
    text = pa.array([b"\xe4\xbd\xa0", b"\xff\xfe", b"ok"], pa.binary()).view(pa.string())
    data = parquet({"session_id": ["1", "2", "3"], "role": ["user"] * 3, "content": text})
    items, _ = read_all(data)
    bad = [item for item in items if isinstance(item, Rejected)]
    assert [(b.code, b.line, b.form) for b in bad] == [("undecodable", 2, "json")]
    assert "base64:" in bad[0].record
    assert sum(isinstance(item, Read) for item in items) == 2


def test_a_damaged_parquet_file_is_rejected_and_the_run_goes_on(tmp_path: Path) -> None:
    good = parquet({"session_id": ["1"], "role": ["user"], "content": ["a"]})
    (tmp_path / "a.parquet").write_bytes(good[:-20])
    (tmp_path / "b.parquet").write_bytes(good)
    items = list(read([str(tmp_path)]))
    assert isinstance(items[0], Rejected)
    assert items[0].code == "damaged_file"
    assert isinstance(items[1], Read)


def test_a_folder_saved_by_datasets(tmp_path: Path) -> None:
    # The layout of Dataset.save_to_disk: Arrow streams in the order of state.json.
    folder = tmp_path / "train"
    folder.mkdir()
    names = ["data-00001-of-00002.arrow", "data-00000-of-00002.arrow"]
    for number, name in enumerate(names):
        turns = {"role": ["user", "assistant"], "content": [f"问{number}", "答"]}
        batch = pa.table({"id": [f"d{number}"], "messages": pa.array([turns])})
        with (
            pa.OSFile(str(folder / name), "wb") as sink,
            pa.ipc.new_stream(sink, batch.schema) as out,
        ):
            out.write_table(batch)
    (folder / "state.json").write_text(
        json.dumps({"_data_files": [{"filename": n} for n in names]})
    )
    (folder / "dataset_info.json").write_text("{}")
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train"]}')
    items = [item for item in read([str(tmp_path)]) if isinstance(item, Read)]
    assert [item.transcript.conversation_id for item in items] == ["d0", "d1"]
    assert said(items[0].transcript) == [("customer", "问0"), ("bot", "答")]


def test_datasets_own_folder_is_read(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    turns = [{"speaker": "customer", "text": "在吗", "start_seconds": None}]
    data = datasets.Dataset.from_list(
        [{"conversation_id": f"h{n}", "turns": turns} for n in range(9)]
    )
    data.save_to_disk(str(tmp_path / "saved"), num_shards=2)
    assert len([item for item in read([str(tmp_path / "saved")]) if isinstance(item, Read)]) == 9


def test_date_and_time_in_two_columns() -> None:
    item = one(
        "会话ID,日期,时间,角色,内容\n1,2026-03-01,23:59:50,客户,a\n1,2026/3/2,0:00:10,客服,b\n"
    )
    assert starts(item.transcript) == [0.0, 20.0]
    assert item.transcript.started_at == "2026-03-01T23:59:50+08:00"
    assert item.transcript.attributes == {}
