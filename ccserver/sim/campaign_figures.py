"""What a shift of a campaign came to: occupancy, abandonment, and what it cost in calls."""

from dataclasses import dataclass

from ccserver.sim.campaign import Shift

WINDOW_SECONDS = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFigures:
    """The figures, with the names that they have in JSON. Shares are 0 to 1."""

    occupancy: float
    """Talk of the time logged in."""
    busy: float
    """Talk and wrap-up of it."""
    idle_s_per_call: float
    answered: int
    """By a person, and then connected or abandoned."""
    abandoned: int
    abandon_rate: float
    worst_30min: float
    """The highest rate of abandonment of any 30 minutes with enough answers."""
    placed: int
    dials_per_connect: float


def figures(shift: Shift) -> CampaignFigures:
    """The figures of one shift."""
    abandoned = sum(1 for _, abandoned in shift.answers if abandoned)
    logged_in = max(1e-9, shift.logged_in)
    return CampaignFigures(
        occupancy=round(shift.talking / logged_in, 5),
        busy=round((shift.talking + shift.wrapping) / logged_in, 5),
        idle_s_per_call=round(shift.free / max(1, shift.connected), 3),
        answered=len(shift.answers),
        abandoned=abandoned,
        abandon_rate=round(abandoned / max(1, len(shift.answers)), 6),
        worst_30min=round(worst_window(shift.answers), 6),
        placed=shift.placed,
        dials_per_connect=round(shift.placed / max(1, shift.connected), 3),
    )


def worst_window(answers: list[tuple[float, bool]], fewest: int = 50) -> float:
    """The highest rate of abandonment of the 30 minutes that end at any answer, of those with
    `fewest` answers at least; 0 when there are none such."""
    worst, first, abandoned = 0.0, 0, 0
    for last, (at, lost) in enumerate(answers):
        abandoned += lost
        while answers[first][0] <= at - WINDOW_SECONDS:
            abandoned -= answers[first][1]
            first += 1
        if (count := last - first + 1) >= fewest:
            worst = max(worst, abandoned / count)
    return worst
