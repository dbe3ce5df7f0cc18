"""Alerts: on the floor's screens, in the database, and to another system."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.day_figures import DayFigures
from ccserver.core.ids import Queue
from ccserver.core.records import QueueExit
from ccserver.core.thresholds import CALM_SECONDS, Figure, Threshold
from ccserver.db import alerts as kept
from ccserver.db.engine import engine_for, sessions_of
from ccserver.web import alerts
from ccserver.web.alerts import UNWRITTEN_MAX, Alerts
from ccserver.web.messages import AlertsChanged, ServerMessage
from ccserver.web.view import View
from tests.core.test_day_figures import NOON, shown, visit
from tests.db.parts import running as at_work
from tests.web.house import House, hear, running

SALES, HELP = Queue("sales"), Queue("help")
AWAY = "postgresql://nobody@127.0.0.1:1/none"
BUSY = Threshold(name="busy", figure=Figure.WAITING, limit=1, above=True, webhook=True)
LONG = Threshold(name="long", figure=Figure.LONGEST_WAIT_SECONDS, limit=30, above=True)
POOR = Threshold(name="poor", figure=Figure.SERVICE_LEVEL, limit=0.8, above=False)
LOST = Threshold(name="lost", figure=Figure.ABANDON_RATE, limit=0.1, above=True)
ALONE = Threshold(name="alone", figure=Figure.AGENTS_AVAILABLE, limit=1, above=False)


class Floor:
    """Hears of alerts. `time` is in the test's hands."""

    def __init__(self, *thresholds: Threshold, dsn: str = AWAY, at: float = NOON) -> None:
        self.time = at
        self.told: list[list[tuple[str, str]]] = []
        self.values: list[float | None] = []
        self.posted: list[dict[str, Any]] = []
        self.available = {SALES: 1, HELP: 1}
        self.view = View((SALES, HELP))
        self.day = DayFigures("Asia/Shanghai", at)
        self.sessions: async_sessionmaker[AsyncSession] = sessions_of(
            engine_for(dsn, connections=0)
        )
        self.alerts = Alerts(
            day=self.day,
            view=self.view,
            tell_floor=self.tell,
            available=self.available.__getitem__,
            sessions=self.sessions,
            post=self.posted.append,
            now=lambda: self.time,
        )
        self.alerts.go_by(thresholds)

    def tell(self, message: Callable[[int], ServerMessage]) -> None:
        told = message(1)
        assert isinstance(told, AlertsChanged)
        assert told.alerts == self.view.alerts
        self.told.append([(one.threshold, one.queue) for one in told.alerts])
        self.values += [one.value for one in told.alerts]

    def look(self, after: float = 1.0) -> None:
        self.time += after
        self.alerts.look()

    def wait(self, *names: str, since: float = NOON) -> None:
        for name in names:
            self.day.take(shown(name=name, at=since))

    def leave(self, *names: str) -> None:
        for name in names:
            self.day.take(visit(QueueExit.TIMEOUT, name=name))


async def test_every_figure_can_be_watched() -> None:
    floor = Floor(BUSY, LONG, POOR, LOST, ALONE)
    floor.look()
    assert floor.told == []
    floor.wait("1", "2")
    for exit_, waited in ((QueueExit.ANSWERED, 50.0), (QueueExit.ABANDONED, 9.0)):
        floor.day.take(visit(exit_, name="3", waited=waited))
    floor.available[HELP] = 0
    floor.look(40.0)
    (told,) = floor.told
    assert told[:4] == [(name, "sales") for name in ("busy", "long", "poor", "lost")]
    assert told[4:] == [("alone", "help")]
    assert floor.values == [2, 41.0, 0.0, 0.25, 0]


async def test_the_value_of_an_alert_that_goes_on_is_told_now_and_then() -> None:
    floor = Floor(LONG)
    floor.wait("1")
    for _ in range(45):
        floor.look()
    assert floor.values == [31.0, 36.0, 41.0]
    assert len(floor.told) == 3


