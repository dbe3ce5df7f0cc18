"""The compliance report as files: PDF for people, CSV with each attempt for machines."""

import csv
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO
from typing import Final
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from ccserver.core.abandonment import Rate
from ccserver.core.detection import Share
from ccserver.db.campaign_figures import DEFINITIONS, CampaignFigures
from ccserver.db.compliance import Attempt, Proof, Ruled
from ccserver.web.compliance_words import Language, word

PDF: Final = "application/pdf"
ABANDONED_MAX: Final = 200
"""So many abandoned attempts are listed."""

CSV_HEAD: Final = (
    "attempt", "campaign", "list", "lead", "number", "caller_id", "mode", "placed_at",
    "answered_at", "clock_at", "connected_at", "ended_at", "answer_to_agent_ms", "result", "heard",
    "message", "agent", "disposition", "rules_sha256", "checks", "pacing", "evidence_seq",
    "evidence_sha256",
)  # fmt: skip

_FONT: Final = "STSong-Light"
"""Adobe's font for simplified Chinese, which readers of PDF bring along."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula (OWASP: CSV injection)."""

_BOM: Final = "\ufeff"
_ROWS_A_CHUNK: Final = 500
_BODY_CHARACTERS: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the PDF tells."""

    campaign: str
    title: str
    zone: str
    made_at: datetime
    figures: CampaignFigures
    proof: Proof
    ruled: Sequence[Ruled]
    abandoned: Sequence[Attempt]
    abandoned_more: int = 0
    """So many more than are listed."""


# -- CSV


async def csv_of(attempts: AsyncIterator[Attempt], zone: str) -> AsyncIterator[bytes]:
    """Each attempt in a line, in pieces of some hundred lines. Instants are on the clock of
    `zone`, with its offset."""
    text = StringIO(_BOM)
    text.seek(0, 2)
    writer = csv.writer(text)
    writer.writerow(CSV_HEAD)
    rows = 0
    async for one in attempts:
        writer.writerow(_row(one, zone))
        rows += 1
        if rows % _ROWS_A_CHUNK == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _row(one: Attempt, zone: str) -> list[object]:
    waited = None
    if one.connected_at is not None and one.answered_at is not None:
        waited = round((one.connected_at - one.answered_at).total_seconds() * 1000)
    checks = "; ".join(
        f"{name}={'passed' if passed else 'failed'} ({detail})"
        for name, passed, detail in one.checks
    )
    instants = (one.placed_at, one.answered_at, one.clock_at, one.connected_at, one.ended_at)
    texts = (one.number, one.caller_id, one.mode)
    ends = (one.result or "", one.heard, one.message, one.agent or "", one.disposition)
    return [
        one.id, _harmless(one.campaign), one.call_list, one.lead, *map(_harmless, texts),
        *("" if at is None else _exact(at, zone) for at in instants),
        waited, *map(_harmless, ends), one.rules, _harmless(checks), _harmless(one.pacing),
        one.seq, one.hash.hex(),
    ]  # fmt: skip


def _harmless(text: str) -> str:
    """A text that no spreadsheet runs. A number in E.164 is no formula, and stays what it is."""
    if text.startswith("+") and text[1:].isdigit():
        return text
    return f"'{text}" if text.startswith(_FORMULA) else text


def _exact(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).isoformat(" ", "milliseconds")


# -- PDF


def pdf_of(report: Report, language: Language) -> bytes:
    """The whole report on A4."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    file = BytesIO()
    document = SimpleDocTemplate(
        file, pagesize=A4, leftMargin=16 * mm, rightMargin=16 * mm, topMargin=15 * mm,
        bottomMargin=15 * mm, title=f"{word(language, 'title')} {report.campaign}",
        author="ccserver",
    )  # fmt: skip
    page = _Page(report, language)
    document.build(
        [
            *page.head(), *page.evidence(), *page.abandonment(), *page.results(), *page.detection(),
            *page.rules(), *page.abandoned(),
        ]
    )  # fmt: skip
    return file.getvalue()


