"""Whole shifts of imagined campaigns, against science's goals: the table's world and worse ones."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from math import pi, sin

from ccserver.sim.campaign import ALGORITHMS, Campaign
from ccserver.sim.campaign_figures import CampaignFigures, figures
from ccserver.sim.campaign_scenario import Answers, CampaignScenario, Lasting, Steps
from tests.bench.report import Row

BOUND = {
    (5, 0.15): 0.680, (5, 0.30): 0.728, (5, 0.60): 0.793,
    (10, 0.15): 0.744, (10, 0.30): 0.768, (10, 0.60): 0.810,
    (20, 0.15): 0.795, (20, 0.30): 0.807, (20, 0.60): 0.829,
    (50, 0.15): 0.840, (50, 0.30): 0.845, (50, 0.60): 0.854,
    (200, 0.15): 0.874, (200, 0.30): 0.876, (200, 0.60): 0.879,
}  # fmt: skip
"""(agents, chance of an answer): the occupancy of who knows when agents will be free."""

HOURS = 8.0
CAP = 3.0
FIRST_SEED = 1000
_STEPS_PER_HOUR = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Some shifts of one scenario under one algorithm."""

    scenario: CampaignScenario
    algorithm: str = "hazard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifts:
    """What they came to."""

    all: list[CampaignFigures]
    cpu_seconds: float

    @property
    def occupancy(self) -> float:
        """In percent, as all shares here."""
        return 100 * sum(one.occupancy for one in self.all) / len(self.all)

    @property
    def idle(self) -> float:
        """Seconds for each call."""
        return sum(one.idle_s_per_call for one in self.all) / len(self.all)

    @property
    def pooled(self) -> float:
        """Abandoned of the answered, of all shifts together."""
        return 100 * sum(one.abandoned for one in self.all) / sum(one.answered for one in self.all)

    @property
    def worst(self) -> float:
        """Of the worst single shift."""
        return 100 * max(one.abandon_rate for one in self.all)

    @property
    def worst_30min(self) -> float:
        """Of the worst half hour of all."""
        return 100 * max(one.worst_30min for one in self.all)


def world(agents: int, p: float, drift: Callable[[float], float] | None = None) -> CampaignScenario:
    """The world of the table: the chance of an answer swings by a quarter over the shift, and the
    list is worse in the third quarter."""
    steps: Steps = tuple(
        (n / _STEPS_PER_HOUR, (drift or _usual)((n + 0.5) / _STEPS_PER_HOUR))
        for n in range(int(HOURS * _STEPS_PER_HOUR))
    )
    answer = Answers(human=p, busy=0.08, invalid=0.02, no_answer=0.9 - p, drift=steps)
    return CampaignScenario(hours=HOURS, agents=agents, answer=answer)


def _usual(hour: float) -> float:
    return (1 + 0.25 * sin(2 * pi * hour / HOURS)) * (0.75 if 4 <= hour < 6 else 1.0)


def target_rows(agents: list[int], runs: int) -> list[Row]:
    """Every cell of the table, each shift by itself."""
    cells = [cell for cell in BOUND if cell[0] in agents]
    found = _lived([Case(scenario=world(*cell)) for cell in cells], runs)
    return [row for cell, shifts in zip(cells, found, strict=True) for row in _cell(cell, shifts)]


def _cell(cell: tuple[int, float], shifts: Shifts) -> Iterator[Row]:
    agents, p = cell
    name = f"{agents} agents, p {p:.2f}"
    goal = 98.0 if agents == 5 else 99.0
    share = shifts.occupancy / BOUND[cell]
    yield Row(name=f"{name}: occupancy of the bound's", value=share, unit="%", goal=(">=", goal))
    yield Row(name=f"{name}: occupancy", value=shifts.occupancy, unit="%")
    yield Row(name=f"{name}: idle a call", value=shifts.idle, unit="s")
    yield Row(name=f"{name}: abandoned, pooled", value=shifts.pooled, unit="%")
    yield Row(
        name=f"{name}: abandoned, worst shift", value=shifts.worst, unit="%", goal=("<=", CAP)
    )
    if agents == 200:
        yield Row(
            name=f"{name}: a shift", value=shifts.cpu_seconds, unit="s CPU", goal=("<=", 60.0)
        )


# -- worse worlds


def _jump(hour: float) -> float:
    return 1.6 if 3.0 <= hour < 3.4 else 1.0


