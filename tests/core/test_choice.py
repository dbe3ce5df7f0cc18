"""The two choices, one at a time."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.choice import (
    HALVED_SECONDS,
    NO_TARGET_SECONDS,
    Candidate,
    Promise,
    choose,
    target_seconds,
)
from ccserver.core.demand import Need
from ccserver.core.ids import ContactId, Queue
from ccserver.core.policies import POLICIES, Head
from ccserver.core.pools import Line, Pool
from ccserver.core.rules import QueueRules
from ccserver.core.value import VALUE_OF_TIER, Tier


def test_old_storms_do_not_count_in_the_share_of_promises_kept() -> None:
    promise = Promise(invoked=8.0, kept=4.0)
    promise.forget(HALVED_SECONDS - 1)
    assert promise.kept == 4.0
    promise.forget(HALVED_SECONDS)
    assert (promise.invoked, promise.kept) == (4.0, 2.0)


def test_a_tier_without_a_target_has_the_usual_one() -> None:
    rules = QueueRules(name=Queue("sales"), targets=())
    assert target_seconds(rules, Tier.GOLD) == NO_TARGET_SECONDS
    assert target_seconds(QueueRules(name=Queue("sales")), Tier.PLATINUM) == 10.0


HEADS = st.lists(
    st.tuples(st.sampled_from([Tier.PLATINUM, Tier.GOLD, Tier.STANDARD]), st.floats(0.0, 400.0)),
    min_size=1,
    max_size=8,
)


@given(HEADS, st.floats(0.0, 50.0), st.floats(0.0, 50.0), st.floats(0.0, 1.0))
def test_nobody_beyond_the_promise_waits_for_others_of_less_claim(
    heads: list[tuple[Tier, float]], invoked: float, kept: float, share: float
) -> None:
    promise = Promise(invoked=invoked, kept=kept)
    found = [candidate(tier, wait) for tier, wait in heads]
    rule, best = choose(found, promise, share)
    overdue = [one for one in found if one.head.wait_seconds >= one.head.bound_seconds]
    if not overdue:
        assert rule in ("score", "only_one")
        assert promise.invoked == invoked
    elif kept <= share * (invoked + 1):
        late = [
            one
            for one in found
            if one.head.tier is Tier.PLATINUM and one.head.wait_seconds > one.head.target_seconds
        ]
        assert best in (late or overdue)
        if not late:
            most = max(one.head.wait_seconds / one.head.bound_seconds for one in overdue)
            assert best.head.wait_seconds / best.head.bound_seconds == most
    else:
        assert rule in ("score", "only_one"), "the promise has had its share"


def candidate(tier: Tier, wait: float) -> Candidate:
    policy = POLICIES["balanced"]
    pool = Pool(Need(Queue("sales"), "", ""), QueueRules(name=Queue("sales")), policy)
    line = Line(pool, tier, VALUE_OF_TIER[tier], 20.0, [(-wait, ContactId(f"{tier}{wait}"))])
    bound = policy.bounds.get(tier, inf)
    return Candidate(Head(line.value, tier, wait, 20.0, 180.0, 180.0, bound), line)
