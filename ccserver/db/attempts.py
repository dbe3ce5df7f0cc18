"""Writes attempts and what becomes of leads, together with the evidence of it.

An attempt is written before the switch is told of it; its lead must be in the hopper then, so that
nobody is called twice for one turn. All functions belong to the caller's transaction, and what they
write may be written again by the next one without harm, when nobody knows how the first ended.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.attempt_facts import of_attempt, of_dial, phase_of
from ccserver.core.campaigns import CampaignName, LeadId, Ledger, Phase, Result
from ccserver.core.dial_events import AttemptFound
from ccserver.core.dial_orders import Dial, SaveAttempt, SaveLead
from ccserver.core.ids import ContactId
from ccserver.db.evidence import Proof
from ccserver.db.hopper import DO_NOT_CALL, lead_of, midnight
from ccserver.db.numbers_called import Tries, barred, tries

RECENT_SECONDS: Final = 1800.0
_RESULTS: Final = frozenset(Result)


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """How a campaign is run now, for the record."""

    mode: str
    rules: str
    """The hash of its rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Which calls may be placed now."""

    placed: frozenset[ContactId]
    barred: frozenset[ContactId]
    """Their numbers came onto a do-not-call list meanwhile."""


async def begin(
    session: AsyncSession,
    dials: Sequence[Dial],
    in_force: Callable[[CampaignName], InForce],
) -> tuple[Begun, list[Proof]]:
    """Write these attempts. The proofs are to be added to the chains in the same transaction.

    One whose lead is not in the hopper any more is not begun.
    """
    listed = await barred(session, {(dial.campaign, dial.number) for dial in dials})
    off = [dial for dial in dials if (dial.campaign, dial.number) in listed]
    one_each: dict[LeadId, Dial] = {}
    for dial in dials:
        if (dial.campaign, dial.number) not in listed:
            one_each.setdefault(dial.lead, dial)
    rows = [
        {
            "id": dial.contact,
            "campaign": dial.campaign,
            "lead": dial.lead,
            "number": dial.number,
            "number_index": dial.number_index,
            "caller_id": dial.caller_id,
            "mode": in_force(dial.campaign).mode,
            "placed_at": dial.placed_at,
        }
        for dial in one_each.values()
    ]
    written: frozenset[str] = frozenset()
    if rows:
        found = await session.execute(_BEGIN, {"rows": _json(rows)})
        written = frozenset(str(row.id) for row in found)
    if off:
        leads = [dial.lead for dial in off]
        await session.execute(_BAR, {"leads": leads, "result": DO_NOT_CALL})
    begun = [dial for dial in one_each.values() if dial.contact in written]
    proofs = [
        Proof(
            campaign=dial.campaign,
            at=dial.placed_at,
            kind=kind,
            attempt=dial.contact,
            facts=of_dial(dial, in_force(dial.campaign).rules),
        )
        for kind, some in ((Phase.DIALED.value, begun), ("barred", off))
        for dial in some
    ]
    placed = frozenset(dial.contact for dial in begun)
    return Begun(placed=placed, barred=frozenset(dial.contact for dial in off)), proofs


async def save(session: AsyncSession, saved: Sequence[SaveAttempt]) -> list[Proof]:
    """Write what came of attempts so far. The proofs are to be added in the same transaction.

    A result stands once and for all; with it, the lead's tries are counted.
    """
    rows: dict[ContactId, dict[str, Any]] = {}
    for one in saved:
        row = rows.setdefault(one.contact, {"id": one.contact})
        row.update({name: getattr(one, name) for name in _TOLD if getattr(one, name)})
        row["at"] = one.at
    if rows:
        await session.execute(_SAVE, {"rows": _json(list(rows.values()))})
    return [
        Proof(
            campaign=one.campaign,
            at=one.at,
            kind=phase_of(one),
            attempt=one.contact,
            facts=of_attempt(one),
        )
        for one in saved
    ]


async def save_leads(session: AsyncSession, saved: Sequence[SaveLead]) -> None:
    """Write what becomes of leads; the last word for each counts. Who is not to be called stays so.

    A disposition stands with the lead's last attempt, and counts as one more of its tries.
    """
    last = {one.lead: one for one in saved}
    rows = [
        {
            "id": one.lead,
            "state": one.state,
            "not_before": one.at if one.not_before is None else one.not_before,
            "number_index": one.number_index,
            "result": one.result,
            "locked_until": one.locked_until or None,
            "agent": one.agent,
        }
        for one in last.values()
    ]
    if rows:
        await session.execute(_SAVE_LEADS, {"rows": _json(rows)})
    told = [
        {"id": one.lead, "disposition": one.result}
        for one in last.values()
        if one.result and one.result not in _RESULTS
    ]
    if told:
        await session.execute(_SAVE_DISPOSITIONS, {"rows": _json(told)})


# -- for a start


async def open_attempts(
    session: AsyncSession, *, zone: str, now: float
) -> tuple[AttemptFound, ...]:
    """The attempts whose end the last run never knew, oldest first. `zone`: where a lead's own is
    not known."""
    rows = (await session.execute(_OPEN)).all()
    midnights: dict[str, dict[str, float]] = {}
    for row in rows:
        day = midnight(row.zone, zone, now)
        midnights.setdefault(row.campaign, {})[row.number] = day
    called: dict[str, Mapping[str, Tries]] = {
        campaign: await tries(session, campaign, of_campaign, now)
        for campaign, of_campaign in midnights.items()
    }
    return tuple(
        AttemptFound(
            campaign=CampaignName(row.campaign),
            lead=lead_of(
                row,
                min(row.attempt_index, len(row.numbers) - 1),
                called[row.campaign].get(row.number, Tries()),
                attempt=ContactId(str(row.attempt)),
            ),
            placed_at=row.placed_at.timestamp(),
            answered_at=None if row.answered_at is None else row.answered_at.timestamp(),
        )
        for row in rows
        if row.numbers
    )


async def ledger(
    session: AsyncSession, campaign: CampaignName, *, period_seconds: float, now: float
) -> Ledger:
    """What a campaign has done within the period of its cap."""
    counted = (
        await session.execute(_COUNTED, {"campaign": campaign, "since": now - period_seconds})
    ).one()
    recent = await session.execute(_RECENT, {"campaign": campaign, "since": now - RECENT_SECONDS})
    learned = await session.scalar(_LEARNED, {"campaign": campaign})
    return Ledger(
        campaign=campaign,
        answered=counted.answered,
        abandoned=counted.abandoned,
        recent=tuple((float(row.at), row.abandoned) for row in recent),
        learned=learned or "",
    )


async def save_learned(session: AsyncSession, campaign: CampaignName, learned: str) -> None:
    """What the pacer keeps for the next run."""
    await session.execute(_SAVE_LEARNED, {"campaign": campaign, "learned": learned})


async def last_called(session: AsyncSession, lead: LeadId) -> tuple[str, str]:
    """At which number (E.164) the lead was called last, and the agent who talked; empty: nobody."""
    found = (await session.execute(_LAST_CALLED, {"lead": lead})).one()
    return found.number, found.agent


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows).decode().replace("\\u0000", "\\ufffd")


_TOLD: Final = (
    "answered_at", "clock_at", "connected_at", "ended_at", "result", "agent", "heard", "message",
)  # fmt: skip

_BEGIN: Final = text("""
WITH wanted AS (
  SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS row (
    id uuid, campaign text, lead bigint, number text, number_index smallint, caller_id text,
    mode text, placed_at float8)
), taken AS (
  UPDATE lead SET state = 'dialing', queued_from = '', tries = tries + 1,
    number_index = wanted.number_index, last_at = to_timestamp(wanted.placed_at)
  FROM wanted
  WHERE lead.id = wanted.lead AND lead.campaign = wanted.campaign AND lead.state = 'queued'
  RETURNING lead.id, lead.call_list
)
INSERT INTO attempt (id, campaign, call_list, lead, number, number_index, caller_id, mode,
  placed_at)