def _two_lists(hour: float) -> float:
    return 0.5 if int(hour * 2) % 2 else 1.5


def _steady(hour: float) -> float:
    return 1.0


def stress_rows(runs: int) -> list[Row]:
    """What changes on the way: never over the cap, and near the occupancy of the steady case."""
    team = 20
    steady = world(team, 0.3, _steady)
    going = ((0.0, 20.0), (1.0, 30.0), (2.5, 12.0), (4.0, 25.0), (6.0, 10.0), (7.0, 22.0))
    cases = {
        "steady": steady,
        "drift": world(team, 0.3),
        "a jump of 60 % for 24 min": world(team, 0.3, _jump),
        "two lists, turn by turn": world(team, 0.3, _two_lists),
        "agents coming and going": replace(steady, agents=going, breaks=((3.0, 15.0), (5.0, 30.0))),
        "talk doubles at noon": replace(steady, talk=_talk(((4.0, 2.0),))),
        "talk halves at noon": replace(steady, talk=_talk(((4.0, 0.5),))),
        "cancels calls after 15 s": replace(steady, cancel_ringing=True),
        "half hours at 3.5 %": replace(steady, window_s=1800.0),
    }
    found = dict(
        zip(cases, _lived([Case(scenario=one) for one in cases.values()], runs), strict=True)
    )
    usual = found["steady"].occupancy
    return [row for name, shifts in found.items() for row in _stressed(name, shifts, usual)]


def _talk(drift: Steps) -> Lasting:
    return Lasting(mean_s=120.0, cv=0.9, drift=drift)


def _stressed(name: str, shifts: Shifts, usual: float) -> Iterator[Row]:
    # Shorter talks leave more waiting to each second of talk: no pacer can help that.
    goal = None if "halves" in name else (">=", 95.0)
    share = 100 * shifts.occupancy / usual
    yield Row(name=f"{name}: occupancy of the steady", value=share, unit="%", goal=goal)
    yield Row(name=f"{name}: abandoned, pooled", value=shifts.pooled, unit="%")
    yield Row(
        name=f"{name}: abandoned, worst shift", value=shifts.worst, unit="%", goal=("<=", CAP)
    )
    yield Row(
        name=f"{name}: abandoned, worst 30 min of 50 answers", value=shifts.worst_30min, unit="%"
    )


# -- side by side


def comparison(agents: list[int], runs: int) -> tuple[list[Row], str]:
    """How long it took, and a table in Markdown: idle seconds a call, occupancy, worst shift."""
    cells = [cell for cell in BOUND if cell[0] in agents]
    cases = [Case(scenario=world(*cell), algorithm=one) for cell in cells for one in ALGORITHMS]
    found = iter(_lived(cases, runs))
    lines = [
        "Idle seconds a call / occupancy / abandoned in the worst shift.",
        "",
        "| agents | p | " + " | ".join(ALGORITHMS) + " | bound |",
        "|---|---|" + "---|" * (len(ALGORITHMS) + 1),
    ]
    cpu = 0.0
    for cell in cells:
        texts = []
        for _name in ALGORITHMS:
            shifts = next(found)
            cpu += shifts.cpu_seconds
            texts.append(f"{shifts.idle:.1f} / {shifts.occupancy / 100:.3f} / {shifts.worst:.2f} %")
        lines.append(f"| {cell[0]} | {cell[1]:.2f} | {' | '.join(texts)} | {BOUND[cell]:.3f} |")
    return [Row(name="a shift, any algorithm", value=cpu / len(cases), unit="s CPU")], (
        "\n".join(lines) + "\n"
    )


def _lived(cases: list[Case], runs: int) -> list[Shifts]:
    """All of them, on all processors."""
    jobs = [(case, FIRST_SEED + n) for case in cases for n in range(runs)]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        done = list(pool.map(_live, jobs))
    return [
        Shifts(
            all=[one for one, _ in done[n : n + runs]],
            cpu_seconds=sum(spent for _, spent in done[n : n + runs]) / runs,
        )
        for n in range(0, len(done), runs)
    ]


def _live(job: tuple[Case, int]) -> tuple[CampaignFigures, float]:
    case, seed = job
    began = time.process_time()
    found = figures(Campaign(case.scenario, case.algorithm, seed).live())
    return found, time.process_time() - began
