"""Starting, recognizing and stopping the processes of this machine's own servers."""

import atexit
import contextlib
import os
import pwd
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccserver import clock

POLL_SECONDS = 0.02
_PROC = Path("/proc")
_UNIT = 100
_RESERVED: dict[int, list[socket.socket]] = {}


class LocalError(Exception):
    """This machine cannot run a server. The text says what to do about it."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process that we started, told apart from a later one that got the same number."""

    pid: int
    born: str
    """The boot's id and the tick of the start (field 22 of /proc/PID/stat)."""

    def alive(self) -> bool:
        """Whether it still runs. Reaps it if it is our own child and has ended."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)
        return _birth(self.pid) == self.born

    def send(self, number: signal.Signals) -> None:
        """Send a signal to this process, and to no later one with the same number."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def stop(self, number: signal.Signals = signal.SIGTERM, *, grace_seconds: float = 10.0) -> None:
        """Ask it to end, wait, and kill it if it has not ended by then."""
        self.send(number)
        if not until(lambda: not self.alive(), grace_seconds):
            self.send(signal.SIGKILL)
            until(lambda: not self.alive(), grace_seconds)

    def save(self, file: Path) -> None:
        """Write the pid file."""
        file.write_text(f"{self.pid}\n{self.born}\n")


def load(file: Path) -> Running | None:
    """The process that a pid file names, if it still runs."""
    try:
        pid, born = file.read_text().splitlines()
        running = Running(int(pid), born)
    except (FileNotFoundError, ValueError):
        return None
    return running if running.alive() else None


def launch(
    argv: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    lasting: bool,
    signal_when_alone: str = "KILL",
) -> Running:
    """Start a server in its own session, as `user` if given, with both outputs going to `log`.

    A server that is not `lasting` gets `signal_when_alone` when the thread that launched it
    ends, even by kill -9: nothing outlives a test run.
    """
    if not lasting:
        argv = ["setpriv", f"--pdeathsig={signal_when_alone}", *argv]
    # In this order: a change of user clears the parent-death signal (prctl(2)).
    argv = [*as_user(user), *argv]
    log.parent.mkdir(parents=True, exist_ok=True)
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawnp(
        argv[0],
        list(argv),
        dict(os.environ if env is None else env),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), append, 0o640),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    return Running(pid, _birth(pid))


def as_user(user: str | None) -> list[str]:
    """What to put before a command so that another user runs it. Needs root."""
    if user is None:
        return []
    known = pwd.getpwnam(user)
    return ["setpriv", f"--reuid={user}", f"--regid={known.pw_gid}", "--clear-groups"]


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Wait for something to become true; say whether it did in time."""
    deadline = clock.now() + seconds
    while not true():
        if clock.now() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for an error message."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, host: str = "127.0.0.1") -> int:
    """A port that nothing listens on now. Another process may still take it: be ready to retry."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def free_port_range(size: int, first: int = 20000, last: int = 32000) -> int:
    """The first of `size` UDP ports in a row for RTP, from an even port (RFC 3550, 11).

    They lie below Linux's range of ports for outgoing connections (32768 and up). The block stays
    reserved for this process, by locks that others who ask this function see, until `give_back`.
    """
    step = -(-size // _UNIT) * _UNIT
    for start in range(first, last - step + 1, step):
        if _reserve(start, step):
            if all(_is_free(port) for port in range(start, start + size, 2)):
                return start
            give_back(start)
    raise LocalError(f"No {size} free UDP ports in a row between {first} and {last}.")


def give_back(start: int) -> None:
    """Others may have the ports from `start` again."""
    for lock in _RESERVED.pop(start, []):
        lock.close()


def _reserve(start: int, size: int) -> bool:
    """Lock each hundred of the block, or none."""
    if start in _RESERVED:
        return False
    locks = _RESERVED[start] = []
    for unit in range(start, start + size, _UNIT):
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        locks.append(lock)
        try:
            # An abstract Unix socket (unix(7)) is a lock that vanishes with its owner.
            lock.bind(f"\0ccserver-rtp-{unit}")
        except OSError:
            give_back(start)
            return False
    return True


@atexit.register
def _give_all_back() -> None:
    for start in list(_RESERVED):
        give_back(start)


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _birth(pid: int) -> str:
    """Empty when there is no such process, or only its unreaped remains."""
    try:
        # The name, in brackets, may hold spaces and brackets: read after the last of them.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    if fields[0] in "ZX":
        return ""
    boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    return f"{boot} {fields[19]}"
