"""What of many turns is worth a look, and a look at what: a few native scans over all of them.

Most turns hold no run of digits, no mail sign, no cue: they cost only their share of these scans.
The marks are necessary conditions: a recogniser whose mark is missing would find nothing
(``tests/test_privacy_prefilter.py`` holds that).
"""

import re
from collections.abc import Sequence
from typing import Final

import daachorse
import numpy as np
from numpy.typing import NDArray

from ccnlp.privacy.lexicon import Lexicon
from ccnlp.privacy.names import (
    AFTER_NAME,
    BEFORE,
    CHIEF,
    ROLE_GAP,
    SIGNATURE,
    SIGNED,
    SIGNED_FROM,
)


class Part:
    """The recognisers that a turn needs and what else it is, as bits (tested often: integers)."""

    NUMBER: Final = 1
    EMAIL: Final = 2
    PLATE: Final = 4
    ACCOUNT: Final = 8
    ADDRESS: Final = 16
    NAME: Final = 32
    ALL: Final = 63
    #: Little more than a few digits: perhaps a piece of a number.
    PIECE: Final = 64
    #: Cantonese is spoken.
    CANTONESE: Final = 128
    #: An agent names something personal: perhaps a question.
    ASK: Final = 256
    #: A number or address of the company may be asked for.
    PUBLIC: Final = 512
    #: The talk is of shops, hotels, sights.
    VENUE: Final = 1024
    #: One word stands for several digits.
    REPEAT: Final = 4096
    #: A number too short to be looked at where no word says what it is.
    SHORT: Final = 2048


_DIGIT, _LATIN, _PROVINCE, _AT, _UNIT, _OTHER, _GAP, _LOOSE = (1 << bit for bit in range(8))
_AMBIGUOUS: Final = "另凌灵铃腰妖夭吆俩仨叄舞武溜爸钩酒"
_CLASSES: Final = (
    (_DIGIT, "洞拐勾么0123456789零〇○一幺壹弌二两兩贰貳弍三叁弎四肆五伍六陆陸七柒八捌九玖"),
    (_LATIN, "abcdefghijklmnopqrstuvwxyz"),
    (_PROVINCE, "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"),
    (_AT, "@"),
    (_UNIT, "号弄巷栋幢座单室楼门户房层铺排院衖区期段组街支f档"),
    (_OTHER, "十百千甲乙丙丁"),
    # gaps, fillers and ambiguous readings between two digits of one number
    (
        _GAP,
        " "
        "\t\u00a0\u200b\u200c\u200d\ufe0f\u20e3-‐‑‒–—―−_.·・,，、。…~()（）嗯呃额啊哦唔诶"
        "那个然后再来接着是面连续的" + _AMBIGUOUS,
    ),
    (_LOOSE, _AMBIGUOUS),
)
#: A piece of a number has at least so many digits, in a turn of at most so many characters.
_PIECE_DIGITS, _PIECE_LENGTH = 2, 24
#: An account or a password has at least so many letters, digits and signs; a number that a word
#: announces at least so many letters and digits, the ambiguous ones among them.
_ACCOUNT_CHARACTERS, _NUMBER_CHARACTERS = 3, 4
_CANTONESE: Final = re.compile("[嘅嗰冇佢哋喺咗嚟畀俾咁啲㗎唔搵]")
_WORDY: Final = _DIGIT | _LATIN | _OTHER
#: Fewer digits in a row are looked at only where a word calls for it; fewer than so many only
#: where there are letters, or any word of context.
_LEAST, _TELLING = 5, 8
#: A word -> the part it calls for, and how near it digits, letters or units must stand.
_WORDS: Final = (
    (Part.REPEAT, 0, "double triple 双 zero one two three four five six seven eight nine "
    "个零 个一 个幺 个二 个三 个四 个五 个六 个七 个八 个九 个0 个1 个2 个3 个4 个5 个6 个7 "
    "个8 个9"),
    (Part.NUMBER, 40, "验证 校验 动态 短信码 认证码 otp 密码 口令 简讯码 一次性 激活码"),
    (Part.ADDRESS, 30, "地址 住址 住在 家住 寄到 送到 门牌 房号 住"),
    (Part.NUMBER, 12, "代号 代码 pnr booking 确认号 确认码 预订 预定 订位 订房 机位 订座"),
    (Part.PUBLIC, 0, "电话 地址 热线 号码 在哪"),
    (Part.VENUE, 0, "酒店 宾馆 餐馆 餐厅 饭店 景点 评分 人均 营业厅 门店 分店 营业时间 门票 "
    "商城 百货 专柜 游玩"),
    (Part.EMAIL, 0, "艾特 小老鼠 爱特 圈a"),
    (Part.PLATE, 0, "车牌 车号 号牌"),
    (Part.ACCOUNT, 20, "微信 加 vx wx v信 qq 扣扣 企鹅 line 薇信 威信 维信 围信 加微 私人 "
    "个人号 个人个号 小号 私号 密码 口令 pwd password 密马 密嘛 wechat weixin q_q q号 赖id"),
    (Part.NAME, 10, "叫 我是 俺是 我系 敝姓 姓 本人 这边是 这里是 我係"),
)  # fmt: skip
_COUNTED: Final = "0-9零〇○一幺壹二两贰三叁四肆五伍六陆七柒八捌九玖十百千甲乙丙丁a-z"
#: What may be a door: a building with its number, or a number after a road.
_DOOR: Final = re.compile(
    f"[{_COUNTED}] ?(?:[栋幢座弄室巷衖]|单元|号楼|号院|号门|门牌)|[东西南北中]单元"
    f"|[路街道巷弄里村庄坊段园苑城府寓厦居邨二三四五条0-9东西南北中同屯] "
    f"?[{_COUNTED}][{_COUNTED}之—－-]* ?[号门]"
    f"|[{_COUNTED}][楼层][ ,，]?[{_COUNTED}]|[{_COUNTED}] ?[楼层户号] ?[一-龥]?[{_COUNTED}]"
    f"|[{_COUNTED}] ?[楼层户号][ ,，、]?[一-龥]{{0,5}}[栋幢楼座单门室巷][一-龥]{{0,5}}[ ,，、]?"
    f"[{_COUNTED}]"
)
_ENTRANCE: Final = re.compile("单元(?<=[东西南北中]单元)")
_DASHES: Final = (ord("-"), ord("－"), ord("—"))
_DASHED: Final = re.compile("-(?<=[0-9]-)[0-9]")
_HOUSED: Final = re.compile(
    ".{0,3}[园苑城区府号寓厦家里村庄坊轩墅院邨阁居庭湾座栋幢路街 ][0-9]{1,3}$"
)
_TITLES: Final = (
    "先生|女士|小姐|太太|同学|先森|阿姨|叔叔|大爷|大妈|律师|医生|教授|老师|经理|妈妈|爸爸|"
    "家长|母亲|父亲|奶奶|爷爷|外婆|"
    "老公|老婆|爱人|本人|女儿|儿子|姐姐|哥哥|弟弟|妹妹|小朋|班主"
)


