"""Writes ``fold.json``, the character tables of ``normalise`` (needs the extra ``dev``).

    python -m ccnlp.text.make_fold

Traditional and variant characters come from OpenCC's character data, the rest from Python's
Unicode database, the frequency of characters from jieba's dictionary. The tables are generated
once and shipped, so that folding neither needs OpenCC nor moves with the Unicode version of the
interpreter.
"""

import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

#: Characters that OpenCC leaves apart and that service text uses for one another. They are
#: folded for matching alone: segmentation, which knows whole words (著作), does not see them.
_EQUAL_FOR_MATCHING = {
    "著": "着", "帳": "账", "帐": "账", "甚": "什", "妳": "你", "牠": "它", "祂": "他",
    "喔": "哦", "噢": "哦", "唸": "念", "佔": "占", "麽": "么", "麼": "么", "後": "后",
    "纔": "才", "臺": "台", "裏": "里", "裡": "里", "祇": "只", "衹": "只", "隻": "只",
    "箇": "个", "個": "个", "嘆": "叹", "歎": "叹", "噁": "恶", "註": "注", "甦": "苏",
    "欸": "诶", "誒": "诶", "嘅": "的", "係": "系", "繫": "系", "痠": "酸", "週": "周",
    "彆": "别", "尅": "克", "佈": "布", "託": "托", "讚": "赞", "覆": "复", "贊": "赞",
}  # fmt: skip

#: Per million, where talk is unlike the newspapers that dictionaries count.
_SPOKEN = {
    "的": 40_000, "我": 20_000, "您": 15_000, "你": 12_000, "好": 12_000, "这": 12_000,
    "个": 10_000, "么": 8_000, "请": 6_000, "吗": 5_000, "谢": 4_000, "客": 4_000, "服": 4_000,
    "没": 6_000, "那": 6_000, "给": 5_000, "说": 5_000, "要": 8_000, "就": 8_000, "啊": 5_000,
}  # fmt: skip

#: Words of service talk, occurrences in a million characters, estimated.
_SPOKEN_WORDS = {
    3_000: "您好 好的 你好",
    2_000: "可以 什么 没有 我们 你们 这个 那个 一下 您的 客服 请问",
    1_500: "怎么 订单 谢谢 这边 电话 就是 为您 帮您 给您",
    1_000: "现在 问题 处理 已经 联系 不是 是不是 有没有 帮你 给你 还是 亲亲",
    800: "手机 号码 快递 退款 需要 时间 今天 服务 直接 因为 但是 如果 先生 女士 知道",
    500: "发货 信息 感谢 请您 安排 反馈 核实 稍等 申请 登记 提交 地址 明天 之前 一个 这样 "
         "账户 账号 银行 公司 短信 提供 查询 收到 时候 商品 产品 退货 手机号 手机号码 个小时 "
         "不能 不好 说的 工作 看看 看到 不要 觉得 一直 今天 昨天 不会 出来 回复 师傅 系统",
    200: "经理 主管 技术 专员 同事 投诉 赔偿 支付 密码 登录 会员 优惠 活动 扣费 流量 套餐 "
         "仓库 物流 包裹 店铺 评价 质量 保险 合同 费用 押金 身份证 验证码 平台 页面 软件",
}  # fmt: skip

_HAN = ((0x2E80, 0x2FDF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x323AF))


def _script_pairs() -> dict[str, str]:
    """Every Traditional or variant character -> its Simplified one, character by character."""
    import opencc

    converters = [opencc.OpenCC(name) for name in ("t2s", "tw2s", "hk2s")]
    pairs = {}
    for first, last in _HAN:
        for code in range(first, last + 1):
            char = chr(code)
            for converter in converters:
                simple = converter.convert(char)
                if len(simple) == 1 and simple != char:
                    pairs[char] = simple
                    break
    # 么 is Simplified as it stands (OpenCC reads it as a variant of 幺, a spoken 1)
    del pairs["么"]
    # a variant may lead to a character that has a Simplified form itself
    return {char: pairs.get(simple, simple) for char, simple in pairs.items()}


