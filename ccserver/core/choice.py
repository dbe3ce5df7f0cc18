"""The two choices, and their reasons: which caller an agent takes, which agent a caller gets."""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

from ccserver.core.claim import Claim
from ccserver.core.ids import AgentId, ContactId
from ccserver.core.policies import COMMON, AgentChoice, Head, Policy
from ccserver.core.pools import VALUE_MIN, Kind, Landscape, Line, Pool
from ccserver.core.quick import replace
from ccserver.core.records import Parts, SaveOffer
from ccserver.core.rules import QueueRules
from ccserver.core.value import Tier

HALVED_SECONDS = 600.0
"""Old storms must not count in the share of promises that were kept."""

NO_TARGET_SECONDS = 20.0
"""For a tier to which a queue promises nothing."""


@dataclass(slots=True, eq=False)
class Seat:
    """Where an agent is, and how."""

    agent: AgentId
    kind: Kind
    working: bool
    misses: int
    """How many calls he let ring in a row."""


@dataclass(slots=True, eq=False)
class Standing:
    """Where a caller is."""

    claim: Claim
    pool: Pool
    line: Line | None = None
    """None while he is kept for the one agent whom he asked for."""

    def at(self) -> tuple[float, ContactId]:
        """The order in a line."""
        return self.claim.queued_at, self.claim.contact

    def join_line(self) -> None:
        """Stand with those who need and are worth the same, in the order of joining the queue."""
        claim, pool = self.claim, self.pool
        value = max(VALUE_MIN, round(claim.value, 1)) * pool.rules.weight
        key = claim.tier, value, claim.urgent
        line = pool.lines.get(key)
        if line is None:
            target = target_seconds(pool.rules, claim.tier)
            line = pool.lines[key] = Line(pool, claim.tier, value, target, urgent=claim.urgent)
        insort(line.entries, self.at())
        pool.count(1)
        self.line = line

    def leave_line(self) -> None:
        """Stand nowhere."""
        line, pool = self.line, self.pool
        if line is None:
            return
        del line.entries[bisect_left(line.entries, self.at())]
        pool.count(-1)
        if not line.entries:
            del pool.lines[line.tier, line.value, line.urgent]
        self.line = None

    def head(self, now: float, scape: Landscape) -> Head:
        """What the policies see of this caller."""
        line = self.line
        if line is None:
            line = Line(self.pool, self.claim.tier, self.claim.value, NO_TARGET_SECONDS)
        return line.head(now - self.claim.queued_at, scape.times)


def target_seconds(rules: QueueRules, tier: Tier) -> float:
    """Until when a caller of this tier ought to be answered."""
    return next((t.seconds for t in rules.targets if t.tier is tier), NO_TARGET_SECONDS)


class Candidate(NamedTuple):
    """The first of a line."""

    head: Head
    line: Line


# -- which caller?


def first_urgent(now: float, kind: Kind) -> Line | None:
    """Where the emergency stands that came first, of those whom such an agent may serve now."""
    lines = [
        line
        for pool, after in kind.pools
        for line in pool.lines.values()
        if line.urgent and now - line.entries[0][0] >= after
    ]
    return min(lines, key=lambda line: line.entries[0], default=None)


@dataclass(slots=True)
class Promise:
    """How often the longest wait was at stake, and how often it was given way to."""

    invoked: float = 0.0
    kept: float = 0.0
    halved_at: float = 0.0

    def forget(self, now: float) -> None:
        """Let what is long ago count less."""
        if now - self.halved_at >= HALVED_SECONDS:
            self.halved_at = now
            self.invoked /= 2
            self.kept /= 2


def choose(
    heads: Sequence[Candidate], promise: Promise, overdue_share: float
) -> tuple[str, Candidate]:
    """What decides, and who is next.

    Whoever is past the promised wait goes first, the longest for its promise before others; but
    not before the best tier when that is late itself, and not in more than `overdue_share` of the
    decisions in which the promise is at stake. Otherwise the highest score.
    """
    overdue = [one for one in heads if one.head.wait_seconds >= one.head.bound_seconds]
    if overdue:
        promise.invoked += 1
        if promise.kept <= overdue_share * promise.invoked:
            late = [one for one in heads if _is_late_top(one)]
            if late:
                return "top_tier_late", min(late, key=lambda one: one.line.entries[0])
            promise.kept += 1
            return "overdue", max(overdue, key=_share_of_bound)
    return ("score", best_of(heads)) if len(heads) > 1 else ("only_one", heads[0])


