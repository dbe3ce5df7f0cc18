"""Which state a campaign may go to from which, and when its schedule sends it there."""

from dataclasses import dataclass
from typing import Final

from ccserver.core.campaigns import CampaignState

_MAY: Final = {
    CampaignState.DRAFT: {CampaignState.SCHEDULED, CampaignState.RUNNING},
    CampaignState.SCHEDULED: {
        CampaignState.DRAFT, CampaignState.RUNNING, CampaignState.STOPPED, CampaignState.FAILED,
    },
    CampaignState.RUNNING: {
        CampaignState.PAUSED, CampaignState.STOPPED, CampaignState.COMPLETED, CampaignState.FAILED,
    },
    CampaignState.PAUSED: {
        CampaignState.RUNNING, CampaignState.STOPPED, CampaignState.COMPLETED,
        CampaignState.FAILED,
    },
    # What has ended may be begun again: lists were added, or what was wrong was mended.
    CampaignState.STOPPED: {CampaignState.SCHEDULED, CampaignState.RUNNING},
    CampaignState.COMPLETED: {CampaignState.SCHEDULED, CampaignState.RUNNING},
    CampaignState.FAILED: {
        CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.STOPPED,
    },
}  # fmt: skip

_OF_ITSELF: Final = frozenset({CampaignState.COMPLETED, CampaignState.FAILED})
"""No person says these."""

ENDED: Final = frozenset({CampaignState.STOPPED, CampaignState.COMPLETED, CampaignState.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a campaign starts and stops by itself. Seconds since 1970 UTC; None: it does not."""

    starts_at: float | None = None
    ends_at: float | None = None


def may_become(state: CampaignState, wanted: CampaignState, *, by_person: bool) -> bool:
    """Whether a campaign in this state may go to that one."""
    if by_person and wanted in _OF_ITSELF:
        return False
    return wanted in _MAY[state]


def ways_of(state: CampaignState) -> tuple[CampaignState, ...]:
    """Where a person may send a campaign that is in this state."""
    return tuple(one for one in CampaignState if may_become(state, one, by_person=True))


def scheduled(state: CampaignState, schedule: Schedule, now: float) -> CampaignState | None:
    """Where the schedule sends it now. None: it stays."""
    over = schedule.ends_at is not None and now >= schedule.ends_at
    match state:
        case CampaignState.SCHEDULED | CampaignState.RUNNING | CampaignState.PAUSED if over:
            return CampaignState.STOPPED
        case CampaignState.SCHEDULED:
            begun = schedule.starts_at is not None and now >= schedule.starts_at
            return CampaignState.RUNNING if begun else None
        case _:
            return None
