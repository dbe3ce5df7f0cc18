"""What proves how a campaign called: its attempts with their evidence, and whether it holds."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.evidence import FIRST, Entry, FoundFault, Verified, verified

PAGE: Final = 1000
"""So many rows are read at once. What is computed of them is done in a thread: calls wait for
nobody who reads."""
FAULTS_MAX: Final = 1000
"""So many faults are told; after them nobody reads on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call to a lead, with what the evidence says of it."""

    id: UUID
    campaign: str
    call_list: int
    lead: int
    number: str
    caller_id: str
    mode: str
    placed_at: datetime
    answered_at: datetime | None
    clock_at: datetime | None
    connected_at: datetime | None
    ended_at: datetime | None
    result: str | None
    heard: str
    message: str
    agent: str | None
    disposition: str
    rules: str
    """The hash of the rules that were in force; empty: there is no evidence."""
    checks: tuple[tuple[str, bool, str], ...]
    """(name, passed, detail)."""
    pacing: str
    """The figures in force, as JSON, or as they were written."""
    seq: int | None
    """Of the entry that was written before the call; None: there is none."""
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """Rules that a campaign was run by from an instant on."""

    seq: int
    at: datetime
    kind: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A look at a campaign's evidence."""

    chain: Verified
    unproven: int
    """Attempts without an entry from before the call."""
    differing: int
    """Attempts whose result is another than the last that the evidence tells."""

    @property
    def holds(self) -> bool:
        """Nothing is wrong."""
        return self.chain.whole and not self.unproven and not self.differing


async def verify(
    session: AsyncSession, campaign: str, *, until: tuple[int, bytes] | None = None
) -> Proof:
    """Look at the whole chain, and hold the attempts against it. `until`: (seq, hash) that was
    written down elsewhere."""
    faults: list[FoundFault] = []
    count, last, before = 0, 0, FIRST
    while True:
        rows = (
            await session.execute(_ENTRIES, {"campaign": campaign, "after": last, "limit": PAGE})
        ).all()
        noted = until if until is not None and (not rows or until[0] <= rows[-1].seq) else None
        # One that was looked at in a page before is not looked for again.
        noted = None if noted is not None and noted[0] <= last else noted
        page = await asyncio.to_thread(_verified, rows, before, last, noted)
        faults += page.faults
        count += page.entries
        last, before = page.last_seq, page.last_hash
        if not rows:
            break
    held = (await session.execute(_HELD, {"campaign": campaign})).one()
    return Proof(
        chain=Verified(
            entries=count, last_seq=last, last_hash=before, faults=tuple(faults[:FAULTS_MAX])
        ),
        unproven=held.unproven,
        differing=held.differing,
    )


