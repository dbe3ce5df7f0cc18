"""Figures reach the floor: soon, seldom, and only when they are other ones."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

from ccserver.core.ids import Queue
from ccserver.core.records import QueueExit
from ccserver.core.rules import AS_USUAL, QueueRules, SiteRules
from ccserver.db.config import Rules
from ccserver.web.live_figures import PACE_SECONDS, LiveFigures
from ccserver.web.messages import FiguresChanged, ServerMessage
from ccserver.web.view import View
from tests.core.test_day_figures import NOON, shown, visit
from tests.virtual import VirtualLoop
from tests.web.house import House, hear, running

SALES, HELP = Queue("sales"), Queue("help")
RULES = Rules(queues=(QueueRules(name=HELP), QueueRules(name=SALES)), site=AS_USUAL)


class Floor:
    """Hears what is told, and when."""

    def __init__(self, now: Callable[[], float] = lambda: NOON) -> None:
        self.view = View((HELP, SALES))
        self.now = now
        self.told: list[tuple[float, FiguresChanged]] = []
        self.figures = LiveFigures(
            zone="Asia/Shanghai", view=self.view, tell_floor=self.tell, now=now
        )
        self.figures.go_by(RULES)

    def tell(self, message: Callable[[int], ServerMessage]) -> None:
        told = message(len(self.told) + 1)
        assert isinstance(told, FiguresChanged)
        self.told.append((self.now(), told))

    def last(self) -> tuple[str, int, int]:
        figures = self.told[-1][1].figures
        return figures.queue, figures.offered, figures.answered


def test_what_has_not_changed_is_not_told() -> None:
    floor = Floor()
    assert [one.figures.queue for _, one in floor.told] == ["help", "sales"]
    floor.figures.flush()
    floor.figures.take(shown(queue=None))
    floor.figures.take(visit(at=NOON - 86_400))
    floor.figures.flush()
    assert len(floor.told) == 2
    floor.figures.take(shown())
    floor.figures.flush()
    assert floor.last() == ("sales", 1, 0)
    floor.figures.take(visit())
    floor.figures.flush()
    assert floor.last() == ("sales", 1, 1)
    assert floor.view.figures[SALES].service_level == 1.0
    assert floor.view.figures[SALES].asa_ms == 10_000


def test_a_queue_that_was_closed_says_why_and_one_that_is_no_more_is_gone() -> None:
    floor = Floor()
    site = SiteRules(spying_shown=False)
    floor.figures.go_by(Rules(queues=(QueueRules(name=SALES),), site=site, closed={SALES: "storm"}))
    assert floor.view.figures.keys() == {SALES}
    assert floor.told[-1][1].figures.closed == "storm"
    assert not floor.view.spying_shown
    floor.figures.go_by(RULES)
    assert floor.view.figures[SALES].closed is None
    assert len(floor.told) == 5, "help is told again"


def test_a_busy_queue_is_told_four_times_a_second_and_never_later_than_that() -> None:
    async def busy() -> None:
        loop = asyncio.get_running_loop()
        floor = Floor(lambda: NOON + loop.time())
        changed: list[float] = []
        async with asyncio.TaskGroup() as tasks:
            run = tasks.create_task(floor.figures.run())
            await asyncio.sleep(1.0)
            begun = len(floor.told)
            for number in range(300):
                floor.figures.take(visit(QueueExit.ABANDONED, name=str(number)))
                changed.append(floor.now())
                await asyncio.sleep(0.01)
            await asyncio.sleep(1.0)
            run.cancel()
        times = [at for at, _ in floor.told[begun:]]
        assert floor.last() == ("sales", 300, 0)
        assert len(times) <= 3.0 / PACE_SECONDS + 1
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert min(gaps) >= PACE_SECONDS - 1e-6
        for at in changed:
            assert min(told for told in times if told >= at) <= at + PACE_SECONDS + 1e-6

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(busy())


def test_at_midnight_all_begin_anew_though_nobody_calls() -> None:
    async def night() -> None:
        loop = asyncio.get_running_loop()
        floor = Floor(lambda: NOON + loop.time())
        floor.figures.take(visit())
        async with asyncio.TaskGroup() as tasks:
            run = tasks.create_task(floor.figures.run())
            await asyncio.sleep(12 * 3600 - 1)
            assert floor.last() == ("sales", 1, 1)
            await asyncio.sleep(2.5)
            run.cancel()
        assert floor.last() == ("sales", 0, 0)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(night())


async def test_only_the_floor_is_shown_them() -> None:
    house = House()
    figures = LiveFigures(
        zone="UTC", view=house.live.view, tell_floor=house.live.tell_floor, now=house.now
    )
    figures.go_by(Rules(queues=(QueueRules(name=SALES),), site=AS_USUAL, closed={SALES: "storm"}))
    async with running(house), house.screen("sue") as sue, house.screen("anna") as anna:
        snapshot = await hear(sue)
        assert [one["closed"] for one in snapshot["figures"]] == ["storm"]
        assert (await hear(anna))["figures"] == []
        figures.take(shown(at=house.time))
        figures.flush()
        told = await hear(sue)
        assert (told["type"], told["figures"]["offered"]) == ("figures_changed", 1)
        assert told["seq"] > snapshot["seq"]
