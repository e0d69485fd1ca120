"""Turns that look like personal information and hold none, made from a seed."""

import random
from collections.abc import Callable, Iterator

from privacy_names import cardinal
from privacy_readings import digits, say, variants


def _spoken(number: str) -> str:
    return "".join("零幺二三四五六七八九"[int(c)] if c.isdigit() else c for c in number)


def _either(rng: random.Random, number: str) -> str:
    return _spoken(number) if rng.random() < 0.4 else number


def tracking(rng: random.Random) -> str:
    """Parcels."""
    letters = rng.choice(("SF", "YT", "ZTO", "JD", "JT", "YD", "EMS", "", "", "DPK"))
    number = letters + _either(rng, digits(rng, rng.choice((12, 13, 14, 15))))
    return rng.choice(
        variants(
            "快递单号{}|运单号{} 三天没动了|单号是{}|物流单号：{}|您的快递 {} 已到达|"
            "包裹单号{}帮我查下|宅配單號 {}|追蹤碼 {}|运单 {} 显示签收|单号{}"
        )
    ).format(number)


def amount(rng: random.Random) -> str:
    """Money."""
    value = rng.choice(
        (
            f"{rng.randint(1, 99999)}",
            f"{rng.randint(1, 99999)}.{rng.randint(10, 99)}",
            f"{rng.randint(1, 99)},{rng.randint(100, 999)}.00",
            cardinal(rng.randint(10, 9999)),
            f"{rng.randint(1, 99)}万{rng.randint(1, 9)}",
            f"{rng.randint(100000, 99999999)}",
        )
    )
    return rng.choice(
        variants(
            "扣了我{}元|一共{}块|账单金额{}元|订单金额{}元|退了{}块钱|余额还有{}元|￥{}|¥{} "
            "怎么算的|"
            "總共{}元|保费{}元一年|HK${}|NT${} 對嗎|差{}块没到账|手续费{}元|亏了{}元|每月{}块"
        )
    ).format(value)


def order_total(rng: random.Random) -> str:
    """Totals and counts of orders."""
    return rng.choice(
        variants(
            "订单一共{}件，合计{}元|我这个月下了{}单 花了{}块|订单里{}个商品 应付{}元|"
            "两笔订单 一笔{}元 一笔{}元|訂單{}樣 總計{}元|订单满{}减{}|保单交了{}年 一年{}块"
        )
    ).format(rng.randint(1, 300), rng.randint(10, 99999))


def date(rng: random.Random) -> str:
    """Dates and times."""
    y, m, d, h, n = (
        rng.randint(1990, 2027),
        rng.randint(1, 12),
        rng.randint(1, 28),
        rng.randint(0, 23),
        rng.randint(0, 59),
    )
    value = rng.choice(
        (
            f"{y}-{m:02}-{d:02}",
            f"{y}年{m}月{d}日",
            f"{y}/{m}/{d}",
            f"{y}{m:02}{d:02}",
            f"{m}月{d}号{h}点{n}分",
            f"{y}.{m}.{d}",
            f"{_spoken(str(y))}年{cardinal(m)}月{cardinal(d)}号",
            f"{h:02}:{n:02}:{rng.randint(0, 59):02}",
            f"{y}-{m:02}-{d:02} {h:02}:{n:02}:00",
            f"{m}/{d}",
            f"{cardinal(m)}月{cardinal(d)}号",
            f"民國{rng.randint(60, 115)}年{m}月{d}日",
        )
    )
    return rng.choice(
        variants(
            "{}买的|到期日{}|{}那天|有效期至{}|{}之前能到吗|生日是{}|上次是{}打的|日期{}|{}下的单|"
            "從{}開始"
        )
    ).format(value)


def version(rng: random.Random) -> str:
    """Versions and models."""
    value = rng.choice(
        (
            f"{rng.randint(1, 20)}.{rng.randint(0, 30)}.{rng.randint(0, 300)}",
            f"iPhone {rng.randint(8, 17)} Pro",
            f"KF{rng.randint(20, 99)}-{rng.randint(100, 999)}",
            f"v{rng.randint(1, 9)}.{rng.randint(0, 20)}",
            f"D-{rng.randint(1000, 9999)}",
            f"ROM {rng.randint(10, 20)}.{rng.randint(0, 9)}.{rng.randint(0, 99)}",
            f"192.168.{rng.randint(0, 255)}.{rng.randint(1, 254)}",
            f"E{rng.randint(1000, 9999)}",
        )
    )
    return rng.choice(
        variants(
            "版本{}|型号{}|系统升级到{}就这样|报错{}|提示{}|机型是{}|固件 {}|{}的|用的{}|錯誤碼 {}"
        )
    ).format(value)


