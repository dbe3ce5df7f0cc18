"""Who is served next, and by whom: callers and agents as they wait for each other.

The rule is value per agent-second with urgency and bounded ageing on the callers' side, and the
price of the pools that an agent would leave thinner on the agents' side; a promise on the longest
wait gives way in a storm (policies.py and pools.py hold the formulas). A freed agent looks at the
first caller of each line that he can serve, never at all who wait.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from math import inf

from ccserver.core.choice import (
    Candidate,
    Promise,
    Seat,
    Standing,
    cheapest,
    choose,
    first_urgent,
    matched,
    runner_up,
)
from ccserver.core.claim import Claim
from ccserver.core.demand import Ability, need_of
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.outlook import Outlook, outlook
from ccserver.core.policies import RANK
from ccserver.core.pools import Kind, Landscape, Pool
from ccserver.core.records import SaveOffer
from ccserver.core.rules import AS_USUAL, QueueRules, SiteRules, Skills
from ccserver.core.timers import Agenda, Alarm
from ccserver.core.value import Tier

FAIRNESS_PER_SECOND, FAIRNESS_OF_MANY, MANY = 0.003, 0.01, 100
"""How fast idle time makes an agent the next, in small teams and from so many agents on."""
AFFINITY_SLACK = 0.5
"""A last agent takes his customer when that one has waited at least so much of the best's wait."""


