"""Personal information with letters in it: mail addresses, plates, passports, accounts, orders.

All expressions run on the folded turn (``ccnlp.text.numerals.fold``): digits of any reading are
ASCII, letters are upper case, offsets are those of the original.
"""

import re
from collections.abc import Iterator
from typing import Final

from ccnlp.privacy.context import Context, announced
from ccnlp.privacy.hits import Hit

_EMAIL: Final = re.compile(
    r"[A-Z0-9][A-Z0-9._%+\-]{0,63} ?@ "
    r"?(?:[A-Z0-9](?:[A-Z0-9\-]{0,62}[A-Z0-9])?\.)+[A-Z]{2,12}(?![A-Z0-9])"
)
_SPOKEN_EMAIL: Final = re.compile(
    r"[A-Z0-9](?: ?[A-Z0-9._\-]| ?(?:下划线|下劃線|点|點|杠|横杠|减号)){1,40}? ?(?:@|艾特|"
    r"小老鼠|AT|圈A|爱特) ?"
    r"(?:QQ|163|126|139|189|SINA|SOHU|GMAIL|YAHOO|HOTMAIL|OUTLOOK|ICLOUD|FOXMAIL|ALIYUN|1 "
    r"?6 ?3|1 ?2 ?6|1 ?3 ?9|1 ?8 ?9|G ?MAIL|[A-Z]{2,20})"
    r" ?(?:点|點|\.) ?(?:COM|CN|NET|ORG|TW|HK|EDU|考姆|康姆|C O M)(?: ?(?:点|點|\.) ?(?:CN|TW|HK))?"
)
_ROLE_MAIL: Final = re.compile(
    r"(?:SERVICE|SUPPORT|HELP|INFO|NO-?_?REPLY|KEFU|CS|ADMIN|SALES|CONTACT|HR|HELLO|TOUSU|"
    r"COMPLAINTS?|CARE|VIP|FEEDBACK|OFFICE|CUSTOMER\w*|CLAIMS?|INVOICE|FAPIAO|SECURITY|"
    r"PRIVACY|MARKETING|CAIWU|GONGSHI|PRESS|MEDIA|PR|NEWS|JOBS?|BUSINESS|LEGAL|FAWU)\d{0,3}[._\-@ ]"
)
_PROVINCE: Final = (
    "京津沪滬渝冀豫云雲辽遼黑湘皖鲁魯新苏蘇浙赣贛鄂桂甘晋晉蒙陕陝吉闽閩贵貴粤粵青藏川宁寧琼瓊使领領"
)
_PLATE: Final = re.compile(
    f"[{_PROVINCE}] ?[A-Z][ ·•・.\\-—]{{0,2}}(?:[A-HJ-NP-Z0-9][ "
    f",，]?){{4,5}}[A-HJ-NP-Z0-9挂学警港澳掛學](?![A-Z0-9])"
)
_TW_PLATE: Final = re.compile(
    r"(?<![A-Z0-9])(?:[A-Z](?:[ -]?[A-Z]){1,2}[ -]{0,2}\d(?:[ ,，]?\d){3}|\d(?: "
    r"?\d){3}[ -]?[A-Z] ?[A-Z]"
    r"|[A-Z]{3}-?\d{3}|\d{3}-?[A-Z]{3}|[A-Z]{2}-?\d{2}|[A-Z]{1,2} ?\d{1,4})(?![A-Z0-9-])"
)
_TOKEN: Final = re.compile(
    r"(?<![A-Z0-9_.\-@])[A-Z0-9]+(?:(?:[-_/]{1,2}|(?<=[A-Z])[ ](?=[A-Z] |"
    r"[A-Z]?\d))[A-Z0-9]+)*(?![A-Z0-9@])"
)
_GROUP: Final = re.compile(r"[ ,，]\d{2,8}(?![\dA-Z十百千万年月号])")
_SPELLED_PNR: Final = re.compile(r"(?<![A-Z0-9])(?:[A-Z0-9][ ,，]){5}[A-Z0-9](?![A-Z0-9])")
_PNR: Final = re.compile(r"(?=[A-Z]*\d)[A-Z0-9]{6}|[A-Z]{6}")
_LEAD: Final = re.compile(r"[^A-Z0-9。！？!?；;\n]{0,8}")
_HANDLE: Final = re.compile(
    r"@?[A-Z0-9](?:[A-Z0-9_.\-]| ?(?:下划线|下横线|横杠|减号|杠|点) ?){3,29}(?<=[A-Z0-9_\-])"
)
_TO_HANDLE: Final = re.compile(
    r"(?:号码|账号|号|ID|是|为|我|就|的|搜索?|小写的?|大写的?|加|这个|吧|呢|报1下|也|留1个|"
    r"留|1个|[:：\s,，、（(「~～]){0,8}"
)
_ADD_ME: Final = re.compile(
    r"加(?:1下)?(?:我|你|您|他)?(?:的)?(?:们|私人|个人|好友|企微以外的个人)?(?:号|V|"
    r"微)?[:：\s]{0,3}"
)
_OFFICIAL: Final = re.compile("客服|关注|官方|公众")
_SIZE: Final = re.compile(r"\d+(?:KB|MB|GB|TB|K|M|G|CM|MM|KG|ML|W|V|P)")
_NO_HANDLES: Final = frozenset(
    {
        "IPHONE",
        "ANDROID",
        "IPAD",
        "APPLE",
        "HUAWEI",
        "XIAOMI",
        "WIFI",
        "OFFICE",
        "WINDOWS",
        "WHATSAPP",
        "FACEBOOK",
        "WECHAT",
        "WEIXIN",
        "LINEPAY",
    }
)
_SECRET: Final = re.compile(r"[!-~]{4,24}")
_SPELLED: Final = re.compile(r"(?:(?:大写|小写)的?[ ]?[A-Z][ ,，]?){1,8}(?:\d[ ,，]?){2,12}")
_CHARS: Final = re.compile(r"[^。！？!?；;\n!-~]{0,14}")
_URL: Final = re.compile(
    r"(?:HTTPS?://|WWW\.)[!-~]+|(?<![A-Z0-9@.])(?:[A-Z0-9\-]+\.)+(?:COM|CN|NET|TW|HK|"
    r"ORG)(?:/[!-~]*)?"
)