class Prefilter:
    """Marks turns; built once from a lexicon, holds no state."""

    def __init__(self, lexicon: Lexicon) -> None:
        begins = "".join(
            {*lexicon.surname_bits, *(c[0] for c in lexicon.compounds), *lexicon.minority_begins}
        )
        table = np.zeros(0x110000, dtype=np.uint8)
        for bit, chars in _CLASSES:
            table[[ord(char) for char in chars]] |= bit
        self._table = table
        words: dict[str, dict[int, int]] = {}
        for part, reach, line in _WORDS:
            for word in line.split():
                words.setdefault(word.replace("_", " "), {})[part] = reach
        for cue, kind in lexicon.cue_kinds.items():
            if kind == "name":
                words.setdefault(cue, {})[Part.NAME] = 12
            elif kind in ("order_id", "household", "booking"):
                words.setdefault(cue, {})[Part.NUMBER] = 16
        self._words = tuple(tuple(calls.items()) for calls in words.values())
        self._automaton = daachorse.CharwiseDoubleArrayAhoCorasick(
            list(words), daachorse.MATCH_KIND_LEFTMOST_LONGEST
        )
        likely = "".join(c for c, bits in lexicon.surname_bits.items() if bits >= 1)
        good = "".join(c for c, bits in lexicon.given_bits.items() if bits >= 0)
        behind = "|".join(f"(?<=[{begins}]{'.' * count})" for count in (3, 4, 5))
        self._names = (
            re.compile(f"(?:{_TITLES})(?:{behind}|(?<=[·•・].{{3,3}}))"),
            re.compile(f"{CHIEF}(?:(?<=[{begins}].{{3}})|(?<=[{begins}].{{2}}))", re.MULTILINE),
        )
        self._bare = re.compile(f"[{likely}][{good}]{{2}}(?={AFTER_NAME})", re.MULTILINE)
        self._name_follows = re.compile(
            f"(?:{ROLE_GAP}|[^一-鿿\n]|什么|一个|个|做|啥|也|都|在|到|请|报|"
            f"给){{0,6}}?(?:[{begins}]|[a-z]{{2}})"
        )

        self._asked = daachorse.CharwiseDoubleArrayAhoCorasick(
            [w for w, k in lexicon.cue_kinds.items() if not k.startswith("not_") or k == "not_tail"]
        )

    def marks(self, plains: Sequence[str], agents: Sequence[bool]) -> list[int]:
        """Bits of :class:`Part` for each turn, 0 for nothing.

        ``plains``: the turns in Simplified, lower case; ``agents``: whose turns may be questions.
        """
        if not plains:
            return []
        joined = "\n".join([*plains, ""])
        lengths = np.fromiter(map(len, plains), np.int64, len(plains))
        starts = np.concatenate(([0], np.cumsum(lengths + 1)))
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
        kinds = self._table[codes]
        marks = np.zeros(len(plains), dtype=np.uint16)

        def turns_of(places: NDArray[np.int64]) -> NDArray[np.int64]:
            return np.searchsorted(starts, places, side="right") - 1

        def count(which: NDArray[np.bool_]) -> NDArray[np.int64]:
            return np.bincount(turns_of(np.flatnonzero(which)), minlength=len(plains))

        by_word: dict[int, list[int]] = {}
        for start, end, which in self._automaton.find(joined):
            for part, reach in self._words[which]:
                if part == Part.NAME:
                    # never beyond the turn: a look must not depend on the neighbours
                    if self._name_follows.match(joined, end, joined.find("\n", end)) is None:
                        continue
                elif reach:
                    low = max(joined.rfind("\n", 0, start) + 1, start - reach)
                    high = min(joined.find("\n", end), end + reach)
                    needs = _UNIT if part == Part.ADDRESS else _WORDY
                    if not (kinds[low:high] & needs).any():
                        continue
                by_word.setdefault(part, []).append(start)
        by_word.setdefault(Part.NUMBER, []).extend(by_word.get(Part.REPEAT, ()))
        names = by_word.setdefault(Part.NAME, [])
        for pattern in self._names:
            names += [m.start() for m in pattern.finditer(joined)]
        names += [
            start
            for m in self._bare.finditer(joined)
            if not (start := m.start())
            or joined[start - 1] == "\n"
            or BEFORE.search(joined, max(0, start - 4), start)
        ]
        for bit, found in by_word.items():
            if found:
                marks[turns_of(np.array(found, np.int64))] |= bit
        # what has too few characters of the kind that the recogniser needs
        digit = (kinds & _DIGIT) != 0
        digits = count(digit)
        marks[count(digit | ((codes > 32) & (codes < 127))) < _ACCOUNT_CHARACTERS] &= ~np.uint16(
            Part.ACCOUNT
        )
        few = count((kinds & (_DIGIT | _LATIN | _LOOSE)) != 0) < _NUMBER_CHARACTERS
        few[turns_of(np.array(by_word.get(Part.REPEAT, ()), np.int64))] = False
        marks[few] &= ~np.uint16(Part.NUMBER)
        doors = np.zeros(len(plains), np.bool_)
        doors[turns_of(_door_numbers(joined, codes, kinds))] = True
        marks[~doors] &= ~np.uint16(Part.ADDRESS)
        # what is told by its characters alone
        for part, places in _by_class(joined, kinds):
            if len(places):
                marks[turns_of(places)] |= part
        marks[digits == 0] &= ~np.uint16(Part.PLATE)
        short = turns_of(_in_a_row(kinds, _LEAST))
        latin = kinds & _LATIN
        lettered = np.zeros(len(plains), np.bool_)
        led = latin[2:-1] | latin[1:-2] | latin[:-3]
        lettered[turns_of(np.flatnonzero(digit[3:] & (led != 0)) + 3)] = True
        marks[short] |= np.where(lettered[short], Part.NUMBER, Part.SHORT).astype(np.uint16)
        marks[self._signed_turns(plains, lengths)] |= Part.NAME
        marks[self._asking_turns(plains, agents)] |= Part.ASK
        marks[(digits >= _PIECE_DIGITS) & (lengths <= _PIECE_LENGTH)] |= Part.PIECE
        spoken = [m.start() for m in _CANTONESE.finditer(joined)]
        if spoken:
            marks[turns_of(np.array(spoken, np.int64))] |= Part.CANTONESE
        listed: list[int] = marks.tolist()
        return listed

    def _signed_turns(self, plains: Sequence[str], lengths: NDArray[np.int64]) -> list[int]:
        """Long turns that end with what may be a signature."""
        long = np.flatnonzero(lengths > SIGNED_FROM).tolist()
        return [
            turn
            for turn in long
            if SIGNED.search(plain := plains[turn], max(0, len(plain) - SIGNATURE))
        ]

    def _asking_turns(self, plains: Sequence[str], agents: Sequence[bool]) -> list[int]:
        """Turns of agents that name something personal."""
        turns = [turn for turn, agent in enumerate(agents) if agent]
        if not turns:
            return []
        lengths = np.fromiter((len(plains[turn]) for turn in turns), np.int64, len(turns))
        starts = np.concatenate(([0], np.cumsum(lengths + 1)))
        found = self._asked.find("\n".join([plains[turn] for turn in turns]))
        places = np.fromiter((start for start, _, _ in found), np.int64, len(found))
        which = np.unique(np.searchsorted(starts, places, side="right") - 1)
        return [turns[index] for index in which.tolist()]


