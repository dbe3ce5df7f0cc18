"""What the law and the operator ask before somebody is called: looks, and what each one said.

Plain functions. What they say becomes part of the evidence of the call.
"""

from enum import StrEnum
from typing import Final

from ccserver.core.campaigns import CampaignRules, Check, Lead
from ccserver.core.hours import day_of, is_open, opens_at
from ccserver.core.rules import Hours

RING_SECONDS_MIN: Final = 15
"""16 CFR 310.4(b)(4)(ii): at least so long, or four rings, before a call is given up."""

LATER_SECONDS: Final = 3600.0
"""When a number is looked at again that was called too often within 24 hours: by then the first of
those calls may be old enough."""


class Cap(StrEnum):
    """A cap on how often somebody is called, as the evidence names it."""

    LEAD = "lead"
    CAMPAIGN = "campaign"
    DAY = "day"
    DAY_AND_NIGHT = "24 h"


def checks(rules: CampaignRules, lead: Lead, now: float, *, reserved: bool) -> tuple[Check, ...]:
    """All looks, in an order in which the first that has not passed decides.

    `reserved`: an agent is kept for this very call.
    """
    return (
        Check(
            name="do_not_call",
            passed=True,
            detail="not barred when the hopper was filled, nor since",
        ),
        Check(name="consent", passed=lead.consent, detail="given" if lead.consent else "missing"),
        _caps(rules, lead),
        _lockout(lead, now, reserved=reserved),
        _window(rules, lead, now),
        Check(name="ring", passed=True, detail=f"{ring_seconds(rules)} s"),
        Check(name="caller_id", passed=True, detail=caller_id(rules, lead.number) or "the trunk's"),
    )


def failed(looks: tuple[Check, ...]) -> Check | None:
    """The first that has not passed."""
    return next((look for look in looks if not look.passed), None)


def ring_seconds(rules: CampaignRules) -> int:
    """How long the phone rings, never shorter than the law wants."""
    return max(RING_SECONDS_MIN, rules.ring_seconds)


def caller_id(rules: CampaignRules, number: str) -> str:
    """What the customer at this number (E.164) sees: the longest beginning that fits decides."""
    all_ids = rules.caller_ids
    fitting = [(len(begins), shown) for begins, shown in all_ids if number.startswith(begins)]
    return max(fitting)[1] if fitting else rules.caller_id


def windows_of(rules: CampaignRules, zone: str) -> Hours | None:
    """The calling windows on the clock of a callee's zone; of the calendar's where that is empty.
    None: at any time."""
    if rules.windows is None or not zone:
        return rules.windows
    return Hours(zone=zone, weekly=rules.windows.weekly, special=rules.windows.special)


def opening(rules: CampaignRules, zone: str, at: float) -> float | None:
    """The first instant from `at` on when someone in this zone may be called. None: never."""
    return opens_at(windows_of(rules, zone), at)


def put_off_until(rules: CampaignRules, lead: Lead, why: Check, now: float) -> float | None:
    """When a lead that may not be called now may be looked at again. None: never."""
    match why.name, cap_reached(rules, lead):
        case "window", _:
            return opening(rules, lead.zone, now)
        case "lockout", _:
            return opening(rules, lead.zone, lead.locked_until)
        case "caps", Cap.DAY:
            zone = lead.zone or (rules.windows.zone if rules.windows else "UTC")
            return opening(rules, lead.zone, day_of(now, zone)[1])
        case "caps", Cap.DAY_AND_NIGHT:
            return opening(rules, lead.zone, now + LATER_SECONDS)
        case _:
            return None


def cap_reached(rules: CampaignRules, lead: Lead) -> Cap | None:
    """The first cap that another call to this lead's number would break."""
    counts = _counts(rules, lead).items()
    return next((cap for cap, (tries, most) in counts if 0 < most <= tries), None)


def _counts(rules: CampaignRules, lead: Lead) -> dict[Cap, tuple[int, int]]:
    """Tries so far, and how many there may be (0: any number)."""
    caps = rules.caps
    return {
        Cap.LEAD: (lead.tries, caps.per_lead),
        Cap.CAMPAIGN: (lead.number_tries_campaign, caps.per_number_campaign),
        Cap.DAY: (lead.number_tries_day, caps.per_number_day),
        Cap.DAY_AND_NIGHT: (lead.number_tries_24h, caps.per_number_24h),
    }


def _caps(rules: CampaignRules, lead: Lead) -> Check:
    reached, counts = cap_reached(rules, lead), _counts(rules, lead)
    told = {reached: counts[reached]} if reached else counts
    detail = ", ".join(f"{cap}: {tries} of {most or 'any'}" for cap, (tries, most) in told.items())
    return Check(name="caps", passed=reached is None, detail=detail)


def _lockout(lead: Lead, now: float, *, reserved: bool) -> Check:
    if lead.locked_until <= now:
        return Check(name="lockout", passed=True, detail="none")
    detail = f"until {lead.locked_until:.0f}, {'an agent' if reserved else 'nobody'} is reserved"
    return Check(name="lockout", passed=reserved, detail=detail)


def _window(rules: CampaignRules, lead: Lead, now: float) -> Check:
    hours = windows_of(rules, lead.zone)
    if hours is None:
        return Check(name="window", passed=True, detail="any time")
    return Check(name="window", passed=is_open(hours, now), detail=hours.zone)