async def test_an_alert_that_is_over_is_gone_and_only_what_is_wanted_is_posted() -> None:
    floor = Floor(BUSY, ALONE)
    floor.wait("1", "2")
    floor.available[SALES] = 0
    floor.look()
    floor.leave("1")
    floor.available[SALES] = 1
    floor.look()
    assert len(floor.told) == 1
    floor.look(CALM_SECONDS)
    assert floor.told[1:] == [[]]
    began, ended = floor.posted
    assert began == {
        "type": "alert_began",
        "threshold": "busy",
        "queue": "sales",
        "figure": "waiting",
        "value": 2.0,
        "limit": 1.0,
        "above": True,
        "since_at": (NOON + 1) * 1000,
        "worst": 2,
        "ended_at": None,
    }
    assert (ended["type"], ended["value"]) == ("alert_ended", 1.0)
    assert ended["ended_at"] == (NOON + 2 + CALM_SECONDS) * 1000


async def test_thresholds_that_are_taken_out_leave_no_alert() -> None:
    floor = Floor(BUSY)
    floor.wait("1", "2")
    floor.look()
    floor.alerts.go_by(())
    floor.look()
    assert floor.told[1:] == [[]]


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110 -- the rows' writer tells nobody
            await asyncio.sleep(0.02)


async def rows(floor: Floor) -> tuple[kept.KeptAlert, ...]:
    async with floor.sessions() as session:
        return await kept.open_alerts(session)


@pytest.mark.db
async def test_alerts_are_written_and_go_on_after_a_restart(database: str) -> None:
    floor = Floor(BUSY, ALONE, dsn=database)
    await floor.alerts.start()
    floor.wait("1", "2")
    floor.available[HELP] = 0
    floor.look()
    async with at_work(floor.alerts.run()):
        await until(lambda: not floor.alerts._unwritten)
    assert [(one.threshold, one.queue) for one in await rows(floor)] == [
        ("busy", "sales"),
        ("alone", "help"),
    ]

    again = Floor(BUSY, dsn=database, at=floor.time + 30)
    await again.alerts.start()
    assert [one.threshold for one in await rows(again)] == ["busy"], "nobody watches the other"
    again.wait("1", "2", "3")
    again.look()
    assert again.told == [[("busy", "sales")]]
    assert again.posted == [], "it has begun long ago"
    again.leave("1", "2", "3")
    again.look()
    again.look(CALM_SECONDS)
    async with at_work(again.alerts.run()):
        await until(lambda: not again.alerts._unwritten)
    assert await rows(again) == ()
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        found = (await sue.get("/api/alerts")).json()
        assert found[::-1] == [
            {
                "threshold": "busy",
                "queue": "sales",
                "figure": "waiting",
                "began_at": (NOON + 1) * 1000,
                "ended_at": (NOON + 33 + CALM_SECONDS) * 1000,
                "worst": 3.0,
            },
            {
                "threshold": "alone",
                "queue": "help",
                "figure": "agents_available",
                "began_at": (NOON + 1) * 1000,
                "ended_at": (NOON + 31) * 1000,
                "worst": 0.0,
            },
        ]
        span = {"from": int(NOON + 31) * 1000, "to": int(NOON + 40) * 1000}
        assert len((await sue.get("/api/alerts", params=span)).json()) == 1
        async with house.http("anna") as anna:
            assert (await anna.get("/api/alerts")).status_code == 403


@pytest.mark.db
async def test_what_could_not_be_written_is_written_when_the_database_is_back(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "RETRY_SECONDS", 0.01)
    floor = Floor(BUSY)
    floor.wait("1", "2")
    floor.look()
    async with at_work(floor.alerts.run()):
        await asyncio.sleep(0.1)
        assert len(floor.alerts._unwritten) == 1
        floor.sessions = floor.alerts._sessions = sessions_of(engine_for(database, connections=0))
        await until(lambda: not floor.alerts._unwritten)
    assert [one.threshold for one in await rows(floor)] == ["busy"]


async def test_not_more_waits_than_memory_has_room_for() -> None:
    floor = Floor(BUSY)
    for _ in range(UNWRITTEN_MAX):
        floor.alerts.go_by((BUSY,))
        floor.wait("1", "2")
        floor.look()
        floor.alerts.go_by(())
        floor.look()
    assert len(floor.alerts._unwritten) == UNWRITTEN_MAX


async def test_new_screens_are_shown_the_alerts_that_there_are() -> None:
    house = House()
    floor = Floor(BUSY)
    floor.wait("1", "2")
    floor.look()
    house.live.view.alerts = floor.view.alerts
    async with running(house), house.screen("sue") as sue, house.screen("anna") as anna:
        (alert,) = (await hear(sue))["alerts"]
        assert (alert["threshold"], alert["value"], alert["limit"]) == ("busy", 2, 1)
        assert (await hear(anna))["alerts"] == []
