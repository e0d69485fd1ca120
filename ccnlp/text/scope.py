"""What the words around a hit do to its meaning: negation, quotation, report, question ...

Each scope is a function of a folded turn and a span in it, a few expressions on the characters
just before or after the span. Speech has no punctuation, so a clause is never taken for
granted: what governs a hit has to stand next to it, with nothing but small words between.
The words of the hit itself are never looked at.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

#: What may be named by ``unless`` in a rule.
SCOPES: Final = ("negated", "quoted", "reported", "hypothetical", "asked", "past")

_REACH: Final = 24
_BREAK: Final = re.compile(r"[,。!?;…\n]")
_STOP: Final = re.compile(r"[。!?;…\n]")
#: A character of the clause.
_IN: Final = r"[^,。!?;…\n]"


def _before(text: str, start: int, stop: re.Pattern[str] = _BREAK) -> str:
    """The characters before ``start`` in its clause (or sentence), at most ``_REACH``."""
    low = max(0, start - _REACH)
    for found in stop.finditer(text, low, start):
        low = found.end()
    return text[low:start]


def _after(text: str, end: int, stop: re.Pattern[str] = _BREAK) -> str:
    """The characters after ``end`` in its clause (or sentence) and the sign that ends it."""
    found = stop.search(text, end, end + _REACH)
    return text[end : found.end() if found else end + _REACH]


def _any(*words: str) -> str:
    """One of the words of some lists, separated by blanks."""
    return "(?:" + "|".join(" ".join(words).split()) + ")"


# --- negated -------------------------------------------------------------------------------

# small words that may stand between a negation and what it negates
_BETWEEN: Final = (
    "(?:[ 我你您他她去来再要想会能得说是有过给跟和向对为把被让用这那个就也都还真算做当在]|"
    + _any(
        "打算 准备 想要 需要 必要 真的 轻易 故意 任何 什么 随便 考虑 我们 你们 他们 咱们 为了",
        "一定 必须 非要 非得 意思 现在 马上 动不动 刻意 存心 所谓 真正 要求 其实 主动 立刻",
    )
    + "){0,4}"
)
_NEGATION: Final = re.compile(
    "(?P<word>不(?:是|会|用|要|想|必|应该?|可以?|能|愿意?|打算|准备|敢|曾|至于|需要?|算|肯|同意)?"
    "|没人|没有?|别|未曾?|勿|无需|无须|毋须|并非|从没|从未|绝不|决不|甭|莫|无意|唔(?:会|系|使|好)|冇"
    "|谁(?:要|会|想)|哪(?:有|会|敢))" + _BETWEEN + "$"
)
# words that hold 不, 没 or 别 and negate nothing, or nothing that follows
_NO_NEGATION: Final = re.compile(
    "(?:"
    + _any(
        "不得不 不能不 不会不 不可能不 不可不 不要不 没有不 没法不 无不 非.{0,4}不可",
        "(?:怎么|怎|哪|岂|何|凭什么|为什么|为啥|干嘛|干吗|还)(?:可能|可以|能|会|敢)?不",
        "(?:我|我们|谁|还)能不 你说.{0,4}能不",
        "能不能 要不要 会不会 是不是 可不可以 可不可 想不想 有没有 该不该 行不行 用不用 需不需要",
        "信不信",
        "要不是 要不 不如 不然 不光 不仅 不但 不只 不单 不管 不论 不止 不过 不好意思",
        "不行 不对 不好 不了 差不多 忍不住 不怕 巴不得 恨不得 说不定 不由得 不信 不满 不服 不爽",
        "不客气 受不了 了不起 对不起 来不及 看不 听不 找不 打不 登不 做不 办不 付不 用不了 得不",
        "到不",
        "再不 从来不 老不 总不 一直不 死活不",
        "一直没 还没 都没 没完 没用 没法 没事 没办法 没收 没错 没辙 没关系 没准",
        "特别 别家 别的 别人 别处 个别 区别 级别 告别 分别 识别 类别 性别 差别 鉴别",
        "未来 未必 莫名 莫非",
    )
    + ")"
    + _BETWEEN
    + "$"
)
# 不是我要投诉是你们逼的: what is denied is the wish, not the deed
_FORCED: Final = re.compile(
    "^.{0,8}(?:而?是(?:你们?|您们?|贵|被|没办法|实在|因为你|这)|还不是|(?:都|全)是你|逼)"
)
_DENIED_AFTER: Final = re.compile(
    "^(?:的话|什么的|这事|这个|嘛|吧|呢|,| )?我?(?:就|倒|那|也|都|是|还|还是|真的)?"
    + _any(
        "不必了? 不用了 不至于 没必要 没有必要 算了 免了 不会的 不会了 不需要了 不了[,。!]?$",
        "没有的事 没那个必要",
    )
)
# one of these begins every expression above: most hits have none near them
_MAY_DENY: Final = re.compile("[不没别未勿无毋并从绝决甭莫唔冇谁哪算免]")
_RHETORICAL: Final = re.compile("(?:能|可以|谁|哪个)$")
_ASKING_END: Final = re.compile(r"吗|么|\?|啊")


def negated(text: str, start: int, end: int) -> bool:
    """Denied, declined or forbidden: 我不是要投诉, 别投诉, 投诉就不必了."""
    if _MAY_DENY.search(text, max(0, start - _REACH), end + _REACH) is None:
        return False
    right = _after(text, end, _STOP)
    if _DENIED_AFTER.match(right):
        return True
    left = _before(text, start)
    found = _NEGATION.search(left)
    if found is None:
        return False
    if left.endswith("不") and left[-2:-1] == text[start : start + 1] != "":
        return False  # 投不投诉 asks
    if _NO_NEGATION.search(left):
        return False
    if found.group("word") in ("不是", "并非", "不") and _FORCED.match(right):
        return False
    # 我能不投诉吗, 谁不投诉: a rhetorical question says the contrary
    rhetorical = found.group("word") == "不" and _RHETORICAL.search(left[: found.start()])
    return not (rhetorical and _ASKING_END.search(right))


# --- quoted --------------------------------------------------------------------------------

_PAIRS: Final = {"“": "”", "「": "」", "『": "』", "‘": "’", '"': '"'}
_QUOTE_MARKS: Final = re.compile('[“「『‘"]')
_SAYING: Final = re.compile(
    _any(
        "说 讲 道 问 答 回 复 写 写着 称 骂 喊 叫 提示 显示 标 标着 印着 贴着 发 发来 显",
        "来一句 一句 回我 回复我? 告诉我? 跟我说 对我说 话 :",
    )
    + "[了着过我是]{0,2}[:, ]{0,2}$"
)
_OWN_SAYING: Final = re.compile(
    "我(?:就|都|也|再|还|明确|跟(?:你|您|他)们?|对(?:你|您)们?|已经){0,2}"
    "(?:说|讲|问|强调)[了过]?[:, ]{0,2}$"
)
#: Words marked by quotation marks are shorter, others' sentences longer.
_LONG_QUOTE: Final = 8


def quoted(text: str, start: int, end: int) -> bool:
    """Inside quotation marks as another's words; 我说“…” and a marked single word are not."""
    if _QUOTE_MARKS.search(text, 0, start) is None:
        return False
    for open_, close in _PAIRS.items():
        opening = _opening(text, start, open_, close)
        closing = text.find(close, end) if opening >= 0 else -1
        if closing < 0:
            continue
        left = text[max(0, opening - 12) : opening]
        if _OWN_SAYING.search(left):
            return False
        if _SAYING.search(left) or closing - opening - 1 >= _LONG_QUOTE:
            return True
    return False


