"""The world around a flow: what it can ask of the house, and in which words it is told."""

from dataclasses import dataclass
from typing import Protocol

from ccserver.core.campaigns import Called
from ccserver.core.doings import Fetch, OpenTicket
from ccserver.core.flow import Flow
from ccserver.core.ids import ContactId, Queue
from ccserver.core.value import Consent, Customer
from ccserver.core.voice import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A customer whom the house knows, for routing and for being spoken to."""

    customer: Customer
    name: str


class QueueSight(Protocol):
    """How a queue looks to who would join it now."""

    @property
    def open(self) -> bool: ...
    @property
    def waiting(self) -> int: ...
    @property
    def agents(self) -> int:
        """Those who are signed in for it."""
        ...

    @property
    def wait_seconds(self) -> float | None:
        """What would be promised. None: nobody can say."""
        ...


class World(Protocol):
    """The house, as flows see it. OSError is what the world does to us; the rest are bugs."""

    def flow_for(self, dialed: str, contact: ContactId) -> Flow:
        """The flow of who dialed this number."""
        ...

    def flow_named(self, name: str, contact: ContactId) -> Flow | None: ...

    async def look_up(self, contact: ContactId, number: str) -> Caller | None:
        """Who has this number (E.164) and is calling."""
        ...

    async def called(self, contact: ContactId) -> Called | None:
        """Whom this attempt of a campaign has reached. None: it is none."""
        ...

    async def settled(self) -> None:
        """Wait until all that was told so far would outlive us."""
        ...

    async def find_customer(self, contact: ContactId, number: str, customer: str) -> Caller | None:
        """Who has this number (E.164), or this id: one of the two is given. It is he who calls."""
        ...

    def sight(self, queue: Queue) -> QueueSight: ...

    def can_call_back(self, number: str) -> bool:
        """Whether this number (E.164) does not wait to be called already."""
        ...

    def notice(self, contact: ContactId, queue: Queue, consent: Consent | None) -> str:
        """The prompt that the caller must hear before he comes into the queue; empty: none.

        `consent`: what he has said in the flow about being recorded.
        """
        ...

    async def fetch(self, request: Fetch) -> object:
        """What a partner's system answers: a value of JSON. Raises OSError."""
        ...

    async def open_ticket(
        self, contact: ContactId, caller: str, customer: str, ticket: OpenTicket
    ) -> str:
        """The new ticket's number."""
        ...

    def listed(self, number: str) -> bool:
        """Whether this number (E.164) is on the list of nuisances."""
        ...


def facts_of_customer(caller: Caller | None) -> dict[str, str]:
    """What flows can read of a customer."""
    if caller is None:
        return {"customer.known": "no"}
    customer = caller.customer
    return {
        "customer.known": "yes",
        "customer.id": customer.id,
        "customer.name": caller.name,
        "customer.tier": customer.tier,
        "customer.value": f"{customer.value:g}",
        "customer.language": customer.language,
        "customer.region": customer.region,
    }


def facts_of_called(called: Called) -> dict[str, str]:
    """What flows can read of whom a campaign has called."""
    return {
        "dialed": called.caller_id,
        "language": called.language,
        "lead.name": called.name,
        **{f"lead.{label}": value for label, value in called.data.items()},
        **{answered(*asked): answer for asked, answer in called.answers.items()},
    }


def facts_of_queue(queue: str, sight: QueueSight) -> dict[str, str]:
    """What flows can read of a queue."""
    wait = sight.wait_seconds
    return {
        f"queue.{queue}.open": "yes" if sight.open else "no",
        f"queue.{queue}.waiting": str(sight.waiting),
        f"queue.{queue}.agents": str(sight.agents),
        f"queue.{queue}.wait_seconds": "" if wait is None else str(round(wait)),
    }
