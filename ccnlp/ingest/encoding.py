"""Which encoding a file is in, decided on a bounded sample and said in words.

The order is: a byte order mark; the NUL pattern of UTF-16 without one; UTF-8, which no other
Chinese encoding passes for by chance; then GB18030 against Big5. Of these two, one that
decodes clearly more of the sample's lines wins; where both decode them, charset-normalizer
decides with only these two to choose from. On service text (docs/ingest.md has the figures)
it is right from ten characters on but guesses below six, so that short samples go to the
encoding in which more of the characters are common ones.
"""

import codecs
from typing import Final

import msgspec

from ccnlp.errors import InputError

#: Names that people use -> Python codecs.
_NAMES: Final = {
    "utf8": "utf-8", "utf-8": "utf-8", "utf-8-sig": "utf-8", "utf16": "utf-16", "utf-16": "utf-16",
    "utf-16-le": "utf-16-le", "utf-16le": "utf-16-le", "utf-16-be": "utf-16-be",
    "utf-16be": "utf-16-be", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030",
    "cp936": "gb18030", "big5": "cp950", "cp950": "cp950", "big5-hkscs": "big5hkscs",
    "big5hkscs": "big5hkscs",
}  # fmt: skip

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Encodings whose characters of one or more bytes never hold a line feed's byte.
BYTE_LINES: Final = frozenset({"utf-8", "gb18030", "cp950", "big5hkscs"})
#: Up to so many bytes beyond ASCII a sample is short: common characters decide.
_SHORT: Final = 40
#: Fewer are no sign of an encoding, but damage: nothing is guessed from them.
_FEW: Final = 4
#: Characters of everyday service text, in both scripts, and full-width punctuation.
_COMMON: Final = frozenset(
    "的一是不了在人有我他这這个個们們来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于着下"
    "自之年过過发發后後里用道行所然家种事成方多经么麼去法学如都同现当没沒动動面起看定天分还還进好小部其些样"
    "理心前开但因只从想意无把月话話回老给給位次度先直快件单單号號元点點几幾应两间高由问問最手文见被等或新"
    "己西何电電数少报再感建务務做接场计期市您请請客服户戶帮幫查询詢退货貨钱錢递遞谢謝吗嗎呢吧哦嗯亲親订訂"
    "收店买買卖賣，。？！：、"
)
_LEGACY: Final = ("gb18030", "cp950", "big5hkscs")
_ASKED: Final = ("gb18030", "big5", "big5hkscs")
#: Lines of the sample that are weighed.
_LINES: Final = 2_000


class Decision(msgspec.Struct, frozen=True, gc=False):
    """An encoding, and why."""

    #: A Python codec.
    encoding: str
    reason: str
    #: Bytes of byte order mark to skip.
    mark: int = 0
    #: Only ASCII was seen: what comes later may still decide otherwise.
    open: bool = False


def named(encoding: str) -> Decision:
    """The decision that a user took; ``InputError`` where the name is not one we read."""
    codec = _NAMES.get(encoding.casefold().replace("_", "-"))
    if codec is None:
        raise InputError(
            f"encoding {encoding!r} is not read",
            where="encoding",
            mend="utf-8, utf-16, gb18030 or big5",
        )
    return Decision("utf-16-le" if codec == "utf-16" else codec, "named by the user")


def decide(sample: bytes, *, whole: bool, chosen: Decision | None = None) -> Decision:
    """Encoding of a file that begins with ``sample`` (all of it where ``whole``)."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark) and (chosen is None or chosen.encoding[:6] == encoding[:6]):
            return Decision(encoding, "byte order mark", len(mark))
    if chosen is not None:
        return chosen
    if (wide := _wide(sample)) is not None:
        return Decision(wide, "every second byte is NUL: UTF-16 without a mark")
    if not whole:
        sample = sample[: sample.rfind(b"\n") + 1] or sample[:-4]
    if sample.isascii():
        return Decision("utf-8", "ASCII", open=True)
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(sample)
    return Decision("utf-8", "valid UTF-8")


def _wide(sample: bytes) -> str | None:
    """UTF-16 by where its NUL bytes stand: ASCII's high bytes, at odd or even places."""
    head = sample[:4096]
    if head.count(0) < max(2, len(head) // 20):
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 8 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 8 * odd else None


def _legacy(sample: bytes) -> Decision:
    lines = [line for line in sample.split(b"\n") if not line.isascii()][:_LINES]
    beyond = sum(byte > 127 for byte in sample)
    # What is valid UTF-8 of three bytes or more; other encodings form it by chance at times
    # (3 % of their bytes on service text), damage leaves most of it valid.
    valid = 3 * sum(character >= "\u0800" for character in sample.decode("utf-8", "ignore"))
    if valid * 2 >= beyond:
        return Decision("utf-8", f"mostly valid UTF-8, damaged in places ({len(lines)} lines)")
    if beyond < _FEW:
        return Decision("utf-8", f"only {beyond} bytes beyond ASCII, which tell of no encoding")
    total = len(lines)
    # Windows' Big5, unless only Hong Kong's extended one decodes more lines.
    flags = {name: [_decodes(line, name) for line in lines] for name in _LEGACY}
    counts = {name: sum(each) for name, each in flags.items()}
    big = "big5hkscs" if counts["big5hkscs"] > counts["cp950"] else "cp950"
    gb18030, big5 = counts["gb18030"], counts[big]
    slack = max(1, total // 20)
    if abs(gb18030 - big5) > slack:
        name = "gb18030" if gb18030 > big5 else big
        reason = f"of {total} sampled lines GB18030 decodes {gb18030}, Big5 {big5}"
        return Decision(name, reason)
    both = b"\n".join(
        line for line, a, b in zip(lines, flags["gb18030"], flags[big], strict=True) if a and b
    )
    if sum(byte > 127 for byte in both) <= _SHORT:
        shares = {name: _common(both, name) for name in ("gb18030", big)}
        if shares["gb18030"] != shares[big]:
            return Decision(max(shares, key=lambda name: shares[name]), "common characters, short")
    verdict = _ask(both)
    if verdict is None:
        name = big if big5 > gb18030 else "gb18030"
        return Decision(name, "charset-normalizer is undecided; the one that decodes more")
    name = "gb18030" if verdict == "gb18030" else big
    return Decision(name, "charset-normalizer, between GB18030 and Big5")


def _common(sample: bytes, encoding: str) -> float:
    """Share of common characters in what is beyond ASCII."""
    beyond = [character for character in sample.decode(encoding) if not character.isascii()]
    return sum(character in _COMMON for character in beyond) / max(1, len(beyond))


def _ask(sample: bytes) -> str | None:
    if not sample:
        return None
    from charset_normalizer import from_bytes  # only files that are not UTF-8 need it

    best = from_bytes(sample, cp_isolation=list(_ASKED), enable_fallback=False).best()
    return best.encoding if best is not None else None


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
