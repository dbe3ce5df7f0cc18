"""`ccserver flow`, as an author of flows types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ccserver import main
from ccserver.cli.terminal import console

HOTLINE = """
title = "Hotline"
start = "who"
languages = ["zh", "en"]
operator = "operator"
zone = "Asia/Shanghai"

[steps.who]
kind = "branch"
on = "customer.tier"
cases = [{ is = ["gold", "platinum"], then = "sales" }]
otherwise = "welcome"

[steps.welcome]
kind = "say"
prompts = ["welcome"]
then = "menu"

[steps.menu]
kind = "menu"
prompts = ["menu"]
keys = { 1 = "sales", 2 = "order", 3 = "dealer", 9 = "english" }
timeout_seconds = 5
tries = 2
otherwise = "bye"

[steps.english]
kind = "language"
language = "en"
then = "menu"

[steps.order]
kind = "part"
flow = "order"
into = { order = "order" }
then = "balance"

[steps.balance]
kind = "http"
partner = "billing"
path = "/orders/{order}"
into = { balance = "balance" }
then = "ticket"
on_error = "sales"

[steps.ticket]
kind = "ticket"
ticket = "repair"
title = "Order {order}"
into = "number"
then = "attach"

[steps.attach]
kind = "attach"
data = { Order = "{order}", Balance = "{balance}", Ticket = "{number}" }
then = "sales"

[steps.dealer]
kind = "transfer"
to = "+861088886666"
otherwise = "sales"

[steps.sales]
kind = "queue"
queue = "sales"

[steps.bye]
kind = "goodbye"
prompts = ["goodbye"]

[[test]]
name = "a gold caller goes straight to a person"
customer = { tier = "gold" }
ends = "queue sales"

[[test]]
name = "who presses nothing hears good-bye"
hears = ["welcome", "menu", "goodbye"]
ends = "goodbye"
"""

ORDER = """
role = "part"
start = "ask"
languages = ["zh", "en"]
operator = "operator"

[steps.ask]
kind = "digits"
prompts = ["enter_order"]
into = "order"
length = 8
then = "done"
otherwise = "done"

[steps.done]
kind = "return"
"""

CARE = """
start = "find"
languages = ["zh"]
operator = "operator"

[steps.find]
kind = "lookup"
customer = "7"
found = "why"
otherwise = "why"

[steps.why]
kind = "question"
question = "why"
style = "recording"
prompts = ["welcome"]
then = "later"

[steps.later]
kind = "callback"
queue = "sales"
number = "{caller.number}"
otherwise = "bye"

[steps.bye]
kind = "goodbye"
"""

PROMPTS = """
[welcome]
zh = "您好"
en = "Welcome"
[menu]
zh = "销售请按一"
en = "Press one for sales"
[enter_order]
zh = "请输入订单号"
en = "Enter your order [number]"
[goodbye]
zh = "再见"
en = "Goodbye"
"""


class Terminal:
    """The command line over a folder of flows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in (("hotline", HOTLINE), ("order", ORDER), ("prompts", PROMPTS)):
            self.write(name, text)

    def write(self, name: str, text: str) -> str:
        path = self.folder / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run(self, *words: str, code: int = 0) -> str:
        result = CliRunner().invoke(main.app, ("flow", *words))
        assert result.exit_code == code, result.output
        return result.output


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    folder = tmp_path / "flows"
    folder.mkdir()
    monkeypatch.setenv("CC_FLOWS", str(folder))
    monkeypatch.setenv("CC_HOME", str(tmp_path))
    monkeypatch.setattr(console, "_width", 200)
    return Terminal(folder)


# -- check


def test_good_flows_are_counted(terminal: Terminal) -> None:
    assert "hotline: good: 11 steps" in terminal.run("check")
    assert "order: good: 2 steps" in terminal.run("check", str(terminal.folder))
    alone = terminal.run("check", str(terminal.folder / "hotline.toml"))
    assert "hotline: good" in alone


def test_every_mistake_is_told(terminal: Terminal) -> None:
    wrong = HOTLINE.replace('on_error = "sales"', 'on_error = "sale"')
    path = terminal.write("hotline", wrong.replace('prompts = ["menu"]', 'prompts = ["menue"]'))
    output = terminal.run("check", path, code=1)
    assert "`sale`" in output
    assert "`menue`" in output
    *faults, last = output.splitlines()
    assert all("hotline.toml:" in fault for fault in faults)
    assert last == f"{len(faults)} faults"


