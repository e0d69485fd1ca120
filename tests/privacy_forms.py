"""Personal information in the many forms in which it is written and said, made from a seed.

A form is a few turns and the place of one piece of personal information in them. Everything here
is made up and written apart from the recognisers: its lists are not theirs.
"""

import random

from privacy_readings import READINGS, Form, digits, place, say, variants


def mobile(rng: random.Random) -> Form:
    """Mobile numbers of the mainland, Taiwan and Hong Kong."""
    where = rng.random()
    if where < 0.7:
        number, groups = (
            digits(rng, 11, "1"),
            rng.choice(((3, 4, 4), (3, 4, 4), (4, 4, 3), (3, 3, 5), (3, 8))),
        )
        number = "1" + rng.choice("3456789") + number[2:]
        value = say(rng, number, groups)
        if rng.random() < 0.06 and value[0] == "1":
            value = rng.choice(("+86 ", "+86", "86-", "0086 ")) + value
        frames = variants(
            "我手机号{}|手机是{}你打这个|电话{}|打我电话{}吧|联系方式：{}|"
            "我的号码是{}，姓什么不用记|"
            "跟您核对一下手机号{}对吗|{} 这是我手机|留这个 {} 吧|机主电话{}|麻烦改成{}|"
            "我老公的是{}|"
            "发到{}|号码{}，晚上再打|tel:{}|{}|回电打{}就行|绑定的是{}这个号"
        )
        asks = variants(
            "手机号报一下|请问您的手机号码是多少？|您留个联系电话|号码？|麻烦说一下登记的手机号|"
            "电话给我"
        )
    elif where < 0.88:
        value = say(rng, "09" + digits(rng, 8), (4, 3, 3))
        frames = variants(
            "手機{}|我的門號是{}|電話是{}謝謝|行動電話：{}|聯絡電話 {}|打{}這支|{}|打我手機 {}"
        )
        asks = variants("請問您的門號？|手機號碼給我|麻煩提供您的行動電話|號碼給我。")
    else:
        value = say(rng, digits(rng, 8, "569"), (4, 4))
        frames = variants(
            "我電話係{}|手機號碼{}|可以打 {} 搵我 聯絡電話嚟㗎|WhatsApp {}|登記電話 {}|+852 {}"
        )
        asks = ("登記電話幾多號？", "麻煩講返個電話號碼", "請問聯絡電話？")
    return place(rng, "mobile", value, frames, asks, 0.35)


_AREA = variants(
    "010|020|021|022|023|024|025|027|028|029|0311|0351|0371|0411|0431|0451|0512|0531|0532|"
    "0571|0574|0591|0592|0731|0755|0760|0769|0791|0851|0871|0898|0931|0991"
)


def landline(rng: random.Random) -> Form:
    """Fixed lines with and without area code."""
    where = rng.random()
    if where < 0.6:
        area = rng.choice(_AREA)
        size = 8 if len(area) == 3 or rng.random() < 0.6 else 7
        value = say(rng, area + digits(rng, size, "2345678"), (len(area), 4, size - 4))
        frames = variants(
            "座机{}|家里电话{}|打{}这个座机|固定电话是{}|单位电话：{}|留个固话 {}|"
            "家里的电话是{}你打|"
            "电话{}"
        )
        asks = variants("有座机吗 报一下|请问您的固定电话？|家里电话是多少|联系电话说一下")
    elif where < 0.8:
        value = say(rng, digits(rng, 8, "2368"), (4, 4))
        frames = ("座机{}", "家里电话{}", "固话{}", "电话号码是{}", "住宅电话 {}")
        asks = ("家里电话报一下", "登记的座机号码是多少", "您的电话是？")
    else:
        area, size = rng.choice((("02", 8), ("03", 7), ("04", 8), ("07", 7), ("06", 7)))
        first = {"02": "2678", "04": "23", "03": "3458", "07": "357", "06": "2357"}[area]
        value = say(rng, area + digits(rng, size, first), (2, size - 4, 4))
        frames = variants("市話{}|家裡電話{}|電話 {}|室內電話是{}|公司電話：{}|住家電話{}")
        asks = ("請問用戶電話", "家裡電話幾號？", "市話號碼給我一下")
    return place(rng, "landline", value, frames, asks, 0.35)


def resident(rng: random.Random, *, right: bool = True) -> str:
    """A mainland resident ID of 18 with its MOD 11-2 check character, or with a wrong one."""
    area = rng.choice(
        variants(
            "110105|310104|320507|330102|350203|370202|410105|420111|430102|440306|500103|510107|"
            "610113|230103|650102|530102"
        )
    )
    birth = f"{rng.randint(1940, 2012)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    body = area + birth + digits(rng, 3)
    check = "10X98765432"[sum(int(c) * (2 ** (17 - i) % 11) for i, c in enumerate(body)) % 11]
    if not right:
        check = rng.choice([c for c in "0123456789" if c != check])
    return body + check


