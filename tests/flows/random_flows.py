"""Small flows by chance: whole and broken ones, with a part that they may run.

What they do depends on nothing but the world's answers: they branch on facts that are asked anew at
each step, so every way that is drawn can be gone.
"""

from dataclasses import dataclass

from hypothesis import strategies as st

from ccserver.core.flow import Flow, Role, Row
from ccserver.core.ids import Prompt, Queue, StepName
from ccserver.core.rules import Hours, Opening
from ccserver.core.steps import (
    AskCallback,
    AttachData,
    Branch,
    CallOut,
    Case,
    Digits,
    EnterQueue,
    FindRow,
    GoodBye,
    Heard,
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
    Style,
    Text,
    TicketKind,
    text_of,
)

OPERATOR = Queue("operator")
"""No step of these flows leads there: who comes here was failed."""
SALES = Queue("sales")
HELLO: Heard = (Prompt("hello"),)
OPEN, CLOSED = "1767594600", "1767648600"
"""Instants: a Monday 14:30 in Shanghai, and 05:30 on the next day."""
OFFICE = Hours(
    zone="Asia/Shanghai",
    weekly=tuple(Opening(weekday=day, from_minute=540, until_minute=1080) for day in range(5)),
)
ROWS = (Row(("1",), {"name": "one"}),)
WAITING = text_of("{queue.sales.waiting}")
VARIABLES = ("x", "y")


_SETS_OR_READS = (Menu, Digits, FindRow, Request, AttachData, OpenServiceTicket, Question, RunPart)


@dataclass(frozen=True)
class _Around:
    """The flow that a step stands in."""

    names: tuple[str, ...]
    place: int
    """The step's among them."""
    part: str | None
    """One that it may run."""
    careful: bool
    """It leads on, seldom back, and never nowhere."""
    about_x: bool
    """It never leads back, and all is about one variable."""


def flows() -> st.SearchStrategy[Flow]:
    """A flow, its part and the part's part."""
    return st.composite(_flow)()


def _flow(draw: st.DrawFn) -> Flow:
    inner = _whole(draw, "inner", Role.PART, None)
    part = _whole(draw, "part", Role.PART, inner)
    return _whole(draw, "flow", Role.HOTLINE, part)


def _whole(draw: st.DrawFn, name: str, role: Role, part: Flow | None) -> Flow:
    count = draw(st.integers(1, 5 if role is Role.HOTLINE else 3))
    names = tuple(f"s{n}" for n in range(count))
    about_x = draw(st.booleans())
    careful = about_x or draw(st.booleans())
    arounds = {
        StepName(one): _Around(names, place, part.name if part else None, careful, about_x)
        for place, one in enumerate(names)
    }
    steps = {one: _step(draw, around) for one, around in arounds.items()}
    if role is Role.PART:
        steps[StepName(names[-1] if careful else draw(st.sampled_from([*names, "r"])))] = Return()
    on_error = {
        one: _then(draw, arounds[one])
        for one, step in steps.items()
        if isinstance(step, Request) or (_can_fail(step) and draw(st.integers(0, 3)) == 0)
    }
    runs = part is not None and any(isinstance(step, RunPart) for step in steps.values())
    return Flow(
        name=name,
        role=role,
        start=StepName("s0" if careful or draw(st.integers(0, 40)) else "nowhere"),
        steps=steps,
        languages=("zh", "en"),
        operator=OPERATOR,
        zone="Asia/Shanghai",
        variables=dict.fromkeys(() if about_x else draw(st.sets(st.sampled_from(VARIABLES))), ""),
        parameters=frozenset(("x",)) if role is Role.PART else frozenset(),
        on_error=on_error,
        calendars={"office": OFFICE},
        tables={"rows": ROWS},
        parts={part.name: part} if part is not None and runs else {},
    )


def _then(draw: st.DrawFn, around: _Around) -> StepName:
    if around.careful:
        leap = draw(st.sampled_from((1, 1, 2) if around.about_x else (1, 1, 1, 1, 2, 2, 3, -1)))
        return StepName(around.names[max(0, min(around.place + leap, len(around.names) - 1))])
    missing = draw(st.integers(0, 40)) == 0
    return StepName("missing" if missing else draw(st.sampled_from(around.names)))


