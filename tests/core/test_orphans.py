"""A file without a row finds its talk, by the contact's history and the instant in its name."""

from ccserver.core.ids import AgentId, Queue
from ccserver.core.orphans import Owner, Part, owner_of
from ccserver.core.records import Recorded, SegmentKind

ANNA, BEN = AgentId("anna"), AgentId("ben")
SALES, SERVICE = Queue("sales"), Queue("service")


def part(
    kind: SegmentKind,
    started_at: float,
    ended_at: float,
    agent: AgentId | None = ANNA,
    queue: Queue = SALES,
) -> Part:
    return Part(kind=kind, queue=queue, agent=agent, started_at=started_at, ended_at=ended_at)


CONTACT = (
    part(SegmentKind.TALK, 100.0, 130.0),
    part(SegmentKind.HOLD, 130.0, 140.0),
    part(SegmentKind.CONSULT, 140.0, 160.0),
    part(SegmentKind.TALK, 160.0, 200.0),
    # The customer waits again, and is given to somebody else.
    part(SegmentKind.TALK, 300.0, 330.0, agent=BEN, queue=SERVICE),
)


def talk(agent: AgentId, queue: Queue, started_at: float, ended_at: float) -> Owner:
    return Owner(
        kind=Recorded.TALK,
        queue=queue,
        agents=(agent,),
        started_at=started_at,
        ended_at=ended_at,
    )


def test_a_file_made_before_the_phone_rang_holds_all_until_the_customer_is_left() -> None:
    assert owner_of(95.0, CONTACT) == talk(ANNA, SALES, 100.0, 200.0)
    assert owner_of(290.0, CONTACT) == talk(BEN, SERVICE, 300.0, 330.0)


def test_a_file_made_in_the_talk_begins_with_itself() -> None:
    assert owner_of(110.0, CONTACT) == talk(ANNA, SALES, 110.0, 200.0)


def test_a_file_made_in_a_consultation_is_the_consultations() -> None:
    assert owner_of(139.5, CONTACT) == Owner(
        kind=Recorded.CONSULT, queue=SALES, agents=(ANNA,), started_at=140.0, ended_at=160.0
    )


def test_a_talk_that_has_a_file_is_not_given_another() -> None:
    assert owner_of(95.0, CONTACT, taken=[100.0]) == talk(BEN, SERVICE, 300.0, 330.0)
    assert owner_of(95.0, CONTACT, taken=[100.0, 300.0]) is None
    assert owner_of(290.0, CONTACT, taken=[50.0]) == talk(BEN, SERVICE, 300.0, 330.0)


def test_a_file_made_after_the_last_talk_is_nobodys() -> None:
    assert owner_of(330.0, CONTACT) is None
    assert owner_of(95.0, ()) is None


def test_all_who_were_heard_are_named_in_their_order() -> None:
    handed = [
        part(SegmentKind.TALK, 100.0, 130.0),
        part(SegmentKind.TALK, 130.0, 160.0, agent=BEN),
        part(SegmentKind.HOLD, 160.0, 170.0, agent=None),
        part(SegmentKind.TALK, 170.0, 180.0),
    ]
    found = owner_of(99.0, handed)
    assert found is not None
    assert found.agents == (ANNA, BEN)
