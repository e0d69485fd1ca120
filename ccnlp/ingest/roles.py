"""From the labels that exports use to our four speakers and four channels.

A label is looked up in this order: the mapping's own table, the plain role words, and the
role words that a name may hold ("客服小王", "某某旗舰店:小美"). What is in none of them is
unknown; nothing is guessed here (``settle`` infers one missing side, by a stated rule).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, cast

from ccnlp.types import Channel, Speaker

_WORDS: Final[dict[Speaker, str]] = {
    "customer": (
        "customer client buyer caller visitor user guest patient passenger shopper consumer "
        "客户 顾客 用户 买家 会员 访客 客人 来电人 来电者 消费者 咨询者 咨询人 乘客 患者 家长 业主 "
        "客戶 顧客 用戶 買家 會員 訪客 來電人 消費者 諮詢者 家長 業主 网友 網友 客户端 用户端"
    ),
    "agent": (
        "agent operator representative rep csr staff service seller advisor adviser attendant "
        "客服 坐席 座席 人工 人工客服 人工坐席 在线客服 客服人员 客服专员 客服代表 客服经理 "
        "客户经理 "
        "客户代表 客户服务 话务员 接线员 业务员 服务员 服务人员 服务专员 专员 商家 卖家 店家 "
        "店小二 小二 "
        "店员 工作人员 坐席员 座席员 客服員 人工座席 線上客服 在線客服 客服人員 客服專員 "
        "客服代表 客服經理 "
        "客戶經理 客戶服務 話務員 接線員 業務員 服務員 服務人員 專員 商家 賣家 店家 店員 "
        "工作人員 坐席端 客服端"
    ),
    "bot": (
        "bot robot chatbot ivr ai assistant gpt voicebot "
        "机器人 智能客服 智能助手 智能助理 小助手 虚拟助手 语音助手 智能机器人 自动回复 "
        "机器人客服 客服机器人 "
        "機器人 智能客服 智慧客服 智能助理 虛擬助理 虛擬客服 語音助手 自動回覆 自動回復 "
        "客服機器人 機器人客服"
    ),
    "system": (
        "system notice notification "
        "系统 系统消息 系统提示 系统通知 提示 通知 系統 系統訊息 系統消息 系統提示 系統通知"
    ),
}

#: Words that settle the role wherever they stand in a name; looked for in this order, as
#: "智能客服" is a bot and "客户经理" an agent.
_INSIDE: Final[tuple[tuple[Speaker, tuple[str, ...]], ...]] = tuple(
    (cast(Speaker, speaker), tuple(parts.split()))
    for speaker, parts in {
        "bot": "机器人 機器人 智能客服 智慧客服 智能助 虚拟 虛擬 chatbot robot",
        "system": "系统 系統",
        "agent": (
            "客服 坐席 座席 客户经理 客戶經理 客户服务 客戶服務 客户代表 客服经理 旗舰店 旗艦店 "
            "专卖店 "
            "專賣店 专营店 專營店 官方店 专员 專員 agent"
        ),
        "customer": "客户 客戶 顾客 顧客 用户 用戶 买家 買家 会员 會員 访客 訪客 customer visitor",
    }.items()
)

PLAIN: Final[dict[str, Speaker]] = {
    word: speaker for speaker, words in _WORDS.items() for word in words.split()
} | {speaker: speaker for speaker in _WORDS}

CHANNELS: Final[dict[str, Channel]] = {
    word: cast(Channel, channel)
    for channel, words in {
        "voice": (
            "voice phone call telephone tel 电话 语音 热线 来电 通话 呼入 呼出 電話 語音 熱線 "
            "來電 通話 录音"
        ),
        "chat": (
            "chat im webchat livechat web app wechat whatsapp line 在线 在线客服 文字 文本 聊天 "
            "微信 网页 小程序 "
            "公众号 旺旺 千牛 即时通讯 線上 在線 線上客服 在線客服 網頁 小程序 公眾號 即時通訊 "
            "企业微信"
        ),
        "email": "email e-mail mail 邮件 邮箱 电子邮件 郵件 電郵 電子郵件",
        "social": (
            "social weibo 微博 社交 社媒 社交媒体 社交媒體 小红书 小紅書 抖音 facebook twitter"
        ),
    }.items()
    for word in words.split()
}

#: Labels that are remembered.
_REMEMBERED: Final = 10_000
#: Longest name, in characters.
_NAME: Final = 20
_SENTENCE: Final = re.compile(r"[，。？！?!；;,]")
_TRIM: Final = re.compile(r"^[\s\[【<(（《]+|[\s\]】>)）》:：]+$")
_TAIL: Final = re.compile(r"[\s\d#_＃-]+$")


def plain(label: str) -> str:
    """A label without brackets, surrounding space and case: the form that tables hold."""
    return _TRIM.sub("", label).casefold()


class Roles:
    """Looks labels up in a mapping's table (keys in the form of ``plain``) and in ours."""

    def __init__(self, own: Mapping[str, Speaker]) -> None:
        self._own = own
        # A source has few labels: what was looked up once is remembered.
        self._known: dict[str, tuple[Speaker | None, bool]] = {}

    def look(self, label: str) -> tuple[Speaker | None, bool]:
        """The speaker that a label stands for, and whether it is the bare name of a role.

        The speaker is ``None`` where it is unknown; "客服" is a bare name, "客服小王" is not.
        """
        found = self._known.get(label)
        if found is None:
            word = plain(label)
            found = _role_of(word, self._own), word in PLAIN or word in self._own
            if len(self._known) < _REMEMBERED:
                self._known[label] = found
        return found


