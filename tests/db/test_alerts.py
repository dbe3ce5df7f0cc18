"""Alerts are found again, those that go on too."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ccserver.core.ids import Queue
from ccserver.core.thresholds import Figure, Red, Threshold
from ccserver.db.alerts import alerts, begin_alert, end_alert, open_alerts
from ccserver.db.engine import engine_for, sessions_of

pytestmark = pytest.mark.db

T0 = 1_700_000_000.0
BUSY = Threshold(name="busy", figure=Figure.WAITING, limit=5, above=True)
RED = Red(threshold=BUSY, queue=Queue("sales"), since=T0, value=6, worst=6)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(T0 + seconds, UTC)


async def test_an_alert_begins_and_ends(database: str) -> None:
    sessions = sessions_of(engine_for(database, connections=0))
    async with sessions.begin() as session:
        first = await begin_alert(session, RED)
        second = await begin_alert(session, replace(RED, queue=Queue("help"), since=T0 + 10))
        assert [one.id for one in await open_alerts(session)] == [first, second]
        await end_alert(session, first, T0 + 60, worst=9)
    async with sessions.begin() as session:
        (left,) = await open_alerts(session)
        assert (left.id, left.queue, left.began_at, left.worst) == (second, "help", at(10), 6)
        newest, oldest = await alerts(session, at(0), at(100))
        assert (newest.id, newest.ended_at) == (second, None)
        assert (oldest.ended_at, oldest.worst, oldest.figure) == (at(60), 9, Figure.WAITING)
        assert [one.id for one in await alerts(session, at(60), at(100))] == [second]
        assert [one.id for one in await alerts(session, at(0), at(10))] == [first]
        assert [one.id for one in await alerts(session, at(0), at(100), limit=1)] == [second]
        await end_alert(session, second, T0 + 70)
        assert await open_alerts(session) == ()
        assert (await alerts(session, at(0), at(100)))[0].worst == 6
