"""Walks through flows and what callers leave behind, as a center would have them saved."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ccserver.core.events import Event, Wake
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.records import SaveAnswer, SaveVoicemail, SaveWalk
from tests.db.calls import ANNA, SALES, T0, contact_id

if TYPE_CHECKING:
    from ccserver.core.commands import Command

HOTLINE = "hotline"


class Past:
    """What was saved, for `journaled`."""

    def __init__(self) -> None:
        self.now = T0
        self.entries: list[tuple[int, float, Event, Sequence[Command]]] = []

    def save(self, *commands: "Command") -> None:
        """One event of which these came."""
        self.now += 1.0
        self.entries.append((len(self.entries) + 1, self.now, Wake(), commands))


def walk(
    number: int,
    *steps: tuple[str, str],
    how: str = "queued",
    version: int = 1,
    seconds: float = 10.0,
    at: float = T0,
    flow: str = HOTLINE,
) -> SaveWalk:
    """The walk of contact `number` over (step, how the one before was left)."""
    each = seconds / max(1, len(steps))
    return SaveWalk(
        contact=contact_id(number),
        number=1,
        flow=flow,
        version=version,
        began_at=at,
        ended_at=at + seconds,
        how=how,
        steps=tuple((step, at + n * each, came) for n, (step, came) in enumerate(steps)),
    )


def voicemail(number: int, queue: Queue = SALES, **fields: str) -> SaveVoicemail:
    """The message that contact `number` left."""
    return SaveVoicemail(
        contact=contact_id(number),
        queue=queue,
        file=fields.get("file", f"{contact_id(number)}.sln"),
        caller=fields.get("caller", "+8613800138000"),
        customer=fields.get("customer", ""),
        started_at=T0 + number,
        ended_at=T0 + number + 20.0,
    )


def answer(
    contact: ContactId,
    answer: str,
    *,
    question: str = "satisfaction",
    at: float = T0,
    queue: Queue | None = SALES,
    agent: AgentId | None = ANNA,
) -> SaveAnswer:
    """An answer to the survey `after`."""
    return SaveAnswer(
        contact=contact,
        survey="after",
        question=question,
        answer=answer,
        queue=queue,
        agent=agent,
        answered_at=at,
    )
