"""Which campaign counts on which agent."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.campaigns import CampaignName
from ccserver.core.ids import AgentId
from ccserver.core.lending import Borrower, Worker, lend
from ccserver.core.pacer import Doing

A, B = CampaignName("a"), CampaignName("b")


def borrowers(weight: float = 1.0, spare: int = 0) -> dict[CampaignName, Borrower]:
    return {A: Borrower(A, weight, spare), B: Borrower(B, 1.0, 0)}


def team(count: int, doing: Doing = Doing.FREE, *, callers: bool = False) -> list[Worker]:
    return [Worker(AgentId(f"x{n}"), doing, (A, B), serves_callers=callers) for n in range(count)]


def test_agents_are_divided_by_weight() -> None:
    assert Counter(lend(team(9), borrowers(weight=2.0), {}).values()) == {A: 6, B: 3}


def test_who_counted_for_one_stays_with_it() -> None:
    first = lend(team(4), borrowers(), {})
    assert lend(team(4)[::-1], borrowers(), first) == first


def test_who_has_a_customer_of_one_counts_for_it() -> None:
    bound = Worker(AgentId("x"), Doing.TALK, (A, B), bound=B)
    assert lend([bound], borrowers(), {AgentId("x"): A}) == {"x": B}
    lost = Worker(AgentId("x"), Doing.TALK, (A,), bound=CampaignName("gone"))
    assert lend([lost], borrowers(), {}) == {"x": A}


def test_who_is_gone_or_fits_nobody_counts_for_none() -> None:
    workers = [
        Worker(AgentId("gone"), Doing.GONE, (A,)),
        Worker(AgentId("other"), Doing.FREE, (CampaignName("c"),)),
    ]
    assert lend(workers, borrowers(), {}) == {}


def test_so_many_idle_agents_are_left_for_callers() -> None:
    only = {A: Borrower(A, 1.0, 2)}
    assert len(lend(team(5, callers=True), only, {})) == 3
    assert len(lend(team(2, callers=True), only, {})) == 0
    assert len(lend(team(5), only, {})) == 5, "who serves no callers is not spared"
    assert len(lend(team(5, Doing.WRAP, callers=True), only, {})) == 5


def test_an_agent_moves_to_whoever_has_clearly_fewer() -> None:
    before = {AgentId(f"x{n}"): A for n in range(6)}
    assert Counter(lend(team(6), borrowers(), before).values()) == {A: 3, B: 3}


@given(st.integers(0, 12), st.integers(0, 4), st.lists(st.sampled_from([A, B]), max_size=12))
def test_each_counts_once_and_the_spares_are_kept(
    count: int, spare: int, before: list[CampaignName]
) -> None:
    known = {AgentId(f"x{n}"): one for n, one in enumerate(before)}
    lent = lend(team(count, callers=True), {A: Borrower(A, 1.0, spare)}, known)
    assert set(lent.values()) <= {A}
    assert count - len(lent) >= min(spare, count)
