"""The chain of evidence: what it is made of, and what is found when somebody changed it."""

from dataclasses import replace
from hashlib import sha256

import pytest

from ccserver.core.evidence import (
    FIRST,
    Entry,
    EvidenceFault,
    body_of,
    canonical,
    chained,
    verified,
)

ATTEMPT = "019ab000-0000-7000-8000-000000000001"


def chain(count: int) -> list[Entry]:
    entries: list[Entry] = []
    before = FIRST
    for seq in range(1, count + 1):
        body = body_of(seq, 1000 * seq, "dialed", ATTEMPT, {"number": "+8653112345", "姓名": "王"})
        before = chained(before, body)
        entries.append(
            Entry(seq=seq, at_ms=1000 * seq, kind="dialed", attempt=ATTEMPT, body=body, hash=before)
        )
    return entries


def faults(entries: list[Entry]) -> list[tuple[int, EvidenceFault]]:
    return [(one.seq, one.fault) for one in verified(entries).faults]


def test_the_body_is_one_text_for_the_same_facts() -> None:
    assert canonical({"b": 1, "a": {"d": 2.5, "c": "王"}}) == '{"a":{"c":"王","d":2.5},"b":1}'
    assert body_of(1, 5, "state", None, {"to": "running"}) == (
        '{"at":5,"attempt":null,"kind":"state","seq":1,"to":"running"}'
    )


def test_facts_cannot_say_another_seq() -> None:
    assert body_of(2, 5, "state", None, {"seq": 9}) == (
        '{"at":5,"attempt":null,"kind":"state","seq":2}'
    )


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"rate": float("nan")})


def test_the_first_hash_follows_zeros() -> None:
    assert chained(FIRST, "{}") == sha256(bytes(32) + b"{}").digest()


def test_a_chain_that_nobody_touched_is_whole() -> None:
    entries = chain(5)
    found = verified(entries, until=(5, entries[-1].hash))
    assert found.whole
    assert (found.entries, found.last_seq, found.last_hash) == (5, 5, entries[-1].hash)


def test_an_empty_chain_is_whole() -> None:
    found = verified([])
    assert (found.whole, found.entries, found.last_hash) == (True, 0, FIRST)


def test_a_part_is_verified_from_where_it_follows() -> None:
    entries = chain(5)
    assert verified(entries[2:], before=entries[1].hash, after_seq=2).whole


def test_a_changed_body_is_found_at_its_place_and_told_once() -> None:
    entries = chain(4)
    entries[1] = replace(entries[1], body=entries[1].body.replace("12345", "12346"))
    assert faults(entries) == [(2, EvidenceFault.CHANGED)]


def test_a_change_with_a_new_hash_breaks_the_link_to_the_next() -> None:
    entries = chain(4)
    body = entries[1].body.replace("12345", "12346")
    entries[1] = replace(entries[1], body=body, hash=chained(entries[0].hash, body))
    assert faults(entries) == [(3, EvidenceFault.CHANGED)]


def test_a_chain_written_anew_is_found_by_the_hash_that_was_noted() -> None:
    noted = chain(3)[-1].hash
    anew: list[Entry] = []
    before = FIRST
    for entry in chain(3):
        body = entry.body.replace("12345", "12346")
        before = chained(before, body)
        anew.append(replace(entry, body=body, hash=before))
    assert verified(anew).whole
    (fault,) = verified(anew, until=(3, noted)).faults
    assert (fault.seq, fault.fault) == (3, EvidenceFault.CHANGED)


def test_missing_entries_are_named() -> None:
    entries = chain(6)
    (one,) = verified(entries[:2] + entries[3:]).faults
    assert (one.seq, one.fault, one.detail) == (3, EvidenceFault.MISSING, "entry 3 is gone")
    (several,) = verified(entries[3:]).faults
    assert (several.seq, several.detail) == (1, "entries 1 to 3 are gone")


def test_entries_missing_at_the_end_are_found_by_what_was_noted() -> None:
    entries = chain(4)
    assert verified(entries[:2]).whole
    (fault,) = verified(entries[:2], until=(4, entries[3].hash)).faults
    assert (fault.seq, fault.fault, fault.detail) == (
        3,
        EvidenceFault.MISSING,
        "entries 3 to 4 are gone",
    )


def test_an_entry_out_of_order_is_named_and_the_rest_goes_on() -> None:
    one, two, three, four = chain(4)
    assert faults([one, two, three, two, four]) == [(2, EvidenceFault.ORDER)]
    assert faults([one, three, two, four]) == [
        (2, EvidenceFault.MISSING),
        (2, EvidenceFault.ORDER),
    ]


@pytest.mark.parametrize(
    "body",
    [
        '{"at":1000, "attempt":null, "kind":"x", "seq":1}',
        '{"at":1000,"attempt":null,"kind":"x","seq":2}',
        '{"at":1001,"attempt":null,"kind":"x","seq":1}',
        "[1]",
        "no JSON",
    ],
)
def test_a_body_that_is_not_canonical_or_says_else_is_found(body: str) -> None:
    entry = Entry(seq=1, at_ms=1000, kind="x", attempt=None, body=body, hash=chained(FIRST, body))
    assert faults([entry]) == [(1, EvidenceFault.FORM)]
