"""Campaigns as they are answered over HTTP."""

from typing import Any

from pydantic import BaseModel

from ccserver.config.campaign_form import CampaignForm
from ccserver.core.campaign_states import ways_of
from ccserver.core.campaigns import CampaignState, Mode
from ccserver.core.evidence import Entry
from ccserver.db.campaign_figures import ListFigures
from ccserver.db.campaigns import Standing
from ccserver.db.compliance import Attempt
from ccserver.web.campaign_figure_rows import ListRow, list_row
from ccserver.web.instants import to_ms


class CampaignRow(BaseModel):
    """A campaign: its rules, and how it stands."""

    name: str
    title: str
    mode: Mode | None
    queue: str | None
    cap: float | None
    """Abandoned calls / calls that a person answered, at most."""
    config: CampaignForm | None
    """null, and so the four above: it is not in the configuration any more."""
    state: CampaignState
    ways: tuple[CampaignState, ...]
    """Where a person may send it."""
    reason: str
    """Why it is in this state."""
    changed_at: int | None
    changed_by: str
    """Empty: its schedule, or itself."""
    started_at: int | None
    """For the first time."""
    ended_at: int | None
    leads: dict[str, int]
    """LeadState -> leads of all lists."""
    lists: list[ListRow]


class CheckRow(BaseModel):
    """One look that the law asks for before a call."""

    name: str
    passed: bool
    detail: str


class AttemptRow(BaseModel):
    """One call to a lead, with what the evidence says of it."""

    attempt: str
    """Also the contact's id, if it was answered."""
    call_list: int
    lead: int
    number: str
    caller_id: str
    mode: str
    placed_at: int
    answered_at: int | None
    clock_at: int | None
    connected_at: int | None
    ended_at: int | None
    result: str | None
    """null: it goes on."""
    heard: str
    message: str
    agent: str | None
    disposition: str
    rules: str
    checks: list[CheckRow]
    pacing: str
    seq: int | None


class AttemptList(BaseModel):
    """A page of attempts, newest first."""

    attempts: list[AttemptRow]
    next: str | None
    """The `after` of the next page; null: this is the last."""


class EntryRow(BaseModel):
    """An entry of the evidence."""

    seq: int
    at: int
    kind: str
    attempt: str | None
    body: str
    hash: str
    """SHA-256 of the hash before and of the body, in hex."""


class ReportRow(BaseModel):
    """What a campaign did on one day or night."""

    id: int
    from_at: int
    until_at: int
    created_at: int
    body: dict[str, Any]


def campaign_row(
    name: str,
    config: CampaignForm | None,
    standing: Standing,
    lists: tuple[ListFigures, ...],
) -> CampaignRow:
    """How a campaign stands."""
    leads: dict[str, int] = {}
    for one in lists:
        for state, count in one.by_state.items():
            leads[state] = leads.get(state, 0) + count
    changed, started, ended = (
        None if at is None else to_ms(at)
        for at in (standing.changed_at, standing.started_at, standing.ended_at)
    )
    return CampaignRow(
        name=name,
        title="" if config is None else config.title,
        mode=None if config is None else config.mode,
        queue=None if config is None else config.queue,
        cap=None if config is None else config.abandon.cap,
        config=config,
        state=standing.state,
        ways=ways_of(standing.state),
        reason=standing.reason,
        changed_at=changed,
        changed_by=standing.changed_by,
        started_at=started,
        ended_at=ended,
        leads=leads,
        lists=[list_row(one) for one in lists],
    )


def attempt_row(one: Attempt) -> AttemptRow:
    """An attempt."""
    placed, answered, clock, connected, ended = (
        None if at is None else to_ms(at)
        for at in (one.placed_at, one.answered_at, one.clock_at, one.connected_at, one.ended_at)
    )
    return AttemptRow(
        attempt=str(one.id),
        call_list=one.call_list,
        lead=one.lead,
        number=one.number,
        caller_id=one.caller_id,
        mode=one.mode,
        placed_at=placed or 0,
        answered_at=answered,
        clock_at=clock,
        connected_at=connected,
        ended_at=ended,
        result=one.result,
        heard=one.heard,
        message=one.message,
        agent=one.agent,
        disposition=one.disposition,
        rules=one.rules,
        checks=[
            CheckRow(name=name, passed=passed, detail=detail) for name, passed, detail in one.checks
        ],
        pacing=one.pacing,
        seq=one.seq,
    )


def entry_row(one: Entry) -> EntryRow:
    """An entry of the evidence."""
    return EntryRow(
        seq=one.seq,
        at=one.at_ms,
        kind=one.kind,
        attempt=one.attempt,
        body=one.body,
        hash=one.hash.hex(),
    )
