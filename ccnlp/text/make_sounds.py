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
    "了": "liao", "着": "zhao", "地": "de", "调": "tiao", "降": "xiang", "乐": "yue",
    "曾": "zeng", "觉": "jiao", "校": "jiao", "差": "chai", "便": "pian", "传": "zhuan",
    "弹": "tan", "大": "dai", "给": "ji", "和": "huo", "会": "kuai", "角": "jue",
    "率": "shuai", "没": "mo", "模": "mu", "色": "shai", "省": "xing", "识": "zhi",
    "什": "shi", "说": "shui", "提": "di", "系": "ji", "吓": "he", "血": "xie",
    "折": "she", "卡": "qia", "车": "ju", "参": "shen", "称": "chen", "的": "di",
    "恶": "wu", "盛": "cheng", "属": "zhu", "似": "shi", "约": "yao", "脏": "zang",
    "单": "shan", "朝": "zhao", "宿": "xiu", "嗯": "en", "那": "nei", "这": "zhei",
    "谁": "shei", "露": "lou", "薄": "bo", "剥": "bo", "贾": "gu", "解": "xie",
    "石": "dan", "拾": "she", "熟": "shou", "伺": "ci", "挑": "tiao", "削": "xue",
    "咽": "yan", "钥": "yue", "爪": "zhua", "粘": "nian", "占": "zhan", "轧": "zha",
    "尿": "sui", "泡": "pao", "否": "pi", "佛": "fu", "合": "ge", "核": "hu",
    "巷": "hang", "划": "hua", "打": "da", "倒": "dao", "贴": "tie", "喂": "wei",
}  # fmt: skip


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
            main[char] = pypinyin.lazy_pinyin(char, v_to_u=False)[0]
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
    return {"readings": dict(sorted(groups.items())), "second": data["second"]}


if __name__ == "__main__":
    path = Path(__file__).parent / "sounds.json"
    path.write_text(json.dumps(packed(), ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path} {path.stat().st_size}\n")
