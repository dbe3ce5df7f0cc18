"""Counts failed log-ins, so that passwords cannot be guessed."""

from collections import OrderedDict, deque


class Attempts:
    """At most `limit` failures in `window_seconds` for each key: an account, or an address.

    An attempt counts from its beginning, or a hundred at once would all pass before the first
    one fails; a success takes its own back. Memory is bounded: the key that was quiet for the
    longest is forgotten first.
    """

    def __init__(self, *, limit: int, window_seconds: float, keys_max: int = 10_000) -> None:
        self._limit = limit
        self._window = window_seconds
        self._keys_max = keys_max
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_seconds(self, key: str, now: float) -> float:
        """0 when `key` may try now, else how long to wait."""
        failures = self._failures.get(key)
        if failures is None:
            return 0.0
        while failures and failures[0] <= now - self._window:
            failures.popleft()
        if len(failures) < self._limit:
            return 0.0
        return failures[0] + self._window - now

    def begin(self, key: str, now: float) -> None:
        """Count an attempt as failed until told otherwise."""
        self._failures.setdefault(key, deque()).append(now)
        self._failures.move_to_end(key)
        if len(self._failures) > self._keys_max:
            self._failures.popitem(last=False)

    def take_back(self, key: str, begun_at: float) -> None:
        """The attempt that began then was a success."""
        failures = self._failures.get(key)
        if failures and begun_at in failures:
            failures.remove(begun_at)
            if not failures:
                del self._failures[key]