def _opening(text: str, start: int, open_: str, close: str) -> int:
    """Where the quotation that holds ``start`` opens, -1 if none does."""
    if open_ == close:
        return text.rfind(open_, 0, start) if text.count(open_, 0, start) % 2 else -1
    opening = text.rfind(open_, 0, start)
    return opening if opening > text.rfind(close, 0, start) else -1


# --- reported ------------------------------------------------------------------------------

# others; a customer's family is the customer's side, 你们 and 客服 are who is complained of
_OTHERS: Final = _any(
    "客户 顾客 用户 买家 客人 对方 对面 他们? 她们? 人家 别人 有人 朋友 同事 同学 邻居 网友 亲戚",
    "那个人 有个人 好多人 很多人 大家 [张王李赵陈刘](?:先生|女士|小姐|总)",
    "(?:隔壁|楼下|楼上)(?:的|家|邻居)?",
)
_REPORT: Final = re.compile(
    "(?:"
    + _OTHERS
    + _any(
        "们 那边 之前 刚才 刚刚 昨天 上次 就 都 也 又 还 一直 在 跟我们? 给我 和我 对我",
        "来电 打来 打电话 反复",
    )
    + "{0,3}"
    + _any("说 讲 反映 表示 称 提到 声称 问 威胁 扬言 嚷嚷 喊着 吵着 要求 告诉我")
    + "[了过着是我]?"
    + "|(?:听|据|看到?|看见)(?:人|别人|人家|朋友|同事|网友|新闻|网上)?(?:说|讲|报道|报导)"
    + "|"
    + _any("新闻 电视 网上 报纸 报道 微博 抖音 热搜 朋友圈")
    + "[上里]?"
    + _any("都 也 有人 看到 说 报道 写 讲 在说 看见")
    + "{1,2})(?P<gap>"
    + _IN
    + "{0,8})$"
)
# the speaker takes the word again
_SELF: Final = re.compile("我|咱|俺|结果|但是?|可是|现在|所以|然后|那就")
_NAMED_CLIENT: Final = re.compile("^(?:客户|顾客|用户|买家|客人)")


def reported(text: str, start: int, end: int) -> bool:
    """Another's words or news: 客户说要投诉, 听说有人告了; 我说 and 你们说 are not."""
    left = _before(text, start)
    found = _REPORT.search(left)
    if found is None:
        return False
    before = left[: found.start()][-1:]
    if found.group().startswith(("他", "她")) and before and before in "其跟和对问给向让叫":
        return False  # 我跟他说我要投诉: the speaker says it
    if _NAMED_CLIENT.match(found.group()):
        return True
    return _SELF.search(found.group("gap")) is None


