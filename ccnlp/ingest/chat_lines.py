"""What one line of a plain-text chat export may be: a turn's head, a separator, a key.

The shapes (docs/ingest.md shows each):

    S   09:01:22 客服: 您好      [09:01] 客户：…      2026-03-01 09:01:22 客服小王 + text below
    C   客服 09:01:22 您好       小王 (2026/3/1 9:01): 您好     小王 2026-03-01 09:01 + text below
    D   客服：您好               【客服】您好
    E   客服                     and the text below

Whether a line that looks like a head is one is decided in ``chat``, for the conversation
as a whole; a head is *weak* where it may as well be text ("地址：…", "我昨天 09:30 打过").
"""

import re
from typing import Final, Literal

import msgspec

from ccnlp.ingest.clock import DATE, STAMP, TIME
from ccnlp.ingest.columns import RECORD_NAMES, find
from ccnlp.ingest.roles import Roles
from ccnlp.types import Speaker

_OPEN, _CLOSE = r"[\[【(（<〈《]", r"[\]】)）>〉》]"
_NAME: Final = (
    r"[^\s:：\[\]【】()（）<>，。？！?!；;、\"“”][^:：\[\]【】<>，。？！?!；;、\"“”\t]{0,29}?"
)

_STAMP_FIRST: Final = re.compile(
    rf"(?P<open>{_OPEN})?\s?(?P<stamp>{STAMP})(?:\s?(?:-->|[-~–—至])\s?(?P<end>{TIME}))?"
    rf"\s?{_CLOSE}?(?:[\s,，|\-–—]+|(?<={_CLOSE})|$|(?=[\[【<]))(?P<rest>.*)",
    re.ASCII | re.DOTALL,
)
_NAME_COLON: Final = re.compile(rf"(?P<name>{_NAME})\s?[:：](?!//)\s?(?P<text>.*)", re.DOTALL)
_NAME_BRACKET: Final = re.compile(
    rf"{_OPEN}\s?(?P<name>{_NAME})\s?{_CLOSE}\s?[:：]?\s?(?P<text>.*)", re.DOTALL
)
_NAME_ANGLE: Final = re.compile(rf"(?P<name>{_NAME})\s?[>＞»|\t]\s?(?P<text>.*)", re.DOTALL)
_NAME_FIRST: Final = re.compile(
    rf"(?P<name>[^\s\[【(（<].{{0,39}}?)\s*(?P<open>{_OPEN})?(?<=[\s\[【(（<〈《])(?P<stamp>{STAMP})(?![\d:：])"
    rf"\s?{_CLOSE}?\s?[:：]?\s?(?P<text>.*)",
    re.ASCII | re.DOTALL,
)
_SUFFIX: Final = re.compile(r"\s*[(（<][^)）>]{1,40}[)）>]\s*$")

_SIGNS: Final = "-=*#_~—─═·＝－"
_SEPARATOR: Final = re.compile(rf"\s*([{_SIGNS}])\1{{2,}}\s*(?P<title>.*?)\s*(?:\1{{2,}})?\s*")
_ID: Final = re.compile(
    r"[\s#\[【]*(?:会话|會話|通话|通話|对话|對話|录音|錄音|session|conversation|call|chat|dialogue)"
    r"\s*(?:id|编号|編號|号|號|流水号|标识|no\.?|number)?\s*(?P<colon>[:：=#]|\s)\s*(?P<id>[\w.:@/\-]{1,128})[\s\]】]*",
    re.IGNORECASE,
)
_KEY: Final = re.compile(
    r"\s*[\[【]?(?P<key>[^:：\s][^:：]{0,19}?)\s*[:：]\s?(?P<value>.+?)[\]】]?\s*"
)
_ONLY_STAMP: Final = re.compile(rf"[\s\-—=─]*{_OPEN}?({STAMP}){_CLOSE}?[\s\-—=─]*", re.ASCII)
_ONLY_DATE: Final = re.compile(
    rf"[\s\-—=─]*({DATE})(?:\s*[（(]?(?:星期|周|週)?[一二三四五六日天][)）]?)?[\s\-—=─]*", re.ASCII
)

#: Names of data, and of things said: before a colon they are no speaker's name.
_DATA: Final = re.compile(
    r"姓名|名字|电话|電話|手机|手機|地址|住址|等级|等級|级别|编号|編號|工号|工號|账号|帳號|账户|号码|號碼|"
    r"单号|單號|订单|訂單|类型|類型|时间|時間|日期|渠道|评价|評價|满意|滿意|状态|狀態|备注|備註|时长|時長|"
    r"金额|金額|价格|價格|数量|數量|型号|型號|原因|链接|連結|网址|網址|邮箱|密码|密碼|验证码|注意|说明|說明|"
    r"例如|比如|热线|熱線|态度|態度|昨天|今天|刚才|剛才|上次|告诉|告訴|表示|回复|回覆|http|www|"
    r"[说說问問讲講答道让讓叫给給的了]$|^[我你您他她它这這那]",
    re.IGNORECASE,
)


class Head(msgspec.Struct, frozen=True):
    """A line that may begin a turn."""

    family: Literal["S", "C", "D", "E"]
    label: str
    #: What follows on the line; the turn's text goes on in the lines below.
    text: str
    stamp: str | None = None
    #: Where the turn ends; a line that says so counts from the conversation's start.
    end: str | None = None
    #: It may as well be text.
    weak: bool = False
    #: Its stamp stands in brackets or has a date: text hardly ever looks like that.
    sure: bool = False
    #: The role, where the label has one.
    role: Speaker | None = None
    #: The label is the bare name of a role.
    plain: bool = False


