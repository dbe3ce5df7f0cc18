"""What is known of callers and agents as masses: arrivals, handle times, who could serve whom.

A pool is all callers of one need, a type all agents of one ability. The numbers here are
estimates that follow the day; nothing is decided by a single caller's or agent's own figures, so
that talkative customers are not punished (science: routing by customer value).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import exp, inf, log1p, sqrt

from ccserver.core.demand import Ability, Need, misfit, opens_after
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.policies import POLICIES, Head, Policy, bound_of
from ccserver.core.rules import QueueRules
from ccserver.core.value import Tier

MEMORY_SECONDS = 600.0
"""Arrivals this long ago count 1/e."""
HANDLED_MEMORY = 500
"""So many contacts a mean handle time remembers."""
PRIOR_CONTACTS = 50
"""A queue's mean handle time begins as the usual one, worth so many contacts."""
USUAL_SECONDS = 180.0
"""The usual handle time before any was seen."""
ROUND_SECONDS = 15.0
"""How often the shares of agents are brought one step nearer to the loads."""
ROUNDS_AT_ONCE = 8
"""When the groups are new, so many steps are taken before the next decision."""
BUSY_SHARE, BUSY_LEAST = 0.85, 0.2
"""Of those who could serve, so many are busy when it matters, and come free one by one."""
LEAST_LOAD = 1e-9
VALUE_MIN = 0.05
"""Who is worth nothing must still come nearer to his turn by waiting."""


class Mean:
    """A mean that forgets: of the last HANDLED_MEMORY or so."""

    def __init__(self) -> None:
        self.count = 0
        self.mean = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        self.count = min(self.count + 1, HANDLED_MEMORY)
        self.mean += (seconds - self.mean) / self.count

    def shrunk(self, usual: float) -> float:
        """The mean, as far as there is one, else the usual."""
        return (self.mean * self.count + usual * PRIOR_CONTACTS) / (self.count + PRIOR_CONTACTS)


class HandleTimes:
    """How long contacts take an agent, talk and wrap-up, by queue."""

    def __init__(self) -> None:
        self._all = Mean()
        self._by_queue: dict[Queue, Mean] = {}
        self._told: dict[Queue, float] = {}
        self.usual = USUAL_SECONDS

    def add(self, queue: Queue, seconds: float) -> None:
        """A contact of this queue is done."""
        self._all.add(seconds)
        self._by_queue.setdefault(queue, Mean()).add(seconds)
        self.usual = max(1.0, self._all.shrunk(USUAL_SECONDS))
        self._told.clear()

    def of(self, queue: Queue) -> float:
        """The mean of a queue, in seconds, never below 1."""
        seconds = self._told.get(queue)
        if seconds is None:
            mean = self._by_queue.get(queue)
            seconds = max(1.0, mean.shrunk(self.usual)) if mean else self.usual
            self._told[queue] = seconds
        return seconds


@dataclass(slots=True, eq=False)
class Line:
    """Callers of one need, tier and value, first come first; emergencies apart."""

    pool: "Pool"
    tier: Tier
    value: float
    """Rounded, so that lines are few, and times the queue's weight."""
    target_seconds: float
    entries: list[tuple[float, ContactId]] = field(default_factory=list)
    """(joined at, who), sorted."""
    urgent: bool = False
    """Its callers are emergencies."""

    def head(self, waited: float, times: HandleTimes) -> Head:
        """What the policies see of a caller here who has waited so long."""
        pool = self.pool
        handle = times.of(pool.need.queue)
        return Head(
            self.value,
            self.tier,
            waited,
            self.target_seconds,
            handle,
            times.usual,
            bound_of(pool.policy, self.tier, pool.backlog_seconds(handle)),
        )


@dataclass(slots=True, eq=False)
class Group:
    """Pools that the same types may serve at once: whatever their names, they share agents."""

    idle: int = 0
    """How many idle agents could serve it."""
    waiting: int = 0
    capacity: float = 0.0
    """Its fair share of the agents who work, where others want the same ones."""
    weight: float = 0.0
    """In that sharing."""
    load: float = 0.0
    """How many agents its callers would keep busy."""
    worth_per_second: float = 0.0
    """The value that comes with its callers."""
    per_second: float = 0.0
    """How many callers come."""
    working: int = 0
    """All who could serve it, idle or busy."""
    thinness: float = 1.0
    """How fast the price falls with each other idle agent."""
    shared: dict["Group", float] = field(default_factory=dict)
    """Which part of others' agents this one could have too; filled when someone asks."""

    def price(self) -> float:
        """What it costs to have one idle agent less, in value a second: what comes, times the
        chance that all the others are taken before one comes free."""
        return self.worth_per_second * exp((1 - self.idle) * self.thinness)

    def settle(self) -> None:
        """Work out how fast the price falls: the odds that the next thing to happen is one more
        caller, and not one more free agent."""
        if self.per_second > LEAST_LOAD:
            handle_seconds = self.load / self.per_second
            freed_per_second = max(self.working * BUSY_SHARE, BUSY_LEAST) / handle_seconds
            self.thinness = log1p(freed_per_second / self.per_second)