SELECT wanted.id, campaign, taken.call_list, lead, number, number_index, caller_id, mode,
  to_timestamp(placed_at)
FROM wanted JOIN taken ON taken.id = wanted.lead
RETURNING id
""")

_LAST_CALLED: Final = text("""
SELECT number, coalesce(agent, '') AS agent FROM attempt WHERE lead = :lead
ORDER BY placed_at DESC LIMIT 1
""")

_BAR: Final = text("""
UPDATE lead SET state = CASE WHEN cardinality(numbers) = 1 THEN 'dnc' ELSE queued_from END,
  queued_from = '', last_result = :result
WHERE id = ANY (CAST(:leads AS bigint[])) AND state = 'queued'
""")

_SAVE: Final = text("""
WITH told AS (
  SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS row (
    id uuid, at float8, answered_at float8, clock_at float8, connected_at float8,
    ended_at float8, result text, agent text, heard text, message text)
), before AS (
  SELECT a.id, a.result FROM attempt a JOIN told USING (id) FOR UPDATE OF a
), saved AS (
  UPDATE attempt a SET
    answered_at = coalesce(to_timestamp(told.answered_at), a.answered_at),
    clock_at = coalesce(to_timestamp(told.clock_at), a.clock_at),
    connected_at = coalesce(to_timestamp(told.connected_at), a.connected_at),
    ended_at = coalesce(to_timestamp(told.ended_at), a.ended_at,
      CASE WHEN told.result IS NOT NULL THEN to_timestamp(told.at) END),
    result = coalesce(a.result, told.result),
    agent = coalesce(told.agent, a.agent),
    heard = coalesce(told.heard, a.heard),
    message = coalesce(told.message, a.message)
  -- By way of `before`, which must look before this writes.
  FROM told JOIN before USING (id) WHERE a.id = before.id
  RETURNING a.lead, a.result, before.result AS was, told.at
), closed AS (
  SELECT lead, result, at FROM saved WHERE was IS NULL AND result IS NOT NULL
)
UPDATE lead SET
  tries = lead.tries - CASE WHEN closed.result = 'unsent' THEN 1 ELSE 0 END,
  tries_by_result = CASE WHEN closed.result = 'unsent' THEN lead.tries_by_result
    ELSE lead.tries_by_result || jsonb_build_object(closed.result,
      coalesce((lead.tries_by_result ->> closed.result)::integer, 0) + 1) END,
  last_result = closed.result, last_at = to_timestamp(closed.at)