def _is_simplified(char: str) -> bool:
    """Whether a character is in daily use in Simplified text too (乾, 著, 后)."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _plain(char: str) -> str:
    """Width, case, digit script and blank of one character, or the character itself."""
    digit = unicodedata.digit(char, None) if unicodedata.category(char) == "Nd" else None
    if digit is not None:
        return str(digit)
    if unicodedata.category(char) == "Zs" or char == "\t":
        return " "
    wide = unicodedata.normalize("NFKC", char)
    char = wide if len(wide) == 1 else char
    low = char.lower()
    return low if len(low) == 1 else char


def _ranges(codes: Iterable[int]) -> list[list[int]]:
    """Sorted code points as [first, last] ranges."""
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return ranges


def _frequency(fold: dict[str, str]) -> tuple[str, list[int]]:
    """The most frequent characters of jieba's dictionary, and how many of a million they are."""
    import jieba

    counts: Counter[str] = Counter()
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, count, _ = line.decode("utf-8").split(" ")
            for char in word:
                counts[fold.get(char, char)] += int(count)
    total = sum(counts.values())
    for char, per_million in _SPOKEN.items():
        counts[char] = per_million * total // 1_000_000
    top = counts.most_common(1_500)
    return "".join(c for c, _ in top), [max(1, round(1e6 * n / total)) for _, n in top]


def _word_frequency() -> dict[str, int]:
    """Frequent words of two to four characters, occurrences in a million characters."""
    import jieba

    counts: dict[str, int] = {}
    total = 0
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, count, _ = line.decode("utf-8").split(" ")
            total += int(count) * len(word)
            if 2 <= len(word) <= 4:
                counts[word] = int(count)
    shares = {word: round(1e6 * n / total) for word, n in counts.items()}
    shares = {word: n for word, n in shares.items() if n >= 40}
    for per_million, words in _SPOKEN_WORDS.items():
        for word in words.split():
            shares[word] = max(per_million, shares.get(word, 0))
    return dict(sorted(shares.items()))


def tables() -> dict[str, object]:
    """All tables: pairs of equal-length strings, and ranges of code points."""
    script = _script_pairs()
    codes = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
    plain = {chr(c): _plain(chr(c)) for c in codes}
    plain = {char: to for char, to in plain.items() if to != char}
    fold = {}
    for char in {**plain, **script, **_EQUAL_FOR_MATCHING}:
        to = plain.get(char, char)
        to = script.get(to, to)
        fold[char] = _EQUAL_FOR_MATCHING.get(char, _EQUAL_FOR_MATCHING.get(to, to))
    kind = {c: unicodedata.category(chr(c)) for c in codes}
    # segmentation must not touch what Simplified text holds
    script = {char: to for char, to in script.items() if not _is_simplified(char)}
    # format characters (zero-width, direction), combining marks and variation selectors
    unseen = [c for c in codes if kind[c] in ("Cf", "Mn", "Me") or c == 0x3164]
    marks = set("*·•・.-_~^+=|/\\#@&%$`\"'<>°")
    wedge = [c for c in codes if kind[c] in ("So", "Sk", "Sm", "Sc") or chr(c) in marks]
    return {
        "unicode": unicodedata.unidata_version,
        "fold": ["".join(sorted(fold)), "".join(fold[c] for c in sorted(fold))],
        "script": ["".join(sorted(script)), "".join(script[c] for c in sorted(script))],
        "frequent": _frequency(fold),
        "words": _word_frequency(),
        "unseen": _ranges(unseen),
        "wedge": _ranges(wedge),
    }


if __name__ == "__main__":
    path = Path(__file__).parent / "fold.json"
    path.write_text(json.dumps(tables(), ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path} {path.stat().st_size}\n")
