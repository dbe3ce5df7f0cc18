"""The site on this machine: up, down and demo, for the commands of the same names.

`up` looks at each part and starts what does not run, so it is also how a half-dead site is
repaired. `down` stops only what the site's own pid files name, and only while that is still the
same process.
"""

import contextlib
import fcntl
import os
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console

from ccserver.local import compose
from ccserver.local.asterisk import find_asterisk, start_asterisk
from ccserver.local.postgres import start_postgres, stop_postgres
from ccserver.local.processes import LocalError, Running, last_lines, launch, load, until
from ccserver.local.report import report
from ccserver.local.root import HOUSE, asterisk_root
from ccserver.local.sitefile import Site, ensure_site, site_of, with_site
from ccserver.local.sounds import build_sounds
from ccserver.settings import Settings

Prepare = Callable[[Settings, Site], None]
"""Brings the database to the newest schema and puts the site's people and customers in, if they
are not there yet. main.py gives it: only main and the web may read the database."""

HEALTHY_SECONDS = 30.0
SERVE = (sys.executable, "-m", "ccserver", "serve")
_PASSED_ON = ("CC_BIND", "CC_MEDIA_ADDRESS", "CC_TRUNK_MATCH", "CC_TRUNK_CONTACT",
              "CC_TLS_CERT", "CC_TLS_KEY", "CC_TLS_PORT")  # fmt: skip
"""What an operator sets to take real phones and a real trunk; without them all is on loopback."""

console = Console()


def up(settings: Settings, prepare: Prepare, serve: Sequence[str] = SERVE) -> None:
    """Start the site, or what of it does not run, and print how to use it.

    `serve` is the command that runs ccserver. Raises LocalError with what is missing here.
    """
    with _alone(settings.home):
        site, settings = _up(settings, prepare, serve)
    report(console, settings, site)


def demo(settings: Settings, prepare: Prepare) -> None:
    """`up`, and then callers that ring and agents that answer, until `down`."""
    with _alone(settings.home):
        site, settings = _up(settings, prepare, SERVE)
        pid_file = settings.home / "demo.pid"
        if load(pid_file) is None:
            log = settings.home / "log" / "demo.log"
            with console.status("The callers pick up their phones …"):
                running = launch(
                    [sys.executable, "-m", "ccserver.local.demo", str(settings.home.resolve()),
                     settings.web.url],
                    log=log, env=_environment(settings), lasting=True,
                )  # fmt: skip
                running.save(pid_file)
                ready = settings.home / "demo" / "ready"
                ready.unlink(missing_ok=True)
                if not until(lambda: ready.exists() or not running.alive(), HEALTHY_SECONDS) or (
                    not running.alive()
                ):
                    raise LocalError(f"The demo does not start.\n{last_lines(log)}")
    report(console, settings, site, demo=True)


def down(settings: Settings) -> None:
    """Stop everything that `up` and `demo` started. Data, recordings and secrets stay."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with _alone(settings.home):
        site = site_of(settings)
        home = settings.home
        for name in ("demo", "ccserver"):
            running = load(home / f"{name}.pid")
            if running is not None:
                running.stop(grace_seconds=15.0)
                console.print(f"{name} stopped.")
        asterisk = find_asterisk(home / "asterisk")
        if asterisk is not None:
            asterisk.stop(grace_seconds=3.0)
            console.print("Asterisk stopped.")
        if stop_postgres(home):
            console.print("PostgreSQL stopped.")
        if site is not None and (home / "containers").exists():
            compose.down(site)
            (home / "containers").unlink()
    console.print("The site is down. Its data stays in", str(settings.home))


def own_dsn(settings: Settings) -> str:
    """The DSN of the settings, or of the site's own PostgreSQL, which is started if need be."""
    if settings.dsn:
        return settings.dsn
    site = site_of(settings)
    if site is not None and (settings.home / "containers").exists():
        return compose.dsn(site)
    return start_postgres(settings.home).dsn


# -- the parts


def _up(settings: Settings, prepare: Prepare, serve: Sequence[str]) -> tuple[Site, Settings]:
    site = ensure_site(settings)
    settings = with_site(settings)
    if _in_containers():
        return site, _up_in_containers(settings, site, prepare)
    _require_root()
    with console.status("The prompts …"):
        build_sounds(settings.home / "sounds")
    with console.status("PostgreSQL …"):
        settings = settings.model_copy(update={"dsn": own_dsn(settings)})
        prepare(settings, site)
    with console.status("Asterisk's root folder (the first time: under a minute) …"):
        asterisk_root()
    with console.status("Asterisk …"):
        start_asterisk(
            settings.home / "asterisk",
            ports=site.ports,
            secret=site.ami_secret,
            agi_url=f"agi://127.0.0.1:{site.agi_port}",
            sounds=settings.home / "sounds",
            more={name: os.environ[name] for name in _PASSED_ON if os.environ.get(name)},
        )
    with console.status("ccserver …"):
        _serve(settings, serve)
    return site, settings


def _up_in_containers(settings: Settings, site: Site, prepare: Prepare) -> Settings:
    (settings.home / "containers").touch()
    settings = settings.model_copy(update={"dsn": settings.dsn or compose.up_database(site)})
    prepare(settings, site)
    compose.up_all(site)
    return settings


def _in_containers() -> bool:
    """CC_RUN=native or CC_RUN=compose decides; else the containers, where an engine answers."""
    wanted = os.environ.get("CC_RUN", "")
    return wanted == "compose" or (wanted != "native" and compose.engine())


def _require_root() -> None:
    if os.geteuid() != 0:
        raise LocalError(
            "Neither a container engine answers (`docker info`, `docker compose version`), nor is"
            " this root. Start Docker or install its compose plugin, or run the same command as"
            " root: then PostgreSQL and Asterisk run on this machine itself."
        )


def _serve(settings: Settings, command: Sequence[str]) -> None:
    """Start ccserver if it does not run, and start it anew if it does not answer."""
    pid_file, log = settings.home / "ccserver.pid", settings.home / "log" / "ccserver.log"
    running = load(pid_file)
    if running is not None and not _is_healthy(settings, running):
        running.stop(grace_seconds=15.0)
        running = None
    if running is None:
        running = launch(
            command,
            log=log,
            env=_environment(settings),
            lasting=True,
        )
        running.save(pid_file)
    if not _is_healthy(settings, running):
        raise LocalError(f"ccserver does not get healthy. The end of {log}:\n{last_lines(log)}")


def _is_healthy(settings: Settings, running: Running) -> bool:
    """Wait until /healthz says that all is well."""
    url = f"{settings.web.url}/healthz"
    # Whose the certificate is matters not: we ask our own port.
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=tls))

    def says_yes() -> bool:
        if not running.alive():
            return True
        try:
            with opener.open(url, timeout=2.0) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return until(says_yes, HEALTHY_SECONDS) and running.alive()


def _environment(settings: Settings) -> dict[str, str]:
    """Everything that was found out goes to the server by its settings, not by a second file."""
    return dict(os.environ) | {
        "PYTHONPATH": str(HOUSE),
        "CC_HOME": str(settings.home.resolve()),
        "CC_DSN": settings.dsn,
        "CC_AMI__PORT": str(settings.ami.port),
        "CC_AMI__SECRET": settings.ami.secret,
        "CC_AGI__PORT": str(settings.agi.port),
        "CC_WEB__HOST": settings.web.host,
        "CC_WEB__PORT": str(settings.web.port),
        "CC_PHONE_URL": settings.phone_url,
        "CC_RECORDINGS": str(settings.recordings.resolve()),
    }


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One command at a time changes what runs."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "site.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
