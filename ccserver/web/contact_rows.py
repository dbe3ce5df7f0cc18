"""A contact as the API tells it, with all that belongs to it."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from ccserver.core.records import QueueExit, SegmentKind
from ccserver.core.rules import Direction
from ccserver.core.seen import EndedBy
from ccserver.core.steps import TicketKind
from ccserver.core.value import Tier
from ccserver.db import history, service_tickets, surveys, voicemails, walks
from ccserver.db.recordings import Recording
from ccserver.db.service_tickets import TicketState
from ccserver.db.story import Step, Told
from ccserver.db.voicemails import VoicemailState
from ccserver.web.instants import to_ms
from ccserver.web.messages import Key
from ccserver.web.quality_rows import QualityRow
from ccserver.web.shown import Labeled


class ContactRow(BaseModel):
    """One contact in a list. What is null is known when it has ended."""

    contact: str
    caller: str
    dialed: str
    arrived_at: int
    ended_at: int | None
    ended_by: EndedBy | None
    customer: str | None
    tier: Tier | None
    value: float | None
    language: str | None
    queue: str | None
    agent: str | None
    """Who talked to the caller last."""
    keys: list[Key]
    data: list[Labeled]
    """What flows attached."""
    direction: Direction
    """Who called."""
    disposition: str
    """What an agent said came of it; empty: nothing was said."""
    note: str
    """What the agent wrote."""


class ContactList(BaseModel):
    """Contacts, newest first."""

    contacts: list[ContactRow]
    next: str | None
    """Ask again with `after` set to this for the page that follows; null: this was the last."""


class SegmentRow(BaseModel):
    """One part of a contact."""

    number: int
    kind: SegmentKind
    queue: str | None
    agent: str | None
    started_at: int
    ended_at: int
    outcome: str


class RecordingRow(BaseModel):
    """One recorded talk."""

    id: int
    file: str
    agent: str | None
    started_at: int
    ended_at: int


class VisitRow(BaseModel):
    """One visit to a queue."""

    number: int
    queue: str
    tier: Tier
    value: float
    entered_at: int
    ended_at: int
    waited_ms: int
    """With what was brought along from an earlier queue."""
    exit: QueueExit
    agent: str | None
    """Who answered."""
    wait_from_ms: int
    """What was promised of the wait at the beginning; 0 and 0: served at once."""
    wait_until_ms: int


class PartRow(BaseModel):
    """One part of a score or of a cost."""

    part: str
    number: float | None
    """Null: without end."""


class OfferRow(BaseModel):
    """Why this caller was given to this agent."""

    at: int
    agent: str
    queue: str
    policy: str
    rule: str
    """What decided: `urgent`, `direct`, `overdue`, `top_tier_late`, `last_agent`, `score`,
    `only_one`."""
    caller: list[PartRow]
    """The caller's score, and what it is made of."""
    next_contact: str | None
    """The runner-up among the callers."""
    next_caller: list[PartRow]
    cost: list[PartRow]
    """What taking this agent costs, and what that is made of."""
    next_agent: str | None
    """The runner-up among the agents."""
    next_cost: list[PartRow]


class ToldRow(BaseModel):
    """One command."""

    command: str
    fields: dict[str, Any]


class StepRow(BaseModel):
    """One event that touched the contact, and what was ordered because of it."""

    run: str
    seq: int
    at: int
    event: str
    fields: dict[str, Any] | None
    commands: list[ToldRow]


class WalkStepRow(BaseModel):
    """A step of a flow that the caller came to."""

    step: str
    """`part.step` in a part."""
    at: int
    came: str
    """How the step before was left; empty for the first."""


class WalkRow(BaseModel):
    """One walk through a flow."""

    number: int
    flow: str
    version: int
    """0: it was never published."""
    began_at: int
    ended_at: int
    how: str
    """`queued`, `callback`, `voicemail`, `back`, `goodbye`, `transferred`, `connected`, `hung_up`,
    or `failed` when the flow failed the caller."""
    steps: list[WalkStepRow]


class AnswerRow(BaseModel):
    """What the caller answered to a survey's question."""

    survey: str
    question: str
    answer: str
    """The key, or the recording's file."""
    queue: str | None
    agent: str | None
    """Who had talked to the caller."""
    answered_at: int


class VoicemailRow(BaseModel):
    """A message for the agents of a queue."""

    file: str
    contact: str
    queue: str
    caller: str
    customer: str | None
    started_at: int
    ended_at: int
    state: VoicemailState
    taken_by: str | None
    """The log-in of who looks after it, or did."""
    changed_at: int
    recording: int | None
    """Hear it as /api/recordings/<recording>/sound."""


class TicketRow(BaseModel):
    """What a caller wants to be done."""

    number: int
    contact: str | None
    customer: str | None
    caller: str
    kind: TicketKind
    title: str
    details: str
    urgent: bool
    state: TicketState
    opened_at: int
    closed_at: int | None
    closed_by: str | None


