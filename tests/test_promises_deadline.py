"""Deadlines in words: golden cases, and properties over all numbers, scripts and moments."""

from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given, settings

from ccnlp.promises.calendar import Calendar, due, moment
from ccnlp.promises.deadline import By, Within, deadlines
from ccnlp.promises.rules import load_promise_rules
from ccnlp.text.cardinals import cardinal

CHINA = load_promise_rules().calendar
ZONE = CHINA.zone
#: A Wednesday morning.
SAID = datetime(2026, 3, 4, 10, 30, tzinfo=ZONE)


def until(text: str, said: datetime = SAID, days: Calendar = CHINA) -> str | None:
    (one,) = deadlines(text)
    end = due(one.said, said, days)
    return None if end is None else end.strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24小时内回电", "03-05 10:30"),
        ("二十四小時內會有專員致電", "03-05 10:30"),
        ("四八小时内", "03-06 10:30"),
        ("明天下午三点前", "03-05 15:00"),
        ("三到五个工作日到账", "03-12 00:00"),
        ("今天之内", "03-05 00:00"),
        ("聽日下晝三點鐘前", "03-05 15:00"),
        ("兩三天", "03-08 00:00"),
        ("三五天", "03-10 00:00"),
        ("一个半小时", "03-04 12:00"),
        ("师傅大概半个小时到", "03-04 11:00"),
        ("半个月内", "03-20 00:00"),
        ("一刻钟", "03-04 10:45"),
        ("下周三前", "03-12 00:00"),
        ("禮拜五前", "03-07 00:00"),
        ("周三给您答复", "03-05 00:00"),
        ("月底前寄出", "04-01 00:00"),
        ("下个月5号", "04-06 00:00"),
        ("15号之前", "03-16 00:00"),
        ("2号之前", "04-03 00:00"),
        ("3月16日前上门安装", "03-17 00:00"),
        ("本月31日23:59前有效", "03-31 23:59"),
        ("今天20点前到您付款账户", "03-04 20:00"),
        ("八点前发至您手机", "03-04 20:00"),
        ("十二点前", "03-04 12:00"),
        ("三点半", "03-04 15:30"),
        ("明天三点", "03-05 15:00"),
        ("明天10点至12点上门", "03-05 12:00"),
        ("今晚22点前", "03-04 22:00"),
        ("明天中午前", "03-05 12:00"),
        ("今天下班前", "03-04 18:00"),
        ("明晚八点", "03-05 20:00"),
        ("今晚十二点前", "03-05 00:00"),
        ("第2天晚上", "03-06 00:00"),
        ("三 到 五 个 工作日", "03-12 00:00"),
        ("8-10星期", "05-14 00:00"),
        ("24/48小时内", "03-06 10:30"),
        ("二十四小时到四十八小时", "03-06 10:30"),
        ("120小时内", "03-09 10:30"),
        ("本周内", "03-09 00:00"),
        ("大後天", "03-08 00:00"),
    ],
)  # fmt: skip
def test_until_when(text: str, expected: str) -> None:
    assert until(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "十分抱歉", "有两点建议", "快一点", "每两小时汇报一次", "三天前买的", "您等了三天",
        "10号楼",
        "7天无理由", "一周一次", "超过三天", "工号1032号", "24小时热线", "第三天了",
        "我已经三天没睡",
        "出货后三天", "审核完三天到账", "孕30周", "出发前一天", "尽快给您回电",
        "客服一号", "20号线", "",
    ],
)  # fmt: skip
def test_no_deadline(text: str) -> None:
    assert deadlines(text) == []


def test_a_deadline_that_is_past_already_is_none() -> None:
    assert until("今天上午", SAID.replace(hour=15)) is None


def test_a_clock_of_twelve_hours_means_the_next_time() -> None:
    assert until("八点前", SAID.replace(hour=21)) == "03-05 08:00"
    assert until("今天十点前", SAID.replace(hour=13)) == "03-04 22:00"


def test_several_deadlines_of_one_turn() -> None:
    text = "今天提交,三到五个工作日到账,明天下午给您打电话"
    assert [text[d.start : d.end] for d in deadlines(text)] == [
        "今天",
        "三到五个工作日",
        "明天下午",
    ]


def test_working_days_leave_out_holidays_and_count_worked_weekends() -> None:
    # said on Wednesday before the Spring Festival of 2026 (15..23 February, 14th and 28th worked)
    before = datetime(2026, 2, 11, 9, 0, tzinfo=ZONE)
    assert until("三个工作日", before) == "02-15 00:00"  # 12, 13, Saturday 14
    assert until("四个工作日", before) == "02-25 00:00"  # and Tuesday 24
    assert until("三个工作日", before, Calendar()) == "02-17 00:00"  # without a list of holidays


