"""What a campaign has reached: attempts, answers, abandonment by each definition, lists, agents."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.convert_campaigns import abandon_rules
from ccserver.config.desk_form import Flag
from ccserver.config.form import ConfigForm
from ccserver.core import abandonment
from ccserver.core.abandonment import FTC_PERIOD_SECONDS, WINDOWS_SECONDS, Live, Rate
from ccserver.core.campaigns import OVER, AbandonRules, LeadState, Result
from ccserver.core.detection import Detection, Heard, detection

ROWS_AT_ONCE: Final = 1000


class Grouped(StrEnum):
    """What attempts are counted by."""

    ALL = "all"
    LIST = "list"
    HOUR = "hour"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Attempts of one kind. Every share is None where there is nothing to share."""

    by_result: Mapping[str, int]
    """Result -> attempts; `open` for those that go on."""
    connected: int
    """Came to an agent, or to the flow."""
    machines: int
    """Came to an agent, who found a machine."""
    reached: int
    """The right person was reached: disposition with the flag customer_contact."""
    sales: int
    """Disposition with the flag sale."""
    talk_ms: int

    @property
    def dials(self) -> int:
        """Calls that were placed: those whose order never got through are none."""
        return sum(self.by_result.values()) - self.by_result.get(Result.UNSENT, 0)

    @property
    def answered(self) -> int:
        """By a person."""
        by = self.by_result
        return by.get(Result.HUMAN, 0) + by.get(Result.ABANDONED, 0) - self.machines

    @property
    def connect_rate(self) -> float | None:
        """Answered by a person / dials."""
        return _share(self.answered, self.dials)

    @property
    def right_party_contact(self) -> float | None:
        """Right person reached / dials."""
        return _share(self.reached, self.dials)

    @property
    def conversion(self) -> float | None:
        """Sales / right person reached."""
        return _share(self.sales, self.reached)

    @property
    def dials_per_connect(self) -> float | None:
        """Dials / calls that came to an agent or to the flow."""
        return _share(self.dials, self.connected)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFigures:
    """A list of leads, as it is now."""

    call_list: int
    title: str
    active: bool
    by_state: Mapping[str, int]
    """LeadState -> leads."""
    tried: int
    """Leads that were called at least once."""

    @property
    def leads(self) -> int:
        """All of them."""
        return sum(self.by_state.values())

    @property
    def penetration(self) -> float | None:
        """Leads tried / leads."""
        return _share(self.tried, self.leads)

    @property
    def exhaustion(self) -> float | None:
        """Leads that are not called any more / leads."""
        over = sum(self.by_state.get(state, 0) for state in OVER)
        return _share(over, self.leads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandonment:
    """The same calls by each definition."""

    span: tuple[Rate, ...]
    """Over the whole span: compliance by the campaign's clock, from the answer, and true."""
    ftc: tuple[Rate, ...]
    """Each period of 30 days since the campaign's beginning that the span touches."""
    ofcom: tuple[Rate, ...]
    """Each day."""
    vicidial: tuple[Rate, ...]
    """Each day."""
    windows: tuple[tuple[float, Rate | None], ...]
    """(seconds, the worst rolling window); None: none has answers enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFigures:
    """A campaign over a span."""

    since: datetime
    until: datetime
    counts: Counts
    by: Mapping[Grouped, Mapping[str, Counts]]
    """For LIST (its id), HOUR (`00` to `23`, on the clock of the zone) and AGENT (login)."""
    lists: tuple[ListFigures, ...]
    abandonment: Abandonment
    answer_to_agent_ms: tuple[float | None, float | None]
    """p50 and p99 from the answer to the agent's ear; None: no call came to one."""
    detection: Detection
    rules: AbandonRules
    by_state: Counter[str] = field(default_factory=Counter)
    """LeadState -> leads of all lists, as they are now."""

    @property
    def penetration(self) -> float | None:
        """Leads tried / leads, of all lists."""
        return _share(sum(one.tried for one in self.lists), sum(self.by_state.values()))


DEFINITIONS: Final = {
    "connect_rate": "answered by a person (without machines that agents found) / dials",
    "right_party_contact": "talks whose disposition has the flag customer_contact / dials",
    "penetration": "leads called at least once / leads, as the lists are now",
    "conversion": "talks whose disposition has the flag sale / right-party contacts",
    "dials_per_connect": "dials / calls that came to an agent or to the flow",
    "exhaustion": "leads that are not called any more / leads, as the list is now",
    "answer_to_agent_ms": "from the answer to the agent's ear, of calls that came to one",
    "dials": "attempts without those whose order never reached the switch",
}
"""What each figure is; those of abandonment carry theirs with them."""


async def campaign_figures(
    session: AsyncSession,
    campaign: str,
    since: datetime,
    until: datetime,
    *,
    form: ConfigForm,
    zone: str,
) -> CampaignFigures:
    """The figures of attempts that were placed in [since, until). `zone`: whose days and hours."""
    flags = _flagged(form)
    asked = {"campaign": campaign, "since": since, "until": until, "zone": zone, **flags}
    groups: dict[Grouped, dict[str, list[Row[Any]]]] = {by: {} for by in Grouped}
    for row in await session.execute(_COUNTS, asked):
        groups[Grouped(row.by)].setdefault(row.name, []).append(row)
    counts = {
        by: {name: _counts(rows) for name, rows in sorted(named.items())}
        for by, named in groups.items()
    }
    times = (await session.execute(_ANSWER_TO_AGENT, asked)).one()
    found = detection(await _heard(session, asked))
    rules = rules_of(form, campaign)
    lists = await list_figures(session, campaign)
    by_state: Counter[str] = Counter()
    for one in lists:
        by_state.update(one.by_state)
    return CampaignFigures(
        since=since,
        until=until,
        counts=counts.pop(Grouped.ALL).get("", _counts([])),
        by=counts,
        lists=lists,
        abandonment=await _abandonment(session, asked, rules, found),
        answer_to_agent_ms=(times.p50, times.p99),
        detection=found,
        rules=rules,
        by_state=by_state,
    )


async def list_figures(session: AsyncSession, campaign: str) -> tuple[ListFigures, ...]:
    """Its lists, by their ids."""
    rows = (await session.execute(_LISTS, {"campaign": campaign})).all()
    lists: dict[int, list[Row[Any]]] = {}
    for row in rows:
        lists.setdefault(row.id, []).append(row)
    return tuple(
        ListFigures(
            call_list=key,
            title=found[0].title,
            active=found[0].active,
            by_state={LeadState(row.state): row.leads for row in found if row.state is not None},
            tried=sum(row.tried for row in found),
        )
        for key, found in lists.items()
    )


async def lives(
    session: AsyncSession, campaign: str, since: datetime, until: datetime, machine: list[str]
) -> list[Live]:
    """The calls placed in [since, until) that a person answered, or was taken for one. `machine`:
    dispositions by which an agent says that it was none."""
    asked = {"campaign": campaign, "since": since, "until": until, "machine": machine}
    found: list[Live] = []
    result = await session.stream(_LIVES, asked)
    async for rows in result.partitions(ROWS_AT_ONCE):
        found += [
            Live(
                answered_at=row.answered_at,
                clock_at=row.clock_at,
                connected_at=row.connected_at,
                ended_at=row.ended_at,
                abandoned=row.abandoned,
                machine=row.machine,
            )
            for row in rows
        ]
    return found


def rules_of(form: ConfigForm, campaign: str) -> AbandonRules:
    """What the configuration calls abandoned; the usual rules for a campaign that it has not."""
    one = form.campaigns.get(campaign)
    return AbandonRules() if one is None else abandon_rules(one.abandon)


async def _abandonment(
    session: AsyncSession, asked: Mapping[str, Any], rules: AbandonRules, found: Detection
) -> Abandonment:
    since, until, zone = asked["since"], asked["until"], asked["zone"]
    from_at, until_at = since.timestamp(), until.timestamp()
    begun = (await session.execute(_BEGUN, {"campaign": asked["campaign"]})).scalar()
    started_at = from_at if begun is None else min(begun.timestamp(), until_at)
    # The period of 30 days that the span begins in may have begun before it.
    periods_before = max(0, (from_at - started_at) // FTC_PERIOD_SECONDS)
    period_at = started_at + periods_before * FTC_PERIOD_SECONDS
    first = datetime.fromtimestamp(min(period_at, from_at), UTC)
    every = await lives(session, asked["campaign"], first, until, asked["machine"])
    hung_up: list[float] = []
    result = await session.stream(_HUNG_UP, asked)
    async for rows in result.partitions(ROWS_AT_ONCE):
        hung_up += [row.at for row in rows]
    wrong = None if found.precision is None else 1 - found.precision.value

    def counted() -> Abandonment:
        within = [live for live in every if from_at <= live.answered_at < until_at]
        limit = rules.connect_seconds
        return Abandonment(
            span=abandonment.whole_span(within, limit, from_at, until_at),
            ftc=tuple(abandonment.ftc_periods(every, limit, period_at, until_at)),
            ofcom=tuple(abandonment.ofcom_days(within, limit, zone, wrong, hung_up)),
            vicidial=tuple(abandonment.vicidial_days(within, limit, zone)),
            windows=tuple(
                (seconds, abandonment.worst_window(within, limit, seconds))
                for seconds in WINDOWS_SECONDS
            ),
        )

    # A hundred thousand calls take a second, and those that go on now do not wait for it.
    return await asyncio.to_thread(counted)


async def _heard(session: AsyncSession, asked: Mapping[str, Any]) -> Heard:
    rows = await session.execute(_HEARD, asked)
    counted = {(row.told, row.found): row.calls for row in rows}
    return Heard(
        passed_people=counted.get((False, "person"), 0),
        passed_machines=counted.get((False, "machine"), 0),
        passed_unknown=counted.get((False, "unknown"), 0),
        told_machines=counted.get((True, "machine"), 0),
        told_people=counted.get((True, "person"), 0),
        told_unknown=counted.get((True, "unknown"), 0),
    )


def _flagged(form: ConfigForm) -> dict[str, list[str]]:
    """The dispositions with the flags that figures go by."""

    def of(flag: Flag) -> list[str]:
        return [name for name, one in form.dispositions.items() if flag in one.flags]

    return {
        "machine": of(Flag.ANSWERING_MACHINE),
        "reached": of(Flag.CUSTOMER_CONTACT),
        "sale": of(Flag.SALE),
    }


def _counts(rows: list[Row[Any]]) -> Counts:
    return Counts(
        by_result={row.result: row.attempts for row in rows},
        connected=sum(row.connected for row in rows),
        machines=sum(row.machines for row in rows),
        reached=sum(row.reached for row in rows),
        sales=sum(row.sales for row in rows),
        talk_ms=int(sum(row.talk_ms for row in rows)),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


_SPAN: Final = "campaign = :campaign AND placed_at >= :since AND placed_at < :until"
_IS: Final = "disposition = ANY (CAST(:{} AS text[]))"
_SECONDS: Final = "extract(epoch FROM {})::float8"

_COUNTS: Final = text(f"""
SELECT CASE WHEN grouping(call_list) = 0 THEN 'list' WHEN grouping(hour) = 0 THEN 'hour'
    WHEN grouping(agent) = 0 THEN 'agent' ELSE 'all' END AS by,
  coalesce(CASE WHEN grouping(call_list) = 0 THEN call_list::text
    WHEN grouping(hour) = 0 THEN hour WHEN grouping(agent) = 0 THEN agent END, '') AS name,
  result, count(*) AS attempts, count(connected_at) AS connected,
  count(*) FILTER (WHERE connected_at IS NOT NULL AND {_IS.format("machine")}) AS machines,
  count(*) FILTER (WHERE {_IS.format("reached")}) AS reached,
  count(*) FILTER (WHERE {_IS.format("sale")}) AS sales,
  coalesce(sum({_SECONDS.format("ended_at - connected_at")} * 1000), 0) AS talk_ms
FROM (
  SELECT call_list, to_char(placed_at AT TIME ZONE :zone, 'HH24') AS hour,
    coalesce(agent, '') AS agent, coalesce(result, 'open') AS result, connected_at, ended_at,
    disposition
  FROM attempt WHERE {_SPAN}
) placed
GROUP BY GROUPING SETS ((result), (call_list, result), (hour, result), (agent, result))
ORDER BY 1, 2, 3
""")  # noqa: S608 -- words of ours

_ANSWER_TO_AGENT: Final = text(f"""
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50,
  percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99
FROM (
  SELECT {_SECONDS.format("connected_at - answered_at")} * 1000 AS ms
  FROM attempt WHERE {_SPAN} AND connected_at IS NOT NULL AND agent IS NOT NULL
    AND answered_at IS NOT NULL
) waited
""")  # noqa: S608 -- words of ours

_HEARD: Final = text(f"""
SELECT heard = 'machine' AS told,
  CASE WHEN connected_at IS NULL OR disposition = '' THEN 'unknown'
    WHEN {_IS.format("machine")} THEN 'machine' ELSE 'person' END AS found,
  count(*) AS calls
FROM attempt WHERE {_SPAN} AND heard IN ('human', 'notsure', 'machine')
GROUP BY 1, 2
""")  # noqa: S608 -- words of ours

_HUNG_UP: Final = text(f"""
SELECT {_SECONDS.format("coalesce(answered_at, placed_at)")} AS at
FROM attempt WHERE {_SPAN} AND heard = 'machine' AND connected_at IS NULL
""")  # noqa: S608 -- words of ours

_LIVES: Final = text(f"""
SELECT {_SECONDS.format("answered_at")} AS answered_at,
  {_SECONDS.format("coalesce(clock_at, answered_at)")} AS clock_at,
  {_SECONDS.format("connected_at")} AS connected_at, {_SECONDS.format("ended_at")} AS ended_at,
  result IS NOT DISTINCT FROM 'abandoned' AS abandoned,
  connected_at IS NOT NULL AND {_IS.format("machine")} AS machine
FROM attempt
WHERE {_SPAN} AND answered_at IS NOT NULL
  AND (result IN ('human', 'abandoned') OR result IS NULL AND connected_at IS NOT NULL)
ORDER BY answered_at
""")  # noqa: S608 -- words of ours

_BEGUN: Final = text("""
SELECT coalesce(
  (SELECT started_at FROM campaign WHERE name = :campaign),
  (SELECT min(placed_at) FROM attempt WHERE campaign = :campaign))
""")

_LISTS: Final = text("""
SELECT l.id, l.title, l.active, d.state, count(d.id) AS leads,
  count(*) FILTER (WHERE d.tries > 0) AS tried
FROM call_list l LEFT JOIN lead d ON d.call_list = l.id
WHERE l.campaign = :campaign
GROUP BY l.id, d.state ORDER BY l.id, d.state
""")
