"""The script that Asterisk forks while ccserver is away."""

import io
import subprocess
import sys
import uuid
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TextIO, cast

import pytest
from asterisk.agi import AGIHangup  # type: ignore[import-untyped]  # pyst2 has no types
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from agi_scripts import fallback
from agi_scripts.fallback import SafeAGI, Site, serve
from ccserver.agi import numbers
from ccserver.core.ids import ContactId, Queue
from ccserver.core.seen import Ticket, unpack
from ccserver.core.value import VALUE_OF_TIER, Tier
from tests.agi.asterisk import environment, variables

SCRIPT = Path(fallback.__file__)
SITE = Site(sounds="/sounds", country="+86", language="zh", dialed="4001")
NOW = 1_732_240_000.5
CONTACT = "01935c2e-7b00-7000-8000-000000000001"
TICKET = Ticket(
    contact=ContactId(CONTACT),
    arrived_at=NOW - 100,
    queued_at=NOW - 90,
    queue=Queue("sales"),
    tier=Tier.SILVER,
    value=0.4,
    language="en",
    customer="",
    caller="+8613800138000",
    dialed="4001",
    keys=(("menu", "1"),),
)


class Asterisk(io.TextIOBase):
    """Both pipes of a forked script: answers each command from a table."""

    def __init__(self, replies: dict[str, str], block: bytes | None = None) -> None:
        text = (environment() if block is None else block).decode()
        self._lines = deque(text.splitlines(keepends=True))
        self._replies = {
            'GET VARIABLE "CC_CALL"': "200 result=0",
            'GET VARIABLE "CC_CONTACT"': f"200 result=1 ({CONTACT})",
            "DATABASE GET": "200 result=0",
            "ANSWER": "200 result=0",
            "GET OPTION": "200 result=49 endpos=8000",
            "SET VARIABLE": "200 result=1",
            "EXEC": "200 result=0",
            **replies,
        }
        self.commands: list[str] = []

    @override
    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # text
        return self._lines.popleft() if self._lines else ""

    @override
    def write(self, text: str, /) -> int:
        self.commands.append(text.removesuffix("\n"))
        reply = next(r for start, r in self._replies.items() if text.startswith(start))
        self._lines.extend(f"{reply}\n".splitlines(keepends=True) if reply else [])
        return len(text)


def fall_back(
    replies: dict[str, str] | None = None, block: bytes | None = None
) -> tuple[list[str], dict[str, str]]:
    """Serve one caller. Returns the commands, and what was set last."""
    asterisk = Asterisk(replies or {}, block)
    pipe = cast(TextIO, asterisk)
    serve(SafeAGI(pipe, pipe), SITE, now=lambda: NOW)
    return asterisk.commands, variables(asterisk.commands[-1])


# -- the story


def test_a_new_caller_chooses_and_enters_with_a_ticket() -> None:
    commands, set_ = fall_back()
    assert [command.split('"')[0].strip() for command in commands] == [
        *("GET VARIABLE", "GET VARIABLE", "DATABASE GET", "ANSWER", "GET OPTION", "EXEC MSet")
    ]
    assert commands[2] == 'DATABASE GET "cc-tier" "+8613800138000"'
    assert commands[4] == 'GET OPTION "/sounds/zh/menu" "0123456789*#" 5000'
    assert list(set_) == ["CC_CALL", "QUEUE_PRIO", "CC_FALLBACK"]
    assert set_["CC_FALLBACK"] == "OK"
    ticket = unpack(set_["CC_CALL"])
    assert ticket is not None
    assert (ticket.contact, ticket.queue, ticket.tier) == (CONTACT, "sales", Tier.STANDARD)
    assert (ticket.caller, ticket.dialed, ticket.keys) == (
        *("+8613800138000", "4001"),
        (("menu", "1"),),
    )


def test_a_platinum_caller_hears_no_menu() -> None:
    commands, set_ = fall_back({"DATABASE GET": "200 result=1 (platinum)"})
    assert not any(command.startswith("GET OPTION") for command in commands)
    ticket = unpack(set_["CC_CALL"])
    assert ticket is not None
    assert (ticket.tier, ticket.queue, ticket.keys) == (Tier.PLATINUM, "operator", ())


