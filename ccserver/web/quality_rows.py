"""How a talk sounded, as the API tells it."""

from dataclasses import asdict

from pydantic import BaseModel

from ccserver.db.quality import CallQuality
from ccserver.web.instants import to_ms


class QualityRow(BaseModel):
    """How a talk went over the network, as an agent's browser measured it."""

    agent: str
    started_at: int
    ended_at: int
    packets_received: int
    packets_lost: int
    jitter_mean_ms: float
    jitter_max_ms: float
    round_trip_mean_ms: float | None
    """Null: never measured."""
    round_trip_max_ms: float | None
    mos: float | None
    """How it sounded, 1 to 4.5: the E-model (ITU-T G.107) with loss, jitter and round trip. Null:
    nothing was to be heard."""


def quality_row(measured: CallQuality) -> QualityRow:
    """How a talk sounded."""
    return QualityRow(
        **asdict(measured)
        | {"started_at": to_ms(measured.started_at), "ended_at": to_ms(measured.ended_at)}
    )