def test_what_is_not_there_is_told(terminal: Terminal) -> None:
    assert "CC_FLOWS" in terminal.run("check", str(terminal.folder / "none.toml"), code=2)
    both = (str(terminal.folder), str(terminal.folder / "hotline.toml"))
    assert "or one folder" in terminal.run("check", *both, code=2)


def test_flows_are_held_against_a_configuration(terminal: Terminal, tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text("[queues.operator]\n[queues.support]\n", encoding="utf-8")
    output = terminal.run("check", "--config", str(config), code=1)
    assert "there is no queue `sales`" in output
    assert "there is no queue `operator`" not in output
    assert "no.toml" in terminal.run("check", "--config", str(tmp_path / "no.toml"), code=2)


# -- walk


def test_a_walk_reads_like_a_play(terminal: Terminal) -> None:
    output = terminal.run(
        *("walk", "hotline", "--keys", "-,212345678#", "--reply", 'balance={"balance": 12.5}'),
        *("--caller", "+8613800138000"),
    )
    assert output.splitlines() == [
        "who branch",
        "welcome say  by otherwise",
        "    hears       您好  welcome",
        "menu menu",
        "    hears       销售请按一  menu",
        "    is silent   ",
        "    hears       销售请按一  menu",
        "    presses     2",
        "order part  by key 2",
        "order / ask digits",
        "    passes over 请输入订单号  enter_order",
        "    presses     12345678#",
        "order / done return",
        "balance http",
        '    asks        billing: GET /orders/12345678 → {"balance": 12.5}',
        "ticket ticket",
        "    opens       repair ticket: Order 12345678 → 1",
        "attach attach",
        "    attaches    Order: 12345678",
        "    attaches    Balance: 12.5",
        "    attaches    Ticket: 1",
        "sales queue",
        "",
        "ends            queue sales",
        "the agent sees  Order: 12345678",
        "the agent sees  Balance: 12.5",
        "the agent sees  Ticket: 1",
    ]


def test_a_walk_goes_on_in_the_language_that_is_chosen(terminal: Terminal) -> None:
    output = terminal.run("walk", "hotline", "--keys", "9,2,-,-,-,7")
    assert "    speaks      en" in output
    assert "Press one for sales" in output
    assert "Enter your order [number]  enter_order" in output
    assert "销售请按一" in output
    known = terminal.run("walk", "hotline", "--customer", "language=en,name=Li")
    assert "Welcome" in known
    assert "您好" not in known
    assert "Welcome" in terminal.run("walk", "hotline", "--language", "en")


def test_a_walk_tells_what_fails_and_what_is_left(terminal: Terminal) -> None:
    output = terminal.run("walk", "hotline", "--keys", "2,12345678#,5,6", "--fail", "balance")
    assert "billing: GET /orders/12345678 → fails: it is told to fail" in output
    assert "sales queue  by error" in output
    assert "keys that nobody asked for: 5 6" in output
    ticket = terminal.run(
        *("walk", "hotline", "--keys", "2,12345678#", "--fail", "ticket"),
        *("--reply", 'balance={"balance": 1}'),
    )
    assert "ends            operator (`ticket` fails: it is told to fail)" in ticket
    busy = terminal.run("walk", "hotline", "--keys", "3", "--transfer", "dealer=busy")
    assert "    calls       +861088886666 → busy" in busy
    assert "ends            queue sales" in busy


def test_a_caller_is_told_of_a_recording_as_a_configuration_says(terminal: Terminal) -> None:
    rules = "[[recording.rules]]\ntaping = 'always'\nnotice = 'welcome'\n"
    config = terminal.folder.parent / "site.toml"
    config.write_text(f"[queues.sales]\n{rules}", encoding="utf-8")
    words = ("walk", "hotline", "--keys", "3", "--transfer", "dealer=busy")
    told = terminal.run(*words, "--config", str(config))
    assert "您好" in told.splitlines()[-3]
    assert "ends            queue sales" in told
    assert told.count("您好") == terminal.run(*words).count("您好") + 1
    config.write_text("[queues]\nsales = 3", encoding="utf-8")
    assert "site.toml" in terminal.run(*words, "--config", str(config), code=2)


def test_what_is_asked_of_the_house_is_told(terminal: Terminal) -> None:
    path = terminal.write("care", CARE)
    output = terminal.run(
        *("walk", path, "--customer", "id=7,name=Li [7]", "--caller", "+8613800138000"),
        *("--keys", "#"),
    )
    assert "    looks for   7 → Li [7]" in output
    assert "    records     → recording" in output
    assert "    answers     why: recording" in output
    assert "    reads       +8613800138000 → +8613800138000" in output
    assert "ends            callback sales" in output
    nobody = terminal.run("walk", path, "--caller", "10086")
    assert "    looks for   7 → nobody" in nobody
    assert "    records     → nothing" in nobody
    assert "    reads       10086 → none" in nobody
    failed = terminal.run("walk", path, "--fail", "why")
    assert "    plays       → fails: it is told to fail" in failed


def test_a_walk_for_programs(terminal: Terminal) -> None:
    told = json.loads(
        terminal.run(
            *("walk", str(terminal.folder / "hotline.toml"), "--json", "--keys", "2,12345678#,9"),
            *("--reply", 'balance={"balance": 12.5}', "--fact", "customer.tier=silver"),
            *("--at", "2026-10-01T09:00+08:00", "--dialed", "4001"),
        )
    )
    assert told == {
        "ends": "queue sales",
        "failure": "",
        "language": "zh",
        "steps": [
            {"flow": flow, "step": step, "came": came}
            for flow, step, came in (
                ("hotline", "who", ""),
                ("hotline", "welcome", "otherwise"),
                ("hotline", "menu", "then"),
                ("hotline", "order", "key 2"),
                ("order", "ask", ""),
                ("order", "done", "then"),
                ("hotline", "balance", "then"),
                ("hotline", "ticket", "then"),
                ("hotline", "attach", "then"),
                ("hotline", "sales", "then"),
            )
        ],
        "heard": ["welcome", "menu", "enter_order"],
        "pressed": [{"step": "menu", "keys": "2"}, {"step": "ask", "keys": "12345678#"}],
        "attached": {"Order": "12345678", "Balance": "12.5", "Ticket": "1"},
        "answers": {},
        "tickets": [{"kind": "repair", "title": "Order 12345678", "details": "", "urgent": False}],
        "left_over": ["9"],
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--keys", "1;2"), "is no key"),
        (("--at", "noon"), "`at`"),
        (("--customer", "tier=brass"), "`customer.tier`"),
        (("--customer", "gold"), "is no NAME=VALUE"),
        (("--reply", "balance={"), "`balance`"),
        (("--transfer", "dealer=gone"), "`transfers.dealer`"),
    ],
)
def test_what_is_typed_wrongly_is_told(
    terminal: Terminal, words: tuple[str, ...], told: str
) -> None:
    assert told in terminal.run("walk", "hotline", *words, code=2)


