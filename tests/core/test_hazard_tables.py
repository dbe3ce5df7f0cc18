"""The rows are made anew in time, and what was learned goes on in the next run."""

import json
from itertools import pairwise

import pytest

from ccserver.core.hazard_tables import Tables
from ccserver.core.lookahead import unpacked
from ccserver.core.pacer import Doing


def tables(learned: str = "", ring_seconds: int = 27) -> Tables:
    return Tables(ring_seconds, 2.0, learned)


def test_rows_are_made_often_at_first_and_seldom_later() -> None:
    one = tables()
    made = [second for second in range(1, 1500) if one.turn(float(second), second, ())]
    early = [b - a for a, b in pairwise(made) if b < 1200]
    late = [b - a for a, b in pairwise(made) if a > 1221]
    assert set(early) == {20}
    assert set(late) == {60}


def test_a_moved_chance_makes_new_rows_at_once() -> None:
    one = tables()
    one.turn(1.0, 1, ())
    for _ in range(50):
        one.rate.placed(1)
        one.rate.over(1, 27.0, by_person=False)
    before = one.ring
    assert one.turn(2.0, 2, ()) is False
    assert one.turn(19.0, 19, ()) is True
    assert one.ring != before
    assert one.p < 0.1


def test_settled_dials_teach_the_ring_times() -> None:
    one = tables()
    one.rate.placed(1)
    one.rate.over(1, 8.2, by_person=True)
    one.turn(50.0, 50, ())
    before = one.ring_times.answered[8]
    one.turn(52.0, 52, ())
    assert one.ring_times.answered[8] == before + 1


def test_talks_that_go_on_count() -> None:
    idle, busy = tables(), tables()
    for one, agents in ((idle, []), (busy, [(Doing.TALK, 0.0)] * 30 + [(Doing.WRAP, 70.0)])):
        one.turn(1.0, 1, agents)
        one.turn(90.0, 90, agents)
    first = [unpacked(one.talk[2], one.horizon)[0][-1] for one in (idle, busy)]
    assert first[1] < first[0]


def test_the_longer_it_rang_the_less_is_unseen() -> None:
    one = tables()
    assert one.unseen(0.0) == 1.0
    assert 0 < one.unseen(15.0) < 0.5
    assert one.unseen(999.0) == pytest.approx(0.0, abs=1e-9)


def test_who_picks_up_is_mostly_what_was_heard_before() -> None:
    one = tables()
    for _ in range(50):
        one.detected(1.5, by_person=False)
    one.turn(1.0, 1, ())
    one.turn(30.0, 30, ())
    answered = 1 - unpacked(one.detection[0], one.horizon)[0][-1]
    assert answered == pytest.approx(2 / 54, abs=0.01)


class TestLearned:
    """What goes from one run into the next."""

    def test_it_is_taken_up_with_little_weight(self) -> None:
        first = tables()
        for n in range(100):
            first.talk_times.add(300.0)
            first.rate.placed(n)
            first.rate.over(n, 9.0, by_person=n % 5 == 0)
        first.turn(0.0, 0, ())
        first.turn(200.0, 200, ())
        second = tables(first.learned())
        assert second.taken_up
        assert second.p == pytest.approx(first.p, abs=0.01)
        assert second.rate.dials == 20.0
        assert sum(second.talk_times.ends) == pytest.approx(20.0, abs=0.01)
        assert second.ring_times.answered[9] > tables().ring_times.answered[9]

    def test_other_ring_limits_keep_the_usual_ring_times(self) -> None:
        second = tables(tables().learned(), ring_seconds=40)
        assert second.ring_times.answered == tables(ring_seconds=40).ring_times.answered

    def test_it_is_json(self) -> None:
        assert set(json.loads(tables().learned())) == {"p", "ring", "other", "talk", "wrap"}

    def test_nothing_learned_is_nothing_taken_up(self) -> None:
        assert not tables().taken_up
