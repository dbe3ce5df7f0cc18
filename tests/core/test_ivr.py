"""Walking a flow."""

from collections.abc import Mapping

import pytest

from ccserver.core.doings import (
    About,
    Answer,
    Answered,
    Ask,
    Attach,
    Back,
    Bye,
    Doing,
    End,
    Enter,
    Failed,
    Fetch,
    FindCustomer,
    Learn,
    OpenTicket,
    Play,
    ReadNumber,
    SetLanguage,
    ToCallback,
    ToQueue,
    ToVoicemail,
    Transfer,
    how,
)
from ccserver.core.flow import Flow, Role, Row
from ccserver.core.ids import Queue, Skill
from ccserver.core.ivr import STEPS_MAX, nearest
from ccserver.core.rules import Hours, Opening
from ccserver.core.steps import (
    AskCallback,
    AttachData,
    Branch,
    CallOut,
    Case,
    EnterQueue,
    FindRow,
    GoBack,
    GoodBye,
    LeaveVoicemail,
    LookUpCustomer,
    Menu,
    OpeningHours,
    OpenServiceTicket,
    Request,
    Return,
    RunPart,
    Say,
    SetValues,
    SpeakLanguage,
    Step,
    TicketKind,
    text_of,
)
from ccserver.core.value import Consent
from tests.core.walks import HELLO, OPERATOR, SALES, flow, nothing, of, path, run, says, step

BYE = step("bye")
TO_SALES, TO_OPERATOR = ToQueue(queue=SALES), ToQueue(queue=OPERATOR)
HELLO_SAY = Say(prompts=(HELLO,), then=BYE)
SPRING = "1772416800"
"""2026-03-02 10:00 in Shanghai, a Monday; 02:00 in UTC."""
TWO = {"languages": ("zh", "en")}


def told(template: str) -> Step:
    """An end that tells what a text was filled with."""
    return EnterQueue(queue=SALES, agent=text_of(template))


def agent(end: End) -> str:
    assert isinstance(end, ToQueue)
    return end.agent


def test_a_say_plays_and_goes_on() -> None:
    end, asked = run(flow({"a": HELLO_SAY}, version=3), nothing)
    assert end == Bye()
    assert how(end) == "goodbye"
    assert asked == [
        Enter(flow="test", version=3, step=step("a"), came=""),
        Play(step=step("a"), prompts=(HELLO,), barge_in=True),
        Enter(flow="test", version=3, step=BYE, came="then"),
    ]


def test_a_key_leads_where_the_menu_says() -> None:
    menu = Menu(prompts=(HELLO,), keys={"1": step("sales")}, otherwise=BYE, timeout_seconds=5)
    end, asked = run(flow({"m": menu}), says((Ask, "1")))
    assert end == TO_SALES
    assert [enter.came for enter in of(Enter, asked)] == ["", "key 1"]


# -- what goes wrong


def test_a_step_that_fails_leads_to_its_way_out_or_to_the_operator() -> None:
    lost = says((Play, Failed("lost")))
    end, _ = run(flow({"a": HELLO_SAY}), lost)
    assert (end, how(end)) == (TO_OPERATOR, "failed")
    end, asked = run(flow({"a": HELLO_SAY}, on_error={step("a"): step("sales")}), lost)
    assert end == TO_SALES
    assert [enter.came for enter in of(Enter, asked)] == ["", "error"]


def test_a_loop_that_no_key_leaves_ends_at_the_operator() -> None:
    end, asked = run(flow({"a": Say(prompts=(HELLO,), then=step("a"))}), nothing)
    assert end == TO_OPERATOR
    assert len(path(asked)) == STEPS_MAX


# -- languages


def test_a_customer_is_spoken_to_in_his_language_before_the_first_word() -> None:
    end, asked = run(
        flow({"a": Say(prompts=(HELLO,), then=step("b")), "b": HELLO_SAY}, **TWO),
        says((Learn, {"customer.language": "en-GB"})),
    )
    assert end == Bye()
    assert asked[1:4] == [
        Learn(about=About.CUSTOMER),
        SetLanguage(language="en"),
        Play(step=step("a"), prompts=(HELLO,), barge_in=True),
    ]
    assert len(of(Learn, asked)) == 1


