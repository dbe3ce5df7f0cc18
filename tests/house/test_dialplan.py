"""The dialplan and Asterisk's configuration agree with each other."""

import re
from pathlib import Path

import pytest

from ccserver.ami.link import KEYS_FROM

ROOT = Path(__file__).parents[2]
DIALPLAN = ROOT / "dialplan"
ETC = ROOT / "asterisk-docker" / "etc" / "asterisk"
GIVEN = {"default"}
MODULE_OF = {
    "AGI": "res_agi",
    "Dial": "app_dial",
    "Queue": "app_queue",
    "MixMonitor": "app_mixmonitor",
    "StopMixMonitor": "app_mixmonitor",
    "StartMusicOnHold": "res_musiconhold",
    "StopMusicOnHold": "res_musiconhold",
    "MusicOnHold": "res_musiconhold",
    "UserEvent": "app_userevent",
    "Playback": "app_playback",
    "Gosub": "app_stack",
    "GosubIf": "app_stack",
    "Return": "app_stack",
    "StackPop": "app_stack",
    "ExecIf": "app_exec",
    "Exec": "app_exec",
    "TryExec": "app_exec",
    "Read": "app_read",
    "Record": "app_record",
    "Verbose": "app_verbose",
    "Log": "app_verbose",
    "Originate": "app_originate",
    "BridgeWait": "app_bridgewait",
    "ChanSpy": "app_chanspy",
    "ChannelRedirect": "app_channelredirect",
    "ConfBridge": "app_confbridge",
    "ConfKick": "app_confbridge",
    "Echo": "app_echo",
    "AMD": "app_amd",
    "WaitForSilence": "app_waitforsilence",
    "AddQueueMember": "app_queue",
}
CORE = {
    "Answer",
    "BackGround",
    "Bridge",
    "Busy",
    "Congestion",
    "ExecIfTime",
    "Goto",
    "GotoIf",
    "GotoIfTime",
    "Hangup",
    "ImportVar",
    "Incomplete",
    "MSet",
    "NoOp",
    "Proceeding",
    "Progress",
    "RaiseException",
    "Ringing",
    "Set",
    "SetAMAFlags",
    "Wait",
    "WaitDigit",
    "WaitExten",
}
"""What Asterisk's core brings itself (main/pbx_builtins.c)."""


def code(file: Path) -> str:
    """The file without its comments."""
    return "\n".join(re.split(r"(?<!\\);", line)[0] for line in file.read_text().splitlines())


def whole() -> str:
    return "\n".join(code(file) for file in sorted(DIALPLAN.glob("*.conf")))


def contexts() -> set[str]:
    return set(re.findall(r"(?m)^\[([\w-]+)\]", whole())) - {"general", "globals"}


NAMING = (
    r"Goto\(([a-z][\w-]*),[^,)]+,",
    r"[?:]([a-z][\w-]*),[^,:)]+,\w+",
    r"(?:Gosub|hangup_handler_push\)?)[=(]([a-z][\w-]*),",
    r"[UFGb]\(([a-z][\w-]*)",
    r"(?m)^\s*include\s*=>\s*([\w-]+)",
)
"""Where the dialplan names a context of its own."""


def test_every_context_that_is_named_exists() -> None:
    named = {name for pattern in NAMING for name in re.findall(pattern, whole())}
    for file in ("pjsip_agent_template.conf", "pjsip.conf"):
        named |= set(re.findall(r"(?m)^(?:endpoint/)?context\s*=\s*(\S+)", code(ETC / file)))
    assert {"from-trunk", "from-agents"} <= named
    assert named <= contexts() | GIVEN


def test_every_application_that_is_used_is_loaded() -> None:
    used = set(re.findall(r"(?:=>\s*[^,\n]+,[^,\n]+,|same\s*=>\s*[^,\n]+,)\s*(\w+)", whole()))
    loaded = set(re.findall(r"(?m)^(?:load|require)\s*=\s*(\w+)\.so", code(ETC / "modules.conf")))
    unknown = used - CORE - set(MODULE_OF)
    assert not unknown, "name its module in this test"
    assert {MODULE_OF[name] for name in used & set(MODULE_OF)} <= loaded


def test_callers_words_reach_no_event_and_no_shell() -> None:
    """A name like `bob,Event: X` would forge headers: ids alone go into events."""
    for line in whole().splitlines():
        if re.search(r"UserEvent\(|System\(|TrySystem\(|SHELL\(|EVAL\(", line):
            assert "CALLERID(" not in line
            assert "SHELL(" not in line


@pytest.mark.parametrize("file", sorted(ETC.glob("*.conf")), ids=lambda file: file.name)
def test_the_entrypoint_fills_every_blank(file: Path) -> None:
    names = (ROOT / "asterisk-docker" / "entrypoint.sh").read_text()
    given = set(re.search(r"names='([^']*)'", names)[1].split())  # type: ignore[index]  # it is there
    blanks = set(re.findall(r"@(\w+)@", code(file)))
    assert blanks <= given


def test_keys_are_told_of_talks_only() -> None:
    """Asterisk's filter and the one that the link asks for let the same through."""
    (where,) = re.findall(
        r"(?m)^eventfilter\(name\(DTMFEnd\).*\)\s*=\s*(\S+)$", code(ETC / "manager.conf")
    )
    assert where == KEYS_FROM
    named = set(re.findall(r"[a-z][\w-]+", where))
    assert named <= contexts()
    assert not named & {"cc-arrival", "cc-leave", "cc-survey", "cc-announce", "cc-voicemail"}
