"""Names of people: the shape of a name, and something around it that says so.

Works on Simplified text (offsets are those of the original). What an employee calls himself is no
personal information: 工号, 我是客服小王, the agent's own 我叫.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ccnlp.privacy.context import Context
from ccnlp.privacy.hits import Hit
from ccnlp.privacy.lexicon import Lexicon
from ccnlp.privacy.name_shape import ASKED, BARE, CUED, HINTED, NameShape

_GAP: Final = r"[\s:：,，、.。\-—=（(「“\"]{0,4}"
#: After these words a name stands at once.
_SAID: Final = re.compile(
    rf"(?:我的?名字叫?|名字[叫是系]|姓名是?|我叫|叫做|名叫|全名是?|大名叫?|本名是?|真名是?|"
    rf"叫作|名为|我係|俺叫|[她他娃]叫|(?<!客服)叫个){_GAP}"
    rf"(?:(?:我?叫|是|呢|嗯|呃|那个|啊|俺叫){_GAP}){{0,2}}"
)
#: Cues that ask and do not tell.
_QUESTIONS: Final = frozenset({"叫什么", "称呼", "贵姓", "户主是谁"})
#: A signature stands among the last characters, with telephone number and the like.
SIGNATURE: Final = 90
_MYSELF: Final = re.compile(r"本人[是叫为:：]{0,2}")
_SAYING: Final = re.compile("[叫名姓]|係|[全大本真]名")
_CALLED: Final = re.compile(r"叫(?!什么|啥)(?:一个|个|做|嗯|呃)?[\s:：,，]{0,3}")
#: One of the small words between the word for a role and the name.
ROLE_GAP: Final = (
    r"[\s:：,，、\-—“\"]|的?(?:名字|姓名|大名|名儿?)|是|系|叫|为|就是|就|我|本人|自己|写的?|"
    r"填的?|改成|改为|换成|登记的?|用的?|留的?|嗯|呃|那个|俺|"
    "老头儿?|爱人|老公|老婆|媳妇儿?|先生|太太|妈妈|爸爸|妈|爸|父亲|母亲|儿子|女儿|老汉儿?|"
    "孩子|闺女|男朋友|女朋友|"
    "哥哥|姐姐|弟弟|妹妹|朋友|同事|人|他|她"
)
_ROLE_GAP: Final = re.compile(f"(?:{ROLE_GAP}){{0,6}}")
_I_AM: Final = re.compile(rf"(?:我是|我係|我系|俺是|敝姓|(?:这里|这边)是){_GAP}")
_TWICE: Final = re.compile(
    r"姓([一-鿿]{1,2})[\s,，、。]{0,3}(?:的|我|叫|名字|全名|就|是|嘛|啊|"
    r"嗯){0,3}[\s,，、。]{0,3}(?=\1)"
)
_STAFF: Final = re.compile(
    r"(?:客服|专员|坐席|顾问|主管|经理|店长|业务员?|理专|骑手|快递员|师傅|工程师|班主任|"
    r"小哥|外送员|司机|同事|店员|柜员|工号|员工|销售|导购|老师)"
    r"[^，。,.\s]{0,3}$"
)
_KIN: Final = re.compile(
    r"(?:小朋友)?的?(?:妈妈|爸爸|家长|母亲|父亲|奶奶|爷爷|外婆|老公|老婆|爱人|太太|先生|"
    r"本人|女儿|儿子|姐姐|哥哥|弟弟|妹妹|班主任)"
)
_KINSHIP: Final = re.compile(
    "妈妈|爸爸|家长|母亲|父亲|奶奶|爷爷|外婆|老公|老婆|爱人|本人|女儿|儿子|姐姐|哥哥|弟弟|"
    "妹妹|班主任"
)
#: 王总, which is no 总 of 总是.
CHIEF: Final = "总(?=$|[^一-鿿]|[说的上您好在和跟那这吗呢啊要给打就也])"
_TITLE: Final = re.compile(
    f"先生|女士|小姐|太太|同学|小朋友|先森|阿姨|叔叔|大爷|大妈|律师|医生|教授|老师|{CHIEF}|经理"
)
#: What may stand before and after a name that nothing announces.
BEFORE: Final = re.compile(
    r"(?:[\s,，。;；:：、!！?？“\"「（(【\]】)）\-—①-⑨]|那个|这个|那位|这位|一位|一个|是|叫|"
    r"给|找|跟|和|与|向|由|的|卖家|买家|人|老板|房东|"
    r"爱人|老公|老婆|妻子|丈夫|儿子|女儿|父亲|母亲|妈妈?|爸爸?|弟弟?|哥哥?|姐姐?|妹妹?|舅子|"
    r"老表|朋友|邻居|总监|负责人|同事|同学|旅客|孩子|小孩|名下|署名|"
    r"联系|就|把|被|对|问|让|请|用)$"
)
_RELATED: Final = re.compile("[家人板东妻夫儿女父母妈爸弟哥姐妹舅表友居监学客孩下]")
#: What may follow a name that nothing announces.
AFTER_NAME: Final = (
    r"$|[\s,，。;；:：、!！?？”\"」（(）)—]|的|是|说|吧|吗|呢|家|她|他|和|跟|住|电|手|这|那|"
    r"也|都|已|在|要|有|就|收|给|"
    "先生|女士|小姐|妈|爸|小朋友|同学|本人|总|夫妇|名下"
)
#: A letter of at least so many characters may end with a signature.
SIGNED_FROM: Final = 60
_VENUE: Final = re.compile(
    r"^(?:.{0,6}|[^，。,]{0,12}[（(][^）)]{0,10})(?:酒店|宾馆|饭店|店|馆|楼|公司|集团|有限|"
    r"大厦|广场|机场|医院|学校|大学|中学|小学|公园|景区|博物|艺术|银行|餐厅|火锅|烤|面馆|"
    r"海鲜|工作室|牌|村|镇|路|街|站|桥|山|寺)"
)
_PLACE_ENDS: Final = frozenset("山园坊峡巷桥洼路寺塔湖沟店村庄镇区市县站楼馆街城轩洞")
_LATIN: Final = re.compile(
    r"(?<![A-Za-z@.])[A-Z][A-Za-z'\-]+(?:(?: ?[,/] ?| {1,2})[A-Z][A-Za-z'\-]*){1,3}(?![A-Za-z0-9@])"
    r"|(?<![A-Za-z])[A-Z](?:[ .-][A-Z]){3,20}(?![A-Za-z])"
)
_STOP: Final = re.compile(r"[\s,，、:：.。;；\-—/|)）]{1,3}")
_HAN: Final = re.compile("[一-鿿]")
_TOKEN: Final = re.compile(r"[一-鿿][一-鿿·•・]*")
_LEAD: Final = re.compile(
    r"(?:好的|嗯|是的?|我|俺|呃|啊|叫|姓名|名字|那个|就是|就|哦|喂|你好|您好|他|她|这个|"
    r"孩子|我妈|我爸|妈|爸|爱人|老公|我们|记一下|你记|收件人|户主){1,5}"
)
SIGNED: Final = re.compile(
    r"(?:——|--|—|谢谢[！!。,，]?|此致|敬礼|敬上|祝[^\n。]{0,8}[。！!]|顺利[。！!]?|"
    r"商祺[。！!]?|期待[^\n。]{0,10}[。！!]|[盼望][^\n。]{0,8}[。！!]|[。！!?？]\s|\n)\s*"
    r"(?=[一-鿿]{2,4}[\s。]*(?:$|\n|[,，]?\s*(?:联系|电话|手机|20\d\d|1\d{10})))"
)


class Names:
    """Recognises names with the word lists of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._shape = NameShape(lexicon)
        self._after = re.compile(AFTER_NAME)
        good = "".join(c for c, bits in lexicon.given_bits.items() if bits >= 0)
        family = "".join(c for c, bits in lexicon.surname_bits.items() if bits >= 1)
        self._bare = re.compile(f"[{family}][{good}]{{2}}")

    def find(self, context: Context, speaker: str, numbers: Sequence[Hit]) -> Iterator[Hit]:
        """Names in one turn; ``numbers``: other personal information found in it."""
        plain = context.plain
        agent = speaker in ("agent", "bot")
        yield from self._after_cues(context, plain, agent=agent)
        yield from self._before_titles(plain)
        yield from self._beside(plain, numbers)
        yield from self._bare_names(plain)
        if len(plain) > SIGNED_FROM:
            for match in SIGNED.finditer(plain, max(0, len(plain) - SIGNATURE)):
                yield from self._one(plain, match.end(), CUED, 0.85, "signed")
        if "name" in context.expected and not agent:
            yield from self._asked(plain)
        if "name" in context.expected or any(c.kind in ("name", "passport") for c in context.cues):
            yield from self._latin(context.text)

    def _one(
        self,
        plain: str,
        start: int,
        need: float,
        confidence: float,
        why: str,
        *,
        closed: bool = False,
        venue: bool = True,
    ) -> Iterator[Hit]:
        end = self._shape.end(plain, start, need=need)
        if end and not venue and _VENUE.match(plain[start : start + 12]):
            return
        if end and (not closed or self._shape.closed(plain, end)):
            yield Hit("name", start, end, confidence, f"name:{why}")

    def _after_cues(self, context: Context, plain: str, *, agent: bool) -> Iterator[Hit]:
        for match in _SAID.finditer(plain) if _SAYING.search(plain) else ():
            own = agent and ("我" in match[0] or "俺" in match[0])
            if not own and not _STAFF.search(plain, max(0, match.start() - 8), match.start()):
                yield from self._one(
                    plain, match.end(), CUED - 2, 0.93, "cue", venue="名叫" not in match[0]
                )
        for match in _CALLED.finditer(plain) if "叫" in plain else ():
            own = agent and plain[max(0, match.start() - 1) : match.start()] == "我"
            if not own and not _STAFF.search(plain, max(0, match.start() - 8), match.start()):
                yield from self._one(plain, match.end(), HINTED + 3, 0.8, "called", venue=False)
        for match in _MYSELF.finditer(plain) if "本人" in plain else ():
            yield from self._one(plain, match.end(), CUED, 0.85, "myself", closed=True)
        if not agent:
            for match in _TWICE.finditer(plain) if "姓" in plain else ():
                yield from self._one(plain, match.end(), ASKED, 0.95, "surname")
            for match in _I_AM.finditer(plain):
                yield from self._one(plain, match.end(), HINTED + 1, 0.75, "i am")
        for cue in context.cues:
            if cue.kind == "name" and plain[cue.start : cue.end] not in _QUESTIONS:
                gap = _ROLE_GAP.match(plain, cue.end)
                at = gap.end() if gap else cue.end
                for begin in dict.fromkeys((at, cue.end)):
                    need = CUED if begin == at and at > cue.end else HINTED
                    yield from self._one(plain, begin, need, 0.9, "role")

    def _before_titles(self, plain: str) -> Iterator[Hit]:
        shape = self._shape
        for match in _TITLE.finditer(plain):
            yield from self._before(plain, match.start(), HINTED + 4, "title", alone=HINTED + 1)
            end = match.start()
            for size in (3, 2):  # 钱国梁钱总
                start = end - 1 - size
                if (
                    start >= 0
                    and plain[start] == plain[end - 1]
                    and shape.end(plain[: end - 1], start, need=CUED) == end - 1
                ):
                    yield Hit("name", start, end - 1, 0.85, "name:surname+title")
        for match in _KINSHIP.finditer(plain):
            end = match.start()
            for small in ("的", "小朋友", "他", "她", "这"):
                if plain.endswith(small, 0, end):
                    end -= len(small)
            yield from self._before(plain, end, HINTED + 4, "kin")

    def _before(
        self, plain: str, end: int, need: float, why: str, *, alone: float | None = None
    ) -> Iterator[Hit]:
        """A full name that ends before a title; ``alone``: need where nothing is before it."""
        ends = self._lexicon.minority_ends
        for size in range(min(end, 9), 2, -1) if plain[end - 1 : end] in ends else ():
            if self._lexicon.minority.fullmatch(plain, end - size, end):
                yield Hit("name", end - size, end, 0.8, f"name:{why}")
                return
        for size in (4, 3, 2):
            start = end - size
            if start < 0 or (start and plain[start - 1] == "@"):
                continue
            piece = plain[start:end]
            before = plain[start - 1] if start else " "
            open_left = before == "是" or not _HAN.match(before)
            if self._shape.end(piece, 0, need=alone if alone and open_left else need) != size:
                continue
            if size == 2 and self._lexicon.surname_bits.get(piece[-1], -4) >= 2:
                continue  # 张王先生: more likely a word and a family name
            if _STAFF.search(plain, max(0, start - 5), start):
                return
            yield Hit("name", start, end, 0.8, f"name:{why}")
            return

    def _beside(self, plain: str, numbers: Sequence[Hit]) -> Iterator[Hit]:
        """A bare name next to a phone number and the like: "138... 张三"."""
        for hit in numbers:
            after = _STOP.match(plain, hit.end)
            if after:
                yield from self._one(plain, after.end(), CUED + 2, 0.85, "beside", closed=True)
            stop = hit.start
            while stop and plain[stop - 1] in " \t,，、:：.。;；-—/|":
                stop -= 1
            if stop == hit.start and hit.type not in ("mobile", "id_card", "landline"):
                continue
            for size in range(2, min(stop, 9) + 1):
                start = stop - size
                if start < 0 or (start and _TOKEN.match(plain[start - 1])):
                    continue
                if self._shape.end(plain[:stop], start, need=CUED + 2) == stop:
                    yield Hit("name", start, stop, 0.85, "name:beside")
                    break

    def _bare_names(self, plain: str) -> Iterator[Hit]:
        """Three characters that hardly are anything but a name."""
        for match in self._bare.finditer(plain):
            start, end = match.span()
            before = BEFORE.search(plain, max(0, start - 4), start)
            if start and not before:
                continue
            if not self._after.match(plain, end) or _VENUE.match(plain[end : end + 16]):
                continue
            if _STAFF.search(plain, max(0, start - 6), start):
                continue
            need = BARE - 2 if before and _RELATED.search(before[0]) else BARE
            if plain[end - 1] in _PLACE_ENDS:
                need += 5
            if self._shape.end(plain, start, need=need) == end:
                yield Hit("name", start, end, 0.7, "name:bare")

    def _asked(self, plain: str) -> Iterator[Hit]:
        """The answer to "您的姓名": a name that stands alone, or begins the turn."""
        for match in _TOKEN.finditer(plain):
            start = match.start()
            if start and plain[start - 1] == "@":
                continue
            lead = _LEAD.match(plain, start, match.end())
            for begin in dict.fromkeys((start, lead.end() if lead else start)):
                alone = match.end() - begin <= 4
                need = ASKED if alone else HINTED if start and begin == start else CUED
                end = self._shape.end(plain, begin, need=need)
                if end and alone and end < match.end():
                    end = self._shape.end(plain, begin, need=HINTED)
                if end and (end <= match.end()) and (alone or start == 0 or end == match.end()):
                    yield Hit("name", begin, end, 0.88, "name:asked")
                    break

    def _latin(self, text: str) -> Iterator[Hit]:
        families = self._lexicon.latin_surnames
        for match in _LATIN.finditer(text):
            words = [w for w in re.split(r"[ ,/.\-]+", match[0]) if w]
            if all(len(w) == 1 for w in words):
                spelled = "".join(words)
                if spelled not in families and any(
                    spelled.startswith(f) for f in families if len(f) > 1
                ):
                    yield Hit("name", match.start(), match.end(), 0.7, "name:spelled")
            elif any(w.upper() in families for w in words):
                yield Hit("name", match.start(), match.end(), 0.85, "name:latin")