@pytest.mark.parametrize("answer", [{}, {"customer.language": "fr"}, Failed("no database")])
def test_who_speaks_no_language_of_the_flow_hears_the_first(answer: Answer) -> None:
    end, asked = run(flow({"a": HELLO_SAY}, **TWO), says((Learn, answer)))
    assert end == Bye()
    assert not of(SetLanguage, asked)
    assert of(Play, asked)


def test_after_a_failed_look_up_a_step_that_needs_the_customer_asks_again() -> None:
    steps = {"a": Say(prompts=(HELLO,), then=step("b")), "b": told("{customer.id}")}
    end, asked = run(
        flow(steps, **TWO), says((Learn, Failed("late")), (Learn, {"customer.id": "7"}))
    )
    assert agent(end) == "7"
    assert len(of(Learn, asked)) == 2


def test_goodbye_and_voicemail_speak_too() -> None:
    for end in (GoodBye(prompts=(HELLO,)), LeaveVoicemail(queue=SALES, prompts=(HELLO,))):
        _, asked = run(flow({"a": end}, **TWO), says((Learn, {"customer.language": "en"})))
        assert of(SetLanguage, asked) == [SetLanguage(language="en")]


def test_nobody_is_looked_up_for_a_flow_of_one_language_or_a_step_that_says_nothing() -> None:
    assert not of(Learn, run(flow({"a": HELLO_SAY}), nothing)[1])
    assert not of(Learn, run(flow({"a": EnterQueue(queue=SALES)}, **TWO), nothing)[1])


def test_a_language_that_was_chosen_is_not_undone() -> None:
    steps = {
        "l": SpeakLanguage(language="en", then=step("a")),
        "a": told("{customer.id}{language}"),
    }
    end, asked = run(flow(steps, **TWO), says((Learn, {"customer.language": "zh"})))
    assert agent(end) == "en"
    assert of(SetLanguage, asked) == [SetLanguage(language="en")]
    _, asked = run(flow({"a": HELLO_SAY}, **TWO), nothing, {"language": "en"})
    assert not of(Learn, asked)
    assert not of(SetLanguage, asked)


def test_a_language_that_comes_with_the_call_becomes_one_of_the_flow() -> None:
    steps = {"a": told("{language}")}
    for given, spoken in (("en-US", "en"), ("fr", "zh")):
        end, asked = run(flow(steps, **TWO), nothing, {"language": given})
        assert agent(end) == spoken
        assert of(SetLanguage, asked) == [SetLanguage(language=spoken)]


def test_an_empty_language_is_an_unknown_one() -> None:
    a_flow = flow({"a": HELLO_SAY}, **TWO)
    _, asked = run(a_flow, says((Learn, {"customer.language": "en"})), {"language": ""})
    assert of(SetLanguage, asked) == [SetLanguage(language="en")]


def test_the_nearest_language() -> None:
    a_flow = flow({"a": HELLO_SAY}, languages=("zh", "en", "en-GB"))
    assert [nearest(a_flow, one) for one in ("en-GB", "en-US", "zh-CN", "de", "")] == [
        "en-GB", "en", "zh", "zh", "zh",
    ]  # fmt: skip


# -- facts


def test_facts_are_asked_for_where_a_step_reads_them_and_once_where_they_stay() -> None:
    steps = {
        "a": SetValues(values={"x": text_of("{caller.place} {customer.name}")}, then=step("b")),
        "b": told("{x} {caller.area_code} {customer.id} {dialed}"),
    }

    def world(doing: Doing) -> Answer:
        match doing:
            case Learn(about=About.CALLER):
                return {"caller.place": "Beijing", "caller.area_code": "010"}
            case Learn(about=About.CUSTOMER):
                return {"customer.name": "Li", "customer.id": "7"}
            case _:
                return None

    end, asked = run(flow(steps), world, {"dialed": "4001"})
    assert agent(end) == "Beijing Li 010 7 4001"
    assert [learn.about for learn in of(Learn, asked)] == [About.CALLER, About.CUSTOMER]


def test_the_clock_is_looked_at_once_a_step_and_told_in_the_flows_zone() -> None:
    steps = {"a": told("{now.date} {now.time} {now.weekday}")}
    a_flow = flow(steps, zone="Asia/Shanghai")
    end, asked = run(a_flow, says((Learn, {"now.epoch": SPRING})))
    assert agent(end) == "2026-03-02 10:00 mon"
    assert of(Learn, asked) == [Learn(about=About.NOW)]


