"""Names and addresses in the forms in which they are said, made from a seed (see privacy_forms)."""

import random

from privacy_readings import Form, digits, say, variants

_FAMILY = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭肖蔡潘田董袁于"
    "余叶蒋杜苏魏程吕丁任卢姚沈钟姜崔谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙"
    "史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_WEIGHTS = [100 / (place + 4) for place in range(len(_FAMILY))]
_RARE = "佟瞿庹佘祁冼欧翟裴卓柯桑冉尚温凌甄宁管娄柴麦焦柳詹喻鲍管路褚蒙滕邢安查"
_COMPOUND = variants("欧阳|司徒|上官|诸葛|慕容|皇甫|令狐|司马|夏侯|端木")
_MALE = (
    "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林欢阳建亮成东毅文博志"
    "国庆峰翔坤睿轩泽晨皓天佑嘉铭子豪家梓昊然思远一鸣少聪鸿煊天翊瑞霖立诚修杰振兴德贵永福"
    "有才根生满仓长河树森金水"
)
_FEMALE = (
    "芳娜敏静丽艳娟霞秀英燕玲桂兰婷雪慧红玉萍莹倩琳欣怡佳梦洁颖璐薇蕾雅诗涵紫萱语嫣"
    "若曦雨桐可馨梓晴思琪子涵一诺欣妍宛如晓彤美琪淑芬素珍翠花春梅凤英月娥秋菊惠珠巧云"
)
_TAIWAN = variants(
    "志明|淑芬|雅婷|家豪|怡君|冠宇|宗翰|佩珊|美玲|建宏|承恩|詠晴|宥廷|芷瑄|品妍|柏翰|郁婷|"
    "俊傑|麗華|秀鳳|国榮|曉雯|育誠|靜宜|彥廷|瑋倫|惠雯|思穎|家瑜|子晴"
)
_HONGKONG = variants(
    "嘉欣|家樂|詠詩|偉文|國強|麗珊|志豪|淑儀|俊傑|凱琳|嘉明|穎欣|子軒|曉彤|美儀|啟賢"
)
_MINORITY = variants(
    "阿依古丽|买买提|古丽娜尔|扎西多吉|卓玛央金|次仁旺姆|巴特尔|其其格|乌云其木格|格桑卓玛|"
    "阿卜杜·热合曼|迪丽努尔|玉素甫·艾买提|娜仁托娅|达瓦次仁|尼玛扎西|木拉提|阿迪力·买买提|"
    "努尔古丽|洛桑丹增"
)
_LATIN_FAMILY = variants(
    "WANG|LI|ZHANG|CHEN|LIN|HUANG|CHANG|HSU|TSAI|CHAN|WONG|CHEUNG|LEUNG|KWOK|LAU|YEUNG|ZHAO|"
    "LIU|HO|NG"
)
_LATIN_GIVEN = variants(
    "XIAO MING|JIANHUA|YI-HSUAN|KA YAN|WEI|MEI-LING|CHI MING|ZIHAN|YU HSIN|SIU MAN|HAORAN|"
    "PEI SHAN|TSZ HIN|LIHUA"
)


def person(rng: random.Random) -> str:
    """A full name."""
    where = rng.random()
    if where < 0.05:
        return rng.choice(_MINORITY)
    if where < 0.1:
        return (
            rng.choice(_LATIN_FAMILY) + rng.choice((" ", " ", "/", ", ")) + rng.choice(_LATIN_GIVEN)
        )
    if where < 0.15:
        return (
            rng.choice(_COMPOUND)
            + rng.choice(_MALE + _FEMALE) * 1
            + (rng.choice(_MALE + _FEMALE) if rng.random() < 0.5 else "")
        )
    family = rng.choice(_RARE) if rng.random() < 0.12 else rng.choices(_FAMILY, _WEIGHTS)[0]
    if where < 0.25:
        return {
            "张": "張",
            "陈": "陳",
            "刘": "劉",
            "杨": "楊",
            "黄": "黃",
            "赵": "趙",
            "吴": "吳",
            "谢": "謝",
            "许": "許",
            "叶": "葉",
        }.get(family, family) + rng.choice(_TAIWAN)
    if where < 0.3:
        return rng.choice("陳李張黃何劉吳林梁鄧葉郭") + rng.choice(_HONGKONG)
    given = _MALE if rng.random() < 0.5 else _FEMALE
    if rng.random() < 0.22:
        return family + rng.choice(given.replace("家", ""))
    return family + rng.choice(given) + rng.choice(given)


