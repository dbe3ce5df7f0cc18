"""The compliance report as files."""

import base64
import re
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ccserver.core.abandonment import Live, Rate, whole_span, worst_window
from ccserver.core.campaigns import AbandonRules
from ccserver.core.detection import Heard, detection
from ccserver.core.evidence import EvidenceFault, FoundFault, Verified
from ccserver.db.campaign_figures import Abandonment, CampaignFigures, Counts, ListFigures
from ccserver.db.compliance import Attempt, Proof, Ruled
from ccserver.web.compliance_files import CSV_HEAD, Report, csv_of, pdf_of

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
ATTEMPT = Attempt(
    id=UUID(int=7), campaign="reminder", call_list=1, lead=2, number="+8613800000001",
    caller_id="+8653112345", mode="predictive", placed_at=NOON, answered_at=None, clock_at=None,
    connected_at=None, ended_at=None, result=None, heard="", message="", agent=None, disposition="",
    rules="ab", checks=(("consent", False, "=none, ever"),), pacing="=1+1", seq=None, hash=b"",
)  # fmt: skip
LIVE = Live(answered_at=0, clock_at=0, connected_at=0.1, ended_at=60, abandoned=False)
FIGURES = CampaignFigures(
    since=NOON - timedelta(days=1),
    until=NOON,
    counts=Counts(
        by_result={"human": 4, "busy": 6}, connected=4, machines=0, reached=2, sales=1, talk_ms=1,
    ),
    by={},
    lists=(ListFigures(call_list=1, title="A", active=True, by_state={"new": 3}, tried=1),),
    abandonment=Abandonment(
        span=whole_span([LIVE], 2.0, 0, 10), ftc=(), ofcom=(), vicidial=(),
        windows=((1800.0, worst_window([LIVE], 2.0, 1800, 1)), (3600.0, None)),
    ),
    answer_to_agent_ms=(90.0, None),
    detection=detection(Heard(told_machines=9, told_people=1)),
    rules=AbandonRules(),
)  # fmt: skip
PROOF = Proof(
    chain=Verified(entries=7, last_seq=7, last_hash=bytes(32), faults=()), unproven=0, differing=0
)
REPORT = Report(
    campaign="reminder", title="保养提醒", zone="Asia/Shanghai", made_at=NOON, figures=FIGURES,
    proof=PROOF, ruled=(Ruled(seq=1, at=NOON, kind="rules", body='{"cap":0.03} <b>&'),),
    abandoned=(ATTEMPT,),
)  # fmt: skip


def text_of(pdf: bytes) -> str:
    """What the pages say, in the order of drawing."""
    said = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        page = zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>")))
        for part in re.findall(rb"\(((?:\\.|[^\\)])*)\)\s*Tj", page, re.DOTALL):
            plain = re.sub(
                rb"\\([0-7]{3}|.)",
                lambda found: (
                    bytes([int(found[1], 8)]) if len(found[1]) == 3 else _ESCAPED[found[1]]
                ),
                part,
            )
            said.append(plain.decode("utf-16-be"))
    return "\n".join(said)


_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"} | {
    bytes([sign]): bytes([sign]) for sign in b"()\\"
}


def test_the_pdf_says_all_in_english() -> None:
    said = text_of(pdf_of(REPORT, "en"))
    assert "Compliance report: 保养提醒" in said
    assert "2026-11-23 12:00:00 until 2026-11-24 12:00:00" in said
    assert "The chain is whole." in said
    assert "90.00 % (59.58 % - 98.21 %, 95 %, n = 10)" in said
    assert "too few answers" in said
    assert "True abandon" in said
    assert '{"cap":0.03} <b>&' in said
    assert "+8613800000001" in said


def test_the_pdf_says_all_in_chinese() -> None:
    said = text_of(pdf_of(replace(REPORT, abandoned=(), abandoned_more=3), "zh"))
    assert "外呼合规报告" in said
    assert "证据链完整" in said
    assert "另有 3 条" in said


def test_a_broken_chain_stands_in_the_pdf_with_its_place() -> None:
    fault = FoundFault(seq=4, fault=EvidenceFault.CHANGED, detail="its hash is another")
    broken = replace(PROOF, chain=replace(PROOF.chain, faults=(fault,)))
    said = text_of(pdf_of(replace(REPORT, proof=broken), "en"))
    assert "THE CHAIN IS BROKEN." in said
    assert "Entry 4: changed, its hash is another" in said


async def many(count: int) -> AsyncIterator[Attempt]:
    for _ in range(count):
        yield ATTEMPT


async def test_the_csv_comes_in_pieces_and_no_spreadsheet_runs_it() -> None:
    pieces = [piece async for piece in csv_of(many(1001), "Asia/Shanghai")]
    assert len(pieces) == 3
    lines = b"".join(pieces).decode("utf-8-sig").splitlines()
    assert lines[0] == ",".join(CSV_HEAD)
    assert len(lines) == 1002
    assert ",+8613800000001,+8653112345," in lines[1]
    assert ",2026-11-24 12:00:00.000+08:00,,,,,," in lines[1]
    assert ',"consent=failed (=none, ever)",\'=1+1,,' in lines[1]


def test_no_rate_is_shown_where_nobody_answered() -> None:
    none = Rate(
        id="x", title="Nobody", formula="0 / 0", abandoned=0, answered=0, from_at=0, until_at=1
    )
    figures = replace(FIGURES, abandonment=replace(FIGURES.abandonment, ftc=(none,)))
    assert "\n-\n" in text_of(pdf_of(replace(REPORT, figures=figures), "en"))