def test_a_queue_is_asked_about_anew_at_each_step() -> None:
    steps = {
        "a": SetValues(
            values={"x": text_of("{queue.sales.waiting}{queue.sales.open}")}, then=step("b")
        ),
        "b": told("{x} {queue.sales.waiting} {queue.now.open}"),
    }
    facts = {"queue.sales.waiting": "3", "queue.sales.open": "yes"}
    end, asked = run(flow(steps), says((Learn, facts), (Learn, {"queue.sales.waiting": "4"})))
    assert agent(end) == "3yes 4 "
    assert [learn.queue for learn in of(Learn, asked)] == ["sales", "sales", "now"]


def test_facts_that_cannot_be_had_fail_the_step() -> None:
    a_flow = flow({"a": told("{caller.place}")}, on_error={step("a"): BYE})
    assert run(a_flow, says((Learn, Failed("away"))))[0] == Bye()


def test_who_leaves_a_queue_brings_its_facts_along() -> None:
    a_flow = flow({"a": told("{leave.key} {leave.queue}")}, role=Role.WAITING)
    end, asked = run(a_flow, nothing, {"leave.key": "2", "leave.queue": "service"})
    assert agent(end) == "2 service"
    assert not of(Learn, asked)


# -- deciding


def test_the_first_case_that_holds_leads_on() -> None:
    cases = (
        Case(then=step("sales"), one_of=frozenset(("platinum",))),
        Case(then=BYE, starts_with=("g", "p")),
    )
    steps = {"b": Branch(on="customer.tier", cases=cases, otherwise=step("else")), "else": told("")}

    def of_tier(tier: str) -> list[Enter]:
        world = says((Learn, {"customer.tier": tier}))
        return of(Enter, run(flow(steps), world)[1])

    assert of_tier("platinum")[1].came == "case 1"
    assert of_tier("gold")[1].came == "case 2"
    assert of_tier("")[1].came == "otherwise"


def test_a_branch_on_what_was_never_set_goes_as_for_an_empty_text() -> None:
    branch = Branch(on="x", cases=(Case(then=BYE, one_of=frozenset("1")),), otherwise=step("sales"))
    assert run(flow({"b": branch}), nothing)[0] == TO_SALES


def test_a_calendar_decides_on_its_own_clock() -> None:
    office = Hours(
        zone="Asia/Shanghai", weekly=(Opening(weekday=0, from_minute=540, until_minute=1080),)
    )
    steps = {"h": OpeningHours(calendar="office", open=step("sales"), closed=BYE)}
    a_flow = flow(steps, calendars={"office": office})
    assert run(a_flow, says((Learn, {"now.epoch": SPRING})))[0] == TO_SALES
    evening = str(int(SPRING) + 8 * 3600)
    assert run(a_flow, says((Learn, {"now.epoch": evening})))[0] == Bye()


def test_a_row_of_a_table_sets_variables() -> None:
    table = (Row(("010",), {"name": "Beijing", "phone": "+861012345678"}),)
    find = FindRow(
        table="stations",
        key=text_of("{code}"),
        into={"station": "name", "other": "none"},
        found=step("told"),
        otherwise=BYE,
    )
    steps = {"f": find, "told": told("{station}{other}")}
    assert agent(run(_with(steps, table, "0108"), nothing)[0]) == "Beijing"
    assert run(_with(steps, table, "0201"), nothing)[0] == Bye()


def _with(steps: dict[str, Step], table: tuple[Row, ...], code: str) -> Flow:
    return flow(steps, tables={"stations": table}, variables={"code": code})


# -- asking the house


def look_up(**by: str) -> Flow:
    texts = {key: text_of(by[key]) if key in by else None for key in ("number", "customer")}
    steps = {
        "l": LookUpCustomer(**texts, found=step("told"), otherwise=BYE),
        "told": told("{customer.id}"),
    }
    return flow(steps, variables={"x": "12"})


def test_a_customer_is_found_by_what_was_keyed_in() -> None:
    end, asked = run(look_up(customer="{x}"), says((FindCustomer, {"customer.id": "12"})))
    assert agent(end) == "12"
    assert of(FindCustomer, asked) == [FindCustomer(number="", customer="12")]
    assert not of(Learn, asked), "who was found need not be looked up again"
    end, asked = run(look_up(number="+86{x}"), nothing)
    assert end == Bye()
    assert of(FindCustomer, asked) == [FindCustomer(number="+8612", customer="")]


