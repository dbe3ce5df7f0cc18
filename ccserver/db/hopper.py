"""Gives campaigns the leads that are to be called next, and takes them back.

A lead that is given is `queued`, and remembers what it was before. Those that are due (retries,
callbacks) go before those that were never called, which go by their priority; lists of one priority
share by their shares. Both kinds have an index by list, so that an answer costs as much for a
million leads as for a thousand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfoNotFoundError

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.campaign_form import CampaignForm, QuotaForm
from ccserver.core.campaigns import CampaignName, Lead, LeadId, LeadState, Mode
from ccserver.core.hours import day_of
from ccserver.core.ids import AgentId, ContactId
from ccserver.db.numbers_called import Tries, barred, consents, tries

ROUNDS_MAX: Final = 8
"""So often one question is asked of the database, while it finds only who must not be called."""
IMPORTING_SECONDS: Final = 5.0
"""While a list is read in, it is looked again so soon."""
OTHERS_SECONDS: Final = 2.0
"""A lead that waits for its own agent is looked for again so soon."""
NO_CONSENT: Final = "no_consent"
DO_NOT_CALL: Final = "do_not_call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom to find, and by which rules."""

    campaign: CampaignName
    count: int
    form: CampaignForm
    zone: str
    """Of those whose own is not known."""
    agent: AgentId | None = None
    """Who is to see the lead first."""
    full: tuple[QuotaForm, ...] = ()
    """Of these kinds enough have answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Who is to be called."""

    leads: tuple[Lead, ...]
    next_at: float | None
    """When to ask again, where fewer were found than asked for; None: there is nothing left."""


@dataclass(slots=True)
class Mix:
    """How much each list has given, so that each has its share in small portions too."""

    given: dict[int, float] = field(default_factory=dict)
    """List -> leads given / share."""

    def start_of(self, call_list: int, others: Sequence[int]) -> float:
        """Where a list stands. One that is new begins where the one stands that gave the least."""
        if call_list not in self.given:
            known = [self.given[one] for one in others if one in self.given]
            self.given[call_list] = min(known, default=0.0)
        return self.given[call_list]


async def find(
    session: AsyncSession,
    wanted: Wanted,
    mix: Mix,
    *,
    now: float,
    new_id: Callable[[], str],
) -> Found:
    """Take leads out of the lists. Who must not be called is set apart for good meanwhile."""
    leads: list[Lead] = []
    lists = (await session.execute(_LISTS, {"campaign": wanted.campaign})).all()
    ready = [one for one in lists if one.state == "ready"]
    more = bool(ready)
    for _ in range(ROUNDS_MAX):
        missing = wanted.count - len(leads)
        if not (more and missing > 0):
            break
        rows = await _take(session, wanted, ready, mix, missing, now)
        more = len(rows) == missing
        good, apart = await _screen(session, wanted, rows)
        await _set_apart(session, apart)
        leads += await _leads(session, wanted, good, now=now, new_id=new_id)
    if len(leads) == wanted.count:
        return Found(leads=tuple(leads), next_at=None)
    if more:  # nobody could be called so far, and there are others
        return Found(leads=tuple(leads), next_at=now)
    next_at = await _next_at(session, [one.id for one in ready], now)
    if next_at is None and any(one.state == "importing" for one in lists):
        next_at = now + IMPORTING_SECONDS
    return Found(leads=tuple(leads), next_at=next_at)


async def give_back(session: AsyncSession, leads: Sequence[LeadId]) -> None:
    """These are not called now: they are what they were."""
    await session.execute(_GIVE_BACK, {"leads": list(leads)})


async def recover(session: AsyncSession, now: float) -> int:
    """After a restart: whoever was in a hopper is what he was before, and whoever was called, with
    an end that was never decided on, is called again, unless somebody had talked to him. Returns
    how many were in hoppers."""
    found = await session.execute(_ALL_BACK)
    await session.execute(_UNDECIDED, {"now": now})
    return len(found.all())


async def full_quotas(
    session: AsyncSession, campaign: str, form: CampaignForm
) -> tuple[QuotaForm, ...]:
    """Of which kinds enough have answered the whole questionnaire."""
    full = []
    for quota in form.quotas:
        answered = await session.scalar(
            _ANSWERED, {"campaign": campaign, "label": quota.label, "value": quota.value}
        )
        if (answered or 0) >= quota.enough:
            full.append(quota)
    return tuple(full)


