"""Recordings that can be judged, and a form to judge them by."""

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.evaluation import Answers, Form, Kind, Option, Question, Section
from ccserver.core.ids import ContactId
from ccserver.db.history import uuid_of
from ccserver.db.recording_tables import RecordingPartyRow, RecordingRow
from ccserver.db.recordings import recordings
from tests.db.calls import Site
from tests.db.parts import journaled

FORM = Form(
    name="quality",
    title="质量 · Quality",
    sections=(
        Section(
            name="opening",
            title="Opening",
            questions=(
                Question(name="greeting", title="Greets", kind=Kind.YES_NO, points=10),
                Question(name="tone", title="Tone", kind=Kind.SCALE, points=20),
            ),
        ),
        Section(
            name="matter",
            title="The matter",
            questions=(
                Question(
                    name="solved",
                    title="Solved",
                    kind=Kind.CHOICE,
                    may_not_apply=True,
                    options=(
                        Option(name="yes", title="Yes", points=10),
                        Option(name="no", title="No"),
                    ),
                ),
                Question(name="polite", title="Polite", kind=Kind.YES_NO, fails_all=(False,)),
                Question(name="remark", title="Remark", kind=Kind.NOTE, required=False),
            ),
        ),
    ),
)
GOOD: Answers = {"greeting": True, "tone": 5, "solved": "yes", "polite": True}


async def talked(database: str, talks: int = 1) -> list[ContactId]:
    """Talks of a minute of Anna's, all recorded."""
    site = Site()
    contacts = [site.call(number) for number in range(1, talks + 1)]
    await journaled(database, site)
    return contacts


async def recording_of(session: AsyncSession, contact: ContactId) -> int:
    (found,) = await recordings(session, contact)
    return found.id


async def heard_too(session: AsyncSession, contact: ContactId, agent: str) -> None:
    """Let the contact's recording have heard another agent."""
    (found,) = await recordings(session, contact)
    await session.execute(
        insert(RecordingPartyRow).values(
            source=found.source, agent=agent, started_at=found.started_at
        )
    )


async def delete_sound(session: AsyncSession, contact: ContactId) -> None:
    await session.execute(
        update(RecordingRow).where(RecordingRow.contact == uuid_of(contact)).values(state="deleted")
    )
