"""Lists of leads: made, filled, shown and changed. Changes belong to the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import delete, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.campaigns import LeadState
from ccserver.core.errors import Refused
from ccserver.db import config
from ccserver.db.campaign_tables import CallListRow, LeadRow, ListFaultRow
from ccserver.db.do_not_call import barred
from ccserver.db.lead_import import BROKEN_OFF, LOCKED

LIMIT_MAX: Final = 1000


class NoSuchListError(Refused):
    """There is no such list."""

    status = 404


class NoSuchLeadError(Refused):
    """There is no such lead."""

    status = 404


class NoSuchCampaignError(Refused):
    """There is no such campaign in the configuration."""

    status = 404


class ListTakenError(Refused):
    """This list has leads, or is getting them: make another list for more."""


class LeadBusyError(Refused):
    """This lead is being called now, or stands in line for it within a minute."""


class LeadBarredError(Refused):
    """A number of this lead is on the do-not-call list: it is not called anew."""


# -- lists


async def create(
    session: AsyncSession,
    campaign: str,
    *,
    title: str,
    region: str,
    who: str,
    active: bool = True,
    priority: int = 0,
    share: float = 1.0,
) -> CallListRow:
    """An empty list of a campaign. Raises NoSuchCampaignError."""
    if campaign not in (await config.shared(session)).campaigns:
        raise NoSuchCampaignError
    row = CallListRow(
        campaign=campaign,
        title=title,
        region=region,
        active=active,
        priority=priority,
        share=share,
        created_by=who,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row


async def of_campaign(session: AsyncSession, campaign: str) -> Sequence[CallListRow]:
    """A campaign's lists, in the order in which they are called."""
    return (
        await session.scalars(
            select(CallListRow)
            .where(CallListRow.campaign == campaign)
            .order_by(CallListRow.priority.desc(), CallListRow.id)
        )
    ).all()


async def call_list(session: AsyncSession, key: int, *, locked: bool = False) -> CallListRow:
    """One list as it is now. Raises NoSuchListError."""
    row = await session.get(CallListRow, key, populate_existing=True, with_for_update=locked)
    if row is None:
        raise NoSuchListError
    return row


async def leads_by_state(session: AsyncSession, key: int) -> dict[str, int]:
    """How many leads of a list are in each state."""
    rows = await session.execute(
        select(LeadRow.state, func.count()).where(LeadRow.call_list == key).group_by(LeadRow.state)
    )
    return {row[0]: row[1] for row in rows}


async def change(session: AsyncSession, key: int, said: Mapping[str, Any]) -> CallListRow:
    """Give a list another title, priority or share, or switch it on or off. Raises
    NoSuchListError."""
    row = await call_list(session, key, locked=True)
    for name, value in said.items():
        setattr(row, name, value)
    await session.flush()
    return row


async def require_empty(session: AsyncSession, key: int) -> CallListRow:
    """The list, locked. Raises NoSuchListError, and ListTakenError where leads are or come."""
    row = await call_list(session, key, locked=True)
    has_leads = await session.scalar(select(exists().where(LeadRow.call_list == key)))
    if row.state == "importing" or (row.state == "ready" and has_leads):
        raise ListTakenError
    return row


async def begin(session: AsyncSession, key: int, source: Mapping[str, Any]) -> CallListRow:
    """Leads will come into this list: it is `importing` until they are there. A list that failed
    begins anew. Raises NoSuchListError and ListTakenError."""
    row = await require_empty(session, key)
    await session.execute(delete(ListFaultRow).where(ListFaultRow.call_list == key))
    row.state, row.failure, row.source = "importing", "", dict(source)
    row.rows_total = row.rows_read = row.rows_good = row.rows_bad = 0
    await session.flush()
    return row


async def fail_abandoned(session: AsyncSession, key: int | None = None) -> int:
    """Lists (this one, or all) that are `importing` while nobody brings them leads any more are
    `failed`, and say what to do. Returns how many."""
    lock = LOCKED.format(id="call_list.id")
    taken = await session.scalars(
        text(
            "UPDATE call_list SET state = 'failed', failure = :failure"  # noqa: S608 -- of ours
            " WHERE state = 'importing' AND (CAST(:key AS bigint) IS NULL OR id = :key)"
            # Held until the transaction's end: an import that lives has it, or waits for us.
            f" AND pg_try_advisory_xact_lock({lock}) RETURNING id"
        ),
        {"failure": BROKEN_OFF, "key": key},
    )
    return len(taken.all())


async def faults(
    session: AsyncSession, key: int, *, after: int = 0, limit: int = 100
) -> Sequence[ListFaultRow]:
    """The rows that became no leads, below row `after`."""
    return (
        await session.scalars(
            select(ListFaultRow)
            .where(ListFaultRow.call_list == key, ListFaultRow.row > after)
            .order_by(ListFaultRow.row)
            .limit(limit)
        )
    ).all()


# -- leads


async def leads(
    session: AsyncSession,
    key: int,
    *,
    state: LeadState | None = None,
    number: str | None = None,
    customer: str | None = None,
    after: int = 0,
    limit: int = 100,
) -> Sequence[LeadRow]:
    """Leads of a list in the order in which they came, after the lead of this id."""
    row = LeadRow
    query = select(row).where(row.call_list == key, row.id > after).order_by(row.id).limit(limit)
    if state is not None:
        query = query.where(row.state == state)
    if number is not None:
        query = query.where(row.numbers.contains([number]))
    if customer is not None:
        query = query.where(row.customer == customer)
    return (await session.scalars(query)).all()


_BUSY: Final = (LeadState.QUEUED, LeadState.DIALING, LeadState.CONNECTED)


async def change_lead(
    session: AsyncSession,
    key: int,
    *,
    state: LeadState | None = None,
    agent: str | None = None,
    not_before: datetime | None = None,
) -> LeadRow:
    """What a person says becomes of a lead: to be called as if never before (`new`), by this agent
    (empty: anyone), not before that instant, or no more (`completed`). None: as it is.

    Raises NoSuchLeadError, LeadBusyError for one that is under way and not to be ended, and
    LeadBarredError for one that is on the do-not-call list and is to be called anew.
    """
    row = await session.get(LeadRow, key, populate_existing=True, with_for_update=True)
    if row is None:
        raise NoSuchLeadError
    if row.state in _BUSY and state is not LeadState.COMPLETED:
        raise LeadBusyError
    if state is LeadState.NEW and await barred(session, row.numbers, row.campaign):
        raise LeadBarredError
    if state is LeadState.NEW:
        row.tries, row.tries_by_result, row.number_index = 0, {}, 0
        row.not_before, row.agent = not_before or datetime.fromtimestamp(0, tz=UTC), None
    if state is not None:
        row.state = state
    if agent is not None:
        row.agent = agent or None
    if not_before is not None:
        row.not_before = not_before
    await session.flush()
    return row
