"""How callers walked through flows: each walk, what a day's walks add up to, and two versions
beside each other."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import extract, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import ContactId
from ccserver.core.release import Difference, Share, difference
from ccserver.db.flow_tables import IvrWalkRow
from ccserver.db.history import uuid_of

HUNG_UP = "hung_up"
QUEUED = "queued"

_SECONDS = extract("epoch", IvrWalkRow.ended_at - IvrWalkRow.began_at)

_STEPS = text("""
WITH taken AS (
  SELECT w.contact, w.number, w.how, one.place, jsonb_array_length(w.steps) AS places,
    one.step ->> 0 AS step, one.step ->> 2 AS came,
    regexp_replace(one.step ->> 0, '[^.]*$', '') AS part
  FROM ivr_walk w CROSS JOIN LATERAL jsonb_array_elements(w.steps) WITH ORDINALITY one(step, place)
  WHERE w.flow = :flow AND w.began_at >= :since AND w.began_at < :until
    AND (CAST(:version AS integer) IS NULL OR w.version = :version)
), followed AS (
  SELECT step, place, CASE WHEN place = places THEN how END AS ended,
    lead(came) OVER (PARTITION BY contact, number, part ORDER BY place) AS went
  FROM taken
)
SELECT step, ended, went, count(*) AS times, min(place) AS place
FROM followed GROUP BY step, ended, went ORDER BY place, step
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkStep:
    """A step that a caller came to."""

    step: str
    """`part.step` in a part."""
    at: datetime
    came: str
    """How the step before was left; empty for the first, and for the first of a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One walk of a contact through a flow."""

    number: int
    flow: str
    version: int
    """0: it was never published."""
    began_at: datetime
    ended_at: datetime
    how: str
    steps: tuple[WalkStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFigures:
    """What callers did at a step. Who came to it again counts again."""

    step: str
    entered: int
    ended: Mapping[str, int]
    """How those walks ended of which this was the last step."""
    went_on: Mapping[str, int]
    """How it was left for another step of its flow, or of its part: `then`, `key 1` … A part is
    left when it returns."""

    @property
    def left_here(self) -> int:
        """Those who hung up."""
        return self.ended.get(HUNG_UP, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFigures:
    """What the walks add up to that began in [since, until)."""

    flow: str
    version: int | None
    """None: all versions together."""
    since: datetime
    until: datetime
    walks: int
    ended: Mapping[str, int]
    mean_seconds: float
    """0 where nobody walked."""
    steps: tuple[StepFigures, ...]
    """In the order in which callers can first have come to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What came of the callers of one version."""

    version: int
    walks: int
    ended: Mapping[str, Share]
    mean_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A canary beside what the others get."""

    since: datetime
    released: Side
    canary: Side
    differences: Mapping[str, Difference]
    """For each end: the canary's share less the other's."""


async def walks(session: AsyncSession, contact: ContactId) -> tuple[Walk, ...]:
    """The finished walks of a contact, in their order."""
    rows = await session.scalars(
        select(IvrWalkRow).where(IvrWalkRow.contact == uuid_of(contact)).order_by(IvrWalkRow.number)
    )
    return tuple(
        Walk(
            number=row.number,
            flow=row.flow,
            version=row.version,
            began_at=row.began_at,
            ended_at=row.ended_at,
            how=row.how,
            steps=tuple(
                WalkStep(step=step, at=datetime.fromtimestamp(at, UTC), came=came)
                for step, at, came in row.steps
            ),
        )
        for row in rows
    )


async def figures(
    session: AsyncSession,
    flow: str,
    *,
    since: datetime,
    until: datetime,
    version: int | None = None,
) -> FlowFigures:
    """What the walks through a flow add up to that began in [since, until)."""
    query = (
        select(IvrWalkRow.how, func.count(), func.sum(_SECONDS))
        .where(IvrWalkRow.flow == flow, IvrWalkRow.began_at >= since, IvrWalkRow.began_at < until)
        .group_by(IvrWalkRow.how)
        .order_by(IvrWalkRow.how)
    )
    if version is not None:
        query = query.where(IvrWalkRow.version == version)
    ended: dict[str, int] = {}
    seconds = 0.0
    for how, count, took in await session.execute(query):
        ended[how] = count
        seconds += float(took)
    number = sum(ended.values())
    return FlowFigures(
        flow=flow,
        version=version,
        since=since,
        until=until,
        walks=number,
        ended=ended,
        mean_seconds=seconds / number if number else 0.0,
        steps=await _steps(session, flow, since, until, version),
    )


@dataclass(slots=True)
class _Counted:
    entered: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    went_on: Counter[str] = field(default_factory=Counter)


async def _steps(
    session: AsyncSession, flow: str, since: datetime, until: datetime, version: int | None
) -> tuple[StepFigures, ...]:
    asked = {"flow": flow, "since": since, "until": until, "version": version}
    counted: dict[str, _Counted] = {}
    for row in await session.execute(_STEPS, asked):
        step = counted.setdefault(row.step, _Counted())
        step.entered += row.times
        if row.ended is not None:
            step.ended[row.ended] += row.times
        elif row.went:
            step.went_on[row.went] += row.times
    return tuple(
        StepFigures(step=name, entered=one.entered, ended=one.ended, went_on=one.went_on)
        for name, one in counted.items()
    )


async def comparison(
    session: AsyncSession, flow: str, *, version: int, canary_version: int, since: datetime
) -> Comparison:
    """What came of the callers of both versions who came at `since` or later."""
    rows = await session.execute(
        select(
            IvrWalkRow.version,
            IvrWalkRow.how,
            func.count(),
            func.sum(_SECONDS),
        )
        .where(
            IvrWalkRow.flow == flow,
            IvrWalkRow.version.in_((version, canary_version)),
            IvrWalkRow.began_at >= since,
        )
        .group_by(IvrWalkRow.version, IvrWalkRow.how)
    )
    ended: dict[int, Counter[str]] = {version: Counter(), canary_version: Counter()}
    seconds = {version: 0.0, canary_version: 0.0}
    for walked, how, count, took in rows:
        ended[walked][how] += count
        seconds[walked] += float(took)
    ways = sorted({HUNG_UP, QUEUED, *ended[version], *ended[canary_version]})
    released, canary = (
        _side(one, ways, ended[one], seconds[one]) for one in (version, canary_version)
    )
    return Comparison(
        since=since,
        released=released,
        canary=canary,
        differences={way: difference(canary.ended[way], released.ended[way]) for way in ways},
    )


def _side(version: int, ways: list[str], ended: Counter[str], seconds: float) -> Side:
    number = ended.total()
    return Side(
        version=version,
        walks=number,
        ended={way: Share(ended[way], number) for way in ways},
        mean_seconds=seconds / number if number else 0.0,
    )
