"""Names of people: a family name, the shape of a given name, and something that says so."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ccnlp.privacy.hits import Hit
from ccnlp.privacy.lexicon import Lexicon
from ccnlp.privacy.numbers import Context

_HAN: Final = re.compile("[一-鿿]")
_FILL: Final = r"[\s:：,，、\-—=（(「]*"
#: Cues after which a name stands at once.
_SAID: Final = re.compile(
    r"(?:我的?名字[叫是]|名字[叫是]|[名叫]叫|我叫|我就叫|我係|姓名是?|名字是?|全名是?|大名是?|本名是?|真名是?|本人|叫做|名叫|户名是?|戶名是?|英文名是?|署名是?|一个叫|一個叫|个叫|個叫|叫作|名儿|名下是)"
    rf"{_FILL}(?:是|叫|呢|嗯|呃|那个|啊)?{_FILL}"
)
_CALLED: Final = re.compile(rf"叫{_FILL}")
_ROLE_GAP: Final = re.compile(
    r"(?:[\s:：,，、\-—]|的?(?:名字|姓名|大名|名)|是|叫|为|為|就是|就|我|本人|自己|写的?|寫的?|填的?|改成|改为|改為|换成|換成|登记的?|用的?|嗯|呃|那个|那個|我老头儿|我爱人|我老公|我老婆|我先生|我太太|我妈|我爸|我媽|我父亲|我母亲|我儿子|我女儿|我兒子|我女兒|老汉儿|我){0,8}"
)
_I_AM: Final = re.compile(rf"(?:我是|这里是|這裡是|我係|敝姓|这边是|是){_FILL}")
_SURNAME_TWICE: Final = re.compile(r"姓([一-鿿])[\s,，、。]{0,2}(?:叫|名字叫|我叫|全名|名字是|名)?[\s,，、。]{0,2}(?=\1)")
_STAFF_BEFORE: Final = re.compile(
    r"(?:客服|专员|專員|坐席|顾问|顧問|主管|经理|經理|店长|業務|业务员|理专|理專|骑手|快递员|师傅|師傅|工程师|班主任|小哥|外送员|外送員|司机|同事|店员|柜员)[^，。,. ]{0,3}(?:叫|是|姓)?$"
)
_KIN: Final = re.compile(r"(?:的|他|她|這個|这个)?(?:妈妈|爸爸|媽媽|家长|家長|母亲|母親|父亲|父親|奶奶|爷爷|爺爺|老公|老婆|爱人|本人|女儿|儿子|女兒|兒子)")
_LATIN: Final = re.compile(
    r"(?<![A-Za-z])[A-Z][A-Za-z'\-]+(?:(?: ?[,/] ?| +)[A-Z][A-Za-z'\-]*){1,3}(?![A-Za-z0-9])"
    r"|(?<![A-Za-z])[A-Z](?: [A-Z]){2,20}(?![A-Za-z])"
)
_PUNCT: Final = frozenset(" \t\r\n\u3000,，.。、;；:：!！?？~～-—()（）「」『』[]【】/|…\"'“”")


class Names:
    """Recognises names with the word lists of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        titles = sorted((*lexicon.courtesy, "总", "總", "经理", "經理", "律师", "律師", "医生", "醫生", "教授"), key=lambda t: -len(t))
        self._title = re.compile("(" + "|".join(titles) + ")")

    def at(self, text: str, start: int, *, level: int) -> int | None:
        """End of the name that starts at ``start``, or ``None``.

        ``level``: 0 a bare look (the shape must be very likely), 1 a cue stands before it,
        2 the cue leaves no doubt.
        """
        lexicon = self.lexicon
        if start >= len(text):
            return None
        dotted = self.lexicon.minority.match(text, start)
        if dotted and dotted.end() - start >= 3 and level >= 1:
            return dotted.end()
        if text[start:start + 2] in lexicon.compounds:
            family = 2
            rank = 2
        elif text[start] in lexicon.surnames:
            family = 1
            rank = 1
        elif level >= 1 and text[start] in lexicon.rare_surnames:
            family = 1
            rank = 0
        else:
            return None
        if text[start:start + 2] in lexicon.frequent_words and level < 2:
            return None
        best: tuple[float, int] | None = None
        for size in (2, 1):
            end = start + family + size
            given = text[start + family:end]
            if len(given) < size or not all(_HAN.match(c) for c in given):
                continue
            if any(c in lexicon.never for c in given):
                continue
            word = text[start:end]
            if word in lexicon.frequent_words and not (level == 2 and self._closed(text, end)):
                continue
            if word in lexicon.rare_words and level == 0:
                continue
            score = float(rank)
            for char in given:
                score += 1.0 if char in lexicon.likely else 0.0 if char in lexicon.possible else -1.0
            score += self._boundary(text, end, size)
            if best is None or score > best[0]:
                best = (score, end)
        need = (3.0, 1.0, -0.5)[level]
        return best[1] if best is not None and best[0] >= need else None

    def _closed(self, text: str, end: int) -> bool:
        return end >= len(text) or text[end] in _PUNCT or not _HAN.match(text[end])

    def _boundary(self, text: str, end: int, size: int) -> float:
        """How well a name can end here."""
        if self._closed(text, end):
            return 1.5
        if text[end] in self.lexicon.never or self._title.match(text, end) or _KIN.match(text, end):
            return 0.8
        return 0.0 if size == 2 else -1.0

    def find(self, context: Context, text: str, speaker: str, numbers: Sequence[Hit]) -> Iterator[Hit]:
        """Names in one turn. ``numbers``: other personal information found in it."""
        agent = speaker in ("agent", "bot")
        yield from self._after_cues(context, text, agent=agent)
        yield from self._before_titles(text)
        yield from self._beside(text, numbers)
        if "name" in context.expected:
            yield from self._asked(text)
        if "name" in context.expected or any(c.kind in ("name", "passport") for c in context.cues):
            yield from self._latin(text)

    def _after_cues(self, context: Context, text: str, *, agent: bool) -> Iterator[Hit]:
        for match in _SAID.finditer(text):
            if agent and "我" in match[0]:
                continue
            if _STAFF_BEFORE.search(text[max(0, match.start() - 8):match.start()]):
                continue
            end = self.at(text, match.end(), level=2)
            if end:
                yield Hit("name", match.end(), end, 0.93, "name:cue")
        for match in _CALLED.finditer(text):
            if _STAFF_BEFORE.search(text[max(0, match.start() - 8):match.start()]):
                continue
            if agent and text[max(0, match.start() - 1):match.start()] == "我":
                continue
            end = self.at(text, match.end(), level=1)
            if end and (self._closed(text, end) or text[end] in "的"):
                yield Hit("name", match.end(), end, 0.8, "name:called")
        for match in _SURNAME_TWICE.finditer(text):
            if agent:
                continue
            end = self.at(text, match.end(), level=2)
            if end:
                yield Hit("name", match.end(), end, 0.95, "name:surname")
        for cue in context.cues:
            if cue.kind == "name":
                gap = _ROLE_GAP.match(text, cue.end)
                at = gap.end() if gap else cue.end
                end = self.at(text, at, level=2 if gap and gap.end() > cue.end else 1)
                if end:
                    yield Hit("name", at, end, 0.9, "name:role")
        for match in _I_AM.finditer(text):
            if agent:
                continue
            end = self.at(text, match.end(), level=1)
            if end is None:
                continue
            kin = _KIN.match(text, end)
            if kin or (self._closed(text, end) and self.at(text, match.end(), level=0)):
                yield Hit("name", match.end(), end, 0.75, "name:i am")

    def _before_titles(self, text: str) -> Iterator[Hit]:
        for match in self._title.finditer(text):
            end = match.start()
            for size in (4, 3, 2):
                start = end - size
                if start < 0:
                    continue
                if size == 4 and text[start:start + 2] not in self.lexicon.compounds:
                    dotted = self.lexicon.minority.fullmatch(text, start, end)
                    if not dotted:
                        continue
                piece = text[start:end]
                if not all(_HAN.match(c) for c in piece):
                    continue
                if piece[-1] in self.lexicon.surnames and size == 3 and self.at(piece[:2], 0, level=1) is None:
                    continue
                if self.at(piece, 0, level=0) == size and not _STAFF_BEFORE.search(text[max(0, start - 5):start]):
                    if size == 2 and piece[-1] in self.lexicon.surnames:
                        continue
                    if match[0] in ("师傅", "師傅", "老师", "老師", "经理", "經理"):
                        continue
                    yield Hit("name", start, end, 0.8, "name:title")
                    break
            twice = re.compile(r"([一-鿿])[一-鿿]{1,2}\1$").search(text, max(0, end - 4), end)
            if twice and twice[1] in self.lexicon.surnames:
                yield Hit("name", twice.start(), end - 1, 0.85, "name:surname+title")

    def _beside(self, text: str, numbers: Sequence[Hit]) -> Iterator[Hit]:
        """A bare name next to a phone number and the like: "138... 张三"."""
        for hit in numbers:
            after = re.compile(r"[\s,，、:：.。;；\-—/|)）]{1,3}").match(text, hit.end)
            if after:
                end = self.at(text, after.end(), level=1)
                if end and self._closed(text, end):
                    yield Hit("name", after.end(), end, 0.85, "name:beside")
            for size in (2, 3, 4):
                before = re.compile(r"(?:^|(?<=[\s,，、:：.。;；\-—/|)）]))([一-鿿]{%d})[\s,，、:：.。;；\-—/|]{1,3}$" % size).search(text, 0, hit.start)
                if before and self.at(text, before.start(1), level=1) == before.end(1):
                    yield Hit("name", before.start(1), before.end(1), 0.85, "name:beside")

    def _asked(self, text: str) -> Iterator[Hit]:
        """The answer to "您的姓名": a name that stands alone, or begins the turn."""
        for match in re.compile(r"[一-鿿][一-鿿·•・]*").finditer(text):
            start = match.start()
            lead = re.compile(r"(?:好的?|嗯|是的?|对|我|呃|啊|叫|姓名|名字|那个|就|就是|哦)+").match(text, start)
            for begin in dict.fromkeys((start, lead.end() if lead else start)):
                end = self.at(text, begin, level=2 if self._alone(text, begin) else 1)
                if end and (self._closed(text, end) or begin == 0 or (lead and lead.start() == 0)):
                    yield Hit("name", begin, end, 0.88, "name:asked")
                    break

    def _alone(self, text: str, start: int) -> bool:
        stop = start
        while stop < len(text) and _HAN.match(text[stop]):
            stop += 1
        return stop - start <= 4

    def _latin(self, text: str) -> Iterator[Hit]:
        for match in _LATIN.finditer(text):
            words = [w for w in re.split(r"[ ,/]+", match[0]) if w]
            if all(len(w) == 1 for w in words):
                spelled = "".join(words)
                if any(spelled.startswith(s) for s in self.lexicon.latin_surnames if len(s) > 1):
                    yield Hit("name", match.start(), match.end(), 0.7, "name:spelled")
                continue
            if any(w.upper() in self.lexicon.latin_surnames for w in words):
                yield Hit("name", match.start(), match.end(), 0.85, "name:latin")
