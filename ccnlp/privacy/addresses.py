"""Postal addresses down to the door number, typed or said, mainland, Taiwan and Hong Kong.

An address is found by its hard core, a road with a number (昌平东路316弄7号) or a building with a
room (金桂花园9栋1204), and then grown: to the right over building, entrance, floor and room, to the
left over road name and administrative places up to the first word that cannot belong to it.
"""

import re
from collections.abc import Iterator
from typing import Final

from ccnlp.privacy.hits import Hit
from ccnlp.privacy.numbers import Context

_N: Final = r"(?:[0-9十百千]{1,8}(?:[-－—之][0-9十]{1,4}){0,3}|[A-Z甲乙丙丁](?![A-Z]))"
_SP: Final = r"[ ,，]?"
#: After the core: building, entrance, floor, room, in any number.
_PART: Final = (
    rf"(?:{_SP}(?:附|第)?{_N}(?:號樓|号楼|號院|号院|号门|號門|栋|棟|幢|座|楼|樓|层|層|单元|單元|门|門|室|房|户|戶|号|號|弄|巷|衖|院|期|区|區|排|组|組|厂|樓之[0-9]+|F)(?:之[0-9十]{{1,3}})?"
    rf"|{_SP}(?:东|西|南|北|東)?(?:区|區|苑|门|門|院)(?={_SP}[0-9]))"
)
_NAME: Final = r"[一-龥]{2,10}?(?:小区|小區|社区|社區|花园|花園|家园|家園|公寓|大厦|大廈|大楼|大樓|广场|廣場|中心|新村|新城|名城|豪庭|国际|國際|公馆|公館|别墅|別墅|山庄|山莊|宿舍|家属院|苑|城|府|湾|灣|庭|居|邨|閣|阁|園|园|村|里|庄|莊|坊|轩|軒|墅|院|御城)"
_TAIL: Final = re.compile(
    rf"(?:{_PART}|{_SP}{_NAME}(?={_PART}|{_SP}[0-9]{{1,4}}(?:号|號|栋|棟|幢|座|-|室|$|[ ,，。]))|{_SP}(?:[0-9]{{1,3}}-){{1,3}}[0-9]{{1,4}}(?![0-9]))*"
    rf"(?:{_SP}[0-9]{{3,4}}(?![0-9十百千月年元块塊天点點:：个個分小號号])(?:室|房)?)?"
)
#: The core: a road word and its number.
_ROAD: Final = re.compile(
    rf"(?:(?:路|街|大道|道|巷|弄|胡同|条|里|村|径|徑|段|庄|园区|路口|老街|大街|坊|线)(?:[东西南北中東](?:路|街|里|段|巷)?)?{_SP}(?:[0-9十]{{1,2}}段{_SP})?(?:{_N}(?:巷|弄|衖){_SP}){{0,2}}{_N}{_SP}(?:号院|號院|号楼|號樓|号|號|弄|巷|栋|棟|幢|门|門|支弄)(?![线線外])"
    rf"|{_NAME}{_SP}{_N}{_SP}(?:栋|棟|幢|座|号楼|號樓|单元|單元|门|門|号|號|排|院|楼|樓){_SP}(?={_N})"
    rf"|{_NAME}{_SP}{_N}{_SP}(?:栋|棟|幢|座|号楼|號樓)"
    rf"|{_NAME}{_SP}[0-9]{{1,3}}-(?:[0-9]{{1,3}}-)?[0-9]{{2,4}}(?![0-9-]))"
)
_NOT_ROAD: Final = re.compile(
    "(?:知道|频道|頻道|渠道|通道|味道|难道|難道|报道|報道|管道|赛道|国道|國道|轨道|隧道|思路|网路|網路|线路|線路|套路|短路|电路|電路|道路|半路|"
    "这里|這裡|那里|那裡|哪里|哪裡|家里|心里|夜里|店里|公里|条条|一条|這條|条款|"
    "线上|下线|上线|在线|短线|热线|专线|号线|无线|有线|光线|直线|路线)$"
)
_LEFT_STOP: Final = re.compile(
    r"[^一-龥0-9A-Z·]|(?:地址|住址|收件地址|寄到|送到|寄去|改到|改为|改成|搬到|家住|我住|住在|住|就是|是|在|到|去|给|給|从|從|的|了|吧|啊|呢|哦|呃|嗯|我|你|您|他|她|说|說|叫|那个|那個|这个|這個|写|寫|楚|填|楼上|看|请|來|来|往|和|跟|把|换|换到|有|对|對|机场|家)"
)
_ADMIN: Final = re.compile(r"(?:省|市|区|區|县|縣|镇|鎮|乡|鄉|旗|街道|开发区|新区|自治州|自治县|里|村|邨|社区|园)$")
_HAN: Final = re.compile(r"[一-龥0-9十百千]")


def addresses(context: Context, places: frozenset[str]) -> Iterator[Hit]:
    """Addresses in a folded turn, as far as they go."""
    folded = context.folded
    floor = 0
    for core in _ROAD.finditer(folded):
        if core.start() < floor:
            continue
        start = _grow_left(folded, core.start(), floor, places)
        if start is None:
            continue
        tail = _TAIL.match(folded, core.end())
        end = tail.end() if tail else core.end()
        while folded[end - 1] in " ,，":
            end -= 1
        floor = end
        yield Hit("address", start, end, 0.85, "address:door")


def _grow_left(folded: str, start: int, floor: int, places: frozenset[str]) -> int | None:
    """Where the address that has a road word at ``start`` begins; ``None`` if it is no road."""
    if _NOT_ROAD.search(folded[max(0, start - 3):start + 2]):
        return None
    at = start
    limit = max(floor, start - 30)
    since = 0
    while at > limit:
        char = folded[at - 1]
        if char == " " and at - 2 >= limit and at < start and _ADMIN.search(folded[max(0, at - 4):at - 1]):
            at -= 1
            since = 0
            continue
        if not _HAN.match(char):
            break
        stop = _LEFT_STOP.match(char)
        pair = folded[max(0, at - 2):at]
        if (stop or pair in ("清楚", "地址", "住址")) and not _in_place(folded, at, places):
            break
        at -= 1
        since += 1
        if _ADMIN.search(folded[max(0, at - 3):at]) or _in_place(folded, at, places):
            since = 0
        if since > 7:
            break
    while at < start and folded[at] in " ,，":
        at += 1
    return at if start - at >= 1 or _NAME_START.match(folded, start) else None


_NAME_START: Final = re.compile(r"[一-龥]{3,}")


def _in_place(folded: str, at: int, places: frozenset[str]) -> bool:
    """Whether the character before ``at`` is inside the name of a known place."""
    for size in (2, 3):
        for shift in range(size):
            begin = at - 1 - shift
            if begin >= 0 and folded[begin:begin + size] in places:
                return True
    return False
