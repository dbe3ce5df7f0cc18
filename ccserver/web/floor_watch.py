"""Everything that keeps the supervisors' floor up to date beside the core's own commands."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.day_figures import Telling
from ccserver.core.ids import Queue
from ccserver.db.config import Rules
from ccserver.db.day_figures import kept_day
from ccserver.web.alerts import Alerts
from ccserver.web.live import Live
from ccserver.web.live_figures import LiveFigures
from ccserver.web.webhook import Webhook


class FloorWatch:
    """Figures and alerts, from the core's records to the screens."""

    def __init__(
        self,
        *,
        zone: str,
        alerts_url: str,
        live: Live,
        sessions: async_sessionmaker[AsyncSession],
        available: Callable[[Queue], int],
        now: Callable[[], float],
    ) -> None:
        """`zone`, `alerts_url`: see Settings. `available` tells how many agents are idle who could
        serve a queue."""
        self._sessions = sessions
        self._figures = LiveFigures(zone=zone, view=live.view, tell_floor=live.tell_floor, now=now)
        self._webhook = Webhook(alerts_url)
        self._alerts = Alerts(
            day=self._figures.day,
            view=live.view,
            tell_floor=live.tell_floor,
            available=available,
            sessions=sessions,
            post=self._webhook.put,
            now=now,
        )

    def go_by(self, rules: Rules) -> None:
        """The rules have changed."""
        self._figures.go_by(rules)
        self._alerts.go_by(rules.thresholds)

    def take(self, told: Telling) -> None:
        """What the core keeps and shows, in its order."""
        self._figures.take(told)

    def tell_outside(self, body: Mapping[str, Any]) -> None:
        """Let the system that is told of alerts know this too. Never blocks."""
        self._webhook.put(body)

    async def start(self) -> None:
        """Begin where the history stands: after the spool was written, before the first event, and
        once the rules are known. Raises what the database says."""
        async with self._sessions() as session:
            self._figures.recall(await kept_day(session, self._figures.day.begins_at))
        await self._alerts.start()

    async def run(self) -> None:
        """Tell what changes, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._figures.run(), name="figures")
            tasks.create_task(self._alerts.run(), name="alerts")
            tasks.create_task(self._webhook.run(), name="webhook")
