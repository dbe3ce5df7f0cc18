"""What a campaign has reached, as it is answered over HTTP."""

from pydantic import BaseModel

from ccserver.core.abandonment import Rate
from ccserver.core.campaigns import ClockStart
from ccserver.core.detection import Detection, Share
from ccserver.db.campaign_figures import (
    DEFINITIONS,
    CampaignFigures,
    Counts,
    Grouped,
    ListFigures,
)
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
        lists=[list_row(one) for one in figures.lists],
        by_state=dict(figures.by_state),
        penetration=figures.penetration,
        answer_to_agent_ms=QuantilesRow(p50=p50, p99=p99),
        abandonment=_abandonment(figures),
        detection=_detection(figures.detection),
        definitions=DEFINITIONS,
    )


def list_row(one: ListFigures) -> ListRow:
    """A list of leads."""
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
