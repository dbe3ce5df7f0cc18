"""The policy `priority` against Cobham's formula for classes of callers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest

from ccserver.core.value import Tier
from ccserver.sim.contacts import Contact
from ccserver.sim.scenario import TierMix
from tests.sim.exact import cobham, days_of, differs, mean_wait, patient


def check_priority(agents: int, loads: Sequence[float], *, hours: int, days: int) -> None:
    whole = sum(loads)
    tiers = tuple(
        TierMix(name=name, share=load / whole, value=value)
        for name, load, value in zip((Tier.PLATINUM, Tier.STANDARD), loads, (1.0, 0.2), strict=True)
    )
    lived = days_of(replace(patient(agents, whole, hours), tiers=tiers), days, "priority")
    for tier, expected in zip(tiers, cobham(agents, loads), strict=True):
        assert not differs(expected, lived, partial(mean_wait_of, tier.name))


def mean_wait_of(tier: Tier, some: Sequence[Contact]) -> float:
    return mean_wait([contact for contact in some if contact.tier.name is tier])


def test_priority_makes_classes_wait_as_cobham_says() -> None:
    check_priority(5, [1.0, 3.0], hours=12, days=10)


@pytest.mark.long
@pytest.mark.parametrize("busy", [0.7, 0.9])
@pytest.mark.parametrize("best", [0.1, 0.5])
@pytest.mark.parametrize("agents", [1, 5, 20])
def test_cobham_holds_on_a_grid_of_loads(agents: int, best: float, busy: float) -> None:
    load = agents * busy
    check_priority(agents, [load * best, load * (1 - best)], hours=max(12, 200 // agents), days=16)
