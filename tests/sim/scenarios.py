"""Small scenarios for the tests."""

from dataclasses import replace

from ccserver.core.value import Tier
from ccserver.sim.scenario import AgentGroup, Needs, QueueMix, Scenario, TierMix

STANDARD = TierMix(name=Tier.STANDARD, share=1.0, value=0.2)
CALLS = QueueMix(name="calls", share=1.0, talk_mean_s=180.0)


def pool(*, agents: int, calls_per_hour: float, hours: int, tier: TierMix = STANDARD) -> Scenario:
    """One queue, one kind of agent: M/M/n, and with patience M/M/n+M."""
    return Scenario(
        hours=hours,
        arrivals=(calls_per_hour,) * hours,
        tiers=(tier,),
        queues=(CALLS,),
        agents=(AgentGroup(count=agents),),
        policy="fifo",
    )


def hotline(*, hours: int = 2) -> Scenario:
    """Two queues, three tiers, and agents of two kinds, some of whom miss a call now and then."""
    mixed = pool(agents=0, calls_per_hour=150, hours=hours)
    return replace(
        mixed,
        policy="balanced",
        tiers=(
            TierMix(name=Tier.PLATINUM, share=0.1, value=1.0, patience_mean_s=60.0),
            TierMix(name=Tier.GOLD, share=0.2, value=0.6, patience_mean_s=120.0),
            TierMix(name=Tier.STANDARD, share=0.7, value=0.2, patience_mean_s=180.0),
        ),
        queues=(
            QueueMix(
                name="sales",
                share=0.4,
                talk_mean_s=200.0,
                talk_cv=0.8,
                wrap_mean_s=15.0,
                skills=Needs(required={"sales": 2}),
            ),
            QueueMix(
                name="service",
                share=0.6,
                talk_mean_s=160.0,
                talk_cv=0.8,
                wrap_mean_s=15.0,
                wrap_cv=0.5,
                skills=Needs(required=("service",)),
            ),
        ),
        agents=(
            AgentGroup(count=4, skills={"sales": 3, "service": 2}, no_answer=0.1),
            AgentGroup(count=6, skills={"service": 3}, shift=(0.25, hours - 0.25)),
        ),
        repeat_share=0.3,
        ring_s=2.0,
    )
