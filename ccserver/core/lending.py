"""Which campaign counts on which agent: each one on its own, by weight, and enough for callers.

A plain function. Whoever is counted twice would be promised to two customers at once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ccserver.core.campaigns import CampaignName
from ccserver.core.ids import AgentId
from ccserver.core.pacer import Doing
from ccserver.core.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class Borrower:
    """A campaign that wants agents."""

    name: CampaignName
    weight: float
    spare: int
    """So many idle agents are left for callers of the other queues that they serve."""


@quick
@dataclass(frozen=True, slots=True)
class Worker:
    """An agent who could work for at least one campaign."""

    name: AgentId
    doing: Doing
    fits: tuple[CampaignName, ...]
    """Those whose customers he may serve."""
    bound: CampaignName | None = None
    """Has, or is about to have, a customer of this one, or reads its lead."""
    serves_callers: bool = False
    """Serves queues of callers too."""


def lend(
    workers: Iterable[Worker],
    borrowers: Mapping[CampaignName, Borrower],
    before: Mapping[AgentId, CampaignName],
) -> dict[AgentId, CampaignName]:
    """Who counts for which campaign now. Who counted before for one stays, unless another has
    clearly fewer agents for its weight."""
    lent: dict[AgentId, CampaignName] = {}
    count: Counter[CampaignName] = Counter()
    loose: list[Worker] = []
    for worker in workers:
        if worker.bound in borrowers and worker.bound is not None:
            lent[worker.name] = worker.bound
            count[worker.bound] += 1
        elif worker.doing is not Doing.GONE:
            loose.append(worker)
    left = _left(loose)
    loose.sort(key=lambda worker: (worker.doing is Doing.FREE, worker.name not in before))
    for worker in loose:
        chosen = _choose(worker, borrowers, count, left, before.get(worker.name))
        if chosen is None:
            continue
        lent[worker.name] = chosen
        count[chosen] += 1
        if worker.doing is Doing.FREE and worker.serves_callers:
            left.subtract(worker.fits)
    return lent


def _left(workers: Iterable[Worker]) -> Counter[CampaignName]:
    """For each campaign, how many idle agents whom it could borrow are there for callers."""
    return Counter(
        campaign
        for worker in workers
        if worker.doing is Doing.FREE and worker.serves_callers
        for campaign in worker.fits
    )


def _choose(
    worker: Worker,
    borrowers: Mapping[CampaignName, Borrower],
    count: Mapping[CampaignName, int],
    left: Mapping[CampaignName, int],
    before: CampaignName | None,
) -> CampaignName | None:
    spared = worker.doing is Doing.FREE and worker.serves_callers
    may = [
        one
        for name in worker.fits
        if (one := borrowers.get(name)) and not (spared and left[name] <= one.spare)
    ]
    if not may:
        return None
    best = min(may, key=lambda one: ((count[one.name] + 1) / one.weight, one.name != before))
    stays = next((one for one in may if one.name == before), None)
    if stays is not None and count[stays.name] / stays.weight <= count[best.name] / best.weight:
        best = stays
    return best.name