def _can_fail(step: Step) -> bool:
    never = SetValues | AttachData | SpeakLanguage | RunPart | EnterQueue | Return
    files_what_is_known = isinstance(step, Question) and step.style is Style.VALUE
    return not (isinstance(step, never) or files_what_is_known)


def _text(draw: st.DrawFn, around: _Around) -> Text:
    texts = ("plain {language}", "{x}", "{x}" if around.about_x else "{y} too")
    return text_of(draw(st.sampled_from(texts)))


def _step(draw: st.DrawFn, around: _Around) -> Step:
    ends = draw(st.integers(0, 3)) == 0
    if around.careful:
        ends = around.place == len(around.names) - 1
    return _end(draw, around) if ends else _onward(draw, around)


def _end(draw: st.DrawFn, around: _Around) -> Step:
    otherwise = _then(draw, around)
    ends: tuple[Step, ...] = (
        EnterQueue(queue=SALES, agent=_text(draw, around)),
        AskCallback(queue=SALES, number=_text(draw, around), otherwise=otherwise),
        LeaveVoicemail(queue=SALES, prompts=HELLO),
        CallOut(to=_text(draw, around), ring_seconds=20, otherwise=otherwise),
        GoodBye(prompts=HELLO),
    )
    return draw(st.sampled_from(ends))


def _onward(draw: st.DrawFn, around: _Around) -> Step:
    then, otherwise = _then(draw, around), _then(draw, around)
    if around.careful:
        then = StepName(around.names[around.place + 1])
    into = "x" if around.about_x else draw(st.sampled_from(VARIABLES))
    steps: tuple[Step, ...] = (
        Say(prompts=HELLO, then=then),
        Menu(
            prompts=HELLO,
            keys={"1": then, "2": _then(draw, around)},
            otherwise=otherwise,
            silent=draw(st.none() | st.just(_then(draw, around))),
            timeout_seconds=5,
            tries=draw(st.integers(1, 2)),
        ),
        Digits(
            prompts=HELLO,
            into=into,
            length_min=2,
            length_max=2,
            then=then,
            otherwise=otherwise,
            tries=1,
            confirm=draw(st.sampled_from(((), HELLO))),
        ),
        SpeakLanguage(language=draw(st.sampled_from(("zh", "en"))), then=then),
        Branch(
            on="queue.sales.open",
            cases=(Case(then=then, one_of=frozenset(("yes",))),),
            otherwise=otherwise,
        ),
        OpeningHours(calendar="office", open=then, closed=otherwise),
        FindRow(table="rows", key=WAITING, into={into: "name"}, found=then, otherwise=otherwise),
        LookUpCustomer(number=_text(draw, around), customer=None, found=then, otherwise=otherwise),
        Request(
            partner="billing",
            method="GET",
            path=_text(draw, around),
            body={},
            into={into: "a"},
            timeout_seconds=1,
            then=then,
        ),
        SetValues(values={into: _text(draw, around)}, then=then),
        AttachData(data={"Order": _text(draw, around)}, then=then),
        OpenServiceTicket(
            ticket=TicketKind.REPAIR,
            title=_text(draw, around),
            details=text_of(""),
            urgent=False,
            into=draw(st.sampled_from(("", into))),
            then=then,
        ),
        Question(
            question="how",
            style=draw(st.sampled_from(Style)),
            prompts=HELLO,
            keys=frozenset("12"),
            then=then,
            tries=1,
            into=draw(st.sampled_from(("", into))),
        ),
    )
    if around.part is not None:
        run = RunPart(
            flow=around.part, values={"x": _text(draw, around)}, into={into: "x"}, then=then
        )
        steps = (*steps, run, run, run)
    if around.about_x:
        steps = tuple(step for step in steps if isinstance(step, _SETS_OR_READS))
    return draw(st.sampled_from(steps))