def _is_late_top(one: Candidate) -> bool:
    has_promise = bool(one.line.pool.policy.bounds)
    late = one.head.wait_seconds > one.head.target_seconds
    return has_promise and late and one.head.tier is Tier.PLATINUM


def _share_of_bound(one: Candidate) -> tuple[float, float]:
    return one.head.wait_seconds / one.head.bound_seconds, one.head.wait_seconds


def best_of(heads: Sequence[Candidate]) -> Candidate:
    """The highest score; the longer wait where scores are equal.

    Scores of different policies cannot be compared. Where queues follow several, the best of each
    are compared by the common one.
    """
    best: dict[int, tuple[float, float, Candidate]] = {}
    for one in heads:
        policy = one.line.pool.policy
        score = policy.score(one.head)
        known = best.get(id(policy))
        if known is None or (score, one.head.wait_seconds) > known[:2]:
            best[id(policy)] = score, one.head.wait_seconds, one
    if len(best) == 1:
        return next(iter(best.values()))[2]
    return max((one for *_, one in best.values()), key=_common_score)


def _common_score(one: Candidate) -> tuple[float, float]:
    return COMMON.score(one.head), one.head.wait_seconds


def runner_up(heads: Sequence[Candidate], winner: Line | None) -> Candidate | None:
    """Who would have been next, of the other lines."""
    others = [one for one in heads if one.line is not winner]
    return best_of(others) if others else None


# -- which agent?


def cheapest(
    now: float,
    scape: Landscape,
    place: Standing,
    longest: Sequence[Seat],
    fairness_per_second: float,
) -> SaveOffer:
    """The agent whom others will miss least. `longest`: the longest idle of each type that fits."""
    if len(longest) == 1:
        return _first_of_type(now, scape, place, longest[0])
    priced = place.pool.policy.agents is AgentChoice.PRICED
    costs = {
        seat.agent: _cost(now, place, seat, fairness_per_second) if priced else _idle(now, seat)
        for seat in longest
    }

    def order(seat: Seat) -> tuple[float, float, AgentId]:
        cost = costs[seat.agent][0][1] if priced else 0.0
        return cost, seat.kind.idle[seat.agent], seat.agent

    first, second = sorted(longest, key=order)[:2]
    match = matched(now, scape, place, first, "score")
    return replace(
        match,
        cost=costs[first.agent],
        next_agent=second.agent,
        next_cost=costs[second.agent],
    )


def _first_of_type(now: float, scape: Landscape, place: Standing, seat: Seat) -> SaveOffer:
    """All who fit are alike: the longest idle."""
    others = iter(seat.kind.idle.items())
    next(others)
    second = next(others, None)
    if second is None:
        return matched(now, scape, place, seat, "only_one")
    match = matched(now, scape, place, seat, "score")
    agent, since = second
    return replace(match, next_agent=agent, next_cost=(("idle_seconds", now - since),))


def _idle(now: float, seat: Seat) -> Parts:
    return (("idle_seconds", now - seat.kind.idle[seat.agent]),)


def _cost(now: float, place: Standing, seat: Seat, fairness_per_second: float) -> Parts:
    """What is lost if this agent serves the caller: the price of the pools that he leaves
    thinner, less for one who has been idle for long, more for one who fits less well or did not
    pick up lately."""
    kind = seat.kind
    price = sum(group.price() for group in kind.groups)
    idle = now - kind.idle[seat.agent]
    turn = exp(-fairness_per_second * idle)
    fit = 1 + kind.misfits[place.claim.queue]
    reach = 1.0 + seat.misses
    return (
        ("cost", price * turn * fit * reach),
        ("price_of_pools", price),
        ("idle_turn", turn),
        ("misfit", fit),
        ("missed", reach),
        ("idle_seconds", idle),
    )


def matched(
    now: float,
    scape: Landscape,
    place: Standing,
    seat: Seat,
    rule: str,
    *,
    runner_up: Candidate | None = None,
) -> SaveOffer:
    """The pair, with its reasons."""
    policy: Policy = place.pool.policy
    next_contact: ContactId | None = None
    next_caller: Parts = ()
    if runner_up is not None:
        next_contact = runner_up.line.entries[0][1]
        next_caller = runner_up.line.pool.policy.parts(runner_up.head)
    return SaveOffer(
        contact=place.claim.contact,
        agent=seat.agent,
        queue=place.claim.queue,
        policy=place.pool.rules.policy,
        rule=rule,
        caller=policy.parts(place.head(now, scape)),
        next_contact=next_contact,
        next_caller=next_caller,
        cost=_idle(now, seat),
        next_agent=None,
        next_cost=(),
    )