def _in_a_row(kinds: NDArray[np.uint8], count: int) -> NDArray[np.int64]:
    """Places from which on so many digits follow with nothing but gaps between."""
    digits = np.flatnonzero(kinds & _DIGIT)
    if len(digits) < count:
        return digits[:0]
    barred = np.cumsum((kinds & (_DIGIT | _GAP)) == 0, dtype=np.int32)[digits]
    return np.asarray(digits[: 1 - count][barred[count - 1 :] == barred[: 1 - count]])


def _door_numbers(
    joined: str, codes: NDArray[np.uint32], kinds: NDArray[np.uint8]
) -> NDArray[np.int64]:
    """Places of numbers before a unit of place or a dash: an address has one at least."""
    counted, unit = (kinds & (_DIGIT | _LATIN | _OTHER)) != 0, (kinds & _UNIT) != 0
    entrances = [m.start() for m in _ENTRANCE.finditer(joined)]
    dashed = np.flatnonzero(np.isin(codes, _DASHES))
    dashed = dashed[counted[dashed - 1] & (dashed > 0)]
    units = np.flatnonzero(counted[:-2] & (unit[1:-1] | unit[2:]))
    return np.concatenate((units, dashed, np.array(entrances, np.int64)))


def _by_class(joined: str, kinds: NDArray[np.uint8]) -> list[tuple[int, NDArray[np.int64]]]:
    """Places of what single characters tell; ``kinds``: class bits of each code point."""
    number = _in_a_row(kinds, _TELLING)
    at = np.flatnonzero(kinds & _AT)
    wordy = (kinds & (_DIGIT | _LATIN)) != 0
    if len(at):
        low, high = np.maximum(at - 2, 0), np.minimum(at + 2, len(kinds) - 1)
        near = wordy[np.maximum(at - 1, 0)] | wordy[low]
        at = at[near & (wordy[np.minimum(at + 1, len(kinds) - 1)] | wordy[high])]
    latin = (kinds & _LATIN) != 0
    province = np.flatnonzero(kinds & _PROVINCE)
    last = len(kinds) - 1
    province = province[
        latin[np.minimum(province + 1, last)] | latin[np.minimum(province + 2, last)]
    ]
    counted = (kinds & (_DIGIT | _LATIN | _OTHER)) != 0
    unit = (kinds & _UNIT) != 0
    pairs = np.flatnonzero(counted[:-2] & (unit[1:-1] | unit[2:]))
    doors = [
        i
        for i in pairs.tolist()
        if _DOOR.search(
            joined, max(joined.rfind("\n", 0, i) + 1, i - 12), min(joined.find("\n", i), i + 16)
        )
    ]
    dashes = [
        m.start()
        for m in _DASHED.finditer(joined)
        if _HOUSED.match(joined[m.start() - 4 : m.start()])
    ]
    return [
        (Part.NUMBER, number),
        (Part.EMAIL, at),
        (Part.PLATE, province),
        (Part.ADDRESS, np.array(doors + dashes, dtype=np.int64)),
    ]
