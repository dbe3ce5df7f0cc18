"""Reads a file of people to be called, CSV or XLSX, row by row, as people make it."""

import csv
import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

from python_calamine import CalamineError, CalamineWorkbook

from ccserver.db.csv_text import (
    CHUNK_BYTES,
    FIELD_MAX,
    ImportFileError,
    delimiter_of,
    header_key,
    in_plain_words,
    open_text,
)
from ccserver.db.customer_file import NAME_MAX, SHORTENED, BadRowError, language_of
from ccserver.numbers import e164, in_use, zone_of

NUMBERS_MAX: Final = 10
LABELS_MAX: Final = 60
LABEL_MAX: Final = 60
VALUE_MAX: Final = 1_000
PRIORITY_MAX: Final = 1_000
UNPACKED_BYTES_MAX: Final = 4 * 1024**3
"""An XLSX is a ZIP: a small one that holds more than this is no list."""

_NUMBER: Final = (
    "number", "numbers", "phone", "phone number", "telephone", "mobile", "cell",
    "号码", "电话", "电话号码", "手机", "手机号", "手机号码", "联系电话", "固话", "座机",
)  # fmt: skip
_OTHERS: Final = {
    "name": ("name", "full name", "customer name", "姓名", "客户姓名", "名称", "联系人"),
    "customer": ("customer", "customer id", "客户编号", "客户号", "客户id"),
    "language": ("language", "语言"),
    "zone": ("zone", "time zone", "timezone", "时区"),
    "priority": ("priority", "优先级"),
    "consent": ("consent", "calling consent", "同意", "外呼授权", "是否同意", "同意外呼"),
    "agent": ("agent", "坐席", "座席", "客服", "坐席工号"),
}  # fmt: skip
COLUMNS: Final = {
    **dict.fromkeys(_NUMBER, "number"),
    **{name: column for column, names in _OTHERS.items() for name in names},
}
_COUNTED: Final = re.compile(r"(.*?\D) ?[0-9]{1,2}")
"""Telephone 2, 电话2: one more of the same."""
_PARTED: Final = re.compile(r"[/;,|、;,\n]")
_YES: Final = frozenset({"yes", "y", "true", "1", "given", "是", "同意", "有"})
_NO: Final = frozenset(
    {"", "no", "n", "false", "0", "refused", "unknown", "否", "不同意", "无", "未知"}
)
_CUSTOMER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_WHOLE: Final = re.compile(r"-?[0-9]{1,5}", re.ASCII)

_Cell = int | float | str | bool | time | date | datetime | timedelta


class Fault(StrEnum):
    """Why a row became no lead."""

    NO_NUMBER = "no_number"
    INVALID = "invalid"
    """No number of it can be in use where it belongs."""
    DUPLICATE = "duplicate"
    DO_NOT_CALL = "do_not_call"
    FORMAT = "format"