class ContactStory(ContactRow):
    """One contact with all that is known of it."""

    segments: list[SegmentRow]
    visits: list[VisitRow]
    offers: list[OfferRow]
    recordings: list[RecordingRow]
    walks: list[WalkRow]
    answers: list[AnswerRow]
    voicemails: list[VoicemailRow]
    tickets: list[TicketRow]
    quality: list[QualityRow]
    nuisance: str | None
    """Why the caller's number is listed as a nuisance; null: it is not."""
    story: list[StepRow]


def contact_row(row: history.Contact) -> ContactRow:
    """A contact in a list."""
    return ContactRow(
        contact=row.contact,
        caller=row.caller,
        dialed=row.dialed,
        arrived_at=to_ms(row.arrived_at),
        ended_at=None if row.ended_at is None else to_ms(row.ended_at),
        ended_by=row.ended_by,
        customer=row.customer,
        tier=row.tier,
        value=row.value,
        language=row.language,
        queue=row.queue,
        agent=row.agent,
        keys=[Key(step=step, key=key) for step, key in row.keys],
        data=[Labeled(label=label, value=value) for label, value in row.data],
        direction=row.direction,
        disposition=row.disposition,
        note=row.note,
    )


def segment_row(part: history.Segment) -> SegmentRow:
    """A part of a contact."""
    return SegmentRow(
        number=part.number,
        kind=part.kind,
        queue=part.queue,
        agent=part.agent,
        started_at=to_ms(part.started_at),
        ended_at=to_ms(part.ended_at),
        outcome=part.outcome,
    )


def visit_row(visit: history.QueueVisit) -> VisitRow:
    """A visit to a queue."""
    return VisitRow(
        number=visit.number,
        queue=visit.queue,
        tier=visit.tier,
        value=visit.value,
        entered_at=to_ms(visit.entered_at),
        ended_at=to_ms(visit.ended_at),
        waited_ms=round(visit.waited_seconds * 1000),
        exit=visit.exit,
        agent=visit.agent,
        wait_from_ms=round(visit.wait_from_seconds * 1000),
        wait_until_ms=round(visit.wait_until_seconds * 1000),
    )


def offer_row(step: Step, told: Told) -> OfferRow:
    """Why this caller was given to this agent, out of the story."""
    fields = told.fields
    return OfferRow(
        at=to_ms(step.at),
        agent=fields["agent"],
        queue=fields["queue"],
        policy=fields["policy"],
        rule=fields["rule"],
        caller=_parts(fields["caller"]),
        next_contact=fields["next_contact"],
        next_caller=_parts(fields["next_caller"]),
        cost=_parts(fields["cost"]),
        next_agent=fields["next_agent"],
        next_cost=_parts(fields["next_cost"]),
    )


def _parts(parts: Iterable[tuple[str, float | None]]) -> list[PartRow]:
    return [PartRow(part=name, number=number) for name, number in parts]


def recording_row(part: Recording) -> RecordingRow:
    """A recorded talk."""
    return RecordingRow(
        id=part.id,
        file=part.files[0],
        agent=part.agent,
        started_at=to_ms(part.started_at),
        ended_at=to_ms(part.ended_at),
    )


def step_row(step: Step) -> StepRow:
    """An event, with what was ordered because of it."""
    return StepRow(
        run=step.run,
        seq=step.seq,
        at=to_ms(step.at),
        event=step.event,
        fields=step.fields,
        commands=[ToldRow(command=told.name, fields=told.fields) for told in step.commands],
    )


def walk_row(walk: walks.Walk) -> WalkRow:
    """A walk through a flow."""
    return WalkRow(
        number=walk.number,
        flow=walk.flow,
        version=walk.version,
        began_at=to_ms(walk.began_at),
        ended_at=to_ms(walk.ended_at),
        how=walk.how,
        steps=[
            WalkStepRow(step=step.step, at=to_ms(step.at), came=step.came) for step in walk.steps
        ],
    )


def answer_row(given: surveys.SurveyAnswer) -> AnswerRow:
    """An answer in a survey."""
    return AnswerRow(
        survey=given.survey,
        question=given.question,
        answer=given.answer,
        queue=given.queue,
        agent=given.agent,
        answered_at=to_ms(given.answered_at),
    )


def voicemail_row(message: voicemails.Voicemail) -> VoicemailRow:
    """A message."""
    return VoicemailRow(
        file=message.file,
        contact=message.contact,
        queue=message.queue,
        caller=message.caller,
        customer=message.customer,
        started_at=to_ms(message.started_at),
        ended_at=to_ms(message.ended_at),
        state=message.state,
        taken_by=message.taken_by,
        changed_at=to_ms(message.changed_at),
        recording=message.recording,
    )


def ticket_row(ticket: service_tickets.ServiceTicket) -> TicketRow:
    """A service ticket."""
    return TicketRow(
        number=ticket.number,
        contact=ticket.contact,
        customer=ticket.customer,
        caller=ticket.caller,
        kind=ticket.kind,
        title=ticket.title,
        details=ticket.details,
        urgent=ticket.urgent,
        state=ticket.state,
        opened_at=to_ms(ticket.opened_at),
        closed_at=None if ticket.closed_at is None else to_ms(ticket.closed_at),
        closed_by=ticket.closed_by,
    )
