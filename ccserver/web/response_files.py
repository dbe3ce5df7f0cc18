"""Answers to a questionnaire as files: CSV and Excel, a row for each response."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from typing import Final
from zoneinfo import ZoneInfo

import xlsxwriter

from ccserver.core.questionnaire import Answer
from ccserver.db.questionnaires import Response
from ccserver.web.interval_files import BOM, harmless

_HEAD: Final = (
    "started", "completed", "contact", "customer", "agent", "queue", "campaign", "lead", "way",
    "language", "version", "opted_out",
)  # fmt: skip

Cell = str | int


def as_csv(questions: Sequence[str], responses: Sequence[Response], zone: str) -> bytes:
    """Instants are on the clock of `zone` (IANA)."""
    text = StringIO()
    writer = csv.writer(text)
    for row in _rows(questions, responses, zone):
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return (BOM + text.getvalue()).encode()


def as_xlsx(questions: Sequence[str], responses: Sequence[Response], zone: str) -> bytes:
    """A workbook with one sheet. Instants are on the clock of `zone` (IANA)."""
    file = BytesIO()
    # Texts stay texts, whatever they begin with, and no address becomes a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("Responses")
        sheet.freeze_panes(1, 1)
        for number, row in enumerate(_rows(questions, responses, zone)):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                else:
                    sheet.write_number(number, column, cell)
    return file.getvalue()


def _rows(
    questions: Sequence[str], responses: Sequence[Response], zone: str
) -> Iterator[list[Cell]]:
    labels = sorted({label for one in responses for label in one.data})
    # Answers to questions that an older version had are not lost.
    asked = list(dict.fromkeys([*questions, *(name for one in responses for name in one.answers)]))
    yield [*_HEAD, *labels, *asked]
    for one in responses:
        yield [
            _local(one.started_at, zone),
            _local(one.completed_at, zone),
            one.contact,
            one.customer,
            one.agent or "",
            one.queue or "",
            one.campaign,
            "" if one.lead is None else one.lead,
            one.way,
            one.language,
            one.version,
            int(one.opted_out),
            *(one.data.get(label, "") for label in labels),
            *(_cell(one.answers.get(name)) for name in asked),
        ]


def _cell(answer: Answer | None) -> Cell:
    if answer is None:
        return ""
    return ", ".join(answer) if isinstance(answer, tuple) else answer


def _local(at: datetime | None, zone: str) -> str:
    return "" if at is None else at.astimezone(ZoneInfo(zone)).isoformat(" ", "seconds")