@dataclass(slots=True, eq=False)
class Pool:
    """All callers of one need, waiting or to come."""

    need: Need
    rules: QueueRules
    policy: Policy
    lines: dict[tuple[Tier, float, bool], Line] = field(default_factory=dict)
    """Only those in which someone waits."""
    waiting: int = 0
    group: Group = field(default_factory=Group)
    share: float = 1.0
    """Of its group's load."""
    arrivals: float = 0.0
    """Decayed count."""
    counted_at: float = 0.0
    worth: float = 0.2
    """The mean value of its callers."""
    types: list[tuple["Kind", float]] = field(default_factory=list)
    """Who may ever serve it, and from what wait on."""

    def count(self, more: int) -> None:
        """So many more, or fewer, wait."""
        self.waiting += more
        self.group.waiting += more

    def backlog_seconds(self, handle_seconds: float) -> float:
        """The wait that would be if it were first come, first served: n x m / C."""
        return self.group.waiting * handle_seconds / max(self.group.capacity, 0.5)

    def count_arrival(self, now: float, value: float) -> None:
        """One more caller has come."""
        self.arrivals = self.recent(now) + 1
        self.counted_at = now
        self.worth += (value - self.worth) / 30

    def recent(self, now: float) -> float:
        """The arrivals that are still remembered."""
        return self.arrivals * exp((self.counted_at - now) / MEMORY_SECONDS)


@dataclass(slots=True, eq=False)
class Kind:
    """All agents of one ability: a type."""

    name: str
    ability: Ability
    signed_in: int = 0
    """Paused ones too."""
    working: int = 0
    """Ready, whether idle or busy."""
    idle: dict[AgentId, float] = field(default_factory=dict)
    """Idle since, the longest first."""
    pools: list[tuple[Pool, float]] = field(default_factory=list)
    """Whom they may ever serve, and from what wait on."""
    groups: list[Group] = field(default_factory=list)
    """Whom they may serve at once."""
    misfits: dict[Queue, float] = field(default_factory=dict)

    def count(self, more: int) -> None:
        """So many more, or fewer, are idle."""
        for group in self.groups:
            group.idle += more

    def opens(self, pool: Pool) -> float:
        """From what wait on they may serve the pool."""
        return next((after for other, after in self.pools if other is pool), inf)

    def can_serve(self, rules: QueueRules) -> bool:
        """Whether they may serve a queue's callers at once, whatever language those speak."""
        return opens_after(rules, Need(rules.name, "", ""), self.ability) <= 0


