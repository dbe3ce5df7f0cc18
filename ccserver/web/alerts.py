"""Looks at the figures once a second, and tells of alerts: screens, database, webhook."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.day_figures import DayFigures
from ccserver.core.ids import Queue
from ccserver.core.thresholds import Figure, Red, Reds, Threshold, watch
from ccserver.db import alerts as kept
from ccserver.web import figures as measured
from ccserver.web.auth import DATABASE_AWAY, Supervisor
from ccserver.web.database import Database
from ccserver.web.instants import YEAR_9999_MS, from_ms, ms, to_ms
from ccserver.web.live_figures import TellFloor
from ccserver.web.messages import AlertsChanged
from ccserver.web.shown import Alert
from ccserver.web.view import View

LOOK_SECONDS: Final = 1.0
VALUES_SECONDS: Final = 5.0
"""How often the value of an alert that goes on is told anew."""
UNWRITTEN_MAX: Final = 1000
"""So many changes wait while the database is away. The oldest are lost then, and counted."""
RETRY_SECONDS: Final = 2.0

router = APIRouter(prefix="/api/alerts", tags=["floor"])

_log = structlog.get_logger("ccserver.alerts")


class AlertRow(BaseModel):
    """A figure that was beyond its threshold."""

    threshold: str
    queue: str
    figure: Figure
    began_at: int
    """When it came to be beyond."""
    ended_at: int | None
    """null: it still is."""
    worst: float | None
    """Of an alert that goes on: as it began."""


@router.get("")
async def listed(
    database: Database,
    _: Supervisor,
    since: Annotated[int, Query(alias="from", ge=0, le=YEAR_9999_MS)] = 0,
    until: Annotated[int, Query(alias="to", ge=0, le=YEAR_9999_MS)] = YEAR_9999_MS,
    limit: Annotated[int, Query(ge=1, le=kept.LIMIT_MAX)] = 200,
) -> list[AlertRow]:
    """All alerts that there were at any instant of [from, to), newest first."""
    found = await kept.alerts(database, from_ms(since), from_ms(until), limit=limit)
    return [
        AlertRow(
            threshold=one.threshold,
            queue=one.queue,
            figure=one.figure,
            began_at=to_ms(one.began_at),
            ended_at=None if one.ended_at is None else to_ms(one.ended_at),
            worst=one.worst,
        )
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class _News:
    red: Red
    ended_at: float | None
    """None: it begins."""


class Alerts:
    """What is red now."""

    def __init__(
        self,
        *,
        day: DayFigures,
        view: View,
        tell_floor: TellFloor,
        available: Callable[[Queue], int],
        sessions: async_sessionmaker[AsyncSession],
        post: Callable[[dict[str, Any]], None],
        now: Callable[[], float],
    ) -> None:
        """`available` tells how many agents are idle who could serve a queue; `post` is the
        webhook."""
        self._day = day
        self._view = view
        self._tell_floor = tell_floor
        self._available = available
        self._sessions = sessions
        self._post = post
        self._now = now
        self._thresholds: tuple[Threshold, ...] = ()
        self._reds: Reds = {}
        self._told_at = 0.0
        self._numbers: dict[tuple[str, Queue], int] = {}
        """The rows of the alerts that go on."""
        self._unwritten: deque[_News] = deque()
        self._some = asyncio.Event()

    def go_by(self, thresholds: Iterable[Threshold]) -> None:
        """Other thresholds from the next look on."""
        self._thresholds = tuple(thresholds)

    async def start(self) -> None:
        """Go on with the alerts of the last run; end those whose threshold is no more."""
        known = {threshold.name: threshold for threshold in self._thresholds}
        reds: dict[tuple[str, Queue], Red] = {}
        async with self._sessions.begin() as session:
            for row in await kept.open_alerts(session):
                threshold, key = known.get(row.threshold), (row.threshold, row.queue)
                if threshold is None or threshold.figure is not row.figure or key in reds:
                    await kept.end_alert(session, row.id, self._now())
                    continue
                self._numbers[key] = row.id
                reds[key] = Red(
                    threshold=threshold,
                    queue=row.queue,
                    since=row.began_at.timestamp(),
                    value=None,
                    worst=threshold.limit if row.worst is None else row.worst,
                    alerted=True,
                )
        self._reds = reds

    async def run(self) -> None:
        """Look and write until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._write(), name="alerts' rows")
            while True:
                self.look()
                await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Look at all figures now, and tell what is news."""
        now = self._now()
        readings = {queue: self._read(queue, now) for queue in self._watched()}
        seen = watch(now, self._thresholds, readings, self._reds)
        self._reds = seen.reds
        for red in seen.ended:
            self._keep(_News(red, now))
        for red in seen.began:
            self._keep(_News(red, None))
        shown = [_shown(red) for red in self._reds.values() if red.alerted]
        is_news = bool(seen.began or seen.ended) or now - self._told_at >= VALUES_SECONDS
        if is_news and shown != self._view.alerts:
            self._told_at = now
            self._view.alerts = shown
            measured.ALERTS.set(len(shown))
            self._tell_floor(partial(_message, shown))

    def _watched(self) -> tuple[Queue, ...]:
        return self._view.queues if self._thresholds else ()

    def _read(self, queue: Queue, now: float) -> dict[Figure, float | None]:
        figures, waiting = self._day.of(queue), self._day.waiting(queue)
        return {
            Figure.WAITING: len(waiting),
            Figure.LONGEST_WAIT_SECONDS: now - min(waiting, default=now),
            Figure.SERVICE_LEVEL: figures.service_level,
            Figure.ABANDON_RATE: figures.abandon_rate,
            Figure.AGENTS_AVAILABLE: self._available(queue),
        }

    def _keep(self, news: _News) -> None:
        if news.red.threshold.webhook:
            self._post(_body(news))
        if len(self._unwritten) >= UNWRITTEN_MAX:
            self._unwritten.popleft()
            measured.ALERTS_LOST.inc()
        self._unwritten.append(news)
        self._some.set()

    async def _write(self) -> None:
        while True:
            await self._some.wait()
            if not self._unwritten:
                self._some.clear()
                continue
            news = self._unwritten[0]
            try:
                async with self._sessions.begin() as session:
                    await self._write_one(session, news)
            except DATABASE_AWAY as error:
                _log.warning("an alert is not written yet", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if self._unwritten and self._unwritten[0] is news:
                self._unwritten.popleft()

    async def _write_one(self, session: AsyncSession, news: _News) -> None:
        red = news.red
        key = red.threshold.name, red.queue
        if news.ended_at is None:
            self._numbers[key] = await kept.begin_alert(session, red)
        elif (number := self._numbers.get(key)) is not None:
            await kept.end_alert(session, number, news.ended_at, worst=red.worst)


def _shown(red: Red) -> Alert:
    return Alert(
        threshold=red.threshold.name,
        queue=red.queue,
        figure=red.threshold.figure,
        value=red.value,
        limit=red.threshold.limit,
        above=red.threshold.above,
        since_at=ms(red.since),
    )


def _message(alerts: list[Alert], seq: int) -> AlertsChanged:
    return AlertsChanged(seq=seq, alerts=alerts)


def _body(news: _News) -> dict[str, Any]:
    body = _shown(news.red).model_dump(mode="json")
    ended_at = None if news.ended_at is None else ms(news.ended_at)
    kind = "alert_began" if ended_at is None else "alert_ended"
    return {"type": kind, **body, "worst": news.red.worst, "ended_at": ended_at}
