"""The statements that count intervals. What they count stands in ccserver/core/intervals.py.

A span's rows are found by BRIN indexes on when they began: rows are written in the order of time,
so an index of a few pages leads to the right part of a table of years.
"""

from sqlalchemy import text

from ccserver.core.intervals import REASONS, REPEAT_DAYS, SHARES

_GROUPED = "GROUP BY GROUPING SETS ((name, slot), (name), ())"
_SLOT = "width_bucket({}, CAST(:bounds AS timestamptz[])) - 1"
_MS = "round(date_part('epoch', {}) * 1000)"
_NAMED = "(CAST(:names AS text[]) IS NULL OR {} = ANY(CAST(:names AS text[])))"
_WAITS = (
    f"percentile_disc(ARRAY[{', '.join(map(str, SHARES))}]) WITHIN GROUP (ORDER BY wait_ms)"
    " FILTER (WHERE answered > 0)"
)
_TARGETS = """
LEFT JOIN unnest(CAST(:queues AS text[]), CAST(:tiers AS text[]), CAST(:seconds AS float8[]))
  AS target (queue, tier, seconds) ON target.queue = v.queue AND target.tier = v.tier
LEFT JOIN unnest(CAST(:queues AS text[]), CAST(:tiers AS text[]), CAST(:seconds AS float8[]))
  AS usual (queue, tier, seconds) ON usual.queue = '' AND usual.tier = v.tier
"""
_IN_TIME = "v.waited_seconds <= coalesce(target.seconds, usual.seconds)"

_OUT = ", ".join(
    f"count(*) FILTER (WHERE exit = '{reason}') AS out_{reason}" for reason in REASONS[:-1]
)

VISITS = text(f"""
SELECT name, slot, count(*) AS offered, sum(answered) AS answered,
  count(*) FILTER (WHERE exit = 'abandoned') AS abandoned,
  count(*) FILTER (WHERE exit = 'short_abandoned') AS short_abandoned, {_OUT},
  count(*) FILTER (WHERE answered > 0 AND in_time) AS answered_in_time,
  count(*) FILTER (WHERE in_time AND exit IN ('abandoned', 'short_abandoned'))
    AS abandoned_in_time,
  count(*) FILTER (WHERE in_time AND exit = 'callback') AS callbacks_in_time,
  sum(wait_ms) FILTER (WHERE answered > 0) AS answer_wait_ms,
  sum(wait_ms) FILTER (WHERE exit = 'abandoned') AS abandon_wait_ms, {_WAITS} AS waits_ms
FROM (
  SELECT v.queue COLLATE "C" AS name, {_SLOT.format("v.entered_at")} AS slot,
    v.exit COLLATE "C" AS exit, (v.exit = 'answered')::integer AS answered,
    round(v.waited_seconds * 1000)::bigint AS wait_ms, {_IN_TIME} AS in_time
  FROM queue_visit v {_TARGETS}
  WHERE v.entered_at >= :since AND v.entered_at < :until AND {_NAMED.format("v.queue")}
) visit {_GROUPED}
""")  # noqa: S608 -- words of ours
"""Visits to queues."""

_FIRST = """(v.number = 1 OR NOT EXISTS (
  SELECT FROM queue_visit before WHERE before.contact = v.contact AND before.queue = v.queue
    AND before.number < v.number))"""
"""The contact's first visit to this queue."""

_SPENT = f"""
  bool_or(s.kind IN ('talk', 'hold', 'consult')) AS talked,
  bool_or(s.kind IN ('talk', 'hold', 'consult') AND s.outcome = 'transferred') AS transferred,
  sum({_MS.format("s.ended_at - s.started_at")}) FILTER (WHERE s.kind = 'talk') AS talk_ms,
  sum({_MS.format("s.ended_at - s.started_at")})
    FILTER (WHERE s.kind IN ('hold', 'consult')) AS hold_ms,
  sum({_MS.format("s.ended_at - s.started_at")}) FILTER (WHERE s.kind = 'wrap_up') AS wrap_up_ms
"""
_SPENT_SUMS = """
  count(*) FILTER (WHERE talked) AS handled, count(*) FILTER (WHERE transferred) AS transferred,
  sum(talk_ms) AS talk_ms, sum(hold_ms) AS hold_ms, sum(wrap_up_ms) AS wrap_up_ms
"""