def name(rng: random.Random) -> Form:
    """Names with something that says so."""
    value = person(rng)
    latin = value[0].isascii()
    dice = rng.random()
    if latin:
        frames = variants(
            "英文姓名 {}|护照上的名字是{}|姓名：{}|旅客姓名 {}|护照姓名{}，谢谢|英文全名 {}"
        )
        asks = ("请提供护照上的英文姓名", "英文全名和证件号", "麻煩給我護照上的英文姓名")
    elif dice < 0.5:
        frames = variants(
            "我叫{}|姓名：{}|姓名{}|户主{}|户主是{}|收件人：{}|收件人{}，电话你有|联系人 {}|"
            "机主{} 你查一下|我的名字是{}。|投保人{}|被保险人是{}|乘客{}|预订人 {} 麻烦了|"
            "持卡人：{}|"
            "开户写的名字是{}|我名字叫{}|她叫{}|就诊人{} 挂的下午号|收货人改成{}|申請人{}|"
            "我叫{}，想查一下|全名{}|大名{}|本人{}，要反映一个问题"
        )
        asks = ()
    else:
        frames = (
            "请问是{}先生吗",
            "{}女士您好",
            "我是{}的妈妈",
            "您好 是{}小姐对吧",
            f"{say(rng, '138' + digits(rng, 8))} {{}}",
            f"{{}} 13{digits(rng, 9)}",
            f"{{}}，{digits(rng, 4)}",
        )[:6]
        asks = variants(
            "请问您的姓名？|姓名报一下|麻烦说一下户主姓名|您怎么称呼 全名是什么|"
            "收件人姓名和手机后四位|请提供訂購人姓名|您叫什么名字|機主姓名|"
            "请说一下您的姓名和身份证后四位|聯絡人大名|孩子叫什么名字|好的 那您的姓名是"
        )
    if (asks and rng.random() < 0.75) or (latin and rng.random() < 0.5):
        ask = rng.choice(asks)
        lead = rng.choice(("", "", "", "嗯 ", "我叫", "叫", "好的 ", "哦，", "是"))
        tail = rng.choice(
            (
                "",
                "",
                "",
                f" {digits(rng, 4)}",
                "。",
                "，谢谢",
                " 后四位 零三一七",
                " 我那个宽带又断了",
                f" {say(rng, digits(rng, 4))}",
            )
        )
        if latin and lead in ("我叫", "叫", "是"):
            lead = ""
        return Form(
            "name",
            (("agent", ask), ("customer", lead + value + tail)),
            1,
            len(lead),
            len(lead) + len(value),
        )
    before, after = rng.choice(frames).split("{}")
    agent = before.startswith("请问是") or after.startswith("女士") or before.startswith("您好 是")
    return Form(
        "name",
        (("agent" if agent else "customer", before + value + after),),
        0,
        len(before),
        len(before) + len(value),
    )


_CITIES = variants(
    "北京市|上海市|广州市|深圳市|成都|杭州市|武汉|南京市|西安市||||浙江省宁波市|湖南长沙|"
    "苏州市|青岛市|石家庄"
)
_DISTRICTS = variants(
    "朝阳区|浦东新区|天河区|南山区|武侯区|西湖区|江汉区|鼓楼区|雁塔区|东城区|锦江区|岳麓区|"
    "鄞州区|||城关镇|和平区"
)
_ROADS = variants(
    "人民路|中山东路|解放大道|建国门外大街|长江路|青年路|幸福大街|科技二路|南京西路|芙蓉中路|"
    "文一西路|北环大道|花园街|桃源巷|东风南路|学府路|滨江大道|柳荫街|迎宾路|金沙江路|珞瑜路"
)
_ESTATES = variants(
    "阳光花园|金桂苑|碧水湾小区|万达公寓|锦绣家园|翡翠城|香榭里小区|紫金新村|东方名城|"
    "和平里小区|龙湖春江郡|绿地国际花都小区|明珠大厦|幸福家园|御景湾|玫瑰园|水岸人家小区"
)
_TW = variants(
    "台北市大安區|新北市板橋區|台中市西屯區|高雄市左營區|桃園市中壢區|台南市東區|新竹市|"
    "中和區|三重區"
)
_TW_ROADS = variants(
    "忠孝東路|中正路|民生路|文心路|建國南路|光復路|景新街|信義路|復興北路|自由二路|成功路"
)
_HK = variants("旺角|沙田|觀塘|銅鑼灣|元朗|荃灣|九龍灣|鰂魚涌|將軍澳|")
_HK_ROADS = variants("彌敦道|英皇道|軒尼詩道|觀塘道|青山公路|廣東道|沙田正街|德輔道中|砵蘭街")
_HK_BLOCKS = variants("海榮閣|富豪花園|康怡花園|美孚新邨|安泰大廈|翠華樓|德福花園")
_UNITS = "零一二三四五六七八九"


