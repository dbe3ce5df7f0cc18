"""Reads a customers' file as people make it: Excel's CSV in Chinese or English, row by row."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import TypeVar

from ccserver.core.value import Consent, Tier
from ccserver.db.csv_text import (
    FIELD_MAX,
    ImportFileError,
    delimiter_of,
    header_key,
    in_plain_words,
    open_text,
)
from ccserver.numbers import e164

T = TypeVar("T")

NAME_MAX = 200
NOTES_MAX = 4_000
REGION_MAX = 100
ADDRESS_MAX = 500
REVENUE_MAX = 1e12
ORDERS_MAX = 100_000.0
COMPLAINTS_MAX = 10_000

HEADERS = {
    "number": "number", "phone": "number", "telephone": "number", "mobile": "number",
    "号码": "number", "电话": "number", "电话号码": "number",
    "手机": "number", "手机号": "number", "手机号码": "number",
    "name": "name", "姓名": "name", "客户姓名": "name", "名称": "name",
    "tier": "tier", "level": "tier", "等级": "tier", "级别": "tier", "客户等级": "tier",
    "value": "value", "价值": "value", "客户价值": "value",
    "language": "language", "语言": "language",
    "notes": "notes", "note": "notes", "备注": "notes",
    "region": "region", "地区": "region", "区域": "region", "省份": "region",
    "address": "address", "地址": "address", "住址": "address", "客户地址": "address",
    "联系地址": "address",
    "revenue": "revenue", "revenue per year": "revenue", "yearly revenue": "revenue",
    "年消费": "revenue", "年消费额": "revenue", "年消费金额": "revenue", "年收入": "revenue",
    "last purchase": "last_purchase", "last purchase on": "last_purchase",
    "最近购买": "last_purchase", "最近购买日期": "last_purchase", "最近消费日期": "last_purchase",
    "orders": "orders", "orders per year": "orders", "年订单数": "orders", "年购买次数": "orders",
    "customer since": "since", "since": "since",
    "开户日期": "since", "入网日期": "since", "注册日期": "since", "客户起始日期": "since",
    "complaints": "complaints", "open complaints": "complaints",
    "未结投诉": "complaints", "未结投诉数": "complaints", "未处理投诉": "complaints",
    "churn": "churn", "churn risk": "churn", "流失风险": "churn", "流失概率": "churn",
    "recording consent": "consent", "录音授权": "consent", "录音同意": "consent", "录音": "consent",
}  # fmt: skip

TIERS = {
    **{str(tier): tier for tier in Tier},
    "铂金": Tier.PLATINUM, "白金": Tier.PLATINUM,
    "金": Tier.GOLD, "黄金": Tier.GOLD, "金卡": Tier.GOLD,
    "银": Tier.SILVER, "白银": Tier.SILVER, "银卡": Tier.SILVER,
    "普通": Tier.STANDARD, "标准": Tier.STANDARD,
}  # fmt: skip

CONSENTS = {
    **{str(consent): consent for consent in Consent},
    "yes": Consent.GIVEN, "是": Consent.GIVEN, "同意": Consent.GIVEN,
    "no": Consent.REFUSED, "否": Consent.REFUSED, "拒绝": Consent.REFUSED,
    "不同意": Consent.REFUSED, "未知": Consent.UNKNOWN,
}  # fmt: skip

LANGUAGES = {
    "中文": "zh", "汉语": "zh", "普通话": "zh", "chinese": "zh",
    "英文": "en", "英语": "en", "english": "en",
}  # fmt: skip

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.ASCII)
_MONEY = re.compile(r"[¥￥$€£]?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*(万)?\s*元?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))(?:[ T].*)?", re.ASCII
)
"""Year, month and day; Excel may add a time of day."""
SHORTENED = re.compile(r"\d(\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
"""A number that Excel has made short, as 1.38E+10: what it was nobody knows."""


class BadRowError(ValueError):
    """One row cannot be taken. The text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One customer in the file. None: the file does not say."""

    line: int
    number: str
    name: str | None
    tier: Tier | None
    value: float | None
    language: str | None
    notes: str | None
    region: str | None
    revenue: float | None
    """A year's, in the operator's money."""
    last_purchase: date | None
    orders: float | None
    """A year's."""
    since: date | None
    complaints: int | None
    churn: float | None
    consent: Consent | None
    """What the customer has said about being recorded."""
    address: str | None


