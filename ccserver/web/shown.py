"""Parts of messages: what all of them are, figures, alerts, tickets and campaigns."""

from pydantic import BaseModel, ConfigDict

from ccserver.core.campaigns import CampaignState
from ccserver.core.steps import TicketKind
from ccserver.core.thresholds import Figure


class Model(BaseModel):
    """What all messages, and their parts, are."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class Labeled(Model):
    """One value that a flow attached to the contact, or that stands in a lead's record."""

    label: str
    value: str


class OpenTicket(Model):
    """A service ticket of the customer's that is open."""

    number: int
    kind: TicketKind
    title: str
    urgent: bool
    opened_at: int


class QueueFigures(Model):
    """How a queue does: since midnight on the site's clock, made of the visits that have ended.

    offered = answered + abandoned + short_abandoned + flowed_out + waiting.
    """

    queue: str
    offered: int
    answered: int
    abandoned: int
    """Without those who gave up sooner than `short_seconds`."""
    short_abandoned: int
    flowed_out: int
    """Left otherwise: timeout, overflow, callback, voicemail …"""
    answered_in_time: int
    """Within the tier's target."""
    service_level: float | None
    """`sl_excl_short`: answered in time / (answered + abandoned); null: nobody yet."""
    abandon_rate: float | None
    """abandoned / (offered - short_abandoned); null: nobody yet."""
    asa_ms: int | None
    """Mean wait of those who were answered, with what they brought along from an earlier queue;
    null: nobody yet."""
    aht_ms: int | None
    """Talk, hold and wrap-up that are over / contacts in which somebody talked; null: none yet."""
    closed: str | None = None
    """Why a supervisor has closed the queue; null: it is not closed by hand."""


class Alert(Model):
    """A figure that is beyond its threshold."""

    threshold: str
    """The name of the threshold in the configuration."""
    queue: str
    figure: Figure
    value: float | None
    """Of shares 0 to 1, of waits seconds, else a number; null: nobody yet."""
    limit: float
    above: bool
    """True: red above the limit; False: below it."""
    since_at: int


class Preview(Model):
    """A lead that is shown to an agent, who then calls or skips it."""

    contact: str
    """The attempt's id: the contact has it too once the lead is called."""
    campaign: str
    lead: int
    customer: str
    """The customer's id, empty when unknown."""
    name: str
    number: str
    """E.164."""
    data: list[Labeled]
    """The lead's record."""
    until_at: int | None
    """When it is called by itself; null: never."""
    skips_left: int
    """So many leads may still be skipped in a row, this one too."""


class CampaignInfo(Model):
    """How a campaign goes, and why it dials as it does."""

    campaign: str
    state: CampaignState
    hopper: int
    """Leads that are at hand to be called."""
    ringing: int
    waiting: int
    """People who answered, and have no agent yet."""
    talking: int
    free_agents: int
    placed: int
    """Since ccserver started, as the next three."""
    answered: int
    abandoned: int
    machines: int
    period_answered: int
    """Within the period of the cap, as the next."""
    period_abandoned: int
    expected_answers: float
    """Of the calls that ring, within the ring limit."""
    soon_free: float
    """Agents who will be free within that time."""
    answer_probability: float
    risk: float
    """That the next call, if answered, finds nobody in time."""
    risk_allowed: float
    budget_left: float
    """So many more may be abandoned before the cap."""
    why: str
    """In one word what holds: `budget`, `risk`, `lines`, `rate`, `hopper`, `agents`, `window`,
    `cold`, `closed`; empty: nothing."""