FROM closed WHERE lead.id = closed.lead
""")

_SAVE_LEADS: Final = text("""
UPDATE lead SET state = told.state, queued_from = '',
  not_before = to_timestamp(told.not_before),
  number_index = told.number_index,
  last_result = CASE WHEN told.result <> '' THEN told.result ELSE lead.last_result END,
  locked_until = coalesce(to_timestamp(told.locked_until), lead.locked_until),
  agent = CASE WHEN told.state = 'callback' THEN told.agent ELSE lead.agent END
FROM json_to_recordset(CAST(:rows AS json)) AS told (
  id bigint, state text, not_before float8, number_index smallint, result text,
  locked_until float8, agent text)
WHERE lead.id = told.id AND (lead.state <> 'dnc' OR told.state = 'dnc')
""")

_SAVE_DISPOSITIONS: Final = text("""
WITH told AS (
  SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS row (id bigint, disposition text)
), last AS (
  SELECT told.disposition, a.id, a.lead FROM told CROSS JOIN LATERAL (
    SELECT id, lead FROM attempt WHERE lead = told.id ORDER BY placed_at DESC, id DESC LIMIT 1
  ) a
), said AS (
  UPDATE attempt a SET disposition = last.disposition FROM last
  WHERE a.id = last.id AND a.disposition <> last.disposition
  RETURNING a.lead, a.disposition
)
UPDATE lead SET tries_by_result = lead.tries_by_result || jsonb_build_object(said.disposition,
  coalesce((lead.tries_by_result ->> said.disposition)::integer, 0) + 1)
FROM said WHERE lead.id = said.lead
""")

_OPEN: Final = text("""
SELECT a.id AS attempt, a.number, a.number_index AS attempt_index, a.placed_at, a.answered_at,
  lead.*
FROM attempt a JOIN lead ON lead.id = a.lead
WHERE a.result IS NULL ORDER BY a.placed_at, a.id
""")

_COUNTED: Final = text("""
SELECT count(*) AS answered, count(*) FILTER (WHERE result = 'abandoned') AS abandoned
FROM attempt
WHERE campaign = :campaign AND result IN ('human', 'abandoned')
  AND placed_at >= to_timestamp(CAST(:since AS float8) - 600)
  AND answered_at >= to_timestamp(CAST(:since AS float8))
""")

_RECENT: Final = text("""
SELECT extract(epoch FROM answered_at)::float8 AS at, result = 'abandoned' AS abandoned
FROM attempt
WHERE campaign = :campaign AND result IN ('human', 'abandoned')
  AND placed_at >= to_timestamp(CAST(:since AS float8) - 600)
  AND answered_at >= to_timestamp(CAST(:since AS float8))
ORDER BY answered_at
""")

_LEARNED: Final = text("SELECT learned FROM campaign WHERE name = :campaign")

_SAVE_LEARNED: Final = text("""
UPDATE campaign SET learned = :learned WHERE name = :campaign
""")