def head_of(line: str, roles: Roles) -> Head | None:
    """The turn's head that a line may be; ``roles`` knows the speakers' labels."""
    line = line.strip(" \t\u3000\ufeff\r")
    if not line or len(line) > 100_000:
        return None
    first = line[0]
    if (first.isdigit() or first in "[【(（<〈《上下凌早中晚") and (
        match := _STAMP_FIRST.match(line)
    ):
        return _after_stamp(match, roles)
    # A stamp that follows a name follows within its first characters.
    if any(mark in line[:80] for mark in ":：") and (match := _NAME_FIRST.match(line[:4096])):
        text = match["text"] + line[4096:]
        named = _named("C", match["name"], text, roles, match["stamp"])
        if named is not None:
            sure = match["open"] is not None or len(match["stamp"]) > 9
            return _weaken(named, sure=sure)
    return _untimed(line, roles)


def _after_stamp(match: re.Match[str], roles: Roles) -> Head | None:
    head = _after(match["stamp"], match["rest"], match["open"] is not None, roles)
    if head is None or match["end"] is None:
        return head
    return msgspec.structs.replace(head, end=match["end"], sure=True, weak=False)


def _after(stamp: str, rest: str, opened: bool, roles: Roles) -> Head | None:
    sure = opened or len(stamp) > 9
    for pattern in (_NAME_BRACKET, _NAME_COLON):
        if found := pattern.match(rest):
            named = _named("S", found["name"], found["text"], roles, stamp)
            return None if named is None else _weaken(named, sure=sure)
    word, tab, text = rest.partition("\t")
    if tab and 0 < len(word.strip()) <= 24:
        named = _named("S", word, text.strip(), roles, stamp)
        return None if named is None else _weaken(named, sure=True)
    word, _, text = rest.partition(" ")
    if word and roles.look(word)[1]:
        return _named("S", word, text.strip(), roles, stamp)
    if rest and len(rest) <= 24 and not re.search(r"[，。？！?!；;、,]", rest):
        named = _named("S", rest, "", roles, stamp)
        return None if named is None else _weaken(named, sure=len(stamp) > 9)
    return None


def _untimed(line: str, roles: Roles) -> Head | None:
    if match := _NAME_BRACKET.match(line):
        named = _named("D", match["name"], match["text"], roles)
        return named if named is not None and named.plain else None
    if match := _NAME_COLON.match(line):
        named = _named("D", match["name"], match["text"], roles)
        return None if named is None else _weaken(named, sure=False)
    if (match := _NAME_ANGLE.match(line)) and roles.look(match["name"])[1]:
        return _named("D", match["name"], match["text"], roles)
    if len(line) <= 16 and roles.look(line)[1]:
        return _named("E", line, "", roles)
    return None


def _named(
    family: Literal["S", "C", "D", "E"], label: str, text: str, roles: Roles,
    stamp: str | None = None,
) -> Head | None:  # fmt: skip
    label = (_SUFFIX.sub("", label) or label).strip()
    if not label:
        return None
    role, plain = roles.look(label)
    return Head(family, label, text, stamp, role=role, plain=plain)


def _weaken(head: Head, *, sure: bool) -> Head | None:
    """The head as a weak one, unless its shape or its label is sure."""
    if sure and (head.plain or (head.family == "S" and head.text)):
        return msgspec.structs.replace(head, sure=True)
    if head.plain:
        return head
    if _DATA.search(head.label) or find([head.label], _ALL_NAMES):
        return None
    if sure or (head.role is not None and len(head.label) <= 12):
        return msgspec.structs.replace(head, sure=sure)
    return msgspec.structs.replace(head, weak=True)


_ALL_NAMES: Final = tuple(name for names in RECORD_NAMES.values() for name in names)


def separator(line: str) -> str | None:
    """The title (maybe empty) of a line that separates conversations; ``None`` for another."""
    signs = line.lstrip()[:3]
    if not signs or signs[0] not in _SIGNS or signs != signs[0] * 3 or len(line) > 200:
        return None
    match = _SEPARATOR.fullmatch(line)
    if match is None:
        return None
    title = match["title"]
    if title and only_stamp(title) is not None:
        return None  # a new day, of the same conversation
    # "--- text" is text unless it is closed by the same signs, or names a conversation.
    closed = line.rstrip().endswith(match[1] * 2)
    return title if not title or closed or conversation_id(title) else None


def conversation_id(line: str) -> str | None:
    """The id in a line like "会话ID：c-1", "对话 12" or "# session c-1"."""
    match = _ID.fullmatch(line) if len(line) <= 200 else None
    return match["id"] if match and any(c.isalnum() for c in match["id"]) else None


def key_value(line: str) -> tuple[str, str, str | None] | None:
    """Key, value and field (where the key names one) of a line above the first turn."""
    match = _KEY.fullmatch(line) if len(line) <= 2000 else None
    if match is None:
        return None
    field = next((f for f, names in RECORD_NAMES.items() if find([match["key"]], names)), None)
    return match["key"], match["value"], field


def only_stamp(line: str) -> tuple[str | None, str | None] | None:
    """(date, None) or (None, stamp) of a line that holds nothing else."""
    if len(line) > 80:
        return None
    if match := _ONLY_DATE.fullmatch(line):
        return match[1], None
    if match := _ONLY_STAMP.fullmatch(line):
        return None, match[1]
    return None
