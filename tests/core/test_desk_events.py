"""The words for the desk and the floor: each is in one group, and handled by one owner."""

from typing import get_args

from ccserver.core.desk_events import (
    AgentDialed,
    AgentSet,
    CallbackPlanned,
    CallMoved,
    DeskEvent,
    DispositionSet,
    FloorEvent,
    WrapUpExtended,
)
from ccserver.core.events import Event
from ccserver.core.ids import ContactId, Queue


def test_each_is_an_event_and_in_one_group() -> None:
    desk, floor = set(get_args(DeskEvent)), set(get_args(FloorEvent))
    assert desk == {WrapUpExtended, DispositionSet, AgentDialed, CallbackPlanned}
    assert floor == {AgentSet, CallMoved}
    assert desk | floor <= set(get_args(Event))


def test_a_callback_may_be_anybodys() -> None:
    planned = CallbackPlanned(contact=ContactId("1"), number="+861", queue=Queue("sales"), at=9.0)
    assert (planned.agent, planned.customer, planned.language) == (None, "", "")
