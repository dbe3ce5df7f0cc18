"""Answers what flows ask of the house."""

from collections.abc import Awaitable, Callable, Iterator, Mapping

from ccserver import clock
from ccserver.agi.world import Caller
from ccserver.core.campaigns import Called
from ccserver.core.center import Center
from ccserver.core.doings import Fetch, OpenTicket
from ccserver.core.flow import Flow, Role
from ccserver.core.ids import ContactId, CustomerId, Queue
from ccserver.core.outlook import QueueSight
from ccserver.core.value import Consent
from ccserver.db import customers, dialed, service_tickets
from ccserver.db.customers import Card
from ccserver.db.held import Held
from ccserver.partners import Partners
from ccserver.shelf import FlowShelf


class Answers:
    """The world around every flow."""

    def __init__(
        self,
        *,
        shelf: FlowShelf,
        hotlines: Mapping[str, str],
        held: Held,
        center: Center,
        partners: Partners,
        keep_card: Callable[[ContactId, Card], None],
        settled: Callable[[], Awaitable[None]],
    ) -> None:
        """`hotlines`: number dialed -> flow. `keep_card` is given each caller's card, since an
        agent will want to see it. `settled` waits until all that was told would outlive us."""
        self._settled = settled
        self._shelf = shelf
        self._hotlines = hotlines
        self._held = held
        self._center = center
        self._partners = partners
        self._keep_card = keep_card

    def flow_for(self, dialed: str, contact: ContactId) -> Flow:
        """The flow of who dialed this number, else the first hotline. Raises LookupError where
        there is none."""
        for name in self._names_for(dialed):
            flow = self._shelf.flow_named(name, contact)
            if flow is not None and flow.role is Role.HOTLINE:
                return flow
        raise LookupError("there is no flow of the role hotline")

    def _names_for(self, dialed: str) -> Iterator[str]:
        yield self._hotlines.get(dialed.removeprefix("+"), "")
        yield from sorted({flow.name for flow in self._shelf.flows() if flow.role is Role.HOTLINE})

    def flow_named(self, name: str, contact: ContactId) -> Flow | None:
        """The flow of that name."""
        return self._shelf.flow_named(name, contact)

    async def look_up(self, contact: ContactId, number: str) -> Caller | None:
        """Who has this number and is calling. Raises AwayError."""
        return self._caller(contact, await customers.look_up(self._held, number))

    async def find_customer(self, contact: ContactId, number: str, customer: str) -> Caller | None:
        """Who has this number, or this id. Raises AwayError."""
        if number:
            card = await customers.look_up(self._held, number)
        else:
            card = await customers.look_up_id(self._held, CustomerId(customer))
        return self._caller(contact, card)

    async def called(self, contact: ContactId) -> Called | None:
        """Whom this attempt of a campaign has reached. Raises AwayError."""
        return await dialed.called(self._held, contact)

    async def settled(self) -> None:
        """Wait until all that was told so far would outlive us."""
        await self._settled()

    def _caller(self, contact: ContactId, card: Card | None) -> Caller | None:
        if card is None:
            return None
        self._keep_card(contact, card)
        return Caller(customer=card.customer, name=card.name)

    def sight(self, queue: Queue) -> QueueSight:
        """How a queue looks now."""
        return self._center.sight(queue, clock.now())

    def can_call_back(self, number: str) -> bool:
        """Whether this number does not wait to be called already."""
        return self._center.can_call_back(number)

    def notice(self, contact: ContactId, queue: Queue, consent: Consent | None) -> str:
        """What the caller must hear before he comes into the queue."""
        return self._center.notice(contact, queue, consent)

    async def fetch(self, request: Fetch) -> object:
        """What a partner's system answers. Raises PartnerError."""
        return await self._partners.fetch(request)

    async def open_ticket(
        self, contact: ContactId, caller: str, customer: str, ticket: OpenTicket
    ) -> str:
        """The new ticket's number. Raises AwayError."""
        number = await service_tickets.open_ticket(
            self._held, ticket, contact=contact, caller=caller, customer=customer
        )
        return str(number)

    def listed(self, number: str) -> bool:
        """Whether this number is on the list of nuisances."""
        return self._shelf.listed(number)