def urls(folded: str) -> list[tuple[int, int]]:
    """Places of web addresses: nothing in them is personal information by its shape."""
    if "." not in folded:
        return []
    return [m.span() for m in _URL.finditer(folded) if "@" not in m[0]]


def emails(folded: str, *, agent: bool) -> Iterator[Hit]:
    """Mail addresses, typed or said ("... 艾特 163 点 com").

    A company's own box (service@, help@) that its agent tells is no personal information.
    """
    if "@" in folded:
        for match in _EMAIL.finditer(folded):
            if agent and _ROLE_MAIL.match(match[0]):
                continue
            yield Hit("email", match.start(), match.end(), 0.98, "email:typed")
    if (
        "艾特" in folded
        or "小老鼠" in folded
        or "爱特" in folded
        or "@" in folded
        or "AT" in folded
    ):
        for match in _SPOKEN_EMAIL.finditer(folded):
            yield Hit("email", match.start(), match.end(), 0.85, "email:spoken")


def plates(context: Context) -> Iterator[Hit]:
    """Number plates: mainland by shape, Taiwan's and Hong Kong's where a cue announces them."""
    folded = context.folded
    for match in _PLATE.finditer(folded):
        body = match[0][1:]
        if sum(c.isdigit() for c in body) >= 2:
            yield Hit("plate", match.start(), match.end(), 0.95, "plate:mainland")
    if "plate" in context.expected or any(cue.kind == "plate" for cue in context.cues):
        for match in _TW_PLATE.finditer(folded):
            kind = announced(context, match.start(), match.end()).kind
            letters = sum(c.isalpha() for c in match[0])
            if kind == "plate" or (
                "plate" in context.expected and not kind and len(match[0]) - letters >= 3
            ):
                yield Hit("plate", match.start(), match.end(), 0.9, "plate:cue")


def orders(context: Context) -> Iterator[Hit]:
    """Order, policy, booking and claim numbers with letters, after a cue or a question."""
    folded, text = context.folded, context.text
    for place, cue in enumerate(context.cues):
        if cue.kind not in ("order_id", "household", "booking"):
            continue
        lead = _LEAD.match(folded, cue.end)
        at = lead.end() if lead else cue.end
        limit = context.cues[place + 1].start if place + 1 < len(context.cues) else len(folded)
        if at > limit:
            continue
        match = _TOKEN.match(folded, at)
        if match:
            end = _spoken_tail(folded, text, match.end())
            if _is_order(folded[at:end], text[at:end], booking=True):
                yield Hit("order_id", at, end, 0.92, "order:cue")
    if "booking" in context.expected or any(c.kind == "booking" for c in context.cues):
        for spelled in _SPELLED_PNR.finditer(folded):
            if any(c.isdigit() for c in spelled[0]) and any(c.isalpha() for c in spelled[0]):
                yield Hit("order_id", spelled.start(), spelled.end(), 0.85, "order:spelled")
    if "order_id" in context.expected:
        for match in _TOKEN.finditer(folded):
            kind, direct, _ = announced(context, match.start(), match.end())
            if kind.startswith("not_") and direct:
                continue
            start, end = match.start(), _spoken_tail(folded, text, match.end())
            booking = "booking" in context.expected
            if _is_order(folded[start:end], text[start:end], booking=booking):
                yield Hit("order_id", start, end, 0.85, "order:asked")