def cardinal(number: int) -> str:
    """1 to 9999 in words."""
    if number < 10:
        return _UNITS[number]
    if number < 20:
        return "十" + (_UNITS[number % 10] if number % 10 else "")
    if number < 100:
        return _UNITS[number // 10] + "十" + (_UNITS[number % 10] if number % 10 else "")
    if number < 1000:
        rest = number % 100
        tail = (
            ""
            if not rest
            else (
                "零" + _UNITS[rest]
                if rest < 10
                else (_UNITS[rest // 10] + "十" + (_UNITS[rest % 10] if rest % 10 else ""))
            )
        )
        return _UNITS[number // 100] + "百" + tail
    rest = number % 1000
    return (
        _UNITS[number // 1000]
        + "千"
        + ("" if not rest else ("零" if rest < 100 else "") + cardinal(rest))
    )


def _number(rng: random.Random, top: int, spoken: bool) -> str:
    number = rng.randint(1, top)
    return cardinal(number) if spoken else str(number)


def _room(rng: random.Random, spoken: bool) -> str:
    room = f"{rng.randint(1, 28)}0{rng.randint(1, 8)}"
    return "".join("零幺二三四五六七八九"[int(c)] for c in room) if spoken else room


def address(rng: random.Random) -> Form:
    """Addresses down to the door."""
    spoken = rng.random() < 0.45
    gap = rng.choice(("", "", "", " "))
    where = rng.random()
    if where < 0.65:
        parts = [rng.choice(_CITIES), rng.choice(_DISTRICTS)]
        style = rng.random()
        if style < 0.4:
            parts.append(
                rng.choice(_ROADS)
                + _number(rng, 990, spoken)
                + rng.choice(("号", "号", "号院", "弄"))
            )
            parts.append(
                rng.choice(("", rng.choice(_ESTATES)))
                + _number(rng, 40, spoken)
                + rng.choice(("号楼", "栋", "幢", "座", "号"))
                + rng.choice(("", _number(rng, 5, spoken) + "单元"))
                + _room(rng, spoken)
                + rng.choice(("", "", "室"))
            )
        elif style < 0.8:
            parts.append(
                rng.choice(_ESTATES)
                + _number(rng, 40, spoken)
                + rng.choice(("号楼", "栋", "幢"))
                + rng.choice(("", _number(rng, 5, spoken) + "单元"))
                + _room(rng, spoken)
            )
        elif style < 0.9 and not spoken:
            parts.append(
                rng.choice(_ROADS)
                + str(rng.randint(1, 990))
                + "号"
                + f"{rng.randint(1, 20)}-{rng.randint(1, 3)}-{rng.randint(101, 3204)}"
            )
        else:
            parts.append(
                rng.choice(_ROADS)
                + _number(rng, 990, spoken)
                + "号"
                + rng.choice(("", _number(rng, 30, spoken) + "楼"))
            )
        value = gap.join(p for p in parts if p)
        frames = variants(
            "地址{}|地址是{}|寄到{}|我家在{}|我住{}|收货地址：{}|送到{}就行|住址 {}|"
            "麻烦改到{} 谢谢|"
            "{}|家住{}，你们快点|装机地址{}|跟您核对地址{}对吗|{}，没人在家"
        )
        asks = variants("装机地址说一下|地址报一下|请提供收货地址|您住哪里|上门地址？")
    elif where < 0.87:
        value = (
            rng.choice(_TW)
            + rng.choice(_TW_ROADS)
            + rng.choice(("", _UNITS[rng.randint(1, 5)] + "段"))
        )
        value += (
            rng.choice(("", _number(rng, 400, spoken) + "巷"))
            + rng.choice(("", "", _number(rng, 30, spoken) + "弄"))
            + _number(rng, 300, spoken)
            + "號"
            + rng.choice(("", _number(rng, 12, spoken) + "樓"))
            + rng.choice(("", "", "之" + _number(rng, 9, spoken)))
        )
        if value.endswith("巷") or value.endswith("弄"):
            value += _number(rng, 30, spoken) + "號"
        frames = variants("地址{}|住{}|寄到{}|收件地址是{}|我家地址：{}|{}|送{}，謝謝")
        asks = ("請問地址？", "麻煩給我收件地址", "地址再跟您確認一下")
    else:
        value = (
            rng.choice(_HK)
            + rng.choice(_HK_ROADS)
            + _number(rng, 900, spoken)
            + "號"
            + rng.choice(_HK_BLOCKS)
            + rng.choice(("", rng.choice("ABC") + "座"))
            + _number(rng, 40, spoken)
            + "樓"
            + rng.choice(("A室", "F室", "B", "12室", ""))
        )
        frames = ("地址{}", "地址係{}", "送去{}", "{}", "我住{}")
        asks = ("地址俾我", "請提供送貨地址")
    if rng.random() < 0.35:
        lead = rng.choice(("", "", "嗯 ", "好 "))
        tail = rng.choice(("", "", "。", " 谢谢", f" 13{digits(rng, 9)}"))
        return Form(
            "address",
            (("agent", rng.choice(asks)), ("customer", lead + value + tail)),
            1,
            len(lead),
            len(lead) + len(value),
        )
    before, after = rng.choice(frames).split("{}")
    speaker = "agent" if before.startswith("跟您") else "customer"
    return Form(
        "address", ((speaker, before + value + after),), 0, len(before), len(before) + len(value)
    )
