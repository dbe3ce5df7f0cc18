"""How a caller walks through a flow.

`walk` is a plain generator. It yields what to do, is sent what came of it, and returns where the
caller ends up. A live call drives it over AGI; a test, or a person, drives it with a list of keys.
"""

from collections import ChainMap
from collections.abc import Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

from ccserver.core.conditions import dig, find_row, holds
from ccserver.core.doings import (
    About,
    Answer,
    Answered,
    Attach,
    Back,
    Bye,
    Doing,
    End,
    Enter,
    Fetch,
    FindCustomer,
    Learn,
    OpenTicket,
    ReadNumber,
    SetLanguage,
    ToCallback,
    ToQueue,
    ToVoicemail,
    Transfer,
)
from ccserver.core.flow import Flow, heard
from ccserver.core.hours import is_open, local_time
from ccserver.core.ids import StepName
from ccserver.core.steps import (
    AskCallback,
    AttachData,
    Branch,
    CallOut,
    Digits,
    EnterQueue,
    FindRow,
    GoBack,
    GoodBye,
    LeaveVoicemail,
    LookUpCustomer,
    Menu,
    OpeningHours,
    OpenServiceTicket,
    Question,
    Request,
    Return,
    RunPart,
    Say,
    SetValues,
    SpeakLanguage,
    Step,
)
from ccserver.core.voice import Known, Next, StepError, Voice, done, text

