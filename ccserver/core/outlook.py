"""Where a waiting caller stands, and how soon it could be his turn."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from ccserver.core.choice import Standing, target_seconds
from ccserver.core.claim import Claim
from ccserver.core.demand import need_of, opens_after
from ccserver.core.expected import Expected
from ccserver.core.hours import is_open
from ccserver.core.ids import ContactId
from ccserver.core.policies import POLICIES, RANK
from ccserver.core.pools import Group, Landscape, Line, Pool
from ccserver.core.rules import QueueRules
from ccserver.core.value import VALUE_OF_TIER, Tier

WORKING_LEAST = 0.1
"""Where no one works, someone may come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a waiting caller can expect."""

    place: int
    """In his queue; 1 is the next."""
    before: float
    """How many go before him for the agents who could serve him, from whatever queue."""
    per_second: float
    """How often one of those agents comes free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSight:
    """What a caller of standard value would find in a queue who came now."""

    open: bool
    waiting: int
    """Callers on the phone."""
    agents: int
    """Signed in, who could ever serve him."""
    available: int
    """Of them, those who are idle and could serve him at once."""
    wait_seconds: float | None
    """The upper end of what he would be promised, 0: served at once. None: nobody could serve him,
    so nobody can say."""


def sight(
    now: float, scape: Landscape, rules: QueueRules, expected: Expected, waiting: int
) -> QueueSight:
    """Look at a queue from outside. It changes nothing, or a replay would go another way: so the
    newcomer stands in a pool of his own. `waiting`: how many callers wait in the queue."""
    me = _newcomer(now, scape, rules)
    agents = sum(kind.signed_in for kind, _ in me.pool.types)
    available = sum(len(kind.idle) for kind, after in me.pool.types if after <= 0)
    wait: float | None = None
    if available:
        wait = 0.0
    elif agents:
        found = outlook(now, scape, me)
        kind_of_caller = rules.name, me.claim.tier
        wait = expected.quote(kind_of_caller, found.before, found.per_second).until_seconds
    is_open_now = rules.open and is_open(rules.hours, now)
    return QueueSight(
        open=is_open_now,
        waiting=waiting,
        agents=agents,
        available=available,
        wait_seconds=wait,
    )


def _newcomer(now: float, scape: Landscape, rules: QueueRules) -> Standing:
    """Of whatever language and region. He would stand behind his like."""
    need = need_of(rules, "", "")
    pool = Pool(need, rules, POLICIES[rules.policy])
    for kind in scape.kinds.values():
        after = opens_after(rules, need, kind.ability)
        if after < inf:
            pool.types.append((kind, after))
    pool.group.working = sum(kind.working for kind, after in pool.types if after <= 0)
    tier = Tier.STANDARD
    value = VALUE_OF_TIER[tier]
    like = [
        line
        for other in scape.pools.values()
        if other.need.queue == rules.name
        for line in other.lines.values()
        if line.tier is tier and not line.urgent and line.value == value * rules.weight
    ]
    line = Line(pool, tier, value * rules.weight, target_seconds(rules, tier))
    last = ContactId("~")  # after all who came at this instant
    claim = Claim(contact=last, queue=rules.name, tier=tier, value=value, queued_at=now)
    return Standing(claim, pool, max(like, key=lambda one: len(one.entries), default=line))


def outlook(now: float, scape: Landscape, me: Standing) -> Outlook:
    """As things stand. A queue has no agents of its own: whoever could serve this caller is the
    sooner free the more they are, and wanted by others. Those others are counted exactly in his
    own queue, and by tier and time elsewhere, which is much cheaper; and only for that part of
    their agents whom he could have too."""
    shared = _shared(me.pool)
    place, before = 1, 0.0
    for pool in scape.pools.values():
        if not pool.waiting:
            continue
        # Shares are taken anew a few times a minute only, and no part is more than the whole.
        part = 1.0 if pool.group is me.pool.group else min(1.0, shared.get(pool.group, 0.0))
        if pool.need.queue == me.claim.queue:
            count = _ahead(now, scape, me, pool)
            place += count
            before += part * count
        elif part:
            before += part * _better(me, pool)
    working = max(WORKING_LEAST, me.pool.group.working)
    return Outlook(place=place, before=before, per_second=working / scape.times.usual)


def _shared(pool: Pool) -> Mapping[Group, float]:
    """For each group, which part of its agents could serve this pool at once."""
    shared = pool.group.shared
    if not shared:
        for kind, after in pool.types:
            for group in kind.groups if after <= 0 else ():
                if group.working:
                    shared[group] = shared.get(group, 0.0) + kind.working / group.working
    return shared


def _ahead(now: float, scape: Landscape, me: Standing, pool: Pool) -> int:
    """How many in this pool go before me, as things stand. Within a line the score is in order but
    for the moment at which a target is missed; that moment is passed over."""
    urgent = me.claim.urgent
    my_head = me.head(now, scape)
    mine = pool.policy.score(my_head)
    count = 0
    for line in pool.lines.values():
        if line is me.line or (urgent and line.urgent):
            count += bisect_left(line.entries, me.at())
            continue
        if line.urgent:
            count += len(line.entries)
            continue
        if urgent:
            continue

        def less(entry: tuple[float, ContactId], line: Line = line) -> float:
            return -pool.policy.score(line.head(now - entry[0], scape.times))

        count += bisect_right(line.entries, -mine, key=less)
    return count


def _better(me: Standing, pool: Pool) -> int:
    """How many in this pool are of a better tier, or of the same and came before me. Emergencies
    are a tier above all."""
    mine = inf if me.claim.urgent else RANK[me.claim.tier]
    at, count = me.at(), 0
    for line in pool.lines.values():
        rank = inf if line.urgent else RANK[line.tier]
        if rank > mine:
            count += len(line.entries)
        elif rank == mine:
            count += bisect_left(line.entries, at)
    return count
