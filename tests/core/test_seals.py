"""The chain of seals: what it is made of, and what is found when somebody changed it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from ccserver.core.seals import (
    FIRST,
    ChainFault,
    Seal,
    SealedDay,
    chain_faults,
    closed,
    day_for,
    line,
)

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, n) for n in (23, 24, 25))
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()


def seal(number: int, recording: int = 7) -> Seal:
    return Seal(
        number=number,
        recording=recording,
        file=f"2026/11/24/{recording}.ogg",
        sha256=sha256(b"%d" % recording).digest(),
    )


LISTS = {MONDAY: [seal(1, 7), seal(2, 8)], TUESDAY: [seal(1, 9)], WEDNESDAY: [seal(1, 10)]}


def chain() -> list[SealedDay]:
    days: list[SealedDay] = []
    for day in (MONDAY, TUESDAY):
        days.append(closed(day, days[-1] if days else None, LISTS[day]))
    return days


def test_a_days_hash_is_of_the_day_before_and_its_lines() -> None:
    hexed = sha256(b"7").hexdigest()
    assert line(seal(1)) == f"7 2026/11/24/7.ogg {hexed}\n"
    one = closed(MONDAY, None, [seal(1)])
    assert one.before == FIRST
    assert one.sha256 == sha256(bytes(32) + line(seal(1)).encode()).digest()
    assert closed(TUESDAY, one, [seal(1)]).before == one.sha256
    assert one.entries == 1


def test_a_file_is_sealed_today_and_never_on_a_day_that_is_closed() -> None:
    assert day_for(NOON, None) == TUESDAY
    assert day_for(NOON, MONDAY) == TUESDAY
    assert day_for(NOON, TUESDAY) == WEDNESDAY
    assert day_for(NOON, WEDNESDAY) == date(2026, 11, 26)


def test_a_chain_that_nobody_touched_has_no_fault() -> None:
    assert chain_faults(chain(), LISTS) == []
    assert chain_faults([], {}) == []
    assert chain_faults([], LISTS) == []


@pytest.mark.parametrize(
    "touched",
    [
        [seal(1, 7)],
        [seal(1, 7), seal(2, 8), seal(3, 9)],
        [seal(1, 7), replace(seal(2, 8), file="2026/11/24/9.ogg")],
        [seal(1, 7), replace(seal(2, 8), recording=9)],
        [seal(1, 7), replace(seal(2, 8), sha256=bytes(32))],
        [replace(seal(1, 8)), replace(seal(2, 7))],
        [],
    ],
)
def test_a_line_that_was_changed_added_moved_or_taken_away_is_found(touched: list[Seal]) -> None:
    assert chain_faults(chain(), {**LISTS, MONDAY: touched}) == [(MONDAY, ChainFault.LIST)]


def test_a_day_that_was_taken_away_breaks_the_chain() -> None:
    _, tuesday = chain()
    assert chain_faults([tuesday], LISTS) == [
        (MONDAY, ChainFault.UNCLOSED),
        (TUESDAY, ChainFault.LINK),
    ]


def test_a_day_whose_list_and_hash_were_both_forged_breaks_with_the_next() -> None:
    forged = [seal(1, 7), seal(2, 11)]
    days = [closed(MONDAY, None, forged), chain()[1]]
    assert chain_faults(days, {**LISTS, MONDAY: forged}) == [(TUESDAY, ChainFault.LINK)]


def test_only_the_lists_that_are_given_are_looked_at() -> None:
    days = [replace(chain()[0], entries=3), chain()[1]]
    assert chain_faults(days, {TUESDAY: LISTS[TUESDAY]}) == []


def test_a_gap_in_a_day_that_is_still_open_is_found() -> None:
    lists = {**LISTS, WEDNESDAY: [seal(1, 10), seal(3, 12)]}
    assert chain_faults(chain(), lists) == [(WEDNESDAY, ChainFault.LIST)]
