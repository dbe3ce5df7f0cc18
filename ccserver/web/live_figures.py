"""Brings each queue's day to the supervisors' screens, as it changes."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Final

from ccserver.core.day_figures import DayFigures, KeptDay, Telling
from ccserver.core.ids import Queue
from ccserver.db.config import Rules
from ccserver.web import figures as measured
from ccserver.web.messages import FiguresChanged, ServerMessage
from ccserver.web.shown import QueueFigures
from ccserver.web.view import View

PACE_SECONDS: Final = 0.25
"""A queue's figures are told so often at most, and so soon at the latest."""
LOOK_SECONDS: Final = 1.0
"""How soon midnight is seen when nobody calls."""

TellFloor = Callable[[Callable[[int], ServerMessage]], None]


class LiveFigures:
    """Figures as they were told last, and those that are to be told."""

    def __init__(
        self, *, zone: str, view: View, tell_floor: TellFloor, now: Callable[[], float]
    ) -> None:
        """`zone`: on whose clock the day begins (IANA). `view` is what new screens are shown."""
        self.day = DayFigures(zone, now())
        self._view = view
        self._tell_floor = tell_floor
        self._now = now
        self._changed: dict[Queue, float] = {}
        """Since when."""
        self._some = asyncio.Event()

    def recall(self, kept: KeptDay) -> None:
        """Begin with what the database has of the day, before the first record of this run."""
        self.day.recall(kept)
        self._look_at(self._view.queues)
        self.flush()

    def go_by(self, rules: Rules) -> None:
        """Other queues, targets, or doors that are closed."""
        self._view.closed = rules.closed
        self._view.spying_shown = rules.site.spying_shown
        self.day.set_rules(rules.queues)
        names = {queue.name for queue in rules.queues}
        for gone in self._view.figures.keys() - names:
            del self._view.figures[gone]
        self._look_at(sorted(names))
        self.flush()

    def take(self, told: Telling) -> None:
        """What the core keeps and shows. Cheap: it is told with every call."""
        if queues := self.day.take(told):
            self._look_at(queues)

    async def run(self) -> None:
        """Tell what changes, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._some.wait()
            self._some.clear()
            if self.day.turn(self._now()):
                self._look_at(self._view.figures)
            self.flush()
            await asyncio.sleep(PACE_SECONDS)

    def flush(self) -> None:
        """Tell the figures of all queues that are other ones now."""
        changed, self._changed = self._changed, {}
        for queue, since in changed.items():
            shown = self._shown(queue)
            if self._view.figures.get(queue) == shown:
                continue
            self._view.figures[queue] = shown
            self._tell_floor(partial(_message, shown))
            measured.FIGURES_LAG.observe(max(0.0, self._now() - since))

    def _look_at(self, queues: Iterable[Queue]) -> None:
        now = self._now()
        for queue in queues:
            self._changed.setdefault(queue, now)
        self._some.set()

    def _shown(self, queue: Queue) -> QueueFigures:
        figures = self.day.of(queue)
        return QueueFigures(
            queue=queue,
            offered=figures.offered,
            answered=figures.answered,
            abandoned=figures.abandoned,
            short_abandoned=figures.short_abandoned,
            flowed_out=figures.flowed_out,
            answered_in_time=figures.answered_in_time,
            service_level=figures.service_level,
            abandon_rate=figures.abandon_rate,
            asa_ms=figures.asa_ms,
            aht_ms=figures.aht_ms,
            closed=self._view.closed.get(queue),
        )


def _message(shown: QueueFigures, seq: int) -> FiguresChanged:
    return FiguresChanged(seq=seq, figures=shown)
