"""Writes ``sounds.json``, the readings that ``sound`` compares (needs the extra ``dev``).

    python -m ccnlp.text.make_sounds

Readings come from pypinyin, without tone, for the characters of daily Simplified text (GB 2312).
Shipping the table saves each start the half second that pypinyin takes to load.
"""

import json
import sys
from pathlib import Path

#: Characters with a second reading that is heard in service talk; pypinyin lists rare ones too.
_SECOND = {
    "行": "hang", "重": "chong", "长": "chang", "还": "huan", "得": "dei", "都": "du",
    "了": "liao", "着": "zhao", "调": "tiao", "降": "xiang", "乐": "yue", "便": "pian",
    "传": "zhuan", "弹": "tan", "率": "shuai", "觉": "jiao", "校": "jiao", "差": "chai",
    "盛": "cheng", "称": "chen", "参": "shen", "朝": "zhao", "卡": "qia", "血": "xie",
    "露": "lou", "薄": "bo", "曾": "zeng", "折": "she", "核": "hu", "宿": "xiu",
}  # fmt: skip

#: Main readings that pypinyin sees otherwise.
_MAIN = {"曝": "bao", "嗯": "en"}

#: Words of jieba's dictionary from this count on are what a recogniser writes when it hears
#: them: no homophone is looked for inside them.
_COMMON = 300


def _common_words() -> str:
    import jieba

    words = []
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, count, _ = line.decode("utf-8").split(" ")
            if 2 <= len(word) <= 4 and int(count) >= _COMMON:
                words.append(word)
    return " ".join(sorted(words))


def tables() -> dict[str, object]:
    """Syllables, the number of each character's main reading, and second readings."""
    import pypinyin

    main: dict[str, str] = {}
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                char = bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            main[char] = _MAIN.get(char) or pypinyin.lazy_pinyin(char, v_to_u=False)[0]
    second = {char: other for char, other in _SECOND.items() if main[char] != other}
    return {
        "readings": {char: main[char] for char in sorted(main)},
        "second": dict(sorted(second.items())),
    }


def packed() -> dict[str, object]:
    """The tables with characters grouped by reading, which is much smaller."""
    data = tables()
    groups: dict[str, str] = {}
    for char, reading in data["readings"].items():  # type: ignore[attr-defined]
        groups[reading] = groups.get(reading, "") + char
    return {
        "readings": dict(sorted(groups.items())),
        "second": data["second"],
        "common": _common_words(),
    }


if __name__ == "__main__":
    path = Path(__file__).parent / "sounds.json"
    path.write_text(json.dumps(packed(), ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path} {path.stat().st_size}\n")
