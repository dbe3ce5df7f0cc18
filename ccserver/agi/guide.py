"""Leads one caller through a flow: everything that the walk asks for is done here."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from prometheus_client import Counter, Histogram

from ccserver.agi.line import HungUpError, Line, LostPromptError
from ccserver.agi.server import CommandRefusedError, LineLostError
from ccserver.agi.visit import Visit
from ccserver.agi.world import Caller, World, facts_of_customer, facts_of_queue
from ccserver.core.doings import (
    HIDDEN,
    About,
    Answer,
    Answered,
    Ask,
    AskDigits,
    Attach,
    Doing,
    End,
    Enter,
    Failed,
    Fetch,
    FileAnswer,
    FindCustomer,
    Learn,
    OpenTicket,
    Play,
    ReadNumber,
    Record,
    SetLanguage,
    ToQueue,
    Transfer,
)
from ccserver.core.events import (
    CallerRecognized,
    DataAttached,
    Event,
    KeyPressed,
    StepEntered,
    SurveyAnswered,
)
from ccserver.core.ids import Prompt, Queue, StepName
from ccserver.core.ivr import walk
from ccserver.core.nuisance import RecentCalls
from ccserver.flows.facts import facts_of_caller
from ccserver.numbers import e164

_log = structlog.get_logger("ccserver.agi")

LOOK_UP_SECONDS = 0.3
"""Then the caller goes on as unknown: a slow database must not be heard."""

HOUSE_SECONDS = 2.0
"""For what the flow itself asks of the house, and the caller waits for."""

SETTLE_SECONDS = 1.0
"""Then the caller is asked on, though it be not written yet what he has said."""

SILENCE_SECONDS = 3.0
"""Who says nothing for so long has answered a survey's question."""

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
_NOT_DONE = Counter(
    "ccserver_ivr_doings_failed",
    "What could not be done for a caller in a flow: `play`, `fetch`, `openticket` …",
    ["flow", "doing"],
)

