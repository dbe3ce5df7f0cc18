"""How a talk sounded, as the agent's browser measured it (getStats)."""

from typing import Annotated, Self

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, model_validator

from ccserver.core.ids import AgentId
from ccserver.core.quality import mos
from ccserver.db import quality
from ccserver.db.quality import CallQuality
from ccserver.web.auth import Someone
from ccserver.web.contacts import ContactInPath, seen_contact, talked_in
from ccserver.web.database import changing
from ccserver.web.instants import YEAR_9999_MS, from_ms
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api", tags=["contacts"])

LONGEST_MS = 24 * 3600 * 1000
PACKETS_MAX = 1_000_000_000

Instant = Annotated[int, Field(ge=0, le=YEAR_9999_MS)]
Jitter = Annotated[float, Field(ge=0, le=60_000, allow_inf_nan=False)]
RoundTrip = Annotated[float, Field(ge=0, le=60_000, allow_inf_nan=False)]


class MeasuredTalk(BaseModel, extra="forbid"):
    """What the browser measured of one talk, or of the part of it since the page was loaded."""

    started_at: Instant
    ended_at: Instant
    packets_received: int = Field(ge=0, le=PACKETS_MAX)
    packets_lost: int = Field(ge=-PACKETS_MAX, le=PACKETS_MAX)
    """Less than 0 where packets came twice (RFC 3550, 6.4.1): counts as 0."""
    jitter_mean_ms: Jitter
    jitter_max_ms: Jitter
    round_trip_mean_ms: RoundTrip | None
    """null: never measured."""
    round_trip_max_ms: RoundTrip | None

    @model_validator(mode="after")
    def _sane(self) -> Self:
        if not self.started_at < self.ended_at <= self.started_at + LONGEST_MS:
            raise ValueError("a talk begins before it ends, within a day")
        if self.jitter_max_ms < self.jitter_mean_ms:
            raise ValueError("the largest jitter is no less than the mean")
        if (self.round_trip_mean_ms is None) is not (self.round_trip_max_ms is None):
            raise ValueError("the round trip was measured, or it was not")
        if (self.round_trip_max_ms or 0.0) < (self.round_trip_mean_ms or 0.0):
            raise ValueError("the largest round trip is no less than the mean")
        return self


@router.post("/contacts/{contact}/quality", status_code=204)
async def measured(
    request: Request, someone: Someone, contact: ContactInPath, body: MeasuredTalk
) -> None:
    """Tell how a talk sounded, at its end. For the agent who talked.

    Sent again with the same `started_at` it takes the place of what was sent before.
    """
    async with changing(request) as session:
        found, segments = await seen_contact(request, session, someone.me, contact)
        if not talked_in(request, someone.me, found, segments):
            raise Problem(403, "You had no talk in this contact.", "Its agent's browser tells.")
        await quality.keep_quality(
            session, found.contact, _quality(AgentId(someone.me.login), body)
        )


def _quality(agent: AgentId, body: MeasuredTalk) -> CallQuality:
    lost = max(0, body.packets_lost)
    return CallQuality(
        agent=agent,
        started_at=from_ms(body.started_at),
        ended_at=from_ms(body.ended_at),
        packets_received=body.packets_received,
        packets_lost=lost,
        jitter_mean_ms=body.jitter_mean_ms,
        jitter_max_ms=body.jitter_max_ms,
        round_trip_mean_ms=body.round_trip_mean_ms,
        round_trip_max_ms=body.round_trip_max_ms,
        mos=mos(
            received=body.packets_received,
            lost=lost,
            jitter_ms=body.jitter_mean_ms,
            round_trip_ms=body.round_trip_mean_ms,
        ),
    )