# -- steps


async def _take(
    session: AsyncSession,
    wanted: Wanted,
    lists: Sequence[Any],
    mix: Mix,
    count: int,
    now: float,
) -> Sequence[Any]:
    names = [one.id for one in lists]
    places = [
        {
            "id": one.id,
            "priority": one.priority,
            "share": max(one.share, 1e-6),
            "given": mix.start_of(one.id, names),
        }
        for one in lists
    ]
    rows = await session.execute(
        _TAKE,
        {
            "lists": orjson.dumps(places).decode(),
            "count": count,
            "now": now,
            "any_agent": wanted.form.mode is not Mode.PREVIEW,
            "agent": wanted.agent,
        },
    )
    found = sorted(rows.all(), key=lambda row: int(row.turn))
    shares = {place["id"]: place["share"] for place in places}
    for row in found:
        mix.given[row.call_list] += 1.0 / shares[row.call_list]
    return found


async def _screen(
    session: AsyncSession, wanted: Wanted, rows: Sequence[Any]
) -> tuple[list[tuple[Any, int]], list[dict[str, Any]]]:
    """Who can be called, at which of his numbers, and who cannot, with what becomes of him."""
    campaign = wanted.campaign
    numbers = {number for row in rows for number in row.numbers}
    listed = await barred(session, {(campaign, number) for number in numbers})
    said = await consents(session, campaign, sorted(numbers))
    good: list[tuple[Any, int]] = []
    apart: list[dict[str, Any]] = []
    for row in rows:
        why = _over(wanted, row)
        if why is None:
            open_numbers = _open(row, {number for _, number in listed}, said, wanted)
            if open_numbers:
                good.append((row, open_numbers[0]))
                continue
            called = all((campaign, number) in listed for number in row.numbers)
            why = LeadState.DNC, DO_NOT_CALL if called else NO_CONSENT
        apart.append({"id": row.id, "state": why[0], "result": why[1]})
    return good, apart


def _over(wanted: Wanted, row: Any) -> tuple[LeadState, str] | None:
    if not row.numbers:
        return LeadState.INVALID, ""
    if any(row.data.get(quota.label) == quota.value for quota in wanted.full):
        return LeadState.QUOTA_FULL, ""
    return None


def _open(row: Any, listed: set[str], said: Mapping[str, bool], wanted: Wanted) -> list[int]:
    """Which of his numbers may be called, the next one first."""
    usual = row.consent or not wanted.form.consent_required
    places = [(row.number_index + n) % len(row.numbers) for n in range(len(row.numbers))]
    return [
        place
        for place in places
        if row.numbers[place] not in listed and said.get(row.numbers[place], usual)
    ]


async def _set_apart(session: AsyncSession, apart: Sequence[Mapping[str, Any]]) -> None:
    if apart:
        await session.execute(_SET_APART, {"apart": orjson.dumps(apart).decode()})


async def _leads(
    session: AsyncSession,
    wanted: Wanted,
    good: Sequence[tuple[Any, int]],
    *,
    now: float,
    new_id: Callable[[], str],
) -> list[Lead]:
    midnights = {row.numbers[place]: midnight(row.zone, wanted.zone, now) for row, place in good}
    called = await tries(session, wanted.campaign, midnights, now)
    return [
        lead_of(row, place, called.get(row.numbers[place], Tries()), attempt=ContactId(new_id()))
        for row, place in good
    ]


def midnight(zone: str, usual: str, now: float) -> float:
    """When the day began on the clock of who is called."""
    for name in (zone, usual):
        try:
            return day_of(now, name)[0]
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue  # what a list says of a zone may be anything
    return day_of(now, "UTC")[0]


def lead_of(row: Any, place: int, called: Tries, *, attempt: ContactId) -> Lead:
    """The lead as the core knows it. `place`: which of his numbers is next."""
    locked = row.locked_until
    return Lead(
        lead=LeadId(row.id),
        attempt=attempt,
        number=row.numbers[place],
        zone=row.zone,
        customer=row.customer,
        name=row.name,
        language=row.language,
        data=tuple((str(label), str(value)) for label, value in row.data.items()),
        tries=row.tries,
        tries_by_result=tuple(
            (str(result), int(count)) for result, count in sorted(row.tries_by_result.items())
        ),
        number_index=place,
        numbers=len(row.numbers),
        number_tries_day=called.day,
        number_tries_24h=called.last_24h,
        number_tries_campaign=called.campaign,
        consent=True,
        locked_until=0.0 if locked is None else locked.timestamp(),
        agent=None if row.agent is None else AgentId(row.agent),
    )