def taiwan_id(rng: random.Random) -> str:
    """A Taiwan identity card number with its check digit."""
    letter = rng.choice("ABCDEFGHJKLMNPQRSTUVXYWZIO")
    value = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(letter) + 10
    body = rng.choice("12") + digits(rng, 7)
    total = value // 10 + value % 10 * 9 + sum(int(d) * (8 - i) for i, d in enumerate(body))
    return letter + body + str(-total % 10)


def hong_kong_id(rng: random.Random) -> str:
    """A Hong Kong identity card number, check digit in brackets."""
    letter, body = rng.choice("ABCDEGHKMPRSVYZ"), digits(rng, 6)
    total = 36 * 9 + (ord(letter) - 55) * 8 + sum(int(d) * (7 - i) for i, d in enumerate(body))
    check = "A" if -total % 11 == 10 else str(-total % 11)
    return f"{letter}{body}({check})"


def id_card(rng: random.Random) -> Form:
    """Identity cards of the mainland, Taiwan and Hong Kong."""
    where = rng.random()
    if where < 0.7:
        right = rng.random() < 0.75
        number = resident(rng, right=right)
        if number[-1] == "X":
            value = say(rng, number[:-1], (6, 4, 4, 3)) + rng.choice(("X", "x", "Ｘ", "叉", " X"))
        else:
            value = say(rng, number, rng.choice(((6, 8, 4), (6, 4, 4, 4), (3, 3, 4, 4, 4))))
        frames = variants(
            "身份证{}|身份证号码是{}|我的身份证号：{}|证件号{}|跟您核对 身份证{}对吗|"
            "身份证 {} 麻烦查一下|我妈身份证{}"
        )
        if right:
            frames += ("{}", "你看是不是{}", "号是{}")
        asks = variants("身份证号报一下|请说一下您的身份证号码|麻烦提供证件号码|姓名和身份证号码")
    elif where < 0.86:
        value = taiwan_id(rng)
        if rng.random() < 0.3:
            value = value[0] + " " + say(rng, value[1:], (3, 3, 3))
        frames = variants("身分證字號{}|我的身分證 {}|身分證是{}|字號：{}|身分證號碼 {} 謝謝")
        asks = ("請問身分證字號", "身分證號碼給我", "麻煩提供您的身分證字號")
    else:
        value = hong_kong_id(rng)
        frames = ("身份證{}", "身份證號碼 {}", "我身份證係{}", "香港身份證：{}")
        asks = ("請提供身份證號碼", "身份證號碼俾我")
    return place(rng, "id_card", value, frames, asks, 0.35)


def passport(rng: random.Random) -> Form:
    """Passports and travel permits."""
    number = rng.choice(("E", "G", "EA", "EB", "EJ", "K", "H", "D", "C", "CA", "T", "")) + digits(
        rng, 8, "12345678"
    )
    if len(number) == 10:
        number = number[:-1]
    letters = number.rstrip("0123456789")
    value = (
        letters + say(rng, number[len(letters) :], (4, 4))
        if letters
        else say(rng, number + rng.choice("0123456789"), (3, 3, 3))
    )
    if letters in ("H",) and rng.random() < 0.5:
        value = "H0" + digits(rng, 8)
    frames = variants(
        "护照号{}|护照{}|我的护照是{}|护照号码：{}|護照號碼{}|护照 {} 麻烦核对|通行证号{}|"
        "港澳通行证 {}|回乡证{}|台胞证号码{}"
    )
    asks = variants("护照号码报一下|請提供護照號碼|麻烦说下您的护照号|通行证号码是多少")
    return place(rng, "passport", value, frames, asks, 0.35)


