"""The rules that hold for every conversation, whatever it came in."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ccnlp.ingest import RULES, Limits, Read, Rejected
from ccnlp.ingest.clock import as_offset, is_rfc3339, parse_moment, rfc3339
from ccnlp.ingest.mapping import parse_zone
from ccnlp.ingest.seen import SeenIds
from tests.ingest_samples import codes, one, read_all, rejected, said, starts

DOCS = Path(__file__).parents[1] / "docs" / "ingest.md"
SHANGHAI = parse_zone("+08:00")


def conversation(*turns: tuple[Any, ...], **fields: Any) -> str:
    names = ("speaker", "text", "start_seconds", "end_seconds")
    made = [dict(zip(names, turn, strict=False)) for turn in turns]
    return json.dumps({"conversation_id": "c", "turns": made, **fields}, ensure_ascii=False)


def test_the_manual_names_every_rule_and_no_other() -> None:
    rules = DOCS.read_text("utf-8").split("## Rules")[1]
    named = set(re.findall(r"^\| `([a-z_]+)` \|", rules, re.MULTILINE))
    assert named == set(RULES)


def test_empty_turns_are_kept_and_remarked_on() -> None:
    item = one(conversation(("agent", "您好"), ("customer", " \u3000"), ("customer", "")))
    assert [(w.code, w.turn) for w in item.warnings] == [("empty_turn", 1), ("empty_turn", 2)]
    assert len(item.transcript.turns) == 3


def test_long_turns_are_remarked_on_and_longer_ones_rejected() -> None:
    limits = Limits(long_turn=5, turn_characters=8)
    item = one(conversation(("agent", "一二三四五六")), limits=limits)
    assert [(w.code, w.turn) for w in item.warnings] == [("long_turn", 0)]
    bad = rejected(conversation(("agent", "好"), ("agent", "一二三四五六七八九")), limits=limits)
    assert bad.code == "turn_too_long"
    assert "turns[1]" in bad.reason


def test_more_turns_than_allowed_are_rejected() -> None:
    text = conversation(*[("agent", "好")] * 11)
    assert rejected(text, limits=Limits(turns=10)).code == "too_many_turns"


def test_an_end_before_its_start_is_moved_aside() -> None:
    item = one(conversation(("agent", "a", 1, 2), ("agent", "b", 5, 3)))
    assert codes(item) == ["end_before_start"]
    assert item.transcript.turns[1].end_seconds is None
    assert item.transcript.attributes == {"turns": {"1": {"end_seconds": 3.0}}}


def test_json_keeps_its_order_unless_told_otherwise() -> None:
    text = conversation(("agent", "a", 3), ("customer", "b", 1), ("agent", "c", 4))
    item = one(text)
    assert codes(item) == ["turns_out_of_order"]
    assert starts(item.transcript) == [3.0, 1.0, 4.0]
    item = one(text, sort_turns=True)
    assert codes(item) == ["turns_sorted"]
    assert [t for _, t in said(item.transcript)] == ["b", "a", "c"]
    assert item.transcript.attributes == {"turn_order": [1, 0, 2]}


def test_a_clock_that_runs_backwards_is_remarked_on_and_never_sorted() -> None:
    text = conversation(("agent", "a", 9), ("customer", "b", 10), ("agent", "c", 2))
    for sort in (None, True):
        item = one(text, sort_turns=sort)
        assert [(w.code, w.turn) for w in item.warnings] == [("clock_backwards", 2)]
        assert starts(item.transcript) == [9.0, 10.0, 2.0]


def test_times_beyond_115_days_look_absolute() -> None:
    assert codes(one(conversation(("agent", "a", 1_772_326_882)))) == ["times_look_absolute"]


@pytest.mark.parametrize(
    ("customer", "agent", "swapped"),
    [
        ("您好，请问有什么可以帮您", "我的快递没到", True),
        ("您好，請問有什麼可以幫您", "我的包裹沒到", True),
        ("感谢您的来电", "我要投诉，你们公司太差了", True),
        ("好的", "我要退款，你们客服呢", True),
        ("我的快递没到", "您好，请问有什么可以帮您", False),
        ("您好，请问在吗", "在的", False),
        ("你说为您服务就是这样吗", "很高兴为您服务", False),
        ("我要投诉", "您说我要投诉你们公司是吗", False),
    ],
)
def test_roles_that_look_swapped_are_remarked_on_and_left(
    customer: str, agent: str, swapped: bool
) -> None:
    text = conversation(("customer", customer), ("agent", agent))
    item = one(text)
    assert codes(item) == (["roles_look_swapped"] if swapped else [])
    assert said(item.transcript) == [("customer", customer), ("agent", agent)]
    turned = one(text, swap_roles=True)
    assert said(turned.transcript) == [("agent", customer), ("customer", agent)]


def test_swapping_leaves_bots_and_systems() -> None:
    item = one(conversation(("bot", "a"), ("system", "b"), ("agent", "c")), swap_roles=True)
    assert [s for s, _ in said(item.transcript)] == ["bot", "system", "customer"]


def test_rejections_tell_what_to_do_and_warnings_hold_no_text() -> None:
    spoken = "暗号四七一一"
    records = [
        conversation(("agent", spoken, -1)), conversation(("clerk", spoken)),
        conversation(("agent", spoken), ("agent", " ")), "{" + spoken,
        conversation(("agent", spoken, 5, 1), ("customer", spoken, 1), extra=spoken),
    ]  # fmt: skip
    items, _ = read_all("\n".join(records), format="jsonl")
    for item in items:
        if isinstance(item, Rejected):
            assert spoken not in item.reason + item.mend
            assert item.mend
        else:
            assert isinstance(item, Read)
            assert all(spoken not in w.detail for w in item.warnings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01 09:01:22", "2026-03-01T09:01:22+08:00"),
        ("2026/3/1 9:01", "2026-03-01T09:01:00+08:00"),
        ("2026.03.01 09:01:22.5", "2026-03-01T09:01:22.500000+08:00"),
        ("2026年3月1日 下午3:01", "2026-03-01T15:01:00+08:00"),
        ("2026-03-01T09:01:22Z", "2026-03-01T09:01:22+00:00"),
        ("2026-03-01T09:01:22-0500", "2026-03-01T09:01:22-05:00"),
        ("2026-03-01", "2026-03-01T00:00:00+08:00"),
        ("2026-03-01 12:05 AM", "2026-03-01T00:05:00+08:00"),
        (1772326882, "2026-03-01T09:01:22+08:00"),
        ("1772326882000", "2026-03-01T09:01:22+08:00"),
    ],
)
def test_dates_and_times_as_exports_write_them(text: Any, expected: str) -> None:
    moment = parse_moment(text, SHANGHAI)
    assert moment is not None
    when = rfc3339(moment)
    assert when == expected
    assert is_rfc3339(when)


@pytest.mark.parametrize(
    "text", ["", "x", "25:99", "2026-13-01 00:00", "nan", "1_0", "9" * 70, [], True]
)
def test_what_is_no_time_is_none(text: Any) -> None:
    assert parse_moment(text, SHANGHAI) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(3, 3.0), ("3.5", 3.5), ("1:05", 65.0), ("01:01:05", 3665.0), ("1分22秒", 82.0),
     ("90秒", 90.0), ("x", None), (float("nan"), None), (True, None)],
)  # fmt: skip
def test_seconds_as_exports_write_them(value: Any, seconds: float | None) -> None:
    assert as_offset(value, SHANGHAI) == seconds


def test_seen_ids_hold_beyond_memory() -> None:
    seen = SeenIds()
    try:
        count = 200_000
        for number in range(count):
            assert seen.add(f"c-{number}", number) == "new"
        assert len(seen) == count
        assert seen.add("c-7", 7) == "same"
        assert seen.add("c-199999", 1) == "other"
        assert seen.has("c-150000")
        assert not seen.has("c-200000")
    finally:
        seen.close()
