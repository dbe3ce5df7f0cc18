"""How each queue does since midnight: counted from what the history keeps, as it is kept.

A call counts on the day on which it came: a visit when the caller joined the queue, and what agents
did for the customer when he first joined it. The database, asked for the same day, tells the same
numbers: instants are compared as it keeps them, in whole microseconds, and waits are its own.
"""

from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ccserver.core.choice import target_seconds
from ccserver.core.commands import CallState, ShowCall
from ccserver.core.hours import day_of
from ccserver.core.ids import ContactId, Queue
from ccserver.core.records import (
    QueueExit,
    SaveContactEnd,
    SaveQueueVisit,
    SaveSegment,
    SegmentKind,
)
from ccserver.core.rules import QueueRules
from ccserver.core.value import Tier

HANDLING: Final = (
    SegmentKind.TALK,
    SegmentKind.HOLD,
    SegmentKind.CONSULT,
    SegmentKind.WRAP_UP,
)
"""Parts in which an agent works for the customer. In a consultation the customer is on hold."""

WRAP_UP_SECONDS: Final = 7200.0
"""So long after a contact's end its wrap-ups are expected."""

_YEAR_2000: Final = 946_684_800.0
_JOINED: Final = (CallState.QUEUED, CallState.FALLBACK)


Telling = ShowCall | SaveQueueVisit | SaveSegment | SaveContactEnd
"""What figures are counted from."""


