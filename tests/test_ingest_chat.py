"""Plain-text chat exports in their usual shapes."""

import pytest

from ccnlp.ingest import Mapping, Read, Rejected, load_mapping
from tests.ingest_samples import codes, one, read_all, rejected, said, starts
from tests.test_ingest_tables import MAPPINGS

TWO = [("agent", "您好"), ("customer", "我要退货")]


@pytest.mark.parametrize(
    "text",
    [
        "客服 09:01:22 您好\n客户 09:01:30 我要退货\n",
        "09:01:22 客服: 您好\n09:01:30 客户: 我要退货\n",
        "09:01:22 客服 您好\n09:01:30 客户 我要退货\n",
        "[09:01:22] 客服：您好\n[09:01:30] 客户：我要退货\n",
        "【09:01:22】客服：您好\n【09:01:30】客户：我要退货\n",
        "[09:01:22][客服] 您好\n[09:01:30][客户] 我要退货\n",
        "客服(09:01:22): 您好\n客户(09:01:30): 我要退货\n",
        "客服 [09:01:22] 您好\n客户 [09:01:30] 我要退货\n",
        "2026-03-01 09:01:22 客服: 您好\n2026-03-01 09:01:30 客户: 我要退货\n",
        "2026/3/1 9:01:22 客服\n您好\n\n2026/3/1 9:01:30 客户\n我要退货\n",
        "客服 2026-03-01 09:01:22\n您好\n\n客户 2026-03-01 09:01:30\n我要退货\n",
        "客服 2026年3月1日 上午9:01:22\n您好\n客户 2026年3月1日 上午9:01:30\n我要退货\n",
        "客服\t09:01:22\t您好\n客户\t09:01:30\t我要退货\n",
        "2026-03-01T09:01:22+08:00 客服: 您好\n2026-03-01T09:01:30+08:00 客户: 我要退货\n",
        "2026/3/1, 09:01:22 - 客服: 您好\n2026/3/1, 09:01:30 - 客户: 我要退货\n",
        "—————  2026-03-01  —————\n\n客服  09:01:22\n\n您好\n\n客户  09:01:30\n\n我要退货\n",
        "2026/03/01（日）\n上午09:01:22\t客服\t您好\n上午09:01:30\t客户\t我要退货\n",
        "2026-03-01\n09:01:22\n客服：您好\n09:01:30\n客户：我要退货\n",
    ],
)
def test_shapes_with_times(text: str) -> None:
    item = one(text, format="text")
    assert said(item.transcript) == TWO
    assert starts(item.transcript) == [0.0, 8.0]
    assert item.warnings == ()
    if "2026" in text:
        assert item.transcript.started_at == "2026-03-01T09:01:22+08:00"


@pytest.mark.parametrize(
    "text",
    [
        "客服：您好\n客户：我要退货",
        "客服:您好\n\n客户:我要退货\n\n",
        "客服\n您好\n\n客户\n我要退货\n",
        "【客服】您好\n【客户】我要退货",
        "[客服]：您好\n[客户]：我要退货",
        "<客服> 您好\n<客户> 我要退货",
        "客服> 您好\n客户> 我要退货",
        "agent: 您好\nCustomer: 我要退货",
        "坐席：您好\n用户：我要退货",
        "客服人員：您好\n客戶：我要退货",
        "客服小王：您好\n客户张先生：我要退货",
        "\ufeff客服：您好\r\n客户：我要退货\r\n",
    ],
)
def test_shapes_without_times(text: str) -> None:
    item = one(text, format="text")
    assert said(item.transcript) == TWO
    assert starts(item.transcript) == [None, None]
    assert item.warnings == ()


def test_names_of_people_and_shops() -> None:
    item = one("小美旗舰店:小美 (2026-03-01 09:01:22): 亲\ntb_12(2026-03-01 09:01:30): 在吗\n")
    assert said(item.transcript) == [("agent", "亲"), ("customer", "在吗")]
    assert item.transcript.attributes["speaker_labels"] == {
        "agent": "小美旗舰店:小美", "customer": "tb_12",
    }  # fmt: skip
    assert codes(item) == ["speaker_inferred"]


