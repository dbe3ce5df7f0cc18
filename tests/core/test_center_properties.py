"""Whatever happens, in whatever order, the center stays whole."""

from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.center import Center
from ccserver.core.commands import Command
from ccserver.core.events import Started
from ccserver.core.ids import Queue
from ccserver.core.records import (
    SaveContact,
    SaveContactEnd,
    SaveQueueVisit,
    SaveSegment,
    SaveWalk,
    SegmentKind,
)
from ccserver.core.site import OpenCallback, OpenContact
from tests.core.chance import QUEUES, Chance

SEEDS = st.integers(0, 2**32)


@given(SEEDS)
def test_the_center_stays_whole(seed: int) -> None:
    center = Center()
    for now, event in Chance(seed).story():
        for command in center.handle(now, event):
            if isinstance(command, SaveSegment):
                assert command.started_at <= command.ended_at
        center.check()
        due = center.due()
        assert due is None or due > now, "nothing is overdue after handle()"


@given(SEEDS)
def test_the_center_stays_whole_whatever_happens_to_talks(seed: int) -> None:
    center = Center()
    ended: dict[str, float] = {}
    for now, event in Chance(seed).talks():
        for command in center.handle(now, event):
            if isinstance(command, SaveContact):
                ended[command.contact] = command.arrived_at
            elif isinstance(command, SaveSegment) and command.kind is not SegmentKind.WRAP_UP:
                since = ended.get(command.contact, command.started_at)
                assert command.started_at == since, "no gap, no overlap"
                ended[command.contact] = command.ended_at
        center.check()
        due = center.due()
        assert due is None or due > now, "nothing is overdue after handle()"


@given(SEEDS)
def test_each_contact_ends_once_and_its_segments_are_numbered(seed: int) -> None:
    center = Center()
    living: set[str] = set()
    numbers: dict[str, int] = {}
    taken: dict[str, set[int]] = defaultdict(set)
    for now, event in Chance(seed).story():
        if isinstance(event, Started):
            known: list[OpenContact | OpenCallback] = [*event.open_contacts, *event.callbacks]
            living |= {one.contact for one in known}
            numbers |= {one.contact: one.segments for one in known}
        for command in center.handle(now, event):
            if isinstance(command, SaveContact):
                assert command.contact not in living
                living.add(command.contact)
                numbers[command.contact] = 0
                taken.pop(command.contact, None)
            elif isinstance(command, SaveContactEnd):
                living.remove(command.contact)
            elif isinstance(command, SaveSegment):
                assert command.number not in taken[command.contact], "each number once"
                taken[command.contact].add(command.number)
                if command.kind is not SegmentKind.WRAP_UP:
                    assert command.number > numbers[command.contact], "in order"
                    numbers[command.contact] = command.number


@given(SEEDS)
def test_each_visit_to_a_queue_ends_exactly_once(seed: int) -> None:
    """Offered = answered + abandoned + flowed out + still waiting."""
    center = Center()
    lives: Counter[str] = Counter()  # the stories use an id again when its call is over
    ended: set[tuple[str, int, int]] = set()
    begun: dict[tuple[str, int], int] = {("g", 0): 1}  # the last run's callback had one visit
    for now, event in Chance(seed).story():
        for command in center.handle(now, event):
            if isinstance(command, SaveContact):
                lives[command.contact] += 1
            elif isinstance(command, SaveQueueVisit):
                life = command.contact, lives[command.contact]
                assert (*life, command.number) not in ended
                ended.add((*life, command.number))
                begun[life] = max(begun.get(life, 0), command.number)
                assert command.entered_at <= command.ended_at
        for place in center._calls.all():
            begun[place.call.contact, lives[place.call.contact]] = place.call.visits
    waiting = {
        (place.call.contact, lives[place.call.contact], place.call.visit.number)
        for place in center._calls.all()
        if place.call.visit is not None
    }
    assert not ended & waiting
    offered = {(*life, number) for life, last in begun.items() for number in range(1, last + 1)}
    assert offered - {("g", 0, 1)} == ended | waiting


@given(SEEDS)
def test_the_same_events_give_the_same_commands(seed: int) -> None:
    def live() -> list[list[Command]]:
        center = Center()
        return [center.handle(now, event) for now, event in Chance(seed).story()]

    assert live() == live()


@given(SEEDS)
def test_each_walk_through_a_flow_ends_exactly_once(seed: int) -> None:
    center = Center()
    lives: Counter[str] = Counter()  # the stories use an id again when its call is over
    ended: list[tuple[str, int, int]] = []
    begun: dict[tuple[str, int], int] = {}
    for now, event in Chance(seed).story():
        for command in center.handle(now, event):
            if isinstance(command, SaveContact):
                lives[command.contact] += 1
            elif isinstance(command, SaveWalk):
                life = command.contact, lives[command.contact]
                ended.append((*life, command.number))
                begun[life] = max(begun.get(life, 0), command.number)
                assert command.began_at == command.steps[0][1]
                assert command.ended_at >= command.steps[-1][1]
        for place in center._calls.all():
            begun[place.call.contact, lives[place.call.contact]] = place.call.walks
    ended += [
        (place.call.contact, lives[place.call.contact], place.call.walk.number)
        for place in center._calls.all()
        if place.call.walk is not None
    ]
    numbers = [(*life, number) for life, last in begun.items() for number in range(1, last + 1)]
    assert sorted(ended) == sorted(numbers)


@given(SEEDS)
def test_to_look_at_a_queue_changes_nothing(seed: int) -> None:
    looked, left_alone = Center(), Center()
    for now, event in Chance(seed).story():
        assert looked.handle(now, event) == left_alone.handle(now, event)
        for queue in (*QUEUES, Queue("nowhere")):
            sight = looked.sight(queue, now)
            assert (sight.wait_seconds is None) == (sight.agents == 0)
            assert sight.waiting >= 0
        looked.can_call_back("+861")
        looked.check()