def kept_us(at: float) -> int:
    """An instant as PostgreSQL keeps it: whole microseconds, since 2000 (`to_timestamp`)."""
    return round((at - _YEAR_2000) * 1e6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A queue's day until now.

    offered = answered + abandoned + short_abandoned + flowed_out + waiting.
    """

    offered: int
    answered: int
    abandoned: int
    """Without the short ones."""
    short_abandoned: int
    flowed_out: int
    waiting: int
    """Who joined today and is neither answered nor gone."""
    answered_in_time: int
    wait_ms: int
    """Of all who were answered together."""
    handled: int
    """Contacts in which somebody talked to the customer."""
    handling_ms: int
    """All talk, hold and wrap-up together, as far as their parts are over."""

    @property
    def service_level(self) -> float | None:
        """`sl_excl_short`: answered in time / (answered + abandoned); None: nobody yet."""
        counted = self.answered + self.abandoned
        return self.answered_in_time / counted if counted else None

    @property
    def abandon_rate(self) -> float | None:
        """abandoned / (offered - short_abandoned); None: nobody yet."""
        counted = self.offered - self.short_abandoned
        return self.abandoned / counted if counted else None

    @property
    def asa_ms(self) -> int | None:
        """Mean wait of the answered; None: nobody yet."""
        return round(self.wait_ms / self.answered) if self.answered else None

    @property
    def aht_ms(self) -> int | None:
        """(talk + hold + wrap-up) / handled; None: nobody yet."""
        return round(self.handling_ms / self.handled) if self.handled else None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVisits:
    """Visits of one queue, tier and exit, as the database counts them."""

    queue: Queue
    tier: Tier
    exit: QueueExit
    number: int
    waits: Sequence[float] = ()
    """Of those that were answered, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDay:
    """What the database has of a day."""

    visits: tuple[KeptVisits, ...] = ()
    handled: tuple[tuple[Queue, int, int], ...] = ()
    """(queue, contacts that were handled, handling in ms)."""
    open: tuple[tuple[ContactId, Queue, float, bool], ...] = ()
    """(contact, queue, when it first joined that, whether somebody talked to the customer) of the
    contacts that have not ended."""


@dataclass(slots=True)
class _Count:
    exits: dict[QueueExit, int] = field(default_factory=lambda: dict.fromkeys(QueueExit, 0))
    in_time: int = 0
    wait_ms: int = 0
    handled: int = 0
    handling_ms: int = 0
    waits: "dict[Tier, array[float]]" = field(
        default_factory=lambda: {tier: array("d") for tier in Tier}
    )
    """Of the answered. A target may be changed at noon, and holds for the whole day then."""


class DayFigures:
    """All queues' figures of the day that it is."""

    def __init__(self, zone: str, now: float) -> None:
        """`zone`: on whose clock it is midnight (IANA)."""
        self._zone = zone
        self.begins_at, self.ends_at = day_of(now, zone)
        self._counts: dict[Queue, _Count] = {}
        self._queue_of: dict[ContactId, Queue] = {}
        """Where each caller waits who does."""
        self._waiting: dict[Queue, dict[ContactId, float]] = {}
        """Since when."""
        self._contacts: dict[ContactId, dict[Queue, bool | None]] = {}
        """Whether somebody talked to the customer, for each queue that he has left; None: he came
        to it before today."""
        self._ended: deque[tuple[float, ContactId]] = deque()
        """Those of them that may still be wrapped up."""
        self._rules: dict[Queue, QueueRules] = {}

    def recall(self, kept: KeptDay) -> None:
        """Begin with what the database has of the day: all that was before the first record."""
        for visits in kept.visits:
            count = self._count(visits.queue)
            count.exits[visits.exit] += visits.number
            if visits.exit is QueueExit.ANSWERED:
                count.waits[visits.tier].extend(visits.waits)
                count.wait_ms += sum(map(_ms, visits.waits))
        for queue, handled, handling_ms in kept.handled:
            count = self._count(queue)
            count.handled += handled
            count.handling_ms += handling_ms
        for contact, queue, joined_at, talked in kept.open:
            of_today = talked if self._is_today(joined_at) else None
            self._contacts.setdefault(contact, {})[queue] = of_today
        self._judge()

    def set_rules(self, queues: Iterable[QueueRules]) -> None:
        """Go by these targets, for all of the day."""
        self._rules = {rules.name: rules for rules in queues}
        self._judge()

    def turn(self, now: float) -> bool:
        """Begin a new day if it has come. Whether it has."""
        if kept_us(now) < kept_us(self.ends_at):
            return False
        self.begins_at, self.ends_at = day_of(now, self._zone)
        self._counts.clear()
        for _, contact in self._ended:
            self._contacts.pop(contact, None)
        self._ended.clear()
        for queues in self._contacts.values():
            queues.update(dict.fromkeys(queues))
        return True

    # -- from the core

    def take(self, told: Telling) -> tuple[Queue, ...]:
        """Count what the core keeps and shows, in its order. The queues whose figures change."""
        match told:
            case ShowCall(queue=str(queue)):
                return self._see(told.contact, queue, told)
            case SaveQueueVisit():
                self._leave(told.contact)
                self._visit(told)
                return (told.queue,)
            case SaveSegment(queue=str(queue)) if told.kind in HANDLING:
                self._part(told, queue)
                return (queue,)
            case SaveContactEnd():
                self._end(told)
            case _:
                pass
        return ()

    def _see(self, contact: ContactId, queue: Queue, shown: ShowCall) -> tuple[Queue, ...]:
        if not shown.visiting or shown.state not in _JOINED or contact in self._queue_of:
            return ()
        self._queue_of[contact] = queue
        self._waiting.setdefault(queue, {})[contact] = shown.since
        return (queue,)

    def _leave(self, contact: ContactId) -> None:
        queue = self._queue_of.pop(contact, None)
        if queue is not None:
            del self._waiting[queue][contact]

    def _visit(self, visit: SaveQueueVisit) -> None:
        is_today = self._is_today(visit.entered_at)
        queues = self._contacts.setdefault(visit.contact, {})
        queues.setdefault(visit.queue, False if is_today else None)
        if not is_today:
            return
        count = self._count(visit.queue)
        count.exits[visit.exit] += 1
        if visit.exit is QueueExit.ANSWERED:
            count.waits[visit.tier].append(visit.waited_seconds)
            count.wait_ms += _ms(visit.waited_seconds)
            count.in_time += visit.waited_seconds <= self._target(visit.queue, visit.tier)

    def _part(self, part: SaveSegment, queue: Queue) -> None:
        self.turn(part.started_at)
        queues = self._contacts.get(part.contact, {})
        talked = queues.get(queue)
        if talked is None or not self._is_of_today(part.started_at):
            return
        count = self._count(queue)
        count.handling_ms += _ms((kept_us(part.ended_at) - kept_us(part.started_at)) / 1e6)
        if not talked and part.kind is not SegmentKind.WRAP_UP:
            queues[queue] = True
            count.handled += 1

    def _end(self, end: SaveContactEnd) -> None:
        if end.agent is None:
            self._contacts.pop(end.contact, None)
        else:
            self._ended.append((end.ended_at, end.contact))
        while self._ended and self._ended[0][0] <= end.ended_at - WRAP_UP_SECONDS:
            self._contacts.pop(self._ended.popleft()[1], None)

    # -- what can be asked

    def of(self, queue: Queue) -> Figures:
        """The queue's day until now."""
        count = self._counts.get(queue) or _Count()
        waiting = sum(self._is_of_today(since) for since in self.waiting(queue))
        answered, abandoned, short = (
            count.exits[one]
            for one in (QueueExit.ANSWERED, QueueExit.ABANDONED, QueueExit.SHORT_ABANDONED)
        )
        ended = sum(count.exits.values())
        return Figures(
            offered=ended + waiting,
            answered=answered,
            abandoned=abandoned,
            short_abandoned=short,
            flowed_out=ended - answered - abandoned - short,
            waiting=waiting,
            answered_in_time=count.in_time,
            wait_ms=count.wait_ms,
            handled=count.handled,
            handling_ms=count.handling_ms,
        )

    def waiting(self, queue: Queue) -> list[float]:
        """Since when each caller waits who is in the queue, whenever he came."""
        return list(self._waiting.get(queue, {}).values())

    # -- keeping it whole

    def _count(self, queue: Queue) -> _Count:
        return self._counts.setdefault(queue, _Count())

    def _is_today(self, at: float) -> bool:
        """Whether it counts. The first call of a day may come before anyone has looked."""
        self.turn(at)
        return self._is_of_today(at)

    def _is_of_today(self, at: float) -> bool:
        return kept_us(at) >= kept_us(self.begins_at)

    def _target(self, queue: Queue, tier: Tier) -> float:
        return target_seconds(self._rules.get(queue) or QueueRules(name=queue), tier)

    def _judge(self) -> None:
        for queue, count in self._counts.items():
            count.in_time = sum(
                sum(wait <= self._target(queue, tier) for wait in waits)
                for tier, waits in count.waits.items()
            )


def _ms(seconds: float) -> int:
    """As PostgreSQL rounds a float8: half to even."""
    return round(seconds * 1000)