class _Page:
    """Writes the report's parts in one language."""

    def __init__(self, report: Report, language: Language) -> None:
        self._report = report
        self._language = language
        self._text = ParagraphStyle("text", fontName=_FONT, fontSize=9, leading=12, wordWrap="CJK")
        self._small = ParagraphStyle("small", self._text, fontSize=7.5, leading=9.5)
        self._h1 = ParagraphStyle("h1", self._text, fontSize=16, leading=22)
        self._h2 = ParagraphStyle(
            "h2", self._text, fontSize=11.5, leading=15, spaceBefore=9, spaceAfter=3
        )
        self._alarm = ParagraphStyle("alarm", self._text, textColor=colors.firebrick)

    def head(self) -> list[Flowable]:
        one = self._report
        since, until = self._at(one.figures.since), self._at(one.figures.until)
        return [
            self._p(f"{self._w('title')}: {one.title or one.campaign}", self._h1),
            self._p(f"{one.campaign} · {self._w('span', since, until, one.zone)}"),
            self._p(self._w("made", self._at(one.made_at))),
        ]

    def evidence(self) -> list[Flowable]:
        proof = self._report.proof
        verdict = self._w("whole" if proof.holds else "broken")
        faults = [
            self._p(self._w("fault", fault.seq, f"{fault.fault}, {fault.detail}"), self._alarm)
            for fault in proof.chain.faults[:20]
        ]
        return [
            self._p(self._w("evidence"), self._h2),
            self._p(verdict, self._text if proof.holds else self._alarm),
            *faults,
            self._table(
                [
                    (self._w("entries"), str(proof.chain.entries)),
                    (self._w("last"), proof.chain.last_hash.hex()),
                    (self._w("unproven"), str(proof.unproven)),
                    (self._w("differing"), str(proof.differing)),
                ],
                (62, 116),
            ),
        ]

    def abandonment(self) -> list[Flowable]:
        figures = self._report.figures
        rules, found = figures.rules, figures.abandonment
        cap = self._w(
            "cap", _percent(rules.cap), rules.period_seconds / 86_400, rules.connect_seconds,
            rules.clock,
        )  # fmt: skip
        few = [
            (f"{seconds:g} s", "", "", self._w("few"), self._w("answered"))
            for seconds, rate in found.windows
            if rate is None
        ]
        rates = [*found.span, *found.ftc, *found.ofcom, *found.vicidial]
        rates += [rate for _, rate in found.windows if rate is not None]
        head = tuple(map(self._w, ("period", "abandoned", "answered", "rate", "definition")))
        return [
            self._p(self._w("abandonment"), self._h2),
            self._p(cap),
            self._table([head, *map(self._rate, rates), *few], (42, 17, 17, 26, 76)),
        ]

    def results(self) -> list[Flowable]:
        figures = self._report.figures
        counts = figures.counts
        shares = {
            "connect_rate": _percent(counts.connect_rate),
            "right_party_contact": _percent(counts.right_party_contact),
            "penetration": _percent(figures.penetration),
            "conversion": _percent(counts.conversion),
            "dials_per_connect": _number(counts.dials_per_connect),
            "answer_to_agent_ms": " / ".join(map(_number, figures.answer_to_agent_ms)),
        }
        results = sorted(counts.by_result.items())
        return [
            self._p(self._w("results"), self._h2),
            self._table(
                [(self._w("result"), self._w("attempts")), *((k, str(n)) for k, n in results)],
                (50, 30),
            ),
            self._p(self._w("figures"), self._h2),
            self._table(
                [
                    (self._w("figure"), self._w("value"), self._w("definition")),
                    *((name, value, DEFINITIONS[name]) for name, value in shares.items()),
                ],
                (44, 30, 104),
            ),
        ]

    def detection(self) -> list[Flowable]:
        found = self._report.figures.detection
        rows = [
            ("precision", self._share(found.precision)),
            ("recall", self._share(found.recall)),
            ("recall_at_most", _percent(found.recall_at_most)),
            ("missed", self._share(found.missed)),
            ("false_positives", _number(found.false_positives)),
            ("unknown", str(found.unknown)),
        ]
        return [
            self._p(self._w("detection"), self._h2),
            self._table([(self._w(key), value) for key, value in rows], (80, 80)),
        ]

    def rules(self) -> list[Flowable]:
        head = tuple(map(self._w, ("at", "entry", "kind", "what")))
        rows = [
            (self._at(one.at), str(one.seq), one.kind, one.body[:_BODY_CHARACTERS])
            for one in self._report.ruled
        ]
        return [self._p(self._w("rules"), self._h2), self._table([head, *rows], (32, 14, 16, 116))]

    def abandoned(self) -> list[Flowable]:
        head = tuple(map(self._w, ("at", "number", "heard", "message", "entry")))
        rows = [
            (self._at(one.placed_at), one.number, one.heard, one.message, str(one.seq or ""))
            for one in self._report.abandoned
        ]
        more = self._report.abandoned_more
        return [
            self._p(self._w("list"), self._h2),
            self._table([head, *rows], (40, 40, 28, 44, 26)) if rows else self._p(self._w("none")),
            *([self._p(self._w("more", more))] if more else []),
        ]

    def _rate(self, rate: Rate) -> tuple[str, ...]:
        zone = ZoneInfo(self._report.zone)
        begin, end = (
            datetime.fromtimestamp(at, zone).strftime("%m-%d %H:%M")
            for at in (rate.from_at, rate.until_at)
        )
        return (
            f"{begin} - {end}", _number(rate.abandoned), _number(rate.answered),
            _percent(rate.rate), f"{rate.title}: {rate.formula}",
        )  # fmt: skip

    def _share(self, share: Share | None) -> str:
        if share is None:
            return self._w("not_known")
        interval = f"{_percent(share.low)} - {_percent(share.high)}"
        return f"{_percent(share.value)} ({interval}, 95 %, n = {share.known})"

    def _table(self, rows: Sequence[Sequence[str]], widths_mm: Sequence[float]) -> Flowable:
        cells = [[self._p(cell, self._small) for cell in row] for row in rows]
        table = Table(cells, colWidths=[width * mm for width in widths_mm], hAlign="LEFT")
        table.setStyle(
            TableStyle(
                [
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey),
                    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                ]
            )
        )
        return table

    def _p(self, text: str, style: ParagraphStyle | None = None) -> Paragraph:
        return Paragraph(escape(text), style or self._text)

    def _w(self, key: str, *values: object) -> str:
        return word(self._language, key, *values)

    def _at(self, at: datetime) -> str:
        return at.astimezone(ZoneInfo(self._report.zone)).strftime("%Y-%m-%d %H:%M:%S")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.4g}" if value < 10_000 else f"{value:,.0f}"
