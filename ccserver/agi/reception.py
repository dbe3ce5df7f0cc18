"""How a call is served: into the queue, out of the queue, and after the talk."""

import asyncio
import math
import re
from collections.abc import Callable, Mapping

import structlog
from prometheus_client import Counter

from ccserver.agi.guide import HOUSE_SECONDS, Desk, Guide
from ccserver.agi.line import HungUpError, Line
from ccserver.agi.numbers import caller_number, clean
from ccserver.agi.server import CommandRefusedError, LineLostError, Route, Session
from ccserver.agi.visit import Visit
from ccserver.agi.wire import Environment
from ccserver.agi.world import World, facts_of_called
from ccserver.core.doings import End, how
from ccserver.core.events import CallArrived, Event, WalkEnded
from ccserver.core.flow import Flow, Role
from ccserver.core.ids import ContactId, LegId
from ccserver.core.ivr import nearest
from ccserver.core.nuisance import RecentCalls
from ccserver.core.seen import Ticket, unpack
from ccserver.core.value import Customer

_log = structlog.get_logger("ccserver.agi")

LEAVING = "leave"
"""The flow of who pressed a key to leave the queue."""

_GONE = Counter(
    "ccserver_ivr_hangups", "Callers who hung up in a flow, by the step where.", ["flow", "step"]
)
_FAILED = Counter(
    "ccserver_ivr_failures", "Flows that failed their caller, who went to the operator.", ["flow"]
)

_UUID7 = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

_TAKEN_TO = {"cc-deliver": "connected"}
"""Where the switch has taken a caller who is gone from his flow; elsewhere he was diverted."""


