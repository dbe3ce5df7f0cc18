"""What pacers are told of agents."""

from collections import defaultdict

from typing_extensions import override

from ccserver.core.campaigns import CampaignName, CampaignRules, Ledger
from ccserver.core.center import Center
from ccserver.core.dial_events import LeadsGiven, LedgersGiven
from ccserver.core.events import (
    AgentKnown,
    AgentLoggedOut,
    AgentPaused,
    CallAnswered,
    OfferFailed,
    RulesChanged,
    WrapUpDone,
)
from ccserver.core.ids import AgentId, ContactId, Phone, Queue
from ccserver.core.pacer import Doing
from ccserver.core.pacing_rules import Progressive
from ccserver.core.quick import replace
from ccserver.core.rules import AS_USUAL, QueueRules
from ccserver.core.site import AgentProfile
from tests.core.campaigning import DRIVE, RULES, Drive, lead, ledger
from tests.core.stories import ANNA, BOB, PHONES, SALES, SERVICE, Story

OTHER = CampaignName("other")


class Watched(Progressive):
    """Writes down what it is told of agents."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[str, list[Doing]] = defaultdict(list)

    @override
    def agent(self, now: float, agent: str, doing: Doing) -> None:
        super().agent(now, agent, doing)
        self.seen[agent].append(doing)


class Watching(Drive):
    """A drive whose pacers are watched."""

    def __init__(self, rules: CampaignRules = RULES) -> None:
        self.pacers: dict[CampaignName, Watched] = {}

        def pacer_for(rules: CampaignRules, _ledger: Ledger, _now: float) -> Watched:
            self.pacers[rules.name] = Watched()
            return self.pacers[rules.name]

        super().__init__(Story(center=Center(pacer_for)), rules)

    def free(self, campaign: CampaignName = DRIVE) -> set[str]:
        """Who is free for it now."""
        return {a for a, d in self.pacers[campaign].seen.items() if d[-1] is Doing.FREE}


def test_an_agent_is_followed_through_his_work() -> None:
    drive = Watching()
    drive.story.ready()
    drive.give(lead(1), lead(2))
    drive.answer(1)
    drive.talk(1)
    drive.hang_up(1)
    drive.story.tell(WrapUpDone(agent=ANNA))
    drive.story.tell(AgentPaused(agent=ANNA, reason="tea"))
    seen = drive.pacers[DRIVE].seen[ANNA]
    assert seen == [Doing.FREE, Doing.TALK, Doing.WRAP, Doing.FREE, Doing.GONE]


def test_a_caller_takes_an_agent_from_the_campaign() -> None:
    drive = Watching()
    drive.story.ready()
    drive.give(lead(1), lead(2))
    drive.story.ring("caller")
    assert drive.pacers[DRIVE].seen[ANNA] == [Doing.FREE, Doing.TALK]
    gone = OfferFailed(contact=ContactId("caller"), phone=PHONES[ANNA], cause="no_answer")
    drive.story.tell(gone)
    assert drive.pacers[DRIVE].seen[ANNA][-1] is Doing.GONE


def test_who_is_about_to_pause_is_gone() -> None:
    drive = Watching()
    drive.story.ready()
    drive.give(lead(1), lead(2))
    drive.answer(1)
    drive.talk(1)
    drive.story.tell(AgentPaused(agent=ANNA, reason="tea"))
    assert drive.pacers[DRIVE].seen[ANNA][-1] is Doing.GONE


def test_no_two_campaigns_count_the_same_agent() -> None:
    drive = Watching()
    drive.story.ready(ANNA)
    drive.story.ready(BOB)
    drive.set(replace(RULES, name=OTHER))
    drive.story.tell(LedgersGiven(ledgers=(ledger(OTHER),)))
    drive.give(lead(1), lead(2))
    drive.story.tell(LeadsGiven(campaign=OTHER, leads=(lead(11), lead(12))))
    assert len(drive.free() | drive.free(OTHER)) == 2
    assert not drive.free() & drive.free(OTHER)
    taken = next(iter(drive.free()))
    drive.answer(11)
    # Whoever is given to the customer of `other`, each campaign counts on one of the two.
    drive.talk(11, AgentId(taken))
    assert drive.pacers[OTHER].seen[taken][-1] is Doing.TALK
    assert drive.free() == {str(ANNA), str(BOB)} - {taken}
    drive.hang_up(11)


def test_so_many_are_left_for_callers_of_other_queues() -> None:
    drive = Watching(rules=replace(RULES, spare_agents=1))
    drive.story.ready(ANNA)
    drive.give(lead(1), lead(2), lead(3))
    assert drive.dialed() == []
    drive.story.ready(BOB)
    assert len(drive.free()) == 1
    drive.story.ring("caller", queue=SERVICE)
    drive.story.answer("caller", ANNA)
    assert drive.free() == set(), "the last one is for callers"


def test_who_serves_another_queue_only_is_not_counted() -> None:
    drive = Watching()
    drive.story.ready()
    drive.give(lead(1), lead(2))
    other = AgentProfile(agent=ANNA, phone=Phone("1001"), queues=frozenset({SERVICE}))
    drive.story.tell(AgentKnown(profile=other))
    assert drive.free() == set()
    back = AgentProfile(agent=ANNA, phone=Phone("1001"), queues=frozenset({SALES}))
    drive.story.tell(AgentKnown(profile=back))
    assert drive.free() == {ANNA}
    skilled = QueueRules(name=Queue("other"))
    drive.story.tell(RulesChanged(queues=(skilled,), site=AS_USUAL))
    assert drive.free() == set()


def test_an_agent_of_a_campaign_without_leads_is_nobodys() -> None:
    drive = Watching()
    drive.story.ready()
    drive.give(lead(1))
    assert drive.free() == {ANNA}
    drive.end(1, "disconnected")
    assert drive.free() == set()


def test_a_campaign_whose_talk_goes_on_after_it_has_stopped_lets_its_agent_go() -> None:
    drive = Watching()
    drive.story.ready(ANNA)
    drive.story.ready(BOB)
    drive.give(lead(1), lead(2))
    drive.answer(1)
    drive.talk(1, BOB)
    talk = CallAnswered(contact=ContactId("a1"), phone=PHONES[BOB], recording="r")
    drive.story.tell(talk)
    drive.story.tell(AgentLoggedOut(agent=ANNA))
    assert drive.pacers[DRIVE].seen[BOB][-1] is Doing.TALK
