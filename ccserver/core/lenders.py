"""The agents whom campaigns count on, and what their pacers are told of them."""

from collections.abc import Iterable, Mapping

from ccserver.core.agents import Roster
from ccserver.core.calls import Calls
from ccserver.core.campaign_runs import Run
from ccserver.core.campaigns import CampaignName
from ccserver.core.demand import Need, opens_after
from ccserver.core.ids import AgentId, Queue
from ccserver.core.lending import Borrower, Worker, lend
from ccserver.core.pacer import Doing, Pacer
from ccserver.core.routing import Router
from ccserver.core.site import AgentProfile, Presence, WorkState
from ccserver.core.work import Agent, Offered, OnCall, Previewing, WrapUp, ability_of


class Lenders:
    """All agents, as far as campaigns are concerned. Each pacer hears of its own only."""

    def __init__(
        self, calls: Calls, roster: Roster, router: Router, runs: Mapping[CampaignName, Run]
    ) -> None:
        self._calls = calls
        self._roster = roster
        self._router = router
        self._runs = runs
        self._workers: dict[AgentId, Worker] = {}
        self._serves: dict[AgentId, tuple[AgentProfile, frozenset[Queue]]] = {}
        self._borrowers: dict[CampaignName, Borrower] = {}
        self._lent: dict[AgentId, CampaignName] = {}
        self._told: dict[AgentId, tuple[Pacer, Doing]] = {}

    def idle(self, campaign: CampaignName) -> list[AgentId]:
        """Its agents who have nobody, nor anybody in sight, in the order of their names."""
        return sorted(
            name
            for name, lent_to in self._lent.items()
            if lent_to == campaign and self._is_idle(self._workers[name])
        )

    def _is_idle(self, worker: Worker) -> bool:
        return worker.doing is Doing.FREE and worker.bound is None

    def set_rules(self) -> None:
        """Queues have changed: who serves which is found out anew."""
        self._serves.clear()
        self._borrowers = {}

    def look(self, now: float, changed: Iterable[AgentId]) -> set[CampaignName]:
        """Agents or campaigns have changed. Which campaigns have other agents now."""
        borrowers = {
            name: Borrower(name, run.rules.weight, run.rules.spare_agents)
            for name, run in self._runs.items()
            if run.team is not None
        }
        everybody = borrowers != self._borrowers
        self._borrowers = borrowers
        if everybody:
            changed = [agent.profile.agent for agent in self._roster.all()]
        news = [name for name in changed if self._learn(name)]
        if not news and not everybody:
            return set()
        if everybody or not self._lend_to_one(news):
            self._lent = lend(self._workers.values(), borrowers, self._lent)
            news = sorted(self._told.keys() | self._lent.keys())
        return self._tell(now, news)

    def _lend_to_one(self, names: Iterable[AgentId]) -> bool:
        """Whether only one campaign wants agents, as many as there are: then nobody else's place
        depends on what is new of these."""
        if len(self._borrowers) != 1 or any(one.spare for one in self._borrowers.values()):
            return False
        for name in names:
            worker = self._workers.get(name)
            if worker is not None and worker.bound in self._borrowers:
                self._lent[name] = worker.bound
            elif worker is not None and worker.fits and worker.doing is not Doing.GONE:
                self._lent[name] = worker.fits[0]
            else:
                self._lent.pop(name, None)
        return True

    def _learn(self, name: AgentId) -> bool:
        """Whether anything is new of this agent."""
        agent, old = self._roster.get(name), self._workers.get(name)
        assert agent is not None
        worker = self._worker(agent)
        if worker is None:
            self._workers.pop(name, None)
        else:
            self._workers[name] = worker
        return worker != old

    def _worker(self, agent: Agent) -> Worker | None:
        """None: he can work for no campaign now."""
        doing, bound = self._doing(agent)
        if doing is Doing.GONE and bound is None:
            return None
        queues = self._queues_of(agent)
        fits = tuple(
            name
            for name in self._borrowers
            if self._runs[name].rules.queue in queues
            and (agent.off_hook or not self._runs[name].rules.off_hook)
        )
        teams = {self._runs[name].rules.queue for name in self._borrowers}
        callers = any(not self._router.rules(queue).outbound for queue in queues - teams)
        return Worker(agent.profile.agent, doing, fits, bound, serves_callers=callers)

    def _doing(self, agent: Agent) -> tuple[Doing, CampaignName | None]:
        work, bound = agent.work, None
        if isinstance(work, Offered | OnCall):
            place = self._calls.get(work.contact)
            bound = CampaignName(place.call.campaign) if place and place.call.campaign else None
        if agent.presence is not Presence.READY or isinstance(work, Previewing):
            return Doing.GONE, bound
        if isinstance(work, Offered):
            # He whom the agent is to have counts as waiting until the two talk.
            return (Doing.FREE if bound else Doing.TALK), bound
        if isinstance(work, OnCall):
            return Doing.TALK, bound
        if isinstance(work, WrapUp):
            return Doing.WRAP, None
        return (Doing.FREE if agent.state is WorkState.AVAILABLE else Doing.GONE), None

    def _queues_of(self, agent: Agent) -> frozenset[Queue]:
        """Those whose callers he may serve at once."""
        known = self._serves.get(agent.profile.agent)
        if known is None or known[0] is not agent.profile:
            ability = ability_of(agent.profile)
            queues = frozenset(
                name
                for name, rules in self._router.queues.items()
                if opens_after(rules, Need(name, "", ""), ability) <= 0
            )
            known = self._serves[agent.profile.agent] = agent.profile, queues
        return known[1]

    def _tell(self, now: float, names: Iterable[AgentId]) -> set[CampaignName]:
        """Let each pacer know what is new of its agents."""
        news: set[CampaignName] = set()
        for name in names:
            lent_to, told = self._lent.get(name), self._told.get(name)
            pacer = self._runs[lent_to].pacer if lent_to else None
            doing = self._workers[name].doing if name in self._workers else Doing.GONE
            if told is not None and told[0] is not pacer:
                told[0].agent(now, name, Doing.GONE)
                del self._told[name]
                told = None
            if lent_to is not None:
                news.add(lent_to)
            if pacer is not None and (told is None or told[1] is not doing):
                pacer.agent(now, name, doing)
                self._told[name] = pacer, doing
        return news
