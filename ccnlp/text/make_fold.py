"""Writes ``fold.json``, the character tables of ``normalise`` (needs the extra ``dev``).

    python -m ccnlp.text.make_fold

Traditional and variant characters come from OpenCC's character data, the rest from Python's
Unicode database. The tables are generated once and shipped, so that folding neither needs
OpenCC nor moves with the Unicode version of the interpreter.
"""

import json
import sys
import unicodedata
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
    "彆": "别", "尅": "克", "佈": "布", "託": "托", "讚": "赞", "贊": "赞",
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
        "unseen": _ranges(unseen),
        "wedge": _ranges(wedge),
    }


if __name__ == "__main__":
    path = Path(__file__).parent / "fold.json"
    path.write_text(json.dumps(tables(), ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path} {path.stat().st_size}\n")