class RowFaultError(Exception):
    """A row became no lead. The text says why, for a person."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault


@dataclass(slots=True, kw_only=True)
class Incoming:
    """Somebody whom a file or a filter names."""

    row: int
    """1: the first below the header."""
    numbers: list[str]
    """E.164, the best first, each once."""
    name: str = ""
    customer: str = ""
    language: str = ""
    zone: str = ""
    """IANA, of the first number where nothing else is said."""
    priority: int = 0
    consent: bool = False
    agent: str | None = None
    data: dict[str, str] = field(default_factory=dict)


class LeadFile:
    """An open file. Raises ImportFileError when it cannot be read, or names no column of numbers.

    Blocks, and takes the processor: for a process of its own.
    """

    def __init__(
        self, path: Path, region: str, *, agents: Collection[str] = (), lenient: bool = False
    ) -> None:
        """`region` (ISO 3166-1) is where numbers without a country code belong; `agents` are those
        whom a row may name. `lenient` takes all numbers of a possible length, in use or not."""
        self._region = region
        self._lenient = lenient
        self._agents = frozenset(agents)
        self._zones = available_timezones()
        self._text: TextIOWrapper | None = None
        with path.open("rb") as start:
            is_xlsx = start.read(4) == b"PK\x03\x04"
        self._rows = self._open_xlsx(path) if is_xlsx else self._open_csv(path)
        try:
            self._columns = _Columns(next(self._rows, []))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        if self._text is not None:
            self._text.close()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that is not empty, with its number: 1 is the first below the header. Raises
        ImportFileError where the file is broken."""
        for number, fields in enumerate(self._rows, 1):
            if any(fields):
                yield number, fields

    def lead(self, row: int, fields: Sequence[str]) -> Incoming:
        """Whom the row names. Raises RowFaultError."""
        columns = self._columns
        if len(fields) > columns.count and any(fields[columns.count :]):
            raise RowFaultError(
                Fault.FORMAT, f"{len(fields)} fields, but the header names {columns.count}"
            )
        try:
            made = self._read(row, fields)
        except BadRowError as error:
            raise RowFaultError(Fault.FORMAT, str(error)) from None
        made.numbers = self.numbers(fields)
        made.zone = made.zone or zone_of(made.numbers[0])
        return made

    def _read(self, row: int, fields: Sequence[str]) -> Incoming:
        said = self._columns.said(fields)
        if any("\0" in text for text in fields):
            raise BadRowError("a NUL byte")
        zone, customer, agent = said.get("zone", ""), said.get("customer", ""), said.get("agent")
        if zone and zone not in self._zones:
            raise BadRowError(f"{zone[:40]!r} is no time zone, such as Asia/Shanghai")
        if customer and not _CUSTOMER.fullmatch(customer):
            raise BadRowError(f"{customer[:40]!r} is no customer's id")
        if agent and agent not in self._agents:
            raise BadRowError(f"there is no agent {agent[:40]!r}")
        language = said.get("language")
        return Incoming(
            row=row,
            numbers=[],
            name=_short("name", said.get("name", ""), NAME_MAX),
            customer=customer,
            language=language_of(language) if language else "",
            zone=zone,
            priority=_priority(said.get("priority", "")),
            consent=_consent(said.get("consent", "")),
            agent=agent or None,
            data=self._columns.labels(fields),
        )

    def numbers(self, fields: Sequence[str]) -> list[str]:
        """The row's numbers that can be in use, in E.164: one that cannot is left out when there
        are others. Raises RowFaultError."""
        texts = self._columns.numbers(fields)
        if not texts:
            raise RowFaultError(Fault.NO_NUMBER, "no number")
        numbers: dict[str, None] = {}
        for text in texts:
            number = e164(text, self._region)
            if number is not None and (self._lenient or in_use(number)):
                numbers[number] = None
        if not numbers:
            if any(SHORTENED.fullmatch(text) for text in texts):
                detail = "Excel has shortened the number; format the column as text"
            else:
                detail = f"not a number of its region: {', '.join(texts)[:100]}"
            raise RowFaultError(Fault.INVALID, detail)
        return list(numbers)[:NUMBERS_MAX]

    # -- the two kinds of files

    def _open_csv(self, path: Path) -> Iterator[list[str]]:
        raw = path.open("rb")
        try:
            self._text = open_text(raw)
        except BaseException:
            raw.close()
            raise
        return _csv_rows(self._text)

    def _open_xlsx(self, path: Path) -> Iterator[list[str]]:
        try:
            with zipfile.ZipFile(path) as pack:
                unpacked = sum(part.file_size for part in pack.infolist())
            if unpacked > UNPACKED_BYTES_MAX:
                raise ImportFileError("the workbook is too big; save the sheet as CSV")
            book = CalamineWorkbook.from_path(path)
            sheet = book.get_sheet_by_index(0)
        except (CalamineError, zipfile.BadZipFile, OSError) as error:
            raise ImportFileError(f"this is no workbook that can be read: {error}") from error
        return ([_text(cell) for cell in row] for row in sheet.iter_rows())