_House = FindCustomer | Fetch | OpenTicket
_OfLine = Play | Ask | AskDigits | Record | Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every guide of the reception has at hand."""

    world: World
    now: Callable[[], float]
    post: Callable[[Event], None]
    default_region: str
    recent: RecentCalls


class Guide:
    """Does for one caller what the flow asks for."""

    def __init__(self, desk: Desk, visit: Visit, line: Line, group: asyncio.TaskGroup) -> None:
        self._desk = desk
        self._visit = visit
        self._line = line
        self._group = group
        self._recognizing: asyncio.Task[Caller | None] | None = None
        self.found: Caller | None = None
        """Whom the flow itself has found."""

    async def lead(self) -> End:
        """Walk the flow to its end, which is the operator when nothing else helps.

        Raises HungUpError and LineLostError.
        """
        visit = self._visit
        try:
            return await self._walk()
        except (HungUpError, LineLostError):
            raise
        except Exception:  # noqa: BLE001 -- a bug in a flow must not cost its caller
            _log.exception("flow failed", contact=visit.contact, step=visit.step)
            return ToQueue(queue=visit.flow.operator, failed=True)

    async def give_notice(self, end: End) -> bool:
        """Tell a caller who goes to the agents that the talk may be recorded, where he must know.

        False: he was told nothing, and the center sees to it. Raises HungUpError and LineLostError.
        """
        if not isinstance(end, ToQueue):
            return False
        doing = Play(step=StepName(self._visit.step), prompts=(), barge_in=False)
        return await self._safely(doing, self._say_notice(end)) is None

    async def _say_notice(self, end: ToQueue) -> Answer:
        visit, world = self._visit, self._desk.world
        prompt = world.notice(visit.contact, visit.queue_of(end.queue), end.recording)
        if not prompt:
            return ""
        await self._line.say((Prompt(prompt),), barge_in=False)
        return None

    async def _walk(self) -> End:
        walking = walk(self._visit.flow, self._visit.facts)
        answer: Answer = None
        while True:
            try:
                doing = walking.send(answer)
            except StopIteration as stop:
                end: End = stop.value
                return end
            answer = await self._safely(doing, self._do(doing))

    async def _safely(self, doing: Doing, work: Awaitable[Answer]) -> Answer:
        """What comes of it, also when it cannot be done."""
        visit, kind = self._visit, type(doing).__name__.lower()
        try:
            return await work
        except (HungUpError, LineLostError):
            raise
        except (LostPromptError, CommandRefusedError, OSError) as error:
            why = str(error) or type(error).__name__
            _log.warning("step failed", contact=visit.contact, step=visit.step, why=why)
        except Exception as bug:  # noqa: BLE001 -- a bug must not cost a call
            why = type(bug).__name__
            _log.exception("step failed", contact=visit.contact, step=visit.step)
        _NOT_DONE.labels(visit.flow.name, kind).inc()
        return Failed(why)

    async def _do(self, doing: Doing) -> Answer:
        match doing:
            case Enter() | SetLanguage() | Attach() | FileAnswer():
                self._tell(doing)
                if isinstance(doing, FileAnswer):
                    await self._settle()
                return None
            case Play() | Ask() | AskDigits() | Record() | Transfer():
                return await self._on_line(doing)
            case Learn():
                return await self._learn(doing)
            case ReadNumber(number=number):
                return self._read_number(number)
            case FindCustomer() | Fetch() | OpenTicket():
                return await self._meanwhile(doing)

    def _tell(self, doing: Enter | SetLanguage | Attach | FileAnswer) -> None:
        contact = self._visit.contact
        match doing:
            case Enter(flow=flow, version=version, step=step, came=came):
                self._visit.step = step
                self._post(
                    StepEntered(contact=contact, flow=flow, version=version, step=step, came=came)
                )
            case SetLanguage(language=language):
                self._line.language = language
            case Attach(data=data):
                self._post(DataAttached(contact=contact, data=tuple(data.items())))
            case FileAnswer(survey=survey, question=question, answer=answer):
                self._post(
                    SurveyAnswered(contact=contact, survey=survey, question=question, answer=answer)
                )

    def _post(self, event: Event) -> None:
        self._desk.post(event)

    async def _settle(self) -> None:
        """An answer is given when it is written: he is not asked for the next before."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._desk.world.settled()

    # -- the line

    async def _on_line(self, doing: _OfLine) -> Answer:
        line = self._line
        match doing:
            case Play():
                await line.say(doing.prompts, barge_in=doing.barge_in)
                return None
            case Ask():
                key = await line.ask(
                    doing.prompts,
                    timeout_seconds=doing.timeout_seconds,
                    barge_in=doing.barge_in,
                )
                self._say_keys(doing.step, key)
                return key
            case AskDigits():
                digits = await line.ask_digits(
                    doing.prompts,
                    length_max=doing.length_max,
                    terminator=doing.terminator,
                    timeout_seconds=doing.timeout_seconds,
                    between_seconds=doing.between_seconds,
                )
                self._say_keys(doing.step, HIDDEN if digits and doing.secret else digits)
                return digits
            case Record():
                file = self._recording()
                recorded = await line.record(
                    file, seconds_max=doing.seconds_max, silence_seconds=SILENCE_SECONDS
                )
                return file if recorded else ""
            case Transfer():
                return await line.transfer(
                    doing.to,
                    outside=e164(doing.to, self._desk.default_region) or doing.to,
                    shown=self._visit.dialed,
                    ring_seconds=doing.ring_seconds,
                )

    def _say_keys(self, step: str, keys: str) -> None:
        visit = self._visit
        visit.asked = True
        visit.pressed = visit.pressed or bool(keys)
        visit.keys.append((step, keys))
        self._post(KeyPressed(contact=visit.contact, step=step, key=keys))

    def _recording(self) -> str:
        """The name of a new recording, as the dialplan names its own."""
        now = self._desk.now()
        day = datetime.fromtimestamp(now, UTC)
        return f"{day:%Y/%m/%d}/{self._visit.contact}-{round(now * 1000)}.sln"

    # -- the house

    async def _learn(self, doing: Learn) -> Answer:
        desk = self._desk
        match doing.about:
            case About.CUSTOMER:
                return facts_of_customer(await self.who())
            case About.CALLER:
                return self._facts_of_caller()
            case About.NOW:
                return {"now.epoch": str(desk.now())}
            case About.QUEUE:
                return facts_of_queue(doing.queue, desk.world.sight(Queue(doing.queue)))

    def _facts_of_caller(self) -> dict[str, str]:
        desk, flow, number = self._desk, self._visit.flow, self._visit.caller
        verdict = desk.recent.verdict(
            desk.now(), number, listed=desk.world.listed(number), rules=flow.nuisance
        )
        return facts_of_caller(flow, number, nuisance=verdict)

    def _read_number(self, text: str) -> str:
        number = e164(text, self._desk.default_region)
        return number if number and self._desk.world.can_call_back(number) else ""

    async def _meanwhile(self, doing: _House) -> Answer:
        """Let the house work, and keep what the caller presses meanwhile."""
        work = self._group.create_task(self._safely(doing, self._ask_house(doing)))
        try:
            return await self._line.listen(work)
        finally:
            if not isinstance(doing, OpenTicket):  # a ticket is opened, though its caller be gone
                work.cancel()

    async def _ask_house(self, doing: _House) -> Answer:
        world, visit = self._desk.world, self._visit
        match doing:
            case Fetch():
                return Answered(await world.fetch(doing))
            case FindCustomer():
                return await self._find(doing)
            case OpenTicket():
                customer = await self.who() or Caller(customer=visit.customer_before(), name="")
                async with asyncio.timeout(HOUSE_SECONDS):
                    return await world.open_ticket(
                        visit.contact, visit.caller, customer.customer.id, doing
                    )

    async def _find(self, doing: FindCustomer) -> Answer:
        desk, contact = self._desk, self._visit.contact
        number = e164(doing.number, desk.default_region) or "" if doing.number else ""
        if not number and not doing.customer:
            return None
        await self.who()  # or the one who is looked up since the call arrived would come after
        async with asyncio.timeout(HOUSE_SECONDS):
            found = await desk.world.find_customer(contact, number, doing.customer)
        if found is None:
            return None
        self.found = found
        self._post(CallerRecognized(contact=contact, customer=found.customer))
        return facts_of_customer(found)

    # -- who is calling

    def recognize(self) -> None:
        """Begin to find out, while the caller hears the first words."""
        if self._recognizing is None:
            self._recognizing = self._group.create_task(self._recognize())

    async def who(self) -> Caller | None:
        """Who is calling. None for a stranger."""
        if self.found is not None:
            return self.found
        self.recognize()
        assert self._recognizing is not None, "it has begun"
        return await self._recognizing

    def leave(self) -> None:
        """The caller is gone: nobody asks any more."""
        if self._recognizing is not None:
            self._recognizing.cancel()

    async def _recognize(self) -> Caller | None:
        desk, contact, number = self._desk, self._visit.contact, self._visit.caller
        if not number.startswith("+"):
            return None  # customers are known by E.164 numbers
        asked_at = desk.now()
        caller = None
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                customer = self._visit.customer
                if customer:
                    caller = await desk.world.find_customer(contact, "", customer)
                else:
                    caller = await desk.world.look_up(contact, number)
        except TimeoutError:
            _LOOK_UP_FAILED.labels("timeout").inc()
        except OSError as error:
            _LOOK_UP_FAILED.labels("away").inc()
            _log.warning("look-up failed", contact=contact, error=type(error).__name__)
        except Exception:  # noqa: BLE001 -- no failure of the database may cost a call
            _LOOK_UP_FAILED.labels("error").inc()
            _log.exception("look-up failed", contact=contact)
        _LOOK_UP.observe(desk.now() - asked_at)
        if caller is not None:
            self._post(CallerRecognized(contact=contact, customer=caller.customer))
        return caller
