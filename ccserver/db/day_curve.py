"""A day by the minute: calls that came, were answered or given up, talks and agents at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.forecast import QUARTERS
from ccserver.db.days import span_of
from ccserver.db.intervals import By

# Minutes are counted from the day's first instant. What lasts (a talk, an agent's stretch) is
# there at the beginning of a minute or not: one more from the first such minute on, one less from
# the first that is past its end.
_NAMED = "(CAST(:names AS text[]) IS NULL OR {} = ANY(CAST(:names AS text[])))"
_MINUTE = "floor(date_part('epoch', {} - CAST(:since AS timestamptz)) / 60)::integer"
_CEIL = "ceil(date_part('epoch', {} - CAST(:since AS timestamptz)) / 60)::integer"
_AGENTS = """CASE WHEN CAST(:by AS text) = 'team' THEN {0} IN (
    SELECT login FROM person WHERE coalesce(team, '') = ANY(CAST(:names AS text[])))
  ELSE {0} = ANY(CAST(:names AS text[])) END"""
_OF_AGENT = f"(CAST(:names AS text[]) IS NULL OR {_AGENTS})"

_VISITS = f"""
  SELECT 'arrived' AS what, {_MINUTE.format("entered_at")} AS minute, 1 AS more FROM queue_visit
  WHERE entered_at >= :since AND entered_at < :until AND {_NAMED.format("queue")}
  UNION ALL
  SELECT CASE exit WHEN 'answered' THEN 'answered' ELSE 'abandoned' END,
    {_MINUTE.format("ended_at")}, 1
  FROM queue_visit
  WHERE ended_at >= :since AND ended_at < :until AND {_NAMED.format("queue")}
    AND exit IN ('answered', 'abandoned', 'short_abandoned')
"""  # noqa: S608 -- words of ours
_OFFERS = f"""
  SELECT 'arrived' AS what, {_MINUTE.format("started_at")} AS minute, 1 AS more FROM segment
  WHERE started_at >= :since AND started_at < :until AND kind = 'offer'
    AND {_OF_AGENT.format("agent")}
  UNION ALL
  SELECT outcome, {_MINUTE.format("ended_at")}, 1 FROM segment
  WHERE started_at >= CAST(:since AS timestamptz) - interval '1 hour' AND started_at < :until
    AND ended_at >= :since AND ended_at < :until AND kind = 'offer'
    AND outcome IN ('answered', 'abandoned') AND {_OF_AGENT.format("agent")}
"""  # noqa: S608 -- words of ours
_LASTING = """
  SELECT '{what}', greatest(0, {begin}), 1 FROM {of}
  UNION ALL SELECT '{what}', greatest(0, {end}), -1 FROM {of}
"""


def _lasting(what: str, of: str) -> str:
    begin, end = _CEIL.format("began_at"), _CEIL.format("ended_at")
    return _LASTING.format(what=what, of=of, begin=begin, end=end)


def _day(calls: str, talks: str, people: str) -> str:
    return f"""
WITH talk AS (
  SELECT started_at AS began_at, ended_at FROM segment
  WHERE started_at >= CAST(:since AS timestamptz) - interval '1 day' AND started_at < :until
    AND ended_at > :since AND kind IN ('talk', 'hold', 'consult') AND {talks}
), stretch AS (
  SELECT agent, started_at AS began_at, ended_at FROM agent_interval
  WHERE started_at < :until AND ended_at > :since
  UNION ALL
  SELECT agent, since, :now FROM agent_presence
  WHERE work <> 'logged_out' AND since < :until AND since < :now AND :now > :since
), signed_in AS (SELECT began_at, ended_at FROM stretch WHERE {people})
SELECT what, minute, sum(more) AS more FROM (
  {calls} UNION ALL {_lasting("in_talk", "talk")}
  UNION ALL {_lasting("signed_in", "signed_in")}
) one GROUP BY what, minute
"""  # noqa: S608 -- words of ours


_SERVES = """(CAST(:names AS text[]) IS NULL OR agent IN (
  SELECT login FROM person WHERE queues = '{}' OR queues && CAST(:names AS text[])))"""

_STATEMENTS: Final = {
    By.QUEUE: text(_day(_VISITS, _NAMED.format("queue"), _SERVES)),
    By.AGENT: text(_day(_OFFERS, _OF_AGENT.format("agent"), _OF_AGENT.format("agent"))),
    By.TEAM: text(_day(_OFFERS, _OF_AGENT.format("agent"), _OF_AGENT.format("agent"))),
}

_QUARTERS = text(f"""
SELECT day.place, floor(date_part('epoch',
    (v.entered_at AT TIME ZONE CAST(:zone AS text))::time) / 900)::integer AS quarter,
  count(*) AS calls