class Reception:
    """Takes callers through flows."""

    def __init__(
        self,
        *,
        world: World,
        new_contact: Callable[[], ContactId],
        now: Callable[[], float],
        post: Callable[[Event], None],
        sounds: str,
        default_region: str,
    ) -> None:
        self._desk = Desk(
            world=world, now=now, post=post, default_region=default_region, recent=RecentCalls()
        )
        self._new_contact = new_contact
        self._sounds = sounds

    @property
    def routes(self) -> Mapping[str, Route]:
        """What the dialplan calls. All of them raise LineLostError and CommandRefusedError: then
        the dialplan goes on without us."""
        return {
            "call": self.serve_call,
            "leave": self.serve_leave,
            "survey": self.serve_survey,
            "dialed": self.serve_dialed,
        }

    async def serve_call(self, session: Session, environment: Environment) -> None:
        """Lead a caller who has rung to a queue, or to goodbye. Arguments: number dialed, contact.

        A flow that fails ends at its operator.
        """
        dialed, named = _two(environment)
        dialed = clean(dialed)
        if _UUID7.fullmatch(named):
            contact = ContactId(named)  # the dialplan has named the call already
        else:
            contact = self._new_contact()
            # Before anything is said of this call: should ccserver die now, its next run and the
            # dialplan's fallback know the call by this id.
            await session.command("SET VARIABLE", "__CC_CONTACT", contact)
        flow = self._desk.world.flow_for(dialed, contact)
        visit = self._visit(environment, contact, flow, dialed=dialed)
        leg = LegId(environment.uniqueid)
        self._desk.post(CallArrived(contact=contact, leg=leg, caller=visit.caller, dialed=dialed))
        await self._serve(session, visit)

    async def serve_leave(self, session: Session, environment: Environment) -> None:
        """Lead a caller who pressed a key while he waited. Arguments: contact, key."""
        contact, key = _two(environment)
        flow = self._desk.world.flow_named(LEAVING, ContactId(contact))
        if flow is None or flow.role is not Role.WAITING:
            _log.error("no flow of the role waiting", flow=LEAVING)
            return  # he waits on
        ticket = await _ticket(session)
        visit = self._visit(environment, ContactId(contact), flow, ticket=ticket)
        visit.facts |= {"leave.key": key, "leave.queue": ticket.queue if ticket else ""}
        await self._serve(session, visit)

    async def serve_survey(self, session: Session, environment: Environment) -> None:
        """Ask a caller whose agent has hung up. Arguments: contact, flow."""
        contact, name = _two(environment)
        flow = self._desk.world.flow_named(name, ContactId(contact))
        if flow is None or flow.role is not Role.SURVEY:
            _log.error("no flow of the role survey", flow=name)
            return  # he is let go
        ticket = await _ticket(session)
        await self._serve(
            session, self._visit(environment, ContactId(contact), flow, ticket=ticket)
        )

    async def serve_dialed(self, session: Session, environment: Environment) -> None:
        """Ask whom a campaign has called. Arguments: contact, flow.

        What he answered before ccserver died is not asked again. While the database is away, or
        the flow is not there, the dialplan is left without an answer, and tries again.
        """
        named, name = _two(environment)
        contact = ContactId(named)
        flow = self._desk.world.flow_named(name, contact)
        if flow is None or flow.role is not Role.SURVEY:
            _log.error("no flow of the role survey", flow=name)
            return
        try:
            async with asyncio.timeout(HOUSE_SECONDS):
                called = await self._desk.world.called(contact)
        except OSError as error:  # of which a TimeoutError is one
            _log.warning("a lead is not known now", contact=contact, error=type(error).__name__)
            return
        if called is None:
            _log.error("no attempt of a campaign", contact=contact)
            return
        visit = Visit(
            contact=contact,
            caller=called.number,
            dialed=called.caller_id,
            flow=flow,
            facts=facts_of_called(called),
            began_at=self._desk.now(),
            channel_language=environment.language,
            context=environment.context,
            customer=called.customer,
            step=flow.start,
        )
        await self._serve(session, visit)

    def _visit(
        self,
        environment: Environment,
        contact: ContactId,
        flow: Flow,
        *,
        ticket: Ticket | None = None,
        dialed: str = "",
    ) -> Visit:
        if ticket is None:
            caller = caller_number(environment.caller, self._desk.default_region)
            facts = {"dialed": dialed}
        else:
            # A customer who was called back is on a leg whose number is ours.
            caller, dialed = ticket.caller, ticket.dialed
            facts = {"dialed": dialed, "language": ticket.language}
        return Visit(
            contact=contact,
            caller=caller,
            dialed=dialed,
            flow=flow,
            facts=facts,
            began_at=self._desk.now(),
            channel_language=environment.language,
            context=environment.context,
            ticket=ticket,
            step=flow.start,
        )

    # -- a walk

    async def _serve(self, session: Session, visit: Visit) -> None:
        """Walk the flow, tell what came of it, and let the dialplan go on."""
        first = nearest(visit.flow, visit.facts.get("language", ""))
        line = Line(
            session,
            sounds=self._sounds,
            language=first,
            prompt_seconds=visit.flow.prompt_seconds_max,
        )
        walked = await self._walk(visit, line)
        if walked is None:
            return
        end, customer = walked
        # A flow that does not speak a waiting caller's language has not chosen another for him.
        kept = visit.ticket.language if visit.ticket and line.language == first else ""
        language = kept or line.language
        events = visit.events(end, language)
        variables = visit.variables(end, language, customer, self._desk.now())
        if visit.flow.role is Role.WAITING:
            # The center may order at once what breaks this session off.
            await line.set_variables(variables)
            self._post_all(events)
        else:
            # First the center, so that it knows what the hold loop will speak of.
            self._post_all(events)
            await line.set_variables(variables)

    def _post_all(self, events: list[Event]) -> None:
        for event in events:
            self._desk.post(event)

    async def _walk(self, visit: Visit, line: Line) -> tuple[End, Customer] | None:
        """Where the walk ended, and who walked. None: the caller is gone."""
        came = "failed"
        walked: tuple[End, Customer] | None = None
        lost: LineLostError | None = None
        try:
            async with asyncio.TaskGroup() as group:
                guide = Guide(self._desk, visit, line, group)
                if visit.flow.role is Role.HOTLINE:
                    guide.recognize()
                try:
                    end = await guide.lead()
                    who = await guide.who() if visit.ticket is None else guide.found
                    customer = who.customer if who else visit.customer_before()
                    settled, came = visit.settle(end), how(end)
                    visit.noticed = await guide.give_notice(settled)
                    walked = settled, customer
                    if came == "failed":
                        _FAILED.labels(visit.flow.name).inc()
                except HungUpError:
                    guide.leave()
                    came = await self._gone(visit, line)
                except LineLostError as error:
                    guide.leave()
                    lost = error
        finally:
            self._ended(visit, came)
        if lost is not None:
            raise lost
        return walked

    async def _gone(self, visit: Visit, line: Line) -> str:
        """The caller has hung up, or the switch has taken him out of the flow."""
        try:
            context = await line.is_taken_to()
        except (LineLostError, CommandRefusedError):
            context = visit.context
        if context != visit.context:
            return _TAKEN_TO.get(context, "diverted")
        _GONE.labels(visit.flow.name, visit.step).inc()
        _log.info("caller hung up", contact=visit.contact, step=visit.step)
        return "hung_up"

    def _ended(self, visit: Visit, came: str) -> None:
        desk, now = self._desk, self._desk.now()
        if visit.flow.role is Role.HOTLINE:
            # A call that goes on is no short one; and who was asked nothing was not silent.
            seconds = now - visit.began_at if came == "hung_up" else math.inf
            used = visit.pressed or not visit.asked
            desk.recent.note(now, visit.caller, seconds=seconds, used=used)
        desk.post(WalkEnded(contact=visit.contact, how=came))


def _two(environment: Environment) -> tuple[str, str]:
    """The first two arguments; empty where there is none."""
    one, two = (*environment.arguments, "", "")[:2]
    return one, two


async def _ticket(session: Session) -> Ticket | None:
    """What the caller's leg carries. Only ccserver writes it."""
    reply = await session.command("GET VARIABLE", "CC_CALL")
    return unpack(reply.value or "")
