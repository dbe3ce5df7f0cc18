"""A scenario as the center is told it: its queues, its rules, and its agents."""

from ccserver.core.demand import primary
from ccserver.core.events import Started
from ccserver.core.ids import AgentId, Phone, Queue
from ccserver.core.rules import CallbackRules, Fit, QueueRules, SiteRules, Target
from ccserver.core.site import AgentProfile
from ccserver.sim.scenario import AgentGroup, QueueMix, Scenario, able, levels

WRAP_UP_LIMIT = 20.0
"""So many times the mean a wrap-up may last, where its length is drawn."""


def people(scenario: Scenario) -> list[tuple[AgentId, AgentGroup]]:
    """Everyone who works, by name."""
    groups = [group for group in scenario.agents for _ in range(group.count)]
    return [(AgentId(f"a{number}"), group) for number, group in enumerate(groups, 1)]


def phone_of(agent: AgentId) -> Phone:
    """The agent's phone."""
    return Phone(agent)


def started(scenario: Scenario, policy: str) -> Started:
    """The first event of the day."""
    return Started(
        queues=tuple(_rules(scenario, queue, policy) for queue in scenario.queues),
        agents=tuple(_profile(scenario, name, group) for name, group in people(scenario)),
        open_contacts=(),
        site=SiteRules(fairness_per_second=scenario.fairness_per_second),
    )


def _rules(scenario: Scenario, queue: QueueMix, policy: str) -> QueueRules:
    drawn = queue.wrap_cv > 0
    spoken = queue.languages or scenario.languages
    callback = scenario.callback_share > 0
    return QueueRules(
        name=Queue(queue.name),
        required=levels(queue.skills.required),
        preferred=levels(queue.skills.preferred),
        language=queue.language if spoken else Fit.IGNORED,
        language_seconds=queue.language_seconds,
        policy=policy or queue.policy or scenario.policy,
        affinity_days=scenario.affinity_days,
        targets=tuple(
            Target(tier=tier.name, share=tier.target[0], seconds=tier.target[1])
            for tier in scenario.tiers
        ),
        wait_max_seconds=scenario.max_wait_s,
        # What no one here listens to is not said: a simulated month is long.
        announce_after_seconds=20.0 if callback else 0.0,
        callback=CallbackRules(offered=callback),
        wrap_up_seconds=queue.wrap_mean_s * (WRAP_UP_LIMIT if drawn else 1),
    )


def _profile(scenario: Scenario, name: AgentId, group: AgentGroup) -> AgentProfile:
    return AgentProfile(
        agent=name,
        phone=phone_of(name),
        queues=frozenset(Queue(queue.name) for queue in scenario.queues if able(group, queue)),
        skills=levels(group.skills),
        languages=frozenset(primary(one) for one in group.languages),
    )
