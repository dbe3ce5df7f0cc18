"""The customers who hung up and wait to be called back."""

from sqlalchemy import func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.core.records import CallbackState
from ccserver.core.rules import Direction
from ccserver.core.site import OpenCallback
from ccserver.core.value import Consent, Customer, Tier
from ccserver.db.tables import (
    CallbackRow,
    ContactRow,
    CustomerNumberRow,
    CustomerRow,
    QueueVisitRow,
    SegmentRow,
)

OPEN = (CallbackState.WAITING, CallbackState.DIALING)


async def open_callbacks(session: AsyncSession) -> tuple[OpenCallback, ...]:
    """Those whose turn has not come, first in line first, for the start of a run.

    Drain the journal's spool before: a change may still wait there.
    """
    last = (
        select(
            func.coalesce(func.max(SegmentRow.number), 0).label("segments"),
            func.max(SegmentRow.ended_at).label("ended_at"),
        )
        .where(SegmentRow.contact == CallbackRow.contact)
        .lateral()
    )
    visits = (
        select(func.coalesce(func.max(QueueVisitRow.number), 0))
        .where(QueueVisitRow.contact == CallbackRow.contact)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(CallbackRow, ContactRow, CustomerRow, last.c.segments, last.c.ended_at, visits)
        .join(ContactRow, ContactRow.id == CallbackRow.contact)
        .join(last, true())
        .outerjoin(CustomerNumberRow, CustomerNumberRow.number == CallbackRow.number)
        .outerjoin(CustomerRow, CustomerRow.id == CustomerNumberRow.customer_id)
        .where(CallbackRow.state.in_(OPEN), ContactRow.ended_at.is_(None))
        .order_by(CallbackRow.queued_at, CallbackRow.contact)
    )
    return tuple(
        OpenCallback(
            contact=ContactId(str(row.contact)),
            number=row.number,
            queue=Queue(row.queue),
            queued_at=row.queued_at.timestamp(),
            requested_at=row.requested_at.timestamp(),
            tries=row.tries,
            not_before=row.not_before.timestamp(),
            arrived_at=contact.arrived_at.timestamp(),
            segments=segments,
            segment_from=(ended_at or contact.arrived_at).timestamp(),
            visits=visits,
            dialed=contact.dialed,
            customer=_customer(customer),
            language=row.language,
            direction=Direction(contact.direction),
            agent=None if row.agent is None else AgentId(row.agent),
        )
        for row, contact, customer, segments, ended_at, visits in rows
    )


def _customer(row: CustomerRow | None) -> Customer | None:
    if row is None:
        return None
    return Customer(
        id=CustomerId(str(row.id)),
        tier=Tier(row.tier),
        value=row.value,
        language=row.language,
        region=row.region,
        recording_consent=Consent(row.recording_consent),
    )