def test_times_of_another_zone_are_turned() -> None:
    assert moment("2026-03-04T02:30:00Z", CHINA) == SAID
    assert moment("2026-03-04T10:30:00", CHINA) == SAID
    assert moment("2026-03-04", CHINA) == datetime(2026, 3, 5, tzinfo=ZONE)
    assert moment("soon", CHINA) is None
    night = datetime(2026, 3, 3, 17, 0, tzinfo=timezone(timedelta(0)))
    assert until("今天之内", night) == "03-05 00:00"  # in China it is the fourth already


_DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """A number below 1000 as it is said."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        said += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        said += "零"
    return said + (_DIGITS[ones] if ones or not number else "")


@settings(deadline=None)
@given(st.integers(0, 999))
def test_every_number_as_it_is_said(number: int) -> None:
    assert cardinal(chinese(number)) == number
    assert cardinal(str(number)) == number


_UNITS = {
    "分钟": "minute", "小时": "hour", "个钟头": "hour", "天": "day", "个工作日": "workday",
    "个星期": "week", "个月": "month",
}  # fmt: skip
_TRADITIONAL = str.maketrans("钟时个间内两给电", "鐘時個間內兩給電")
_WIDE = {ord("0") + i: 0xFF10 + i for i in range(10)}
_around = st.text(alphabet="好的您放心我会,给您 电话。😊", max_size=8)


@settings(deadline=None)
@given(
    number=st.integers(1, 999), unit=st.sampled_from(sorted(_UNITS)), before=_around, after=_around,
    spoken=st.booleans(), traditional=st.booleans(), tail=st.sampled_from(["内", "之内", "以内"]),
)  # fmt: skip
def test_every_length_in_every_writing(
    number: int, unit: str, before: str, after: str, spoken: bool, traditional: bool, tail: str
) -> None:
    said = (chinese(number) if spoken else str(number)) + unit + tail
    said = said.translate(_TRADITIONAL) if traditional else said.translate(_WIDE)
    text = before + said + after
    (one,) = deadlines(text)
    assert text[one.start : one.end] == said
    assert one.said == Within(float(number), _UNITS[unit])  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.integers(1, 23), st.integers(0, 59))
def test_every_time_of_a_day(hour: int, minute: int) -> None:
    (one,) = deadlines(f"明天{hour}:{minute:02d}前")
    assert isinstance(one.said, By)
    assert one.said.minute == hour * 60 + minute
    half = "下午" if hour > 12 else "上午"
    spoken = f"明天{half}{chinese(hour - 12 if hour > 12 else hour)}点{chinese(minute)}分前"
    assume(minute)
    (one,) = deadlines(spoken)
    assert due(one.said, SAID, CHINA) == datetime(2026, 3, 5, hour, minute, tzinfo=ZONE)


_moments = st.datetimes(
    datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(ZONE)
)  # fmt: skip
_phrases = st.sampled_from(
    ["24小时内", "三个工作日", "明天三点前", "周五前", "下周一", "月底前", "15号", "2月30号",
     "年底前", "五点前", "今晚八点", "半个月", "两三天", "下下周二", "12月1日", "下个月31号",
     "夜里两点"]
)  # fmt: skip


@settings(deadline=None)
@given(_phrases, _moments)
def test_a_deadline_lies_ahead_or_is_none(phrase: str, said: datetime) -> None:
    (one,) = deadlines(phrase)
    end = due(one.said, said, CHINA)
    assert end is None or end > said
    if phrase not in ("明天三点前", "今晚八点", "夜里两点"):
        assert end is not None


@settings(deadline=None)
@given(st.integers(1, 60), _moments)
def test_so_many_working_days_lie_between(count: int, said: datetime) -> None:
    end = due(Within(float(count), "workday"), said, CHINA)
    assert end is not None
    last = end.date() - timedelta(days=1)
    between: list[date] = [
        said.date() + timedelta(days=n) for n in range(1, (last - said.date()).days + 1)
    ]
    assert sum(map(CHINA.is_working, between)) == count
    assert CHINA.is_working(last)


@settings(deadline=None)
@given(
    st.text(
        alphabet="三五两半天个工作日月周时点号明后今前内之到-:/.0123456789 下上午晚\u3000二十",
        max_size=40,
    )
)
def test_any_text_is_read_without_harm(text: str) -> None:
    found = deadlines(text)
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        due(one.said, SAID, CHINA)
    assert all(a.end <= b.start for a, b in pairwise(found))
