"""What supervisors are shown of a campaign, and the evidence in figures of a decision."""

import json
from dataclasses import fields

from ccserver.core.campaign_runs import Run
from ccserver.core.dial_orders import ShowCampaign
from ccserver.core.pacer import Why


def view(run: Run, *, waiting: int, talking: int) -> ShowCampaign:
    """The campaign now. `waiting`, `talking`: how many of its calls are so."""
    rules, why = run.rules, run.decision.why
    return ShowCampaign(
        campaign=rules.name,
        state=rules.state,
        hopper=len(run.hopper),
        ringing=len(run.lines) - waiting - talking,
        waiting=waiting,
        talking=talking,
        free_agents=why.free,
        placed=run.placed,
        answered=run.answered,
        abandoned=run.abandoned,
        machines=run.machines,
        period_answered=run.period_answered,
        period_abandoned=run.period_abandoned,
        expected_answers=why.expected_answers,
        soon_free=why.soon_free,
        answer_probability=why.answer_probability,
        risk=why.risk,
        risk_allowed=why.risk_allowed,
        budget_left=why.budget_left,
        why=run.holds,
    )


def figures(why: Why) -> str:
    """The figures by which was decided, as JSON."""
    return json.dumps({one.name: getattr(why, one.name) for one in fields(why)})
