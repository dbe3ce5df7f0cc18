"""A real Asterisk in its own root folder: whole, quiet, alone, and gone when it is stopped."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccserver.local.asterisk import Asterisk, choose_ports, start_asterisk
from ccserver.local.processes import LocalError, free_port
from ccserver.local.root import asterisk_root
from tests.certificate import write_certificate
from tests.local.switchboard import Manager, install_phones, known_phones, running

pytestmark = pytest.mark.asterisk

APPLICATIONS = [
    "Answer",
    "AGI",
    "StartMusicOnHold",
    "UserEvent",
    "Wait",
    "Dial",
    "Queue",
    "MixMonitor",
    "StopMixMonitor",
    "Gosub",
    "Return",
    "Set",
    "MSet",
    "GotoIf",
    "Playback",
    "Hangup",
    "ExecIf",
    "NoOp",
    "Read",
    "ChanSpy",
]
FUNCTIONS = [
    "FILTER",
    "CUT",
    "DB",
    "GROUP",
    "GROUP_COUNT",
    "CALLERID",
    "CHANNEL",
    "HANGUPCAUSE",
    "IF",
    "LEN",
    "GLOBAL",
    "TIMEOUT",
    "DEVICE_STATE",
    "PJSIP_CONTACT",
    "STRFTIME",
]


@pytest.fixture(scope="module")
def small(servers_home: Path, prompts: Path, asterisk_ready: Path) -> Iterator[Asterisk]:
    with running(servers_home / "small", prompts) as asterisk:
        yield asterisk


def test_the_root_folder_is_built_once(asterisk_ready: Path) -> None:
    stamp = asterisk_ready.stat().st_ctime_ns
    assert asterisk_root() == asterisk_ready
    assert asterisk_ready.stat().st_ctime_ns == stamp


def test_it_starts_without_an_error_or_warning(small: Asterisk) -> None:
    log = small.log.read_text()
    assert "ERROR" not in log
    assert "WARNING" not in log


@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_of_the_dialplan_is_loaded(small: Asterisk, name: str) -> None:
    assert "Synopsis" in small.console(f"core show application {name}")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_the_dialplan_is_loaded(small: Asterisk, name: str) -> None:
    assert "Synopsis" in small.console(f"core show function {name}")


def test_music_and_the_queue_are_there(small: Asterisk) -> None:
    assert "hold" in small.console("moh show files")
    assert "cc has 0 calls" in small.console("queue show cc")


def test_a_secret_may_hold_any_sign(small: Asterisk) -> None:
    manager = Manager(small)
    manager.log_in()
    manager.close()


def test_two_run_side_by_side_and_leave_nothing(servers_home: Path, prompts: Path) -> None:
    with running(servers_home / "left", prompts) as left:
        with running(servers_home / "right", prompts) as right:
            assert left.ports != right.ports
            for asterisk in (left, right):
                manager = Manager(asterisk)
                assert manager.banner.startswith("Asterisk Call Manager/")
                manager.close()
        assert not right.running.alive()
        assert left.running.alive()
    assert not left.running.alive()
    assert str(servers_home) not in Path("/proc/self/mounts").read_text()


def test_a_second_start_finds_the_one_that_runs(servers_home: Path, prompts: Path) -> None:
    home = servers_home / "again"
    with running(home, prompts) as first:
        second = start_asterisk(
            home, ports=first.ports, secret=first.secret, agi_url="agi://x", sounds=prompts
        )
        assert second.running == first.running


def test_phones_outlive_a_crash(servers_home: Path, prompts: Path) -> None:
    home = servers_home / "crash"
    with running(home, prompts) as first:
        install_phones(first, [("1001", "one"), ("1002", "two")])
        first.kill()
        second = start_asterisk(
            home, ports=first.ports, secret=first.secret, agi_url="agi://x", sounds=prompts,
            dialplan=home / "dialplan", lasting=False,
        )  # fmt: skip
        assert known_phones(second) == ["1001", "1002"]
        second.stop()


def test_with_a_certificate_only_tls_is_for_other_machines(
    servers_home: Path, prompts: Path
) -> None:
    home, port = servers_home / "tls", free_port()
    write_certificate(home / "etc" / "cert.pem", home / "etc" / "key.pem")
    more = {
        "CC_TLS_CERT": "/etc/asterisk/cert.pem",
        "CC_TLS_KEY": "/etc/asterisk/key.pem",
        "CC_TLS_PORT": str(port),
        "CC_BIND": "0.0.0.0",
    }
    with running(home, prompts, more) as asterisk:
        status = asterisk.console("http show status")
        assert f"127.0.0.1:{asterisk.ports.http}" in status
        assert f"0.0.0.0:{port}" in status
        # Before the connection: Asterisk writes an ERROR when a client goes before its answer.
        assert "ERROR" not in asterisk.log.read_text()
        trusted = ssl.create_default_context(cafile=str(home / "etc" / "cert.pem"))
        with socket.create_connection(("127.0.0.1", port), timeout=5.0) as raw:
            with trusted.wrap_socket(raw, server_hostname="localhost") as line:
                assert line.version() in {"TLSv1.2", "TLSv1.3"}


def test_without_a_certificate_there_is_no_tls(small: Asterisk) -> None:
    assert "HTTPS" not in small.console("http show status")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"CC_TLS_CERT": "/etc/asterisk/asterisk.conf"}, "set both, or none"),
        ({"CC_TLS_KEY": "/etc/asterisk/asterisk.conf"}, "set both, or none"),
        ({"CC_TLS_CERT": "/nowhere", "CC_TLS_KEY": "/nowhere"}, "/nowhere cannot be read"),
    ],
)
def test_half_a_certificate_is_refused(
    servers_home: Path, prompts: Path, given: dict[str, str], told: str
) -> None:
    with pytest.raises(LocalError, match=told):
        with running(servers_home / f"half-{len(given)}-{min(given)}", prompts, given):
            pass


def test_what_goes_wrong_is_told_with_the_log(servers_home: Path, prompts: Path) -> None:
    dialplan = servers_home / "wrong" / "dialplan"
    dialplan.mkdir(parents=True)
    with pytest.raises(LocalError, match="does not exist"):
        start_asterisk(
            servers_home / "wrong", ports=choose_ports(rtp_ports=200), secret="x", agi_url="agi://x",
            sounds=prompts, dialplan=dialplan, lasting=False,
        )  # fmt: skip
