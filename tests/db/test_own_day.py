"""An agent's own day, out of the log."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId, LegId
from ccserver.core.records import SaveContact, SaveContactEnd, SaveSegment, SegmentKind
from ccserver.core.seen import EndedBy
from ccserver.core.value import Tier
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.own_day import missed, outbound_calls, pauses_ms
from tests.db.calls import ANNA, SALES, T0, contact_id
from tests.db.parts import journaled
from tests.db.walked import Past
from tests.web.talked import execute

pytestmark = pytest.mark.db

BOB = AgentId("bob")
SINCE = datetime.fromtimestamp(T0, UTC)
UNTIL = SINCE + timedelta(days=1)


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


def contact(
    past: Past,
    number: int,
    *parts: tuple[SegmentKind, AgentId, str],
    caller: str = "+8613800000001",
    customer: str = "",
    ended: bool = True,
) -> ContactId:
    """A contact at T0 + 1000 x number, each part 10 s long."""
    name, at = contact_id(number), T0 + 1000.0 * number
    past.save(
        SaveContact(
            contact=name, leg=LegId(str(number)), caller=caller, dialed="4001", arrived_at=at
        )
    )
    for place, (kind, agent, outcome) in enumerate(parts):
        past.save(
            SaveSegment(
                contact=name,
                number=place + 1,
                kind=kind,
                queue=SALES,
                agent=agent,
                started_at=at + 10 * place,
                ended_at=at + 10 * place + 10,
                outcome=outcome,
            )
        )
    talked = [agent for kind, agent, _ in parts if kind is SegmentKind.TALK]
    if ended:
        past.save(
            SaveContactEnd(
                contact=name,
                ended_at=at + 10 * len(parts),
                ended_by=EndedBy.CALLER,
                customer=customer,
                tier=Tier.GOLD,
                value=0.6,
                language="zh",
                queue=SALES,
                agent=talked[-1] if talked else None,
                keys=(),
            )
        )
    return name


OFFERED = (SegmentKind.OFFER, ANNA, "no_answer")
GIVEN_UP = (SegmentKind.OFFER, ANNA, "abandoned")
TALKED = (SegmentKind.TALK, BOB, "agent_hung_up")


async def test_missed_are_those_whom_nobody_served_after_the_agent_let_them_ring(
    database: str, session: AsyncSession
) -> None:
    past = Past()
    first = contact(past, 1, OFFERED, caller="+861", customer="7")
    contact(past, 2, OFFERED, (SegmentKind.OFFER, BOB, "answered"), TALKED, caller="+862")
    last = contact(past, 3, TALKED, OFFERED, GIVEN_UP, caller="+863")
    contact(past, 4, OFFERED, ended=False, caller="+864")
    contact(past, 5, (SegmentKind.OFFER, BOB, "no_answer"), caller="+865")
    await journaled(database, past)
    await execute(
        database, "INSERT INTO customer (id, name) OVERRIDING SYSTEM VALUE VALUES (7, '王芳')"
    )
    found = await missed(session, ANNA, SINCE, UNTIL)
    assert [one.contact for one in found] == [last, first]
    assert [(one.number, one.name, one.customer) for one in found] == [
        ("+863", "", None),
        ("+861", "王芳", "7"),
    ]
    assert found[0].at == SINCE + timedelta(seconds=3030)
    assert await missed(session, ANNA, SINCE + timedelta(seconds=3030), UNTIL) == ()


@pytest.mark.parametrize(
    ("caller", "customer", "talked", "reached"),
    [
        ("+861", "", True, True),
        ("+869", "7", True, True),
        ("+861", "7", False, False),
        ("+869", "8", True, False),
    ],
)
async def test_a_customer_counts_as_called_back_once_somebody_has_talked_to_him(
    database: str, session: AsyncSession, caller: str, customer: str, talked: bool, reached: bool
) -> None:
    past = Past()
    contact(past, 1, TALKED, caller="+861", customer="7")
    contact(past, 2, GIVEN_UP, caller="+861", customer="7")
    contact(past, 3, *([TALKED] if talked else []), caller=caller, customer=customer)
    await journaled(database, past)
    (found,) = await missed(session, ANNA, SINCE, UNTIL)
    assert found.called_back is reached


async def test_nobody_is_called_back_by_a_number_that_is_not_known(
    database: str, session: AsyncSession
) -> None:
    past = Past()
    contact(past, 1, GIVEN_UP, caller="")
    contact(past, 2, TALKED, caller="")
    await journaled(database, past)
    (found,) = await missed(session, ANNA, SINCE, UNTIL)
    assert not found.called_back


async def test_pauses_are_told_by_reason_and_the_one_that_lasts_until_now(
    database: str, session: AsyncSession
) -> None:
    for reason, work, begin, end in (
        ("lunch", "paused", -100, 200),
        ("lunch", "paused", 300, 400),
        ("", "paused", 500, 501),
        ("", "available", 600, 700),
    ):
        await execute(
            database,
            "INSERT INTO agent_interval (run, seq, part, agent, presence, reason, work, "
            "started_at, ended_at) VALUES "
            "(gen_random_uuid(), 1, 0, 'anna', 'paused', $1, $2, $3, $4)",
            reason,
            work,
            SINCE + timedelta(seconds=begin),
            SINCE + timedelta(seconds=end),
        )
    await execute(
        database,
        "INSERT INTO agent_presence (agent, presence, reason, work, since, changed_at) "
        "VALUES ('anna', 'paused', 'training', 'paused', $1, $1)",
        SINCE + timedelta(seconds=1000),
    )
    now = SINCE + timedelta(seconds=1600)
    found = await pauses_ms(session, ANNA, SINCE, UNTIL, now)
    assert found == {"": 1000, "lunch": 300_000, "training": 600_000}
    assert await pauses_ms(session, BOB, SINCE, UNTIL, now) == {}


async def test_calls_out_are_counted(database: str, session: AsyncSession) -> None:
    past = Past()
    contact(past, 1, TALKED)
    contact(past, 2, TALKED)
    await journaled(database, past)
    await execute(
        database, "UPDATE contact SET direction = 'outbound' WHERE id = $1", contact_id(2)
    )
    assert await outbound_calls(session, BOB, SINCE, UNTIL) == 1
    assert await outbound_calls(session, ANNA, SINCE, UNTIL) == 0