_IN_SPAN = f"v.entered_at >= :since AND v.entered_at < :until AND {_NAMED.format('v.queue')}"

HANDLED = text(f"""
SELECT name, slot, {_SPENT_SUMS}
FROM (
  SELECT first.queue COLLATE "C" AS name, {_SLOT.format("first.at")} AS slot, spent.*
  FROM (
    SELECT v.contact, v.queue, v.entered_at AS at FROM queue_visit v
    WHERE v.number = 1 AND {_IN_SPAN}
    UNION ALL
    SELECT v.contact, v.queue, v.entered_at FROM queue_visit v
    WHERE v.number > 1 AND {_IN_SPAN} AND NOT EXISTS (
      SELECT FROM queue_visit before WHERE before.contact = v.contact
        AND before.queue = v.queue AND before.number < v.number)
  ) first JOIN (
    SELECT s.contact, s.queue, {_SPENT} FROM segment s
    WHERE s.kind IN ('talk', 'hold', 'consult', 'wrap_up') AND {_NAMED.format("s.queue")}
      AND s.started_at >= :since
      AND s.started_at < CAST(:until AS timestamptz) + interval '8 days'
    GROUP BY s.contact, s.queue
  ) spent ON spent.contact = first.contact AND spent.queue = first.queue
) one {_GROUPED}
""")  # noqa: S608 -- words of ours
"""What agents did for the contacts of queues, where each first came to the queue. A callback may
be kept for a week. Nothing in it keeps PostgreSQL from sharing it out to its workers."""

_MINE = (
    "(CAST(:by AS text) = 'team' OR CAST(:names AS text[]) IS NULL"
    " OR {} = ANY(CAST(:names AS text[])))"
)
"""The agents who are asked for by name: found at once, by an index."""

_PERSON = "LEFT JOIN person p ON CAST(:by AS text) = 'team' AND p.login = {}"
_WHO = "CASE WHEN CAST(:by AS text) = 'team' THEN coalesce(p.team, '') ELSE {} END COLLATE \"C\""

OFFERS = text(f"""
WITH touched AS (
  SELECT s.contact, s.agent, min(s.started_at) AS at,
    count(*) FILTER (WHERE s.kind = 'offer' AND s.outcome = 'answered') AS taken,
    count(*) FILTER (WHERE s.kind = 'offer' AND s.outcome = 'abandoned') AS abandoned,
    count(*) FILTER (WHERE s.kind = 'offer' AND s.outcome NOT IN ('answered', 'abandoned'))
      AS missed,
    sum({_MS.format("s.ended_at - s.started_at")})
      FILTER (WHERE s.kind = 'offer' AND s.outcome = 'abandoned') AS abandon_wait_ms,
    {_SPENT}
  FROM segment s
  WHERE s.agent <> '' AND {_MINE.format("s.agent")}
    AND s.kind IN ('offer', 'talk', 'hold', 'consult', 'wrap_up')
    AND s.started_at >= CAST(:since AS timestamptz) - interval '1 day'
    AND s.started_at < CAST(:until AS timestamptz) + interval '1 day'
  GROUP BY s.contact, s.agent
  HAVING min(s.started_at) >= :since AND min(s.started_at) < :until
), served AS (
  SELECT v.contact, v.agent, count(*) AS answered, count(*) FILTER (WHERE {_IN_TIME}) AS in_time,
    sum(round(v.waited_seconds * 1000)::bigint) AS wait_ms
  FROM queue_visit v {_TARGETS}
  WHERE v.exit = 'answered' AND {_MINE.format("v.agent")}
    AND v.entered_at >= CAST(:since AS timestamptz) - interval '1 day'
    AND v.entered_at < :until
  GROUP BY v.contact, v.agent
)
SELECT name, slot, sum(answered + abandoned + missed) AS offered, sum(answered) AS answered,
  sum(abandoned) AS abandoned, sum(missed) AS out_missed, sum(in_time) AS answered_in_time,
  sum(wait_ms) AS answer_wait_ms, sum(abandon_wait_ms) AS abandon_wait_ms, {_WAITS} AS waits_ms,
  {_SPENT_SUMS}
FROM (
  SELECT {_WHO.format("t.agent")} AS name, {_SLOT.format("t.at")} AS slot,
    greatest(t.taken, coalesce(served.answered, 0)) AS answered, t.abandoned, t.missed,
    coalesce(served.in_time, 0) AS in_time, served.wait_ms, t.abandon_wait_ms, t.talked,
    t.transferred, t.talk_ms, t.hold_ms, t.wrap_up_ms
  FROM touched t {_PERSON.format("t.agent")}
  LEFT JOIN served ON served.contact = t.contact AND served.agent = t.agent
) one WHERE {_NAMED.format("name")} {_GROUPED}
""")  # noqa: S608 -- words of ours
"""Contacts that agents were given."""

