"""Common names of columns and keys, Chinese and English, for each of our fields.

Names are compared without case, spaces, underscores, hyphens and brackets. Where several
names of one field are there, the first in the list wins, and the others stay attributes.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

#: Fields of a conversation -> their names.
RECORD_NAMES: Final[dict[str, tuple[str, ...]]] = {
    field: tuple(names.split())
    for field, names in {
        "conversation_id": (
            "conversationid convid sessionid chatid callid dialogueid dialogid 会话id 会话编号 "
            "会话号 会话标识 "
            "通话id 通话编号 通话流水号 通话唯一标识 对话id 对话编号 录音编号 录音id 录音流水号 "
            "咨询id 流水号 "
            "會話id 會話編號 會話號 通話id 通話編號 對話id 對話編號 錄音編號 session id 编号 編號"
        ),
        "channel": (
            "channel 渠道 渠道类型 来源渠道 接入渠道 会话渠道 服务渠道 渠道類型 來源渠道 通路"
        ),
        "started_at": (
            "startedat 会话开始时间 通话开始时间 对话开始时间 接入时间 呼入时间 来电时间 "
            "会话时间 通话时间 "
            "會話開始時間 通話開始時間 對話開始時間 來電時間 進線時間 会话日期 通话日期"
        ),
        "wait_seconds": (
            "waitseconds waittime queuetime 等待秒数 排队秒数 等待时长 排队时长 等待时间 "
            "排队时间 等待時間 "
            "排隊時間 等待秒數"
        ),
        "agent_id": (
            "agentid agentno 客服id 客服工号 客服编号 客服账号 坐席id 坐席工号 坐席编号 座席id "
            "座席工号 工号 "
            "坐席工號 座席工號 客服工號 工號 客服編號"
        ),
        "team": "team teamname group 班组 团队 技能组 组别 部门 小组 班組 團隊 技能組 組別 部門",
        "customer_id": (
            "customerid userid clientid buyerid 客户id 客户编号 客户号 用户id 用户编号 会员id "
            "买家id 客戶id "
            "客戶編號 用戶id 會員id 買家id"
        ),
        "customer_tier": (
            "customertier tier customerlevel viplevel 客户等级 客户级别 会员等级 用户等级 "
            "vip等级 客戶等級 "
            "會員等級 用戶等級"
        ),
    }.items()
}

#: Fields of one turn -> their names.
TURN_NAMES: Final[dict[str, tuple[str, ...]]] = {
    field: tuple(names.split())
    for field, names in {
        "speaker": (
            "speaker role speakerrole sendertype 角色 说话人角色 说话角色 发言角色 说话人 发言人 "
            "发送方 发送人 "
            "发送者 说话方 身份 消息方 說話人 發言人 發送方 發送人 發送者 說話者 from sender "
            "author party"
        ),
        "text": (
            "text content message utterance sentence msg value 内容 文本 消息内容 发言内容 "
            "说话内容 聊天内容 "
            "对话内容 会话内容 转写文本 识别文本 识别结果 文本内容 消息 语句 內容 訊息內容 訊息 "
            "對話內容 "
            "會話內容 發言內容 轉寫文字 辨識結果 文字"
        ),
        "start_seconds": (
            "startseconds startsec 开始秒 开始秒数 起始秒 開始秒 開始秒數 start begin offset"
        ),
        "end_seconds": "endseconds endsec 结束秒 结束秒数 終止秒 結束秒 結束秒數 end",
        "start_ms": "startms beginms startmillis 开始毫秒 起始毫秒 開始毫秒",
        "end_ms": "endms endmillis 结束毫秒 結束毫秒",
        "time": (
            "time timestamp datetime sendtime sentat createdat createtime msgtime messagetime "
            "时间 发送时间 "
            "消息时间 发言时间 说话时间 时间戳 创建时间 開始時間 時間 發送時間 發言時間 訊息時間 "
            "时刻 "
            "开始时间 starttime begintime"
        ),
        "date": "date 日期 发送日期 消息日期 發送日期",
        "end_time": "endtime 结束时间 結束時間",
        "turn_index": (
            "turnindex turnid turn turnno sequence seq msgseq 序号 轮次 句序 消息序号 排序 序號 "
            "輪次 句序號"
        ),
    }.items()
}

#: Names of the column that holds a whole dialogue.
_TURNS: Final = (
    "turns dialogue dialog messages conversations conversation utterances transcript 对话 "
    "对话记录 会话记录 聊天记录 通话记录 通话文本 对话文本 会话文本 转写结果 对话内容 会话内容 "
    "聊天内容 通话内容 對話 對話紀錄 對話記錄 聊天紀錄 聊天記錄 通話內容 對話內容 會話內容"
)
TURNS_NAMES: Final = tuple(_TURNS.split())

_NOISE: Final = re.compile(r"[\s_\-()（）\[\]【】/.:：]+")


def squeeze(name: str) -> str:
    """The form of a name in which it is compared."""
    return _NOISE.sub("", name).casefold()


def find(names: Iterable[str], wanted: Sequence[str]) -> str | None:
    """The first of ``wanted`` that stands among ``names``, as it is spelt there."""
    by_form: dict[str, str] = {}
    for name in names:
        by_form.setdefault(squeeze(name), name)
    for form in wanted:
        if form in by_form:
            return by_form[form]
    return None
