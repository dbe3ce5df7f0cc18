"""Who is in a talk."""

from ccserver.core.company import (
    agents_of,
    answered,
    at_phone,
    instead,
    is_outside,
    is_ringing,
    is_sent_outside,
    keepers,
    led_by,
    leg_of,
    legs_beside,
    named,
    on_leg,
    parties_of,
    without,
)
from ccserver.core.ids import NO_LEG, AgentId, ContactId, LegId, Phone
from ccserver.core.parties import Party, Phase, Tape
from ccserver.core.places import Call, Dialing, InFlow, Ringing, Talking
from ccserver.core.quick import replace
from ccserver.core.rules import SpyMode
from tests.core.stories import ANNA, BOB, PHONES, SALES

CALL = Call(contact=ContactId("1"), leg=LegId("caller"), arrived_at=0.0, agent=ANNA)
TALK = Talking(
    call=CALL, since=0.0, queue=SALES, agent=ANNA, phone=PHONES[ANNA], agent_leg=LegId("a")
)
BOBS = Party(leg=LegId("b"), agent=BOB, phone=PHONES[BOB], answered=True)
OUTSIDE = Party(leg=LegId("o"), agent=None, phone=Phone(""), number="+49", answered=True)
BOSS = Party(
    leg=LegId("s"),
    agent=None,
    phone=Phone("2001"),
    supervisor="boss",
    mode=SpyMode.BARGE,
    answered=True,
)
CONSULTING = replace(TALK, phase=Phase.CONSULT, consult=BOBS, others=(BOSS,))
ROOM = replace(TALK, phase=Phase.ROOM, others=(BOBS, OUTSIDE, BOSS))


def test_whom_the_agent_consults_is_the_first_of_the_parties() -> None:
    assert parties_of(CONSULTING) == (BOBS, BOSS)
    assert parties_of(ROOM) == (BOBS, OUTSIDE, BOSS)


def test_every_agent_of_a_call_is_kept_busy_by_it() -> None:
    assert agents_of(CONSULTING) == agents_of(ROOM) == (ANNA, BOB)
    ringing = Ringing(
        call=CALL, since=0.0, queue=SALES, queued_at=0.0, agent=ANNA, phone=Phone(""), ordered=True
    )
    assert agents_of(ringing) == (ANNA,)
    dialing = Dialing(
        call=CALL,
        since=0.0,
        queue=SALES,
        queued_at=0.0,
        number="+49",
        requested_at=0.0,
        tries=1,
        agent=None,
        phone=Phone(""),
    )
    assert agents_of(dialing) == ()
    assert agents_of(replace(dialing, agent=BOB)) == (BOB,)
    assert agents_of(InFlow(call=CALL, since=0.0)) == agents_of(None) == ()


def test_no_supervisor_keeps_a_talk_alive_and_no_one_who_only_rings() -> None:
    assert keepers(ROOM) == (BOBS, OUTSIDE)
    assert keepers(replace(TALK, others=(replace(OUTSIDE, answered=False), BOSS))) == ()


def test_a_caller_with_nobody_of_ours_is_outside() -> None:
    out = replace(TALK, agent=None, phone=Phone(""), agent_leg=NO_LEG, others=(OUTSIDE,))
    assert is_outside(out)
    assert not is_sent_outside(out)
    rung = replace(OUTSIDE, leg=NO_LEG, answered=False)
    assert is_sent_outside(replace(out, others=(rung,)))
    assert is_ringing(replace(out, others=(rung,)))
    assert not is_ringing(out)
    assert not is_outside(replace(out, others=(BOSS,)))
    assert not is_outside(ROOM)


def test_the_legs_that_would_stay_alone() -> None:
    assert legs_beside(TALK) == (), "the switch parts the two by itself"
    assert legs_beside(CONSULTING) == ("a", "b", "s")
    assert legs_beside(replace(ROOM, agent_leg=NO_LEG)) == ("b", "o", "s")


def test_everyone_is_found_by_leg_and_phone() -> None:
    assert (leg_of(ROOM, ANNA), leg_of(ROOM, BOB), leg_of(ROOM, AgentId("eve"))) == ("a", "b", "")
    assert at_phone(ROOM, PHONES[BOB]) == on_leg(ROOM, LegId("b")) == BOBS
    assert at_phone(ROOM, Phone("9")) is on_leg(ROOM, LegId("x")) is None


def test_someone_goes_or_is_known_better() -> None:
    assert without(ROOM, OUTSIDE).others == (BOBS, BOSS)
    alone = without(CONSULTING, BOBS)
    assert (alone.consult, alone.phase) == (None, Phase.HOLD)
    better = replace(BOBS, leg=LegId("new"))
    assert instead(CONSULTING, BOBS, better).consult == better
    assert instead(ROOM, BOBS, better).others == (better, OUTSIDE, BOSS)


def test_another_has_the_caller() -> None:
    led = led_by(ROOM, BOBS)
    assert (led.agent, led.phone, led.agent_leg) == (BOB, PHONES[BOB], "b")
    assert (led.call.agent, led.others) == (BOB, (OUTSIDE, BOSS))
    led = led_by(ROOM, OUTSIDE)
    assert (led.agent, led.phone, led.agent_leg, led.call.agent) == (None, "", "", ANNA)
    assert led.others == (BOBS, BOSS, OUTSIDE)


def test_a_recording_that_runs_goes_on_with_another_who_answers() -> None:
    taped = replace(TALK, tape=Tape(file="one.raw", since=3.0))

    def tape(recording: str) -> Tape | None:
        return answered(taped, BOB, PHONES[BOB], since=9.0, recording=recording).tape

    assert tape("one.raw") == Tape(file="one.raw", since=3.0)
    assert tape("two.raw") == Tape(file="two.raw", since=9.0)
    assert tape("") is None


def test_people_are_told_who_it_is() -> None:
    nobody = Party(leg=NO_LEG, agent=None, phone=Phone("1009"))
    assert [named(one) for one in (BOBS, OUTSIDE, BOSS, nobody)] == ["bob", "+49", "boss", "1009"]
