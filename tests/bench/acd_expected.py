"""How well the promised waits hold, and what app_queue's moving mean would have promised.

A caller who gives up inside his band, or before it, has no true wait: he counts only when he was
still there after its end, as missed. app_queue knows one number for each queue (its `holdtime`:
three parts what it was, one part the last answered caller's wait, whole seconds); it is given a
band about that number as wide as ours for the same caller.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from statistics import fmean

from rich.progress import track

from ccserver.core.commands import Command
from ccserver.core.events import Event
from ccserver.core.ids import Queue
from ccserver.core.records import QueueExit, SaveQueueVisit
from ccserver.sim.day import run
from ccserver.sim.study import LOADS, study
from tests.bench.acd_days import PROCESSES
from tests.bench.report import Row

DAYS = {20: 8, 50: 4, 200: 1}
INSIDE_MIN, INSIDE_MAX = 0.75, 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What was promised to a caller, and how long it took."""

    waited: float
    from_seconds: float
    until_seconds: float
    answered: bool
    holdtime: int
    """What app_queue would have said."""

    @property
    def counts(self) -> bool:
        """Whether the true wait, or that it was longer than promised, is known."""
        return self.answered or self.waited > self.until_seconds

    @property
    def width(self) -> float:
        """How much is left open."""
        return self.until_seconds - self.from_seconds

    def holds(self) -> bool:
        """Whether it came as promised."""
        return self.answered and self.from_seconds <= self.waited <= self.until_seconds

    def app_queue_holds(self) -> bool:
        """Whether a band as wide about app_queue's number would have held."""
        low = max(0.0, self.holdtime - self.width / 2)
        return self.answered and low <= self.waited <= low + self.width


def expected_rows(agents: Sequence[int], days_factor: float) -> list[Row]:
    """For each team and load."""
    jobs = [
        (size, load, seed)
        for size in agents
        for load in LOADS
        for seed in range(1, max(1, round(DAYS[size] * days_factor)) + 1)
    ]
    found: dict[tuple[int, str], list[Promise]] = {}
    with ProcessPoolExecutor(PROCESSES) as pool:
        lived = track(pool.map(_promises, jobs), "promises", total=len(jobs))
        for (size, load, _), some in zip(jobs, lived, strict=True):
            found.setdefault((size, load), []).extend(some)
    return [row for (size, load), some in found.items() for row in _rows(size, load, some)]


def _rows(size: int, load: str, promises: Sequence[Promise]) -> list[Row]:
    some = [one for one in promises if one.counts]
    answered = [one for one in some if one.answered]
    mean = fmean(one.waited for one in answered)
    held = fmean(one.holds() for one in some)
    middle = fmean(abs(one.waited - (one.from_seconds + one.until_seconds) / 2) for one in answered)
    theirs = fmean(abs(one.waited - one.holdtime) for one in answered)
    what = f"{size} agents, {load}"
    return [
        Row(name=f"{what}: waits promised", value=len(some)),
        Row(name=f"{what}: inside the band", value=held, goal=(">=", INSIDE_MIN)),
        Row(name=f"{what}: inside the band, not too wide", value=held, goal=("<=", INSIDE_MAX)),
        Row(name=f"{what}: inside app_queue's, as wide",
            value=fmean(one.app_queue_holds() for one in some)),
        Row(name=f"{what}: mean wait of those who waited", value=mean, unit="s"),
        Row(name=f"{what}: mean width of the band", value=fmean(one.width for one in some) / mean,
            unit="x mean wait"),
        Row(name=f"{what}: error of the band's middle", value=middle, unit="s"),
        Row(name=f"{what}: error of app_queue's mean", value=theirs, unit="s"),
    ]  # fmt: skip


def _promises(job: tuple[int, str, int]) -> list[Promise]:
    size, load, seed = job
    visits: list[SaveQueueVisit] = []

    def note(_now: float, _event: Event, commands: list[Command]) -> None:
        visits.extend(command for command in commands if isinstance(command, SaveQueueVisit))

    run(study(size, load), "balanced", seed, note=note)
    return _with_holdtimes(visits)


def _with_holdtimes(visits: Sequence[SaveQueueVisit]) -> list[Promise]:
    """`visits`: in the order of their ends."""
    coming = sorted(visits, key=lambda visit: visit.entered_at)
    ended = iter(visits)
    left = next(ended, None)
    holdtimes: dict[Queue, int] = {}
    promises = []
    for visit in coming:
        while left is not None and left.ended_at < visit.entered_at:
            if left.exit is QueueExit.ANSWERED:
                old = holdtimes.get(left.queue, 0)
                holdtimes[left.queue] = (old * 3 + int(left.waited_seconds)) >> 2
            left = next(ended, None)
        if visit.wait_until_seconds > 0:
            promises.append(
                Promise(
                    waited=visit.waited_seconds,
                    from_seconds=visit.wait_from_seconds,
                    until_seconds=visit.wait_until_seconds,
                    answered=visit.exit is QueueExit.ANSWERED,
                    holdtime=holdtimes.get(visit.queue, 0),
                )
            )
    return promises
