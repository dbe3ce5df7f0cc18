"""From a flow's form to the flow that is walked."""

import tomllib

import pytest

from ccserver.config.form import CalendarForm
from ccserver.core.flow import Flow, NuisanceRules, Role, Row
from ccserver.core.ids import Prompt, Queue, Skill, StepName
from ccserver.core.rules import Opening
from ccserver.core.spoken import Form
from ccserver.core.steps import (
    AskCallback,
    AttachData,
    Branch,
    CallOut,
    Case,
    Check,
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
    Spoken,
    Step,
    Style,
    TicketKind,
    text_of,
)
from ccserver.core.value import Consent
from ccserver.flows.convert import clock_readers, flow, parts_of
from ccserver.flows.form import FlowForm, TableForm

HEAD = 'start = "x"\nlanguages = ["zh", "en"]\noperator = "operator"\n'
A, B, C = StepName("a"), StepName("b"), StepName("c")
P = Prompt("p")


def form_of(steps: str, head: str = "") -> FlowForm:
    return FlowForm.model_validate(tomllib.loads(f"{HEAD}{head}\n{steps}"))


def step_of(body: str) -> Step:
    form = form_of(f"[steps.x]\n{body}")
    return flow("f", form, calendars={}, tables={}).steps[StepName("x")]


