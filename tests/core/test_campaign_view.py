"""What supervisors see of a campaign."""

import json

from ccserver.core.campaign_runs import NOTHING, Run
from ccserver.core.campaign_view import figures, view
from ccserver.core.campaigns import LeadId
from ccserver.core.ids import ContactId
from ccserver.core.pacer import Decision
from ccserver.core.quick import replace
from tests.core.campaigning import RULES, lead


def test_all_figures_are_shown() -> None:
    run = Run(RULES)
    run.hopper.fill([lead(1), lead(2)], ())
    run.lines |= {ContactId(f"k{n}"): LeadId(n) for n in range(9)}
    why = replace(NOTHING, free=3, risk=0.2, risk_allowed=0.4, budget_left=1.5)
    run.decision = Decision(place=0, cancel=(), why=why)
    run.holds = "budget"
    run.count_answer(1.0)
    seen = view(run, waiting=2, talking=4)
    assert (seen.hopper, seen.ringing, seen.waiting, seen.talking) == (2, 3, 2, 4)
    assert (seen.free_agents, seen.risk, seen.risk_allowed, seen.why) == (3, 0.2, 0.4, "budget")
    assert (seen.answered, seen.period_answered, seen.budget_left) == (1, 1, 1.5)


def test_the_evidence_is_json() -> None:
    told = json.loads(figures(replace(NOTHING, free=3, holds="risk")))
    assert (told["free"], told["holds"], told["answer_probability"]) == (3, "risk", 0.0)