def _role_of(word: str, own: Mapping[str, Speaker]) -> Speaker | None:
    found = own.get(word) or PLAIN.get(word) or PLAIN.get(_TAIL.sub("", word))
    # Longer ones, and those with a sentence's marks, are text in the wrong column.
    if found is not None or len(word) > _NAME or _SENTENCE.search(word):
        return found
    for speaker, parts in _INSIDE:
        if any(part in word for part in parts):
            return speaker
    return None


def missing_side(known: Iterable[Speaker], unknown: Iterable[str]) -> Speaker | None:
    """The one side that an only unknown speaker must be, else ``None``.

    Rule: exactly one label is unknown, and of the two sides - customer on one, agent or bot
    on the other - exactly one is there.
    """
    sides, labels = set(known), set(unknown)
    if len(labels) != 1:
        return None
    customer, service = "customer" in sides, bool(sides & {"agent", "bot"})
    if customer == service:
        return None
    return "agent" if customer else "customer"


_CUES: Final = (
    "为您服务 為您服務 可以帮您 可以幫您 可以帮到您 可以幫到您 感谢您的来电 感謝您的來電 "
    "欢迎致电 歡迎致電 请您稍等 "
    "請您稍等 给您带来的不便 給您帶來的不便 祝您生活愉快 您反馈的 您反映的 帮您查 幫您查"
)
#: What service says and customers hardly ever do, in both scripts.
SERVICE_CUES: Final = tuple(_CUES.split())

_HINTS: Final = (
    "请问有什么 請問有什麼 有什么可以 有什麼可以 为您 為您 帮您 幫您 这边帮 這邊幫 感谢您 "
    "感謝您 请您提供 請您提供 "
    "给您带来 給您帶來 很高兴 很高興 请稍等 請稍等 稍等一下 这里是 這裡是 工号 工號 客服中心 "
    "欢迎 歡迎 祝您 麻烦您 "
    "麻煩您 您这边 您這邊 了解您 理解您 核实 核實 您反映 您反馈 您的订单 您的訂單"
)
#: What service says more often than customers do: a sign where there are several.
SERVICE_HINTS: Final = tuple(_HINTS.split())

#: What customers say and agents hardly ever do.
CUSTOMER_CUES: Final = (
    "我要投诉", "我要投訴", "我要退款", "我要退货", "我要退貨", "你们客服", "你們客服", "你们公司",
    "你們公司", "转人工", "轉人工", "叫你们经理", "叫你們經理",
)  # fmt: skip
