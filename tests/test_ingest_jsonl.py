"""JSON lines and JSON documents."""

import json
from typing import Any

import pytest

from ccnlp.ingest import Mapping, Read, Rejected
from ccnlp.types import Transcript, Turn
from tests.ingest_samples import codes, one, read_all, rejected, said

WHOLE: dict[str, Any] = {
    "conversation_id": "c-1", "channel": "voice", "started_at": "2026-03-01T09:00:00+08:00",
    "wait_seconds": 42.0, "agent_id": "A17", "team": "华东", "customer_id": "C9",
    "customer_tier": "vip", "attributes": {"product": "信用卡", "n": [1, None, {"a": "\"x\\"}]},
    "turns": [
        {"speaker": "agent", "text": "您好，请问有什么可以帮您",
         "start_seconds": 0.0, "end_seconds": 3.2},
        {"speaker": "customer", "text": "他说\"不行\"\\ 😊",
         "start_seconds": 3.5, "end_seconds": 4.9},
    ],
}  # fmt: skip


def line(**changes: Any) -> str:
    record = {**WHOLE, **changes}
    return json.dumps({k: v for k, v in record.items() if v is not ...}, ensure_ascii=False)


def turns(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"speaker": "agent", "text": "好", **part} for part in parts]


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("separators", [None, (",", ":"), (" , ", " : ")])
def test_a_whole_record_is_read_as_it_is(ascii_only: bool, separators: Any) -> None:
    item = one(json.dumps(WHOLE, ensure_ascii=ascii_only, separators=separators))
    assert item.warnings == ()
    assert (item.file, item.line, item.lines) == ("-", 1, 1)
    assert item.transcript == Transcript(
        "c-1",
        (
            Turn("agent", "您好，请问有什么可以帮您", 0.0, 3.2),
            Turn("customer", '他说"不行"\\ 😊', 3.5, 4.9),
        ),
        "voice", "2026-03-01T09:00:00+08:00", 42.0, "A17", "华东", "C9", "vip",
        {"product": "信用卡", "n": [1, None, {"a": '"x\\'}]},
    )  # fmt: skip


def test_null_and_defaults_are_as_if_they_were_not_there() -> None:
    record = {
        "conversation_id": "c", "channel": "chat", "attributes": {}, "team": None,
        "turns": turns({"start_seconds": None, "end_seconds": None}),
    }  # fmt: skip
    assert one(json.dumps(record)).transcript == Transcript("c", (Turn("agent", "好"),))


def test_unknown_fields_are_kept_as_attributes() -> None:
    item = one(line(priority=3, region={"a": [1]}, nothing=None))
    assert item.transcript.attributes["priority"] == 3
    assert item.transcript.attributes["region"] == {"a": [1]}
    assert "nothing" not in item.transcript.attributes
    assert item.transcript.attributes["product"] == "信用卡"


def test_an_unknown_field_leaves_an_attribute_of_its_name_alone() -> None:
    attributes = one(line(product="贷款")).transcript.attributes
    assert (attributes["product"], attributes["product.2"]) == ("信用卡", "贷款")


def test_unknown_fields_of_turns_are_kept_by_turn() -> None:
    item = one(line(turns=turns({}, {"confidence": 0.9, "words": ["好"]})))
    assert item.transcript.attributes["turns"] == {"1": {"confidence": 0.9, "words": ["好"]}}


def test_a_field_of_ours_is_no_alias_in_a_record_of_ours() -> None:
    item = one(line(group="g", id=5, time="x"))
    assert {"group": "g", "id": 5, "time": "x"}.items() <= item.transcript.attributes.items()
    assert item.transcript.team == "华东"


def test_records_of_another_make_are_read_by_usual_names() -> None:
    item = one('{"session_id": 12, "messages": [{"role": "user", "content": "在吗"},'
               ' {"role": "assistant", "content": "在"}],'
               ' "用户id": "u", "地区": "沪"}')  # fmt: skip
    assert item.transcript.conversation_id == "12"
    assert said(item.transcript) == [("customer", "在吗"), ("bot", "在")]
    assert item.transcript.customer_id == "u"
    assert item.transcript.attributes == {"地区": "沪"}
    assert codes(item) == ["type_mended"]


