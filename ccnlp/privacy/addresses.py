"""Postal addresses down to the door number, typed or said, mainland, Taiwan and Hong Kong.

An address is found by its hard core, numbers with units of place (316弄7号, 9栋2单元, 十八楼F室).
The core counts after a road (昌平东路) or a settlement (金桂花园), where it names building and room
together, or where an address has been asked for or announced. It is then grown to the left over
road, district and city up to the first word that cannot belong to it.
"""

import functools
import re
from collections.abc import Iterator
from typing import Final

from ccnlp.privacy.context import Context
from ccnlp.privacy.hits import Hit

_N: Final = (
    r"(?:[0-9十百千]{1,8}(?:[-－—之][0-9十]{1,4}){0,3}"
    r"|(?<![A-Z0-9])[A-Z甲乙丙丁](?![A-Z])(?:[0-9]{1,2})?)"
)
_SP: Final = r"[ ,，、]?"
_UNIT: Final = (
    r"(?:号楼|号院|号门|栋|幢|座|楼|层|单元|门牌|室|房|户|号|弄|巷|衖|(?<! )段|院|排|门|组(?!长)|"
    r"支弄|支路|F(?![A-Z])|期|区|铺|档|街坊)"
)
_PART: Final = (
    rf"(?:(?:附|第|甲)?{_N} ?{_UNIT}|[东西南北中]单元)(?:之[0-9十]{{1,3}}|附[0-9]{{1,3}}号?)?"
)
#: A settlement or building between two numbered parts.
_BETWEEN: Final = r"[一-龥A-Z]{1,10}?"
_CORE: Final = re.compile(
    rf"{_PART}(?:{_SP}{_PART}|{_SP}{_BETWEEN}{_SP}(?={_N} ?(?:号楼|栋|幢|座|楼|单元|室|门|"
    rf"号|层|期)){_PART})*"
    rf"(?:{_SP}[一-龥]{{1,6}}(?:大厦|广场|中心|大楼|附楼|公寓|楼)(?={_SP}[0-9]{{3,4}}))?"
    rf"(?:{_SP}[东西南北中](?:[户边门侧]|(?![一-龥]))|"
    rf"{_SP}(?:(?:[0-9]{{1,3}}-){{1,2}}[A-Z]?[0-9]{{1,4}}|[A-Z]?[0-9]{{2,4}})(?:室|房|"
    rf"号)?(?![0-9十百千万]|年|月|元|块|天|点|个|分|[:：])|{_SP}[A-Z][室座](?![A-Z])|"
    rf"[A-Z](?![A-Z0-9]))?"
)
#: A settlement, road or building with numbers joined by dashes: 5-2-301.
_DASHED: Final = re.compile(
    r"(?<![0-9-])(?:[0-9]{1,3}[-－—]){1,3}[0-9]{2,4}(?![0-9-]|年|月|天|个|元|块|[:：.%])"
)
_THREE: Final = re.compile(r"[0-9]{1,2}[-－—][0-9]{1,2}[-－—][0-9]{2,4}")
_ROAD_END: Final = re.compile(
    r"(?:路|街|大道|道|巷|弄|胡同|里|村|庄|坊|园区|大街|街道|径|条|段|屯|塘|"
    r"[村镇乡][一-龥]{0,4}[组队社屯坪湾冲寨])(?:[东西南北中]{1,2}[段里路街区]?|[东西南北中])? ?$"
)
_SETTLED: Final = re.compile(
    r"(?:小区|社区|花园|家园|公寓|大厦|大楼|广场|中心|新村|新城|名城|豪庭|国际|公馆|别墅|"
    r"山庄|宿舍|家属院|苑|城|府|湾|庭|居|邨|阁|园|村|庄|坊|轩|墅|院|里|台|都|郡|堡|岸|第|庐|"
    r"寓|塔|阪|径|围|门|景|墟|洲|嘉园)"
    r"(?:[一二三四五东西南北A-Z0-9]{1,2}[区期座]|[东西南北]门)? ?$"
)
_NOT_ROAD: Final = re.compile(
    r"(?:知道|频道|渠道|通道|味道|难道|报道|管道|赛道|轨道|隧道|跑道|思路|网路|线路|套路|"
    r"短路|电路|道路|半路|走路|一路|铁路|高速公?路|国道|省道|县道|"
    r"这里|那里|哪里|家里|心里|夜里|店里|公里|手里|卡里|包里|条条|这条|一条|头条|前台|平台|"
    r"柜台|后台|电台|阶段|时段|地段|手段|中段|路段|车站|"
    r"上门|部门|热门|专门|出门|开门|家门|后门|登机口|航站|首都|全都|成都|第|上海|服务中心|"
    r"客服中心|预约台|服务台|咨询台|分诊台|中心|数据|热线|前面|后面|手机)$"
)
_BUILDING: Final = re.compile(
    r"栋|幢|号楼|单元|座[0-9 ]|号院|弄[0-9 ]|号门|门[0-9十 ]|巷.*号|楼.*室|楼[0-9A-Z]|室$"
)
_ADMIN: Final = (
    r"(?:省|市|区|县|镇|乡|旗|州|街道|开发区|新区|村|里|路|街|道|段|园|苑|小区|花园|社区|大街)"
)
_ADMIN_END: Final = re.compile(_ADMIN + "$")
_SUFFIX: Final = re.compile("省|市|区|县|镇|乡|路|街")
_SHORT_ADMIN: Final = re.compile(r"[一-龥](?:省|市|区|县|镇|乡|路|街|村|道)")
#: Words before an address that are no part of it.
#: Place names that begin with a stop word.
_NO_STOP: Final = re.compile("和[平顺睦谐义美畅]|来[宾凤福]|从[化江]|在田|对山|往流|是山")
_STOPS: Final = re.compile(
    r"地址是?|住址是?|门牌是?|位置是?|寄到|送到|寄去|寄往|改到|改为|改成|搬到|搬去|家住|"
    r"我住|住在|住|就是|是|在|到|去|给|从|的|了|吧|啊|呢|哦|呃|嗯|欸|诶|"
    r"我家|我|你们|你|您|他|她|说|叫|那个|这个|那|这|写的?|楚|填|看|请|来|往|和|跟|把|换|有|"
    r"对|机场|户籍|邮寄|新址|旧址|系|喺|叫车|上门|户主|为|就|及"
)
_HAN: Final = re.compile(r"[一-龥0-9十百千]")
_DOORISH: Final = re.compile(
    "[0-9十百千A-Z甲乙丙丁] ?[号弄巷衖栋幢座单室楼层门户房院排铺组段期区街支档F]|"
    "[东西南北中]单元|[0-9][-－—][0-9]"
)
_PLACEHOLDER: Final = re.compile("某|XX|几号|多少号")
#: What follows the address of a place that is open to all.
_PUBLIC_PLACE: Final = re.compile(
    ".{0,6}?(?:营业厅|餐馆|餐厅|酒店|宾馆|景点|饭店|的出租|出租车|商场|售货机|公园|大学|"
    "学院|分店|门店|专柜|网点|地铁站|火车站)"
)
_TAIL_TRIM: Final = " ,，、"


