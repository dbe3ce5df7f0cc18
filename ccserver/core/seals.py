"""The chain of seals: each day's list of kept files, hashed together with the day before it.

A day's list has a line for each file, in the order in which they were sealed:
`<recording> <file> <SHA-256 in hex>` and a line feed, in UTF-8. Its hash is the SHA-256 of the hash
of the day before (32 zeros where there is none) and of the list. Days are UTC's, and a day without
a file has no place in the chain. So whoever wrote down one hash can prove all that was sealed until
then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

FIRST: Final = bytes(32)
"""What stands before the first day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A line of a day's list."""

    number: int
    """1, 2, 3 … within the day."""
    recording: int
    file: str
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedDay:
    """A day whose list is complete."""

    day: date
    entries: int
    before: bytes
    """The hash of the sealed day before."""
    sha256: bytes


class ChainFault(StrEnum):
    """What can be wrong with a day."""

    LIST = "list"
    """Its lines are not those that were hashed: one was changed, added or taken away."""
    LINK = "link"
    """It does not continue the day before it: that one was changed, or another taken away."""
    UNCLOSED = "unclosed"
    """It was never closed, or its hash was taken away, though a later day is closed."""


def day_for(now: float, last_closed: date | None) -> date:
    """On which day a file is sealed now: today, and never one whose list is complete."""
    today = datetime.fromtimestamp(now, UTC).date()
    if last_closed is None or today > last_closed:
        return today
    # The clock was set back.
    return last_closed + timedelta(days=1)


def line(seal: Seal) -> str:
    """A seal as it stands in its day's list."""
    return f"{seal.recording} {seal.file} {seal.sha256.hex()}\n"


def day_hash(before: bytes, seals: Iterable[Seal]) -> bytes:
    """The hash of a day with these seals, in their order."""
    return sha256(before + "".join(map(line, seals)).encode()).digest()


def closed(day: date, last: SealedDay | None, seals: Sequence[Seal]) -> SealedDay:
    """The day, complete, after the `last` one that is."""
    before = FIRST if last is None else last.sha256
    return SealedDay(day=day, entries=len(seals), before=before, sha256=day_hash(before, seals))


def chain_faults(
    days: Sequence[SealedDay], lists: Mapping[date, Sequence[Seal]]
) -> list[tuple[date, ChainFault]]:
    """What is wrong, by day. `days`: all that are closed, in their order; `lists`: the seals of
    those days that are to be looked at, by their numbers, also of days that are not closed."""
    found: list[tuple[date, ChainFault]] = []
    before = FIRST
    for day in days:
        if day.before != before:
            found.append((day.day, ChainFault.LINK))
        before = day.sha256
        seals = lists.get(day.day)
        if seals is not None and (
            len(seals) != day.entries or day_hash(day.before, seals) != day.sha256
        ):
            found.append((day.day, ChainFault.LIST))
    known = {day.day for day in days}
    for one, seals in lists.items():
        if one in known:
            continue
        if days and one < days[-1].day:
            found.append((one, ChainFault.UNCLOSED))
        if [seal.number for seal in seals] != list(range(1, len(seals) + 1)):
            found.append((one, ChainFault.LIST))
    return sorted(found)