STEPS: dict[str, Step] = {
    'kind = "say"\nprompts = ["p"]\nthen = "a"': Say(prompts=(P,), then=A),
    'kind = "say"\nprompts = ["p", { number = "{n}" }, { amount = "1", currency = "EUR" }]\n'
    'then = "a"\nbarge_in = false': Say(
        prompts=(
            P,
            Spoken(form=Form.NUMBER, text=text_of("{n}")),
            Spoken(form=Form.AMOUNT, text=text_of("1"), currency="EUR"),
        ),
        then=A,
        barge_in=False,
    ),
    'kind = "menu"\nprompts = ["p"]\nkeys = { 1 = "a", "*" = "b" }\ntimeout_seconds = 4\n'
    'otherwise = "c"': Menu(prompts=(P,), keys={"1": A, "*": B}, otherwise=C, timeout_seconds=4),
    'kind = "menu"\nprompts = ["p"]\nkeys = { 1 = "a" }\ntimeout_seconds = 4\ntries = 2\n'
    'barge_in = false\nwrong_key = ["w"]\nno_key = ["n"]\notherwise = "c"\nsilent = "b"': Menu(
        prompts=(P,),
        keys={"1": A},
        otherwise=C,
        timeout_seconds=4,
        tries=2,
        barge_in=False,
        wrong_key=(Prompt("w"),),
        no_key=(Prompt("n"),),
        silent=B,
    ),
    'kind = "digits"\nprompts = ["p"]\ninto = "n"\nlength = 8\nthen = "a"\notherwise = "b"': Digits(
        prompts=(P,), into="n", length_min=8, length_max=8, then=A, otherwise=B
    ),
    'kind = "digits"\nprompts = ["p"]\ninto = "n"\nlength_max = 8\nthen = "a"\notherwise = "b"\n'
    'terminator = ""\ntimeout_seconds = 5\nbetween_seconds = 2\ntries = 1\npattern = "1.*"\n'
    'check = "luhn"\nwrong = ["w"]\nconfirm = [{ digits = "{n}" }]\nsecret = true': Digits(
        prompts=(P,),
        into="n",
        length_min=8,
        length_max=8,
        then=A,
        otherwise=B,
        terminator="",
        timeout_seconds=5,
        between_seconds=2,
        tries=1,
        pattern="1.*",
        check=Check.LUHN,
        wrong=(Prompt("w"),),
        confirm=(Spoken(form=Form.DIGITS, text=text_of("{n}")),),
        secret=True,
    ),
    'kind = "digits"\nprompts = ["p"]\ninto = "n"\nlength_min = 2\nlength_max = 8\nthen = "a"\n'
    'otherwise = "b"': Digits(
        prompts=(P,), into="n", length_min=2, length_max=8, then=A, otherwise=B
    ),
    'kind = "question"\nquestion = "q"\nstyle = "keys"\nprompts = ["p"]\nkeys = "12"\n'
    'then = "a"': Question(
        question="q", style=Style.KEYS, prompts=(P,), keys=frozenset("12"), then=A
    ),
    'kind = "question"\nquestion = "q"\nstyle = "recording"\nprompts = ["p"]\ninto = "v"\n'
    'record_seconds_max = 20\ntimeout_seconds = 4\ntries = 1\nthen = "a"': Question(
        question="q",
        style=Style.RECORDING,
        prompts=(P,),
        into="v",
        record_seconds_max=20,
        timeout_seconds=4,
        tries=1,
        then=A,
    ),
    'kind = "question"\nquestion = "q"\nstyle = "value"\nvalue = "{n}"\nthen = "a"': Question(
        question="q", style=Style.VALUE, prompts=(), value=text_of("{n}"), then=A
    ),
    'kind = "language"\nlanguage = "en"\nthen = "a"': SpeakLanguage(language="en", then=A),
    'kind = "hours"\ncalendar = "c"\nopen = "a"\nclosed = "b"': OpeningHours(
        calendar="c", open=A, closed=B
    ),
    'kind = "table"\ntable = "t"\nkey = "{k}"\ninto = { v = "name" }\nfound = "a"\n'
    'otherwise = "b"': FindRow(
        table="t", key=text_of("{k}"), into={"v": "name"}, found=A, otherwise=B
    ),
    'kind = "lookup"\nnumber = "{n}"\nfound = "a"\notherwise = "b"': LookUpCustomer(
        number=text_of("{n}"), customer=None, found=A, otherwise=B
    ),
    'kind = "lookup"\ncustomer = "{n}"\nfound = "a"\notherwise = "b"': LookUpCustomer(
        number=None, customer=text_of("{n}"), found=A, otherwise=B
    ),
    'kind = "http"\npartner = "p"\npath = "/x"\nthen = "a"\non_error = "b"': Request(
        partner="p",
        method="GET",
        path=text_of("/x"),
        body={},
        into={},
        timeout_seconds=2,
        then=A,
    ),
    'kind = "http"\npartner = "p"\nmethod = "POST"\npath = "/x/{n}"\nbody = { "a b" = "{n}" }\n'
    'into = { v = "x.0.y" }\ntimeout_seconds = 1.5\nthen = "a"\non_error = "b"': Request(
        partner="p",
        method="POST",
        path=text_of("/x/{n}"),
        body={"a b": text_of("{n}")},
        into={"v": "x.0.y"},
        timeout_seconds=1.5,
        then=A,
    ),
    'kind = "set"\nvalues = { v = "{n}" }\nthen = "a"': SetValues(
        values={"v": text_of("{n}")}, then=A
    ),
    'kind = "attach"\ndata = { "Order" = "{n}" }\nthen = "a"': AttachData(
        data={"Order": text_of("{n}")}, then=A
    ),
    'kind = "ticket"\nticket = "repair"\ntitle = "t"\nthen = "a"': OpenServiceTicket(
        ticket=TicketKind.REPAIR,
        title=text_of("t"),
        details=text_of(""),
        urgent=False,
        into="",
        then=A,
    ),
    'kind = "ticket"\nticket = "roadside"\ntitle = "t"\ndetails = """one\ntwo"""\nurgent = true\n'
    'into = "v"\nthen = "a"': OpenServiceTicket(
        ticket=TicketKind.ROADSIDE,
        title=text_of("t"),
        details=text_of("one\ntwo"),
        urgent=True,
        into="v",
        then=A,
    ),
    'kind = "transfer"\nto = "{n}"\nring_seconds = 20\notherwise = "b"': CallOut(
        to=text_of("{n}"), ring_seconds=20, otherwise=B
    ),
    'kind = "part"\nflow = "q"\nvalues = { i = "x" }\ninto = { v = "r" }\nthen = "a"': RunPart(
        flow="q", values={"i": text_of("x")}, into={"v": "r"}, then=A
    ),
    'kind = "queue"\nqueue = "sales"': EnterQueue(queue=Queue("sales")),
    'kind = "queue"\nqueue = "sales"\nagent = "{v}"\nurgent = true\nboost = 0.5\n'
    "skills = { engine = 3 }\nannounce_after_seconds = 15\nannounce_every_seconds = 45\n"
    'recording = "given"': EnterQueue(
        queue=Queue("sales"),
        agent=text_of("{v}"),
        urgent=True,
        boost=0.5,
        skills=((Skill("engine"), 3),),
        announce_after_seconds=15,
        announce_every_seconds=45,
        recording=Consent.GIVEN,
    ),
    'kind = "callback"\notherwise = "b"': AskCallback(
        queue=None, number=text_of("{caller.number}"), otherwise=B
    ),
    'kind = "callback"\nqueue = "sales"\nnumber = "{n}"\notherwise = "b"': AskCallback(
        queue=Queue("sales"), number=text_of("{n}"), otherwise=B
    ),
    'kind = "voicemail"': LeaveVoicemail(queue=None, prompts=()),
    'kind = "voicemail"\nqueue = "sales"\nprompts = ["p"]\nseconds_max = 60': LeaveVoicemail(
        queue=Queue("sales"), prompts=(P,), seconds_max=60
    ),
    'kind = "back"': GoBack(),
    'kind = "return"': Return(),
    'kind = "goodbye"': GoodBye(),
    'kind = "goodbye"\nprompts = ["p"]': GoodBye(prompts=(P,)),
}


