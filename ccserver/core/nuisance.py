"""Who rings to annoy: what a flow may know of a caller's last calls."""

from collections import OrderedDict, deque
from dataclasses import dataclass

from ccserver.core.flow import NuisanceRules

NUMBERS_MAX = 20_000
"""So many numbers are remembered, those that called last."""

CALLS_MAX = 50
"""So many calls of each: as many as the rules can ask for."""


@dataclass(frozen=True, slots=True)
class _Past:
    """One earlier call."""

    at: float
    seconds: float
    used: bool


class RecentCalls:
    """The last calls of each number, as far as the flows have seen them."""

    def __init__(self, numbers_max: int = NUMBERS_MAX) -> None:
        self._numbers_max = numbers_max
        self._by_number: OrderedDict[str, deque[_Past]] = OrderedDict()

    def note(self, now: float, number: str, *, seconds: float, used: bool) -> None:
        """A call has left its flow after so long. `used`: a key was pressed, or it went on to
        someone who talked. A hidden number is nobody's."""
        if not number:
            return
        calls = self._by_number.setdefault(number, deque(maxlen=CALLS_MAX))
        calls.append(_Past(now, seconds, used))
        self._by_number.move_to_end(number)
        while len(self._by_number) > self._numbers_max:
            self._by_number.popitem(last=False)

    def verdict(self, now: float, number: str, *, listed: bool, rules: NuisanceRules) -> str:
        """Why this caller counts as a nuisance: `listed`, `repeated` or `silent`; else empty."""
        if not number:
            return ""
        if listed:
            return "listed"
        since = now - rules.within_seconds
        calls = [call for call in self._by_number.get(number, ()) if call.at >= since]
        if sum(call.seconds < rules.short_seconds for call in calls) > rules.calls_max:
            return "repeated"
        if sum(not call.used for call in calls) > rules.silent_max:
            return "silent"
        return ""
