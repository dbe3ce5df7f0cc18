"""Deadlines."""

from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.timers import Timers

MOVES = st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.floats(0, 100)))


@given(MOVES, st.floats(0, 100))
def test_timers_are_a_dictionary_with_a_clock(
    moves: list[tuple[str, float | None]], now: float
) -> None:
    timers, plain = Timers[str](), dict[str, float]()
    for key, at in moves:
        timers.set(key, at)
        if at is None:
            plain.pop(key, None)
        else:
            plain[key] = at
        assert timers.due() == min(plain.values(), default=None)
    expired = list(timers.expire(now))
    assert set(expired) == {key for key, at in plain.items() if at <= now}
    assert [plain[key] for key in expired] == sorted(plain[key] for key in expired)
