"""What the server tells an agent's page of one call after the other, in its own messages."""

from collections.abc import Iterator
from uuid import UUID

from ccserver.core.commands import CallState
from ccserver.core.parties import Phase
from ccserver.core.rules import Taping
from ccserver.core.site import Presence, WorkState
from ccserver.core.steps import TicketKind
from ccserver.core.value import Part, Tier
from ccserver.db.people import Role
from ccserver.web import messages as m
from ccserver.web.shown import Labeled, OpenTicket

START_AT = 1_800_000_000_000
ME = m.Me(id="1", login="anna", name="Anna", role=Role.AGENT, agent="anna")
NAMES = ("王伟", "李娜", "Zhang Min", "陈静", "")


class Shift:
    """Counts the changes, as the server does. `at` is its clock in ms."""

    def __init__(self) -> None:
        self.seq = 1
        self.at = START_AT

    def snapshot(self) -> m.Snapshot:
        """The agent is ready, and there is no call."""
        return m.Snapshot(
            seq=self.seq, run="run-1", at=self.at, me=ME, agents=[self._agent(WorkState.AVAILABLE)],
            calls=[], queues=["sales", "service"], card=None,
        )  # fmt: skip

    def call(self, number: int) -> Iterator[list[m.ServerMessage]]:
        """One call in four scenes: it is offered, talked, written up, and over."""
        contact = str(UUID(int=number + (7 << 76)))
        yield [
            self._changed(WorkState.RESERVED, contact),
            m.CallChanged(seq=self._next(), call=self._call(contact, CallState.OFFERED)),
            m.CallerCard(seq=self._next(), card=self._card(number, contact)),
            self._changed(WorkState.RINGING, contact),
        ]
        talk = self._call(contact, CallState.TALKING)
        yield [
            self._changed(WorkState.ON_CALL, contact),
            m.CallChanged(seq=self._next(), call=talk),
            m.CallChanged(seq=self._next(), call=talk.model_copy(update={"phase": Phase.HOLD})),
            m.CallChanged(seq=self._next(), call=talk),
        ]
        yield [
            m.WrapUpChanged(
                seq=self._next(), contact=contact, until_at=self.at + 30_000, extends_left=2,
                disposition_required=False,
            ),
            self._changed(WorkState.WRAP_UP, contact),
            m.CallGone(seq=self._next(), contact=contact),
        ]  # fmt: skip
        yield [
            self._changed(WorkState.AVAILABLE, None),
            m.Tick(seq=self.seq, at=self.at),
        ]

    def _next(self) -> int:
        self.seq += 1
        self.at += 5000
        return self.seq

    def _changed(self, work: WorkState, contact: str | None) -> m.AgentChanged:
        return m.AgentChanged(seq=self._next(), agent=self._agent(work, contact))

    def _agent(self, work: WorkState, contact: str | None = None) -> m.AgentState:
        return m.AgentState(
            agent="anna", name="Anna", phone="1001", presence=Presence.READY, reason="",
            work=work, since_at=self.at, contact=contact,
        )  # fmt: skip

    def _call(self, contact: str, state: CallState) -> m.CallInfo:
        is_talk = state is CallState.TALKING
        return m.CallInfo(
            contact=contact, state=state, since_at=self.at, arrived_at=self.at - 30_000,
            number="+8613800000001", customer="C-1", tier=Tier.GOLD, value=0.7, queue="sales",
            agent="anna", place=0, wait_from_ms=0, wait_until_ms=0,
            phase=Phase.TALK if is_talk else None, parties=[],
            taping=Taping.ALWAYS if is_talk else None, taped=is_talk, paused_until_at=None,
        )  # fmt: skip

    def _card(self, number: int, contact: str) -> m.Card:
        name = NAMES[number % len(NAMES)]
        return m.Card(
            contact=contact, customer=f"C-{number}" if name else "", name=name,
            tier=list(Tier)[number % len(Tier)], value=0.7,
            reasons=[m.Reason(part=Part.TIER, share=0.4), m.Reason(part=Part.REVENUE, share=0.3)],
            number=f"+86138{number:08}", language="zh", notes="drives a T6\n" * (number % 5),
            queue="sales", keys=[m.Key(step="menu", key="1")],
            data=[Labeled(label="order", value=str(number))], waited_ms=12_000,
            offered_at=self.at,
            last_contacts=[
                m.LastContact(
                    contact=str(UUID(int=number * 10 + i)), at=self.at - i * 86_400_000,
                    queue="sales", agent="Bob", talk_ms=90_000, outcome="answered",
                )
                for i in range(1, 5)
            ],
            tickets=[
                OpenTicket(
                    number=number, kind=next(iter(TicketKind)), title="No picture", urgent=i == 0,
                    opened_at=self.at - 3_600_000,
                )
                for i in range(number % 3)
            ],
            complete=True,
        )  # fmt: skip
