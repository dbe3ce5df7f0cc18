"""Campaigns of the site that looks like one on a working day: one that runs, with a past."""

import asyncpg

from tests.asterisk.site import Site
from tests.browser.outbound import fill, prepare, set_state, set_up

RUNS = "renewal"
PREVIEWED = "service_check"
HEAD = "姓名,电话,车型,购车日期,所属门店"

_PAST = (
    """
INSERT INTO call_list (campaign, title, region, created_by, rows_total, rows_read, rows_good,
  rows_bad, source, state, failure, priority, share)
VALUES
  ('renewal', '上海 2025 年 10 月到期', 'CN', 'sue', 412, 412, 400, 12, '{}', 'ready', '', 5, 2),
  ('renewal', '杭州与苏州', 'CN', 'sue', 52000, 18250, 18190, 60, '{}', 'importing', '', 0, 1),
  ('renewal', '旧系统导出', 'CN', 'ada', 0, 0, 0, 0, '{}', 'failed',
    'This file has no column of numbers.', 0, 1)
""",
    """
INSERT INTO list_fault (call_list, row, fault, detail)
SELECT id, n, (ARRAY['invalid', 'duplicate', 'do_not_call', 'no_number'])[1 + n % 4],
  (ARRAY['12', '+8613800000031', '+8613800000044', ''])[1 + n % 4]
FROM call_list CROSS JOIN generate_series(1, 12) n WHERE title LIKE '上海%'
""",
    """
INSERT INTO lead (campaign, call_list, name, numbers, zone, data, state, tries, last_result,
  last_at)
SELECT 'renewal', call_list.id, '客户' || n, ARRAY['+86137' || lpad(n::text, 8, '0')],
  'Asia/Shanghai', '{"region": "上海"}',
  (ARRAY['completed', 'retry', 'exhausted', 'callback', 'dnc', 'invalid'])[1 + n % 6],
  1 + n % 3, 'human', now() - interval '1 hour'
FROM call_list CROSS JOIN generate_series(1, 400) n WHERE title LIKE '上海%'
""",
    """
INSERT INTO attempt (id, campaign, call_list, lead, number, number_index, mode, placed_at,
  answered_at, clock_at, connected_at, ended_at, result, agent, disposition)
SELECT gen_random_uuid(), campaign, call_list, id, numbers[1], 0, 'predictive', at,
  CASE WHEN result IN ('human', 'abandoned', 'machine') THEN at + interval '9 s' END,
  CASE WHEN result IN ('human', 'abandoned', 'machine') THEN at + interval '9 s' END,
  CASE WHEN result = 'human' THEN at + interval '9.12 s' END,
  at + interval '20 s' + (id % 90) * interval '1 s',
  result, CASE WHEN result = 'human' THEN (ARRAY['jin', 'leo', 'mia'])[1 + id % 3] END,
  CASE WHEN result = 'human' THEN (ARRAY['solved', 'test_drive'])[1 + id % 2] ELSE '' END
FROM (
  SELECT *, now() - (id % 700) * interval '7 minutes' - interval '30 minutes' AS at,
    CASE WHEN id % 60 = 0 THEN 'abandoned' ELSE (ARRAY['human', 'no_answer', 'human', 'busy',
      'machine', 'no_answer', 'disconnected', 'human', 'rejected'])[1 + id % 9] END AS result
  FROM lead WHERE campaign = 'renewal'
) lead
""",
    """
INSERT INTO campaign_report (campaign, from_at, until_at, body)
SELECT 'renewal', date_trunc('hour', now()) - n * interval '1 day',
  date_trunc('hour', now()) - (n - 1) * interval '1 day', jsonb_build_object(
    'placed', 180 - n, 'results', '{"human": 71, "no_answer": 52, "busy": 21, "machine": 18,
      "abandoned": 2}'::jsonb,
    'answered', 73, 'abandoned', 2, 'abandon_rate', 0.0274, 'responses', 40,
    'left', '{"new": 120, "retry": 44, "callback": 3}'::jsonb, 'worst', jsonb_build_object(
      'until_at', (extract(epoch FROM date_trunc('hour', now())) * 1000)::bigint - n * 86400000,
      'answered', 12, 'abandoned', 1))
FROM generate_series(3, 1, -1) n
""",
    """
INSERT INTO do_not_call (number, prefix, campaign, source, reason, added_by)
VALUES ('+8613800000044', false, '', 'customer', '客户要求不再来电', ''),
  ('+86400', true, '', 'operator', '企业热线', 'ada'),
  ('+8613800000031', false, 'renewal', 'agent', '已在别处续约', 'jin')
""",
    """
INSERT INTO questionnaire_response (name, version, contact, campaign, agent, queue, way, language,
  data, started_at, completed_at)
SELECT 'service', 1, contact, 'renewal', agent, queue, CASE WHEN n % 3 = 0 THEN 'keys'
  ELSE 'agent' END, 'zh', jsonb_build_object('region', (ARRAY['上海', '杭州'])[1 + n % 2]),
  at, CASE WHEN n % 7 > 0 THEN at + interval '1 minute' END
FROM (
  SELECT id AS contact, agent, queue, arrived_at AS at, row_number() OVER (ORDER BY id) AS n
  FROM contact WHERE agent IS NOT NULL ORDER BY id DESC LIMIT 120
) one
""",
    """
INSERT INTO questionnaire_answer (response, question, answer)
SELECT id, question, answer FROM questionnaire_response CROSS JOIN LATERAL (VALUES
  ('mark', to_jsonb(5 - id % 4)), ('again', to_jsonb(CASE WHEN id % 5 = 0 THEN 'no' ELSE 'yes' END))
) AS given (question, answer)
""",
)


async def past_campaigns(dsn: str) -> None:
    """Lists, attempts, reports and answers of a campaign that has been called for days."""
    line = await asyncpg.connect(dsn)
    for statement in _PAST:
        await line.execute(statement)
    await line.close()


async def run_campaigns(site: Site) -> None:
    """One that calls by prediction, one that waits for its start, one whose day is over."""
    await prepare(site)
    await set_up(site, RUNS, title="保险续保提醒", mode="predictive", queue="vip")
    await set_up(site, PREVIEWED, title="保养到期回访", mode="preview", queue="sales")
    await set_up(site, "survey", title="售后满意度夜间调查", mode="preview", queue="parts",
                 starts_at=4_102_444_800_000)  # fmt: skip
    await past_campaigns(site.dsn)
    rows = [f"客户{n},1370001{n:04},T6,2025-10-0{1 + n % 9},徐汇店" for n in range(60)]
    await fill(site, RUNS, [HEAD, *rows], title="本周到期")
    await fill(site, PREVIEWED, [HEAD, *rows], title="九月到期")
    await set_state(site, RUNS, "running")
    await set_state(site, "survey", "scheduled")
