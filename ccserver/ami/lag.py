"""How late an event is, by two clocks that do not agree."""

from math import inf

WINDOW_SECONDS = 60.0


class Lag:
    """Tells lateness from the difference between Asterisk's clock and ours.

    A stamp that Asterisk made and we read later differs from our clock by an offset, the same
    for all, and a delay, different for each. The smallest difference seen in the last one to
    two minutes is taken for the offset: the fastest message counts as not late at all. So a
    delay that *every* message has is not seen here; the round trip of the pings, which needs
    one clock only, shows it. Two minutes are short enough for clocks that drift. When
    Asterisk's clock is set forward, the offset follows at once; when it is set back, messages
    look late for up to two minutes.
    """

    def __init__(self) -> None:
        self._since = -inf
        self._smallest = inf
        self._smallest_before = inf

    def of(self, stamp: float, now: float) -> float:
        """How many seconds late is a message with Asterisk's `stamp`, read at `now`?"""
        if now - self._since >= WINDOW_SECONDS:
            self._smallest_before = self._smallest
            self._smallest = inf
            self._since = now
        difference = now - stamp
        self._smallest = min(self._smallest, difference)
        return difference - min(self._smallest, self._smallest_before)