def service(rng: random.Random) -> str:
    """Numbers of companies and public services."""
    value = rng.choice(
        (
            "10086",
            "10010",
            "10000",
            "12315",
            "12345",
            "12381",
            "95588",
            "95533",
            "96110",
            "95017",
            f"400-{digits(rng, 3)}-{digits(rng, 4)}",
            f"400{digits(rng, 7)}",
            f"800{digits(rng, 7)}",
            "110",
            "119",
            "12306",
            "0800-080-123",
            "0800080090",
            "165",
            "1950",
            "12378",
            "12329",
            "11185",
        )
    )
    return rng.choice(
        variants(
            "我打{}投诉|打了{}没人接|客服热线{}|请拨打{}|{}都打爆了|撥打{}專線|你们{}怎么老占线|"
            "回头打{}|热线是{}吧|官方客服电话{}"
        )
    ).format(_either(rng, value))


def ticket(rng: random.Random) -> str:
    """Tickets, staff numbers, machines, flights, companies."""
    return rng.choice(
        (
            lambda: f"工单号{_either(rng, digits(rng, rng.randint(8, 14)))}您记一下",
            lambda: f"工号{_either(rng, digits(rng, rng.choice((3, 4, 5, 6))))}为您服务",
            lambda: f"受理编号 {_either(rng, digits(rng, 12))}",
            lambda: f"序列号 {rng.choice(('SN', 'C02', 'X'))}{digits(rng, 10)}",
            lambda: (
                f"型号{rng.choice(('XQB', 'KFR', 'BCD'))}-{digits(rng, 3)}W 序号{digits(rng, 12)}"
            ),
            lambda: f"航班CA{digits(rng, 4, '123456789')}",
            lambda: f"G{digits(rng, 3, '123456789')}次列车",
            lambda: f"MU{digits(rng, 4, '123456789')}延误了",
            lambda: f"税号 91{digits(rng, 6)}MA{digits(rng, 6)}X{digits(rng, 1)}",
            lambda: f"統一編號 {digits(rng, 8)}",
            lambda: f"发票号码{digits(rng, 8)}",
            lambda: f"服务单号{digits(rng, 10)}",
            lambda: f"机号{_either(rng, digits(rng, 11, '23456789'))}",
            lambda: f"批次{digits(rng, 8)}",
            lambda: f"商品编号{digits(rng, 9)}",
            lambda: f"基金代码{digits(rng, 6)}",
            lambda: f"股票代码{digits(rng, 6)}",
            lambda: f"取件码{digits(rng, 1)}-{digits(rng, 1)}-{digits(rng, 4)}",
            lambda: f"登机口{digits(rng, 2)}",
            lambda: f"票号{digits(rng, 3)}-{digits(rng, 10)}",
        )
    )()


def tail(rng: random.Random) -> str:
    """Last digits."""
    value = _either(rng, digits(rng, rng.choice((3, 4, 4, 4, 6))))
    return rng.choice(
        variants(
            "尾号{}|后四位{}|身份证后四位{}|手机尾号{}对吗|卡号后四位是{}|末三碼 {}|尾号{}的卡|"
            "身分證後四碼 {}|保单后四位{}|末四碼是{}"
        )
    ).format(value)


def surname(rng: random.Random) -> str:
    """A family name alone, with a title; the agent's own name."""
    family = rng.choice(
        "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐韩曹彭蔡潘田董余叶蒋杜苏魏程丁"
        "任姚沈姜崔陆汪范金石廖夏方白熊秦江薛雷侯龙陶黎贺顾毛龚万钱严武孔"
    )
    return rng.choice(
        variants(
            "{}先生您好|{}女士，感谢来电|我姓{}|免贵姓{}|好的{}小姐|谢谢{}先生|{}经理在吗|"
            "找你们{}主管|{}总上次说的|{}老师 谢谢|是{}阿姨吗|上次那个{}师傅来修的|{}太太 您好|"
            "{}同学|那个{}医生|請問是{}小姐嗎"
        )
    ).format(family)


