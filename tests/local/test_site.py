"""`up` and `down`: harmless twice, repairing, and leaving nothing behind."""

import stat
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ccserver.archive.places import places_of
from ccserver.local.asterisk import find_asterisk
from ccserver.local.processes import LocalError, load
from ccserver.local.site import down, up
from ccserver.local.sitefile import ARCHIVE_KEY, Site, ensure_site, site_of, with_site
from ccserver.settings import Archive, Settings

SERVER = """
import http.server, os
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if os.environ["CC_DSN"] and self.path == "/healthz" else 503)
        self.end_headers()
    def log_message(self, *args): pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["CC_WEB__PORT"])), Health).serve_forever()
"""
SERVE = (sys.executable, "-c", SERVER)


@pytest.fixture
def settings(servers_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("CC_RUN", "native")
    settings = Settings(home=servers_home / "site")
    yield settings
    down(settings)


def test_secrets_are_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    first = ensure_site(settings)
    assert ensure_site(settings) == site_of(settings) == first
    assert stat.S_IMODE((tmp_path / "site.toml").stat().st_mode) == 0o600
    assert {person.role for person in first.people} == {"agent", "supervisor", "admin"}
    passwords = {person.password for person in first.people}
    assert len(passwords) == len(first.people)


def test_every_command_knows_the_site_and_the_operator_goes_before(tmp_path: Path) -> None:
    below = Archive(folder=tmp_path / "archive")
    assert with_site(Settings(home=tmp_path)) == Settings(home=tmp_path, archive=below)
    site = ensure_site(Settings(home=tmp_path))
    assert with_site(Settings(home=tmp_path)).ami.secret == site.ami_secret
    chosen = Settings(home=tmp_path, recordings=Path("/elsewhere"))
    assert with_site(chosen).recordings == Path("/elsewhere")


def test_browsers_find_the_sites_own_asterisk_unless_another_is_named(tmp_path: Path) -> None:
    site = ensure_site(Settings(home=tmp_path))
    assert with_site(Settings(home=tmp_path)).phone_url == f"ws://127.0.0.1:{site.ports.http}/ws"
    elsewhere = Settings(home=tmp_path, phone_url="wss://calls.example:8089/ws")
    assert with_site(elsewhere).phone_url == "wss://calls.example:8089/ws"


def test_recordings_are_encrypted_unless_the_operator_says_how(tmp_path: Path) -> None:
    site = ensure_site(Settings(home=tmp_path))
    archive = with_site(Settings(home=tmp_path)).archive
    places = places_of(tmp_path, archive)
    assert places.keys.current == ARCHIVE_KEY
    assert archive.keys[ARCHIVE_KEY].get_secret_value() == site.archive_key
    assert places.folder.folder == tmp_path / "archive"
    own = Archive(folder=Path("/elsewhere"), key="")
    assert with_site(Settings(home=tmp_path, archive=own)).archive == own


def test_a_site_from_before_the_archive_gets_its_key_and_keeps_the_rest(tmp_path: Path) -> None:
    first = ensure_site(Settings(home=tmp_path))
    file = tmp_path / "site.toml"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith("archive_key")))
    second = ensure_site(Settings(home=tmp_path))
    assert second.archive_key not in {"", first.archive_key}
    assert replace(second, archive_key=first.archive_key) == first


@pytest.mark.asterisk
def test_up_twice_repair_and_down(settings: Settings, prompts: Path) -> None:
    prepared: list[str] = []

    def prepare(known: Settings, site: Site) -> None:
        assert site == site_of(known)
        prepared.append(known.dsn)

    up(settings, prepare, SERVE)
    asterisk = find_asterisk(settings.home / "asterisk")
    server = load(settings.home / "ccserver.pid")
    assert asterisk is not None
    assert server is not None

    up(settings, prepare, SERVE)
    assert find_asterisk(settings.home / "asterisk") == asterisk
    assert load(settings.home / "ccserver.pid") == server
    assert prepared[0] == prepared[1]
    assert prepared[0].startswith("postgresql://ccserver:")

    asterisk.stop()
    server.stop()
    up(settings, prepare, SERVE)
    assert find_asterisk(settings.home / "asterisk") not in {None, asterisk}
    assert load(settings.home / "ccserver.pid") not in {None, server}

    down(settings)
    down(settings)
    assert find_asterisk(settings.home / "asterisk") is None
    assert load(settings.home / "ccserver.pid") is None


def test_a_machine_that_can_do_neither_is_told_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(LocalError, match="Start Docker"):
        up(settings, lambda *_: None, SERVE)
