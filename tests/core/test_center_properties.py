"""Whatever happens, in whatever order, the center stays whole."""

from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.center import Center
from ccserver.core.commands import Command
from ccserver.core.events import Started
from ccserver.core.records import SaveContact, SaveContactEnd, SaveSegment, SegmentKind
from tests.core.chance import Chance

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
def test_each_contact_ends_once_and_its_segments_are_counted(seed: int) -> None:
    center = Center()
    living: set[str] = set()
    numbers: dict[str, int] = {}
    for now, event in Chance(seed).story():
        if isinstance(event, Started):
            living |= {known.contact for known in event.open_contacts}
            numbers |= {known.contact: known.segments for known in event.open_contacts}
        for command in center.handle(now, event):
            if isinstance(command, SaveContact):
                assert command.contact not in living
                living.add(command.contact)
                numbers[command.contact] = 0
            elif isinstance(command, SaveContactEnd):
                living.remove(command.contact)
            elif isinstance(command, SaveSegment) and command.kind is not SegmentKind.WRAP_UP:
                numbers[command.contact] += 1
                assert command.number == numbers[command.contact], "numbered without a gap"


@given(SEEDS)
def test_the_same_events_give_the_same_commands(seed: int) -> None:
    def live() -> list[list[Command]]:
        center = Center()
        return [center.handle(now, event) for now, event in Chance(seed).story()]

    assert live() == live()