_RESOLVED = """CASE WHEN c.disposition <> ''
  THEN c.disposition = ANY(CAST(:completed AS text[])) ELSE v.exit = 'answered' END"""

_ONCE = ", ".join(
    f"count(*) FILTER (WHERE {over}) AS resolved_{days}, "
    f"count(*) FILTER (WHERE {over} AND (again_at IS NULL OR again_at >= {end})) AS once_{days}"
    for days in REPEAT_DAYS
    for end in (f"left_at + interval '{days * 24} hours'",)
    for over in (f"{end} <= :now",)
)

FIRST_CALL = text(f"""
SELECT name, slot, {_ONCE}
FROM (
  SELECT {_WHO.format("w.name")} AS name, {_SLOT.format("w.entered_at")} AS slot, w.left_at,
    w.again_at
  FROM (
    SELECT CASE WHEN CAST(:by AS text) = 'queue' THEN v.queue ELSE coalesce(v.agent, '') END
        AS name,
      v.entered_at, coalesce(c.ended_at, v.ended_at) AS left_at, {_RESOLVED} AS resolved,
      lead(v.entered_at) OVER (PARTITION BY coalesce(c.customer_id::text, c.caller) COLLATE "C",
        v.queue COLLATE "C" ORDER BY v.entered_at) AS again_at
    FROM queue_visit v JOIN contact c ON c.id = v.contact
    WHERE v.entered_at >= :since
      AND v.entered_at < CAST(:until AS timestamptz) + interval '{REPEAT_DAYS[-1]} days'
      AND {_FIRST}
  ) w {_PERSON.format("w.name")}
  WHERE w.resolved AND w.entered_at < :until
) resolved WHERE {_NAMED.format("name")} AND (name <> '' OR CAST(:by AS text) = 'team')
{_GROUPED}
""")  # noqa: S608 -- words of ours
"""Whether customers had to come again."""

TIMES = text(f"""
SELECT name, slot, sum(ms) AS logged_in_ms,
  sum(ms) FILTER (WHERE work IN ('available', 'reserved', 'ringing', 'missed')) AS idle_ms,
  sum(ms) FILTER (WHERE work IN ('on_call', 'wrap_up')) AS busy_ms,
  sum(ms) FILTER (WHERE work = 'paused') AS paused_ms
FROM (
  SELECT {_WHO.format("i.agent")} AS name, n.slot, i.work, {
    _MS.format(
        "least(i.ended_at, (CAST(:bounds AS timestamptz[]))[n.slot + 2])"
        " - greatest(i.started_at, (CAST(:bounds AS timestamptz[]))[n.slot + 1])"
    )
} AS ms
  FROM (
    SELECT agent, work, started_at, ended_at FROM agent_interval
    WHERE started_at < :until AND ended_at > :since AND {_MINE.format("agent")}
    UNION ALL
    SELECT agent, work, since, :now FROM agent_presence
    WHERE work <> 'logged_out' AND since < :until AND since < :now AND :now > :since
  ) i {_PERSON.format("i.agent")}
  CROSS JOIN LATERAL generate_series(
    {_SLOT.format("greatest(i.started_at, :since)")},
    {_SLOT.format("least(i.ended_at, :until) - interval '1 microsecond'")}
  ) AS n (slot)
) stretch WHERE {_NAMED.format("name")} {_GROUPED}
""")  # noqa: S608 -- words of ours
"""What agents did with their time: finished stretches, and the one in which each is now."""
