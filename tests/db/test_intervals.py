"""What PostgreSQL counts, beside a slow count of the same past in Python."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import ContactId
from ccserver.core.intervals import REPEAT_DAYS, SHARES, Counts, figures
from ccserver.core.records import QueueExit, SaveQueueVisit, SaveSegment, SegmentKind
from ccserver.core.rules import DEFAULT_TARGETS, Target
from ccserver.core.site import WorkState
from ccserver.core.spans import Step, bounds
from ccserver.core.value import Tier
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.intervals import ALL, Asked, By, Key, intervals
from tests.db.parts import journaled
from tests.db.random_past import BEGAN, BERLIN, DAY, Made, random_past
from tests.web.talked import execute

pytestmark = pytest.mark.db

SINCE = datetime.fromtimestamp(BEGAN, UTC) + timedelta(hours=7)
UNTIL = SINCE + timedelta(days=2)
NOW = SINCE + timedelta(days=9)
TARGETS = {
    "": DEFAULT_TARGETS,
    "sales": tuple(Target(tier=tier, share=0.8, seconds=35.0) for tier in Tier),
}
TALKS = (SegmentKind.TALK, SegmentKind.HOLD, SegmentKind.CONSULT)


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as made:
        yield made
    await engine.dispose()


def asked(by: By = By.QUEUE, step: Step = Step.FIVE, names: tuple[str, ...] | None = None) -> Asked:
    return Asked(
        by=by,
        bounds=bounds(SINCE, UNTIL, step, BERLIN),
        names=names,
        now=NOW,
        targets=TARGETS,
        repeats=True,
        completed=("done",),
    )


# -- the slow count


def keys(name: str, at: float, wanted: Asked) -> tuple[Key, ...]:
    """Where something counts that happened at this instant."""
    begins = [one.timestamp() for one in wanted.bounds]
    if not begins[0] <= at < begins[-1]:
        return ()
    if wanted.names is not None and name not in wanted.names:
        return ()
    return ((name, bisect_right(begins, at) - 1), (name, None), ALL)


def ms(seconds: float) -> int:
    return round(seconds * 1000)


def length_ms(segments: Iterable[SaveSegment], *kinds: SegmentKind) -> int:
    return sum(ms(one.ended_at - one.started_at) for one in segments if one.kind in kinds)


def is_in_time(visit: SaveQueueVisit) -> bool:
    targets = TARGETS.get(visit.queue, DEFAULT_TARGETS)
    (seconds,) = (one.seconds for one in targets if one.tier is visit.tier)
    return visit.waited_seconds <= seconds


def counted_visit(visit: SaveQueueVisit) -> Counts:
    in_time, wait_ms = is_in_time(visit), ms(visit.waited_seconds)
    match visit.exit:
        case QueueExit.ANSWERED:
            one = Counts(answered=1, answered_in_time=in_time, answer_wait_ms=wait_ms)
        case QueueExit.ABANDONED:
            one = Counts(abandoned=1, abandoned_in_time=in_time, abandon_wait_ms=wait_ms)
        case QueueExit.SHORT_ABANDONED:
            one = Counts(short_abandoned=1, abandoned_in_time=in_time)
        case other:
            callback = in_time and other is QueueExit.CALLBACK
            one = Counts(flowed_out={other.value: 1}, callbacks_in_time=callback)
    return replace(one, offered=1)


def counted_talk(segments: list[SaveSegment]) -> Counts:
    talked = [one for one in segments if one.kind in TALKS]
    return Counts(
        handled=bool(talked),
        transferred=any(one.outcome == "transferred" for one in talked),
        talk_ms=length_ms(segments, SegmentKind.TALK),
        hold_ms=length_ms(segments, SegmentKind.HOLD, SegmentKind.CONSULT),
        wrap_up_ms=length_ms(segments, SegmentKind.WRAP_UP),
    )


class Slow:
    """Counts one after the other."""

    def __init__(self, made: Made, wanted: Asked) -> None:
        self.made, self.wanted = made, wanted
        self.found: defaultdict[Key, Counts] = defaultdict(Counts)
        self.waits: defaultdict[Key, list[int]] = defaultdict(list)

    def add(self, name: str, at: float, counts: Counts) -> None:
        for key in keys(name, at, self.wanted):
            self.found[key] += counts

    def result(self) -> dict[Key, Counts]:
        for key, waits in self.waits.items():
            waits.sort()
            told = tuple(waits[ceil(share * len(waits)) - 1] for share in SHARES)
            self.found[key] = replace(self.found[key], waits_ms=told)
        return dict(self.found)

    def queues(self) -> dict[Key, Counts]:
        first: set[tuple[ContactId, str]] = set()
        for visit in self.made.visits:
            self.add(visit.queue, visit.entered_at, counted_visit(visit))
            if visit.exit is QueueExit.ANSWERED:
                for key in keys(visit.queue, visit.entered_at, self.wanted):
                    self.waits[key].append(ms(visit.waited_seconds))
            if (visit.contact, visit.queue) not in first:
                first.add((visit.contact, visit.queue))
                of = [
                    one for one in self.made.segments
                    if (one.contact, one.queue) == (visit.contact, visit.queue)
                ]  # fmt: skip
                self.add(visit.queue, visit.entered_at, counted_talk(of))
        self.first_calls()
        return self.result()

    def first_calls(self) -> None:
        ends = {one.contact: one for one in self.made.ends}
        callers = {one.contact: one.caller for one in self.made.contacts}
        firsts: dict[tuple[ContactId, str], SaveQueueVisit] = {}
        for visit in self.made.visits:
            firsts.setdefault((visit.contact, visit.queue), visit)
        who = {one: ends[one].customer or callers[one] for one in ends}
        for visit in firsts.values():
            if visit.exit is not QueueExit.ANSWERED:
                continue
            left_at = ends[visit.contact].ended_at
            later = [
                other.entered_at for other in firsts.values()
                if other.queue == visit.queue and who[other.contact] == who[visit.contact]
                and other.entered_at > visit.entered_at
            ]  # fmt: skip
            over = [left_at + days * DAY <= NOW.timestamp() for days in REPEAT_DAYS]
            again = [any(at < left_at + days * DAY for at in later) for days in REPEAT_DAYS]
            self.add(
                visit.queue,
                visit.entered_at,
                Counts(
                    resolved=tuple(map(int, over)),
                    resolved_once=tuple(
                        int(done and not more) for done, more in zip(over, again, strict=True)
                    ),
                ),
            )

    def agents(self) -> dict[Key, Counts]:
        of: defaultdict[tuple[ContactId, str], list[SaveSegment]] = defaultdict(list)
        for one in self.made.segments:
            if one.agent is not None:
                of[one.contact, one.agent].append(one)
        for (contact, agent), segments in of.items():
            at = min(one.started_at for one in segments)
            offers = Counter(one.outcome for one in segments if one.kind is SegmentKind.OFFER)
            visits = [
                one for one in self.made.visits if (one.contact, one.agent) == (contact, agent)
            ]
            answered = max(offers["answered"], len(visits))
            wait_ms = sum(ms(one.waited_seconds) for one in visits)
            missed = offers["no_answer"]
            self.add(agent, at, counted_talk(segments))
            self.add(
                agent,
                at,
                Counts(
                    offered=answered + offers["abandoned"] + missed,
                    answered=answered,
                    abandoned=offers["abandoned"],
                    flowed_out={"missed": missed} if missed else {},
                    answered_in_time=sum(map(is_in_time, visits)),
                    answer_wait_ms=wait_ms,
                    abandon_wait_ms=sum(
                        ms(one.ended_at - one.started_at) for one in segments
                        if (one.kind, one.outcome) == (SegmentKind.OFFER, "abandoned")
                    ),
                ),
            )  # fmt: skip
        return self.result()

    def times(self) -> dict[Key, Counts]:
        begins = [one.timestamp() for one in self.wanted.bounds]
        for one in self.made.stretches:
            for begin, end in pairwise(begins):
                length = ms(min(one.ended_at, end) - max(one.started_at, begin))
                if length <= 0:
                    continue
                idle = (
                    WorkState.AVAILABLE, WorkState.RESERVED, WorkState.RINGING, WorkState.MISSED
                )  # fmt: skip
                busy = one.work in (WorkState.ON_CALL, WorkState.WRAP_UP)
                self.add(
                    one.agent,
                    begin,
                    Counts(
                        logged_in_ms=length,
                        idle_ms=length * (one.work in idle),
                        busy_ms=length * busy,
                        paused_ms=length * (one.work is WorkState.PAUSED),
                    ),
                )
        return self.result()


NONE = Counts()
TIMES = ("logged_in_ms", "idle_ms", "busy_ms", "paused_ms")
UNTIMED = dict.fromkeys(TIMES, 0)


def untimed(found: Mapping[Key, Counts]) -> dict[Key, Counts]:
    """Without what agents did with their time."""
    bare = {key: replace(counts, **UNTIMED) for key, counts in found.items()}  # type: ignore[arg-type]
    return {key: counts for key, counts in bare.items() if counts != Counts()}


@pytest.mark.parametrize("step", [Step.FIVE, Step.SIXTY, Step.DAY])
@pytest.mark.parametrize("names", [None, ("sales", "销售")])
async def test_queues_are_counted_as_one_would_by_hand(
    database: str, session: AsyncSession, step: Step, names: tuple[str, ...] | None
) -> None:
    made = random_past(seed=7, contacts=400)
    await journaled(database, made.past())
    wanted = asked(step=step, names=names)
    found = await intervals(session, wanted)
    assert untimed(found) == untimed(Slow(made, wanted).queues())
    assert found[ALL].offered > 100


@pytest.mark.parametrize("step", [Step.FIFTEEN, Step.DAY])
async def test_agents_are_counted_as_one_would_by_hand(
    database: str, session: AsyncSession, step: Step
) -> None:
    made = random_past(seed=8, contacts=400)
    await journaled(database, made.past())
    wanted = asked(By.AGENT, step)
    found = await intervals(session, wanted)
    plain = {
        key: replace(counts, waits_ms=NONE.waits_ms, resolved=(0, 0, 0), resolved_once=(0, 0, 0))
        for key, counts in found.items()
    }
    assert untimed(plain) == untimed(Slow(made, wanted).agents())
    slow = Slow(made, wanted).times()
    for key, counts in found.items():
        told = slow.get(key, Counts())
        assert [getattr(counts, one) for one in TIMES] == [getattr(told, one) for one in TIMES], key
    assert slow.keys() <= found.keys()


async def test_five_minutes_add_up_to_days_and_nobody_is_lost(
    database: str, session: AsyncSession
) -> None:
    made = random_past(seed=9, contacts=500)
    await journaled(database, made.past())
    for by in By:
        fine = await intervals(session, asked(by, Step.FIVE))
        coarse = await intervals(session, asked(by, Step.DAY))
        sums: defaultdict[str | None, Counts] = defaultdict(Counts)
        for (name, place), counts in fine.items():
            if place is not None:
                sums[name] += counts
        for name, total in sums.items():
            bare = replace(coarse[name, None], waits_ms=Counts().waits_ms)
            assert total == bare
        assert fine[ALL] == coarse[ALL]
        for counts in fine.values():
            told = figures(counts)
            parts = ("answered", "abandoned", "short_abandoned", "flowed_out")
            assert told["offered"] == sum(int(told[part] or 0) for part in parts)


async def test_teams_are_what_their_agents_are_together(
    database: str, session: AsyncSession
) -> None:
    made = random_past(seed=10, contacts=200)
    await journaled(database, made.past())
    for login, team in (("anna", "north"), ("bob", "north")):
        await execute(
            database,
            "INSERT INTO person (login, name, role, password_hash, team) "
            "VALUES ($1, '', 'agent', '', $2)",
            login,
            team,
        )
    people = await intervals(session, asked(By.AGENT, Step.DAY))
    teams = await intervals(session, asked(By.TEAM, Step.DAY))
    assert {name for name, _ in teams} == {"north", "", None}
    north = people["anna", None] + people["bob", None]
    assert replace(teams["north", None], waits_ms=north.waits_ms) == north
    assert replace(teams["", None], waits_ms=()) == replace(people["eve", None], waits_ms=())
    alone = await intervals(session, asked(By.TEAM, Step.DAY, ("north",)))
    assert alone[ALL] == teams["north", None]


async def test_a_disposition_says_whether_a_contact_is_resolved(
    database: str, session: AsyncSession
) -> None:
    made = random_past(seed=11, contacts=60)
    await journaled(database, made.past())
    usual = (await intervals(session, asked(step=Step.DAY)))[ALL].resolved[0]
    assert 0 < usual < 60
    await execute(database, "UPDATE contact SET disposition = 'call_again'")
    assert (await intervals(session, asked(step=Step.DAY)))[ALL].resolved[0] == 0
    await execute(database, "UPDATE contact SET disposition = 'done'")
    assert (await intervals(session, asked(step=Step.DAY)))[ALL].resolved[0] > usual


async def test_who_is_still_at_it_counts_until_now(database: str, session: AsyncSession) -> None:
    await execute(
        database,
        "INSERT INTO agent_presence (agent, presence, reason, work, since, changed_at) "
        "VALUES ('anna', 'ready', '', 'available', $1, $1), "
        "('bob', 'logged_out', '', 'logged_out', $1, $1)",
        SINCE + timedelta(hours=1),
    )
    wanted = replace(asked(By.AGENT, Step.SIXTY), now=SINCE + timedelta(minutes=150))
    found = await intervals(session, wanted)
    assert {key[0] for key in found} == {"anna", None}
    assert found["anna", None].idle_ms == found[ALL].logged_in_ms == 90 * 60_000
    assert found["anna", 1].idle_ms == 60 * 60_000


async def test_where_nothing_was_there_is_nothing(session: AsyncSession) -> None:
    found = await intervals(session, asked())
    assert {key: counts for key, counts in found.items() if counts != Counts()} == {}
