"""One caller on the way through one flow, and what becomes of him: for the center, in events, and
for the dialplan, in variables."""

from dataclasses import dataclass, field

from ccserver.agi.numbers import clean
from ccserver.core.claim import NO_WISH, Wish
from ccserver.core.doings import Back, Bye, End, ToCallback, ToQueue, ToVoicemail
from ccserver.core.events import CallbackRequested, Event, FlowEnded, VoicemailRequested
from ccserver.core.flow import Flow, Role
from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.core.seen import Ticket
from ccserver.core.tickets import KEYS_KEPT
from ccserver.core.value import VALUE_OF_TIER, Customer, Tier

UNKNOWN = Customer(
    id=CustomerId(""), tier=Tier.STANDARD, value=VALUE_OF_TIER[Tier.STANDARD], language=""
)


@dataclass(slots=True, kw_only=True)
class Visit:
    """A walk that is not over."""

    contact: ContactId
    caller: str
    """E.164 where the number is one; empty when it is withheld."""
    dialed: str
    flow: Flow
    facts: dict[str, str]
    """What is known before anyone is asked."""
    began_at: float
    channel_language: str
    context: str
    """Of the dialplan, where the caller is meanwhile."""
    ticket: Ticket | None = None
    """Of a caller who has been in a queue."""
    customer: str = ""
    """The id of whom a campaign meant to call; empty: not known."""
    step: str = ""
    """Where the caller is."""
    asked: bool = False
    """Whether he was asked for a key at all."""
    pressed: bool = False
    """Whether he pressed one."""
    keys: list[tuple[str, str]] = field(default_factory=list)
    noticed: bool = False
    """Whether he was told that the talk may be recorded."""

    def queue_of(self, queue: Queue | None) -> Queue:
        """The queue that is meant. None: the one in which he waits, or waited."""
        if queue is not None:
            return queue
        return self.flow.operator if self.ticket is None else self.ticket.queue

    def settle(self, end: End) -> End:
        """Where the caller goes. One whom a flow failed while he waited waits on, and one who was
        to be asked how it was is let go."""
        match end, self.flow.role:
            case ToQueue(failed=True), Role.WAITING:
                return Back()
            case ToQueue(failed=True), Role.SURVEY:
                return Bye()
            case Back(), Role.HOTLINE | Role.SURVEY | Role.PART:
                return ToQueue(queue=self.flow.operator, failed=True)
            case _:
                return end

    def events(self, end: End, language: str) -> list[Event]:
        """What the center is told."""
        waits = self.flow.role is Role.WAITING
        match end:
            case ToCallback(number=number) if waits:
                return [CallbackRequested(contact=self.contact, number=number)]
            case ToVoicemail() if waits:
                return [VoicemailRequested(contact=self.contact)]
            case Back():
                return []
            case _:
                return [_flow_ended(self, end, language)]

    def variables(self, end: End, language: str, customer: Customer, now: float) -> dict[str, str]:
        """What the dialplan is left with. `CC_AGI` last: it says that all was set.

        Who asks for a callback goes to the hold loop, from where the center lets him go; so does
        who waits and asks for a message.
        """
        variables: dict[str, str] = {}
        waits = self.flow.role is Role.WAITING
        match end:
            case Bye():
                variables["CC_NEXT"] = "goodbye"
            case ToVoicemail(queue=queue, seconds_max=seconds):
                variables["CC_QUEUE"] = self.queue_of(queue)
                variables["CC_SECONDS"] = str(seconds)
                variables["CC_NEXT"] = "hold" if waits else "voicemail"
            case Back():
                variables["CC_NEXT"] = "hold"
            case ToQueue() | ToCallback():
                if not waits:  # else the center writes it
                    variables["CC_CALL"] = self._ticket(end, language, customer, now).pack()
                variables["CC_NEXT"] = "hold"
        if language != self.channel_language:
            variables["CHANNEL(language)"] = language
        variables["CC_AGI"] = "OK"
        return variables

    def _ticket(
        self, end: ToQueue | ToCallback, language: str, customer: Customer, now: float
    ) -> Ticket:
        before = self.ticket
        keys = (*(before.keys if before else ()), *self.keys)
        return Ticket(
            contact=self.contact,
            arrived_at=before.arrived_at if before else self.began_at,
            queued_at=now,
            queue=self.queue_of(end.queue),
            tier=customer.tier,
            value=customer.value,
            urgent=wish_of(end).urgent,
            language=language,
            customer=clean(customer.id),
            caller=self.caller,
            dialed=self.dialed,
            keys=keys[-KEYS_KEPT:],
        )

    def customer_before(self) -> Customer:
        """Who the caller is as far as the ticket says."""
        before = self.ticket
        if before is None:
            return UNKNOWN
        return Customer(
            id=CustomerId(before.customer),
            tier=before.tier,
            value=before.value,
            language=before.language,
        )


def wish_of(end: End) -> Wish:
    """What the flow asks of routing."""
    if not isinstance(end, ToQueue):
        return NO_WISH
    return Wish(
        agent=AgentId(end.agent) if end.agent else None,
        urgent=end.urgent,
        skills=end.skills,
        boost=end.boost,
        consent=end.recording,
    )


def _flow_ended(visit: Visit, end: End, language: str) -> FlowEnded:
    match end:
        case ToQueue(queue=queue):
            return FlowEnded(
                contact=visit.contact,
                queue=queue,
                language=language,
                announce_after_seconds=end.announce_after_seconds,
                announce_every_seconds=end.announce_every_seconds,
                wish=wish_of(end),
                noticed=visit.noticed,
            )
        case ToCallback(queue=queue, number=number):
            return FlowEnded(
                contact=visit.contact,
                queue=visit.queue_of(queue),
                language=language,
                callback=number,
            )
        case ToVoicemail(queue=queue):
            return FlowEnded(
                contact=visit.contact,
                queue=visit.queue_of(queue),
                language=language,
                voicemail=True,
            )
        case Back() | Bye():
            return FlowEnded(contact=visit.contact, queue=None, language=language)
