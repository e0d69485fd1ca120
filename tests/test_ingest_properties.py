"""Properties of every reader: what is written comes back, and every line is accounted for."""

import csv
import io
import json
from typing import Any

import hypothesis.strategies as st
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from benchmarks.ingest_fuzz import READERS, check, shard
from ccnlp.ingest import Mapping, Read
from ccnlp.types import Transcript, Turn
from tests.ingest_samples import read_all

#: Any text that is one: no halves of characters, no NUL.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
SAID = TEXT.filter(str.strip)
SECONDS = st.none() | st.floats(0, 1e6, allow_nan=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e300, 1e300) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@st.composite
def transcripts(draw: st.DrawFn, name: str) -> Transcript:
    """A transcript that breaks no rule that changes it."""
    turns = []
    for _ in range(draw(st.integers(1, 5))):
        start = draw(SECONDS)
        end = None if start is None else draw(st.none() | st.floats(start, 2e6))
        speaker: Any = draw(st.sampled_from(["customer", "agent", "bot", "system"]))
        turns.append(Turn(speaker, draw(SAID), start, end))
    channel: Any = draw(st.sampled_from(["voice", "chat", "email", "social"]))
    return Transcript(
        name, tuple(turns), channel, None, draw(SECONDS),
        *(draw(st.none() | SAID) for _ in range(4)),
        draw(st.dictionaries(TEXT, JSON, max_size=3)),
    )  # fmt: skip


def many(least: int = 1) -> st.SearchStrategy[list[Transcript]]:
    """Some transcripts with ids of their own."""
    return st.integers(least, 4).flatmap(
        lambda count: st.tuples(*(transcripts(f"c-{n}") for n in range(count))).map(list)
    )


def as_json(transcript: Transcript, nulls: bool) -> dict[str, Any]:
    fields = {name: getattr(transcript, name) for name in Transcript.__struct_fields__}
    fields["turns"] = [
        {name: getattr(turn, name) for name in Turn.__struct_fields__} for turn in transcript.turns
    ]
    if not nulls:
        fields = {k: v for k, v in fields.items() if v is not None}
        fields["turns"] = [{k: v for k, v in t.items() if v is not None} for t in fields["turns"]]
    return fields


@given(many(), st.booleans(), st.booleans(), st.sampled_from([None, (",", ":"), (" ,  ", " : ")]))
def test_json_lines_come_back(
    written: list[Transcript], ascii_only: bool, nulls: bool, separators: Any
) -> None:
    lines = [
        json.dumps(as_json(t, nulls), ensure_ascii=ascii_only, separators=separators)
        for t in written
    ]
    items, summary = read_all("\n".join(lines), format="jsonl")
    assert [item.transcript for item in items if isinstance(item, Read)] == written
    assert summary.lines == len(written)


@given(many(), st.data())
def test_unknown_keys_are_never_dropped(written: list[Transcript], data: st.DataObject) -> None:
    record = as_json(written[0], nulls=False)
    names = TEXT.filter(lambda key: key not in record and key not in Transcript.__struct_fields__)
    unknown = data.draw(st.dictionaries(names, JSON.filter(lambda v: v is not None), min_size=1))
    items, _ = read_all(json.dumps({**record, **unknown}), format="jsonl")
    assert isinstance(items[0], Read)
    kept = items[0].transcript.attributes
    for name, value in unknown.items():
        assert value in [v for k, v in kept.items() if k == name or k.startswith(f"{name}.")]
    for name, value in written[0].attributes.items():
        assert kept[name] == value or name == "turns"


@given(many(), st.sampled_from(",\t;|"), st.randoms(use_true_random=False))
def test_rows_of_turns_come_back_in_any_order(
    written: list[Transcript], delimiter: str, pick: Any
) -> None:
    rows = [
        [t.conversation_id, turn.speaker, turn.text.replace("\r", " "), str(n)]
        for t in written
        for n, turn in enumerate(t.turns)
    ]
    pick.shuffle(rows)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerows([["会话ID", "角色", "内容", "序号"], *rows])
    items, summary = read_all(out.getvalue(), Mapping(delimiter=delimiter), format="csv")
    got = {
        item.transcript.conversation_id: [(t.speaker, t.text) for t in item.transcript.turns]
        for item in items
        if isinstance(item, Read)
    }
    assert got == {
        t.conversation_id: [(turn.speaker, turn.text.replace("\r", " ")) for turn in t.turns]
        for t in written
    }
    assert sum(item.lines for item in items) + summary.skipped == summary.lines


@given(many())
def test_parquet_rows_of_conversations_come_back(written: list[Transcript]) -> None:
    columns = {
        "conversation_id": [t.conversation_id for t in written],
        "channel": [t.channel for t in written],
        "wait_seconds": pa.array([t.wait_seconds for t in written], pa.float64()),
        "turns": [as_json(t, nulls=True)["turns"] for t in written],
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    items, _ = read_all(sink.getvalue(), format="parquet")
    got = [item.transcript for item in items if isinstance(item, Read)]
    assert [(t.conversation_id, t.channel, t.wait_seconds, t.turns) for t in got] == [
        (t.conversation_id, t.channel, t.wait_seconds, t.turns) for t in written
    ]


#: What people type on one line, and what does not look like a turn's head.
LETTERS = st.sampled_from("您好我要退货快递订单在吗，。？！ abc😊１2")
TYPED = (
    st.text(LETTERS, min_size=1, max_size=20)
    .map(str.strip)
    .filter(lambda text: text and not text[0].isdigit())
)
SHAPES = (
    "{r} {t} {x}", "[{t}] {r}：{x}", "{t} {r}: {x}", "{r}：{x}", "{r}({d} {t}): {x}",
    "{d} {t} {r}\n{x}\n", "{r} {d} {t}\n{x}",
)  # fmt: skip


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["客服", "客户"]), TYPED), min_size=1, max_size=6),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(SHAPES),
)
def test_chat_exports_come_back(written: list[list[tuple[str, str]]], shape: str) -> None:
    lines = []
    for number, turns in enumerate(written):
        lines += ["", f"会话ID：c-{number}"]
        for place, (role, words) in enumerate(turns):
            stamp = f"09:{place:02d}:00"
            lines += shape.format(r=role, t=stamp, d="2026-03-01", x=words).split("\n")
    items, summary = read_all("\n".join(lines), format="text")
    speakers = {"客服": "agent", "客户": "customer"}
    assert [
        [(t.speaker, t.text) for t in item.transcript.turns]
        for item in items
        if isinstance(item, Read)
    ] == [[(speakers[role], words) for role, words in turns] for turns in written]
    assert sum(item.lines for item in items) + summary.skipped == summary.lines


SIGNS = '客服户：:您好 09:30\n\r\t-=[]【】(){}",，会话ID123😊\\uq'


@settings(max_examples=150)
@given(st.binary(max_size=300), st.sampled_from(["jsonl", "json", "csv", "tsv", "text", None]))
def test_any_bytes_are_accounted_for(data: bytes, kind: str | None) -> None:
    check(data, {} if kind is None else {"format": kind})


@settings(max_examples=150)
@given(st.text(st.sampled_from(SIGNS), max_size=200),
       st.sampled_from(["jsonl", "csv", "text", None]))  # fmt: skip
def test_any_text_is_accounted_for(text: str, kind: str | None) -> None:
    check(text.encode(), {} if kind is None else {"format": kind})


@pytest.mark.parametrize("reader", READERS)
def test_mutated_inputs_break_no_promise(reader: str) -> None:
    outcomes, broken = shard(reader, seed=424_242, runs=150)
    assert broken == []
    assert outcomes["read"] > 20