def test_keys_can_be_mapped() -> None:
    mapping = Mapping(columns={"conversation_id": "nr", "turns": "d", "text": "say"},
                      speakers={"甲": "agent"}, channel="voice")  # fmt: skip
    item = one('{"nr": "7", "d": [{"speaker": "甲", "say": "好"}]}', mapping)
    assert item.transcript.channel == "voice"
    assert said(item.transcript) == [("agent", "好")]


def test_a_line_a_turn_can_be_mapped() -> None:
    lines = [
        {"sid": "a", "role": "user", "content": "在吗"},
        {"sid": "a", "role": "agent", "content": "在", "team": "一组"},
        {"sid": "b", "role": "user", "content": "喂"},
    ]
    mapping = Mapping(layout="turn", columns={"conversation_id": "sid"})
    items, summary = read_all("\n".join(map(json.dumps, lines)), mapping, format="jsonl")
    assert [type(item) for item in items] == [Read, Read]
    assert summary.lines == 3
    assert isinstance(items[0], Read)
    assert said(items[0].transcript) == [("customer", "在吗"), ("agent", "在")]
    assert items[0].transcript.team == "一组"


def test_a_labelled_record_is_read_without_its_labels() -> None:
    item = one(json.dumps({"transcript": WHOLE, "gold": {"is_complaint": True}}))
    assert item.transcript.conversation_id == "c-1"
    assert codes(item) == ["labels_left_out"]
    assert "gold" not in item.transcript.attributes


