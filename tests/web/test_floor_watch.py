"""The floor's figures, from the history of a day to the screens."""

import asyncio

import pytest

from ccserver.core.ids import Queue
from ccserver.core.rules import AS_USUAL, QueueRules
from ccserver.core.thresholds import Figure, Threshold
from ccserver.db.config import Rules
from ccserver.db.engine import engine_for, sessions_of
from ccserver.web.floor_watch import FloorWatch
from tests.core.test_day_figures import shown
from tests.db.calls import SALES, Site
from tests.db.parts import journaled
from tests.db.parts import running as at_work
from tests.web.house import Answer, House, hear, running

pytestmark = pytest.mark.db

BUSY = Threshold(name="busy", figure=Figure.WAITING, limit=0, above=True)
RULES = Rules(queues=(QueueRules(name=SALES),), site=AS_USUAL, thresholds=(BUSY,))


async def test_a_new_run_shows_the_whole_day_and_goes_on_from_there(database: str) -> None:
    site = Site()
    for number in (1, 2):
        site.call(number)
    await journaled(database, site)
    house = House()
    house.time = site.now
    house.live.show_queues([SALES])
    watch = FloorWatch(
        zone="Asia/Shanghai",
        alerts_url="",
        live=house.live,
        sessions=sessions_of(engine_for(database, connections=0)),
        available=lambda _: 0,
        now=house.now,
    )
    watch.go_by(RULES)
    await watch.start()
    async with running(house), house.screen("sue") as sue, at_work(watch.run()):
        (figures,) = (await hear(sue))["figures"]
        assert (figures["offered"], figures["answered"], figures["aht_ms"]) == (2, 2, 69_000)
        assert figures["service_level"] == 1.0
        watch.take(shown(name="3", at=site.now))
        seen: dict[str, Answer] = {}
        async with asyncio.timeout(5):
            while seen.keys() != {"figures_changed", "alerts_changed"}:
                told = await hear(sue)
                seen[told["type"]] = told
    assert seen["figures_changed"]["figures"]["offered"] == 3
    (alert,) = seen["alerts_changed"]["alerts"]
    assert (alert["threshold"], alert["queue"], alert["value"]) == ("busy", Queue("sales"), 1)