async def attempts(
    session: AsyncSession, campaign: str, since: datetime, until: datetime
) -> AsyncIterator[Attempt]:
    """Those placed in [since, until), the oldest first, read page by page."""
    asked: dict[str, Any] = {
        "campaign": campaign, "since": since, "until": until, "after": UUID(int=0), "limit": PAGE,
    }  # fmt: skip
    while True:
        rows = (await session.execute(_ATTEMPTS, asked)).all()
        for one in await asyncio.to_thread(_attempts_of, rows):
            yield one
        if len(rows) < PAGE:
            return
        asked |= {"since": rows[-1].placed_at, "after": rows[-1].id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which attempts; what is None matters not."""

    since: datetime | None = None
    until: datetime | None = None
    result: str | None = None
    """A Result, or `open`."""
    number: str | None = None
    agent: str | None = None


async def newest(
    session: AsyncSession,
    campaign: str,
    wanted: Wanted,
    *,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Attempt]:
    """The newest first; with `after` those that are older than that attempt."""
    rows = await session.execute(
        _NEWEST,
        {
            "campaign": campaign,
            "since": wanted.since,
            "until": wanted.until,
            "result": wanted.result,
            "number": wanted.number,
            "agent": wanted.agent,
            "after": after,
            "limit": limit,
        },
    )
    return [attempt_of(row) for row in rows]


async def abandoned_in(
    session: AsyncSession, campaign: str, since: datetime, until: datetime
) -> int:
    """How many attempts ended so."""
    count: int = (
        await session.execute(_ABANDONED, {"campaign": campaign, "since": since, "until": until})
    ).scalar_one()
    return count


async def entries(
    session: AsyncSession, campaign: str, *, after: int = 0, limit: int = 100
) -> list[Entry]:
    """The evidence after this seq, in its order."""
    rows = await session.execute(_ENTRIES, {"campaign": campaign, "after": after, "limit": limit})
    return [_entry(row) for row in rows]


async def campaigns_with_evidence(session: AsyncSession) -> tuple[str, ...]:
    """Their names."""
    return tuple(await session.scalars(_CAMPAIGNS))


async def ruled(
    session: AsyncSession, campaign: str, since: datetime, until: datetime
) -> tuple[Ruled, ...]:
    """The rules and states of the span, and the rules that held when it began."""
    rows = await session.execute(_RULED, {"campaign": campaign, "since": since, "until": until})
    return tuple(Ruled(seq=row.seq, at=row.at, kind=row.kind, body=row.body) for row in rows)


def attempt_of(row: Row[Any]) -> Attempt:
    """A row with the entry from before the call beside it, if there is one."""
    facts = {} if row.body is None else _facts(row.body)
    pacing = facts.get("pacing", "")
    return Attempt(
        id=row.id,
        campaign=row.campaign,
        call_list=row.call_list,
        lead=row.lead,
        number=row.number,
        caller_id=row.caller_id,
        mode=row.mode,
        placed_at=row.placed_at,
        answered_at=row.answered_at,
        clock_at=row.clock_at,
        connected_at=row.connected_at,
        ended_at=row.ended_at,
        result=row.result,
        heard=row.heard,
        message=row.message,
        agent=row.agent,
        disposition=row.disposition,
        rules=str(facts.get("rules", "")),
        checks=tuple(
            (str(one["name"]), bool(one["passed"]), str(one["detail"]))
            for one in facts.get("checks", ())
        ),
        pacing=pacing if isinstance(pacing, str) else orjson.dumps(pacing).decode(),
        seq=row.seq,
        hash=b"" if row.hash is None else bytes(row.hash),
    )


def _attempts_of(rows: Sequence[Row[Any]]) -> list[Attempt]:
    return [attempt_of(row) for row in rows]


def _verified(
    rows: Sequence[Row[Any]], before: bytes, last: int, noted: tuple[int, bytes] | None
) -> Verified:
    return verified(map(_entry, rows), before=before, after_seq=last, until=noted)


def _facts(body: str) -> dict[str, Any]:
    try:
        facts = orjson.loads(body)
    except orjson.JSONDecodeError:
        # Somebody has changed it: the chain says so.
        return {}
    return facts if isinstance(facts, dict) else {}


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        seq=row.seq,
        at_ms=row.at_ms,
        kind=row.kind,
        attempt=None if row.attempt is None else str(row.attempt),
        body=row.body,
        hash=bytes(row.hash),
    )


_ENTRIES: Final = text("""
SELECT seq, round(extract(epoch FROM at) * 1000)::bigint AS at_ms, kind, attempt, body, hash
FROM evidence WHERE campaign = :campaign AND seq > :after ORDER BY seq LIMIT :limit
""")

_DIALED: Final = """
LEFT JOIN LATERAL (
  SELECT seq, body, hash FROM evidence e
  WHERE e.attempt = a.id AND e.campaign = a.campaign AND e.kind = 'dialed' ORDER BY seq LIMIT 1
) e ON true
"""

_FIELDS: Final = """a.id, a.campaign, a.call_list, a.lead, a.number, a.caller_id, a.mode,
  a.placed_at, a.answered_at, a.clock_at, a.connected_at, a.ended_at, a.result, a.heard, a.message,
  a.agent, a.disposition, e.seq, e.body, e.hash"""

_ATTEMPTS: Final = text(f"""
SELECT {_FIELDS} FROM attempt a {_DIALED}
WHERE a.campaign = :campaign AND a.placed_at >= :since AND a.placed_at < :until
  AND (a.placed_at, a.id) > (:since, :after)
ORDER BY a.placed_at, a.id LIMIT :limit
""")  # noqa: S608 -- words of ours

_OPTIONAL: Final = "(CAST(:{0} AS {1}) IS NULL OR {2} CAST(:{0} AS {1}))"

_NEWEST: Final = text(f"""
SELECT {_FIELDS} FROM attempt a {_DIALED}
WHERE a.campaign = :campaign AND {_OPTIONAL.format("since", "timestamptz", "a.placed_at >=")}
  AND {_OPTIONAL.format("until", "timestamptz", "a.placed_at <")}
  AND {_OPTIONAL.format("result", "text", "coalesce(a.result, 'open') =")}
  AND {_OPTIONAL.format("number", "text", "a.number =")}
  AND {_OPTIONAL.format("agent", "text", "a.agent =")}
  AND (CAST(:after AS uuid) IS NULL OR (a.placed_at, a.id) < (
    SELECT b.placed_at, b.id FROM attempt b WHERE b.id = CAST(:after AS uuid)))
ORDER BY a.placed_at DESC, a.id DESC LIMIT :limit
""")  # noqa: S608 -- words of ours

_ABANDONED: Final = text("""
SELECT count(*) FROM attempt
WHERE campaign = :campaign AND placed_at >= :since AND placed_at < :until AND result = 'abandoned'
""")

_CAMPAIGNS: Final = text("SELECT DISTINCT campaign FROM evidence ORDER BY campaign")

_HELD: Final = text("""
SELECT
  count(*) FILTER (WHERE NOT EXISTS (
    SELECT FROM evidence e
    WHERE e.attempt = a.id AND e.campaign = a.campaign AND e.kind = 'dialed')) AS unproven,
  count(*) FILTER (WHERE a.result IS NOT NULL AND EXISTS (
    SELECT FROM evidence e
    WHERE e.attempt = a.id AND e.campaign = a.campaign AND e.kind = 'ended') AND a.result <> (
    SELECT substring(e.body FROM '"result":"([a-z_]+)"') FROM evidence e
    WHERE e.attempt = a.id AND e.campaign = a.campaign AND e.kind = 'ended'
    ORDER BY e.seq DESC LIMIT 1)) AS differing
FROM attempt a WHERE a.campaign = :campaign
""")

_RULED: Final = text("""
SELECT seq, at, kind, body FROM evidence
WHERE campaign = :campaign AND kind IN ('rules', 'state') AND at < :until AND seq >= coalesce(
  (SELECT max(seq) FROM evidence WHERE campaign = :campaign AND kind = 'rules' AND at <= :since), 0)
ORDER BY seq
""")