FROM unnest(CAST(:begins AS timestamptz[]), CAST(:ends AS timestamptz[]))
  WITH ORDINALITY AS day (begins_at, ends_at, place)
JOIN queue_visit v ON v.entered_at >= day.begins_at AND v.entered_at < day.ends_at
WHERE {_NAMED.format("v.queue")} GROUP BY 1, 2
""")  # noqa: S608 -- words of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCurve:
    """A day, with one number for each minute that has begun."""

    arrived: tuple[int, ...]
    """Calls that joined the queues; of agents and teams: that were given to them."""
    answered: tuple[int, ...]
    """By when they were."""
    abandoned: tuple[int, ...]
    """By when they were; the short ones too."""
    in_talk: tuple[int, ...]
    """Customers who were talked to, or on hold, when the minute began."""
    signed_in: tuple[int, ...]
    """Agents who were, when the minute began: of queues, those who serve them as configured now."""


async def day_curve(
    session: AsyncSession,
    by: By,
    names: Sequence[str] | None,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    talks: Sequence[datetime] = (),
) -> DayCurve:
    """The day from `since` to `until`, as far as it has come.

    `talks`: since when those last that go on, which the history has not yet.
    """
    # Two instants of one zone are subtracted by the clock on the wall, which may have been changed.
    since, end = since.astimezone(UTC), min(until, now).astimezone(UTC)
    minutes = max(0, -int((since - end).total_seconds() // 60))
    curves = {
        what: [0] * (minutes + 1)
        for what in ("arrived", "answered", "abandoned", "in_talk", "signed_in")
    }
    values: dict[str, Any] = {
        "since": since,
        "until": end,
        "now": now,
        "names": None if names is None else list(names),
    }
    if end > since:
        more = {} if by is By.QUEUE else {"by": by.value}
        for row in await session.execute(_STATEMENTS[by], values | more):
            curves[row.what][min(minutes, row.minute)] += int(row.more)
    for began_at in talks:
        if began_at < end:
            first = -int((since - began_at).total_seconds() // 60)
            curves["in_talk"][min(minutes, max(0, first))] += 1
    for what in ("in_talk", "signed_in"):
        level = 0
        for minute, change in enumerate(curves[what]):
            level += change
            curves[what][minute] = level
    return DayCurve(**{what: tuple(curve[:minutes]) for what, curve in curves.items()})


async def quarters(
    session: AsyncSession, days: Sequence[date], zone: str, names: Sequence[str] | None
) -> list[list[int]]:
    """The calls of each day, by quarter of an hour on the clock on the wall of `zone`.

    An hour that the clocks show twice has both hours' calls.
    """
    spans = [span_of(day, zone) for day in days]
    rows = await session.execute(
        _QUARTERS,
        {
            "begins": [begin for begin, _ in spans],
            "ends": [end for _, end in spans],
            "zone": zone,
            "names": None if names is None else list(names),
        },
    )
    found = [[0] * QUARTERS for _ in days]
    for place, quarter, calls in rows:
        found[place - 1][quarter] = calls
    return found