def test_who_has_waited_keeps_the_ticket_and_the_claim_and_hears_no_menu() -> None:
    commands, set_ = fall_back({'GET VARIABLE "CC_CALL"': f"200 result=1 ({TICKET.pack()})"})
    assert len(commands) == 2
    assert set_ == {
        "QUEUE_PRIO": str(fallback.priority(fallback.RANKS["silver"], NOW - 90)),
        "CC_FALLBACK": "OK",
    }


def test_a_caller_whom_no_flow_has_met_gets_a_contact() -> None:
    commands, set_ = fall_back({'GET VARIABLE "CC_CONTACT"': "200 result=0"})
    (setting,) = (command for command in commands if command.startswith("SET VARIABLE"))
    contact = setting.split('"')[3]
    assert setting.startswith('SET VARIABLE "__CC_CONTACT"')
    assert uuid.UUID(contact).version == 7
    ticket = unpack(set_["CC_CALL"])
    assert ticket is not None
    assert ticket.contact == contact


@pytest.mark.parametrize(
    "reply",
    [
        "200 result=0 endpos=8000",
        "200 result=55 endpos=8000",
        "200 result=-1 endpos=0",
        "510 Invalid or unknown command",
        "520-Invalid command syntax.  Proper usage follows:\nUsage: X\n520 End of proper usage.",
        "200 result=nonsense",
    ],
    ids=["silent", "wrong key", "lost prompt", "510", "520", "nonsense"],
)
def test_who_gives_no_answer_reaches_the_operator(reply: str) -> None:
    _, set_ = fall_back({"GET OPTION": reply})
    ticket = unpack(set_["CC_CALL"])
    assert ticket is not None
    assert ticket.queue == "operator"


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("GET OPTION", "511 Command Not Permitted on a dead channel"),
        ("GET OPTION", "HANGUP"),
        ("ANSWER", ""),
    ],
)
def test_a_hangup_ends_the_script(command: str, reply: str) -> None:
    with pytest.raises(AGIHangup):
        fall_back({command: reply})


def test_a_hangup_notice_before_a_reply_shifts_nothing() -> None:
    with pytest.raises(AGIHangup):
        fall_back({"DATABASE GET": "HANGUP\n200 result=1 (gold)"})


@pytest.mark.parametrize("reply", ["200 result=1 (king)", "200 result=1 (a\nb)", "200 result=0"])
def test_a_tier_that_is_none_is_standard(reply: str) -> None:
    ticket = unpack(fall_back({"DATABASE GET": reply})[1]["CC_CALL"])
    assert ticket is not None
    assert ticket.tier == Tier.STANDARD


@pytest.mark.parametrize(
    "text",
    ["bob,Event: X", "x\n\nagi_threadid: 1\n\n200 result=49\n", 'a"|,${SHELL(id)}', "y" * 9000],
    ids=["event", "lines", "shell", "long"],
)
@pytest.mark.parametrize("where", ["caller", "name"])
def test_a_callers_text_changes_nothing_but_its_own_ticket(text: str, where: str) -> None:
    commands, set_ = fall_back(block=environment(**{where: text}))
    assert set(set_) == {"CC_CALL", "QUEUE_PRIO", "CC_FALLBACK"}
    ticket = unpack(set_["CC_CALL"])
    assert ticket is not None
    assert (ticket.dialed, ticket.queue) == ("4001", "sales")
    assert all(len(command) < fallback.COMMAND_BYTES_MAX for command in commands)


# -- priorities


def test_a_better_tier_goes_first_and_within_a_tier_who_waits_longest() -> None:
    order = [("gold", NOW - 1), ("platinum", NOW), ("gold", NOW - 600), ("standard", NOW - 9000)]
    ranked = sorted(order, key=lambda claim: -fallback.priority(fallback.RANKS[claim[0]], claim[1]))
    assert ranked == [
        *(("platinum", NOW), ("gold", NOW - 600)),
        *(("gold", NOW - 1), ("standard", NOW - 9000)),
    ]


def test_an_emergency_enters_before_the_best_tier_and_after_those_that_came_before_it() -> None:
    def entered(tier: Tier, queued_at: float, *, urgent: bool) -> int:
        packed = replace(TICKET, tier=tier, queued_at=queued_at, urgent=urgent).pack()
        _, set_ = fall_back({'GET VARIABLE "CC_CALL"': f"200 result=1 ({packed})"})
        return int(set_["QUEUE_PRIO"])

    first = entered(Tier.STANDARD, NOW - 5, urgent=True)
    second = entered(Tier.PLATINUM, NOW - 4, urgent=True)
    assert first > second > entered(Tier.PLATINUM, NOW - 9000, urgent=False)