class Landscape:
    """All pools and types, and how they overlap."""

    def __init__(self) -> None:
        self.pools: dict[Need, Pool] = {}
        self.kinds: dict[Ability, Kind] = {}
        self.named: dict[str, Kind] = {}
        self.groups: list[Group] = []
        self.times = HandleTimes()
        self._since: float | None = None
        self._round_at = -inf
        self._made = 0
        self._is_new = False
        """Who may serve whom has changed: the groups are made anew before the next decision."""

    def pool(self, rules: QueueRules, need: Need) -> Pool:
        """The pool of this need."""
        pool = self.pools.get(need)
        if pool is None:
            pool = self.pools[need] = Pool(need, rules, POLICIES[rules.policy])
            for kind in self.kinds.values():
                self._link(pool, kind)
            self._is_new = True
        return pool

    def kind(self, ability: Ability) -> Kind:
        """The type of this ability."""
        kind = self.kinds.get(ability)
        if kind is None:
            self._made += 1
            kind = Kind(f"type-{self._made}", ability)
            self.kinds[ability] = self.named[kind.name] = kind
            for pool in self.pools.values():
                self._link(pool, kind)
            self._is_new = True
        return kind

    def idle(self, kind: str) -> Iterable[AgentId]:
        """The idle agents of the type of this name, if there still is one."""
        return self.named[kind].idle if kind in self.named else ()

    def _link(self, pool: Pool, kind: Kind) -> None:
        after = opens_after(pool.rules, pool.need, kind.ability)
        if after < inf:
            pool.types.append((kind, after))
            kind.pools.append((pool, after))
            kind.misfits[pool.need.queue] = misfit(pool.rules, kind.ability)

    def set_rules(self, rules: Iterable[QueueRules]) -> None:
        """The rules changed: who may serve whom is worked out anew."""
        by_name = {one.name: one for one in rules}
        for kind in self.kinds.values():
            kind.pools.clear()
            kind.misfits.clear()
        for pool in self.pools.values():
            pool.types.clear()
            pool.rules = by_name.get(pool.need.queue, pool.rules)
            pool.policy = POLICIES[pool.rules.policy]
            for kind in self.kinds.values():
                self._link(pool, kind)
        self._is_new = True

    def _regroup(self) -> None:
        """Put pools together that the same types may serve at once."""
        groups: dict[tuple[str, ...], Group] = {}
        for kind in self.kinds.values():
            kind.groups = []
        for pool in self.pools.values():
            first = [kind for kind, after in pool.types if after <= 0]
            signature = tuple(kind.name for kind in first)
            group = groups.get(signature)
            if group is None:
                group = groups[signature] = Group(idle=sum(len(kind.idle) for kind in first))
                for kind in first:
                    kind.groups.append(group)
            group.waiting += pool.waiting
            pool.group = group
        self.groups = list(groups.values())
        self._is_new = False

    def follow(self, now: float) -> None:
        """Bring the shares nearer to the loads: a few times a minute, whatever happens."""
        if self._since is None:
            self._since = now
        rounds = ROUNDS_AT_ONCE if self._is_new else 1
        if self._is_new:
            self._regroup()
        elif now - self._round_at < ROUND_SECONDS:
            return
        self._round_at = now
        self._measure(now, now - self._since)
        for _ in range(rounds):
            self._share()
        for group in self.groups:
            group.settle()
        self._forget_empty(now)

    def _measure(self, now: float, lived_seconds: float) -> None:
        """What comes to each group, by what came lately."""
        # The memory is not full yet at the start: what it holds came in the time that has been.
        full = MEMORY_SECONDS * (1 - exp(-max(lived_seconds, 30.0) / MEMORY_SECONDS))
        for group in self.groups:
            group.load = LEAST_LOAD
            group.worth_per_second = group.per_second = 0.0
            group.working = 0
            group.shared.clear()
        for pool in self.pools.values():
            per_second = pool.recent(now) / full
            pool.share = per_second * self.times.of(pool.need.queue) + LEAST_LOAD
            pool.group.load += pool.share
            pool.group.worth_per_second += per_second * pool.worth
            pool.group.per_second += per_second
        for pool in self.pools.values():
            pool.share /= pool.group.load
        for kind in self.kinds.values():
            for group in kind.groups:
                group.working += kind.working

    def _share(self) -> None:
        """One round: a group that gets less than its load asks for more, one with more for less."""
        for group in self.groups:
            group.weight = group.weight or group.load
            group.capacity = 0.0
        for kind in self.kinds.values():
            total = sum(group.weight for group in kind.groups)
            if kind.working and total > 0:
                for group in kind.groups:
                    group.capacity += kind.working * group.weight / total
        for group in self.groups:
            if group.capacity > 0:
                group.weight *= sqrt(group.load / group.capacity)
        # Only the proportions count, and they must not drift out of what a float can hold.
        scale = sum(g.load for g in self.groups) / (sum(g.weight for g in self.groups) or 1.0)
        for group in self.groups:
            group.weight = max(LEAST_LOAD, group.weight * scale)

    def _forget_empty(self, now: float) -> None:
        """Needs come from customers' records, abilities from people's: those that no one has any
        more are dropped."""
        gone = [p for p in self.pools.values() if not p.waiting and p.recent(now) < LEAST_LOAD]
        for pool in gone:
            del self.pools[pool.need]
            for kind, _ in pool.types:
                kind.pools = [(other, after) for other, after in kind.pools if other is not pool]
        left = [kind for kind in self.kinds.values() if not kind.signed_in]
        for kind in left:
            del self.kinds[kind.ability], self.named[kind.name]
            for pool, _ in kind.pools:
                pool.types = [(other, after) for other, after in pool.types if other is not kind]
        self._is_new = self._is_new or bool(gone or left)

    # -- what must always be true

    def check(self) -> None:
        """What is counted is what is there."""
        for kind in self.kinds.values():
            assert kind.signed_in >= kind.working >= len(kind.idle)
        for pool in self.pools.values():
            assert pool.waiting == sum(len(line.entries) for line in pool.lines.values())
            assert all(line.entries for line in pool.lines.values())
        for group in self.groups:
            members = [pool for pool in self.pools.values() if pool.group is group]
            assert group.waiting == sum(pool.waiting for pool in members)
            for pool in members:
                first = [kind for kind, after in pool.types if after <= 0]
                assert group.idle == sum(len(kind.idle) for kind in first)
