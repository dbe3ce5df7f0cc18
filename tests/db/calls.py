"""A call from the first ring to the last note, as the center handles it: events with commands."""

from typing import TYPE_CHECKING
from uuid import UUID

from ccserver.core.center import Center
from ccserver.core.commands import Command
from ccserver.core.events import (
    AgentReady,
    AsteriskSeen,
    CallAnswered,
    CallArrived,
    CallEnded,
    CallerRecognized,
    CallHeld,
    Event,
    FlowEnded,
    KeyPressed,
    PhoneRang,
    PopAcked,
    ScreenOpened,
    Started,
    Wake,
    WrapUpDone,
)
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Phone, Queue
from ccserver.core.rules import QueueRules
from ccserver.core.site import AgentProfile
from ccserver.core.value import Customer, Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

SALES = Queue("sales")
ANNA = AgentId("anna")
PHONE = Phone("1001")
T0 = 1_700_000_000.25

STARTED = Started(
    queues=(QueueRules(name=SALES),),
    agents=(AgentProfile(agent=ANNA, phone=PHONE, queues=frozenset({SALES})),),
    open_contacts=(),
)


def contact_id(n: int) -> ContactId:
    """A UUIDv7 made at T0 + n milliseconds."""
    made = (int(T0 * 1000) + n) << 80 | 7 << 76 | n & 0xFFF | 2 << 62 | n << 12
    return ContactId(str(UUID(int=made)))


class Site:
    """A real Center, and everything that it did, as the host would put it into the journal."""

    def __init__(self) -> None:
        self.center = Center()
        self.entries: list[tuple[int, float, Event, Sequence[Command]]] = []
        self.now = T0
        self.happen(STARTED)
        self.happen(AsteriskSeen(calls=(), phones=frozenset({PHONE}), asked_at=self.now))
        self.happen(ScreenOpened(agent=ANNA))

    def happen(self, event: Event, after: float = 0.5) -> list[Command]:
        """Handle one event, `after` seconds later."""
        self.now += after
        commands = self.center.handle(self.now, event)
        self.entries.append((len(self.entries) + 1, self.now, event, commands))
        return commands

    def call(self, n: int, caller: str = "+8613800138000", customer: str = "1") -> ContactId:
        """One whole call that Anna answers."""
        contact, leg = contact_id(n), LegId(f"1700000000.{n}")
        known = Customer(id=CustomerId(customer), tier=Tier.GOLD, value=0.6, language="zh")
        self.happen(CallArrived(contact=contact, leg=leg, caller=caller, dialed="4001"))
        self.happen(CallerRecognized(contact=contact, customer=known))
        self.happen(KeyPressed(contact=contact, step="menu", key="1"), 2.0)
        self.happen(FlowEnded(contact=contact, queue=SALES, language="zh"))
        self.happen(CallHeld(contact=contact, leg=leg))
        self.happen(Wake())
        self.happen(AgentReady(agent=ANNA), 3.0)
        self.happen(PopAcked(agent=ANNA, contact=contact))
        self.happen(PhoneRang(leg=leg, phone=PHONE))
        file = f"{contact}-{n}.raw"
        self.happen(CallAnswered(contact=contact, phone=PHONE, recording=file), 2.0)
        self.happen(CallEnded(leg=leg, cause=16), 60.0)
        self.happen(WrapUpDone(agent=ANNA), 9.0)
        return contact
