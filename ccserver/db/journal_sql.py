"""The two statements of the journal's writer. Both may be run again with the same values.

Each table's rows come as one JSON array. That is the cheapest form for ccserver, which makes it
with one call of orjson, and the same text goes to the spool as it is. The statement is one
transaction. Measured for batches of 30 events: 7 µs of ccserver's CPU an event, where binary COPY
into three of the tables costs 16, and COPY could not be repeated without harm.
"""

BEGIN_RUN = """
INSERT INTO run (id, started_at, version) VALUES ($1, to_timestamp($2::float8), $3)
ON CONFLICT (id) DO NOTHING
"""

WRITE = """
WITH entries AS (
  INSERT INTO journal (run, seq, part, now, contact, kind, commands_hash, body)
  SELECT run, seq, part, now, contact, kind, commands_hash, body
  FROM json_to_recordset($1::json) AS row (
    run uuid, seq bigint, part smallint, now float8, contact uuid, kind text,
    commands_hash bigint, body jsonb)
  ON CONFLICT DO NOTHING
), contacts AS (
  -- Start and end come in any order, together or years apart. A contact whose start was never
  -- saved began when its id was made: the first 48 bits of a UUIDv7 are milliseconds.
  INSERT INTO contact AS c (id, leg, caller, dialed, arrived_at, ended_at, ended_by, customer_id,
    tier, value, language, queue, agent, keys, data, direction, disposition, campaign, lead)
  SELECT id, coalesce(leg, ''), coalesce(caller, ''), coalesce(dialed, ''),
    to_timestamp(coalesce(arrived_at,
      CASE WHEN substr(id::text, 15, 1) = '7'
        THEN ('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0 END,
      ended_at, disposed_at)),
    to_timestamp(ended_at), ended_by, customer_id, tier, value, language, queue, agent, keys,
    data, coalesce(direction, 'inbound'), coalesce(disposition, ''), coalesce(campaign, ''),
    nullif(lead, 0)
  FROM json_to_recordset($2::json) AS row (
    id uuid, leg text, caller text, dialed text, arrived_at float8, ended_at float8,
    ended_by text, customer_id bigint, tier text, value float8, language text, queue text,
    agent text, keys jsonb, data jsonb, direction text, disposition text, disposed_at float8,
    campaign text, lead bigint)
  ON CONFLICT (id) DO UPDATE SET
    leg = CASE WHEN excluded.leg <> '' THEN excluded.leg ELSE c.leg END,
    caller = CASE WHEN excluded.caller <> '' THEN excluded.caller ELSE c.caller END,
    dialed = CASE WHEN excluded.dialed <> '' THEN excluded.dialed ELSE c.dialed END,
    arrived_at = CASE WHEN excluded.leg <> '' THEN excluded.arrived_at ELSE c.arrived_at END,
    ended_at = coalesce(excluded.ended_at, c.ended_at),
    ended_by = coalesce(excluded.ended_by, c.ended_by),
    customer_id = coalesce(excluded.customer_id, c.customer_id),
    tier = coalesce(excluded.tier, c.tier),
    value = coalesce(excluded.value, c.value),
    language = coalesce(excluded.language, c.language),
    queue = coalesce(excluded.queue, c.queue),
    agent = coalesce(excluded.agent, c.agent),
    keys = coalesce(excluded.keys, c.keys),
    data = coalesce(excluded.data, c.data),
    direction = CASE WHEN excluded.leg <> '' THEN excluded.direction ELSE c.direction END,
    campaign = CASE WHEN excluded.leg <> '' THEN excluded.campaign ELSE c.campaign END,
    lead = coalesce(excluded.lead, c.lead),
    disposition = CASE WHEN excluded.disposition <> '' THEN excluded.disposition
      ELSE c.disposition END
), segments AS (
  INSERT INTO segment (contact, number, kind, queue, agent, started_at, ended_at, outcome)
  SELECT contact, number, kind, queue, agent, to_timestamp(started_at), to_timestamp(ended_at),
    outcome
  FROM json_to_recordset($3::json) AS row (
    contact uuid, number integer, kind text, queue text, agent text, started_at float8,
    ended_at float8, outcome text)
  ON CONFLICT DO NOTHING
), intervals AS (
  INSERT INTO agent_interval (run, seq, part, agent, presence, reason, work, contact,
    started_at, ended_at)
  SELECT run, seq, part, agent, presence, reason, work, contact, to_timestamp(started_at),
    to_timestamp(ended_at)
  FROM json_to_recordset($4::json) AS row (
    run uuid, seq bigint, part smallint, agent text, presence text, reason text, work text,
    contact uuid, started_at float8, ended_at float8)
  ON CONFLICT DO NOTHING
), tapes AS (
  -- A line that an earlier version left in the spool tells neither kind nor source.
  SELECT file, contact, agent, queue, coalesce(caller, '') AS caller, customer_id,
    coalesce(kind, CASE WHEN file LIKE '%.sln' THEN 'voicemail' ELSE 'talk' END) AS kind,
    coalesce(source, CASE WHEN file LIKE '%.sln' THEN file ELSE contact::text END) AS source,
    coalesce(agents, '[]') AS agents, coalesce(cut, false) AS cut,
    coalesce(direction, 'inbound') AS direction, nullif(disposition, '') AS disposition,
    to_timestamp(started_at) AS started_at, to_timestamp(ended_at) AS ended_at
  FROM json_to_recordset($5::json) AS row (
    file text, contact uuid, agent text, queue text, caller text, customer_id bigint, kind text,
    source text, agents jsonb, cut boolean, direction text, disposition text, started_at float8,
    ended_at float8)
), legs AS (
  INSERT INTO recording_leg (file, source, contact, kind, agents, started_at, ended_at, cut)
  SELECT file, source, contact, kind, agents, started_at, ended_at, cut FROM tapes
  ON CONFLICT DO NOTHING
), recordings AS (
  INSERT INTO recording AS r (source, kind, contact, queue, agent, caller, customer_id, direction,
    disposition, started_at, ended_at)
  SELECT source, CASE min(kind) WHEN 'talk' THEN 'contact' ELSE min(kind) END, contact,
    (array_agg(queue ORDER BY started_at))[1], (array_agg(agent ORDER BY started_at))[1],
    min(caller), min(customer_id), min(direction),
    (array_agg(disposition ORDER BY started_at DESC)
      FILTER (WHERE disposition IS NOT NULL))[1], min(started_at), max(ended_at)
  FROM tapes GROUP BY source, contact
  ON CONFLICT (source) DO UPDATE SET
    queue = CASE WHEN excluded.started_at < r.started_at THEN excluded.queue ELSE r.queue END,
    agent = CASE WHEN excluded.started_at < r.started_at THEN excluded.agent ELSE r.agent END,
    disposition = coalesce(excluded.disposition, r.disposition),
    started_at = least(r.started_at, excluded.started_at),
    ended_at = greatest(r.ended_at, excluded.ended_at)
  WHERE r.state = 'raw'
), parties AS (
  INSERT INTO recording_party AS p (source, agent, started_at)
  SELECT source, one.agent, min(started_at)
  FROM tapes, jsonb_array_elements_text(agents) AS one (agent) GROUP BY source, one.agent
  ON CONFLICT (source, agent) DO UPDATE SET
    started_at = least(p.started_at, excluded.started_at)
), marks AS (
  INSERT INTO recording_mark (contact, at, kind, agent, detail)
  SELECT contact, to_timestamp(at), kind, coalesce(agent, ''), detail
  FROM json_to_recordset($12::json) AS row (
    contact uuid, at float8, kind text, agent text, detail text)
  ON CONFLICT DO NOTHING
), visits AS (
  INSERT INTO queue_visit (contact, number, queue, tier, value, entered_at, ended_at,
    waited_seconds, exit, agent, wait_from_seconds, wait_until_seconds)
  SELECT contact, number, queue, tier, value, to_timestamp(entered_at), to_timestamp(ended_at),
    waited_seconds, exit, agent, wait_from_seconds, wait_until_seconds
  FROM json_to_recordset($7::json) AS row (
    contact uuid, number integer, queue text, tier text, value float8, entered_at float8,
    ended_at float8, waited_seconds float8, exit text, agent text, wait_from_seconds float8,
    wait_until_seconds float8)
  ON CONFLICT DO NOTHING
), callbacks AS (
  INSERT INTO callback AS b (contact, state, number, queue, queued_at, requested_at, tries,
    not_before, language, agent, changed_at)
  SELECT contact, state, number, queue, to_timestamp(queued_at), to_timestamp(requested_at), tries,
    to_timestamp(not_before), language, agent, to_timestamp(changed_at)
  FROM json_to_recordset($8::json) AS row (
    contact uuid, state text, number text, queue text, queued_at float8, requested_at float8,
    tries integer, not_before float8, language text, agent text, changed_at float8)
  ON CONFLICT (contact) DO UPDATE SET
    state = excluded.state, number = excluded.number, queue = excluded.queue,
    queued_at = excluded.queued_at, requested_at = excluded.requested_at, tries = excluded.tries,
    not_before = excluded.not_before, language = excluded.language, agent = excluded.agent,
    changed_at = excluded.changed_at
  WHERE b.changed_at <= excluded.changed_at
), walks AS (
  INSERT INTO ivr_walk (contact, number, flow, version, began_at, ended_at, how, steps)
  SELECT contact, number, flow, version, to_timestamp(began_at), to_timestamp(ended_at), how, steps
  FROM json_to_recordset($9::json) AS row (
    contact uuid, number integer, flow text, version integer, began_at float8, ended_at float8,
    how text, steps jsonb)
  ON CONFLICT DO NOTHING
), voicemails AS (
  -- An agent may have heard it by the time it is written again.
  INSERT INTO voicemail (file, contact, queue, caller, customer_id, started_at, ended_at, state,
    changed_at)
  SELECT file, contact, queue, caller, customer_id, to_timestamp(started_at),
    to_timestamp(ended_at), 'new', to_timestamp(ended_at)
  FROM json_to_recordset($10::json) AS row (
    file text, contact uuid, queue text, caller text, customer_id bigint, started_at float8,
    ended_at float8)
  ON CONFLICT DO NOTHING
), answers AS (
  INSERT INTO survey_answer AS a (contact, survey, question, answer, queue, agent, answered_at)
  SELECT contact, survey, question, answer, queue, agent, to_timestamp(answered_at)
  FROM json_to_recordset($11::json) AS row (
    contact uuid, survey text, question text, answer text, queue text, agent text,
    answered_at float8)
  ON CONFLICT (contact, survey, question) DO UPDATE SET
    answer = excluded.answer, queue = excluded.queue, agent = excluded.agent,
    answered_at = excluded.answered_at
  WHERE a.answered_at <= excluded.answered_at
)
INSERT INTO agent_presence AS p (agent, presence, reason, work, since, contact, changed_at)
SELECT agent, presence, reason, work, to_timestamp(since), contact, to_timestamp(changed_at)
FROM json_to_recordset($6::json) AS row (
  agent text, presence text, reason text, work text, since float8, contact uuid,
  changed_at float8)
ON CONFLICT (agent) DO UPDATE SET
  presence = excluded.presence, reason = excluded.reason, work = excluded.work,
  since = excluded.since, contact = excluded.contact, changed_at = excluded.changed_at
WHERE p.changed_at <= excluded.changed_at
"""
