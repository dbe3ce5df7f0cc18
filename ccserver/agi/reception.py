"""How an arriving call is served: from the first AGI line to the queue."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import assert_never

import structlog
from prometheus_client import Counter, Histogram

from ccserver.agi.line import HungUpError, Line, LostPromptError
from ccserver.agi.numbers import caller_number, clean
from ccserver.agi.server import CommandRefusedError, LineLostError, Session
from ccserver.agi.wire import Environment
from ccserver.core.claim import NO_WISH, Wish
from ccserver.core.events import CallArrived, CallerRecognized, Event, FlowEnded, KeyPressed
from ccserver.core.ids import ContactId, CustomerId, LegId, StepName
from ccserver.core.ivr import (
    Answer,
    Ask,
    End,
    Flow,
    GoodBye,
    Play,
    Recognize,
    Request,
    SetLanguage,
    ToQueue,
    Visitor,
    walk,
)
from ccserver.core.seen import Ticket
from ccserver.core.value import VALUE_OF_TIER, Customer, Tier

_log = structlog.get_logger("ccserver.agi")

LOOK_UP_SECONDS = 0.3
"""Then the caller goes on as unknown: a slow database must not be heard."""

KEYS_KEPT = 20
"""So many of the last keys travel with the leg: a command must stay below 2 KiB."""

_LOOK_UP = Histogram(
    "ccserver_lookup_seconds",
    "How long it took to find who is calling.",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3),
)
_LOOK_UP_FAILED = Counter(
    "ccserver_lookup_failed",
    "Callers taken as unknown for want of an answer: it came too late (timeout), the database was "
    "away, or the look-up has a bug (error).",
    ["reason"],
)
_GONE = Counter(
    "ccserver_ivr_hangups", "Callers who hung up in a flow, by the step where.", ["flow", "step"]
)
_FAILED = Counter(
    "ccserver_ivr_failures", "Flows that failed their caller, who went to the operator.", ["flow"]
)

_UUID7 = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

_UNKNOWN = Customer(
    id=CustomerId(""), tier=Tier.STANDARD, value=VALUE_OF_TIER[Tier.STANDARD], language=""
)


@dataclass(slots=True, kw_only=True)
class _Visit:
    """One call on its way through a flow."""

    contact: ContactId
    caller: str
    dialed: str
    flow: Flow
    arrived_at: float
    channel_language: str
    step: StepName
    """Where the caller is."""
    keys: list[tuple[str, str]] = field(default_factory=list)
    silent: KeyPressed | None = None
    """A menu that got no key: from a silent caller, or from one who has just gone."""

    def variables(
        self, end: End, language: str, customer: Customer, wish: Wish, *, queued_at: float
    ) -> dict[str, str]:
        """What the dialplan is left with. `CC_AGI` last: it says that all was set."""
        variables: dict[str, str] = {}
        match end:
            case ToQueue(queue=queue):
                ticket = Ticket(
                    contact=self.contact,
                    arrived_at=self.arrived_at,
                    queued_at=queued_at,
                    queue=queue,
                    tier=customer.tier,
                    value=customer.value,
                    urgent=wish.urgent,
                    language=language,
                    customer=clean(customer.id),
                    caller=self.caller,
                    dialed=self.dialed,
                    keys=tuple(self.keys[-KEYS_KEPT:]),
                )
                variables["CC_CALL"] = ticket.pack()
                variables["CC_NEXT"] = "hold"
            case GoodBye():
                variables["CC_NEXT"] = "goodbye"
        if language != self.channel_language:
            variables["CHANNEL(language)"] = language
        variables["CC_AGI"] = "OK"
        return variables


class Reception:
    """Takes every arriving call through the flow of the number that was dialed."""

    def __init__(
        self,
        *,
        flow_for: Callable[[str], Flow],
        look_up: Callable[[ContactId, str], Awaitable[Customer | None]],
        new_contact: Callable[[], ContactId],
        now: Callable[[], float],
        post: Callable[[Event], None],
        sounds: str,
        default_region: str,
    ) -> None:
        self._flow_for = flow_for
        self._look_up = look_up
        self._new_contact = new_contact
        self._now = now
        self._post = post
        self._sounds = sounds
        self._region = default_region

    async def serve_call(self, session: Session, environment: Environment) -> None:
        """Lead one caller to a queue or to goodbye, and tell the center what happened.

        Returns when the caller hangs up. A flow that fails ends at its operator. Raises
        LineLostError and CommandRefusedError: then the dialplan serves the caller.
        """
        dialed, named = (*environment.arguments, "", "")[:2]
        dialed = clean(dialed)
        flow = self._flow_for(dialed)
        if _UUID7.fullmatch(named):
            contact = ContactId(named)  # the dialplan has named the call already
        else:
            contact = self._new_contact()
            # Before anything is said of this call: should ccserver die now, its next run and the
            # dialplan's fallback know the call by this id.
            await session.command("SET VARIABLE", "__CC_CONTACT", contact)
        caller = caller_number(environment.caller, self._region)
        visit = _Visit(
            contact=contact,
            caller=caller,
            dialed=dialed,
            flow=flow,
            arrived_at=self._now(),
            channel_language=environment.language,
            step=flow.start,
        )
        self._post(
            CallArrived(
                contact=contact,
                leg=LegId(environment.uniqueid),
                caller=caller,
                dialed=dialed,
            )
        )
        failure: HungUpError | LineLostError | CommandRefusedError | None = None
        async with asyncio.TaskGroup() as group:
            customer = group.create_task(self._recognize(contact, caller))
            line = Line(
                session,
                sounds=self._sounds,
                language=flow.languages[0],
                prompt_seconds=flow.prompt_seconds_max,
            )
            try:
                end = await self._lead(visit, line, customer)
                await self._part(visit, line, end, await customer)
            except (HungUpError, LineLostError, CommandRefusedError) as error:
                customer.cancel()
                failure = error
        if isinstance(failure, HungUpError):
            _GONE.labels(flow.name, visit.step).inc()
            _log.info("caller hung up", contact=contact, step=visit.step)
        elif failure is not None:
            raise failure

    async def _recognize(self, contact: ContactId, caller: str) -> Customer:
        if not caller.startswith("+"):
            return _UNKNOWN  # customers are known by E.164 numbers
        asked_at = self._now()
        customer = None
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                customer = await self._look_up(contact, caller)
        except TimeoutError:
            _LOOK_UP_FAILED.labels("timeout").inc()
        except OSError as error:
            _LOOK_UP_FAILED.labels("away").inc()
            _log.warning("look-up failed", contact=contact, error=type(error).__name__)
        except Exception:  # noqa: BLE001 -- no failure of the database may cost a call
            _LOOK_UP_FAILED.labels("error").inc()
            _log.exception("look-up failed", contact=contact)
        _LOOK_UP.observe(self._now() - asked_at)
        if customer is None:
            return _UNKNOWN
        self._post(CallerRecognized(contact=contact, customer=customer))
        return customer

    async def _lead(self, visit: "_Visit", line: Line, customer: asyncio.Task[Customer]) -> End:
        """Walk the flow to its end, which is the operator when anything goes wrong."""
        flow = visit.flow
        try:
            end = await self._walk(visit, line, customer)
            if line.in_doubt:
                await line.alive()
        except (HungUpError, LineLostError):
            raise
        except (LostPromptError, CommandRefusedError) as error:
            _log.error("flow failed", contact=visit.contact, step=visit.step, why=str(error))
        except Exception:  # noqa: BLE001 -- a bug in a flow must not cost its caller
            _log.exception("flow failed", contact=visit.contact, step=visit.step)
        else:
            self._say_silent(visit)
            return end
        _FAILED.labels(flow.name).inc()
        return ToQueue(queue=flow.operator)

    async def _walk(self, visit: "_Visit", line: Line, customer: asyncio.Task[Customer]) -> End:
        walking = walk(visit.flow)
        answer: Answer = None
        while True:
            try:
                request = walking.send(answer)
            except StopIteration as stop:
                end: End = stop.value
                return end
            answer = await self._perform(request, visit, line, customer)
            if isinstance(request, Ask):
                assert isinstance(answer, str), "a key"
                self._say_silent(visit)
                pressed = KeyPressed(contact=visit.contact, step=request.step, key=answer)
                if line.in_doubt:
                    visit.silent = pressed
                else:
                    self._say_key(visit, pressed)

    async def _perform(
        self, request: Request, visit: "_Visit", line: Line, customer: asyncio.Task[Customer]
    ) -> Answer:
        match request:
            case Play():
                visit.step = request.step
                await line.say(request.prompts, barge_in=request.barge_in)
                return None
            case Ask():
                visit.step = request.step
                return await line.ask(request.prompts, timeout_seconds=request.timeout_seconds)
            case SetLanguage():
                line.language = request.language
                return None
            case Recognize():
                who = await customer
                return Visitor(known=bool(who.id), tier=who.tier, language=who.language)
            case _:
                assert_never(request)

    def _say_silent(self, visit: "_Visit") -> None:
        """The caller who gave no key is still there: then it was a time-out."""
        if visit.silent is not None:
            self._say_key(visit, visit.silent)
            visit.silent = None

    def _say_key(self, visit: "_Visit", pressed: KeyPressed) -> None:
        visit.keys.append((pressed.step, pressed.key))
        self._post(pressed)

    async def _part(self, visit: "_Visit", line: Line, end: End, customer: Customer) -> None:
        """Tell the center, then the dialplan, where the caller goes."""
        queue, wish = None, NO_WISH
        if isinstance(end, ToQueue):
            queue, wish = end.queue, Wish(agent=end.agent)
        variables = visit.variables(end, line.language, customer, wish, queued_at=self._now())
        # First the center: the caller may reach the hold loop within 0.5 ms of the command.
        self._post(FlowEnded(contact=visit.contact, queue=queue, language=line.language, wish=wish))
        await line.set_variables(variables)
