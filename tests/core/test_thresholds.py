"""When a figure is red, and when there is an alert."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.ids import Queue
from ccserver.core.thresholds import CALM_SECONDS, Figure, Red, Reds, Threshold, watch

SALES, HELP = Queue("sales"), Queue("help")
BUSY = Threshold(name="busy", figure=Figure.WAITING, limit=5, above=True)
SLOW = replace(BUSY, name="slow", after_seconds=30.0)
POOR = Threshold(name="poor", figure=Figure.SERVICE_LEVEL, limit=0.8, above=False)


class Watch:
    """Looks again and again, and remembers the alerts."""

    def __init__(self, *thresholds: Threshold) -> None:
        self.thresholds = thresholds
        self.reds: Reds = {}
        self.told: list[tuple[float, str, str, str]] = []
        self.ended: list[Red] = []

    def look(self, now: float, figure: Figure = Figure.WAITING, **values: float | None) -> None:
        readings = {Queue(name): {figure: value} for name, value in values.items()}
        seen = watch(now, self.thresholds, readings, self.reds)
        self.reds = seen.reds
        self.told += [(now, "began", one.threshold.name, one.queue) for one in seen.began]
        self.told += [(now, "ended", one.threshold.name, one.queue) for one in seen.ended]
        self.ended += seen.ended


def test_a_figure_beyond_its_limit_is_an_alert_and_on_the_limit_is_none() -> None:
    seen = Watch(BUSY)
    seen.look(0.0, sales=5.0, help=6.0)
    seen.look(1.0, sales=6.0, help=6.0)
    assert seen.told == [(0.0, "began", "busy", "help"), (1.0, "began", "busy", "sales")]
    assert seen.reds["busy", SALES].since == 1.0


def test_below_a_limit_and_only_in_the_queues_that_are_named() -> None:
    seen = Watch(replace(POOR, queues=frozenset({SALES, Queue("gone")})))
    seen.look(0.0, Figure.SERVICE_LEVEL, sales=0.79, help=0.1)
    assert seen.told == [(0.0, "began", "poor", "sales")]


def test_where_nobody_has_come_nothing_is_red() -> None:
    seen = Watch(POOR)
    seen.look(0.0, Figure.SERVICE_LEVEL, sales=None)
    assert (seen.told, seen.reds) == ([], {})


def test_it_must_be_so_for_long_enough() -> None:
    seen = Watch(SLOW)
    seen.look(0.0, sales=6.0)
    seen.look(29.0, sales=6.0)
    assert seen.told == []
    seen.look(29.5, sales=5.0)
    assert seen.reds == {}, "and without a break"
    seen.look(30.0, sales=6.0)
    seen.look(59.9, sales=9.0)
    seen.look(60.0, sales=7.0)
    assert seen.told == [(60.0, "began", "slow", "sales")]
    red = seen.reds["slow", SALES]
    assert (red.since, red.value, red.worst) == (30.0, 7.0, 9.0)


def test_it_ends_when_it_has_been_right_for_a_while() -> None:
    seen = Watch(BUSY)
    for now, value in enumerate([6.0, 5.0, 6.0, 5.0, 5.0, None, 9.0, 4.0]):
        seen.look(now, sales=value)
    assert len(seen.told) == 1, "no flicker"
    seen.look(7.0 + CALM_SECONDS - 0.1, sales=4.0)
    assert (seen.reds["busy", SALES].value, len(seen.told)) == (4.0, 1)
    seen.look(7.0 + CALM_SECONDS, sales=4.0)
    assert seen.told[1:] == [(12.0, "ended", "busy", "sales")]
    assert seen.ended[0].worst == 9.0
    assert seen.reds == {}


def test_one_that_takes_long_to_begin_takes_as_long_to_end() -> None:
    seen = Watch(replace(POOR, after_seconds=60.0))
    for now in (0.0, 60.0):
        seen.look(now, Figure.SERVICE_LEVEL, sales=0.5)
    seen.look(61.0, Figure.SERVICE_LEVEL, sales=0.9)
    seen.look(120.0, Figure.SERVICE_LEVEL, sales=0.9)
    seen.look(121.0, Figure.SERVICE_LEVEL, sales=0.9)
    assert [(now, what) for now, what, *_ in seen.told] == [(60.0, "began"), (121.0, "ended")]
    assert seen.ended[0].worst == 0.5


def test_a_threshold_that_is_no_more_or_is_another_ends_its_alerts_at_once() -> None:
    seen = Watch(BUSY, POOR)
    seen.look(0.0, sales=9.0)
    seen.thresholds = (replace(BUSY, limit=7),)
    seen.look(1.0, sales=9.0)
    assert seen.told[1:] == [(1.0, "began", "busy", "sales"), (1.0, "ended", "busy", "sales")]
    seen.thresholds = ()
    seen.look(2.0, sales=9.0)
    assert seen.told[3:] == [(2.0, "ended", "busy", "sales")]


def test_a_queue_that_is_no_more_is_right() -> None:
    seen = Watch(BUSY)
    seen.look(0.0, sales=9.0)
    seen.look(1.0)
    assert seen.told[1:] == [(1.0, "ended", "busy", "sales")]


@given(
    st.lists(st.tuples(st.floats(0.1, 20), st.none() | st.integers(0, 9))),
    st.sampled_from([BUSY, SLOW, POOR]),
)
def test_each_alert_begins_and_ends_in_turn(
    steps: list[tuple[float, int | None]], threshold: Threshold
) -> None:
    seen, now = Watch(replace(threshold, figure=Figure.WAITING)), 0.0
    for seconds, value in steps:
        now += seconds
        seen.look(now, sales=value)
    kinds = [kind for _, kind, *_ in seen.told]
    assert kinds == [("began", "ended")[n % 2] for n in range(len(kinds))]
    times = [at for at, *_ in seen.told]
    assert times == sorted(times)
    assert bool(len(kinds) % 2) == any(red.alerted for red in seen.reds.values())


@pytest.mark.parametrize(("value", "red"), [(None, False), (5.0, False), (5.1, True)])
def test_beyond(value: float | None, red: bool) -> None:
    assert BUSY.is_beyond(value) is red