def addresses(context: Context, places: frozenset[str]) -> Iterator[Hit]:
    """Addresses in a folded turn, as far as they go."""
    folded = context.folded
    if not _DOORISH.search(folded):
        return
    announced = "address" in context.expected or any(c.kind == "address" for c in context.cues)
    floor = 0
    for core in _CORE.finditer(folded):
        hit = _judge(folded, core.start(), core.end(), core[0], floor, announced, places)
        if hit is not None:
            floor = hit.end
            yield hit
    for core in _DASHED.finditer(folded):
        before = folded[max(0, core.start() - 8) : core.start()]
        settled = _SETTLED.search(before) and not _NOT_ROAD.search(before.rstrip())
        alone = announced and core.start() == 0 and core[0].count("-") >= 1
        if settled or alone or (announced and _THREE.fullmatch(core[0])):
            start = _grow_left(folded, core.start(), floor, places)
            yield Hit("address", start, core.end(), 0.8, "address:dashed")


def _judge(
    folded: str,
    start: int,
    end: int,
    core: str,
    floor: int,
    announced: bool,
    places: frozenset[str],
) -> Hit | None:
    before = folded[max(floor, start - 8) : start]
    bare = before.rstrip(" ")
    road = _ROAD_END.search(bare) is not None
    settled = _SETTLED.search(bare) is not None
    if (road or settled) and _NOT_ROAD.search(bare):
        road = settled = False
    building = _BUILDING.search(core) is not None
    parts = len(re.findall(_UNIT, core)) + (1 if re.search(r"[0-9]{3,4}$", core) else 0)
    first = re.search(_UNIT, core)
    unit = first[0] if first else ""
    if (
        unit in ("楼", "层", "区", "期", "门", "组", "段", "房", "户", "排", "院", "座")
        and parts < 2
        and not (road and unit in ("段", "门", "座"))
    ):
        return None
    if (
        parts == 1
        and unit in ("号", "号楼")
        and re.match(
            r"[ ]?(?:线|店|楼梯|出口|机|文件|早|晚|上|下|前|之前|开|到|那|的|左右|或|,|，|[0-9])",
            folded[end : end + 3],
        )
        and not road
    ):
        return None
    strong = (
        road
        and unit
        in ("号", "号院", "号楼", "弄", "巷", "栋", "幢", "门", "段", "衖", "号门", "门牌", "支弄")
    ) or (building and parts >= 2)
    if road and unit == "段" and parts < 2:
        strong = False
    medium = settled and (building or parts >= 2)
    only_numbers = set(re.findall(_UNIT, core)) <= {"号"}
    asked = announced and (building or (parts >= 2 and not only_numbers) or road or settled)
    if not (strong or medium or asked):
        return None
    left = _grow_left(folded, start, floor, places)
    grown = folded[left:start].strip(_TAIL_TRIM)
    sure = building and (parts >= 3 or re.search(r"[栋幢] ?[0-9]{3,4}$", core) is not None)
    if not grown and not (announced and (building or parts >= 2)) and not sure:
        return None
    if not announced and not road and not sure and not _specific(folded[left:end]):
        return None
    while folded[end - 1] in _TAIL_TRIM:
        end -= 1
    if _PLACEHOLDER.search(folded, left, end) or _PUBLIC_PLACE.match(folded, end):
        return None
    confidence = 0.9 if road and parts >= 2 else 0.85 if strong else 0.75
    return Hit("address", left, end, confidence, "address:door" if strong else "address:asked")