@pytest.mark.parametrize("body", STEPS)
def test_each_step_becomes_what_it_says(body: str) -> None:
    assert step_of(body) == STEPS[body]


@pytest.mark.parametrize(
    ("case", "made"),
    [
        ('is = "x"', Case(then=A, one_of=frozenset("x"))),
        ('is = ["x", ""]', Case(then=A, one_of=frozenset(("x", "")))),
        ('starts_with = "+86"', Case(then=A, starts_with=("+86",))),
        ('starts_with = ["1", "2"]', Case(then=A, starts_with=("1", "2"))),
        ("at_least = 0", Case(then=A, at_least=0)),
        ("below = 0", Case(then=A, below=0)),
        ("at_least = 1, below = 2.5", Case(then=A, at_least=1, below=2.5)),
        ('from = "22:00", until = "06:00"', Case(then=A, between=("22:00", "06:00"))),
    ],
)
def test_each_condition_becomes_what_it_says(case: str, made: Case) -> None:
    body = f'kind = "branch"\non = "v"\ncases = [{{ {case}, then = "a" }}]\notherwise = "b"'
    assert step_of(body) == Branch(on="v", cases=(made,), otherwise=B)


OFFICE = CalendarForm.model_validate({"zone": "Asia/Shanghai", "weekly": {"mon": ["09:00-18:00"]}})
ROWS = {"row": [{"prefixes": ["010", "+8610"], "name": "Beijing"}]}


def test_the_whole_of_a_flow() -> None:
    head = """
        title = "Hotline"
        role = "part"
        zone = "Asia/Shanghai"
        prompt_seconds_max = 30
        parameters = ["given"]
        variables = { v = "1" }
        nuisance = { within_seconds = 60, calls_max = 2, short_seconds = 5, silent_max = 1 }
    """
    form = form_of('[steps.x]\nkind = "return"\non_error = "x"', head)
    made = flow(
        "f",
        form,
        calendars={"office": OFFICE},
        tables={"stations": TableForm.model_validate(ROWS)},
        version=7,
    )
    x = StepName("x")
    assert made == Flow(
        name="f",
        start=x,
        steps={x: Return()},
        languages=("zh", "en"),
        operator=Queue("operator"),
        version=7,
        title="Hotline",
        role=Role.PART,
        zone="Asia/Shanghai",
        variables={"v": "1"},
        parameters=frozenset(("given",)),
        on_error={x: x},
        nuisance=NuisanceRules(within_seconds=60, calls_max=2, short_seconds=5, silent_max=1),
        calendars=made.calendars,
        tables={"stations": (Row(("010", "+8610"), {"name": "Beijing"}),)},
        prompt_seconds_max=30,
    )
    assert made.calendars["office"].weekly == (
        Opening(weekday=0, from_minute=540, until_minute=1080),
    )


def test_what_is_left_out_is_as_usual() -> None:
    made = flow("f", form_of('[steps.x]\nkind = "goodbye"'), calendars={}, tables={})
    x = StepName("x")
    assert made == Flow(
        name="f",
        start=x,
        steps={x: GoodBye()},
        languages=("zh", "en"),
        operator=Queue("operator"),
    )


def test_who_reads_the_clock_and_what_is_run() -> None:
    form = form_of(
        '[steps.x]\nkind = "hours"\ncalendar = "c"\nopen = "y"\nclosed = "z"\n'
        '[steps.y]\nkind = "attach"\ndata = { At = "{now.time}" }\nthen = "z"\n'
        '[steps.z]\nkind = "part"\nflow = "q"\nthen = "w"\n'
        '[steps.w]\nkind = "goodbye"'
    )
    assert clock_readers(form) == ["x", "y"]
    assert parts_of(form) == {"q": "z"}
