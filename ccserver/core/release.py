"""Which version of a flow a caller gets, and how two versions compare."""

import hashlib
from dataclasses import dataclass
from math import sqrt

from ccserver.core.ids import ContactId

TIME_DIGITS = 12
"""A UUIDv7 begins with so many hexadecimal digits of time; what follows is chance."""

NORMAL_95 = 1.959963984540054
"""95 % of a normal distribution lie so many standard deviations around its mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What callers get of a flow."""

    version: int
    canary_version: int | None = None
    """What a share of them gets, to be watched before all do."""
    canary_share: float = 0.0
    """0 to 1."""


def version_for(release: Release, contact: ContactId) -> int:
    """The version for this contact: always the same one while the release is as it is.

    A growing share keeps those who were in it.
    """
    return version_at(release, place(contact))


def version_at(release: Release, at: float) -> int:
    """The version for who stands at this place: a canary is for those at the beginning."""
    if release.canary_version is None or at >= release.canary_share:
        return release.version
    return release.canary_version


def place(contact: ContactId) -> float:
    """Where in [0, 1) a contact stands, by the chance in its id and not by its time."""
    luck = contact.replace("-", "")[TIME_DIGITS:] or contact
    digest = hashlib.blake2b(luck.encode(errors="replace"), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def is_chosen(contact: ContactId, share: float, what: str) -> bool:
    """Whether the chance in its id has this contact among such a share of all: always the same
    ones, and for each matter (`what`) others."""
    return share >= 1.0 or place(ContactId(f"{contact} {what}")) < share


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """0 to 1; 0 of none."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the true share (Wilson 1927): all of [0, 1] while there is none."""
        if not self.of:
            return 0.0, 1.0
        z = NORMAL_95
        middle = self.count + z * z / 2
        reach = z * sqrt(self.count * (self.of - self.count) / self.of + z * z / 4)
        whole = self.of + z * z
        # Rounding must not put the share itself outside.
        return (
            max(0.0, min(self.value, (middle - reach) / whole)),
            min(1.0, max(self.value, (middle + reach) / whole)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much larger one share is than another, with the 95 % interval of the true difference."""

    value: float
    low: float
    high: float

    @property
    def is_certain(self) -> bool:
        """Chance alone would hardly make such a difference."""
        return self.low > 0 or self.high < 0


def difference(share: Share, other: Share) -> Difference:
    """`share` less `other`, by method 10 of Newcombe 1998: it holds for small numbers too."""
    value = share.value - other.value
    low, high = share.interval
    other_low, other_high = other.interval
    return Difference(
        value=value,
        low=value - sqrt((share.value - low) ** 2 + (other_high - other.value) ** 2),
        high=value + sqrt((high - share.value) ** 2 + (other.value - other_low) ** 2),
    )
