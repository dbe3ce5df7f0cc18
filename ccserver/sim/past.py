"""Past traffic as the contacts and shifts of a simulated day."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import fmean
from typing import Protocol

from ccserver.core.events import Started
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Queue
from ccserver.core.records import QueueExit
from ccserver.core.rules import QueueRules, Target
from ccserver.core.site import AgentProfile
from ccserver.core.value import VALUE_OF_TIER, Tier
from ccserver.sim.contacts import HOUR_SECONDS, Contact
from ccserver.sim.patience import Patience, Wait, estimate
from ccserver.sim.scenario import AgentGroup, QueueMix, Scenario, TierMix
from ccserver.sim.site import WRAP_UP_LIMIT, phone_of
from ccserver.sim.stage import Shift, Stage
from ccserver.sim.world import SHORT_SECONDS

ABANDONED_MIN = 20
"""With fewer abandons a tier's patience is not estimated from its own callers alone."""

RING_MAX_SECONDS = 15.0
"""An offer that is answered is answered within the core's shortest ring limit."""


class Visit(Protocol):
    """What must be known of a caller's wait for a person, and of the talk if it came to one."""

    @property
    def contact(self) -> ContactId: ...
    @property
    def entered_at(self) -> float: ...
    @property
    def queues(self) -> tuple[Queue, ...]: ...
    @property
    def tier(self) -> Tier: ...
    @property
    def value(self) -> float: ...
    @property
    def language(self) -> str: ...
    @property
    def customer(self) -> CustomerId | None: ...
    @property
    def waited_seconds(self) -> float: ...
    @property
    def exit(self) -> QueueExit: ...
    @property
    def missed(self) -> int: ...
    @property
    def offered_seconds(self) -> float: ...
    @property
    def agent(self) -> AgentId | None: ...
    @property
    def talk_seconds(self) -> float | None: ...
    @property
    def wrap_seconds(self) -> float: ...


class Work(Protocol):
    """A stretch in which an agent could be given calls."""

    @property
    def agent(self) -> AgentId: ...
    @property
    def from_at(self) -> float: ...
    @property
    def until_at(self) -> float: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A window of the past."""

    begins_at: float
    ends_at: float
    opening: Started
    """The queues and agents as the center knew them."""
    visits: Sequence[Visit]
    """By arrival."""
    work: Sequence[Work]
    """By agent and time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPatience:
    """How patient the callers of a tier were."""

    law: Patience
    pooled: bool
    """Too few of the tier gave up: the law is that of all callers."""
    abandoned: int
    """Of the tier itself, as the next."""
    censored: int


class NothingToReplayError(Exception):
    """The window holds no agent at work, or no caller who was answered."""


def patience_by_tier(visits: Sequence[Visit]) -> dict[Tier, TierPatience]:
    """Kaplan and Meier's estimate for each tier that called. Whoever was answered is censored."""
    waits: dict[Tier, list[Wait]] = defaultdict(list)
    for visit in visits:
        gave_up = visit.exit is QueueExit.ABANDONED
        waits[visit.tier].append(Wait(seconds=visit.waited_seconds, abandoned=gave_up))
    everyone = estimate(wait for some in waits.values() for wait in some)
    found: dict[Tier, TierPatience] = {}
    for tier in sorted(waits, key=list(Tier).index):
        own = estimate(waits[tier])
        pooled = own.abandoned < ABANDONED_MIN
        found[tier] = TierPatience(
            law=everyone if pooled else own,
            pooled=pooled,
            abandoned=own.abandoned,
            censored=own.censored,
        )
    return found


def scenario_of(past: Past) -> Scenario:
    """The scenario's part of the past: what figures are grouped by, and how phones are answered.

    Raises NothingToReplayError, as the next do.
    """
    if not past.visits or not past.work:
        raise NothingToReplayError
    answered = [v.offered_seconds for v in past.visits if v.offered_seconds > 0.0]
    missed = sum(visit.missed for visit in past.visits)
    offers = missed + len(answered)
    return Scenario(
        hours=(past.ends_at - past.begins_at) / HOUR_SECONDS,
        arrivals=(),
        tiers=tuple(
            _tier_mix(past, tier, VALUE_OF_TIER[tier], None)
            for tier in Tier
            if any(visit.tier is tier for visit in past.visits)
        ),
        queues=tuple(_queue_mixes(past).values()),
        callback_share=sum(v.exit is QueueExit.CALLBACK for v in past.visits) / len(past.visits),
        agents=(AgentGroup(count=0, no_answer=missed / offers if offers else 0.0),),
        ring_s=min(RING_MAX_SECONDS, fmean(answered)) if answered else 0.0,
        policy="",
    )


def stage_of(past: Past, laws: dict[Tier, TierPatience], *, seed: int) -> Stage:
    """The same callers at the same instants, and the agents who were there when they were.

    Who gave up had the patience that was seen; who was answered draws what was left of it from
    the tier's law. A caller who came to no talk draws one of those of the same queue.
    """
    (group,) = scenario_of(past).agents
    stretches: dict[AgentId, list[tuple[float, float]]] = defaultdict(list)
    for work in past.work:
        stretches[work.agent].append((work.from_at, work.until_at))
    return Stage(
        opening=_opening(past),
        begins_at=past.begins_at,
        ends_at=past.ends_at,
        shifts={agent: Shift(group, some) for agent, some in stretches.items()},
        contacts=list(_contacts(past, laws, Random(seed))),  # noqa: S311 -- reproducible, no secret
    )


