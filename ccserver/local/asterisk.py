"""This machine's own Asterisk, in a root folder of its own, for sites without a container engine.

Everything that it writes lies under its `home`. Its mounts are made in a mount namespace of its
own, so they end with it, whatever way it ends. The network is the host's.
"""

import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccserver.local.processes import (
    LocalError,
    Running,
    free_port,
    free_port_range,
    give_back,
    last_lines,
    launch,
    load,
    until,
)
from ccserver.local.root import HOUSE, asterisk_root

START_SECONDS = 20.0
RTP_PORTS = 1000
"""Two a leg, so this is for 250 talks."""

_MOUNT = """
set -eu
root=$1
shift
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
while [ $# -gt 0 ]; do
    mount --bind "$1" "$root$2"
    shift 2
done
# The cached root is shared by all: nobody writes to it.
mount -o remount,bind,ro "$root"
exec chroot "$root" /usr/share/ccserver/entrypoint.sh
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where one Asterisk listens. SIP and RTP are UDP."""

    sip: int
    ami: int
    http: int
    rtp_first: int
    rtp_last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asterisk:
    """An Asterisk that runs."""

    home: Path
    ports: Ports
    secret: str
    """Of the AMI account `ccserver`."""
    running: Running

    @property
    def log(self) -> Path:
        """Notices, warnings and errors."""
        return self.home / "log" / "messages.log"

    @property
    def recordings(self) -> Path:
        """The folder of the recordings, as the host sees it."""
        return self.home / "spool" / "recording"

    def console(self, command: str) -> str:
        """What a command of Asterisk's console prints, such as `core show channels`."""
        # nsenter takes us where this Asterisk's files are.
        done = subprocess.run(  # noqa: S603 - our own words
            ["nsenter",  # noqa: S607 - util-linux, on the operator's path
             f"--target={self.running.pid}", "--mount", "--root", "--wd=/",
             "asterisk", "-C", "/etc/asterisk/asterisk.conf", "-rx", command],
            capture_output=True, text=True, check=False, timeout=START_SECONDS,
        )  # fmt: skip
        if done.returncode != 0:
            raise LocalError(f"Asterisk's console: {done.stdout}{done.stderr}")
        return done.stdout

    def stop(self) -> None:
        """End it and its calls at once. A graceful stop would wait for the callers."""
        self.running.stop(signal.SIGTERM, grace_seconds=3.0)
        give_back(self.ports.rtp_first)

    def kill(self) -> None:
        """End it as a crash would."""
        self.running.stop(signal.SIGKILL)


def choose_ports(*, sip: int = 0, ami: int = 0, http: int = 0, rtp_ports: int = RTP_PORTS) -> Ports:
    """Free ports for one Asterisk; those that are given are kept."""
    rtp_first = free_port_range(rtp_ports)
    return Ports(
        sip=sip or free_port(socket.SOCK_DGRAM),
        ami=ami or free_port(),
        http=http or free_port(),
        rtp_first=rtp_first,
        rtp_last=rtp_first + rtp_ports - 1,
    )


