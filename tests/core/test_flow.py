"""What can be read off a flow without walking it."""

from ccserver.core.flow import reads, targets, writes
from ccserver.core.spoken import Form
from ccserver.core.steps import Digits, Menu, Say, Spoken, text_of
from tests.core.walks import HELLO, flow, step

MENU = Menu(
    prompts=(HELLO, Spoken(form=Form.NUMBER, text=text_of("{n}"))),
    keys={"1": step("sales")},
    otherwise=step("bye"),
    silent=step("bye"),
    timeout_seconds=5,
)


def test_where_a_step_can_lead() -> None:
    found = targets(flow({"m": MENU}, on_error={step("m"): step("sales")}), step("m"))
    assert found == {"key 1": "sales", "otherwise": "bye", "silent": "bye", "error": "sales"}


def test_what_a_step_reads_and_writes() -> None:
    assert list(reads(MENU)) == ["n"]
    assert writes(MENU) == {}
    digits = Digits(
        prompts=(), into="n", length_min=1, length_max=2, then=step("bye"), otherwise=step("bye")
    )
    assert writes(digits) == {"then": {"n"}}


def test_the_facts_of_a_step() -> None:
    say = Say(prompts=(Spoken(form=Form.SPELL, text=text_of("{customer.id}")),), then=step("bye"))
    assert flow({"s": say}).facts[step("s")] == ("customer.id",)
