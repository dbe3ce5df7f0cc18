"""The chain of a campaign's evidence: each entry is hashed together with the one before it.

An entry's body is canonical JSON (keys in order, no blanks, UTF-8, no number that is not finite),
and holds all that it proves: seq, instant, kind, attempt and what was seen. Its hash is the SHA-256
of the hash before (32 zeros at the first) and the body. So whoever wrote down one hash can prove
all that stood there until then.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

FIRST: Final = bytes(32)
"""What stands before the first entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as it is kept."""

    seq: int
    """1, 2, 3 … within the campaign."""
    at_ms: int
    """Since 1970 UTC."""
    kind: str
    attempt: str | None
    body: str
    """What `body_of` gave: these and all that was seen."""
    hash: bytes


class EvidenceFault(StrEnum):
    """What can be wrong with the chain at an entry."""

    CHANGED = "changed"
    """Its body or its hash is not what was written."""
    MISSING = "missing"
    """One or several before it are gone."""
    ORDER = "order"
    """It stands twice, or after one that came later."""
    FORM = "form"
    """Its body is no canonical JSON, or the columns beside it say something else than the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFault:
    """A fault and where it is."""

    seq: int
    """The entry's; for MISSING the first that is gone."""
    fault: EvidenceFault
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a look at the chain has shown."""

    entries: int
    last_seq: int
    last_hash: bytes
    """To write down: 32 zeros for an empty chain."""
    faults: tuple[FoundFault, ...]

    @property
    def whole(self) -> bool:
        """Nothing is wrong."""
        return not self.faults


def canonical(facts: Mapping[str, object]) -> str:
    """The one text for these facts. Raises ValueError for a number that is not finite."""
    return json.dumps(
        facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )


def body_of(
    seq: int, at_ms: int, kind: str, attempt: str | None, facts: Mapping[str, object]
) -> str:
    """An entry's body: `facts` with what names the entry. `at_ms`: since 1970 UTC."""
    named = {"seq": seq, "at": at_ms, "kind": kind, "attempt": attempt}
    return canonical({**facts, **named})


def chained(before: bytes, body: str) -> bytes:
    """The hash of an entry that follows the one whose hash is `before`."""
    return sha256(before + body.encode()).digest()


def verified(
    entries: Iterable[Entry],
    *,
    before: bytes = FIRST,
    after_seq: int = 0,
    until: tuple[int, bytes] | None = None,
) -> Verified:
    """What is wrong with a campaign's entries, in the order in which they are kept.

    `before` and `after_seq`: the hash and the seq that they follow. `until`: (seq, hash) that was
    written down elsewhere, which shows that entries were taken from the end.
    """
    faults: list[FoundFault] = []
    count, last, last_hash = 0, after_seq, before
    for entry in entries:
        count += 1
        fault = _fault(entry, last, last_hash)
        if fault is not None:
            faults.append(fault)
        if until is not None and entry.seq == until[0] and entry.hash != until[1]:
            # All hashes were computed anew after a change: only the one written down tells.
            faults.append(
                _found(entry.seq, EvidenceFault.CHANGED, "its hash is another than noted")
            )
        if entry.seq > last:
            # The next is held against what this one says, so that one fault is told once.
            last, last_hash = entry.seq, entry.hash
    if until is not None and last < until[0]:
        faults.append(_found(last + 1, EvidenceFault.MISSING, _gone(last + 1, until[0])))
    return Verified(entries=count, last_seq=last, last_hash=last_hash, faults=tuple(faults))


def _fault(entry: Entry, last: int, last_hash: bytes) -> FoundFault | None:
    if entry.seq <= last:
        return _found(entry.seq, EvidenceFault.ORDER, f"it stands after entry {last}")
    if entry.seq > last + 1:
        return _found(last + 1, EvidenceFault.MISSING, _gone(last + 1, entry.seq - 1))
    if chained(last_hash, entry.body) != entry.hash:
        detail = "its hash is not that of its body and of the entry before"
        return _found(entry.seq, EvidenceFault.CHANGED, detail)
    if not _well_formed(entry):
        return _found(
            entry.seq,
            EvidenceFault.FORM,
            "its body is not canonical JSON, or not what the columns say",
        )
    return None


def _well_formed(entry: Entry) -> bool:
    named = {"seq": entry.seq, "at": entry.at_ms, "kind": entry.kind, "attempt": entry.attempt}
    try:
        facts = json.loads(entry.body)
        return canonical({**facts, **named}) == entry.body
    except (ValueError, TypeError):
        return False


def _gone(first: int, last: int) -> str:
    return f"entry {first} is gone" if first == last else f"entries {first} to {last} are gone"


def _found(seq: int, fault: EvidenceFault, detail: str) -> FoundFault:
    return FoundFault(seq=seq, fault=fault, detail=detail)
