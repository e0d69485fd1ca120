"""Text as models read it: whose name or number it is cannot move what they say.

Before anything is judged, personal information is hidden as it is shown to people: 138****5678,
王**. Here what is still left of it goes as well, so that a number reads like the same number
hidden, and a hidden name like any other of its length.
"""

import re
from typing import Final

_DIGITS: Final = "0-9零〇一二三四五六七八九十百千万两幺"
#: A number of three digits or more, written or spoken, open or hidden.
_NUMBER: Final = re.compile(rf"[{_DIGITS}*]{{3,}}")
#: Numbers that are nobody's, and tell much: hotlines of authorities and companies.
_HOTLINE: Final = re.compile("12[0-9]{3}|100[0-9]{2}|95[0-9]{3}|11[09]|12[02]|[一幺]二三[一幺四]五")
#: A family name with a hidden given name. Only usual ones: stars hide swear words, too.
_NAME: Final = re.compile(
    "(?:欧阳|慕容|司马|上官|诸葛|司徒|东方|皇甫|尉迟|公孙|令狐|宇文|长孙|端木|夏侯|南宫"
    "|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕"
    "丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武"
    r"戴莫孔向汤常温康施文牛樊葛邢安齐庞颜季俞关兰殷焦申])\*{1,2}(?!\*)"
)


def without_names(text: str) -> str:
    """The text with hidden names as 某; its length stays."""
    return _NAME.sub(lambda m: "某" * len(m[0]), text) if "*" in text else text


def as_anyones(text: str) -> str:
    """The text with hidden names as 某, and numbers as zeros but for hotlines; its length stays."""
    return _NUMBER.sub(
        lambda m: m[0] if _HOTLINE.fullmatch(m[0]) else "0" * len(m[0]), without_names(text)
    )
