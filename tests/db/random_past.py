"""A random past of a small site, as a center would have saved it, kept at hand to count again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from ccserver.core.ids import AgentId, LegId, Queue
from ccserver.core.records import (
    QueueExit,
    Record,
    SaveAgentInterval,
    SaveContact,
    SaveContactEnd,
    SaveQueueVisit,
    SaveSegment,
    SegmentKind,
)
from ccserver.core.seen import EndedBy
from ccserver.core.site import Presence, WorkState
from ccserver.core.value import VALUE_OF_TIER, Tier
from tests.db.calls import contact_id
from tests.db.walked import Past

BERLIN = "Europe/Berlin"
BEGAN = datetime(2026, 10, 24, 0, 0, tzinfo=UTC).timestamp()
"""The clocks of Berlin go back in the night that follows."""
DAY = 86_400.0
QUEUES = (Queue("sales"), Queue("service"), Queue("销售"))
AGENTS = (AgentId("anna"), AgentId("bob"), AgentId("eve"))
_OUT = tuple(
    one for one in QueueExit
    if one not in (QueueExit.ANSWERED, QueueExit.ABANDONED, QueueExit.SHORT_ABANDONED)
)  # fmt: skip


@dataclass
class Made:
    """All that was saved."""

    contacts: list[SaveContact] = field(default_factory=list)
    ends: list[SaveContactEnd] = field(default_factory=list)
    visits: list[SaveQueueVisit] = field(default_factory=list)
    segments: list[SaveSegment] = field(default_factory=list)
    stretches: list[SaveAgentInterval] = field(default_factory=list)

    def past(self) -> Past:
        """For `journaled`."""
        past = Past()
        records: list[Record] = [
            *self.contacts, *self.ends, *self.visits, *self.segments, *self.stretches
        ]  # fmt: skip
        for record in records:
            past.save(record)
        return past


def random_past(seed: int, contacts: int, days: float = 4.0) -> Made:
    """So many contacts, and what three agents did meanwhile."""
    luck, made = Random(seed), Made()
    for number in range(1, contacts + 1):
        _contact(made, luck, number, BEGAN + luck.random() * days * DAY)
    for agent in AGENTS:
        made.stretches.extend(_day(luck, agent, days))
    return made


def _ms(luck: Random, most: float) -> float:
    """Seconds, at times none, with whole milliseconds."""
    return round(luck.choice((0.0, luck.random() * most)), 3)


def _contact(made: Made, luck: Random, number: int, arrived_at: float) -> None:
    contact, caller = contact_id(number), f"+86138{luck.randrange(12):08d}"
    tier = luck.choice(list(Tier))
    at = round(arrived_at, 3)
    made.contacts.append(
        SaveContact(
            contact=contact, leg=LegId(str(number)), caller=caller, dialed="4001", arrived_at=at
        )
    )
    parts = 0

    def part(
        kind: SegmentKind, queue: Queue, agent: AgentId | None, seconds: float, how: str
    ) -> None:
        nonlocal at, parts
        if seconds <= 0:
            return
        parts += 1
        made.segments.append(
            SaveSegment(
                contact=contact,
                number=parts,
                kind=kind,
                queue=queue,
                agent=agent,
                started_at=at,
                ended_at=round(at + seconds, 3),
                outcome=how,
            )
        )
        at = round(at + seconds, 3)

    agent: AgentId | None = None
    queue = QUEUES[0]
    for visit in range(1, luck.choice((1, 1, 1, 2, 3)) + 1):
        queue = luck.choice(QUEUES)
        entered_at = at
        part(SegmentKind.QUEUE, queue, None, _ms(luck, 60.0), "offered")
        while luck.random() < 0.2:
            part(SegmentKind.OFFER, queue, luck.choice(AGENTS), 20.0, "no_answer")
        exit_ = luck.choice((*[QueueExit.ANSWERED] * 8, QueueExit.ABANDONED, *_OUT))
        exit_ = QueueExit.SHORT_ABANDONED if luck.random() < 0.05 else exit_
        agent = luck.choice(AGENTS) if exit_ is QueueExit.ANSWERED else None
        if agent is not None:
            part(SegmentKind.OFFER, queue, agent, _ms(luck, 9.0), "answered")
        elif exit_ is QueueExit.ABANDONED and luck.random() < 0.5:
            part(SegmentKind.OFFER, queue, luck.choice(AGENTS), 3.0, "abandoned")
        made.visits.append(
            SaveQueueVisit(
                contact=contact,
                number=visit,
                queue=queue,
                tier=tier,
                value=VALUE_OF_TIER[tier],
                entered_at=entered_at,
                ended_at=at,
                waited_seconds=at - entered_at + luck.choice((0.0, 7.5)),
                exit=exit_,
                agent=agent,
                wait_from_seconds=0.0,
                wait_until_seconds=0.0,
            )
        )
        if agent is not None:
            how = luck.choice(("transferred", "agent_hung_up"))
            part(SegmentKind.TALK, queue, agent, 1 + _ms(luck, 600.0), "held")
            part(SegmentKind.HOLD, queue, agent, _ms(luck, 60.0), "resumed")
            part(SegmentKind.CONSULT, queue, agent, _ms(luck, 60.0), "consult_ended")
            part(SegmentKind.TALK, queue, agent, 1 + _ms(luck, 600.0), how)
            part(SegmentKind.WRAP_UP, queue, agent, _ms(luck, 30.0), "done")
    made.ends.append(
        SaveContactEnd(
            contact=contact,
            ended_at=at,
            ended_by=EndedBy.CALLER,
            customer=luck.choice(("", str(luck.randrange(1, 9)))),
            tier=tier,
            value=VALUE_OF_TIER[tier],
            language="zh",
            queue=queue,
            agent=agent,
            keys=(),
        )
    )


def _day(luck: Random, agent: AgentId, days: float) -> Iterator[SaveAgentInterval]:
    at = BEGAN - 5_000.0
    while at < BEGAN + days * DAY:
        work = luck.choice([one for one in WorkState if one is not WorkState.LOGGED_OUT])
        end = round(at + 1 + luck.random() * 9_000, 3)
        if luck.random() < 0.8:
            yield SaveAgentInterval(
                agent=agent,
                presence=Presence.PAUSED if work is WorkState.PAUSED else Presence.READY,
                reason=luck.choice(("", "lunch")) if work is WorkState.PAUSED else "",
                work=work,
                contact=None,
                started_at=at,
                ended_at=end,
            )
        at = end