class Router:
    """All who wait, callers and agents. Whoever is matched is taken out of it by its owner."""

    def __init__(self, agenda: Agenda) -> None:
        self.site: SiteRules = AS_USUAL
        self.scape = Landscape()
        self._rules: dict[Queue, QueueRules] = {}
        self._places: dict[ContactId, Standing] = {}
        self._seats: dict[AgentId, Seat] = {}
        self._fond: dict[tuple[AgentId, Queue, Tier], list[tuple[float, ContactId]]] = {}
        """Who waits, sorted by joining, by last agent, queue and tier."""
        self._direct: dict[AgentId, list[ContactId]] = {}
        """Those kept for the one agent whom they asked for: they stand in no line yet."""
        self._urgent = 0
        """How many emergencies wait."""
        self._new_callers: dict[ContactId, None] = {}
        self._new_agents: dict[AgentId, None] = {}
        self._agenda = agenda
        self._promise = Promise()
        self._now = 0.0

    # -- rules

    def rules(self, queue: Queue) -> QueueRules:
        """How the queue is run; a queue that no one set up is run as is usual."""
        found = self._rules.get(queue)
        if found is None:
            found = self._rules[queue] = QueueRules(name=queue)
        return found

    @property
    def queues(self) -> Mapping[Queue, QueueRules]:
        """All that are set up."""
        return self._rules

    def set_rules(self, queues: Iterable[QueueRules], site: SiteRules) -> None:
        """The operator's rules from now on. Who waits keeps the place."""
        claims = [place.claim for place in self._places.values()]
        for claim in claims:
            self.leave(claim.contact)
        self._rules = {one.name: one for one in queues}
        self.site = site
        self.scape.set_rules(self._rules.values())
        for claim in claims:
            self.enter(claim, again=True)
        self.look_again()

    def look_again(self) -> None:
        """Anyone may fit anyone anew."""
        self._new_agents.update(
            (agent, None) for kind in self.scape.kinds.values() for agent in kind.idle
        )

    # -- agents

    def seat(
        self, agent: AgentId, ability: Ability, *, signed_in: bool, working: bool, misses: int
    ) -> None:
        """What is known of an agent who is not idle now, or of whom more is known."""
        seat = self._seats.get(agent)
        if seat is not None and signed_in and seat.kind.ability == ability:
            if seat.working != working:
                seat.working = working
                seat.kind.working += 1 if working else -1
            seat.misses = misses
            return
        if seat is not None:
            self.busy(agent)
            seat.kind.signed_in -= 1
            seat.kind.working -= seat.working
            del self._seats[agent]
        if signed_in:
            kind = self.scape.kind(ability)
            kind.signed_in += 1
            kind.working += working
            self._seats[agent] = Seat(agent, kind, working, misses)

    def idle(self, agent: AgentId, since: float) -> None:
        """The agent, who has a seat, could take a caller."""
        idle = self._seats[agent].kind.idle
        if agent in idle:
            return
        last = next(reversed(idle.values()), -inf)
        idle[agent] = since
        if since < last:  # found anew after a restart: the order is by time, not by arrival
            ordered = sorted(idle.items(), key=lambda item: (item[1], item[0]))
            idle.clear()
            idle.update(ordered)
        self._seats[agent].kind.count(1)
        self._new_agents[agent] = None

    def busy(self, agent: AgentId) -> None:
        """The agent could take no caller any more."""
        seat = self._seats.get(agent)
        if seat is None or seat.kind.idle.pop(agent, None) is None:
            return
        self._new_agents.pop(agent, None)
        seat.kind.count(-1)

    def is_idle(self, agent: AgentId) -> bool:
        """Whether the agent could take a caller."""
        seat = self._seats.get(agent)
        return seat is not None and agent in seat.kind.idle

    # -- callers

    def waits(self, contact: ContactId) -> bool:
        """Whether the caller can be matched."""
        return contact in self._places

    def could_be_served(self, queue: Queue, language: str, region: str, skills: Skills) -> bool:
        """Whether anyone who is signed in could ever serve such a caller."""
        rules = self.rules(queue)
        pool = self.scape.pool(rules, need_of(rules, language, region, skills))
        return any(kind.signed_in for kind, _ in pool.types)

    def enter(self, claim: Claim, *, again: bool = False) -> None:
        """A caller can be matched from now on. `again`: he was counted as an arrival before."""
        old = self._places.get(claim.contact)
        if old is not None:
            if old.claim == claim:
                return
            self.leave(claim.contact)
            again = True
        rules, pool = self.rules(claim.queue), self._pool(claim)
        if not again:
            pool.count_arrival(self._now, claim.value)
        place = self._places[claim.contact] = Standing(claim, pool)
        if claim.last_agent is not None:
            insort(self._fond.setdefault(_fondness(claim, claim.last_agent), []), place.at())
        until = max(claim.queued_at, claim.entered_at) + rules.direct_seconds
        self._urgent += claim.urgent
        if claim.agent in self._seats and until > self._now and not claim.urgent:
            self._direct.setdefault(claim.agent, []).append(claim.contact)
            self._agenda.set((Alarm.RELEASE, claim.contact), until)
        else:
            place.join_line()
        self._new_callers[claim.contact] = None

    def _pool(self, claim: Claim) -> Pool:
        rules = self.rules(claim.queue)
        need = need_of(rules, claim.language, claim.region, claim.skills)
        return self.scape.pool(rules, need)

    def leave(self, contact: ContactId) -> None:
        """The caller can be matched no more."""
        place = self._places.pop(contact, None)
        if place is None:
            return
        if place.line is None:
            self._end_asking(place.claim)
        place.leave_line()
        self._urgent -= place.claim.urgent
        if place.claim.last_agent is not None:
            self._leave_last_agent(place, _fondness(place.claim, place.claim.last_agent))
        self._new_callers.pop(contact, None)

    def _leave_last_agent(self, place: Standing, key: tuple[AgentId, Queue, Tier]) -> None:
        fond = self._fond[key]
        del fond[bisect_left(fond, place.at())]
        if not fond:
            del self._fond[key]

    def _end_asking(self, claim: Claim) -> None:
        """The caller is no longer kept for the one agent whom he asked for."""
        self._agenda.set((Alarm.RELEASE, claim.contact), None)
        assert claim.agent is not None, "who is kept is kept for someone"
        asking = self._direct[claim.agent]
        asking.remove(claim.contact)
        if not asking:
            del self._direct[claim.agent]

    # -- time

    def at(self, now: float) -> None:
        """It is `now`."""
        self._now = now
        self._promise.forget(now)

    def open(self, kind: str) -> None:
        """Agents of this type may serve someone whom they could not serve before."""
        self._new_agents.update((agent, None) for agent in self.scape.idle(kind))

    def release(self, contact: ContactId) -> None:
        """The caller has waited long enough for the one agent whom he asked for."""
        place = self._places[contact]
        self._end_asking(place.claim)
        place.pool = self._pool(place.claim)  # nobody stood in it: it may have been forgotten
        place.join_line()
        self._new_callers[contact] = None

    # -- matching

    @property
    def has_news(self) -> bool:
        """Whether anyone has come since the last `match`."""
        return bool(self._new_callers or self._new_agents)

    def newcomers(self) -> list[ContactId]:
        """The callers who came since the last `match`."""
        return list(self._new_callers)

    def match(self, now: float) -> Iterator[SaveOffer]:
        """Pair who fits whom, one pair after the other: act on each before asking for the next."""
        self.scape.follow(now)
        while self._new_callers or self._new_agents:
            if len(self._new_callers) == 1 and not self._new_agents:
                found = self._for_caller(now, self._new_callers.popitem()[0])
            else:
                if self._new_callers:
                    self._new_callers.clear()
                    self.look_again()
                if not self._new_agents:
                    return
                agent = min(self._new_agents, key=self._idle_order)
                del self._new_agents[agent]
                found = self._for_agent(now, agent)
            if found is not None:
                yield found

    def _idle_order(self, agent: AgentId) -> tuple[float, AgentId]:
        return self._seats[agent].kind.idle[agent], agent

    # -- an agent is free: which caller?

    def _for_agent(self, now: float, agent: AgentId) -> SaveOffer | None:
        seat = self._seats[agent]
        if self._urgent and (line := first_urgent(now, seat.kind)) is not None:
            place = self._places[line.entries[0][1]]
            passed = [one for one in self._heads(now, seat.kind) if not one.line.urgent]
            behind = runner_up(passed, None)
            return matched(now, self.scape, place, seat, "urgent", runner_up=behind)
        if asking := self._direct.get(agent):
            first = min((self._places[contact] for contact in asking), key=Standing.at)
            return matched(now, self.scape, first, seat, "direct")
        heads = self._heads(now, seat.kind)
        if not heads:
            self._set_opening(now, seat.kind)
            return None
        rule, best = choose(heads, self._promise, self.site.overdue_share)
        place = self._places[best.line.entries[0][1]]
        if rule in ("score", "only_one") and (fond := self._fond_of(now, seat, place)):
            place, rule = fond, "last_agent"
        return matched(now, self.scape, place, seat, rule, runner_up=runner_up(heads, place.line))

    def _heads(self, now: float, kind: Kind) -> list[Candidate]:
        """The first of each line whom such an agent may serve now; callers before other work."""
        times = self.scape.times
        inbound: list[Candidate] = []
        outbound: list[Candidate] = []
        for pool, after in kind.pools:
            if pool.lines:
                heads = outbound if pool.rules.outbound else inbound
                for line in pool.lines.values():
                    waited = now - line.entries[0][0]
                    if waited >= after:
                        heads.append(Candidate(line.head(waited, times), line))
        if not inbound and outbound and self._can_spare(kind):
            return outbound
        return inbound

    def _can_spare(self, kind: Kind) -> bool:
        """Whether agents are left for callers when one of this type does other work."""
        kinds = self.scape.kinds.values()
        idle = [
            sum(len(other.idle) for other in kinds if other.can_serve(rules))
            for rules in self._rules.values()
            if not rules.outbound and kind.can_serve(rules)
        ]
        return min(idle, default=inf) > self.site.spare_agents

    def _fond_of(self, now: float, seat: Seat, best: Standing) -> Standing | None:
        """A customer of this agent's who may go before the best: of the same queue and of a tier
        as high, after nearly as long a wait."""
        least = AFFINITY_SLACK * (now - best.claim.queued_at)
        found: Standing | None = None
        for tier, rank in RANK.items():
            fond = self._fond.get((seat.agent, best.claim.queue, tier))
            if not fond or rank < RANK[best.claim.tier]:
                continue
            place = self._places[fond[0][1]]
            waited = now - place.claim.queued_at
            fits = waited >= max(least, seat.kind.opens(place.pool)) and place.line is not None
            if fits and (found is None or place.at() < found.at()):
                found = place
        return found

    def _set_opening(self, now: float, kind: Kind) -> None:
        """Remember when the first of those who wait may be served by this type."""
        opens = [
            line.entries[0][0] + after
            for pool, after in kind.pools
            for line in pool.lines.values()
            if line.entries[0][0] + after > now
        ]
        self._agenda.set((Alarm.OPENING, kind.name), min(opens, default=None))

    # -- a caller has come: which agent?

    def _for_caller(self, now: float, contact: ContactId) -> SaveOffer | None:
        place = self._places[contact]
        claim = place.claim
        if place.line is None:
            if claim.agent is None or not self.is_idle(claim.agent):
                return None
            return matched(now, self.scape, place, self._seats[claim.agent], "direct")
        waited = now - claim.queued_at
        fitting: list[Kind] = []
        for kind, after in place.pool.types:
            if kind.idle:
                if after <= waited:
                    fitting.append(kind)
                else:
                    self._agenda.set_earlier((Alarm.OPENING, kind.name), claim.queued_at + after)
        if place.pool.rules.outbound and not claim.urgent:
            fitting = [kind for kind in fitting if self._can_spare(kind)]
        if not fitting:
            return None
        last = claim.last_agent
        if last is not None and self.is_idle(last) and self._seats[last].kind in fitting:
            return matched(now, self.scape, place, self._seats[last], "last_agent")
        longest = [self._seats[next(iter(kind.idle))] for kind in fitting]
        return cheapest(now, self.scape, place, longest, self.fairness)

    @property
    def fairness(self) -> float:
        """How fast idle time makes an agent the next, a second."""
        if self.site.fairness_per_second is not None:
            return self.site.fairness_per_second
        return FAIRNESS_OF_MANY if len(self._seats) >= MANY else FAIRNESS_PER_SECOND

    # -- looking ahead

    def outlook(self, contact: ContactId, now: float) -> Outlook:
        """What a waiting caller can expect."""
        return outlook(now, self.scape, self._places[contact])

    # -- what must always be true

    def check(self, now: float) -> None:
        """No one idles while one waits whom he may serve."""
        for contact, place in self._places.items():
            if place.line is None:
                assert (Alarm.RELEASE, contact) in self._agenda, "in line, or kept for someone"
                assert place.claim.agent is not None
                assert not self.is_idle(place.claim.agent), "who was asked for is busy"
                continue
            if place.pool.rules.outbound and not place.claim.urgent:
                continue
            for kind, after in place.pool.types:
                fits = kind.idle and after <= now - place.claim.queued_at
                assert not fits, "no one idles while one waits"
        assert self._urgent == sum(place.claim.urgent for place in self._places.values())
        self.scape.check()


def _fondness(claim: Claim, last_agent: AgentId) -> tuple[AgentId, Queue, Tier]:
    return last_agent, claim.queue, claim.tier