def fetch(path: str = "/a/{x}?q={x}", x: str = "a b/c&d") -> Flow:
    request = Request(
        partner="billing",
        method="POST",
        path=text_of(path),
        body={"plate": text_of("{x}")},
        into={"balance": "account.balance", "none": "nowhere"},
        timeout_seconds=2,
        then=step("told"),
    )
    steps = {"f": request, "told": told("{balance}{none}")}
    return flow(steps, variables={"x": x}, on_error={step("f"): BYE})


def test_a_partners_answer_sets_variables() -> None:
    end, asked = run(fetch(), says((Fetch, Answered({"account": {"balance": 12.5}}))))
    assert agent(end) == "12.5"
    assert of(Fetch, asked) == [
        Fetch(
            partner="billing",
            method="POST",
            path="/a/a%20b%2Fc%26d?q=a%20b%2Fc%26d",
            body={"plate": "a b/c&d"},
            timeout_seconds=2,
        )
    ]


def test_a_partner_that_fails_sends_the_caller_on() -> None:
    assert run(fetch(), says((Fetch, Failed("timeout"))))[0] == Bye()


@pytest.mark.parametrize("x", [".", ".."])
def test_no_value_leads_out_of_the_place_that_a_path_names(x: str) -> None:
    end, asked = run(fetch("/a/{x}/b", x), nothing)
    assert end == Bye()
    assert not of(Fetch, asked)
    assert of(Fetch, run(fetch("/a?q={x}/", x), says((Fetch, Answered(None))))[1])


@pytest.mark.parametrize(("into", "number"), [("t", "T7"), ("", "none")])
def test_a_service_ticket_is_opened(into: str, number: str) -> None:
    ticket = OpenServiceTicket(
        ticket=TicketKind.REPAIR,
        title=text_of("Repair of {x}"),
        details=text_of("{t}"),
        urgent=True,
        into=into,
        then=step("told"),
    )
    a_flow = flow({"o": ticket, "told": told("{t}")}, variables={"x": "A1", "t": "none"})
    end, asked = run(a_flow, says((OpenTicket, "T7")))
    assert agent(end) == number
    assert of(OpenTicket, asked) == [
        OpenTicket(kind=TicketKind.REPAIR, title="Repair of A1", details="none", urgent=True)
    ]


def test_values_are_all_read_before_any_is_set() -> None:
    swap = SetValues(values={"a": text_of("{b}"), "b": text_of("{a}")}, then=step("told"))
    end, _ = run(flow({"s": swap, "told": told("{a}{b}")}, variables={"a": "1", "b": "2"}), nothing)
    assert agent(end) == "21"


def test_values_are_put_on_the_contact() -> None:
    attach = AttachData(data={"Order": text_of("no. {x}")}, then=BYE)
    _, asked = run(flow({"a": attach}, variables={"x": "12"}), nothing)
    assert of(Attach, asked) == [Attach(data={"Order": "no. 12"})]


# -- parts


def part(steps: Mapping[str, Step], **more: object) -> Flow:
    return flow({**steps, "back": Return()}, name="part", role=Role.PART, **more)


def test_a_part_is_given_values_and_gives_back_others() -> None:
    inner = part(
        {"in": SetValues(values={"y": text_of("<{x}{z}{outer}>")}, then=step("back"))},
        variables={"z": "z"},
        parameters=frozenset("x"),
        version=4,
    )
    run_part = RunPart(
        flow="part",
        values={"x": text_of("{outer}")},
        into={"got": "y", "nothing": "never"},
        then=step("told"),
    )
    steps = {"p": run_part, "told": told("{got}{nothing}{x}")}
    a_flow = flow(steps, variables={"outer": "1"}, parts={"part": inner})
    end, asked = run(a_flow, nothing)
    assert agent(end) == "<1z>", "a part sees what it is given, and nothing else"
    assert of(Enter, asked) == [
        Enter(flow="test", version=0, step=step("p"), came=""),
        Enter(flow="part", version=4, step=step("in"), came=""),
        Enter(flow="part", version=4, step=step("back"), came="then"),
        Enter(flow="test", version=0, step=step("told"), came="then"),
    ]


