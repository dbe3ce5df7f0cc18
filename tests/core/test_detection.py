"""How well machines are told from people, and what is said to be unknown."""

import pytest

from ccserver.core.detection import Detection, Heard, detection, wilson


def test_wilson_gives_the_textbook_interval() -> None:
    share = wilson(81, 263)
    assert share is not None
    # Newcombe 1998, table I, method 3.
    assert (share.value, share.low, share.high) == pytest.approx(
        (0.3080, 0.2553, 0.3662), abs=0.0001
    )
    assert share.known == 263


def test_wilson_at_the_ends() -> None:
    none, every = wilson(0, 20), wilson(20, 20)
    assert none is not None
    assert every is not None
    assert (none.low, every.high) == pytest.approx((0.0, 1.0))
    # Newcombe 1998: 0/20 has 0 to 0.1611.
    assert none.high == pytest.approx(0.1611, abs=0.0001)
    assert every.low == pytest.approx(1 - none.high)
    assert wilson(0, 0) is None


def test_where_machines_come_to_agents_too_all_is_known() -> None:
    found = detection(Heard(passed_people=90, passed_machines=10, told_machines=38, told_people=2))
    assert found.precision == wilson(38, 40)
    assert found.recall == wilson(38, 48)
    assert found.recall_at_most == 38 / 48
    assert found.missed == wilson(10, 100)
    assert found.false_positives == pytest.approx(2.0)
    assert found.unknown == 0


def test_where_all_machines_are_hung_up_on_little_is_known() -> None:
    found = detection(Heard(passed_people=90, passed_machines=10, told_unknown=40))
    assert found.precision is None
    assert found.recall is None
    assert found.false_positives is None
    assert found.recall_at_most == 0.8
    assert found.missed == wilson(10, 100)
    assert found.unknown == 40


def test_a_sample_stands_for_the_rest() -> None:
    found = detection(
        Heard(
            passed_people=80, passed_machines=20, passed_unknown=100,
            told_machines=18, told_people=2, told_unknown=180,
        )
    )  # fmt: skip
    assert found.false_positives == pytest.approx(20.0)
    # 200 called x 0.9 / (180 + 200 passed x 0.2)
    assert found.recall is not None
    assert found.recall.value == pytest.approx(180 / 220)
    assert found.recall.low < found.recall.value < found.recall.high
    assert found.recall.known == 120
    assert found.unknown == 280


def test_a_sample_without_a_single_machine() -> None:
    found = detection(Heard(passed_people=10, passed_unknown=1, told_people=5))
    assert found.recall is not None
    assert found.recall.value == 0.0
    assert found.precision is not None
    assert (found.precision.value, found.precision.known) == (0.0, 5)
    assert found.precision.high == pytest.approx(0.4345, abs=1e-4)


def test_nothing_heard_says_nothing() -> None:
    assert detection(Heard()) == Detection(
        precision=None, recall=None, recall_at_most=None, missed=None, false_positives=None,
        unknown=0,
    )  # fmt: skip