# -- test


def test_tests_that_pass_are_counted(terminal: Terminal) -> None:
    output = terminal.run("test")
    assert "without a test: order" in output
    assert output.splitlines()[-1] == "2 tests of 2 flows: all pass"


def test_a_test_that_fails_says_what_differs(terminal: Terminal) -> None:
    path = terminal.write(
        "hotline", HOTLINE.replace('customer = { tier = "gold" }\n', 'keys = "9"\n')
    )
    output = terminal.run("test", path, code=1)
    assert output.splitlines()[:3] == [
        "hotline: a gold caller goes straight to a person",
        "    ends: expected `queue sales`, ends `goodbye`",
        "    walked: who → welcome → menu → english → menu → bye",
    ]
    assert output.splitlines()[-1] == "2 tests of 1 flow: 1 fail"


# -- draw


def test_a_flow_is_drawn(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    out = terminal.folder / "hotline.svg"
    assert terminal.run("draw", "hotline", "-o", str(out)) == ""
    picture = out.read_text(encoding="utf-8")
    assert "</svg>" in picture
    assert "您好" in picture
    assert "Welcome" in terminal.run("draw", "hotline", "--svg", "--language", "en")
    assert terminal.run("draw", "hotline", "--dot").startswith('digraph "hotline"')
    assert terminal.run("draw", "hotline", "--mermaid").startswith("flowchart TD")
    assert "take one of" in terminal.run("draw", "hotline", "--dot", "--svg", code=2)
    monkeypatch.setenv("PATH", str(terminal.folder))
    assert "install the package graphviz" in terminal.run("draw", "hotline", code=1)


# -- schema


def test_the_schema_is_one(terminal: Terminal) -> None:
    told = json.loads(terminal.run("schema"))
    assert "steps" in told["properties"]
