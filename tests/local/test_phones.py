"""SIPp's callers and phones, through a dialplan of two lines."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ccserver.local.asterisk import Asterisk
from ccserver.local.phones import (
    Caller,
    CallerScript,
    Phones,
    PhoneScript,
    Tally,
    start_callers,
    start_phones,
    unregister,
)
from ccserver.local.processes import LocalError, until
from tests.local.switchboard import install_phones, running

pytestmark = pytest.mark.asterisk

LOGINS = {phone: f"word-{phone}" for phone in ("1001", "1002", "1003", "1004")}
LI = Caller(number="+8613800000001", name="Li Ming")


@pytest.fixture(scope="module")
def switch(servers_home: Path, prompts: Path, asterisk_ready: Path) -> Iterator[Asterisk]:
    with running(servers_home / "phones", prompts) as asterisk:
        install_phones(asterisk, LOGINS.items())
        yield asterisk


def phones(switch: Asterisk, folder: Path, script: PhoneScript, *names: str) -> Phones:
    logins = [(name, LOGINS[name]) for name in names]
    return start_phones(folder / "phones", logins, script, sip_port=switch.ports.sip)


def ring(switch: Asterisk, folder: Path, script: CallerScript) -> Phones:
    return start_callers(folder / "callers", [LI], script, sip_port=switch.ports.sip)


def test_a_caller_reaches_the_agent_whose_key_was_pressed(switch: Asterisk, tmp_path: Path) -> None:
    agents = phones(switch, tmp_path, PhoneScript(), "1001", "1002")
    callers = ring(switch, tmp_path, CallerScript(keys="2", hang_up_seconds=2.0))
    assert callers.wait(15.0) == Tally(created=1, succeeded=1, failed=0)
    (invite,) = agents.invites()
    assert invite.first_line.startswith("INVITE sip:1002@")
    called = next(sip.at for sip in callers.messages() if sip.first_line.startswith("INVITE "))
    assert 1.0 < invite.at - called < 3.0, "rung after the key, by the same clock"
    agents.stop()
    sound = np.fromfile(switch.recordings / "talk.sln", dtype="<i2")
    assert np.abs(sound).max() > 1000, "someone was heard"


def test_the_agent_may_hang_up(switch: Asterisk, tmp_path: Path) -> None:
    agents = phones(switch, tmp_path, PhoneScript(talk_seconds=0.5), "1001")
    callers = ring(switch, tmp_path, CallerScript(keys="1"))
    assert callers.wait(15.0).succeeded == 1
    assert [sip.first_line for sip in callers.messages() if sip.first_line.startswith("BYE ")]
    assert until(lambda: agents.tally().succeeded == 1, 5.0)
    agents.stop()


@pytest.mark.parametrize(
    "script", [PhoneScript(busy=True), PhoneScript(answer=False)], ids=["busy", "no_answer"]
)
def test_the_agent_may_not_take_the_call(
    switch: Asterisk, tmp_path: Path, script: PhoneScript
) -> None:
    agents = phones(switch, tmp_path, script, "1003")
    callers = ring(switch, tmp_path, CallerScript(keys="3", hang_up_seconds=0.8))
    assert callers.wait(15.0).failed == 0
    assert len(agents.invites()) == 1
    # The phone's own call ended in good order: 486, or 487 after the CANCEL.
    assert until(lambda: agents.tally().succeeded == 1, 5.0), agents.errors()
    assert agents.tally().failed == 0
    agents.stop()


def test_phones_come_and_go(switch: Asterisk, tmp_path: Path) -> None:
    agents = phones(switch, tmp_path, PhoneScript(), "1004")
    assert "1004" in switch.console("pjsip show contacts")
    unregister(tmp_path / "bye", agents, [("1004", LOGINS["1004"])], sip_port=switch.ports.sip)
    assert "1004" not in switch.console("pjsip show contacts")


def test_a_wrong_password_registers_no_phone(switch: Asterisk, tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="Only 0 of 1 phones could register"):
        start_phones(
            tmp_path / "phones", [("1001", "wrong")], PhoneScript(), sip_port=switch.ports.sip
        )


def test_a_caller_with_an_agent_s_number_is_still_a_caller(
    switch: Asterisk, tmp_path: Path
) -> None:
    agents = phones(switch, tmp_path, PhoneScript(), "1001")
    callers = start_callers(
        tmp_path / "callers",
        [Caller(number="1001")],
        CallerScript(keys="1", hang_up_seconds=0.5),
        sip_port=switch.ports.sip,
    )
    assert callers.wait(15.0).succeeded == 1
    assert len(agents.invites()) == 1
    agents.stop()


def test_what_sipp_cannot_send_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="semicolon"):
        start_callers(tmp_path, [Caller(number="1", name="a;b")], CallerScript(), sip_port=5060)
    with pytest.raises(KeyError):
        start_callers(tmp_path, [LI], CallerScript(keys="A"), sip_port=5060)


def test_every_key_arrives_also_the_same_one_again(switch: Asterisk, tmp_path: Path) -> None:
    caller = Caller(number="+8613800000001", dialed="4002")
    script = CallerScript(keys="1123*0099#", first_key_seconds=0.5, next_key_seconds=0.15)
    callers = start_callers(tmp_path, [caller], script, sip_port=switch.ports.sip)
    assert callers.wait(15.0).succeeded == 1
    assert "1123*0099" in switch.console("database get test keys"), "# ends them"
