"""Which encoding a file is in, and what becomes of bytes that are not."""

import base64
import json

import pytest

from ccnlp.errors import InputError
from ccnlp.ingest import Limits, Read, Rejected
from ccnlp.ingest.encoding import decide
from tests.ingest_samples import read_all, said

SIMPLIFIED = "客服：您好，请问有什么可以帮您？\n客户：我的快递三天了还没有到\n"
TRADITIONAL = "客服：您好，請問有什麼可以幫您？\n客戶：我的包裹三天了還沒有到\n"


@pytest.mark.parametrize(
    ("codec", "text", "named"),
    [
        ("utf-8", SIMPLIFIED, "utf-8"),
        ("utf-8-sig", SIMPLIFIED, "utf-8"),
        ("utf-16", SIMPLIFIED, "utf-16-le"),
        ("utf-16-le", SIMPLIFIED + "customer: ok, thank you very much, bye\n" * 3, "utf-16-le"),
        ("utf-16-be", SIMPLIFIED + "customer: ok, thank you very much, bye\n" * 3, "utf-16-be"),
        ("gb18030", SIMPLIFIED, "gb18030"),
        ("gbk", SIMPLIFIED, "gb18030"),
        ("gb18030", TRADITIONAL, "gb18030"),
        ("big5", TRADITIONAL, "cp950"),
        ("big5hkscs", TRADITIONAL + "客戶：喺度等咗好耐，啲嘢仲未到\n", "big5hkscs"),
    ],
)
@pytest.mark.parametrize("kind", ["text", "jsonl", "csv"])
def test_each_encoding_is_recognised_in_each_format(
    codec: str, text: str, named: str, kind: str
) -> None:
    lines = [
        line.split("：", 1) if "：" in line else line.split(": ", 1) for line in text.splitlines()
    ]
    if kind == "jsonl":
        turns = [{"speaker": role, "text": words} for role, words in lines]
        text = json.dumps({"conversation_id": "1", "turns": turns}, ensure_ascii=False) + "\n"
    elif kind == "csv":
        text = ("id,role,text\n" if "請" in text else "会话ID,角色,内容\n") + "".join(
            f'1,{role},"{words}"\n' for role, words in lines
        )
    items, summary = read_all(text.encode(codec), format=kind)
    assert [type(item) for item in items] == [Read]
    assert isinstance(items[0], Read)
    assert [words for _, words in said(items[0].transcript)] == [words for _, words in lines]
    assert summary.encodings == {named: 1}
    assert (named == "utf-8") == (summary.decisions == ())


def test_utf_8_wins_where_it_is_valid() -> None:
    # These bytes are characters of GB18030 and of Big5 too.
    assert decide("é".encode() * 30, whole=True).encoding == "utf-8"


def test_a_sample_may_end_within_a_character() -> None:
    text = "您好请问" * 100
    for cut in range(1, 12):
        for codec in ("utf-8", "gb18030"):
            sample = text.encode(codec)[:-cut]
            assert decide(sample, whole=False).encoding == codec


def test_utf_8_damaged_in_places_stays_utf_8() -> None:
    lines = [
        json.dumps(
            {"conversation_id": str(n), "turns": [{"speaker": "agent", "text": f"第{n}句您好"}]},
            ensure_ascii=False,
        ).encode()
        for n in range(6)
    ]
    lines[2] = lines[2].replace("您".encode(), b"\xe6\x82")
    items, summary = read_all(b"\n".join(lines), format="jsonl")
    bad = [item for item in items if isinstance(item, Rejected)]
    assert [(b.code, b.line, b.form) for b in bad] == [("undecodable", 3, "base64")]
    assert base64.b64decode(bad[0].record) == lines[2]
    assert summary.encodings == {"utf-8": 1}


def test_a_few_stray_bytes_are_damage_and_no_encoding() -> None:
    items, _ = read_all(b"agent: hello\ncustomer: hi \xa1 there\n", format="text")
    assert [type(item) for item in items] == [Rejected]


def test_the_encoding_is_decided_where_the_first_character_beyond_ascii_stands() -> None:
    plain = '{"conversation_id": "%d", "turns": [{"speaker": "agent", "text": "ok"}]}\n'
    text = (
        "".join(plain % n for n in range(50)) + plain.replace("ok", "您好，请问有什么可以帮您") % 99
    )
    items, summary = read_all(
        text.encode("gb18030"), format="jsonl", limits=Limits(sample_bytes=200)
    )
    assert all(isinstance(item, Read) for item in items)
    assert isinstance(items[-1], Read)
    assert items[-1].transcript.turns[0].text == "您好，请问有什么可以帮您"
    assert summary.encodings == {"gb18030": 1}


def test_the_encoding_can_be_named() -> None:
    data = "客服：您好\n客户：好\n".encode("gb18030")
    items, summary = read_all(data, format="text", encoding="GBK")
    assert isinstance(items[0], Read)
    assert summary.decisions == ("-: gb18030 (named by the user)",)
    with pytest.raises(InputError, match="klingon"):
        read_all(b"", encoding="klingon")


def test_half_a_character_of_utf_16_rejects_its_line_alone() -> None:
    good = '{"conversation_id": "%s", "turns": [{"speaker": "agent", "text": "%s"}]}\n'
    data = (good % ("1", "您好")).encode("utf-16-le") + (good % ("2", "\ud83d!")).encode(
        "utf-16-le", "surrogatepass"
    )
    data = b"\xff\xfe" + data + (good % ("3", "好")).encode("utf-16-le")
    items, _ = read_all(data, format="jsonl")
    assert [getattr(item, "code", "read") for item in items] == ["read", "undecodable", "read"]
    assert b"\x3d\xd8!" in base64.b64decode(
        items[1].record if isinstance(items[1], Rejected) else ""
    )


def test_utf_16_that_ends_in_half_a_unit() -> None:
    text = "客服：您好，请问有什么可以帮您\n客户：好\n"
    items, summary = read_all(b"\xff\xfe" + text.encode("utf-16-le") + b"\x60", format="text")
    assert [type(item) for item in items] == [Rejected]
    assert summary.lines == 3


def test_lines_may_end_in_carriage_returns_alone() -> None:
    items, summary = read_all(SIMPLIFIED.replace("\n", "\r"), format="text")
    assert isinstance(items[0], Read)
    assert len(items[0].transcript.turns) == 2
    assert summary.lines == 2


def test_a_line_too_long_is_rejected_with_its_beginning_and_digest() -> None:
    long = '{"conversation_id": "1", "turns": "' + "x" * 300_000 + '"}'
    good = '{"conversation_id": "2", "turns": [{"speaker": "agent", "text": "ok"}]}'
    items, summary = read_all(
        f"{long}\n{good}\n", format="jsonl", limits=Limits(record_bytes=200_000)
    )
    assert isinstance(items[0], Rejected)
    assert (items[0].code, len(items[0].record)) == ("too_long", 65536)
    assert f"{len(long)} bytes" in items[0].reason
    assert isinstance(items[1], Read)
    assert summary.lines == 2
