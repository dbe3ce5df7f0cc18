"""Mandarin, held against what people say and against a second way of counting."""

import re
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.spoken import CURRENCIES, WHOLE_MAX, Form, spoken
from tests.core.said import said

DIGITS = "零一二三四五六七八九"
# Mostly zeros: the gaps are what is hard.
GAPPY = st.text("00000129", min_size=1, max_size=12).map(int)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "零"),
        ("2", "二"),
        ("10", "十"),
        ("12", "十二"),
        ("20", "二十"),
        ("22", "二十二"),
        ("100", "一百"),
        ("102", "一百零二"),
        ("110", "一百一十"),
        ("112", "一百一十二"),
        ("200", "两百"),
        ("222", "两百二十二"),
        ("1000", "一千"),
        ("1003", "一千零三"),
        ("1010", "一千零一十"),
        ("1203", "一千两百零三"),
        ("2000", "两千"),
        ("2012", "两千零一十二"),
        ("10000", "一万"),
        ("10001", "一万零一"),
        ("10010", "一万零一十"),
        ("20000", "两万"),
        ("22222", "两万两千两百二十二"),
        ("100000", "十万"),
        ("105000", "十万五千"),
        ("120000", "十二万"),
        ("1000500", "一百万零五百"),
        ("1010000", "一百零一万"),
        ("10000000", "一千万"),
        ("100000000", "一亿"),
        ("100001000", "一亿零一千"),
        ("100020000", "一亿零两万"),
        ("100120000", "一亿零一十二万"),
        ("200000002", "两亿零二"),
        ("1000000000", "十亿"),
        ("1200050000", "十二亿零五万"),
        ("110000000000", "一千一百亿"),
        ("1000000000000", "一万亿"),
        ("-12", "负十二"),
        ("-0.5", "负零点五"),
        ("3.5", "三点五"),
        ("2.10", "二点一零"),
        ("0007", "七"),
        ("-0.0", "零点零"),
    ],
)
def test_numbers(value: str, text: str) -> None:
    assert said(Form.NUMBER, value, "zh") == text


def schoolbook(number: int) -> str:
    """Digit by digit, each with its place; then the exceptions."""
    digits, text, last = str(number), "", 0
    for power, digit in zip(reversed(range(len(digits))), digits, strict=True):
        if digit != "0":
            # A gap is not heard where a group of four just ends round and the next begins full.
            heard = power % 4 != 3 or last // 4 - power // 4 > 1
            text += "零" if text and last - power > 1 and heard else ""
            text += DIGITS[int(digit)] + ["", "十", "百", "千"][power % 4]
            last = power
        if power in (4, 8) and number // 10**power % 10**4:
            text += "万" if power == 4 else "亿"
    text = re.sub("^一十", "十", text)
    text = re.sub("二(?=[百千])", "两", text)
    return re.sub("(^|亿零)二(?=[万亿])", r"\1两", text) or "零"


@given(GAPPY | st.integers(0, WHOLE_MAX - 1))
def test_numbers_are_counted_as_in_school(number: int) -> None:
    assert said(Form.NUMBER, str(number), "zh") == schoolbook(number)


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        ("0", "CNY", "零元"),
        ("0.00", "CNY", "零元"),
        ("1", "CNY", "一元"),
        ("2", "CNY", "两元"),
        ("10", "CNY", "十元"),
        ("12.00", "CNY", "十二元"),
        ("2.50", "CNY", "两元五角"),
        ("2.5", "CNY", "两元五角"),
        ("2.5000", "CNY", "两元五角"),
        ("12.05", "CNY", "十二元零五分"),
        ("12.02", "CNY", "十二元零二分"),
        ("12.56", "CNY", "十二元五角六分"),
        ("12.22", "CNY", "十二元两角二分"),
        ("0.5", "CNY", "五角"),
        ("0.56", "CNY", "五角六分"),
        ("0.01", "CNY", "一分"),
        ("0.02", "CNY", "两分"),
        ("0.05", "CNY", "五分"),
        ("1234.50", "CNY", "一千两百三十四元五角"),
        ("10000", "CNY", "一万元"),
        ("-12.50", "CNY", "负十二元五角"),
        ("1", "USD", "一美元"),
        ("12.50", "USD", "十二美元五十美分"),
        ("2.02", "USD", "两美元两美分"),
        ("0.01", "USD", "一美分"),
        ("0", "EUR", "零欧元"),
        ("1.01", "EUR", "一欧元一欧分"),
        ("1234.05", "EUR", "一千两百三十四欧元五欧分"),
    ],
)
def test_amounts(value: str, currency: str, text: str) -> None:
    assert said(Form.AMOUNT, value, "zh", currency) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-10-01", "二零二六年十月一日"),
        ("1911-01-11", "一九一一年一月十一日"),
        ("2028-02-29", "二零二八年二月二十九日"),
        ("2026-12-31T23:59:59.5+08:00", "二零二六年十二月三十一日"),
        ("0999-05-20", "零九九九年五月二十日"),
    ],
)
def test_dates(value: str, text: str) -> None:
    assert said(Form.DATE, value, "zh") == text


