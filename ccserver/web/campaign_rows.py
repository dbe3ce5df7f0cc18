"""Campaigns as they are answered over HTTP."""

from typing import Any

from pydantic import BaseModel

from ccserver.config.campaign_form import CampaignForm
from ccserver.core.abandonment import Rate
from ccserver.core.campaign_states import ways_of
from ccserver.core.campaigns import CampaignState, ClockStart, Mode
from ccserver.core.detection import Detection, Share
from ccserver.core.evidence import Entry
from ccserver.db.campaign_figures import (
    DEFINITIONS,
    CampaignFigures,
    Counts,
    Grouped,
    ListFigures,
)
from ccserver.db.campaigns import Standing
from ccserver.db.compliance import Attempt
from ccserver.web.instants import to_ms


class ListRow(BaseModel):
    """A list of leads, as it is now."""

    call_list: int
    title: str
    active: bool
    leads: int
    tried: int
    """Called at least once."""
    by_state: dict[str, int]
    penetration: float | None
    exhaustion: float | None


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


class RateRow(BaseModel):
    """A share of abandoned calls by one definition."""

    id: str
    title: str
    formula: str
    rate: float | None
    abandoned: float
    answered: float
    from_at: int
    until_at: int


class WindowRow(BaseModel):
    """The worst rolling window of a length."""

    window_ms: int
    worst: RateRow | None
    """null: no window has answers enough to say anything."""


class AbandonmentRow(BaseModel):
    """The same calls by each definition."""

    cap: float
    period_ms: int
    connect_ms: int
    clock: ClockStart
    span: list[RateRow]
    """compliance, compliance_from_answer and true."""
    ftc: list[RateRow]
    ofcom: list[RateRow]
    vicidial: list[RateRow]
    windows: list[WindowRow]


class ShareRow(BaseModel):
    """A share with its interval of 95 %."""

    value: float
    low: float
    high: float
    known: int


class DetectionRow(BaseModel):
    """How well answering machines are told from people."""

    precision: ShareRow | None
    recall: ShareRow | None
    recall_at_most: float | None
    missed: ShareRow | None
    false_positives: float | None
    unknown: int


class CountsRow(BaseModel):
    """Attempts of one kind."""

    name: str
    """The list's id, the hour, or the agent's login; empty: no agent, or all."""
    dials: int
    by_result: dict[str, int]
    answered: int
    connected: int
    machines: int
    reached: int
    sales: int
    talk_ms: int
    connect_rate: float | None
    right_party_contact: float | None
    conversion: float | None
    dials_per_connect: float | None


class QuantilesRow(BaseModel):
    """How long it took; null: nothing was measured."""

    p50: float | None
    p99: float | None


class CampaignFiguresRow(BaseModel):
    """A campaign over a span."""

    from_at: int
    until_at: int
    counts: CountsRow
    by_list: list[CountsRow]
    by_hour: list[CountsRow]
    by_agent: list[CountsRow]
    lists: list[ListRow]
    by_state: dict[str, int]
    """LeadState -> leads of all lists, as they are now."""
    penetration: float | None
    answer_to_agent_ms: QuantilesRow
    abandonment: AbandonmentRow
    detection: DetectionRow
    definitions: dict[str, str]
    """Figure -> what it is; those of abandonment carry theirs with them."""


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
        lists=[_list(one) for one in lists],
    )


def figures_row(figures: CampaignFigures) -> CampaignFiguresRow:
    """All figures of a span."""
    by_list, by_hour, by_agent = (
        [_counts(name, one) for name, one in figures.by[by].items()]
        for by in (Grouped.LIST, Grouped.HOUR, Grouped.AGENT)
    )
    p50, p99 = figures.answer_to_agent_ms
    return CampaignFiguresRow(
        from_at=to_ms(figures.since),
        until_at=to_ms(figures.until),
        counts=_counts("", figures.counts),
        by_list=by_list,
        by_hour=by_hour,
        by_agent=by_agent,
        lists=[_list(one) for one in figures.lists],
        by_state=dict(figures.by_state),
        penetration=figures.penetration,
        answer_to_agent_ms=QuantilesRow(p50=p50, p99=p99),
        abandonment=_abandonment(figures),
        detection=_detection(figures.detection),
        definitions=DEFINITIONS,
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


def _list(one: ListFigures) -> ListRow:
    return ListRow(
        call_list=one.call_list,
        title=one.title,
        active=one.active,
        leads=one.leads,
        tried=one.tried,
        by_state=dict(one.by_state),
        penetration=one.penetration,
        exhaustion=one.exhaustion,
    )


def _counts(name: str, one: Counts) -> CountsRow:
    return CountsRow(
        name=name,
        dials=one.dials,
        by_result=dict(one.by_result),
        answered=one.answered,
        connected=one.connected,
        machines=one.machines,
        reached=one.reached,
        sales=one.sales,
        talk_ms=one.talk_ms,
        connect_rate=one.connect_rate,
        right_party_contact=one.right_party_contact,
        conversion=one.conversion,
        dials_per_connect=one.dials_per_connect,
    )


def _abandonment(figures: CampaignFigures) -> AbandonmentRow:
    rules, found = figures.rules, figures.abandonment
    span, ftc, ofcom, vicidial = (
        [_rate(one) for one in rates]
        for rates in (found.span, found.ftc, found.ofcom, found.vicidial)
    )
    return AbandonmentRow(
        cap=rules.cap,
        period_ms=round(rules.period_seconds * 1000),
        connect_ms=round(rules.connect_seconds * 1000),
        clock=rules.clock,
        span=span,
        ftc=ftc,
        ofcom=ofcom,
        vicidial=vicidial,
        windows=[
            WindowRow(
                window_ms=round(seconds * 1000), worst=None if worst is None else _rate(worst)
            )
            for seconds, worst in found.windows
        ],
    )


def _rate(one: Rate) -> RateRow:
    return RateRow(
        id=one.id,
        title=one.title,
        formula=one.formula,
        rate=one.rate,
        abandoned=one.abandoned,
        answered=one.answered,
        from_at=round(one.from_at * 1000),
        until_at=round(one.until_at * 1000),
    )


def _detection(found: Detection) -> DetectionRow:
    return DetectionRow(
        precision=_share(found.precision),
        recall=_share(found.recall),
        recall_at_most=found.recall_at_most,
        missed=_share(found.missed),
        false_positives=found.false_positives,
        unknown=found.unknown,
    )


def _share(one: Share | None) -> ShareRow | None:
    if one is None:
        return None
    return ShareRow(value=one.value, low=one.low, high=one.high, known=one.known)