def test_two_unknown_names_are_rejected_and_named() -> None:
    item = rejected("2026-03-01 09:01 王敏: 您好\n2026-03-01 09:02 李雷: 在吗\n")
    assert item.code == "unknown_speaker"
    assert "王敏" in item.reason


def test_names_by_mapping() -> None:
    mapping = load_mapping(MAPPINGS / "named_speakers.yaml")
    item = one("王敏 09:01 您好\n李雷 09:02 在吗\n小助 09:03 请评价\n", mapping, format="text")
    assert [speaker for speaker, _ in said(item.transcript)] == ["agent", "customer", "bot"]


def test_lines_that_look_like_heads_stay_text() -> None:
    text = (
        "客服：您好\n客户：帮我改一下\n地址：北京\n订单号：123\n"
        "客服说：等三天\n我 09:30 打过\n09:30 没人接\n"
        "https://example.com/x\n客服：好的\n"
    )
    assert [t for _, t in said(one(text, format="text").transcript)] == [
        "您好",
        "帮我改一下\n地址：北京\n订单号：123\n"
        "客服说：等三天\n我 09:30 打过\n09:30 没人接\n"
        "https://example.com/x",
        "好的",
    ]


def test_blank_lines_within_a_turn_are_kept() -> None:
    text = "客户：第一段\n\n  第二段\n\n\n客服：好\n"
    assert [t for _, t in said(one(text, format="text").transcript)] == ["第一段\n\n  第二段", "好"]


def test_conversations_by_id_lines_with_fields() -> None:
    text = (
        "会话ID：c-1\n渠道：电话\n坐席工号：A17\n产品：信用卡\n客服：您好\n客户：在吗\n\n"
        "会话ID：c-2\n客户：喂\n客服：在\n"
    )
    items, summary = read_all(text, format="text")
    first, second = items
    assert isinstance(first, Read)
    assert isinstance(second, Read)
    assert first.transcript.conversation_id == "c-1"
    assert (first.transcript.channel, first.transcript.agent_id) == ("voice", "A17")
    assert first.transcript.attributes == {"产品": "信用卡"}
    assert (second.transcript.conversation_id, second.line, second.lines) == ("c-2", 8, 3)
    assert summary.lines == first.lines + second.lines + summary.skipped


def test_conversations_by_separators() -> None:
    text = (
        "===== 会话 12 =====\n客服：您好\n客户：在吗\n=====\n客户：喂\n客服：在\n-----\n客户：三\n"
    )
    items, summary = read_all(text, format="text")
    names = [item.transcript.conversation_id for item in items if isinstance(item, Read)]
    assert names == ["12", "stdin#2", "stdin#3"]
    assert (summary.lines, summary.skipped) == (8, 2)


def test_a_separator_within_a_turn_is_text() -> None:
    item = one("客服：您好\n客户：看这里\n-----\n就是这个\n客服：好\n", format="text")
    assert said(item.transcript)[1] == ("customer", "看这里\n-----\n就是这个")


def test_lines_before_the_first_turn_are_kept() -> None:
    item = one("聊天记录导出\n客服：您好\n客户：在吗\n", format="text")
    assert item.transcript.attributes == {"preamble": ["聊天记录导出"]}
    assert codes(item) == ["preamble_kept"]


def test_a_file_without_turns_is_rejected_whole() -> None:
    item = rejected("随便写点什么\n没有人说话\n", format="text")
    assert (item.code, item.record, item.lines) == (
        "empty_conversation", "随便写点什么\n没有人说话", 2,
    )  # fmt: skip


