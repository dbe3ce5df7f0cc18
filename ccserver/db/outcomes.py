"""What came of a contact: the agent's note and disposition, and the callback that was planned."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid5

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.records import CallbackState
from ccserver.db.codec import storable
from ccserver.db.history import uuid_of
from ccserver.db.recording_tables import RecordingRow
from ccserver.db.tables import CallbackRow, ContactRow


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCallback:
    """A callback that was agreed with a customer."""

    contact: ContactId
    """The outbound contact that it is."""
    at: datetime
    number: str
    """E.164."""
    queue: Queue
    agent: AgentId | None
    """Who is to call; None: whoever is free."""
    state: CallbackState


def callback_of(contact: ContactId) -> ContactId:
    """What the contact is called that is planned in this one: of each there is one at most, so that
    who asks twice gets the same. Raises ValueError for what is no id of ours."""
    key = uuid_of(contact)
    if key is None:
        raise ValueError(contact)
    return ContactId(str(uuid5(key, "callback")))


async def planned(session: AsyncSession, contact: ContactId) -> PlannedCallback | None:
    """The callback that was planned in this contact, as the journal has it."""
    row = await session.get(CallbackRow, uuid_of(callback_of(contact)))
    if row is None:
        return None
    return PlannedCallback(
        contact=ContactId(str(row.contact)),
        at=row.requested_at,
        number=row.number,
        queue=Queue(row.queue),
        agent=None if row.agent is None else AgentId(row.agent),
        state=CallbackState(row.state),
    )


async def keep(session: AsyncSession, contact: ContactId, *, disposition: str, note: str) -> None:
    """Write both, the disposition also to the recording of the contact's talks, if there is one."""
    key = uuid_of(contact)
    await session.execute(
        update(ContactRow)
        .where(ContactRow.id == key)
        .values(disposition=storable(disposition), note=storable(note))
    )
    await session.execute(
        update(RecordingRow)
        .where(RecordingRow.contact == key, RecordingRow.kind == "contact")
        .values(disposition=storable(disposition) or None)
    )


async def now(session: AsyncSession) -> datetime:
    """The instant, by the database's clock."""
    at: datetime = (await session.execute(select(func.now()))).scalar_one()
    return at


async def lock(session: AsyncSession, contact: ContactId) -> None:
    """Let whoever says what came of this contact wait until this transaction is over."""
    query = select(ContactRow.id).where(ContactRow.id == uuid_of(contact)).with_for_update()
    await session.execute(query)
