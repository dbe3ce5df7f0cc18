"""Figures as files: CSV and Excel, each with what every figure in it is."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any, Final
from zoneinfo import ZoneInfo

import xlsxwriter

from ccserver.core.intervals import DEFINITIONS

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

BOM = "\ufeff"
"""Without it Excel reads a CSV file in the code page of the machine."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula (OWASP: CSV injection)."""

_HEAD = ("name", "title", "from", "to")
_MEANING = ("figure", "title", "formula", "variant", "unit")
_ALL = "(all)"
_WIDTHS = (14, 20, 26, 26)

Row = Mapping[str, Any]


def as_csv(rows: Iterable[Row], zone: str) -> bytes:
    """The rows, and under them the definitions. Instants are on the clock of `zone`."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([*_HEAD, *(one.id for one in DEFINITIONS)])
    for row in rows:
        writer.writerow([*map(harmless, _head(row, zone)), *(row[one.id] for one in DEFINITIONS)])
    writer.writerow([])
    writer.writerow(_MEANING)
    writer.writerows([harmless(word) for word in words] for words in _meanings())
    return (BOM + text.getvalue()).encode()


def as_xlsx(rows: Iterable[Row], zone: str) -> bytes:
    """A workbook: the rows on one sheet, the definitions on another."""
    file = BytesIO()
    # Texts stay texts, whatever they begin with, and no address becomes a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        formats = {
            "share": book.add_format({"num_format": "0.0%"}),
            "calls": book.add_format({"num_format": "0"}),
            "ms": book.add_format({"num_format": "0"}),
        }
        sheet = book.add_worksheet("Figures")
        sheet.freeze_panes(1, 2)
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_row(0, 0, [*_HEAD, *(one.id for one in DEFINITIONS)], bold)
        for number, row in enumerate(rows, 1):
            for column, word in enumerate(_head(row, zone)):
                sheet.write_string(number, column, word)
            for column, one in enumerate(DEFINITIONS, len(_HEAD)):
                if row[one.id] is not None:
                    sheet.write_number(number, column, row[one.id], formats[one.unit])
        meaning = book.add_worksheet("Definitions")
        meaning.write_row(0, 0, _MEANING, bold)
        for number, words in enumerate(_meanings(), 1):
            for column, word in enumerate(words):
                meaning.write_string(number, column, word)
        for column, width in enumerate((22, 30, 110, 26, 8)):
            meaning.set_column(column, column, width)
    return file.getvalue()


def _head(row: Row, zone: str) -> tuple[str, ...]:
    name = _ALL if row["name"] is None else str(row["name"])
    return name, str(row["title"]), _local(row["from_at"], zone), _local(row["to_at"], zone)


def _local(at_ms: int, zone: str) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).isoformat(" ")


def _meanings() -> Sequence[tuple[str, ...]]:
    return [(one.id, one.title, one.formula, one.variant, one.unit) for one in DEFINITIONS]


def harmless(word: str) -> str:
    """A text that no spreadsheet runs."""
    return f"'{word}" if word.startswith(_FORMULA) else word
