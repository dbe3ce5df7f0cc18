"""What is counted of a campaign."""

from ccserver.core.campaign_runs import RECENT_SECONDS, Run
from ccserver.core.campaigns import CampaignState, LeadId, Ledger, Mode
from ccserver.core.ids import ContactId
from ccserver.core.quick import replace
from tests.core.campaigning import DRIVE, RULES, lead, ledger


def test_it_runs_when_told_to_and_its_past_is_known() -> None:
    run = Run(RULES)
    states = [run.runs]
    run.know(ledger())
    states.append(run.runs)
    run.ended = True
    states.append(run.runs)
    assert states == [False, True, False]
    paused = Run(replace(RULES, state=CampaignState.PAUSED))
    paused.know(ledger())
    assert not paused.runs


def test_it_wants_agents_while_it_has_anything_for_them() -> None:
    run = Run(RULES)
    run.know(ledger())
    teams = [run.team]
    run.hopper.fill([lead(1)], ())
    teams.append(run.team)
    run.hopper.take()
    run.lines[ContactId("a1")] = LeadId(1)
    teams.append(run.team)
    run.rules = replace(RULES, mode=Mode.AGENTLESS)
    teams.append(run.team)
    assert teams == [None, "sales", "sales", None]


def test_what_it_has_done_is_added_to_its_past() -> None:
    run = Run(RULES)
    past = Ledger(campaign=DRIVE, answered=100, abandoned=2, recent=((5.0, True),), learned="{}")
    run.know(past)
    run.count_answer(10.0)
    run.count_abandoned(12.0)
    known = run.ledger()
    assert (known.answered, known.abandoned, known.learned) == (101, 3, "{}")
    assert known.recent == ((5.0, True), (10.0, False), (12.0, True))
    run.count_answer(11.0 + RECENT_SECONDS)
    assert run.ledger().recent == ((12.0, True), (11.0 + RECENT_SECONDS, False))
    assert (run.answered, run.abandoned) == (2, 1)


def test_the_least_of_leads_lines_and_speed_holds() -> None:
    run = Run(replace(RULES, lines_max=2, calls_per_second=4.0))
    assert run.lines_left(100.0) == (0, "hopper")
    run.hopper.fill([lead(n) for n in range(9)], ())
    assert run.lines_left(100.0) == (2, "lines")
    for _ in range(4):
        run.spend()
    assert run.lines_left(100.1) == (0, "rate")
    assert run.lines_left(100.3) == (1, "rate")
    assert run.placed == 4
    slow = Run(replace(RULES, calls_per_second=0.1))
    slow.hopper.fill([lead(1)], ())
    assert slow.lines_left(1000.0) == (1, "hopper"), "one call is always let out in time"
