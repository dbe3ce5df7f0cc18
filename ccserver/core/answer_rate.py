"""How likely a dial is answered by a person: a posterior that drifts with the list and the hour.

Dials are kept by the second in which they were placed. Answers are never divided by the calls that
are over: answers come after 10 s and the rest after 27, and such a rate would swing by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, sqrt
from typing import Final

_SEEN_ENOUGH: Final = 0.6
"""Young dials count once this share of their answers is in."""
_MEMORY_SECONDS: Final = 300.0
_MEMORY_DIALS: Final = 400.0
_FAST_SECONDS: Final = 60.0
P_MIN: Final = 0.01
P_MAX: Final = 0.98


@dataclass(slots=True)
class Cohort:
    """The dials of one second."""

    dials: float = 0.0
    answers: int = 0
    ends: list[tuple[float, bool]] = field(default_factory=list)
    """(rang so many seconds, answered by a person)."""


class AnswerRate:
    """Dials, their answers, and what they say together."""

    def __init__(self, dials: float = 4.0, answers: float = 2.0) -> None:
        self.dials, self.answers = dials, answers
        self._fast_dials = self._fast_answers = 0.0
        self.matured = 0
        self._cohorts: dict[int, Cohort] = {}

    def placed(self, second: int) -> None:
        """A dial in this second."""
        cohort = self._cohorts.get(second)
        if cohort is None:
            cohort = self._cohorts[second] = Cohort()
        cohort.dials += 1

    def over(self, second: int, rang: float, *, by_person: bool) -> None:
        """A dial of this second was answered by a person, or ended otherwise."""
        if (cohort := self._cohorts.get(second)) is not None:
            cohort.answers += by_person
            cohort.ends.append((rang, by_person))

    def canceled(self, second: int, unseen: float) -> None:
        """We took a dial back before this share of its answers could be seen."""
        if (cohort := self._cohorts.get(second)) is not None:
            cohort.dials -= unseen

    def mature(self, before: int) -> list[tuple[float, bool]]:
        """Take the dials placed before this second as settled; their ends."""
        ends: list[tuple[float, bool]] = []
        while self._cohorts and (second := next(iter(self._cohorts))) < before:
            cohort = self._cohorts.pop(second)
            ends += cohort.ends
            self.matured += len(cohort.ends)
            kept = exp(-min(1.0 / _MEMORY_SECONDS, cohort.dials / _MEMORY_DIALS))
            self.dials = self.dials * kept + cohort.dials
            self.answers = self.answers * kept + cohort.answers
            kept = exp(-1.0 / _FAST_SECONDS)
            self._fast_dials = self._fast_dials * kept + cohort.dials
            self._fast_answers = self._fast_answers * kept + cohort.answers
        return ends

    def estimate(self, now: int, below: Sequence[float]) -> tuple[float, float]:
        """The likely chance, and the upper one to go by. `below`: the share of the answered that
        have answered by each second."""
        seen = answers = 0.0
        last = len(below) - 1
        for second, cohort in self._cohorts.items():
            share = below[min(max(0, now - second), last)]
            if share > _SEEN_ENOUGH:
                seen += cohort.dials * share
                answers += cohort.answers
        dials = self.dials + seen
        p = min(1.0, (self.answers + answers) / dials)
        upper = p + sqrt(p * (1 - p) / dials)
        if (fast := self._fast_dials + seen) > 1.0:
            quick = min(1.0, (self._fast_answers + answers) / fast)
            upper = max(upper, quick - sqrt(quick * (1 - quick) / fast))
        return p, min(P_MAX, max(P_MIN, upper))

    def new_list(self) -> None:
        """Other leads from now on: what was learned is worth 50 dials at most."""
        keep = min(1.0, 50.0 / self.dials)
        self.dials *= keep
        self.answers *= keep
