"""Which talks are recorded, and what is made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.claim import Wish
from ccserver.core.ids import NO_LEG, AgentId, ContactId, CustomerId, LegId, Phone, Queue, uuid7
from ccserver.core.parties import Party, Phase, Tape
from ccserver.core.places import Call, Leaving, Place, Talking
from ccserver.core.quick import replace
from ccserver.core.records import Recorded
from ccserver.core.rules import Consent, Direction, SiteRules, Taping, TapingRule
from ccserver.core.talk_orders import PauseRecording
from ccserver.core.taping import (
    begun,
    consent_of,
    consult_tape,
    decide,
    ended,
    fault_of,
    heard,
    is_file_of,
    policy_of,
    still_paused,
)
from ccserver.core.value import Customer, Tier

SALES, COMPLAINT = Queue("sales"), Queue("complaint")
ANNA, BOB, CARA = AgentId("anna"), AgentId("bob"), AgentId("cara")
NEVER, ON_DEMAND, ALWAYS = Taping.NEVER, Taping.ON_DEMAND, Taping.ALWAYS

RULES = (
    TapingRule(taping=NEVER, consents=frozenset({Consent.REFUSED})),
    TapingRule(taping=ALWAYS, queues=frozenset({COMPLAINT}), notice="recorded_notice"),
    TapingRule(taping=ON_DEMAND, agents=frozenset({ANNA}), notice="perhaps"),
    TapingRule(taping=NEVER, campaigns=frozenset({"spring"})),
    TapingRule(taping=ON_DEMAND, directions=frozenset({Direction.OUTBOUND})),
)


def decided(
    rules: tuple[TapingRule, ...] = RULES,
    *,
    contact: str = "1",
    queue: Queue = SALES,
    agent: AgentId | None = BOB,
    direction: Direction = Direction.INBOUND,
    consent: Consent = Consent.UNKNOWN,
    campaign: str = "",
) -> tuple[Taping, str]:
    return decide(
        rules,
        contact=ContactId(contact),
        queue=queue,
        agent=agent,
        direction=direction,
        consent=consent,
        campaign=campaign,
    )


# -- the policy


def test_the_first_rule_that_fits_decides() -> None:
    assert decided(queue=COMPLAINT) == (ALWAYS, "recorded_notice")
    assert decided(queue=COMPLAINT, consent=Consent.REFUSED) == (NEVER, "")
    assert decided(agent=ANNA) == (ON_DEMAND, "perhaps")
    assert decided(campaign="spring") == (NEVER, "")
    assert decided(direction=Direction.OUTBOUND) == (ON_DEMAND, "")


def test_what_no_rule_fits_is_recorded_without_a_word() -> None:
    assert decided() == decided(()) == (ALWAYS, "")


def test_a_rule_for_single_agents_does_not_fit_while_nobody_knows_who_answers() -> None:
    assert decided(agent=None) == (ALWAYS, "")


@given(share=st.floats(0.0, 1.0), larger=st.floats(0.0, 1.0), luck=st.integers(0, 2**74 - 1))
def test_a_share_is_always_of_the_same_contacts(share: float, larger: float, luck: int) -> None:
    share, larger = sorted((share, larger))
    contact = uuid7(1_700_000_000.0, luck)

    def taped(of: float) -> bool:
        return decided((TapingRule(taping=NEVER, share=of),), contact=contact) == (NEVER, "")

    assert not taped(share) or taped(larger)
    assert taped(1.0)
    assert not taped(0.0)


def test_a_share_is_as_large_as_it_says() -> None:
    rules = (TapingRule(taping=NEVER, share=0.3),)
    contacts = [uuid7(1_700_000_000.0 + n, n * 7919) for n in range(2000)]
    taped = sum(decided(rules, contact=contact)[0] is NEVER for contact in contacts)
    assert taped == pytest.approx(600, abs=80)


def test_what_the_caller_says_today_goes_before_what_he_said_once() -> None:
    customer = Customer(
        id=CustomerId("c"),
        tier=Tier.GOLD,
        value=0.6,
        language="zh",
        recording_consent=Consent.REFUSED,
    )
    stranger = Call(contact=ContactId("1"), leg=LegId("l"), arrived_at=0.0)
    known = replace(stranger, customer=customer)
    assert consent_of(stranger) is Consent.UNKNOWN
    assert consent_of(known) is Consent.REFUSED
    assert consent_of(replace(known, wish=Wish(consent=Consent.GIVEN))) is Consent.GIVEN
    assert policy_of(SiteRules(taping=RULES), known, SALES, BOB) == (NEVER, "")
    assert policy_of(SiteRules(taping=RULES), stranger, COMPLAINT, None)[1] == "recorded_notice"
    called = replace(stranger, campaign="spring")
    assert policy_of(SiteRules(taping=RULES), called, SALES, BOB) == (NEVER, "")


# -- files


def test_a_recording_belongs_to_the_contact_in_its_name() -> None:
    contact = ContactId(uuid7(1_700_000_000.0, 5))
    assert is_file_of(f"2026/10/01/{contact}-1790000000123.raw", contact)
    for file in (
        f"2026/10/01/{contact}-1790000000123.sln",
        f"2026/10/01/{contact}.raw",
        f"../{contact}-1.raw",
        f"2026/10/01/x{contact}-1.raw",
        f"2026/10/01/{contact}-1.raw\n",
        "",
    ):
        assert not is_file_of(file, contact)


def test_its_name_says_when_it_was_begun() -> None:
    named = Tape(file="2026/10/01/some-contact-20500.raw", since=10.0)
    assert begun(named, 30.0) == replace(named, since=20.5)
    assert begun(named, 20.0) == named, "another clock is of no use"
    assert begun(replace(named, since=21.0), 30.0) == replace(named, since=21.0)
    nameless = replace(named, file="some.raw")
    assert begun(nameless, 30.0) == nameless
    assert begun(None, 30.0) is None


# -- a talk

TAPE = Tape(file="a.raw", since=10.0, agents=(ANNA,))
COLLEAGUE = Party(leg=LegId("b"), agent=BOB, phone=Phone("1002"), answered=True)


def talking(
    *,
    tape: Tape | None = TAPE,
    consult: Party | None = None,
    others: tuple[Party, ...] = (),
    agent: AgentId | None = ANNA,
) -> Talking:
    return Talking(
        call=Call(contact=ContactId("1"), leg=LegId("caller"), arrived_at=0.0, caller="+861"),
        since=12.0,
        queue=SALES,
        agent=agent,
        phone=Phone("1001"),
        tape=tape,
        agent_leg=LegId("agent-leg"),
        phase=Phase.CONSULT if consult else Phase.TALK,
        consult=consult,
        others=others,
    )


def leaving(place: Place) -> Leaving:
    return Leaving(call=place.call, since=30.0)


def test_a_tape_knows_all_agents_whom_it_has_heard_in_their_order() -> None:
    rings = replace(COLLEAGUE, agent=CARA, answered=False)
    outside = Party(leg=LegId("o"), agent=None, phone=Phone(""), number="+8613", answered=True)
    room = talking(others=(outside, COLLEAGUE, rings))
    both = heard(room).tape
    assert both is not None
    assert both.agents == (ANNA, BOB)
    handed_on = heard(talking(tape=both, agent=CARA)).tape
    assert handed_on is not None
    assert handed_on.agents == (ANNA, BOB, CARA)
    assert heard(talking(tape=None)).tape is None
    assert heard(talking()) == talking(), "whom it knows, it keeps"


def test_a_talk_that_goes_on_elsewhere_goes_on_in_the_same_file() -> None:
    handed_on = talking(agent=BOB)
    assert list(ended(talking(), handed_on, 30.0)) == []
    [row] = ended(talking(), leaving(handed_on), 30.0)
    assert (row.file, row.started_at, row.ended_at, row.cut) == ("a.raw", 10.0, 30.0, False)
    assert (row.agent, row.agents, row.kind) == (ANNA, (ANNA,), Recorded.TALK)
    assert (row.queue, row.caller, row.customer) == (SALES, "+861", "")
    [other] = ended(talking(), talking(tape=replace(TAPE, file="b.raw")), 30.0)
    assert other.file == "a.raw"
    assert list(ended(talking(tape=None), leaving(handed_on), 30.0)) == []


def test_who_is_first_on_a_tape_that_heard_nobody_of_ours_is_nobody() -> None:
    tape = replace(TAPE, agents=())
    [row] = ended(talking(tape=tape, agent=None), leaving(talking()), 30.0)
    assert (row.agent, row.agents) == (None, ())


def test_a_tape_ends_no_later_than_the_switch_was_lost() -> None:
    [row] = ended(talking(), leaving(talking()), 30.0, lost_at=20.0)
    assert (row.ended_at, row.cut) == (20.0, True)
    [early] = ended(talking(), leaving(talking()), 30.0, lost_at=5.0)
    assert early.ended_at == early.started_at == 10.0


def test_a_consultation_has_a_row_of_its_own() -> None:
    tape = consult_tape(talking(), BOB, "consult.raw", 20.0)
    consulting = talking(consult=replace(COLLEAGUE, tape=tape))
    assert list(ended(consulting, consulting, 25.0)) == []
    [row] = ended(consulting, talking(others=(COLLEAGUE,)), 25.0)
    assert (row.file, row.kind, row.agents) == ("consult.raw", Recorded.CONSULT, (ANNA, BOB))
    assert (row.started_at, row.ended_at) == (20.0, 25.0)
    assert {row.file for row in ended(consulting, leaving(talking()), 30.0)} == {
        "a.raw",
        "consult.raw",
    }


def test_a_consultation_that_is_not_recorded_has_no_tape() -> None:
    assert consult_tape(talking(), None, "", 20.0) is None
    outside = consult_tape(talking(), None, "consult.raw", 20.0)
    assert outside == Tape(file="consult.raw", since=20.0, agents=(ANNA,))


def test_a_leg_that_is_recorded_from_now_on_is_silent_while_the_others_are() -> None:
    paused = replace(TAPE, paused_until=99.0)
    consulting = talking(tape=paused, consult=COLLEAGUE)
    assert still_paused(consulting) == PauseRecording(
        contact=ContactId("1"), legs=(LegId("caller"), COLLEAGUE.leg), until=99.0
    )
    unknown = still_paused(talking(tape=paused, consult=replace(COLLEAGUE, leg=NO_LEG)))
    assert unknown is not None
    assert unknown.legs == ("caller",)
    assert still_paused(talking(consult=COLLEAGUE)) is None
    assert still_paused(talking(tape=None)) is None


# -- afterwards


@pytest.mark.parametrize(
    ("expected", "actual", "cut", "fault"),
    [
        (60.0, 60.0, False, ""),
        (60.0, 59.5, False, ""),
        (60.0, 59.3, False, "short"),
        (1000.0, 990.0, False, ""),
        (1000.0, 989.0, False, "short"),
        (60.0, 75.0, False, ""),
        (0.4, 0.0, False, ""),
        (60.0, 0.0, False, "short"),
        (60.0, None, False, "missing"),
        (60.0, None, True, "missing"),
        (60.0, 59.0, True, "cut"),
        (60.0, 60.0, True, "cut"),
    ],
)
def test_a_recording_is_whole_or_it_is_said_what_is_wrong(
    expected: float, actual: float | None, cut: bool, fault: str
) -> None:
    assert fault_of(expected, actual, cut) == fault
