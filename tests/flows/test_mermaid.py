"""A flow as Mermaid text."""

from ccserver.core.ids import StepName
from ccserver.core.steps import (
    Branch,
    Case,
    Menu,
    OpenServiceTicket,
    RunPart,
    Say,
    TicketKind,
    text_of,
)
from ccserver.flows.mermaid import mermaid
from tests.core.walks import HELLO, flow, step


def test_a_flowchart() -> None:
    gold = Case(then=step("sales"), one_of=frozenset({"gold"}))
    ticket = OpenServiceTicket(
        ticket=TicketKind.REPAIR, title=text_of("R"), details=text_of(""), urgent=False, into="",
        then=step("bye"),
    )  # fmt: skip
    menu = Menu(
        prompts=(HELLO,), keys={"1": step("end"), "*": step("bye")}, otherwise=step("bye"),
        timeout_seconds=5,
    )  # fmt: skip
    drawn = mermaid(
        flow(
            {
                "who": Branch(on="customer.tier", cases=(gold,), otherwise=step("menu")),
                "menu": menu,
                "end": RunPart(flow="plate", values={}, into={}, then=step("ticket")),
                "ticket": ticket,
            },
            on_error={step("ticket"): step("bye")},
        ),
        texts={"hello": {"zh": "您好"}},
    )
    assert drawn.splitlines() == [
        "flowchart TD",
        "  start(( )) --> step_who",
        '  step_sales(["queue: sales<br/>sales"])',
        '  step_bye(["goodbye: bye"])',
        '  step_who{{"branch: who<br/>customer.tier"}}',
        '  step_menu["menu: menu<br/>您好"]',
        '  step_end[["part: end<br/>plate"]]',
        '  step_ticket["ticket: ticket<br/>repair: R"]',
        '  step_who -->|"gold"| step_sales',
        '  step_who -->|"otherwise"| step_menu',
        '  step_menu -->|"1"| step_end',
        '  step_menu -->|"#42; · otherwise"| step_bye',
        "  step_end --> step_ticket",
        "  step_ticket --> step_bye",
        '  step_ticket -.->|"error"| step_bye',
    ]


def test_nothing_in_a_text_is_markup() -> None:
    nasty = '"]; click a "javascript:x" <img> %%{init}%% `b` &lt; #35;\u0007'
    name = StepName('a"] --> b')
    drawn = mermaid(flow({name: Say(prompts=(HELLO,), then=name)}), texts={"hello": {"zh": nasty}})
    *_, node, edge = drawn.splitlines()
    known = "step_ax22x5dx20x2dx2dx3ex20b"
    assert edge == f"  {known} --> {known}"
    label = node.removeprefix(f'  {known}["').removesuffix('"]')
    assert label.startswith("say: a#34;#93; --#62; b<br/>#34;#93;#59; click a")
    assert not set('"<>%`&[]\u0007') & set(label.replace("<br/>", ""))
