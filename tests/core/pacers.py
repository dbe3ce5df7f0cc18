"""A team and its calls, told to a pacer as short stories."""

from ccserver.core.campaigns import AbandonRules, CampaignName, Ledger
from ccserver.core.hazard_pacing import Hazard
from ccserver.core.pacer import Doing, Pacer
from ccserver.core.pacing_budget import Budget

SURVEY = CampaignName("survey")


def ledger(
    answered: int = 0,
    abandoned: int = 0,
    recent: tuple[tuple[float, bool], ...] = (),
    ends_at: float | None = None,
) -> Ledger:
    """What the campaign has done."""
    return Ledger(
        campaign=SURVEY,
        answered=answered,
        abandoned=abandoned,
        recent=recent,
        period_ends_at=ends_at,
    )


def hazard(*, learned: str = "", cancel_ringing: bool = False) -> Hazard:
    """A pacer with nothing against it in its ledger."""
    budget = Budget(AbandonRules(), ledger(), 0.0)
    return Hazard(budget, learned=learned, cancel_ringing=cancel_ringing)


def team(pacer: Pacer, size: int, doing: Doing = Doing.FREE, now: float = 0.0) -> None:
    """So many agents do this."""
    for n in range(size):
        pacer.agent(now, f"a{n}", doing)


def place(pacer: Pacer, count: int, now: float = 0.0, name: str = "c") -> list[str]:
    """So many calls go out."""
    calls = [f"{name}{n}" for n in range(count)]
    for call in calls:
        pacer.placed(now, call)
    return calls


def warm(pacer: Pacer, p: float = 0.5, dials: int = 100, now: float = 0.0) -> float:
    """Dials, of which so many are answered after 10 s; 90 s later all of it is settled."""
    calls = place(pacer, dials, now, "w")
    answered = calls[: round(p * dials)]
    for call in answered:
        pacer.answered(now + 10.0, call)
        pacer.connected(now + 10.0, call)
    for call in calls[len(answered) :]:
        pacer.ended(now + 27.0, call)
    for second in range(2, 91, 4):
        pacer.decide(now + second, 0)
    return now + 90.0