class _Columns:
    """What each column of a file is."""

    def __init__(self, header: Sequence[str]) -> None:
        self.count = len(header)
        self._numbers: list[int] = []
        self._fields: dict[str, int] = {}
        self._labels: list[tuple[int, str]] = []
        for n, name in enumerate(header):
            self._take(n, name.strip().strip("\ufeff"))
        if not self._numbers:
            raise ImportFileError(
                f"row 1: no column number (号码, 电话 …) among: {', '.join(header)[:200]}"
            )
        if len(self._labels) > LABELS_MAX:
            raise ImportFileError(f"row 1: {len(self._labels)} more columns; {LABELS_MAX} at most")

    def _take(self, n: int, name: str) -> None:
        key = header_key(name)
        column = COLUMNS.get(key)
        counted = _COUNTED.fullmatch(key)
        if column == "number" or (counted and COLUMNS.get(counted[1]) == "number"):
            self._numbers.append(n)
        elif column is not None and column not in self._fields:
            self._fields[column] = n
        elif name:
            if len(name) > LABEL_MAX or "\0" in name:
                raise ImportFileError(f"row 1: {name[:80]!r} is too long a name of a column")
            self._labels.append((n, name))

    def numbers(self, fields: Sequence[str]) -> list[str]:
        texts = [fields[n] for n in self._numbers if n < len(fields) and fields[n]]
        return [part.strip() for text in texts for part in _PARTED.split(text) if part.strip()]

    def said(self, fields: Sequence[str]) -> dict[str, str]:
        return {column: fields[n] for column, n in self._fields.items() if n < len(fields)}

    def labels(self, fields: Sequence[str]) -> dict[str, str]:
        return {
            name: _short(name, fields[n], VALUE_MAX)
            for n, name in self._labels
            if n < len(fields) and fields[n]
        }


def _csv_rows(text: TextIOWrapper) -> Iterator[list[str]]:
    first = text.readline()
    text.seek(0)
    csv.field_size_limit(FIELD_MAX)
    lines = csv.reader(text, delimiter=delimiter_of(first), strict=True)
    try:
        if first.lower().startswith("sep="):
            next(lines)  # Excel's own note on the delimiter.
        for fields in lines:
            yield [field.strip() for field in fields]
    except csv.Error as error:
        raise ImportFileError(f"line {lines.line_num}: {in_plain_words(error)}") from error
    except UnicodeError as error:
        raise ImportFileError(f"line {lines.line_num} or below: the text is broken") from error


def rows_about(path: Path) -> int:
    """So many rows a file has at most, about; 0: nobody knows yet. Blocks."""
    with path.open("rb") as file:
        if file.read(4) == b"PK\x03\x04":
            return 0
        file.seek(0)
        lines = 0
        while chunk := file.read(CHUNK_BYTES):
            lines += chunk.count(b"\n")
    return max(0, lines - 1)


def _text(cell: _Cell) -> str:
    """A cell of a workbook as people would write it."""
    match cell:
        case str():
            return cell.strip()
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return cell.isoformat(" ")
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)


def _short(name: str, text: str, length_max: int) -> str:
    if len(text) > length_max:
        raise BadRowError(f"{name} of {len(text)} characters; {length_max} at most")
    return text


def _priority(text: str) -> int:
    if not text:
        return 0
    if not _WHOLE.fullmatch(text) or abs(int(text)) > PRIORITY_MAX:
        raise BadRowError(f"{text[:40]!r} is no priority, a whole number up to {PRIORITY_MAX}")
    return int(text)


def _consent(text: str) -> bool:
    said = text.lower()
    if said in _YES:
        return True
    if said not in _NO:
        raise BadRowError(f"{text[:40]!r} is no consent (yes, no)")
    return False
