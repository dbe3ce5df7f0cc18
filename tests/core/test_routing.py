"""The router: who is next, and by whom. The numbered checks are those of the routing study."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.claim import Claim
from ccserver.core.demand import Ability
from ccserver.core.ids import AgentId, ContactId, Queue, Skill
from ccserver.core.records import SaveOffer
from ccserver.core.routing import Router
from ccserver.core.rules import Fit, QueueRules, Relaxation, SiteRules, Skills
from ccserver.core.timers import Agenda, Alarm, Timers
from ccserver.core.value import VALUE_OF_TIER, Tier

SALES, SERVICE, PARTS = Queue("sales"), Queue("service"), Queue("parts")
PLAIN = SiteRules(fairness_per_second=0.0)


def queue(name: Queue, **more: object) -> QueueRules:
    fields: dict[str, object] = {
        "name": name, "required": ((Skill(name), 1),), "language": Fit.IGNORED, **more,
    }  # fmt: skip
    return QueueRules(**fields)  # type: ignore[arg-type]


class Floor:
    """A router with people, told in a few words."""

    def __init__(self, *rules: QueueRules, site: SiteRules = PLAIN) -> None:
        self.agenda: Agenda = Timers()
        self.router = Router(self.agenda)
        self.now = 0.0
        self.router.set_rules(rules or (queue(SALES), queue(SERVICE)), site)

    def agent(self, name: str, *skills: Queue, misses: int = 0, idle: bool = True) -> None:
        ability = Ability(
            frozenset(), tuple(sorted((Skill(skill), 3) for skill in skills)), frozenset(),
            frozenset(),
        )  # fmt: skip
        agent = AgentId(name)
        self.router.seat(agent, ability, signed_in=True, working=True, misses=misses)
        if idle:
            self.router.idle(agent, self.now)

    def call(
        self,
        name: str,
        queue: Queue = SALES,
        *,
        tier: Tier = Tier.STANDARD,
        waited: float = 0.0,
        last_agent: str | None = None,
        agent: str | None = None,
        value: float | None = None,
        urgent: bool = False,
        skills: Skills = (),
    ) -> None:
        self.router.at(self.now)
        self.router.enter(
            Claim(
                contact=ContactId(name),
                queue=queue,
                tier=tier,
                value=VALUE_OF_TIER[tier] if value is None else value,
                queued_at=self.now - waited,
                entered_at=self.now,
                last_agent=AgentId(last_agent) if last_agent else None,
                agent=AgentId(agent) if agent else None,
                urgent=urgent,
                skills=skills,
            ),
        )

    def match(self, after: float = 0.0) -> list[SaveOffer]:
        """Let time pass, and give out who fits whom."""
        self.now += after
        self.router.at(self.now)
        for alarm, name in self.agenda.expire(self.now):
            if alarm is Alarm.OPENING:
                self.router.open(name)
            else:
                self.router.release(ContactId(name))
        found = []
        for offer in self.router.match(self.now):
            self.router.leave(offer.contact)
            self.router.busy(offer.agent)
            found.append(offer)
        self.router.check(self.now)
        return found

    def pairs(self, after: float = 0.0) -> list[tuple[str, str]]:
        return [(offer.contact, offer.agent) for offer in self.match(after)]


def test_1_the_agent_who_can_do_less_is_taken_first() -> None:
    floor = Floor(queue(SALES), queue(SERVICE), queue(PARTS))
    for number in range(3):
        for name in (SALES, SERVICE, PARTS):
            floor.call(f"{name}{number}", name)
    floor.match()
    for number in range(3):
        for name in (SALES, SERVICE, PARTS):
            floor.router.leave(ContactId(f"{name}{number}"))
    floor.agent("versatile", SALES, SERVICE, PARTS)
    floor.match(after=1.0)
    floor.agent("plain", SALES)
    floor.match(after=30.0)
    floor.call("1", SALES)
    (offer,) = floor.match()
    assert offer.agent == "plain"
    assert offer.next_agent == "versatile"
    assert dict(offer.cost)["price_of_pools"] < dict(offer.next_cost)["price_of_pools"]


def test_1_unless_the_other_has_idled_for_long() -> None:
    floor = Floor(queue(SALES), queue(SERVICE), site=SiteRules(fairness_per_second=0.01))
    floor.call("0", SALES)
    floor.call("00", SERVICE)
    floor.router.leave(ContactId("0"))
    floor.router.leave(ContactId("00"))
    floor.agent("versatile", SALES, SERVICE)
    floor.match(after=600.0)
    floor.agent("plain", SALES)
    floor.match(after=1.0)
    floor.call("1", SALES)
    assert floor.pairs() == [("1", "versatile")]


def test_2_the_promise_gives_way_in_more_than_its_share_of_decisions() -> None:
    floor = Floor()
    for number in range(10):
        floor.agent(f"busy{number}", SALES, idle=False)
    floor.match(after=10.0)
    for number in range(10):
        floor.call(f"old{number}", waited=1000.0 - number)
        floor.call(f"fresh{number}", tier=Tier.PLATINUM)
    served = []
    for number in range(10):
        floor.agent(f"free{number}", SALES)
        served += [(offer.rule, str(offer.contact)) for offer in floor.match()]
    assert served[0] == ("overdue", "old0")
    assert [rule for rule, _ in served].count("overdue") == 4
    assert served[1] == ("score", "fresh0")


def test_3_a_platinum_caller_who_is_late_goes_before_one_who_is_overdue() -> None:
    floor = Floor()
    for number in range(10):
        floor.agent(f"busy{number}", SALES, idle=False)
    floor.match(after=10.0)
    floor.call("overdue", waited=200.0)
    floor.call("late", tier=Tier.PLATINUM, waited=11.0)
    floor.agent("anna", SALES)
    (offer,) = floor.match()
    assert (offer.contact, offer.rule) == ("late", "top_tier_late")


def test_4_two_callers_of_one_line_are_never_swapped() -> None:
    floor = Floor()
    floor.call("second", waited=5.0)
    floor.call("first", waited=6.0)
    floor.agent("anna", SALES)
    floor.agent("bob", SALES)
    assert floor.pairs() == [("first", "anna"), ("second", "bob")]


def test_5_under_a_backlog_an_overdue_caller_yields_to_a_fresh_platinum_one() -> None:
    floor = Floor()
    floor.agent("busy", SALES, idle=False)
    floor.match(after=10.0)
    for number in range(20):
        floor.call(f"old{number}", waited=300.0)
    floor.call("fresh", tier=Tier.PLATINUM)
    floor.agent("anna", SALES)
    assert floor.pairs() == [("fresh", "anna")]


def test_a_last_agent_takes_his_customer_when_idle() -> None:
    floor = Floor()
    floor.agent("anna", SALES)
    floor.match(after=60.0)
    floor.agent("bob", SALES)
    floor.match(after=1.0)
    floor.call("1", last_agent="bob")
    (offer,) = floor.match()
    assert (offer.agent, offer.rule) == ("bob", "last_agent")


def test_a_last_agent_takes_his_customer_out_of_turn_after_nearly_as_long_a_wait() -> None:
    floor = Floor()
    floor.agent("bob", SALES, idle=False)
    floor.call("best", waited=10.0)
    floor.call("mine", waited=6.0, last_agent="bob")
    floor.match()
    floor.agent("bob", SALES)
    (offer,) = floor.match()
    assert (offer.contact, offer.rule) == ("mine", "last_agent")


def test_but_not_after_half_the_wait_nor_from_another_queue_nor_a_lower_tier() -> None:
    for queue_, tier, waited in (
        (SALES, Tier.STANDARD, 4.0),
        (SERVICE, Tier.STANDARD, 9.0),
    ):
        floor = Floor()
        floor.agent("bob", SALES, SERVICE, idle=False)
        floor.call("best", waited=10.0)
        floor.call("mine", queue_, tier=tier, waited=waited, last_agent="bob")
        floor.match()
        floor.agent("bob", SALES, SERVICE)
        (offer,) = floor.match()
        assert offer.contact == "best"
        assert offer.next_contact == "mine" or offer.rule == "only_one"


def test_a_caller_who_asks_for_one_agent_waits_for_that_one_and_then_for_anyone() -> None:
    floor = Floor(queue(SALES, direct_seconds=60.0))
    floor.agent("anna", SALES, idle=False)
    floor.agent("bob", SALES)
    floor.call("1", agent="anna")
    assert floor.pairs(after=1.0) == []
    assert floor.agenda.due() == 60.0
    assert floor.pairs(after=60.0) == [("1", "bob")]


def test_the_agent_who_was_asked_for_serves_his_own_first() -> None:
    floor = Floor()
    floor.agent("anna", SALES, idle=False)
    floor.call("valued", tier=Tier.PLATINUM)
    floor.call("asks", agent="anna")
    floor.match()
    floor.agent("anna", SALES)
    (offer,) = floor.match()
    assert (offer.contact, offer.rule) == ("asks", "direct")


def test_one_who_asks_for_nobody_who_is_there_waits_like_all() -> None:
    floor = Floor()
    floor.agent("bob", SALES)
    floor.call("1", agent="gone")
    assert floor.pairs() == [("1", "bob")]


def test_relaxed_requirements_find_an_agent_who_is_idle_already() -> None:
    relaxed = queue(SALES, relax=(Relaxation(after_seconds=30.0, required=((Skill(SERVICE), 1),)),))
    floor = Floor(relaxed, queue(SERVICE))
    floor.agent("bob", SERVICE)
    floor.call("1")
    assert floor.pairs() == []
    assert floor.agenda.due() == 30.0
    assert floor.pairs(after=30.0) == [("1", "bob")]


def test_an_agent_who_becomes_idle_before_the_step_is_found_by_it_too() -> None:
    relaxed = queue(SALES, relax=(Relaxation(after_seconds=30.0, required=((Skill(SERVICE), 1),)),))
    floor = Floor(relaxed, queue(SERVICE))
    floor.call("1")
    floor.match(after=10.0)
    floor.agent("bob", SERVICE)
    assert floor.pairs() == []
    assert floor.pairs(after=20.0) == [("1", "bob")]


def test_outbound_work_waits_until_agents_are_to_spare_and_no_caller_waits() -> None:
    floor = Floor(queue(SALES), queue(PARTS, outbound=True), site=SiteRules(spare_agents=1))
    floor.agent("anna", SALES, PARTS)
    floor.call("out", PARTS)
    assert floor.pairs() == [], "the last free agent stays for callers"
    floor.agent("bob", SALES, PARTS)
    assert floor.pairs() == [("out", "bob")]
    floor.call("out2", PARTS)
    floor.router.busy(AgentId("anna"))
    floor.call("in")
    floor.match()
    floor.agent("carla", SALES, PARTS)
    floor.agent("dora", SALES, PARTS)
    assert floor.pairs()[0][0] == "in"


def test_queues_of_different_policies_are_compared_by_the_common_one() -> None:
    floor = Floor(queue(SALES, policy="fifo"), queue(SERVICE))
    floor.call("patient", waited=100.0)
    floor.call("valued", SERVICE, tier=Tier.PLATINUM, waited=1.0)
    floor.agent("anna", SALES, SERVICE)
    assert floor.pairs() == [("valued", "anna")]


def test_who_did_not_pick_up_lately_is_asked_later() -> None:
    floor = Floor(queue(SALES), queue(SERVICE))
    floor.call("0")
    floor.router.leave(ContactId("0"))
    floor.agent("sleepy", SALES, misses=2)
    floor.match(after=100.0)
    floor.agent("awake", SALES, SERVICE)
    floor.match(after=1.0)
    floor.call("1")
    assert floor.pairs() == [("1", "awake")]


def test_new_rules_hold_for_those_who_wait_already() -> None:
    floor = Floor(queue(SALES), queue(SERVICE))
    floor.agent("bob", SERVICE)
    floor.call("1")
    assert floor.pairs() == []
    anyone = queue(SALES, required=((Skill(SERVICE), 1),))
    floor.router.set_rules((anyone, queue(SERVICE)), PLAIN)
    assert floor.pairs() == [("1", "bob")]


def test_an_agent_who_signs_out_is_nobody_s_any_more() -> None:
    floor = Floor()
    floor.agent("anna", SALES)
    floor.match()
    assert floor.router.could_be_served(SALES, "zh", "", ())
    ability = Ability(frozenset(), ((Skill(SALES), 3),), frozenset(), frozenset())
    floor.router.seat(AgentId("anna"), ability, signed_in=False, working=False, misses=0)
    assert not floor.router.could_be_served(SALES, "zh", "", ())
    floor.call("1")
    assert floor.pairs() == []
    assert floor.agenda.due() in (None, inf)


def test_an_agent_who_has_idled_for_longer_goes_first_even_if_he_is_found_later() -> None:
    floor = Floor()
    floor.now = 100.0
    floor.agent("anna", SALES)
    floor.agent("bob", SALES, idle=False)
    floor.router.idle(AgentId("bob"), 50.0)
    floor.router.idle(AgentId("bob"), 99.0)  # he is known to be
    floor.match()
    floor.call("1")
    assert floor.pairs() == [("1", "bob")]


def test_who_asks_for_an_agent_who_is_free_gets_him_at_once() -> None:
    floor = Floor()
    floor.agent("anna", SALES)
    floor.agent("bob", SALES)
    floor.match(after=1.0)
    floor.call("1", agent="bob")
    (offer,) = floor.match()
    assert (offer.agent, offer.rule) == ("bob", "direct")


def test_two_who_ask_for_the_same_agent_are_served_in_turn() -> None:
    floor = Floor()
    floor.agent("bob", SALES, idle=False)
    floor.call("second", agent="bob", waited=1.0, last_agent="bob")
    floor.call("first", agent="bob", waited=2.0, last_agent="bob")
    assert floor.pairs() == []
    for name in ("first", "second"):
        floor.router.idle(AgentId("bob"), floor.now)
        assert floor.pairs() == [(name, "bob")]


def test_a_step_of_relaxation_is_waited_for_when_the_caller_comes_last() -> None:
    relaxed = queue(SALES, relax=(Relaxation(after_seconds=30.0, required=((Skill(SERVICE), 1),)),))
    floor = Floor(relaxed, queue(SERVICE))
    floor.agent("bob", SERVICE)
    floor.match()
    floor.call("1")
    floor.match(after=5.0)
    floor.call("2")
    assert floor.pairs() == []
    assert floor.agenda.due() == 30.0
    assert floor.pairs(after=25.0) == [("1", "bob")]


def test_outbound_work_that_comes_while_agents_idle_leaves_enough_of_them() -> None:
    floor = Floor(queue(SALES), queue(PARTS, outbound=True), site=SiteRules(spare_agents=1))
    floor.agent("anna", SALES, PARTS)
    floor.match()
    floor.call("1", PARTS)
    assert floor.pairs() == []
    floor.router.leave(ContactId("1"))
    floor.agent("bob", SALES, PARTS)
    floor.match()
    floor.call("2", PARTS)
    assert len(floor.pairs()) == 1


# -- what the flow asks for


def test_an_emergency_goes_before_promise_tier_affinity_and_direct_call() -> None:
    floor = Floor()
    floor.agent("anna", SALES, SERVICE, idle=False)
    floor.call("overdue", waited=900.0)
    floor.call("late", tier=Tier.PLATINUM, waited=60.0)
    floor.call("mine", tier=Tier.PLATINUM, waited=59.0, last_agent="anna")
    floor.call("asks", waited=1.0, agent="anna")
    floor.call("urgent", SERVICE, urgent=True)
    floor.match()
    floor.agent("anna", SALES, SERVICE)
    (offer,) = floor.match()
    assert (offer.contact, offer.rule, offer.next_contact) == ("urgent", "urgent", "late")
    floor.agent("anna", SALES, SERVICE)
    (offer,) = floor.match()
    assert (offer.contact, offer.rule) == ("asks", "direct")


def test_emergencies_are_served_in_the_order_in_which_they_came() -> None:
    floor = Floor(queue(SALES), queue(SERVICE, policy="priority"))
    floor.call("third", tier=Tier.PLATINUM, waited=1.0, urgent=True)
    floor.call("first", SERVICE, waited=9.0, urgent=True)
    floor.call("second", waited=5.0, urgent=True)
    for name in "abc":
        floor.agent(name, SALES, SERVICE)
    offers = floor.match()
    assert [(offer.contact, offer.rule) for offer in offers] == [
        ("first", "urgent"), ("second", "urgent"), ("third", "urgent"),
    ]  # fmt: skip
    assert [offer.next_contact for offer in offers] == [None] * 3, "they went before nobody"


def test_an_emergency_that_comes_takes_the_agent_who_is_missed_least() -> None:
    floor = Floor(queue(SALES), queue(SERVICE))
    floor.call("0", SERVICE)
    floor.router.leave(ContactId("0"))
    floor.agent("both", SALES, SERVICE)
    floor.match(after=9.0)
    floor.agent("plain", SALES)
    floor.match(after=1.0)
    floor.call("1", urgent=True)
    (offer,) = floor.match()
    assert (offer.agent, offer.rule) == ("plain", "score")


def test_an_emergency_is_kept_for_no_one_and_waits_for_no_spare_agent() -> None:
    floor = Floor(queue(SALES), queue(PARTS, outbound=True), site=SiteRules(spare_agents=1))
    floor.agent("anna", SALES, PARTS)
    floor.match()
    floor.call("1", PARTS, urgent=True)
    assert floor.pairs() == [("1", "anna")]
    floor.call("2", PARTS, urgent=True, agent="anna")
    floor.call("in", waited=60.0)
    floor.match()
    floor.agent("bob", SALES, PARTS)
    assert floor.pairs() == [("2", "bob")]


def test_an_agent_who_cannot_serve_the_emergency_takes_who_is_next() -> None:
    floor = Floor()
    floor.call("urgent", SERVICE, urgent=True)
    floor.call("1")
    floor.agent("anna", SALES)
    (offer,) = floor.match()
    assert (offer.contact, offer.rule) == ("1", "only_one")


def test_who_asks_for_skills_waits_for_who_has_them_or_for_a_step_of_relaxation() -> None:
    relaxed = queue(SALES, relax=(Relaxation(after_seconds=30.0, required=((Skill(SALES), 1),)),))
    floor = Floor(relaxed, queue(SERVICE))
    floor.agent("anna", SALES)
    floor.call("1", skills=((Skill(PARTS), 3),))
    floor.call("2", skills=((Skill(PARTS), 3),), waited=-1.0)
    floor.match()
    assert floor.agenda.due() == 30.0
    floor.agent("bob", SALES, PARTS)
    assert floor.pairs(after=10.0) == [("1", "bob")]
    assert floor.pairs(after=20.0) == []
    assert floor.pairs(after=1.0) == [("2", "anna")]


def test_whether_anyone_could_serve_is_asked_of_the_skills_too() -> None:
    floor = Floor()
    floor.agent("anna", SALES, PARTS)
    assert floor.router.could_be_served(SALES, "", "", ((Skill(PARTS), 3),))
    assert not floor.router.could_be_served(SALES, "", "", ((Skill(PARTS), 4),))


CALLS = st.tuples(
    st.sampled_from([SALES, SERVICE, PARTS]),
    st.sampled_from(Tier),
    st.sampled_from([None, "a", "b"]),
    st.booleans(),
    st.sampled_from([(), ((Skill(PARTS), 3),)]),
)


@given(st.lists(CALLS, max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_no_one_is_served_while_an_emergency_waits_that_came_first_for_this_agent(
    calls: list[tuple[Queue, Tier, str | None, bool, Skills]], freed: list[str]
) -> None:
    known = {"a": (SALES, SERVICE), "b": (SALES, PARTS), "c": (PARTS,)}
    floor = Floor(queue(SALES), queue(SERVICE, policy="fifo"), queue(PARTS, outbound=True))
    for name, skills in known.items():
        floor.agent(name, *skills, idle=False)
    urgent: dict[str, set[Skill]] = {}
    for number, (where, tier, agent, is_urgent, wanted) in enumerate(calls):
        floor.now += 7.0
        name = str(number)
        floor.call(
            name, where, tier=tier, agent=agent, last_agent=agent, urgent=is_urgent, skills=wanted
        )
        if is_urgent:
            urgent[name] = {Skill(where), *(skill for skill, _ in wanted)}
    floor.match()
    for agent_name in freed:
        floor.router.idle(AgentId(agent_name), floor.now)
        able = {Skill(skill) for skill in known[agent_name]}
        first = next((name for name, wants in urgent.items() if wants <= able), None)
        for offer in floor.match(after=1.0):
            # Another, who idles, may get a call whose own agent has had his time meanwhile.
            if first is not None and offer.agent == agent_name:
                assert (offer.contact, offer.rule) == (first, "urgent")
            urgent.pop(offer.contact, None)
        assert first not in urgent
