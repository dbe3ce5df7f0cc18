"""Lists and leads as HTTP shows them, and what it is told of them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from ccserver.core.campaigns import LeadState
from ccserver.db.audience import AudienceForm
from ccserver.db.campaign_tables import CallListRow, LeadRow, ListFaultRow
from ccserver.web.instants import YEAR_9999_MS, to_ms

Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Priority = Annotated[int, Field(ge=-1000, le=1000)]
Share = Annotated[float, Field(ge=0, le=1000)]


class ListForm(BaseModel, extra="forbid"):
    """A new list, without leads yet."""

    title: Title
    region: str = Field("", pattern=r"^([A-Z]{2})?$")
    """ISO 3166: where numbers without a country code belong; empty: where the house is."""
    active: bool = True
    priority: Priority = 0
    """The highest of a campaign is called first."""
    share: Share = 1.0
    """Of the calls of its priority."""


class ListChange(BaseModel, extra="forbid"):
    """What is to be changed; what is left out stays."""

    title: Title | None = None
    active: bool | None = None
    priority: Priority | None = None
    share: Share | None = None


class FillForm(BaseModel, extra="forbid"):
    """Whom to take from the customer base."""

    filter: AudienceForm
    duplicates: Literal["list", "campaign"] = "list"
    """`campaign`: whoever is a lead of another list of the campaign is none of this one."""


class AudienceCount(BaseModel):
    """How many a filter finds."""

    found: int
    drawn: int
    """So many of them the draw (`share`, `most`) leaves."""


class ListRow(BaseModel):
    """A list."""

    id: int
    campaign: str
    title: str
    active: bool
    priority: int
    share: float
    region: str
    source: dict[str, Any]
    """`file`: its name, or `filter`; `duplicates`."""
    created_at: int
    created_by: str
    state: str
    """`importing`, `ready` or `failed`: only leads of a list that is ready are called."""
    rows_total: int
    """0: not known. Of a CSV about so many, until it is ready."""
    rows_read: int
    rows_good: int
    rows_bad: int
    failure: str
    """Why it has failed, and what to do."""
    leads: dict[str, int] | None = None
    """How many are in each state. Only where one list is asked for."""


class FaultRow(BaseModel):
    """A row that became no lead."""

    row: int
    """1: the first below the header."""
    fault: str
    """`no_number`, `invalid`, `duplicate`, `do_not_call`, `format`."""
    detail: str


class FaultPage(BaseModel):
    """Faults in the order of the file."""

    faults: list[FaultRow]
    next: int | None
    """`after` of the next page; null: there is none."""


class LeadShown(BaseModel):
    """Somebody who is to be called."""

    id: int
    call_list: int
    campaign: str
    customer: str
    name: str
    language: str
    numbers: list[str]
    number_index: int
    """Which of the numbers is next; 0: the first."""
    zone: str
    data: dict[str, Any]
    priority: int
    state: LeadState
    tries: int
    not_before: int
    last_result: str
    last_at: int | None
    agent: str | None
    consent: bool


class LeadPage(BaseModel):
    """Leads in the order in which they came."""

    leads: list[LeadShown]
    next: int | None
    """`after` of the next page; null: there is none."""


class LeadChange(BaseModel, extra="forbid"):
    """What becomes of a lead; what is left out stays."""

    state: Literal["new", "completed"] | None = None
    """`new`: as if it was never called; `completed`: it is not called any more."""
    agent: str | None = Field(None, max_length=64, pattern=r"^[^\x00]*$")
    """Who alone is to call; empty: anyone."""
    not_before: int | None = Field(None, ge=0, le=YEAR_9999_MS)
    """Milliseconds since 1970 UTC."""


def list_row(row: CallListRow, leads: dict[str, int] | None = None) -> ListRow:
    """A list as it is shown."""
    return ListRow(
        id=row.id,
        campaign=row.campaign,
        title=row.title,
        active=row.active,
        priority=row.priority,
        share=row.share,
        region=row.region,
        source=row.source,
        created_at=to_ms(row.created_at),
        created_by=row.created_by,
        state=row.state,
        rows_total=row.rows_total,
        rows_read=row.rows_read,
        rows_good=row.rows_good,
        rows_bad=row.rows_bad,
        failure=row.failure,
        leads=leads,
    )


def fault_row(row: ListFaultRow) -> FaultRow:
    """A fault as it is shown."""
    return FaultRow(row=row.row, fault=row.fault, detail=row.detail)


def lead_row(row: LeadRow) -> LeadShown:
    """A lead as it is shown."""
    return LeadShown(
        id=row.id,
        call_list=row.call_list,
        campaign=row.campaign,
        customer=row.customer,
        name=row.name,
        language=row.language,
        numbers=row.numbers,
        number_index=row.number_index,
        zone=row.zone,
        data=row.data,
        priority=row.priority,
        state=LeadState(row.state),
        tries=row.tries,
        not_before=to_ms(row.not_before),
        last_result=row.last_result,
        last_at=None if row.last_at is None else to_ms(row.last_at),
        agent=row.agent,
        consent=row.consent,
    )