async def _next_at(session: AsyncSession, lists: Sequence[int], now: float) -> float | None:
    found = await session.scalar(_NEXT_AT, {"lists": list(lists)})
    # One that is due now, and was not taken, is for an agent who has not asked yet.
    return None if found is None else max(float(found), now + OTHERS_SECONDS)


_LISTS: Final = text("""
SELECT id, priority, share, state FROM call_list
WHERE campaign = :campaign AND active AND state IN ('ready', 'importing') ORDER BY id
""")

_TAKE: Final = text("""
WITH lists AS (
  SELECT * FROM json_to_recordset(CAST(:lists AS json)) AS row (
    id bigint, priority integer, share float8, given float8)
), found AS (
  SELECT lists.priority, lead.id, lead.due,
    lists.given + row_number() OVER (
      PARTITION BY lists.id ORDER BY lead.due DESC, lead.not_before, lead.priority DESC, lead.id
    ) / lists.share AS place
  FROM lists CROSS JOIN LATERAL (
    (SELECT id, true AS due, not_before, 0 AS priority FROM lead
      WHERE call_list = lists.id AND state IN ('new', 'retry', 'callback')
        AND not_before > 'epoch' AND not_before <= to_timestamp(CAST(:now AS float8))
        AND (:any_agent OR agent IS NULL OR agent = CAST(:agent AS text))
      ORDER BY not_before LIMIT :count)
    UNION ALL
    (SELECT id, false, 'epoch', priority FROM lead
      WHERE call_list = lists.id AND state = 'new' AND not_before = 'epoch'
      ORDER BY priority DESC, id LIMIT :count)
  ) lead
), chosen AS (
  SELECT id, row_number() OVER (ORDER BY priority DESC, due DESC, place, id) AS turn
  FROM found ORDER BY turn LIMIT :count
), held AS (
  SELECT lead.id, lead.state, chosen.turn FROM lead JOIN chosen USING (id)
  WHERE lead.state IN ('new', 'retry', 'callback') FOR UPDATE OF lead SKIP LOCKED
)
UPDATE lead SET state = 'queued', queued_from = held.state FROM held WHERE lead.id = held.id
RETURNING lead.*, held.turn
""")

_NEXT_AT: Final = text("""
SELECT extract(epoch FROM min(one.not_before))::float8
FROM unnest(CAST(:lists AS bigint[])) AS list (id) CROSS JOIN LATERAL (
  SELECT not_before FROM lead
  WHERE call_list = list.id AND state IN ('new', 'retry', 'callback')
    AND not_before > 'epoch'
  ORDER BY not_before LIMIT 1
) one
""")

_SET_APART: Final = text("""
UPDATE lead SET state = apart.state, queued_from = '',
  last_result = CASE WHEN apart.result <> '' THEN apart.result ELSE lead.last_result END
FROM json_to_recordset(CAST(:apart AS json)) AS apart (id bigint, state text, result text)
WHERE lead.id = apart.id
""")

_GIVE_BACK: Final = text("""
UPDATE lead SET state = queued_from, queued_from = ''
WHERE id = ANY (CAST(:leads AS bigint[])) AND state = 'queued'
""")

_ALL_BACK: Final = text("""
UPDATE lead SET state = CASE WHEN queued_from = '' THEN 'retry' ELSE queued_from END,
  queued_from = ''
WHERE state = 'queued' RETURNING id
""")

_UNDECIDED: Final = text("""
UPDATE lead SET state = CASE
    WHEN EXISTS (SELECT FROM attempt a WHERE a.lead = lead.id AND a.result = 'human')
    THEN 'completed' ELSE 'retry' END,
  not_before = to_timestamp(CAST(:now AS float8))
WHERE state IN ('dialing', 'connected')
  AND NOT EXISTS (SELECT FROM attempt a WHERE a.lead = lead.id AND a.result IS NULL)
  AND NOT EXISTS (
    SELECT FROM attempt a JOIN contact c ON c.id = a.id
    WHERE a.lead = lead.id AND c.ended_at IS NULL)
""")

_ANSWERED: Final = text("""
SELECT count(*) FROM questionnaire_response
WHERE campaign = :campaign AND completed_at IS NOT NULL AND data ->> :label = :value
""")