def luhn_number(rng: random.Random, prefix: str, size: int) -> str:
    """A number of ``size`` digits that passes Luhn's formula."""
    body = prefix + "".join(rng.choice("0123456789") for _ in range(size - len(prefix) - 1))
    total = 0
    for index, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def bank_card(rng: random.Random) -> Form:
    """Bank cards; where something announces them, also with a misheard digit."""
    prefix, size = rng.choice(
        (
            ("622848", 19),
            ("621700", 19),
            ("621226", 19),
            ("622588", 16),
            ("625912", 16),
            ("4", 16),
            ("51", 16),
            ("55", 16),
            ("6230", 19),
            ("6217", 16),
            ("35", 16),
            ("37", 15),
        )
    )
    number = luhn_number(rng, prefix, size)
    announced = rng.random() < 0.8
    if announced and rng.random() < 0.2:
        number = number[:8] + rng.choice("0123456789") + number[9:]
    value = say(
        rng, number, (4,) * (size // 4) if size != 19 else rng.choice(((4, 4, 4, 4, 3), (6, 13)))
    )
    frames = (
        variants(
            "卡号{}|银行卡号是{}|卡号：{}|打到这张卡 {} 卡号没错|我的信用卡{}|收款账号{}|"
            "退到银行卡{}|信用卡卡號 {}|跟您核对卡号{}对吗"
        )
        if announced
        else ("{}", "就这张{}", "是{}这张", "一张是{}")
    )
    asks = variants("请提供银行卡号|卡号报一下|信用卡卡號麻煩您|收款账号发我一下")
    return place(rng, "bank_card", value, frames, asks, 0.35)


def order_id(rng: random.Random) -> Form:
    """Orders, policies, contracts, bookings and claims."""
    style = rng.random()
    if style < 0.45:
        number = digits(rng, rng.randint(9, 19), "123456789")
        value = say(rng, number, (4, 4, 4, 4)) if rng.random() < 0.4 else number
    elif style < 0.75:
        letters = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(rng.randint(1, 4)))
        value = (
            letters
            + rng.choice(("", "", "-"))
            + rng.choice(("2026", "2025", ""))
            + digits(rng, rng.randint(6, 10))
        )
        if rng.random() < 0.2:
            value = (
                letters
                + rng.choice(("", " "))
                + "".join(READINGS["yao"][int(c)] for c in digits(rng, 8))
            )
    elif style < 0.9:
        value = "-".join(
            (
                rng.choice(("FP", "JX", "QA", "HT", "DL", "ORD", "PO")),
                digits(rng, 4),
                digits(rng, 5),
            )
        )
    else:
        while True:
            value = "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(6))
            if 1 <= sum(c.isdigit() for c in value) <= 4:
                break
        frames = variants("订位代号{}|訂位代號是{}|PNR {}|预订号：{}|訂位編號 {}|booking {}")
        return place(
            rng,
            "order_id",
            value,
            frames,
            ("訂位代號麻煩給我", "请提供预订号", "訂位編號係？"),
            0.4,
        )
    frames = variants(
        "订单号{}|订单{}|我的订单编号是{}|訂單編號{}|订单号：{}|保单号{}|保單號碼 {}|合同编号{}|"
        "合约号：{}|预订编号{}|理赔号{}|理賠案號 {}|案件号{}|报案号{}|跟您核对订单号{}|"
        "申请编号 {}|订单 {} 怎么还没发货|流水号{}"
    )
    asks = variants(
        "请提供订单号|订单编号发我一下|麻煩輸入訂單編號|保单号报一下|报一下合同编号|請問理賠案號|"
        "订单号多少？"
    )
    return place(rng, "order_id", value, frames, asks, 0.35)


_LOCAL = variants(
    "lin|wang.lei|chen_yu|zhang-wei|lily|h.zhao|jason|xiaomei|liu.fang|amy|kevin_ho|z"
)
_DOMAIN = variants(
    "qq.com|163.com|126.com|gmail.com|outlook.com|sina.com.cn|yahoo.com.tw|hotmail.com|"
    "mail.example.org|abc-tech.com.cn|hkmail.hk|ms1.hinet.net|139.com|icloud.com|foxmail.com"
)


def email(rng: random.Random) -> Form:
    """Mail addresses, typed, wide, and said."""
    local, domain = (
        rng.choice(_LOCAL) + (digits(rng, rng.randint(1, 6)) if rng.random() < 0.7 else ""),
        rng.choice(_DOMAIN),
    )
    if local == "z":
        local = "z" + digits(rng, 3)
    value = f"{local}@{domain}"
    style = rng.random()
    if style < 0.06:
        value = value.upper()
    elif style < 0.12:
        value = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in value)
    elif style < 0.2:
        local = local.replace("_", "").replace("-", "").replace(".", "")
        value = (
            local
            + rng.choice((" 艾特 ", "艾特"))
            + rng.choice(("163 点 com", "qq点com", "gmail点com", "126 点 com"))
        )
    frames = variants(
        "邮箱{}|发到{}|我的邮箱是{}，谢谢|信箱 {}|{}|email: {}|寄到{}就好|抄送 {} 一份|"
        "電子郵件：{}|注册用的{}"
    )
    asks = ("发票发到哪个邮箱？", "請提供電子信箱", "邮箱报一下")
    return place(rng, "email", value, frames, asks, 0.3)