def _spoken_tail(folded: str, text: str, end: int) -> int:
    """Past the groups of spoken digits that go on after a pause."""
    while (match := _GROUP.match(folded, end)) and not text[match.end() - 1].isascii():
        end = match.end()
    return end


def _is_order(token: str, original: str, *, booking: bool) -> bool:
    plain = re.sub("[^A-Z0-9]", "", token)
    digits = sum(c.isdigit() for c in plain)
    if digits == len(plain):
        return "-" in token and digits >= 6
    letters = [c for c in original if c.isalpha() and c.isascii()]
    if booking and _PNR.fullmatch(plain) and "".join(letters).isupper():
        return True
    return digits >= 4 and len(plain) >= 6


def accounts(context: Context, *, agent: bool) -> Iterator[Hit]:
    """WeChat, QQ and LINE names after a cue or a question; not a company's own."""
    folded = context.folded
    for cue in context.cues:
        if cue.kind == "wechat_qq":
            if _OFFICIAL.search(folded, max(0, cue.start - 8), cue.start) and agent:
                continue
            match = _TO_HANDLE.match(folded, cue.end)
            at = match.end() if match else cue.end
            yield from _handle(context, _HANDLE.match(folded, at), 0.9, "cue")
    for match in _ADD_ME.finditer(folded):
        yield from _handle(context, _HANDLE.match(folded, match.end()), 0.8, "add me")
    if "wechat_qq" in context.expected:
        for found in _HANDLE.finditer(folded):
            yield from _handle(context, found, 0.8, "asked")


def _handle(
    context: Context, match: re.Match[str] | None, confidence: float, why: str
) -> Iterator[Hit]:
    if match is None:
        return
    start, end = match.start(), _spoken_tail(context.folded, context.text, match.end())
    if _is_handle(context.folded[start:end], direct=why == "cue"):
        yield Hit("wechat_qq", start, end, confidence, f"account:{why}")


def _is_handle(token: str, *, direct: bool) -> bool:
    plain = re.sub("[^A-Z0-9_-]", "", token).strip("_-")
    digits = sum(c.isdigit() for c in plain)
    if digits == len(plain):
        return direct and 5 <= digits <= 12 and not (digits == 9 and plain[:3] in ("800", "400"))
    if _SIZE.fullmatch(plain):
        return False
    if plain in _NO_HANDLES or plain.startswith(("HTTP", "WWW")):
        return False
    if direct:
        return len(plain) >= 4 and (digits > 0 or "_" in plain or "-" in plain or len(plain) >= 5)
    return len(plain) >= 5 and (digits > 0 or "_" in plain)


def secrets(context: Context) -> Iterator[Hit]:
    """Passwords after a cue; what has no digit and no sign is taken for a word."""
    text = context.text
    for place, cue in enumerate(context.cues):
        if cue.kind != "password":
            continue
        lead = _CHARS.match(text, cue.end)
        at = lead.end() if lead else cue.end
        match = _SECRET.match(text, at)
        if match is None or any(c.start < at for c in context.cues[place + 1 :]):
            continue
        token = match[0].rstrip(".,;:?)")
        digits = sum(c.isdigit() for c in token)
        letters = sum(c.isalpha() for c in token)
        if len(token) >= 4 and (digits >= 4 or (digits and letters)):
            yield Hit("password", match.start(), match.start() + len(token), 0.9, "password:cue")
    if "password" in context.expected or any(c.kind == "password" for c in context.cues):
        for spoken in _SPELLED.finditer(context.folded):
            yield Hit("password", spoken.start(), spoken.end(), 0.75, "password:spelled")
    if "password" in context.expected and len(text) <= 30:
        for match in _SECRET.finditer(text):
            token = match[0].rstrip(".,;:?)")
            if (
                len(token) >= 5
                and any(c.isdigit() for c in token)
                and any(c.isalpha() for c in token)
            ):
                yield Hit(
                    "password", match.start(), match.start() + len(token), 0.88, "password:asked"
                )
