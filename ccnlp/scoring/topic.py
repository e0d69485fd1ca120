"""A few words that say what a conversation's complaint is about."""

from collections import Counter
from collections.abc import Sequence

from ccnlp.types import Signals

#: Words that say that somebody complains, not what about.
_EMPTY = frozenset(
    [
        "你们",
        "我们",
        "他们",
        "什么",
        "怎么",
        "现在",
        "就是",
        "这个",
        "那个",
        "一个",
        "没有",
        "不是",
        "可以",
        "还是",
        "已经",
        "知道",
        "这样",
        "那样",
        "东西",
        "时候",
        "今天",
        "昨天",
        "明天",
        "上次",
        "这次",
        "一直",
        "到底",
        "为什么",
        "自己",
        "客服",
        "投诉",
        "因为",
        "所以",
        "但是",
        "不能",
        "还有",
        "然后",
        "结果",
        "一下",
        "说好",
        "不要",
        "不行",
        "你好",
        "您好",
        "谢谢",
        "请问",
        "哪里",
        "这么",
        "那么",
        "怎样",
        "多少",
        "之前",
        "以后",
        "觉得",
        "真的",
    ]
)


def topic_words(words: Sequence[Sequence[str]], signals: Signals, most: int = 3) -> str | None:
    """The most frequent telling words of the complaint's turns, in order of appearance.

    ``None`` where nothing was complained about. The topics of many conversations together are
    found elsewhere; this is only the label of one.
    """
    turns = dict.fromkeys(f.turn for f in signals.findings if f.category == "complaint")
    counts: Counter[str] = Counter()
    for turn in turns:
        counts.update(w for w in words[turn] if len(w) > 1 and w not in _EMPTY and not w.isascii())
    if not counts:
        return None
    top = sorted(counts, key=lambda w: -counts[w])[:most]
    return " ".join(w for w in counts if w in top)