_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def plate(rng: random.Random) -> Form:
    """Number plates of the mainland, Taiwan and Hong Kong."""
    where = rng.random()
    if where < 0.75:
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
        body = [rng.choice("0123456789") for _ in range(5)]
        for _ in range(rng.randint(0, 2)):
            body[rng.randrange(5)] = rng.choice(letters)
        tail = "".join(body)
        if sum(c.isdigit() for c in tail) < 3:
            tail = digits(rng, 5)
        if rng.random() < 0.3:
            tail = rng.choice("DF") + digits(rng, 5)  # new energy
        value = rng.choice(_PROVINCES) + rng.choice("ABCDEFGHJKLM") + rng.choice(("", "", "·", " "))
        table = READINGS[rng.choice(("plain", "plain", "yao", "read", "wide", "liang"))]
        value += "".join(table[int(c)] if c.isdigit() else c for c in tail)
        if rng.random() < 0.1:
            value = value.lower()
        frames = variants(
            "车牌{}|车牌号是{}|{}|我的车{}|司机的车牌{} 白色的|车号{}|开的是{}|{}这台车|"
            "跟您核对一下{}"
        )
        asks = ("车牌号报一下", "请问您的车牌号？", "哪辆车")
    elif where < 0.92:
        value = (
            "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(3))
            + rng.choice(("-", "-", "", " "))
            + digits(rng, 4)
        )
        if rng.random() < 0.25:
            value = value[:3] + "".join(READINGS["yao"][int(c)] for c in value[-4:])
        frames = variants("車牌{}|車牌號碼是{}|車號 {}|我的車牌：{}|車牌 {} 停在B2")
        asks = ("車牌號碼麻煩給我", "請問車號？", "麻煩給我車牌")
    else:
        value = (
            "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(2))
            + rng.choice((" ", ""))
            + digits(rng, 4, "123456789")
        )
        frames = ("車牌{}", "車牌號碼 {}", "我架車車牌係{}")
        asks = ("車牌幾多號？", "請提供車牌號碼")
    return place(rng, "plate", value, frames, asks, 0.3)


def wechat_qq(rng: random.Random) -> Form:
    """WeChat, QQ and LINE accounts."""
    if rng.random() < 0.35:
        value = say(rng, digits(rng, rng.randint(6, 10), "123456789"))
        frames = ("QQ{}", "加QQ {}", "我qq号是{}", "QQ号：{}", "扣扣{}", "QQ号码 {}")
        asks = ("QQ号多少？", "方便留个QQ吗")
    else:
        value = (
            rng.choice(("leo", "vivi", "xiao", "tony", "wx", "lily", "da", "amy"))
            + rng.choice(("_", "-", "", "_"))
            + rng.choice(("shop", "cg", "vip", "mei", "zz"))
            + digits(rng, rng.randint(2, 5))
        )
        frames = variants(
            "加我微信{}|微信号{}|我微信是{}|加v：{}|加我V {}|vx {}|微信：{}|WX:{}|LINE ID：{}|"
            "我的微信 {} 备注一下|wechat: {}|私下加微信{}聊|加微{}|LINE {}|加我v：{}"
        )
        asks = ("您微信多少", "方便留个微信吗", "LINE ID是？")
    return place(rng, "wechat_qq", value, frames, asks, 0.25)


def verification_code(rng: random.Random) -> Form:
    """Codes that came by text message."""
    value = say(rng, digits(rng, rng.choice((4, 6, 6, 6))), (3, 3))
    frames = variants(
        "验证码{}|验证码是{}|收到的验证码：{}|驗證碼 {}|短信验证码{}|校验码{}|動態碼 {}|"
        "验证码发来了 {}|OTP {}|手机上的验证码是 {} 对吧|简讯验证码{}"
    )
    asks = variants(
        "您手机会收到验证码，请报给我|验证码多少|收到驗證碼了嗎 唸給我|把短信验证码发我一下|"
        "收到的验证码念一下"
    )
    return place(rng, "verification_code", value, frames, asks, 0.4)


def password(rng: random.Random) -> Form:
    """Passwords of accounts and cards."""
    if rng.random() < 0.4:
        value = say(rng, digits(rng, 6), (3, 3))
        frames = variants(
            "密码{}|密码是{}|取款密码{}|交易密码：{}|支付密码是{}|我密码设的{}|密碼 {}|服务密码{}"
        )
    else:
        value = (
            rng.choice(("Abc", "hello", "Qw", "zhang", "Love", "pw"))
            + rng.choice(("@", "_", "", "#", "!"))
            + digits(rng, rng.randint(3, 6))
        )
        frames = variants(
            "密码{}|密码是{}|登录密码：{}|密碼 {}|我的密码是不是{}|密码好像是{}|账号忘了 密码{}|"
            "登入密碼是{}"
        )
    return place(
        rng, "password", value, frames, ("密码报一下", "您把登录密码发我", "密碼是多少？"), 0.25
    )