@pytest.mark.parametrize(
    ("raw", "code", "part"),
    [
        ("{", "not_json", "character"),
        (line() + " x", "not_json", "character"),
        ("[1]", "not_an_object", "list"),
        ("3", "not_an_object", "number"),
        (line(conversation_id=...), "missing_field", "conversation_id"),
        (line(conversation_id=" "), "missing_field", "conversation_id"),
        (line(turns=...), "missing_field", "turns"),
        (line(turns={"a": 1}), "wrong_type", "turns"),
        (line(turns=[]), "empty_conversation", "no turn"),
        (line(turns=turns({"text": " "}, {"text": "\n"})), "empty_conversation", "text"),
        (line(turns=turns({}, {"text": None})), "wrong_type", "turns[1].text"),
        (line(turns=[*turns({}), 5]), "wrong_type", "turns[1]"),
        (line(turns=[*turns({}), {"text": "x"}]), "missing_field", "turns[1].speaker"),
        (line(turns=turns({}, {}, {"speaker": "clerk"})), "unknown_speaker", "turns[2]"),
        (line(turns=turns({"start_seconds": -1})), "negative_time", "turns[0].start_seconds"),
        (line(wait_seconds=-0.5), "negative_time", "wait_seconds"),
        (line(agent_id=["A"]), "wrong_type", "agent_id"),
        (line().replace("42.0", "NaN"), "bad_number", "NaN"),
        (line().replace("42.0", "1e999"), "bad_number", "large"),
        (line().replace("42.0", "-Infinity"), "bad_number", "Infinity"),
        (line().replace("您好", "\\ud800"), "bad_unicode", "surrogate"),
        (line().replace("您好", "\\udc00\\ud800"), "bad_unicode", "surrogate"),
        (line().replace("您好", "\\u0000"), "nul_character", "NUL"),
        (line(extra="\0"), "nul_character", "NUL"),
        (line().replace('"team"', '"agent_id"'), "repeated_key", "agent_id"),
        (line(attributes=...)[:-1] + ', "attributes": {"a": 1, "a": 2}}', "repeated_key", "a"),
        (line(turns=...)[:-1] + ', "turns": [{"speaker": "agent", "text": "a", "text": "b"}]}',
         "repeated_key", "text"),
        (line(turns=...)[:-1]
         + ', "turns": [{"speaker": "agent", "\\u0074ext": "a", "text": "b"}]}',
         "repeated_key", "text"),
        ('{"conversation_id": "c", "turns": ' + "[" * 5000 + "]" * 5000 + "}", "too_deep", "deep"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_the_record_kept_whole(raw: str, code: str, part: str) -> None:
    item = rejected(raw, format="jsonl")
    assert (item.code, item.line, item.file) == (code, 1, "-")
    assert part in item.reason
    assert item.mend
    assert (item.record, item.form) == (raw, "text")


def test_bytes_that_are_no_text_are_kept_in_base64() -> None:
    raw = line().encode().replace("您好".encode(), b"\xff\xfe")
    items, _ = read_all(line(conversation_id="c-0").encode() + b"\n" + raw, format="jsonl")
    assert isinstance(items[0], Read)
    assert isinstance(items[1], Rejected)
    assert (items[1].code, items[1].form, items[1].line) == ("undecodable", "base64", 2)
    import base64

    assert base64.b64decode(items[1].record) == raw


def test_huge_whole_numbers_stay_exact_in_attributes() -> None:
    huge = 12345678901234567890123
    assert one(line(order=huge)).transcript.attributes["order"] == huge
    assert one(line(attributes={"order": huge})).transcript.attributes["order"] == huge


def test_numbers_and_texts_are_mended_where_nothing_is_lost() -> None:
    item = one(line(conversation_id=7, wait_seconds="12.5",
                    turns=turns({"start_seconds": "1:05", "text": 13})))  # fmt: skip
    assert item.transcript.conversation_id == "7"
    assert item.transcript.wait_seconds == 12.5
    assert item.transcript.turns == (Turn("agent", "13", 65.0),)
    assert set(codes(item)) == {"type_mended"}


def test_times_that_cannot_be_read_go_to_attributes() -> None:
    item = one(line(started_at="gestern", turns=turns({"start_seconds": "soon"})))
    assert item.transcript.started_at is None
    assert item.transcript.attributes["started_at"] == "gestern"
    assert item.transcript.attributes["turns"] == {"0": {"start_seconds": "soon"}}
    assert codes(item) == ["bad_time", "bad_time"]


def test_a_local_start_is_made_rfc_3339() -> None:
    item = one(line(started_at="2026/3/1 9:00"), Mapping(timezone="Asia/Taipei"))
    assert item.transcript.started_at == "2026-03-01T09:00:00+08:00"
    assert item.transcript.attributes["started_at"] == "2026/3/1 9:00"
    assert codes(item) == ["started_at_mended"]


def test_a_channel_by_another_name() -> None:
    assert one(line(channel="电话")).transcript.channel == "voice"
    item = one(line(channel="fax"))
    assert item.transcript.channel == "chat"
    assert item.transcript.attributes["channel"] == "fax"
    assert codes(item) == ["unknown_channel"]


def test_blank_lines_are_skipped_and_lines_counted_from_one() -> None:
    items, summary = read_all(f"\n{line()}\r\n\n{{\n{line(conversation_id='c-2')}", format="jsonl")
    assert [item.line for item in items] == [2, 4, 5]
    assert (summary.lines, summary.skipped, summary.read, summary.rejected) == (5, 2, 2, 1)


def test_an_array_of_conversations_is_read_one_by_one() -> None:
    records = [WHOLE, {**WHOLE, "conversation_id": "c-2"}, {"conversation_id": "c-3"}]
    items, summary = read_all(json.dumps(records, indent=1))
    assert [type(item) for item in items] == [Read, Read, Rejected]
    assert sum(item.lines for item in items) == summary.lines
    assert items[1].line > 20
    assert json.loads(items[2].record if isinstance(items[2], Rejected) else "") == records[2]


def test_one_pretty_printed_conversation_is_read() -> None:
    assert one(json.dumps(WHOLE, indent=2)).transcript.conversation_id == "c-1"


def test_turns_may_be_columns_or_a_text() -> None:
    columns = {"speaker": ["agent", "customer"], "text": ["a", "b"]}
    expected = [("agent", "a"), ("customer", "b")]
    assert said(one(line(turns=columns)).transcript) == expected
    assert said(one(line(turns="客服：a\n客户：b")).transcript) == expected
    assert said(one(line(turns=["客服：a", "客户：b"])).transcript) == expected