def _specific(address: str) -> bool:
    """Whether an address leads to one door: building with entrance or room, or a road before."""
    return (
        re.search(
            r"(?:栋|幢|座|号楼|弄|号院|单元|门|号).{0,3}(?:[0-9十百]{1,4}|[A-Z])(?:室|房|"
            r"单元|楼|层|号|门|户)?",
            address,
        )
        is not None
    )


def _grow_left(folded: str, start: int, floor: int, places: frozenset[str]) -> int:
    """Where the address whose numbers begin at ``start`` begins."""
    at = start
    limit = max(floor, start - 36)
    inside = _inside_places(folded, limit, start, places)
    since = 0  # characters since the last word of place
    while at > limit:
        char = folded[at - 1]
        if char in " ,，、":
            ahead = folded[max(limit, at - 5) : at - 1]
            if _tails(ahead, places) or (
                (_ADMIN_END.search(ahead) or (at == start and _SETTLED.search(ahead)))
                and not _NOT_ROAD.search(ahead)
            ):
                at -= 1
                since = 0
                continue
            break
        if not _HAN.match(char):
            break
        stop = _stop(folded, at, limit)
        if stop and at not in inside:
            break
        at -= 1
        since += 1
        if since and (_ADMIN_END.search(folded[max(0, at - 2) : at]) or at in inside):
            since = 0
        if since > 8:
            break
    while at < start and folded[at] in _TAIL_TRIM:
        at += 1
    return at


def _tails(ahead: str, places: frozenset[str]) -> list[str]:
    return [ahead[-size:] for size in (2, 3) if ahead[-size:] in places]


def _stop(folded: str, at: int, limit: int) -> bool:
    """Whether a word that ends at ``at`` bars the way."""
    if _NO_STOP.match(folded, at - 1):
        return False
    for size in (2, 1):
        begin = at - size
        if begin >= limit and _STOPS.fullmatch(folded, begin, at):
            if size == 1:
                # 和平区, 到贤镇: without the character too little would be left of the name
                if _SUFFIX.match(folded, at):
                    return False
                if _SHORT_ADMIN.match(folded, at) and folded[at] not in "东西南北中":
                    return False
            return True
    return False


@functools.cache
def _begins(places: frozenset[str]) -> frozenset[str]:
    """The first two characters of each place."""
    return frozenset(place[:2] for place in places)


def _inside_places(folded: str, start: int, end: int, places: frozenset[str]) -> set[int]:
    """Ends of the characters of ``folded[start:end]`` that are part of a known place's name."""
    inside: set[int] = set()
    begins = _begins(places)
    for begin in range(start, end - 1):
        if folded[begin : begin + 2] not in begins:
            continue
        for size in (2, 3, 4):
            if folded[begin : begin + size] in places:
                inside.update(range(begin + 1, begin + size + 1))
    return inside
