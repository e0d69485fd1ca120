"""Digits in every reading, and the way back to the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy_readings import READINGS

from ccnlp.text.numerals import digit_runs, digits_of, fold, is_digit


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("13800138000", "13800138000"),
        ("１３８ 0013-8000", "13800138000"),
        ("幺三八零零幺三八零零零", "13800138000"),
        ("一三八洞洞幺三八洞洞洞", "13800138000"),
        ("幺三八 嗯 零零幺三 呃八零零零", "13800138000"),
        ("幺三八 两个零 幺三八 三个零", "13800138000"),
        ("连续三个八", "888"),
        ("連續的三個8", "888"),
        ("double 8 triple 0", "88000"),
        ("Double eight 九", "889"),
        ("one three eight", "138"),
        ("两零二六", "2026"),
        ("么三八零零么三八零零零", "13800138000"),
        ("什么三八", "38"),
        ("一么三八", "1138"),
        ("幺三八拐拐勾勾", "1387799"),
        ("1️⃣3️⃣8️⃣", "138"),
        ("①③⑧", "138"),
        ("贰零贰陆", "2026"),
        ("一百二十八块", ""),
        ("第三", ""),
    ],
)
def test_readings(text: str, digits: str) -> None:
    assert digits_of(text) == digits


def test_groups_begin_after_pauses() -> None:
    (run,) = digit_runs("电话 138-0013 8000 好")
    assert (run.digits, run.groups, run.start, run.end) == ("13800138000", (0, 3, 7), 3, 16)
    assert not run.spoken


def test_digits_of_a_repetition_share_its_place() -> None:
    text = "尾号三个八五"
    (run,) = digit_runs(text)
    assert run.digits == "8885"
    assert [text[s:e] for s, e in zip(run.starts, run.ends, strict=True)] == [
        "三个八", "三个八", "三个八", "五",
    ]  # fmt: skip


def test_a_cardinal_takes_no_digit_along() -> None:
    assert [run.digits for run in digit_runs("三三四四十八")] == ["334"]
    assert [run.digits for run in digit_runs("一百二")] == []


@given(
    st.text("0123456789", min_size=1, max_size=25),
    st.sampled_from(["read", "yao", "wide", "zero", "bank"]),
)
def test_a_reading_says_its_number(number: str, reading: str) -> None:
    assert digits_of("".join(READINGS[reading][int(c)] for c in number)) == number


@given(st.text(max_size=80))
def test_runs_point_at_their_text(text: str) -> None:
    last = 0
    for run in digit_runs(text):
        assert last <= run.start < run.end <= len(text)
        assert len(run.digits) == len(run.starts) == len(run.ends)
        assert run.digits.isdigit()
        assert run.digits.isascii()
        assert run.groups[0] == 0
        assert run.groups == tuple(sorted(set(run.groups)))
        assert run.groups[-1] < len(run.digits)
        assert all(run.start <= s < e <= run.end for s, e in zip(run.starts, run.ends, strict=True))
        last = run.end


@given(st.text("0一二三两个 -嗯洞么拐double.，X年百", max_size=60), st.integers(1, 6))
def test_least_leaves_out_short_runs_only(text: str, least: int) -> None:
    longer = [run for run in digit_runs(text) if len(run.digits) >= least]
    assert list(digit_runs(text, least=least)) == longer


@given(st.text(max_size=60))
def test_fold_keeps_lengths(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_fold_and_is_digit() -> None:
    assert fold("幺三八Ａbc么") == "138ABC么"
    assert is_digit("幺")
    assert not is_digit("么")
    assert not is_digit("")
