"""Which talks are recorded, and what is made of it."""

import pytest

from ccserver.core.taping import fault_of


@pytest.mark.parametrize(
    ("expected", "actual", "cut", "fault"),
    [
        (60.0, 60.0, False, ""),
        (60.0, 59.5, False, ""),
        (60.0, 59.3, False, "short"),
        (1000.0, 990.0, False, ""),
        (1000.0, 989.0, False, "short"),
        (60.0, 75.0, False, ""),
        (0.4, 0.0, False, ""),
        (60.0, 0.0, False, "short"),
        (60.0, None, False, "missing"),
        (60.0, None, True, "missing"),
        (60.0, 59.0, True, "cut"),
        (60.0, 60.0, True, "cut"),
    ],
)
def test_a_recording_is_whole_or_it_is_said_what_is_wrong(
    expected: float, actual: float | None, cut: bool, fault: str
) -> None:
    assert fault_of(expected, actual, cut) == fault
