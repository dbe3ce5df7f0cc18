"""Settings that hold for every test, and the real servers that some of them need."""

import asyncio
import fcntl
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from ccserver.db.migrate import upgrade
from ccserver.local.asterisk import Asterisk, choose_ports, start_asterisk
from ccserver.local.phones import CALLERS_HOST
from ccserver.local.postgres import start_postgres
from ccserver.local.processes import free_port
from ccserver.local.root import asterisk_root, cache
from ccserver.local.sounds import build_sounds

os.environ["TERMINAL_WIDTH"] = "200"  # typer reads it once: a fault is not broken by a long path

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci",
    max_examples=500,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("nightly", max_examples=20_000, deadline=None, print_blob=True)
settings.load_profile(os.getenv("HYPOTHESIS_PROFILE", "dev"))


_COSTS = ("db", "asterisk", "browser", "image", "long")
"""Marks, cheapest first. A test without any is cheaper still."""
_REAL_TIME = 1 + _COSTS.index("asterisk")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Cheap tests go first: a plain fault shows early. Real servers get a longer time limit.

    Where real phones ring on a machine that others use too, a test may miss its instant: it is
    tried once more, and the closing report names it (RERUN).
    """

    def cost(item: pytest.Item) -> int:
        return max(
            (n for n, mark in enumerate(_COSTS, 1) if item.get_closest_marker(mark)), default=0
        )

    items.sort(key=cost)
    for item in items:
        if cost(item) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(120))
        if cost(item) >= _REAL_TIME:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def servers_home() -> Iterator[Path]:
    """A folder for the servers of this run that other users may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="ccserver-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_dsn(servers_home: Path) -> Iterator[str]:
    """A PostgreSQL for this run. Its role may create databases; `ccserver` in it is migrated."""
    server = start_postgres(servers_home, durable=False, lasting=False)
    with asyncio.Runner() as runner:
        runner.run(upgrade(server.dsn))
    yield server.dsn
    server.stop()


@pytest.fixture
async def database(postgres_dsn: str) -> AsyncIterator[str]:
    """The DSN of a database of the test's own, with the newest schema and no rows."""
    name = f"test_{secrets.token_hex(6)}"
    server, _, template = postgres_dsn.rpartition("/")
    async with asyncpg.create_pool(f"{server}/postgres", min_size=1, max_size=1) as admin:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        yield f"{server}/{name}"
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def empty_database(postgres_dsn: str) -> AsyncIterator[str]:
    """The DSN of a database of the test's own without any table: for the migrations' tests."""
    name = f"empty_{secrets.token_hex(6)}"
    server = postgres_dsn.rpartition("/")[0]
    async with asyncpg.create_pool(f"{server}/postgres", min_size=1, max_size=1) as admin:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield f"{server}/{name}"
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def prompts() -> Path:
    """The callers' sounds, from the cache."""
    folder = cache() / "test-sounds"
    with (cache() / "test-sounds.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of the processes that test, one speaks for all
        build_sounds(folder)
    return folder


@pytest.fixture(scope="session")
def asterisk_ready() -> Path:
    """Asterisk's root folder, which the first run of all builds."""
    return asterisk_root()


@pytest.fixture(scope="session")
def agi_port() -> int:
    """Where the session's Asterisk calls ccserver: a test starts its AGI server there."""
    return free_port()


@pytest.fixture(scope="session")
def customers_port() -> int:
    """Where the trunk leads to: a test lets customers' phones answer there."""
    return free_port(socket.SOCK_DGRAM, CALLERS_HOST)


@pytest.fixture(scope="session")
def asterisk(
    servers_home: Path, prompts: Path, agi_port: int, customers_port: int, asterisk_ready: Path
) -> Iterator[Asterisk]:
    """A real Asterisk with the project's own dialplan, shared by the tests of this run."""
    server = start_asterisk(
        servers_home / "asterisk",
        ports=choose_ports(rtp_ports=400),
        secret=secrets.token_hex(8),
        agi_url=f"agi://127.0.0.1:{agi_port}",
        sounds=prompts,
        more={"CC_TRUNK_CONTACT": f"sip:{CALLERS_HOST}:{customers_port}"},
        lasting=False,
    )
    yield server
    server.stop()