@given(st.dates(date(1000, 1, 1)))
def test_a_date_is_four_digits_and_month_and_day(day: date) -> None:
    year = "".join(DIGITS[int(digit)] for digit in f"{day.year}")
    month, of_month = schoolbook(day.month), schoolbook(day.day)
    assert said(Form.DATE, day.isoformat(), "zh") == f"{year}年{month}月{of_month}日"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("00:00", "凌晨零点"),
        ("00:30", "凌晨零点半"),
        ("02:02", "凌晨两点零二分"),
        ("05:59", "凌晨五点五十九分"),
        ("06:00", "上午六点"),
        ("09:30", "上午九点半"),
        ("9:05", "上午九点零五分"),
        ("11:10", "上午十一点十分"),
        ("12:00", "中午十二点"),
        ("12:15", "中午十二点十五分"),
        ("13:00", "下午一点"),
        ("14:20", "下午两点二十分"),
        ("17:59", "下午五点五十九分"),
        ("18:00", "晚上六点"),
        ("23:01", "晚上十一点零一分"),
        ("2026-10-01T20:45:30+08:00", "晚上八点四十五分"),
    ],
)
def test_times(value: str, text: str) -> None:
    assert said(Form.TIME, value, "zh") == text


@given(st.times(), st.times())
def test_two_times_never_sound_the_same(one: time, other: time) -> None:
    same = (one.hour, one.minute) == (other.hour, other.minute)
    heard = [spoken(Form.TIME, f"{at:%H:%M}", "zh") for at in (one, other)]
    assert (heard[0] == heard[1]) == same


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "零秒"),
        ("1", "一秒"),
        ("2", "两秒"),
        ("45", "四十五秒"),
        ("60", "一分钟"),
        ("120", "两分钟"),
        ("150", "两分三十秒"),
        ("125", "两分零五秒"),
        ("600", "十分钟"),
        ("3600", "一小时"),
        ("3605", "一小时零五秒"),
        ("3630", "一小时零三十秒"),
        ("3900", "一小时零五分钟"),
        ("4500", "一小时十五分钟"),
        ("7322", "两小时零两分零两秒"),
        ("90000", "二十五小时"),
    ],
)
def test_durations(value: str, text: str) -> None:
    assert said(Form.DURATION, value, "zh") == text


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_two_durations_never_sound_the_same(one: int, other: int) -> None:
    heard = [said(Form.DURATION, str(seconds), "zh") for seconds in (one, other)]
    assert (heard[0] == heard[1]) == (one == other)


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (Form.DIGITS, "13800", "幺三八零零"),
        (Form.DIGITS, "+86 21", "加八六二幺"),
        (Form.DIGITS, "*21#", "星号二幺井号"),
        (Form.DIGITS, "010-1234", "零幺零幺二三四"),
        (Form.SPELL, "AB12-C", "AB幺二杠C"),
        (Form.SPELL, "a.b/c_d", "A点B斜杠C下划线D"),
        (Form.SPELL, "z 1", "zee幺"),
    ],
)
def test_codes(form: Form, value: str, text: str) -> None:
    assert said(form, value, "zh") == text


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
@given(whole=st.integers(0, 10**6), hundredths=st.integers(0, 99))
def test_an_amount_names_its_whole_part_and_its_hundredths(
    currency: str, whole: int, hundredths: int
) -> None:
    heard = said(Form.AMOUNT, f"{whole}.{hundredths:02}", "zh", currency)
    unit = {"CNY": "元", "EUR": "欧元", "USD": "美元"}[currency]
    before, _, behind = heard.rpartition(unit)
    count = "两" if whole == 2 else schoolbook(whole)
    assert before == (count if whole or not hundredths else "")
    assert bool(behind) == bool(hundredths)