def as_it_was(past: Past) -> tuple[list[Contact], dict[AgentId, Shift]]:
    """What became of the callers in truth, in the form that figures are made of."""
    (group,) = scenario_of(past).agents
    shifts: dict[AgentId, Shift] = {}
    for work in past.work:
        known = shifts.get(work.agent)
        before = known.stretches if known else ()
        shifts[work.agent] = Shift(group, [*before, (work.from_at, work.until_at)])
    contacts = list(_contacts(past, patience_by_tier(past.visits), Random(0)))  # noqa: S311
    for contact, visit in zip(contacts, past.visits, strict=True):
        contact.waiting = False
        contact.left_at = visit.entered_at + visit.waited_seconds
        short = visit.exit is QueueExit.ABANDONED and visit.waited_seconds < SHORT_SECONDS
        contact.exit = QueueExit.SHORT_ABANDONED if short else visit.exit
        if visit.talk_seconds is not None:
            contact.answered_at, contact.agent = contact.left_at, visit.agent
            contact.called_back = visit.exit is QueueExit.CALLBACK
            if visit.agent in shifts:
                shifts[visit.agent].busy_s += visit.talk_seconds + visit.wrap_seconds
    return contacts, shifts


def _contacts(past: Past, laws: dict[Tier, TierPatience], luck: Random) -> Iterator[Contact]:
    mixes = _queue_mixes(past)
    tiers: dict[tuple[Tier, float, Queue], TierMix] = {}
    handled = _handled(past)
    seen: dict[ContactId, int] = defaultdict(int)
    last: dict[CustomerId, AgentId] = {}
    for number, visit in enumerate(past.visits, 1):
        queue = visit.queues[0]
        drawn = laws[visit.tier].law.draw(luck, past_seconds=visit.waited_seconds)
        gave_up = visit.exit is QueueExit.ABANDONED
        talk, wrap = luck.choice(handled.get(queue) or handled[None])
        if visit.talk_seconds is not None:
            talk, wrap = visit.talk_seconds, visit.wrap_seconds
        key = (visit.tier, visit.value, queue)
        if key not in tiers:
            tiers[key] = _tier_mix(past, *key)
        seen[visit.contact] += 1
        again = f"-{seen[visit.contact]}" if seen[visit.contact] > 1 else ""
        yield Contact(
            number,
            ContactId(f"{visit.contact}{again}"),
            visit.entered_at,
            mixes[queue],
            tiers[key],
            visit.language,
            visit.waited_seconds if gave_up else drawn,
            talk,
            wrap,
            last.get(visit.customer) if visit.customer else None,
            visit.exit is QueueExit.CALLBACK,
            LegId(f"{visit.contact}{again}"),
        )
        if visit.customer and visit.agent:
            last[visit.customer] = visit.agent


def _handled(past: Past) -> dict[Queue | None, list[tuple[float, float]]]:
    """Talk and wrap-up of everyone who was answered, by queue; None: of all."""
    found: dict[Queue | None, list[tuple[float, float]]] = defaultdict(list)
    for visit in past.visits:
        if visit.talk_seconds is not None:
            for key in (visit.queues[0], None):
                found[key].append((visit.talk_seconds, visit.wrap_seconds))
    if not found:
        raise NothingToReplayError
    return dict(found)


def _queue_mixes(past: Past) -> dict[Queue, QueueMix]:
    """The queues that callers came to. A wrap-up that took its whole time is ended by the rules."""
    rules = {rule.name: rule for rule in past.opening.queues}
    came = sorted({visit.queues[0] for visit in past.visits})
    return {
        queue: QueueMix(
            name=queue,
            share=0.0,
            talk_mean_s=1.0,
            wrap_mean_s=rules.get(queue, QueueRules(name=queue)).wrap_up_seconds / WRAP_UP_LIMIT,
            wrap_cv=1.0,
        )
        for queue in came
    }


def _tier_mix(past: Past, tier: Tier, value: float, queue: Queue | None) -> TierMix:
    target = next(
        (
            target
            for rule in past.opening.queues
            if queue is None or rule.name == queue
            for target in rule.targets
            if target.tier is tier
        ),
        Target(tier=tier, share=0.8, seconds=20.0),
    )
    return TierMix(name=tier, share=0.0, value=value, target=(target.share, target.seconds))


def _opening(past: Past) -> Started:
    """As on a first start, with queues and agents that the records have forgotten since."""
    known = {agent.agent: agent for agent in past.opening.agents}
    queues = {rule.name: rule for rule in past.opening.queues}
    served: dict[AgentId, set[Queue]] = defaultdict(set)
    for visit in past.visits:
        if visit.agent is not None:
            served[visit.agent].add(visit.queues[-1])
        for queue in visit.queues:
            queues.setdefault(queue, QueueRules(name=queue))
    for name in sorted({work.agent for work in past.work} - known.keys()):
        known[name] = AgentProfile(agent=name, phone=phone_of(name), queues=frozenset(served[name]))
    return replace(
        past.opening,
        queues=tuple(queues.values()),
        agents=tuple(
            AgentProfile(
                agent=agent.agent,
                phone=phone_of(agent.agent),
                queues=agent.queues,
                skills=agent.skills,
                languages=agent.languages,
                regions=agent.regions,
            )
            for agent in known.values()
        ),
        open_contacts=(),
        callbacks=(),
    )