def whole(inner: Flow, **more: object) -> Flow:
    run_part = RunPart(flow="part", values={}, into={}, then=BYE)
    return flow({"p": run_part}, parts={"part": inner}, **more)


def test_a_walk_can_end_in_a_part() -> None:
    assert run(whole(part({"in": told("7")})), nothing)[0] == ToQueue(queue=SALES, agent="7")


def test_what_fails_in_a_part_goes_where_the_part_says_else_to_the_operator_of_the_whole() -> None:
    lost = says((Play, Failed("lost")))
    say = {"in": Say(prompts=(HELLO,), then=step("back"))}
    inner = part(say, operator=Queue("elsewhere"))
    assert run(whole(inner, on_error={step("p"): step("sales")}), lost)[0] == TO_OPERATOR
    end, asked = run(whole(part(say, on_error={step("in"): step("back")})), lost)
    assert end == Bye()
    assert [enter.came for enter in of(Enter, asked)] == ["", "", "error", "then"]


def test_a_part_that_goes_round_ends_at_the_operator_of_the_whole() -> None:
    inner = part({"in": Say(prompts=(HELLO,), then=step("in"))}, operator=Queue("elsewhere"))
    end, asked = run(whole(inner), nothing)
    assert end == TO_OPERATOR
    assert len(path(asked)) == STEPS_MAX


def test_a_part_of_more_languages_looks_nobody_up_for_a_flow_of_one() -> None:
    inner = part({"in": Say(prompts=(HELLO,), then=step("back"))}, **TWO)
    assert not of(Learn, run(whole(inner), nothing)[1])


def test_a_part_that_is_walked_alone_ends_at_the_operator() -> None:
    assert run(part({"in": HELLO_SAY, "bye": Return()}), nothing)[0] == TO_OPERATOR


# -- ends


def test_all_that_a_queue_is_told() -> None:
    enter = EnterQueue(
        queue=SALES,
        agent=text_of("{x}"),
        urgent=True,
        boost=0.2,
        skills=((Skill("engine"), 3),),
        announce_after_seconds=15,
        announce_every_seconds=45,
        recording=Consent.REFUSED,
    )
    end, _ = run(flow({"q": enter}, variables={"x": "anna"}), nothing)
    assert end == ToQueue(
        queue=SALES,
        agent="anna",
        urgent=True,
        boost=0.2,
        skills=((Skill("engine"), 3),),
        announce_after_seconds=15,
        announce_every_seconds=45,
        recording=Consent.REFUSED,
    )
    assert how(end) == "queued"


def test_a_callback_needs_a_number() -> None:
    ask = AskCallback(queue=None, number=text_of("0{x}"), otherwise=step("sales"))
    a_flow = flow({"c": ask}, variables={"x": "12"})
    end, asked = run(a_flow, says((ReadNumber, "+8612")))
    assert end == ToCallback(queue=None, number="+8612")
    assert how(end) == "callback"
    assert of(ReadNumber, asked) == [ReadNumber(number="012")]
    assert run(a_flow, says((ReadNumber, "")))[0] == TO_SALES


def test_a_call_is_over_when_those_who_were_joined_part() -> None:
    call = CallOut(to=text_of("+86{x}"), ring_seconds=20, otherwise=step("sales"))
    a_flow = flow({"c": call}, variables={"x": "12"})
    end, asked = run(a_flow, says((Transfer, "answered")))
    assert how(end) == "transferred"
    assert of(Transfer, asked) == [Transfer(step=step("c"), to="+8612", ring_seconds=20)]
    for why in ("busy", "no_answer", "failed"):
        assert run(a_flow, says((Transfer, why)))[0] == TO_SALES


def test_a_message_is_left_after_its_prompts() -> None:
    a_flow = flow({"v": LeaveVoicemail(queue=SALES, prompts=(HELLO,), seconds_max=60)})
    end, asked = run(a_flow, nothing)
    assert end == ToVoicemail(queue=SALES, seconds_max=60)
    assert how(end) == "voicemail"
    assert of(Play, asked) == [Play(step=step("v"), prompts=(HELLO,), barge_in=True)]


def test_who_was_waiting_can_wait_on() -> None:
    end, _ = run(flow({"b": GoBack()}, role=Role.WAITING), nothing)
    assert end == Back()
    assert how(end) == "back"
