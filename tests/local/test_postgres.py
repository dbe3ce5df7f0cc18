"""A real PostgreSQL, started by an ordinary user wherever the clone lies."""

import os
import signal
from pathlib import Path

import asyncpg
import pytest

from ccserver.local import postgres
from ccserver.local.postgres import place_for, start_postgres, stop_postgres
from ccserver.local.processes import LocalError

pytestmark = [pytest.mark.db, pytest.mark.timeout(60)]


async def _count(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS visits (at timestamptz)")
        await connection.execute("INSERT INTO visits VALUES (now())")
        return int(await connection.fetchval("SELECT count(*) FROM visits"))
    finally:
        await connection.close()


async def test_what_was_written_outlives_a_restart(servers_home: Path) -> None:
    home = servers_home / "restart"
    first = start_postgres(home, durable=False, lasting=False)
    assert await _count(first.dsn) == 1
    first.stop()
    second = start_postgres(home, durable=False, lasting=False)
    assert await _count(second.dsn) == 2
    second.stop()


async def test_a_kill_is_survived(servers_home: Path) -> None:
    home = servers_home / "killed"
    first = start_postgres(home, lasting=False)
    assert await _count(first.dsn) == 1
    first.running.stop(signal.SIGKILL)
    second = start_postgres(home, lasting=False)
    assert await _count(second.dsn) == 2
    second.stop()


def test_starting_twice_finds_the_one_that_runs(servers_home: Path) -> None:
    home = servers_home / "twice"
    first = start_postgres(home, durable=False, lasting=False)
    second = start_postgres(home, durable=False, lasting=False)
    assert second == first
    stop_postgres(home)
    assert not first.running.alive()


def test_it_does_not_run_as_root(servers_home: Path) -> None:
    server = start_postgres(servers_home / "user", durable=False, lasting=False)
    assert Path(f"/proc/{server.running.pid}").stat().st_uid != 0
    server.stop()


async def test_a_wrong_password_is_refused(servers_home: Path) -> None:
    server = start_postgres(servers_home / "password", durable=False, lasting=False)
    wrong = server.dsn.replace("ccserver:", "ccserver:not", 1)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)
    server.stop()


def test_a_home_that_the_user_cannot_enter_gets_a_place_elsewhere(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    if os.geteuid() == 0:
        assert not place_for(closed / "var", "nobody").is_relative_to(closed)
    assert place_for(closed / "var", None).is_relative_to(closed)


async def test_the_embedded_server_serves_where_debian_s_is_not_installed(
    servers_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "DEBIAN", servers_home / "no-such-folder")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    server = start_postgres(servers_home / "embedded", durable=False, lasting=False)
    assert await _count(server.dsn) == 1
    assert (server.data / "PG_VERSION").read_text() >= "16", "Debian 12 has 15"
    server.stop()


def test_without_any_server_it_says_what_to_install(
    servers_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "DEBIAN", servers_home / "no-such-folder")
    monkeypatch.setattr(postgres, "EMBEDDED", "no_such_package")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    with pytest.raises(LocalError, match="apt-get install postgresql"):
        start_postgres(servers_home / "none", durable=False, lasting=False)


async def test_each_test_gets_a_migrated_database_of_its_own(database: str) -> None:
    assert await _count(database) == 1


async def test_and_no_other_test_sees_its_rows(database: str) -> None:
    assert await _count(database) == 1
