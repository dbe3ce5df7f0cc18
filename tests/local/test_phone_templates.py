"""A phone on the desk becomes one in the browser, and back, on an Asterisk that runs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ccserver.ami.endpoints import PhoneLogin, change_actions, endpoint_actions
from ccserver.core.ids import Phone
from ccserver.local.asterisk import Asterisk
from ccserver.local.processes import until
from tests.local.switchboard import Manager, known_phones, running

pytestmark = pytest.mark.asterisk


@pytest.fixture(scope="module")
def small(servers_home: Path, prompts: Path, asterisk_ready: Path) -> Iterator[Asterisk]:
    with running(servers_home / "templates", prompts) as asterisk:
        yield asterisk


def desk(phone: str) -> PhoneLogin:
    return PhoneLogin(phone=Phone(phone), password=f"secret-of-{phone}")


def send(asterisk: Asterisk, actions: Sequence[list[tuple[str, str]]]) -> None:
    manager = Manager(asterisk)
    manager.log_in()
    for action in actions:
        assert manager.ask(action) == "Response: Success"
    manager.close()


def settings(asterisk: Asterisk, phone: str) -> dict[str, str]:
    """What Asterisk knows of a phone: of its endpoint, its aor and its auth."""
    lines = asterisk.console(f"pjsip show endpoint {phone}").splitlines()
    lines += asterisk.console(f"pjsip show aor {phone}").splitlines()
    lines += asterisk.console(f"pjsip show auth {phone}-iauth").splitlines()
    pairs = (line.partition(" : ")[::2] for line in lines)
    return {name.strip(): value.strip() for name, value in pairs if value}


def test_a_phone_becomes_the_browsers_and_the_desks_again(small: Asterisk) -> None:
    all_desks = [desk(str(phone)) for phone in range(1001, 1031)]
    send(small, endpoint_actions(all_desks))
    assert until(lambda: len(known_phones(small)) == 30, 5.0)
    before = settings(small, "1001")
    assert (before["webrtc"], before["allow"]) == ("no", "(alaw|ulaw)")

    in_browser = PhoneLogin(phone=Phone("1001"), password="fresh", browser=True)
    others = all_desks[1:]
    send(small, change_actions(all_desks, [in_browser, *others]))
    assert until(lambda: settings(small, "1001")["password"] == "fresh", 5.0)
    now = settings(small, "1001")
    assert {name: now[name] for name in ("webrtc", "allow", "media_encryption", "ice_support")} == {
        "webrtc": "yes",
        "allow": "(opus|ulaw|alaw)",
        "media_encryption": "dtls",
        "ice_support": "true",
    }
    same = ("context", "direct_media", "allow_transfer", "media_address", "rtp_timeout",
            "bind_rtp_to_media_address", "rewrite_contact", "language", "device_state_busy_at",
            "max_contacts", "remove_existing", "qualify_frequency", "identify_by")  # fmt: skip
    assert {name: now[name] for name in same} == {name: before[name] for name in same}
    assert now["maximum_expiration"] == "120"
    assert len(known_phones(small)) == 30
    assert settings(small, "1002")["password"] == "secret-of-1002"

    send(small, change_actions([in_browser, *others], all_desks))
    assert until(lambda: settings(small, "1001")["password"] == "secret-of-1001", 5.0)
    assert settings(small, "1001") == before
    written = (small.home / "etc" / "pjsip_agents.conf").read_text()
    assert written.count("endpoint/webrtc") == 1, "the template alone"
