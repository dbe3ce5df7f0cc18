"""Parts for the tests of the whole."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from ccserver.local.asterisk import Asterisk
from ccserver.local.phones import (
    Caller,
    CallerScript,
    Phones,
    PhoneScript,
    start_callers,
    start_phones,
)
from tests.asterisk.site import Site, fill, new_site, phone_secret
from tests.asterisk.stories import assert_journal_replays


@pytest.fixture
def settings() -> dict[str, str]:
    """What a file of tests sets otherwise than usual, as the environment has it."""
    return {}


@pytest.fixture
async def site(
    tmp_path: Path, database: str, asterisk: Asterisk, agi_port: int, settings: dict[str, str]
) -> AsyncIterator[Site]:
    """A running ccserver with three agents and three customers."""
    await fill(database)
    made = new_site(tmp_path / "site", database, asterisk, agi_port)
    made.settings |= settings
    await made.start()
    yield made
    await made.stop()
    forget_everything(asterisk)
    await assert_journal_replays(database)


@pytest.fixture
def logins() -> tuple[str, ...]:
    """The phones that Asterisk knows, where a test has no whole site."""
    return "1001", "1002", "1003"


def forget_everything(asterisk: Asterisk) -> None:
    """Leave nothing of this test to the next one on the same Asterisk."""
    asterisk.console("channel request hangup all")
    for family in ("cc-away", "cc-tier", "cc-mark", "registrar"):
        asterisk.console(f"database deltree {family}")


class PhoneBook:
    """Starts agents' phones, and stops them at the end."""

    def __init__(self, folder: Path, sip_port: int) -> None:
        self._folder = folder
        self._sip_port = sip_port
        self.started: list[Phones] = []

    def start(self, *phones: str, script: PhoneScript) -> Phones:
        made = start_phones(
            self._folder / "-".join(phones),
            [(phone, phone_secret(phone)) for phone in phones],
            script,
            sip_port=self._sip_port,
        )
        self.started.append(made)
        return made


@pytest.fixture
def phones(tmp_path: Path, site: Site) -> Iterator[PhoneBook]:
    """Agents' phones."""
    book = PhoneBook(tmp_path / "phones", site.asterisk.ports.sip)
    yield book
    for started in book.started:
        started.stop()


Ring = Callable[[Caller, CallerScript], Phones]


@pytest.fixture
def ring(site: Site, tmp_path: Path) -> Iterator[Ring]:
    """Lets a caller ring, and cleans up at the end."""
    started: list[Phones] = []

    def start(caller: Caller, script: CallerScript) -> Phones:
        folder = tmp_path / f"caller-{len(started)}"
        started.append(start_callers(folder, [caller], script, sip_port=site.asterisk.ports.sip))
        return started[-1]

    yield start
    for phones in started:
        phones.stop()
