"""Parts of messages: what all of them are, figures, alerts and tickets."""

from pydantic import BaseModel, ConfigDict

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
