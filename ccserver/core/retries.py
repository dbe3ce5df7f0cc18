"""What becomes of a lead after an attempt, or after what an agent said of it: a plain function."""

from collections.abc import Iterable
from typing import Final

from ccserver.core.calling_law import opening
from ccserver.core.campaigns import (
    CampaignName,
    CampaignRules,
    Lead,
    LeadState,
    Result,
    RetryRule,
)
from ccserver.core.dial_orders import SaveLead
from ccserver.core.ids import AgentId
from ccserver.core.quick import replace

_FLAGS: Final = (
    ("dnc", LeadState.DNC),
    ("unworkable", LeadState.INVALID),
    ("sale", LeadState.COMPLETED),
    ("not_interested", LeadState.COMPLETED),
    ("completed", LeadState.COMPLETED),
)
"""Of a disposition's flags (vocabulary: dispositions) the first of these decides."""

_AGAIN: Final[dict[str, RetryRule]] = {
    Result.UNSENT: RetryRule(result="unsent", tries_max=10, delay_seconds=60.0),
    Result.CONGESTION: RetryRule(result="congestion", tries_max=10, delay_seconds=300.0),
    Result.CANCELED: RetryRule(result="canceled", tries_max=3, delay_seconds=1800.0),
    Result.LOST: RetryRule(result="lost", tries_max=1, delay_seconds=1800.0),
}
"""Where the campaign has no rule: these say nothing of the customer, whom we do not skip."""

_INSTEAD: Final[dict[str, str]] = {
    Result.CANCELED: "no_answer",
    Result.LOST: "failed",
    Result.REJECTED: "busy",
}
"""Whose rule holds for a result that has none of its own."""

HUNG_UP: Final = "hung_up"
"""The outcome when a person answered, and was gone before he was served."""


def kept_as(campaign: CampaignName, lead: Lead, state: LeadState, at: float) -> SaveLead:
    """The lead in this state, and else as the hopper gave it."""
    return SaveLead(
        campaign=campaign,
        lead=lead.lead,
        state=state,
        at=at,
        number_index=lead.number_index,
        locked_until=lead.locked_until,
    )


def after(
    rules: CampaignRules,
    lead: Lead,
    outcome: str,
    now: float,
    *,
    disposition: str = "",
    flags: Iterable[str] = (),
    counted: bool = False,
) -> SaveLead:
    """What to keep of the lead.

    `outcome`: a `Result`, or HUNG_UP. `disposition`: what the agent said, with its `flags`.
    `counted`: the attempt is in the lead's `tries` already.
    """
    given = frozenset(flags)
    if disposition and (rule := _rule_of(rules, disposition)) is not None:
        return _again(rules, lead, rule, now, disposition, counted=counted)
    for flag, state in _FLAGS:
        if flag in given:
            return _said(rules, lead, state, now, disposition)
    if "answering_machine" in given:
        outcome = Result.MACHINE
    rule = _rule_for(rules, outcome)
    said = disposition or (Result.HUMAN if outcome == HUNG_UP else outcome)
    if rule is None or (outcome == Result.HUMAN and disposition):
        return _said(rules, lead, _done(outcome), now, said)
    return _again(rules, lead, rule, now, said, counted=counted or outcome == Result.UNSENT)


def callback(
    rules: CampaignRules, lead: Lead, at: float, now: float, agent: AgentId | None
) -> SaveLead:
    """Somebody has agreed with the customer on an instant, for this agent or (None) anyone."""
    kept = kept_as(rules.name, lead, LeadState.CALLBACK, now)
    return replace(kept, not_before=max(at, now), agent=agent)


def _rule_of(rules: CampaignRules, outcome: str) -> RetryRule | None:
    return next((rule for rule in rules.retries if rule.result == outcome), None)


def _rule_for(rules: CampaignRules, outcome: str) -> RetryRule | None:
    """The campaign's rule for this outcome, that of one like it, or ours."""
    instead = "no_answer" if outcome == HUNG_UP else _INSTEAD.get(outcome, "")
    return _rule_of(rules, outcome) or _rule_of(rules, instead) or _AGAIN.get(outcome)


def _done(outcome: str) -> LeadState:
    match outcome:
        case Result.HUMAN:
            return LeadState.COMPLETED
        case Result.DISCONNECTED:
            return LeadState.INVALID
        case _:
            return LeadState.EXHAUSTED


def _again(
    rules: CampaignRules, lead: Lead, rule: RetryRule, now: float, said: str, *, counted: bool
) -> SaveLead:
    """Once more by this rule, if it and the caps allow another try."""
    before = dict(lead.tries_by_result).get(rule.result, 0)
    tries = lead.tries + (not counted)
    most = rules.caps.per_lead
    at = opening(rules, lead.zone, now + rule.delay_seconds)
    if before >= rule.tries_max or 0 < most <= tries or at is None:
        return _said(rules, lead, LeadState.EXHAUSTED, now, said)
    index = (lead.number_index + rule.next_number) % max(1, lead.numbers)
    kept = _said(rules, lead, LeadState.RETRY, now, said)
    return replace(kept, not_before=at, number_index=index)


def _said(rules: CampaignRules, lead: Lead, state: LeadState, now: float, said: str) -> SaveLead:
    """Who was abandoned is left alone for a while, unless an agent is kept for him."""
    kept = replace(kept_as(rules.name, lead, state, now), result=said)
    if said != Result.ABANDONED:
        return kept
    return replace(kept, locked_until=now + rules.abandon.lockout_seconds)
