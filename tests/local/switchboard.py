"""A tiny Asterisk of a test's own: two lines of dialplan, and a hand on its manager interface."""

import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ccserver.ami.endpoints import PhoneLogin, endpoint_actions
from ccserver.core.ids import Phone
from ccserver.local.asterisk import Asterisk, choose_ports, start_asterisk
from ccserver.local.processes import until

SECRET = r"a secret&with|signs\1"
DIALPLAN = """
[from-trunk]
exten => 4001,1,Answer()
 same => n,Read(KEY,/var/lib/asterisk/cc-sounds/en/menu,1,,1,8)
 same => n,MixMonitor(/var/spool/asterisk/recording/talk.sln)
 same => n,Dial(PJSIP/100${FILTER(0-9,${KEY})},10)
 same => n,Hangup()
exten => 4002,1,Answer()
 same => n,Read(KEYS,/var/lib/asterisk/cc-sounds/en/menu,20,,1,8)
 same => n,Set(DB(test/keys)=${KEYS})
 same => n,Hangup()
[from-agents]
exten => _X.,1,Hangup()
"""


@contextmanager
def running(home: Path, sounds: Path, more: Mapping[str, str] | None = None) -> Iterator[Asterisk]:
    """Start one, with `more` in its environment, and stop it."""
    dialplan = home / "dialplan"
    dialplan.mkdir(parents=True)
    (dialplan / "extensions.conf").write_text(DIALPLAN)
    asterisk = start_asterisk(
        home,
        ports=choose_ports(rtp_ports=200),
        secret=SECRET,
        agi_url="agi://127.0.0.1:1",
        sounds=sounds,
        dialplan=dialplan,
        more=more,
        lasting=False,
    )
    try:
        yield asterisk
    finally:
        asterisk.stop()


class Manager:
    """One AMI connection, one action at a time."""

    def __init__(self, asterisk: Asterisk) -> None:
        self._socket = socket.create_connection(("127.0.0.1", asterisk.ports.ami), timeout=10.0)
        self._lines = self._socket.makefile("rb")
        self.banner = self._lines.readline().decode().strip()

    def ask(self, headers: Iterable[tuple[str, str]]) -> str:
        """Send an action; return its response's first line and message."""
        text = "".join(f"{name}: {value}\r\n" for name, value in headers)
        self._socket.sendall(text.encode() + b"\r\n")
        while not (message := self._read()).startswith("Response:"):
            pass
        return message

    def _read(self) -> str:
        lines: list[str] = []
        while line := self._lines.readline().decode().strip():
            lines.append(line)
        return " ".join(lines)

    def log_in(self) -> None:
        """As ccserver does."""
        answer = self.ask([("Action", "Login"), ("Username", "ccserver"), ("Secret", SECRET)])
        assert answer == "Response: Success Message: Authentication accepted"

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()


def install_phones(asterisk: Asterisk, logins: Iterable[tuple[str, str]]) -> None:
    """Make exactly these phones, (phone, password), known to Asterisk."""
    manager = Manager(asterisk)
    try:
        manager.log_in()
        phones = [PhoneLogin(phone=Phone(name), password=word) for name, word in logins]
        for action in endpoint_actions(phones):
            assert manager.ask(action) == "Response: Success"
    finally:
        manager.close()
    names = sorted(phone.phone for phone in phones)
    # The reload is a task of Asterisk's own, which ends some moments after its answer.
    assert until(lambda: known_phones(asterisk) == names, 5.0), known_phones(asterisk)


def known_phones(asterisk: Asterisk) -> list[str]:
    """The endpoints beside the trunk."""
    lines = asterisk.console("pjsip show endpoints").splitlines()
    names = [line.split()[1].partition("/")[0] for line in lines if line.startswith(" Endpoint:")]
    return sorted(name for name in names if name[0].isdigit())
