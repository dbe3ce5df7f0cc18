"""What the history has of a day, for the live figures to begin with."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.day_figures import KeptDay, KeptVisits
from ccserver.core.ids import ContactId, Queue
from ccserver.core.records import QueueExit
from ccserver.core.value import Tier

# A contact counts for a queue with its first visit to it; each part of its talks is rounded by
# itself, as ccserver/core/day_figures.py does.
_DAY = text("""
WITH first AS (
  SELECT contact, queue, min(entered_at) AS joined_at FROM queue_visit
  WHERE contact IN (
    SELECT contact FROM queue_visit WHERE entered_at >= :since
    UNION SELECT id FROM contact WHERE ended_at IS NULL
  )
  GROUP BY contact, queue
), spent AS (
  SELECT f.contact, f.queue, f.joined_at,
    coalesce(bool_or(s.kind <> 'wrap_up'), false) AS talked,
    sum(round(date_part('epoch', s.ended_at - s.started_at) * 1000)) AS ms
  FROM first f LEFT JOIN segment s ON s.contact = f.contact AND s.queue = f.queue
    AND s.kind IN ('talk', 'hold', 'consult', 'wrap_up') AND s.started_at >= :since
  GROUP BY f.contact, f.queue, f.joined_at
)
SELECT 'visits' AS what, queue, tier, exit, count(*) AS number, 0 AS ms, NULL::uuid AS contact,
  NULL::timestamptz AS joined_at,
  coalesce(array_agg(waited_seconds) FILTER (WHERE exit = 'answered'), '{}') AS waits
FROM queue_visit WHERE entered_at >= :since GROUP BY queue, tier, exit
UNION ALL
SELECT 'handled', queue, '', '', count(*) FILTER (WHERE talked), coalesce(sum(ms), 0), NULL, NULL,
  '{}'
FROM spent WHERE joined_at >= :since GROUP BY queue
UNION ALL
SELECT 'open', spent.queue, '', '', talked::integer, 0, contact, joined_at, '{}'
FROM spent JOIN contact c ON c.id = spent.contact AND c.ended_at IS NULL
""")


async def kept_day(session: AsyncSession, begins_at: float) -> KeptDay:
    """All of the day that began at this instant (seconds since 1970 UTC), as far as it is written.

    Read it before the first record of a run, and after what earlier runs left in the spool was
    written: then it has all that came before, and nothing that comes.
    """
    since = datetime.fromtimestamp(begins_at, UTC)
    rows = (await session.execute(_DAY, {"since": since})).all()
    return KeptDay(
        visits=tuple(
            KeptVisits(
                queue=Queue(row.queue),
                tier=Tier(row.tier),
                exit=QueueExit(row.exit),
                number=row.number,
                waits=row.waits,
            )
            for row in rows
            if row.what == "visits"
        ),
        handled=tuple(
            (Queue(row.queue), row.number, int(row.ms)) for row in rows if row.what == "handled"
        ),
        open=tuple(
            (
                ContactId(str(row.contact)),
                Queue(row.queue),
                row.joined_at.timestamp(),
                row.number > 0,
            )
            for row in rows
            if row.what == "open"
        ),
    )
