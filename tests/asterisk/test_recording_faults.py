"""What is left of a recording when the switch dies in the middle of it, or the disk is full.

Each test has an Asterisk of its own.
"""

import asyncio
import secrets
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ccserver.local.asterisk import Asterisk, Ports, choose_ports, start_asterisk
from ccserver.local.tones import RATE
from tests.asterisk.conftest import PhoneBook, Ring
from tests.asterisk.hearing import channels
from tests.asterisk.site import Message, Site, fill, new_site, screen, until
from tests.asterisk.stories import assert_journal_replays
from tests.asterisk.test_recordings import Stage, assert_said

pytestmark = pytest.mark.asterisk

DISK_BYTES = 900_000
"""So much fits for recordings: about 20 s of talk, beside what else lies there."""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for an Asterisk, whose recordings lie on a disk of their own that is soon full."""
    with tempfile.TemporaryDirectory(prefix="ccserver-test-", dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        spool = folder / "asterisk" / "spool"
        spool.mkdir(parents=True)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", spool], check=True
        )
        yield folder
        subprocess.run(["umount", "--lazy", spool], check=True)


def launch(home: Path, ports: Ports, secret: str, prompts: Path, agi_port: int) -> Asterisk:
    """Start an Asterisk there, or the same one anew."""
    return start_asterisk(
        home,
        ports=ports,
        secret=secret,
        agi_url=f"agi://127.0.0.1:{agi_port}",
        sounds=prompts,
        lasting=False,
    )


@pytest.fixture
def asterisk(home: Path, prompts: Path, agi_port: int, asterisk_ready: Path) -> Iterator[Asterisk]:
    """An Asterisk of the test's own, in the place of the one that the others share."""
    ports, secret = choose_ports(rtp_ports=100), secrets.token_hex(8)
    started = launch(home / "asterisk", ports, secret, prompts, agi_port)
    yield started
    started.stop()


@pytest.fixture
async def site(
    tmp_path: Path, database: str, asterisk: Asterisk, agi_port: int
) -> AsyncIterator[Site]:
    await fill(database)
    made = new_site(tmp_path / "site", database, asterisk, agi_port)
    await made.start()
    yield made
    await made.stop()
    await assert_journal_replays(database)


@pytest.fixture
async def stage(site: Site, phones: PhoneBook, ring: Ring, tmp_path: Path) -> AsyncIterator[Stage]:
    async with screen(site, "anna") as anna, screen(site, "bob") as bob:
        yield Stage(site, phones, ring, tmp_path, anna, bob)


async def test_asterisk_is_killed_in_the_middle_of_a_talk(
    stage: Stage, prompts: Path, agi_port: int
) -> None:
    await stage.phone("1001")
    contact = await stage.call()
    await asyncio.sleep(6)
    stage.site.asterisk.kill()
    await asyncio.sleep(3)
    dead = stage.site.asterisk
    started = await asyncio.to_thread(launch, dead.home, dead.ports, dead.secret, prompts, agi_port)
    try:
        story = await stage.ended(contact)
        assert story["ended_by"] == "unknown"
        (whole,) = await stage.recordings(contact)
        await until(lambda: fault_of(stage.site, whole) != "", 30.0)
        (leg,) = stage.site.get(f"/api/recordings/{whole['id']}", token=stage.site.token("sue"))[
            "legs"
        ]
        assert leg["fault"] == "cut", "what is there is kept, and marked"
        assert leg["seconds"] > 4.5, "Asterisk writes a second at a time"
        sound = channels(await asyncio.to_thread(stage.site.sound, whole["id"]))
        assert_said(sound[0], "caller", 0, leg["seconds"] - 0.1)
        assert_said(sound[1], "1001", 0, leg["seconds"] - 0.1)
    finally:
        started.stop()


def fault_of(site: Site, recording: Message) -> str:
    """What the archive found wrong with it."""
    found = site.get(f"/api/recordings/{recording['id']}", token=site.token("sue"))
    return str(found["fault"])


@pytest.mark.timeout(300)
async def test_a_full_disk_stops_no_call_and_spoils_no_recording(stage: Stage) -> None:
    await stage.phone("1001")
    await stage.phone("1002")
    health: Message = {}

    def alarmed() -> bool:
        health.update(stage.site.get("/healthz", token=""))
        return bool(health["recordings"]["alarm"])

    contact = await stage.call()
    await asyncio.sleep(35)
    assert stage.anna.state() == "on_call", "the talk goes on"
    await until(alarmed, 30.0, lambda: str(health))
    assert health["up"] is True
    await stage.hang_up()
    story = await stage.ended(contact)
    assert story["ended_by"] == "caller"
    # Another call comes while the disk is full.
    other = await stage.call()
    await asyncio.sleep(4)
    await stage.hang_up()
    await stage.ended(other)
    (cut,) = await stage.recordings(contact)
    await until(lambda: fault_of(stage.site, cut) == "short", 40.0)
    found = stage.site.get(f"/api/recordings/{cut['id']}", token=stage.site.token("sue"))
    there = found["legs"][0]["seconds"]
    assert 10 < there < 34
    sound = channels(await asyncio.to_thread(stage.site.sound, cut["id"]))
    assert_said(sound[0], "caller", 0, there - 0.2)
    assert_said(sound[1], "1001", 0, there - 0.2)
    # What was kept made room: the next one is whole, and the alarm is over.
    await until(lambda: not alarmed(), 60.0, lambda: str(health))
    third = await stage.call()
    await asyncio.sleep(4)
    await stage.hang_up()
    await stage.ended(third)
    (whole,) = await stage.recordings(third)
    customer, agent = await stage.heard(whole)
    assert_said(customer, "caller", 0, len(customer) / RATE)
    assert_said(agent, "1001", 0, len(agent) / RATE)