class CustomerFile:
    """An open file. Raises ImportFileError when it cannot be read as CSV with a number column."""

    def __init__(self, path: Path, region: str) -> None:
        """`region` (ISO 3166-1) is where numbers without a country code belong."""
        self.size_bytes = path.stat().st_size
        self._region = region
        self._raw: BufferedReader = path.open("rb")
        try:
            self._text = open_text(self._raw)
            delimiter = delimiter_of(self._text.readline())
            self._text.seek(0)
            csv.field_size_limit(FIELD_MAX)
            self._lines = csv.reader(self._text, delimiter=delimiter, strict=True)
            self.header = self._start()
        except BaseException:
            self._raw.close()
            raise
        known = [(HEADERS.get(header_key(name)), n) for n, name in enumerate(self.header)]
        self._columns = {name: n for name, n in reversed(known) if name}
        self.ignored = [
            name for name in self.header if name.strip() and header_key(name) not in HEADERS
        ]
        if "number" not in self._columns:
            self.close()
            found = ", ".join(self.header)[:200]
            raise ImportFileError(f"line 1: no column number (号码, 电话 …) among: {found}")

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    @property
    def read_bytes(self) -> int:
        """How far the file has been read."""
        return self._raw.tell()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that is not empty, with the number of the line on which it begins."""
        line = self._lines.line_num + 1
        try:
            for fields in self._lines:
                if any(fields):
                    yield line, fields
                line = self._lines.line_num + 1
        except csv.Error as error:
            raise ImportFileError(f"line {line}: {in_plain_words(error)}") from error
        except UnicodeError as error:
            raise ImportFileError(f"line {line} or below: the text is broken ({error})") from error

    def customer(self, line: int, fields: list[str]) -> Row:
        """What the row says. Raises BadRowError."""
        if len(fields) > len(self.header):
            raise BadRowError(f"{len(fields)} fields, but the header names {len(self.header)}")
        if any("\0" in field for field in fields):
            raise BadRowError("a NUL byte")
        read = partial(self._read, fields)
        return Row(
            line=line,
            number=_number(self._field(fields, "number"), self._region),
            name=read("name", partial(_short, NAME_MAX, "name")),
            tier=read("tier", _tier),
            value=read("value", partial(_share, "value")),
            language=read("language", language_of),
            notes=read("notes", partial(_short, NOTES_MAX, "notes")),
            region=read("region", partial(_short, REGION_MAX, "region")),
            revenue=read("revenue", _money),
            last_purchase=read("last_purchase", _date),
            orders=read("orders", _orders),
            since=read("since", _date),
            complaints=read("complaints", _complaints),
            churn=read("churn", partial(_share, "risk")),
            consent=read("consent", _consent),
            address=read("address", partial(_short, ADDRESS_MAX, "address")),
        )

    def _read(self, fields: list[str], name: str, parse: Callable[[str], T]) -> T | None:
        text = self._field(fields, name)
        return None if text is None else parse(text)

    def _field(self, fields: list[str], name: str) -> str | None:
        column = self._columns.get(name)
        if column is None or column >= len(fields):
            return None
        return fields[column].strip() or None

    def _start(self) -> list[str]:
        try:
            header = next(self._lines, [])
            if header and header[0].lower().startswith("sep="):
                header = next(self._lines, [])  # Excel's own note on the delimiter.
        except csv.Error as error:
            raise ImportFileError(f"line 1: {in_plain_words(error)}") from error
        return header


def _number(text: str | None, region: str) -> str:
    if text is None:
        raise BadRowError("no number")
    if "/" in text or "、" in text or "\n" in text:
        raise BadRowError("more than one number; give each its own row")
    if SHORTENED.fullmatch(text):
        raise BadRowError(f"{text!r}: Excel has shortened the number; format the column as text")
    number = e164(text, region)
    if number is None:
        raise BadRowError(f"{text[:40]!r} is no telephone number")
    return number


def _short(length_max: int, name: str, text: str) -> str:
    if len(text) > length_max:
        raise BadRowError(f"{name} of {len(text)} characters; {length_max} at most")
    return text


def _tier(text: str) -> Tier:
    tier = TIERS.get(text.lower())
    if tier is None:
        raise BadRowError(f"{text[:40]!r} is no tier (platinum, gold, silver, standard)")
    return tier


def _consent(text: str) -> Consent:
    consent = CONSENTS.get(text.lower())
    if consent is None:
        raise BadRowError(
            f"{text[:40]!r} is no consent to being recorded (given, refused, unknown)"
        )
    return consent


def _share(name: str, text: str) -> float:
    try:
        share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise BadRowError(f"{text[:40]!r} is no {name} from 0 to 1")
    return share


def _money(text: str) -> float:
    found = _MONEY.fullmatch(text)
    if found is None:
        raise BadRowError(f"{text[:40]!r} is no amount of money, such as 12,800.50 or 1.28万")
    money = float(found[1].replace(",", "") + (found[2] or "")) * (10_000 if found[3] else 1)
    if money > REVENUE_MAX:
        raise BadRowError(f"{text[:40]!r} is too much money; {REVENUE_MAX:,.0f} at most")
    return money


def _date(text: str) -> date:
    found = _DATE.fullmatch(text)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2] or found[4]), int(found[3] or found[5]))
    except ValueError:
        pass  # The 31st of June, say.
    raise BadRowError(f"{text[:40]!r} is no date; write year, month and day, such as 2026-05-31")


def _orders(text: str) -> float:
    try:
        orders = float(text)
    except ValueError:
        orders = -1.0
    if not 0 <= orders <= ORDERS_MAX:
        raise BadRowError(f"{text[:40]!r} is no number of orders a year, 0 to {ORDERS_MAX:,.0f}")
    return orders


def _complaints(text: str) -> int:
    # Excel writes 2.0 where a column of whole numbers has gaps.
    whole = text.removesuffix(".0")
    if not (
        whole.isascii() and whole.isdigit() and len(whole) < 9 and int(whole) <= COMPLAINTS_MAX
    ):
        raise BadRowError(f"{text[:40]!r} is no number of complaints, 0 to {COMPLAINTS_MAX:,}")
    return int(whole)


def language_of(text: str) -> str:
    """BCP 47 of a language as people write it: zh, en, 中文. Raises BadRowError."""
    known = LANGUAGES.get(text.lower())
    if known is not None:
        return known
    if not _LANGUAGE.fullmatch(text.lower()):
        raise BadRowError(f"{text[:40]!r} is no language (zh, en …)")
    return text