@given(st.sampled_from([*fallback.RANKS.values(), fallback.URGENT]), st.floats(0, 1e11))
def test_a_priority_fits_asterisks_integer(rank: int, since: float) -> None:
    assert 0 <= fallback.priority(rank, since) < 2**31


# -- what is written twice is the same


@given(
    arrived_at=st.floats(1.7e9, 2e9),
    wait=st.floats(0, 1e4),
    tier=st.sampled_from(list(Tier)),
    key=st.sampled_from(["", "1", "#"]),
    caller=st.sampled_from(["", "+8613800138000", "bob"]),
)
def test_both_packers_write_the_same_ticket(
    arrived_at: float, wait: float, tier: Tier, key: str, caller: str
) -> None:
    packed = fallback.pack(
        contact=CONTACT,
        arrived_at=arrived_at,
        queued_at=arrived_at + wait,
        queue="sales",
        tier=tier,
        language="zh",
        caller=caller,
        dialed="4001",
        keys=f"menu={key}",
    )
    ticket = Ticket(
        contact=ContactId(CONTACT),
        arrived_at=arrived_at,
        queued_at=arrived_at + wait,
        queue=Queue("sales"),
        tier=tier,
        value=VALUE_OF_TIER[tier],
        language="zh",
        customer="",
        caller=caller,
        dialed="4001",
        keys=(("menu", key),),
    )
    assert packed == ticket.pack()
    queued_at = round((arrived_at + wait) * 1000) / 1000
    assert fallback.unpack(packed) == (fallback.RANKS[tier], queued_at)
    urgent = replace(ticket, urgent=True).pack()
    assert fallback.unpack(urgent) == (fallback.URGENT, queued_at)


def test_the_tiers_have_the_same_values() -> None:
    assert {str(tier): value for tier, value in VALUE_OF_TIER.items()} == fallback.VALUES


@pytest.mark.parametrize("line", ["", "x", "|" * 11, "a|1|x|q|gold|1|0|zh|||4001|"])
def test_a_line_that_is_no_ticket_is_none(line: str) -> None:
    assert fallback.unpack(line) is None


@pytest.mark.parametrize(
    "text",
    [
        *("13800138000", "+86 138-0013-8000", "0086 13800138000", "010-12345678", "+12125551234"),
        *("95588", "1001", "anonymous", "bob,Event: X", "call 13800138000"),
    ],
)
def test_both_read_a_number_alike(text: str) -> None:
    assert fallback.caller_number(text, "+86") == numbers.caller_number(text, "CN")


@given(st.floats(0, 2e9), st.binary(min_size=10, max_size=10))
def test_a_contact_is_a_uuid7_of_its_time(at: float, luck: bytes) -> None:
    made = uuid.UUID(fallback.uuid7(at, luck))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == int(at * 1000)


# -- as Asterisk runs it


def forked(replies: Iterable[str], block: bytes) -> subprocess.CompletedProcess[str]:
    """The script in a process of its own, with all replies in the pipe already."""
    return subprocess.run(
        [sys.executable, str(SCRIPT), *SITE],
        input=block.decode() + "".join(f"{reply}\n" for reply in replies),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_process_serves_a_caller_and_says_nothing_of_him() -> None:
    replies = ["200 result=0", f"200 result=1 ({CONTACT})", "200 result=1 (gold)"]
    replies += ["200 result=0", "200 result=50 endpos=1", "200 result=0"]
    ran = forked(replies, environment(name="Li\rMei"))
    assert (ran.returncode, ran.stderr) == (0, "")
    last = variables(ran.stdout.splitlines()[-1])
    assert last["CC_FALLBACK"] == "OK"
    ticket = unpack(last["CC_CALL"])
    assert ticket is not None
    assert (ticket.tier, ticket.queue) == (Tier.GOLD, "service")


def test_a_process_that_fails_tells_no_personal_data() -> None:
    ran = forked(["nonsense about +8613800138000"], environment())
    assert (ran.returncode, ran.stderr) == (1, "fallback: AGIUnknownError\n")


def test_a_process_whose_caller_hung_up_ends_quietly() -> None:
    ran = forked([], environment())
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_script_imports_nothing_of_the_project() -> None:
    asked = f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import fallback; "
    asked += "print([name for name in sys.modules if name.startswith('ccserver')])"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