def talk(rng: random.Random) -> str:
    """Everyday words that look like names and places."""
    return rng.choice(
        variants(
            "我很高兴|方便的话给我回个信|马上就到|麻烦安排一下|你们真是太周到了|关于这个问题|"
            "我明白了 谢谢|应该没问题|路上堵车|白天没人在家|高峰期打不进来|我在人民路那边等|"
            "地铁3号线2号口出来|二楼左转就是|十二号线|三号到五号都行|5栋那边没信号|"
            "我们这个楼有12层|"
            "走到中山路路口|全部退掉|温馨提示|查询一下|单位报销用的|这个金额不对|房子在装修|"
            "花了我半天|国道312线|一楼大厅|第三方支付|双十一买的|六一儿童节|三八妇女节活动|"
            "五一放假|"
            "七七八八加起来|一二三四五 上山打老虎|四五六月都用了|百分之九十五|零点几秒|二零二四款|"
            "一百二十八的套餐|五百兆宽带|三缺一|一来二去|三番五次|千方百计|微信支付失败|"
            "微信里能查吗|"
            "QQ音乐会员|密码忘了怎么办|密码错误5次锁定了|6位数密码|验证码收不到|验证码60秒失效|"
            "邮箱收不到邮件|姓名和证件要一致|名字改不了|怎么称呼您|叫什么名字|请问您贵姓|"
            "地址改不了|"
            "订单取消了|订单号在哪看|护照过期了|身份证丢了|银行卡冻结了|車牌辨識壞掉|我想問一下|"
            "請稍等|好的好的|系統維護中|叫个车|叫师傅快点|叫你们领导来|我是老客户|我是第一次打|"
            "我是听障人士|全程录音的|安全着想|成都那边|海南的机票|江苏移动|石家庄站|金华火腿|"
            "黄山毛峰|白云机场|马来西亚|钱没到账|钱退了吗|时间太长|常见问题|包邮吗|平时几点|"
            "连续三个月|关机重启试试|支持七天无理由"
        )
    )


def measure(rng: random.Random) -> str:
    """Quantities and sizes."""
    return rng.choice(
        (
            lambda: f"用了{rng.randint(10, 9999)}度电",
            lambda: f"流量{rng.randint(1, 999)}.{rng.randint(1, 99)}G",
            lambda: f"积分{rng.randint(1000, 999999)}分",
            lambda: f"{rng.randint(1000, 99999)}毫安的电池",
            lambda: f"跑了{rng.randint(1000, 99999)}公里",
            lambda: f"{rng.randint(150, 190)}cm {rng.randint(80, 180)}斤",
            lambda: f"{rng.randint(1, 999999)}人看过",
            lambda: f"{rng.randint(1000, 9999)}毫升",
            lambda: f"粉丝{rng.randint(10000, 9999999)}",
            lambda: f"排队{rng.randint(1, 300)}人 等{rng.randint(1, 90)}分钟",
            lambda: f"{rng.randint(10, 99)}*{rng.randint(10, 99)}*{rng.randint(10, 99)}",
            lambda: f"利率{rng.randint(1, 20)}.{rng.randint(1000, 9999)}%",
            lambda: f"邮编{digits(rng, 6)}",
            lambda: f"销量{rng.randint(1000, 99999)}+",
            lambda: f"{cardinal(rng.randint(100, 9999))}公里",
            lambda: f"{rng.randint(1, 99)}期 每期{rng.randint(100, 9999)}.{rng.randint(10, 99)}",
        )
    )()


def address_of_page(rng: random.Random) -> str:
    """Web addresses."""
    return rng.choice(
        variants(
            "https://www.example.com/item/{}.html|http://t.cn/{}|www.shop.com/p?id={}|"
            "链接 https://item.example.cn/{}?spm=a1z10.{}|https://example.tw/orders/{}|"
            "官网 example.com.cn"
        )
    ).replace("{}", digits(rng, rng.randint(6, 13)))


KINDS: dict[str, Callable[[random.Random], str]] = {
    "tracking": tracking,
    "amount": amount,
    "order_total": order_total,
    "date": date,
    "version": version,
    "service": service,
    "ticket": ticket,
    "tail": tail,
    "surname": surname,
    "talk": talk,
    "measure": measure,
    "url": address_of_page,
}


def decoys(count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """``count`` of (kind, speaker, text) with no personal information; the same for one seed."""
    rng = random.Random(f"decoys-{seed}")
    kinds = list(KINDS)
    for place in range(count):
        kind = kinds[place % len(kinds)]
        text = KINDS[kind](rng)
        if rng.random() < 0.3:
            text = rng.choice(("嗯 ", "那个 ", "你好，", "就是说", "我跟你讲 ")) + text
        yield (
            kind,
            "agent" if kind in ("ticket", "service") and rng.random() < 0.5 else "customer",
            text,
        )


__all__ = ["KINDS", "decoys", "say"]