def start_asterisk(
    home: Path,
    *,
    ports: Ports,
    secret: str,
    agi_url: str,
    sounds: Path,
    dialplan: Path = HOUSE / "dialplan",
    agi_scripts: Path = HOUSE / "agi_scripts",
    more: Mapping[str, str] | None = None,
    lasting: bool = True,
) -> Asterisk:
    """Start an Asterisk whose files are under `home`, or find it running.

    `agi_url` is where its dialplan calls ccserver, such as `agi://127.0.0.1:4573`. `more` goes to
    the entrypoint (CC_BIND, CC_TRUNK_MATCH …; see asterisk-docker/entrypoint.sh); without it all
    is on loopback. One that is not `lasting` ends with its caller. Returns when every module is
    loaded. Raises LocalError with the end of the log.
    """
    home = home.resolve()
    pid_file, output = home / "asterisk.pid", home / "log" / "output.log"
    found = load(pid_file)
    if found is not None:
        return Asterisk(home=home, ports=ports, secret=secret, running=found)
    root = asterisk_root()
    (home / "run" / "asterisk.ctl").unlink(missing_ok=True)
    mounts = _mounts(home, dialplan=dialplan, agi_scripts=agi_scripts, sounds=sounds)
    running = launch(
        [
            "unshare",
            "--mount",
            "--propagation=private",
            "sh",
            "-c",
            _MOUNT,
            "sh",
            str(root),
            *mounts,
        ],
        log=output,
        env=_environment(ports, secret, agi_url) | dict(more or {}),
        lasting=lasting,
    )
    asterisk = Asterisk(home=home, ports=ports, secret=secret, running=running)
    control = home / "run" / "asterisk.ctl"
    if not until(lambda: control.exists() or not running.alive(), START_SECONDS) or (
        not running.alive() or not _answers(asterisk)
    ):
        running.stop(signal.SIGKILL)
        raise LocalError(
            f"Asterisk does not start.\n{last_lines(output)}\n{last_lines(asterisk.log)}"
        )
    running.save(pid_file)
    return asterisk


def find_asterisk(home: Path) -> Running | None:
    """The Asterisk whose files are under `home`, if it runs."""
    return load(home.resolve() / "asterisk.pid")


def _answers(asterisk: Asterisk) -> bool:
    """Wait until every module is loaded and the manager interface greets."""

    def booted() -> bool:
        if not asterisk.running.alive():
            return True
        try:
            return "fully booted" in asterisk.console("core waitfullybooted")
        except LocalError:
            return False

    return until(booted, START_SECONDS) and asterisk.running.alive() and _greets(asterisk.ports.ami)


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5.0) as line:
            return line.recv(64).startswith(b"Asterisk Call Manager/")
    except OSError:
        return False


def _mounts(home: Path, *, dialplan: Path, agi_scripts: Path, sounds: Path) -> list[str]:
    """What of the host is seen where inside: source, target, source, target …"""
    sounds.mkdir(parents=True, exist_ok=True)
    for name in ("etc/dialplan", "lib/cc-sounds", "spool", "log", "run"):
        (home / name).mkdir(parents=True, exist_ok=True)
    hosts = home / "hosts"
    if not hosts.exists():
        hosts.write_text("127.0.0.1 localhost\n")
    pairs = [
        (HOUSE / "asterisk-docker", "/usr/share/ccserver"),
        (agi_scripts, "/usr/share/asterisk/agi-bin"),
        (home / "etc", "/etc/asterisk"),
        (dialplan, "/etc/asterisk/dialplan"),
        (home / "lib", "/var/lib/asterisk"),
        (sounds, "/var/lib/asterisk/cc-sounds"),
        (home / "spool", "/var/spool/asterisk"),
        (home / "log", "/var/log/asterisk"),
        (home / "run", "/run/asterisk"),
        (hosts, "/etc/hosts"),
    ]
    resolver = Path("/etc/resolv.conf")
    if resolver.exists():
        pairs.append((resolver, "/etc/resolv.conf"))
    return [part for source, target in pairs for part in (str(source.resolve()), target)]


def _environment(ports: Ports, secret: str, agi_url: str) -> dict[str, str]:
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "TZ": os.environ.get("TZ", "UTC"),
        "CC_BIND": "127.0.0.1",
        "CC_MEDIA_ADDRESS": "127.0.0.1",
        "CC_SIP_PORT": str(ports.sip),
        "CC_AMI_PORT": str(ports.ami),
        "CC_AMI_SECRET": secret,
        "CC_HTTP_PORT": str(ports.http),
        "CC_RTP_FIRST": str(ports.rtp_first),
        "CC_RTP_LAST": str(ports.rtp_last),
        "CC_AGI_URL": agi_url,
    }
