"""What a decision of hazard pacing costs: 200 agents, and 600 calls that ring."""

import time
from collections import deque
from random import Random

from ccserver.core.campaigns import AbandonRules, CampaignName, Ledger
from ccserver.core.hazard_pacing import Hazard
from ccserver.core.pacer import Doing
from ccserver.core.pacing_budget import Budget
from tests.bench.report import Row

AGENTS, RINGING = 200, 600
_BEGINS_AT = 90.0


def _busy_team(dice: Random) -> Hazard:
    ledger = Ledger(
        campaign=CampaignName("bench"), answered=5000, abandoned=100, recent=(), period_ends_at=None
    )
    pacer = Hazard(Budget(AbandonRules(), ledger, 0.0))
    for n in range(100):
        pacer.placed(0.0, f"w{n}")
    for n in range(100):
        if n < 30:
            pacer.answered(10.0, f"w{n}")
            pacer.connected(10.0, f"w{n}")
        else:
            pacer.ended(27.0, f"w{n}")
    for n in range(AGENTS):
        doing, longest = (Doing.WRAP, 20.0) if n < 20 else (Doing.TALK, 240.0)
        pacer.agent(_BEGINS_AT - dice.random() * longest, f"a{n}", doing)
    for n in range(RINGING):
        pacer.placed(_BEGINS_AT - dice.random() * 27.0, f"c{n}")
    pacer.decide(_BEGINS_AT, 0)
    return pacer


def decision_rows() -> list[Row]:
    """Processor time of decisions twice a second, among which calls answer, end and are placed:
    the usual one, the mean with all that is done once a second and once a minute, the longest."""
    dice = Random(1)
    pacer, now, number = _busy_team(dice), _BEGINS_AT, 0
    ringing = deque(f"c{n}" for n in range(RINGING))
    spent: list[float] = []
    talking = deque(f"a{n}" for n in range(20, AGENTS))
    wrapping = deque(f"a{n}" for n in range(20))
    for _ in range(2400):
        now += 0.5
        for n in range(11):
            call = ringing.popleft()
            if n < 3:
                agent = wrapping.popleft()
                pacer.answered(now, call)
                pacer.agent(now, agent, Doing.FREE)
                pacer.connected(now, call)
                pacer.agent(now, agent, Doing.TALK)
                talking.append(agent)
                wrapping.append(talking.popleft())
                pacer.agent(now, wrapping[-1], Doing.WRAP)
            else:
                pacer.ended(now, call)
            pacer.placed(now, f"n{number}")
            ringing.append(f"n{number}")
            number += 1
        began = time.process_time_ns()
        decision = pacer.decide(now, 10_000)
        spent.append((time.process_time_ns() - began) / 1000)
        assert decision.why.ringing == RINGING
    spent.sort()
    name = f"decision, {AGENTS} agents and {RINGING} calls"
    return [
        Row(name=name, value=spent[len(spent) // 2], unit="us CPU", goal=("<=", 200.0)),
        Row(name=f"{name}: mean", value=sum(spent) / len(spent), unit="us CPU", goal=("<=", 200.0)),
        Row(name=f"{name}: p95", value=spent[int(0.95 * len(spent))], unit="us CPU"),
        Row(name=f"{name}: longest, with new tables", value=spent[-1], unit="us CPU"),
    ]
