"""The floor and the history count the same calls, and agree to the call."""

from datetime import UTC, datetime

import pytest

from ccserver.core.day_figures import DayFigures
from ccserver.core.intervals import figures
from ccserver.core.rules import DEFAULT_TARGETS
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.intervals import Asked, By, intervals
from tests.db.busy import QUEUES, Busy
from tests.db.parts import journaled
from tests.db.test_day_figures import MIDNIGHT, told

pytestmark = pytest.mark.db
DAY_SECONDS = 86400


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_the_live_day_is_the_day_of_the_history(database: str, seed: int) -> None:
    busy = Busy(seed, MIDNIGHT - 300.0, 900)
    live = DayFigures("Asia/Shanghai", busy.entries[0][1])
    for *_, commands in busy.entries:
        told(live, commands)
    await journaled(database, busy)
    engine = engine_for(database, connections=0)
    ends = [datetime.fromtimestamp(at, UTC) for at in (MIDNIGHT, MIDNIGHT + DAY_SECONDS)]
    asked = Asked(
        by=By.QUEUE,
        bounds=ends,
        names=None,
        now=datetime.fromtimestamp(busy.now, UTC),
        targets={"": DEFAULT_TARGETS},
    )
    async with sessions_of(engine)() as session:
        found = await intervals(session, asked)
    await engine.dispose()
    assert sum(live.of(queue).offered for queue in QUEUES) > 0
    for queue in QUEUES:
        kept, shown = found[(queue, None)], live.of(queue)
        assert shown.offered == kept.offered
        assert shown.answered == kept.answered
        assert shown.abandoned == kept.abandoned
        assert shown.short_abandoned == kept.short_abandoned
        assert shown.flowed_out == sum(kept.flowed_out.values())
        assert shown.answered_in_time == kept.answered_in_time
        assert shown.handled == kept.handled
        assert shown.handling_ms == kept.talk_ms + kept.hold_ms + kept.wrap_up_ms
        told_of = figures(kept)
        assert told_of["service_level"] == shown.service_level
        assert told_of["abandon_rate"] == shown.abandon_rate
        assert (told_of["asa_ms"], told_of["aht_ms"]) == (shown.asa_ms, shown.aht_ms)
