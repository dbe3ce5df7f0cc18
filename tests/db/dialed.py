"""A campaign that has called: lists, leads, attempts, and the evidence of each."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import ContactId
from ccserver.db.campaign_tables import AttemptRow, CallListRow, CampaignRow, LeadRow
from ccserver.db.evidence import Proof, append
from tests.db.calls import contact_id

REMINDER = "reminder"
BEGUN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Nine o'clock in Shanghai."""

RULES = "ab" * 32

CONFIG = """
[queues.sales]
[dispositions.sold]
flags = ["sale", "customer_contact"]
[dispositions.reached]
flags = ["customer_contact"]
[dispositions.tape]
flags = ["answering_machine"]
[campaigns.reminder]
title = "保养提醒"
queue = "sales"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialed:
    """One attempt that is to be there. Times are seconds after it was placed."""

    result: str | None = "no_answer"
    minute: float = 0
    """After BEGUN."""
    answered: float | None = None
    connected: float | None = None
    ended: float | None = 30.0
    heard: str = ""
    agent: str | None = None
    disposition: str = ""
    proven: bool = True
    call_list: int = 0
    """0 or 1."""


def served(minute: float, *, after: float = 0.1, disposition: str = "", **more: str) -> Dialed:
    return Dialed(
        result="human", minute=minute, answered=10.0, connected=10.0 + after, ended=70.0,
        agent=more.get("agent", "anna"), disposition=disposition, heard=more.get("heard", ""),
    )  # fmt: skip


def dropped(minute: float) -> Dialed:
    return Dialed(result="abandoned", minute=minute, answered=10.0, ended=20.0)


async def dial(session: AsyncSession, *wanted: Dialed, campaign: str = REMINDER) -> list[UUID]:
    """Put the campaign, two lists of theirs and these attempts there; each has its own lead."""
    session.add(CampaignRow(name=campaign, state="running", started_at=BEGUN))
    lists = [CallListRow(campaign=campaign, title=title) for title in ("A", "B")]
    session.add_all(lists)
    await session.flush()
    facts = {"campaign": campaign, "rules": RULES, "form": {"queue": "sales"}}
    proofs = [Proof(campaign=campaign, at=BEGUN.timestamp(), kind="rules", facts=facts)]
    ids = []
    for number, one in enumerate(wanted):
        attempt = contact_id(number)
        ids.append(UUID(attempt))
        lead = LeadRow(
            campaign=campaign, call_list=lists[one.call_list].id, numbers=[_number(number)],
            tries=1, state="completed" if one.result == "human" else "retry",
        )  # fmt: skip
        session.add(lead)
        await session.flush()
        row = _row(one, number, lead)
        row.campaign = campaign
        session.add(row)
        if one.proven:
            proofs += _proofs(row, attempt)
    session.add(LeadRow(campaign=campaign, call_list=lists[0].id, numbers=["+8653199999"]))
    await session.flush()
    await append(session, proofs)
    return ids


def _row(one: Dialed, number: int, lead: LeadRow) -> AttemptRow:
    placed = BEGUN + timedelta(minutes=one.minute)

    def at(seconds: float | None) -> datetime | None:
        return None if seconds is None else placed + timedelta(seconds=seconds)

    return AttemptRow(
        id=UUID(contact_id(number)), call_list=lead.call_list, lead=lead.id,
        number=_number(number), number_index=0, caller_id="+8653112345", mode="predictive",
        placed_at=placed, answered_at=at(one.answered), clock_at=at(one.answered),
        connected_at=at(one.connected), ended_at=at(one.ended), result=one.result,
        heard=one.heard, message="safe_harbour" if one.result == "abandoned" else "",
        agent=one.agent, disposition=one.disposition,
    )  # fmt: skip


def _proofs(row: AttemptRow, attempt: ContactId) -> list[Proof]:
    placed_at = row.placed_at.timestamp()
    checks = [{"name": "window", "passed": True, "detail": "09:00-20:00 Asia/Shanghai"}]
    dialed = Proof(
        campaign=row.campaign, at=placed_at, kind="dialed", attempt=attempt,
        facts={"number": row.number, "rules": RULES, "checks": checks, "pacing": "budget 0.021"},
    )  # fmt: skip
    if row.result is None:
        return [dialed]
    ended = Proof(
        campaign=row.campaign, at=placed_at + 1, kind="ended", attempt=attempt,
        facts={"result": row.result},
    )  # fmt: skip
    return [dialed, ended]


def _number(number: int) -> str:
    return f"+86138{number:08}"
