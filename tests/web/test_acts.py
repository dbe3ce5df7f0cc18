"""Acts by the WebSocket are written down, or not done."""

import pytest

from ccserver.core.ids import ContactId
from ccserver.db.acts import Act, ActKind
from ccserver.db.engine import engine_for, sessions_of
from ccserver.web.acts import UnwrittenError, keeper_of
from tests.web.house import CALL, House, running

HEARD = Act(who="sue", kind=ActKind.LISTEN, target="anna", contact=ContactId(CALL))
LEFT = Act(who="sue", kind=ActKind.LEAVE, target="anna", contact=ContactId(CALL))


@pytest.mark.db
async def test_an_act_is_kept_and_found_in_its_span(database: str) -> None:
    house = House(dsn=database)
    keep = keeper_of(house.sessions)
    await keep(HEARD)
    await keep(LEFT)
    async with running(house), house.http("ada") as ada:
        newest, oldest = (await ada.get("/api/acts")).json()
        assert (newest["kind"], oldest["kind"], oldest["contact"]) == ("leave", "listen", CALL)
        none = await ada.get("/api/acts", params={"from": newest["at"] + 60_000})
        assert none.json() == []
        none = await ada.get("/api/acts", params={"to": oldest["at"]})
        assert none.json() == []
        assert (await ada.get("/api/acts", params={"limit": 0})).status_code == 422


async def test_while_the_database_is_away_nobody_listens_but_who_listens_may_leave() -> None:
    keep = keeper_of(sessions_of(engine_for("postgresql://nobody@127.0.0.1:1/x", connections=0)))
    with pytest.raises(UnwrittenError):
        await keep(HEARD)
    await keep(LEFT)