# --- hypothetical --------------------------------------------------------------------------

_IF: Final = re.compile(
    _any(
        "如果 要是 万一 假如 假设 假使 假若 若是 倘若 如若 比如 例如 譬如 好比 打个?比方 设想",
        "除非 就算 即使 哪怕 若",
    )
    + _IN
    + "{0,12}$"
)
_IF_AFTER: Final = re.compile("^" + _IN + "{0,6}的话")


def hypothetical(text: str, start: int, end: int) -> bool:
    """Supposed, not said: 如果我投诉会怎样, 投诉的话要多久."""
    return bool(_IF.search(_before(text, start)) or _IF_AFTER.match(_after(text, end)))


# --- asked ---------------------------------------------------------------------------------

_ASK_BEFORE: Final = re.compile(
    _any(
        "怎么样? 怎样 如何 咋 在?哪里? 哪儿 哪个 什么时候 几时 多久 是不是 能不能 可不可以",
        "可否 能否 是否 有没有 要不要 会不会 需不需要 用不用 该不该",
        "(?:请|想|问|我想|咨询)(?:问|一下|下|咨询){1,2} 点样",
    )
    + _IN
    + "{0,6}$"
)
_ASK_AFTER: Final = re.compile(
    "^"
    + _IN
    + "{0,8}?"
    + _any(
        r"吗 (?<![怎什多那这])么 是什么 什么意思 是啥 是干嘛 干嘛的 是多少 多少 \?",
        "怎么(?:打|弄|办|操作|申请|走|样|填|写|联系|处理)",
        "如何 哪里 在哪 哪个 几个 几天 多久 是谁 是哪 有没有 可不可以 能不能 行不行 好不好 是不是",
    )
)
# questions that ask nothing, and what is known
_NO_QUESTION: Final = re.compile(
    _any(
        "信吗 信不信 知道吗 懂吗 懂不懂 明白吗 听到吗 听见吗 听到没 听懂 是吧 行了吧 可以了吧",
        "满意了吗",
        "不是吗 你说呢 我(?:很|都|也|可)?(?:清楚|知道|有数|记着|查过|查好|存着|门儿清)",
    )
)
_NO_QUESTION_BEFORE: Final = re.compile(
    _any(
        "怎么(?:这样|这么|那么|能|可以|可能|还|又|会|老|总|就|回事|不) 信不信 凭什么 为什么 为啥",
        "干嘛",
        "什么破 什么态度 什么玩意 是不是(?:要|逼|非)",
    )
    + _IN
    + "{0,10}$"
)


def asked(text: str, start: int, end: int) -> bool:
    """Part of a question that wants an answer: 要怎么投诉, 投诉电话是多少."""
    left, right = _before(text, start), _after(text, end)
    if _NO_QUESTION.search(right) or _NO_QUESTION_BEFORE.search(left):
        return False
    return bool(_ASK_BEFORE.search(left) or _ASK_AFTER.match(right))


# --- past ----------------------------------------------------------------------------------

_ONCE: Final = re.compile(
    _any(
        "上次 上回 上一次 之前 以前 原来 早先 当时 那次 那时 那会儿? 去年 前年 上个?月 上周",
        "上星期 上礼拜 曾经? 前阵子 前段时间 几年前 早就",
    )
    + _IN
    + "{0,12}$"
)
_ONCE_AFTER: Final = re.compile("^[过了]")
_SETTLED: Final = re.compile(
    "(?<![没未不])"
    + _any(
        "解决了 解决好 已经解决 已解决 处理好 处理完 处理了 已经处理 退了 退回来 退给我 退到了",
        "赔了 赔给 赔付了 好了 办好 搞定 撤销了 撤诉 撤了 和解 没事了 过去了 满意 到账了 修好",
        "给我(?:解决|处理|退|赔)了",
    )
)
_UNSETTLED: Final = re.compile(
    _any("没 没有 未 还没 不(?!过) 一直没 都没 不给 没给 没人 至今")
    + "[^,。!?;]{0,4}"
    + _any("解决 处理 退 赔 理 回 修 消息 结果")
    + "|到现在|还是|又"
)


def past(text: str, start: int, end: int) -> bool:
    """Over and settled: 上次投诉后来解决了; 上次投诉到现在没人理 is not."""
    right = text[end : end + 2 * _REACH]
    if not (_ONCE.search(_before(text, start, _STOP)) or _ONCE_AFTER.match(right)):
        return False
    return bool(_SETTLED.search(right)) and _UNSETTLED.search(right) is None


_CHECKS: Final[dict[str, Callable[[str, int, int], bool]]] = {
    "negated": negated,
    "quoted": quoted,
    "reported": reported,
    "hypothetical": hypothetical,
    "asked": asked,
    "past": past,
}


def scope_of(text: str, start: int, end: int, scopes: Iterable[str]) -> str | None:
    """The first of ``scopes`` that ``text[start:end]`` stands in; ``text`` is a folded turn."""
    for name in scopes:
        if _CHECKS[name](text, start, end):
            return name
    return None
