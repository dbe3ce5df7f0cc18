"""Mandarin, as a bank's hotline says it: 两千零三, 十二元零五分, 上午九点半, 两分钟."""

from datetime import date, time

from ccserver.core.spelled import COMMON_WORDS, decimals, prompts, spelled, tens

_HUNDREDTHS = {"EUR": "euro_cents", "USD": "cents"}
_UNITS = {"CNY": "yuan", "EUR": "euros", "USD": "dollars"}
_COUNTED = (
    *("wan", "yi", "jiao", "fen", *_UNITS.values(), *_HUNDREDTHS.values()),
    *("hours", "minutes", "seconds"),
)
_PARTS_OF_DAY = (
    (6, "w_before_dawn"),
    (12, "w_am"),
    (13, "w_noon"),
    (18, "w_pm"),
    (24, "w_evening"),
)
"""Until which hour each lasts."""

WORDS = COMMON_WORDS | prompts(
    (
        *(f"w_{thousands}000" for thousands in range(1, 10)),
        *(f"w_{unit}" for unit in _COUNTED),
        *(f"w_{unit}_{number}" for unit in _COUNTED for number in (1, 2)),
        *(f"w_clock_{hour}" for hour in range(13)),
        *(name for _, name in _PARTS_OF_DAY),
        *("w_10_inside", "w_1_dictated", "w_year", "w_half"),
    )
)
"""Every prompt that is said here."""


def number(whole: int, digits: str) -> list[str]:
    """A number up to 10^12, and its decimals."""
    return _whole(whole) + decimals(digits)


def amount(whole: int, hundredths: int, currency: str) -> list[str]:
    """Money: 一千元, 两元五角, 十二元零五分, 五角, 十二美元五十美分."""
    words = _counted(whole, _UNITS[currency]) if whole or not hundredths else []
    if not hundredths:
        return words
    if currency in _HUNDREDTHS:
        return words + _counted(hundredths, _HUNDREDTHS[currency])
    jiao, fen = divmod(hundredths, 10)
    if not (words or jiao):
        return _counted(fen, "fen")
    # 二 is 两 when it is the whole amount, and before 角: 两分, 两角二分, 一元零二分.
    words += _counted(jiao, "jiao") if jiao else ["w_0"]
    return words + ([f"w_{fen}", "w_fen"] if fen else [])


def duration(hours: int, minutes: int, seconds: int) -> list[str]:
    """A length of time: 两分钟, 两分三十秒, 一小时零五分钟."""
    words = _counted(hours, "hours") if hours else []
    if minutes:
        words += ["w_0"] if words and minutes < 10 else []
        words += _counted(minutes, "fen" if seconds else "minutes")
    if seconds or not words:
        words += ["w_0"] if words and (seconds < 10 or not minutes) else []
        words += _counted(seconds, "seconds")
    return words


def day(of: date) -> list[str]:
    """二零二六年 十月 一日."""
    return [*spelled(f"{of.year:04}"), "w_year", f"w_month_{of.month}", f"w_day_{of.day}"]


def clock(at: time) -> list[str]:
    """上午九点, 下午两点零五分, 晚上八点半, 中午十二点."""
    words = [next(name for until, name in _PARTS_OF_DAY if at.hour < until)]
    words.append(f"w_clock_{at.hour - 12 if at.hour > 12 else at.hour}")
    if at.minute == 30:
        words.append("w_half")
    elif at.minute:
        words += ["w_0"] if at.minute < 10 else []
        words += [*tens(at.minute), "w_fen"]
    return words


def code(characters: str) -> list[str]:
    """Letters, digits and signs one by one. 一 sounds like 七 on the telephone, so it is 幺."""
    return ["w_1_dictated" if word == "w_1" else word for word in spelled(characters)]


def _counted(count: int, unit: str) -> list[str]:
    """How many of what. 二 becomes 两, and 一 changes its tone: these two are one sound each."""
    return [f"w_{unit}_{count}"] if count in (1, 2) else [*_whole(count), f"w_{unit}"]


def _whole(count: int) -> list[str]:
    """Groups of four digits: how many 亿, how many 万, and the rest. 零 stands for a gap."""
    words: list[str] = []
    left_out = False
    for size, unit in ((10**8, "yi"), (10**4, "wan"), (1, "")):
        group, count = divmod(count, size)
        if group:
            words += ["w_0"] if left_out or (words and group < 1000) else []
            if unit and (group in (1, 2) or group > 9999):
                words += _counted(group, unit)
            else:
                words += [*_group(group, inside=bool(words)), *([f"w_{unit}"] if unit else [])]
        left_out = bool(words) and not group
    return words or ["w_0"]


def _group(count: int, *, inside: bool) -> list[str]:
    """1 to 9999. 十 is 一十, unless the whole number begins with it."""
    thousands, hundreds, rest = count // 1000, count // 100 % 10, count % 100
    words = [f"w_{thousands}000"] if thousands else []
    words += [f"w_{hundreds}00"] if hundreds else []
    words += ["w_0"] if words and rest and (rest < 10 or not hundreds) else []
    if 10 <= rest < 20 and (words or inside):
        words.append("w_10_inside")
        rest -= 10
    return words + tens(rest)