STEPS_MAX = 500
"""After so many steps the walk ends at the operator, whatever the caller presses."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Walk = Generator[Doing, Answer, End]
_Step = Generator[Doing, Answer, Next | End | None]
"""None: back to the flow that this one is a part of."""


def walk(flow: Flow, facts: Mapping[str, str] | None = None) -> Walk:
    """Lead one caller through the flow. `facts`: what is known of the call already.

    Asks who is calling only where a step depends on it, since the look-up takes its time: where a
    fact about the customer is read, or at the first prompt of a flow that speaks several languages.
    Never raises: a step that fails goes where the flow says, else to the operator.

    Who has no `language` among the facts, or an empty one, is spoken to in the flow's first until
    one is found. Who has one that the flow does not speak hears of the nearest by `SetLanguage`.
    """
    known = dict(facts or {})
    given = known.get("language", "")
    language = known["language"] = nearest(flow, given)
    walking = _Walk(flow=flow, facts=known, voice=Voice(language), chosen=bool(given))
    if given and given != language:
        yield SetLanguage(language=language)
    end = yield from walking.through(flow, dict(flow.variables))
    return _operator(flow) if end is None else end


@dataclass(slots=True, kw_only=True)
class _Walk:
    """A caller on the way through a flow and its parts."""

    flow: Flow
    facts: dict[str, str]
    voice: Voice
    chosen: bool
    """The caller chose the language, here or earlier: one that is found must not undo that."""
    greeted: bool = False
    """It was asked once which language he speaks."""
    knows_customer: bool = False
    knows_caller: bool = False
    steps: int = 0

    def through(self, flow: Flow, values: dict[str, str]) -> Generator[Doing, Answer, End | None]:
        """Walk one flow. None: it returned."""
        came, name = "", flow.start
        while self.steps < STEPS_MAX:
            self.steps += 1
            step = flow.steps[name]
            yield Enter(flow=flow.name, version=flow.version, step=name, came=came)
            try:
                yield from self._learn(flow, name, step)
                left = yield from self._take(flow, name, step, values)
            except StepError:
                if name not in flow.on_error:
                    return _operator(self.flow)
                left = "error", flow.on_error[name]
            if not isinstance(left, tuple):
                return left
            came, name = left
        return _operator(self.flow)

    # -- what is known

    def _learn(self, flow: Flow, name: StepName, step: Step) -> Generator[Doing, Answer, None]:
        """Have the facts at hand that the step reads."""
        if heard(step) and not self.chosen and not self.greeted:
            yield from self._greet()
        # Each is asked once, so that date and time are those of one instant.
        for subject in dict.fromkeys(fact.rpartition(".")[0] for fact in flow.facts[name]):
            about, _, queue = subject.partition(".")
            if about == "customer" and not self.knows_customer:
                yield from self._meet_customer()
            elif about == "caller" and not self.knows_caller:
                self.facts |= yield from self._told(Learn(about=About.CALLER))
                self.knows_caller = True
            elif about == "now":
                yield from self._look_at_clock(flow)
            elif about == "queue":
                self.facts |= yield from self._told(Learn(about=About.QUEUE, queue=queue))

    def _greet(self) -> Generator[Doing, Answer, None]:
        """Before the first word: which language is his? Where nobody can say it is the first."""
        self.greeted = True
        if len(self.flow.languages) > 1 and not self.knows_customer:
            with suppress(StepError):
                yield from self._meet_customer()

    def _meet_customer(self) -> Generator[Doing, Answer, None]:
        self.facts |= yield from self._told(Learn(about=About.CUSTOMER))
        self.knows_customer = True
        language = nearest(self.flow, self.facts.get("customer.language", ""))
        if language != self.voice.language and not self.chosen:
            yield from self._speak(language)

    def _look_at_clock(self, flow: Flow) -> Generator[Doing, Answer, None]:
        self.facts |= yield from self._told(Learn(about=About.NOW))
        local = local_time(float(self.facts["now.epoch"]), flow.zone)
        self.facts["now.date"] = local.date().isoformat()
        self.facts["now.time"] = f"{local:%H:%M}"
        self.facts["now.weekday"] = WEEKDAYS[local.weekday()]

    def _told(self, request: Doing) -> Generator[Doing, Answer, dict[str, str]]:
        answer = yield from done(request)
        assert isinstance(answer, Mapping), "facts are names and texts"
        return dict(answer)

    def _speak(self, language: str) -> Generator[Doing, Answer, None]:
        self.voice.language = self.facts["language"] = language
        yield SetLanguage(language=language)

    # -- steps

    def _take(self, flow: Flow, name: StepName, step: Step, values: dict[str, str]) -> _Step:
        known = ChainMap(values, self.facts)
        match step:
            case Say():
                yield from self.voice.say(name, step.prompts, known, barge_in=step.barge_in)
                return "then", step.then
            case Menu():
                return (yield from self.voice.menu(name, step, known))
            case Digits():
                return (yield from self.voice.digits(name, step, known))
            case Question():
                return (yield from self.voice.question(flow.name, name, step, known))
            case Branch() | OpeningHours() | FindRow():
                return self._decide(flow, step, known)
            case LookUpCustomer() | Request() | OpenServiceTicket():
                return (yield from self._ask_house(step, known))
            case SpeakLanguage() | SetValues() | AttachData():
                return (yield from self._note(step, known))
            case RunPart():
                return (yield from self._run_part(flow, step, known))
            case _:
                return (yield from self._end(name, step, known))

    def _decide(self, flow: Flow, step: Branch | OpeningHours | FindRow, known: Known) -> Next:
        match step:
            case Branch():
                value = known.get(step.on, "")
                for place, case in enumerate(step.cases, 1):
                    if holds(case, value):
                        return f"case {place}", case.then
                return "otherwise", step.otherwise
            case OpeningHours():
                opened = is_open(flow.calendars[step.calendar], float(self.facts["now.epoch"]))
                return ("open", step.open) if opened else ("closed", step.closed)
            case FindRow():
                row = find_row(flow.tables[step.table], step.key.fill(known))
                if row is None:
                    return "otherwise", step.otherwise
                for variable, column in step.into.items():
                    known[variable] = row.columns.get(column, "")
                return "found", step.found

    def _ask_house(self, step: LookUpCustomer | Request | OpenServiceTicket, known: Known) -> _Step:
        match step:
            case LookUpCustomer():
                number = "" if step.number is None else step.number.fill(known)
                customer = "" if step.customer is None else step.customer.fill(known)
                found = yield from done(FindCustomer(number=number, customer=customer))
                if not isinstance(found, Mapping):
                    return "otherwise", step.otherwise
                self.knows_customer = True
                self.facts |= found
                return "found", step.found
            case Request():
                answer = yield from done(_fetch(step, known))
                assert isinstance(answer, Answered), "an answer, or a failure"
                for variable, place in step.into.items():
                    known[variable] = dig(answer.value, place)
                return "then", step.then
            case OpenServiceTicket():
                number = yield from text(
                    OpenTicket(
                        kind=step.ticket,
                        title=step.title.fill(known),
                        details=step.details.fill(known),
                        urgent=step.urgent,
                    )
                )
                if step.into:
                    known[step.into] = number
                return "then", step.then

    def _note(self, step: SpeakLanguage | SetValues | AttachData, known: Known) -> _Step:
        match step:
            case SpeakLanguage(language=language):
                self.chosen = True
                yield from self._speak(language)
            case SetValues(values=texts):
                # All of them are read before any is written.
                known.update({name: text.fill(known) for name, text in texts.items()})
            case AttachData(data=data):
                yield Attach(data={label: text.fill(known) for label, text in data.items()})
        return "then", step.then

    def _run_part(self, flow: Flow, step: RunPart, known: Known) -> _Step:
        part = flow.parts[step.flow]
        values = dict(part.variables)
        values |= {name: text.fill(known) for name, text in step.values.items()}
        end = yield from self.through(part, values)
        if end is not None:
            return end
        known.update({name: values.get(other, "") for name, other in step.into.items()})
        return "then", step.then

    # -- ends

    def _end(self, name: StepName, step: Step, known: Known) -> _Step:
        match step:
            case EnterQueue():
                return _to_queue(step, known)
            case AskCallback():
                number = yield from text(ReadNumber(number=step.number.fill(known)))
                if not number:
                    return "otherwise", step.otherwise
                return ToCallback(queue=step.queue, number=number)
            case CallOut():
                to = step.to.fill(known)
                came = yield from text(Transfer(step=name, to=to, ring_seconds=step.ring_seconds))
                if came != "answered":
                    return "otherwise", step.otherwise
                return Bye(how="transferred")
            case LeaveVoicemail():
                yield from self.voice.say(name, step.prompts, known)
                return ToVoicemail(queue=step.queue, seconds_max=step.seconds_max)
            case GoodBye():
                yield from self.voice.say(name, step.prompts, known)
                return Bye()
            case GoBack():
                return Back()
            case Return():
                return None
            case _:
                raise AssertionError(f"no step: {step}")


def _fetch(step: Request, known: Known) -> Fetch:
    path = "".join(
        quote(known.get(part, ""), safe="") if place % 2 else part
        for place, part in enumerate(step.path.parts)
    )
    if not {".", ".."}.isdisjoint(path.partition("?")[0].split("/")):
        # They would lead out of the place that the flow names, encoded or not (RFC 3986, 5.2.4).
        raise StepError("a value in the path is a dot-segment")
    return Fetch(
        partner=step.partner,
        method=step.method,
        path=path,
        body={name: text.fill(known) for name, text in step.body.items()},
        timeout_seconds=step.timeout_seconds,
    )


def _operator(flow: Flow) -> ToQueue:
    return ToQueue(queue=flow.operator, failed=True)


def _to_queue(step: EnterQueue, known: Known) -> ToQueue:
    return ToQueue(
        queue=step.queue,
        agent=step.agent.fill(known),
        urgent=step.urgent,
        boost=step.boost,
        skills=step.skills,
        announce_after_seconds=step.announce_after_seconds,
        announce_every_seconds=step.announce_every_seconds,
        recording=step.recording,
    )


def nearest(flow: Flow, wanted: str) -> str:
    """The flow's language that comes nearest: `zh` for a customer who speaks `zh-CN`."""
    for language in (wanted, wanted.partition("-")[0]):
        if language in flow.languages:
            return language
    return flow.languages[0]