def test_a_conversation_with_bytes_that_are_no_text_is_rejected_with_all_its_lines() -> None:
    raw = (
        "客服：您好\n客户：".encode()
        + b"\xff"
        + "在吗这里有足够多的文字\n\n会话ID：2\n客服：好\n客户：嗯".encode()
    )
    items, _ = read_all(raw, format="text")
    assert isinstance(items[0], Rejected)
    assert (items[0].code, items[0].form, items[0].lines) == ("undecodable", "base64", 2)
    assert isinstance(items[1], Read)


def test_a_day_line_dates_the_times_below() -> None:
    text = "2026-03-01 星期日\n客服 23:59:00 您好\n2026-03-02\n客户 00:00:10 在吗\n"
    item = one(text, format="text")
    assert starts(item.transcript) == [0.0, 70.0]
    assert item.transcript.started_at == "2026-03-01T23:59:00+08:00"


def test_unknown_speakers_by_rule_hold_for_names() -> None:
    text = "[09:01] 甲: 您好\n[09:02] 乙: 在吗\n"
    item = one(text, Mapping(speakers={"甲": "agent"}, unknown_speaker="customer"), format="text")
    assert said(item.transcript) == [("agent", "您好"), ("customer", "在吗")]


def test_lines_of_speech_recognition_count_from_the_start() -> None:
    text = "[00:00:03.100 - 00:00:05.300] 客服：您好\n[00:01:06.000 --> 00:01:07.500] 客户：喂\n"
    item = one(text, format="text")
    assert [(t.start_seconds, t.end_seconds) for t in item.transcript.turns] == [
        (3.1, 5.3), (66.0, 67.5),
    ]  # fmt: skip


def test_an_export_of_line() -> None:
    text = (
        "[LINE] 與客服小美的聊天記錄\n儲存日期：2026/03/01 12:00\n\n2026/03/01（日）\n"
        "上午09:01\t客服小美\t您好\n上午09:02\t阿強\t在嗎\n2026/03/02（一）\n上午09:00\t阿強\t喂\n"
    )
    item = one(text, format="text")
    assert said(item.transcript) == [("agent", "您好"), ("customer", "在嗎"), ("customer", "喂")]
    assert starts(item.transcript) == [0.0, 60.0, 86340.0]
    assert item.transcript.started_at == "2026-03-01T09:01:00+08:00"
    assert item.transcript.attributes["儲存日期"] == "2026/03/01 12:00"


def test_times_in_text_open_no_turn() -> None:
    text = "客服 09:01 您好\n客户 09:02 约一下\n明天上午 10:00\n下午 3:00 也行\n客服 09:03 好\n"
    item = one(text, format="text")
    assert said(item.transcript)[1] == ("customer", "约一下\n明天上午 10:00\n下午 3:00 也行")


def test_an_export_of_qq() -> None:
    text = (
        "消息记录（此消息记录为文本格式）\n\n"
        + "=" * 64 + "\n消息分组:客户\n" + "=" * 64 + "\n消息对象:张三\n" + "=" * 64 + "\n\n"
        "2026-03-01 09:01:22 在线客服(10001)\n您好\n\n2026-03-01 09:01:40 张三(10002)\n你好\n在吗\n"
    )  # fmt: skip
    item = one(text, format="text")
    assert said(item.transcript) == [("agent", "您好"), ("customer", "你好\n在吗")]
    assert item.transcript.attributes["消息分组"] == "客户"


def test_a_new_conversation_may_begin_with_a_name_that_is_not_known() -> None:
    text = "张三：你好\n客服：您好\n-----\n李四：在吗\n客服：在\n"
    items, _ = read_all(text, format="text")
    assert [said(item.transcript) for item in items if isinstance(item, Read)] == [
        [("customer", "你好"), ("agent", "您好")], [("customer", "在吗"), ("agent", "在")],
    ]  # fmt: skip


def test_any_number_of_separators_is_skipped() -> None:
    items, summary = read_all("客服：您好\n" + "-----\n" * 5000 + "客户：喂\n", format="text")
    assert len(items) == 2
    assert (summary.lines, summary.skipped) == (5002, 5000)
