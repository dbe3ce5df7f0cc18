"""How many agents and calls will have come by each second of the horizon, kept as one sum.

Each agent and each call adds a row: expected counts, then their variances, one for each second. A
row is one integer with 64 bits for each value, so that adding a whole row is one operation, and
taking it away again is exact.
"""

from array import array
from collections.abc import Sequence
from typing import Final

_ONE: Final = 1 << 32
"""1.0 in a row: there is room for four billion of them."""


def packed(chances: Sequence[float]) -> int:
    """A row of independent chances, which adds p and p x (1 - p)."""
    values = [int(p * _ONE) for p in chances]
    values += [int(p * (1.0 - p) * _ONE) for p in chances]
    return int.from_bytes(array("Q", values).tobytes(), "little")


def unpacked(rows: int, horizon: int) -> tuple[list[float], list[float]]:
    """Expected counts and their variances, of a sum of rows."""
    values = array("Q", rows.to_bytes(16 * horizon, "little"))
    scaled = [one / _ONE for one in values]
    return scaled[:horizon], scaled[horizon:]


class Ages:
    """How many are in one state, by the second since which they are."""

    def __init__(self, rows: Sequence[int], step: int) -> None:
        self.rows = list(rows)
        """By age, in steps of `step` seconds."""
        self.step = step
        self.counts: dict[int, int] = {}

    def row(self, since: int, at: int) -> int:
        """The row of one who is in the state since then, as seen at that second."""
        return self.rows[min(max(0, at - since) // self.step, len(self.rows) - 1)]

    def add(self, since: int, count: int) -> None:
        """So many more, or fewer."""
        left = self.counts.get(since, 0) + count
        if left:
            self.counts[since] = left
        else:
            del self.counts[since]

    def total(self, at: int) -> int:
        """The rows of all of them."""
        rows, step, last = self.rows, self.step, len(self.rows) - 1
        return sum(
            count * rows[min(max(0, at - since) // step, last)]
            for since, count in self.counts.items()
        )
