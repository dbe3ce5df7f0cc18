"""What hazard pacing has learned, and the rows that it looks up: made anew each minute."""

import json
from collections.abc import Iterable
from typing import Final

from ccserver.core.answer_rate import AnswerRate
from ccserver.core.hazards import LifeTable, lognormal_masses, through_talk, through_wrap
from ccserver.core.lookahead import packed
from ccserver.core.pacer import Doing
from ccserver.core.ring_times import RingTimes, detection_times, ring_times

_WEIGHT: Final = 20.0
"""So many calls what was learned in the last run is worth."""
_EARLY_SECONDS: Final = 1200.0
_OFTEN_SECONDS: Final = 20.0
_SELDOM_SECONDS: Final = 60.0
_MOVED: Final = 0.01


class Tables:
    """The estimates, and the rows made of them. `horizon`: seconds looked ahead."""

    TALK_BIN: Final = 5
    """Seconds."""

    def __init__(self, ring_seconds: int, connect_seconds: float, learned: str) -> None:
        self.horizon = ring_seconds + 1
        self._mature_seconds = ring_seconds + 23
        self._frees = [n + 0.5 + connect_seconds for n in range(self.horizon)]
        """A call that is answered in a second is answered in its middle; then it waits."""
        self.rate = AnswerRate()
        self.ring_times = ring_times(ring_seconds)
        self.detection_times = detection_times()
        self._persons = self._detected = 0.0
        self.talk_times = LifeTable(
            lognormal_masses(150.0, 1.0, bins=120, seconds=5.0, weight=20.0), 5.0
        )
        self.wrap_times = LifeTable(
            lognormal_masses(15.0, 0.5, bins=90, seconds=1.0, weight=10.0), 1.0
        )
        self.taken_up = bool(learned) and self._take_up(learned)
        self._began_at: float | None = None
        self._made_at = 0.0
        self._made_p = 0.0
        self._below = self.ring_times.shape()[1]
        self.p, self.p_upper = self.rate.estimate(0, self._below)
        self.talk, self.wrap = self._agents_rows(())
        self.ring, self.detection = self._calls_rows()

    def turn(self, now: float, second: int, agents: Iterable[tuple[Doing, float]]) -> bool:
        """A new second. Whether the rows are new."""
        if self._began_at is None:
            self._began_at = self._made_at = now
        for rang, by_person in self.rate.mature(second - self._mature_seconds):
            self.ring_times.add(rang, by_person=by_person)
        self.p, self.p_upper = self.rate.estimate(second, self._below)
        early = now - self._began_at < _EARLY_SECONDS
        if now - self._made_at >= (_OFTEN_SECONDS if early else _SELDOM_SECONDS):
            passed, self._made_at = now - self._made_at, now
            for table in (self.ring_times, self.detection_times, self.talk_times, self.wrap_times):
                table.forget(passed)
            busy = [(doing, now - since) for doing, since in agents]
            self.talk, self.wrap = self._agents_rows(busy)
            self.ring, self.detection = self._calls_rows()
            return True
        if abs(self.p_upper - self._made_p) > _MOVED * self._made_p:
            self.ring, self.detection = self._calls_rows()
            return True
        return False

    def unseen(self, rang: float) -> float:
        """The share of the answers that come after so many seconds."""
        return 1.0 - self._below[min(int(rang), len(self._below) - 1)]

    def detected(self, seconds: float, *, by_person: bool) -> None:
        """Who picked up was listened to for so long, and was a person or not."""
        self.detection_times.add(seconds, by_person=by_person)
        self._detected += 1
        self._persons += by_person

    def learned(self) -> str:
        """As JSON."""
        return json.dumps({
            "p": round(self.p, 4),
            "ring": _shares(self.ring_times.answered),
            "other": _shares(self.ring_times.other),
            "talk": _shares(self.talk_times.ends),
            "wrap": _shares(self.wrap_times.ends),
        })  # fmt: skip

    def _take_up(self, learned: str) -> bool:
        """Begin with what the last run learned. What does not fit any more is left."""
        kept = json.loads(learned)
        p = float(kept["p"])
        self.rate = AnswerRate(_WEIGHT, _WEIGHT * p)
        if len(kept["ring"]) == len(self.ring_times.answered):
            self.ring_times = RingTimes(_weighed(kept["ring"]), _weighed(kept["other"]))
        self.talk_times.ends = _weighed(kept["talk"])
        self.wrap_times.ends = _weighed(kept["wrap"])
        return True

    def _agents_rows(self, busy: Iterable[tuple[Doing, float]]) -> tuple[list[int], list[int]]:
        busy = list(busy)
        talk = self.talk_times.hazards(age for doing, age in busy if doing is Doing.TALK)
        wrap = self.wrap_times.hazards(age for doing, age in busy if doing is Doing.WRAP)
        return (
            [packed(row) for row in through_talk(talk, wrap, self._frees, 5.0)],
            [packed(row) for row in through_wrap(wrap, self._frees)],
        )

    def _calls_rows(self) -> tuple[list[int], list[int]]:
        """A call takes one agent away where it answers: its row has the chances that it does not,
        so that all rows only add."""
        self._made_p = self.p_upper
        shares, self._below = self.ring_times.shape()
        of_horizon = max(1e-9, sum(shares[: self.horizon]))
        self.shape = [one / of_horizon for one in shares[: self.horizon]]
        """Of the calls that are answered: the share that is answered in each second."""
        ring = self.ring_times.chances(self.p_upper, self.horizon)
        self.fresh = ring[0], [r * (1 - r) for r in ring[0]]
        """A new call's chances to be answered by each second, and their variances."""
        person = (self._persons + 2.0) / (self._detected + 4.0)
        detection = self.detection_times.chances(person, self.horizon)
        return (
            [packed([1.0 - r for r in row]) for row in ring],
            [packed([1.0 - r for r in row]) for row in detection],
        )


def _shares(bins: list[float]) -> list[float]:
    whole = sum(bins)
    return [round(one / whole, 5) for one in bins]


def _weighed(shares: list[float]) -> list[float]:
    return [_WEIGHT * float(one) for one in shares]
