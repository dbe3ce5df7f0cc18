"""Writes the chain of evidence: one chain for each campaign, without a gap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.evidence import FIRST, body_of, chained
from ccserver.core.ids import ContactId
from ccserver.db.codec import storable

_LOCK: Final = 0x63636576
"""Who adds to a campaign's chain holds this lock of PostgreSQL, and the campaign's; `ccev`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An entry that is to be added."""

    campaign: str
    at: float
    """Seconds since 1970 UTC."""
    kind: str
    facts: Mapping[str, object]
    attempt: ContactId | None = None


async def append(session: AsyncSession, proofs: Sequence[Proof], *, again: bool = False) -> None:
    """Add these to their campaigns' chains, in their order.

    `again`: they may have been added before, by a transaction whose end nobody knows; what is there
    of an attempt is not added twice. The caller's transaction holds the chains until it ends.
    """
    if not proofs:
        return
    campaigns = sorted({proof.campaign for proof in proofs})
    heads = await _lock(session, campaigns)
    there = await _there(session, proofs) if again else frozenset()
    rows: list[dict[str, Any]] = []
    for proof in proofs:
        at_ms = round(proof.at * 1000)
        if (proof.attempt, proof.kind, at_ms) in there:
            continue
        seq, before = heads[proof.campaign]
        body = storable(body_of(seq + 1, at_ms, proof.kind, proof.attempt, proof.facts))
        entry = heads[proof.campaign] = seq + 1, chained(before, body)
        rows.append(
            {
                "campaign": proof.campaign,
                "seq": entry[0],
                "at": at_ms / 1000,
                "kind": proof.kind,
                "attempt": proof.attempt,
                "body": body,
                "hash": entry[1].hex(),
            }
        )
    await session.execute(_INSERT, {"rows": orjson.dumps(rows).decode()})


async def _lock(session: AsyncSession, campaigns: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    """Where each chain ends, which nobody but this transaction can change now."""
    for campaign in campaigns:  # in one order, so that no two wait for each other
        await session.execute(_HOLD, {"lock": _LOCK, "campaign": campaign})
    # A statement of its own: it must see what was committed while the lock was waited for.
    rows = await session.execute(_HEADS, {"campaigns": list(campaigns)})
    heads = {row.campaign: (row.seq, bytes(row.hash)) for row in rows}
    return {campaign: heads.get(campaign, (0, FIRST)) for campaign in campaigns}


async def _there(
    session: AsyncSession, proofs: Sequence[Proof]
) -> frozenset[tuple[str | None, str, int]]:
    attempts = sorted({proof.attempt for proof in proofs if proof.attempt is not None})
    rows = await session.execute(_OF_ATTEMPTS, {"attempts": attempts})
    return frozenset((str(row.attempt), row.kind, row.at_ms) for row in rows)


_HOLD: Final = text("SELECT pg_advisory_xact_lock(:lock, hashtext(:campaign))")

_HEADS: Final = text("""
SELECT head.campaign, head.seq, head.hash
FROM unnest(CAST(:campaigns AS text[])) AS wanted (campaign)
CROSS JOIN LATERAL (
  SELECT e.campaign, e.seq, e.hash FROM evidence e
  WHERE e.campaign = wanted.campaign ORDER BY e.seq DESC LIMIT 1
) head
""")

_OF_ATTEMPTS: Final = text("""
SELECT attempt, kind, round(extract(epoch FROM at) * 1000)::bigint AS at_ms
FROM evidence WHERE attempt = ANY (CAST(:attempts AS text[])::uuid[])
""")

_INSERT: Final = text("""
INSERT INTO evidence (campaign, seq, at, kind, attempt, body, hash)
SELECT campaign, seq, to_timestamp(at), kind, attempt, body, decode(hash, 'hex')
FROM json_to_recordset(CAST(:rows AS json)) AS row (
  campaign text, seq bigint, at float8, kind text, attempt uuid, body text, hash text)
ORDER BY campaign, seq
""")
