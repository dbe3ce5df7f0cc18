"""What an operator writes for the agents' desk and the supervisors' floor."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from ccserver.config.fields import Form, Names, Seconds, Title, distinct
from ccserver.core.thresholds import Figure


class Flag(StrEnum):
    """What a disposition means. Reports go by flags, never by names (vocabulary: dispositions)."""

    SALE = "sale"
    DNC = "dnc"
    """Never call again."""
    CUSTOMER_CONTACT = "customer_contact"
    """The right person was reached."""
    NOT_INTERESTED = "not_interested"
    UNWORKABLE = "unworkable"
    SCHEDULED_CALLBACK = "scheduled_callback"
    COMPLETED = "completed"
    """Nothing is left to do: counts as resolved."""
    ANSWERING_MACHINE = "answering_machine"


class DispositionForm(Form):
    """What has come of a talk, as the agent chooses it."""

    title: Title = ""
    flags: Annotated[tuple[Flag, ...], AfterValidator(distinct)] = ()
    queues: Names = ()
    """Offered after talks of these queues; none: of all."""


class ScriptForm(Form):
    """What an agent reads out, or goes by. `{name}`, `{number}`, `{tier}` and `{agent}` are filled
    in."""

    title: Title = ""
    text: str = Field(default="", max_length=20_000)


class ThresholdForm(Form):
    """When a figure of a queue turns red. One of `above` and `below` is given."""

    figure: Figure
    above: float | None = None
    below: float | None = None
    queues: Names = ()
    """None: each queue by itself."""
    after_seconds: Seconds = 0.0
    """So long it must be so before there is an alert."""
    webhook: bool = False
    """Also told to the address in the settings (`alerts_url`)."""
