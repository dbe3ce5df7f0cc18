"""What supervisors did is found again."""

from datetime import UTC, datetime, timedelta

import pytest

from ccserver.clock import now
from ccserver.core.ids import ContactId
from ccserver.db.acts import Act, ActKind, acts, keep_act
from ccserver.db.engine import engine_for, sessions_of

pytestmark = pytest.mark.db

CONTACT = ContactId("01930000-0000-7000-8000-000000000001")
MOVED = Act(
    who="sue",
    kind=ActKind.MOVE,
    target="service",
    contact=CONTACT,
    reason="wrong queue",
    details={"from": "sales"},
)
HEARD = Act(who="ada", kind=ActKind.LISTEN, target="anna", contact=CONTACT)
LEFT = Act(who="ada", kind=ActKind.LEAVE, target="anna")


async def test_acts_are_found_newest_first_by_person_and_by_target(database: str) -> None:
    sessions = sessions_of(engine_for(database, connections=0))
    for act in (MOVED, HEARD, LEFT):
        async with sessions.begin() as session:
            await keep_act(session, act)
    begin = datetime.fromtimestamp(now(), UTC) - timedelta(minutes=5)
    end = begin + timedelta(minutes=10)
    async with sessions() as session:
        every = await acts(session, begin, end)
        assert [one.act for one in every] == [LEFT, HEARD, MOVED]
        assert [one.act for one in await acts(session, begin, end, who="sue")] == [MOVED]
        assert [one.act for one in await acts(session, begin, end, target="anna", limit=1)] == [
            LEFT
        ]
        assert await acts(session, begin, every[-1].at) == ()
        assert len(await acts(session, every[0].at, end)) == 1
