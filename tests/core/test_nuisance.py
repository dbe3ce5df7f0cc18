"""Who rings to annoy."""

from ccserver.core.flow import NuisanceRules
from ccserver.core.nuisance import CALLS_MAX, RecentCalls

RULES = NuisanceRules(within_seconds=600.0, calls_max=2, short_seconds=15.0, silent_max=3)
NUMBER = "+8613800000001"


def noted(count: int, *, seconds: float, used: bool, at: float = 0.0) -> RecentCalls:
    """The memory of so many calls alike."""
    calls = RecentCalls()
    for _ in range(count):
        calls.note(at, NUMBER, seconds=seconds, used=used)
    return calls


def verdict(calls: RecentCalls, now: float = 0.0, number: str = NUMBER) -> str:
    return calls.verdict(now, number, listed=False, rules=RULES)


def test_a_stranger_is_no_nuisance_unless_listed() -> None:
    calls = RecentCalls()
    assert verdict(calls) == ""
    assert calls.verdict(0.0, NUMBER, listed=True, rules=RULES) == "listed"


def test_more_short_calls_than_allowed_are_repeated() -> None:
    assert verdict(noted(2, seconds=14.9, used=True)) == ""
    assert verdict(noted(3, seconds=14.9, used=True)) == "repeated"
    assert verdict(noted(3, seconds=15.0, used=True)) == ""


def test_more_calls_without_a_key_than_allowed_are_silent() -> None:
    assert verdict(noted(3, seconds=60.0, used=False)) == ""
    assert verdict(noted(4, seconds=60.0, used=False)) == "silent"
    assert verdict(noted(4, seconds=60.0, used=True)) == ""


def test_what_is_long_past_does_not_count() -> None:
    calls = noted(4, seconds=1.0, used=False, at=100.0)
    assert verdict(calls, 700.0) == "repeated"
    assert verdict(calls, 700.1) == ""


def test_a_hidden_number_is_nobody() -> None:
    calls = RecentCalls()
    for _ in range(9):
        calls.note(0.0, "", seconds=1.0, used=False)
    assert calls.verdict(0.0, "", listed=True, rules=RULES) == ""


def test_the_memory_is_bounded_and_forgets_who_called_longest_ago() -> None:
    calls = RecentCalls(numbers_max=2)
    for number in ("+1", "+2", "+1", "+3"):
        for _ in range(CALLS_MAX + 9):
            calls.note(0.0, number, seconds=1.0, used=True)
    assert [verdict(calls, number=n) for n in ("+1", "+2", "+3")] == ["repeated", "", "repeated"]
