"""Callers and agents' phones played by SIPp, for the demonstration, the tests and the bench.

Callers come from 127.0.0.2, which the switch takes for the trunk; agents' phones are on 127.0.0.3
and register with their passwords. Sound is real RTP; keys are RFC 4733 events.
"""

import csv
import re
import shutil
import signal
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccserver.local.keys import write_key
from ccserver.local.processes import (
    LocalError,
    Running,
    free_port,
    last_lines,
    launch,
    until,
)
from ccserver.local.tones import write_speech

CALLERS_HOST = "127.0.0.2"
PHONES_HOST = "127.0.0.3"
SPEECH_SECONDS = 200.0
"""So long a phone speaks; then it is silent."""
PAUSE_SECONDS = 7.0
"""Longer waits are cut into these: SIPp's time-outs."""
REGISTER_SECONDS = 10.0
OWN_KEY_SECONDS = 3.0
AT_ONCE_MAX = 5000
"""Calls at the same time from one SIPp; beyond, it waits for one to end."""
_SCENARIOS = Path(__file__).with_name("scenarios")
_RINGING_MAX_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls whom. The number and the name are sent as they are, however strange."""

    number: str
    name: str = ""
    dialed: str = "4001"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerScript:
    """What callers do, once they are answered (by the flow)."""

    keys: str = ""
    """Pressed one after the other: 0-9, * and #."""
    first_key_seconds: float = 1.0
    """After the answer."""
    next_key_seconds: float = 1.0
    hang_up_seconds: float | None = None
    """After the answer, or after the last key if there are any. None: never."""
    sound: bool | Path = True
    """True: Debian's sample, again and again; else a capture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneScript:
    """What an agent's phone does with each call."""

    ring_seconds: float = 0.2
    answer: bool = True
    """False: it rings until the caller's side gives up."""
    busy: bool = False
    """True: the call is refused at once."""
    refusal: str = "486 Busy Here"
    """With this status."""
    talk_seconds: float | None = None
    """When the agent's side hangs up. None: never."""
    sound: bool | Path = True
    """True: Debian's sample, again and again; else a capture."""
    own_key: str = ""
    """`hold` or `transfer`: pressed on the phone itself, OWN_KEY_SECONDS after the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the calls of one SIPp went so far."""

    created: int
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sip:
    """One SIP message, as SIPp saw it."""

    at: float
    """Seconds since 1970, by the system's clock."""
    received: bool
    call_id: str
    first_line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phones:
    """A SIPp that plays callers, or phones."""

    folder: Path
    """Holds its scenario, its trace and its statistics."""
    host: str
    port: int
    running: Running

    def wait(self, seconds: float) -> Tally:
        """Wait until all calls are over; TimeoutError if they are not in time.

        Blocks: in a coroutine, use `asyncio.to_thread`.
        """
        if not until(lambda: not self.running.alive(), seconds):
            raise TimeoutError(f"SIPp still calls after {seconds} s: {self.tally()}")
        return self.tally()

    def tally(self) -> Tally:
        """The counts of the last second, or of the end."""
        rows: list[dict[str, str]] = []
        file = self.folder / "stat.csv"
        if file.exists():
            with file.open(newline="") as handle:
                rows = list(csv.DictReader(handle, delimiter=";"))
        last = rows[-1] if rows else {}
        created, succeeded, failed = (
            int(last.get(name) or 0)
            for name in ("TotalCallCreated", "SuccessfulCall(C)", "FailedCall(C)")
        )
        return Tally(created=created, succeeded=succeeded, failed=failed)

    def messages(self) -> list[Sip]:
        """Every SIP message so far."""
        file = self.folder / "short.csv"
        if not file.exists():
            return []
        return [
            sip for line in file.read_text(errors="replace").splitlines() if (sip := _sip(line))
        ]

    def invites(self) -> list[Sip]:
        """When each call reached the phones. A repeated INVITE of one call is left out."""
        first: dict[str, Sip] = {}
        for sip in self.messages():
            if sip.received and sip.first_line.startswith("INVITE "):
                first.setdefault(sip.call_id, sip)
        return list(first.values())

    def errors(self) -> str:
        """What SIPp found wrong."""
        return last_lines(self.folder / "errors.log") + last_lines(self.folder / "output.log")

    def stop(self) -> None:
        """Gone without a word, as if the power failed: no BYE is sent."""
        self.running.stop(signal.SIGKILL)


def start_callers(
    folder: Path,
    callers: Sequence[Caller],
    script: CallerScript,
    *,
    sip_port: int,
    per_second: float = 10.0,
    calls: int | None = None,
    trace: bool = True,
    lasting: bool = False,
) -> Phones:
    """Let these callers ring the switch at `sip_port`, in their order; again from the first if
    `calls` is more than they are. SIPp ends when the last call is over.
    """
    rows = [(c.number, c.name, c.dialed) for c in callers]
    _write_rows(folder, rows)
    text = (_SCENARIOS / "caller.xml").read_text().replace("@PARTS@", _caller_parts(folder, script))
    (folder / "scenario.xml").write_text(text)
    rate, period_ms = (per_second, 1000) if per_second >= 1 else (1, round(1000 / per_second))
    count = len(rows) if calls is None else calls
    options = [
        "-inf", "rows.csv", "-m", str(count), "-r", f"{rate:g}", "-rp", str(period_ms),
        "-l", str(min(count, AT_ONCE_MAX)),
    ]  # fmt: skip
    port = free_port(socket.SOCK_DGRAM, CALLERS_HOST)
    return _start(folder, options, sip_port, CALLERS_HOST, port, trace=trace, lasting=lasting)


def start_phones(
    folder: Path,
    logins: Iterable[tuple[str, str]],
    script: PhoneScript,
    *,
    sip_port: int,
    trace: bool = True,
    lasting: bool = False,
) -> Phones:
    """Register phones, given as (phone, password), and let them answer by the script.

    All of them are one SIPp. Returns when each is registered; raises LocalError if one is refused.
    """
    port = free_port(socket.SOCK_DGRAM, PHONES_HOST)
    _register(folder / "register", list(logins), sip_port=sip_port, port=port, seconds=3600)
    _write_phone(folder, script)
    return _start(folder, ["-aa"], sip_port, PHONES_HOST, port, trace=trace, lasting=lasting)


def start_customers(
    folder: Path, script: PhoneScript, *, port: int, sip_port: int, lasting: bool = False
) -> Phones:
    """Let customers, whom the switch calls over the trunk, answer at `port` by the script."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_phone(folder, script)
    return _start(folder, ["-aa"], sip_port, CALLERS_HOST, port, trace=True, lasting=lasting)


def start_network(
    folder: Path, scenario: str, rows: Sequence[tuple[str, ...]], *, port: int, sip_port: int
) -> Phones:
    """Let customers, whom the switch calls, answer at `port` as the next row says."""
    _write_rows(folder, rows)
    (folder / "scenario.xml").write_text(scenario)
    options = ["-aa", "-inf", "rows.csv"]
    return _start(folder, options, sip_port, CALLERS_HOST, port, trace=True, lasting=False)


def unregister(
    folder: Path, phones: Phones, logins: Iterable[tuple[str, str]], *, sip_port: int
) -> None:
    """Take phones off the network in good order: they stop, then say so to the switch."""
    phones.stop()
    _register(folder, list(logins), sip_port=sip_port, port=phones.port, seconds=0)


# -- SIPp


def _register(
    folder: Path, logins: Sequence[tuple[str, str]], *, sip_port: int, port: int, seconds: int
) -> None:
    _write_rows(
        folder,
        [
            (phone, f"[authentication username={phone} password={password}]", str(seconds))
            for phone, password in logins
        ],
    )
    (folder / "scenario.xml").write_text((_SCENARIOS / "register.xml").read_text())
    options = ["-inf", "rows.csv", "-m", str(len(logins)), "-r", "200"]
    phones = _start(folder, options, sip_port, PHONES_HOST, port, trace=False, lasting=False)
    tally = phones.wait(REGISTER_SECONDS + len(logins) / 100)
    if tally.succeeded != len(logins):
        raise LocalError(f"Only {tally.succeeded} of {len(logins)} phones could register.\n"
                         f"{phones.errors()}")  # fmt: skip


def _start(
    folder: Path,
    options: Sequence[str],
    sip_port: int,
    host: str,
    port: int,
    *,
    trace: bool,
    lasting: bool,
) -> Phones:
    sipp = shutil.which("sipp")
    if sipp is None:
        raise LocalError("SIPp is missing: `apt-get install sip-tester`.")
    for name in ("stat.csv", "short.csv", "errors.log", "output.log"):
        (folder / name).unlink(missing_ok=True)
    tracing = ["-trace_shortmsg", "-shortmessage_file", "short.csv"] if trace else []
    running = launch(
        ["env", f"--chdir={folder}", sipp, f"127.0.0.1:{sip_port}", "-sf", "scenario.xml",
         "-i", host, "-mi", host, "-p", str(port), "-nostdin", "-timer_resol", "5",
         "-trace_stat", "-stf", "stat.csv", "-fd", "1", *tracing,
         "-trace_err", "-error_file", "errors.log", *options],
        log=folder / "output.log",
        lasting=lasting,
    )  # fmt: skip
    phones = Phones(folder=folder, host=host, port=port, running=running)
    # The statistics file is opened after the socket: from then on it answers.
    if not until(lambda: (folder / "stat.csv").exists() or not running.alive(), REGISTER_SECONDS):
        raise LocalError(f"SIPp does not start.\n{phones.errors()}")
    return phones


def _write_rows(folder: Path, rows: Sequence[tuple[str, ...]]) -> None:
    """SIPp's CSV knows no quoting: semicolons and line breaks cannot be sent."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(c in word for row in rows for word in row for c in ";\r\n"):
        raise ValueError("SIPp cannot send a semicolon or a line break from its CSV")
    lines = ["SEQUENTIAL", *(";".join(row) + ";" for row in rows)]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n")


_SHORT = re.compile(
    r"^\S+\t\S+\t(?P<at>[\d.]+)\t(?P<way>[SR])\t(?P<call>[^\t]*)\t[^\t]*\t(?P<line>.*)$"
)


def _sip(line: str) -> Sip | None:
    match = _SHORT.match(line)
    if match is None:
        return None
    return Sip(
        at=float(match["at"]),
        received=match["way"] == "R",
        call_id=match["call"],
        first_line=match["line"].strip(),
    )


# -- scenarios


def _write_phone(folder: Path, script: PhoneScript) -> None:
    text = (_SCENARIOS / "agent.xml").read_text()
    for mark, part in (
        ("@RING_MS@", _ms(script.ring_seconds)),
        ("@ANSWER@", _phone_answer(script)),
        ("@PARTS@", _phone_parts(folder, script)),
        ("@REFUSAL@", script.refusal),
    ):
        text = text.replace(mark, part)
    (folder / "scenario.xml").write_text(text)


def _ms(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))


def _play(file: Path) -> str:
    return f'<nop><action><exec play_pcap_audio="{file}"/></action></nop>'


def _pause(seconds: float, label: int) -> str:
    """Wait; when the other side hangs up meanwhile, go and answer that."""
    return (
        f'<recv request="BYE" timeout="{_ms(seconds)}" ontimeout="{label}" next="91"/>'
        f'\n<label id="{label}"/>'
    )


def _caller_parts(folder: Path, script: CallerScript) -> str:
    sound = _capture(folder, sound=script.sound)
    parts: list[str] = [_play(sound)] if script.sound is True and sound and script.keys else []
    for number, key in enumerate(script.keys):
        wait = script.next_key_seconds if number else script.first_key_seconds
        parts.append(_pause(wait, 10 + number))
        file = folder.absolute() / f"key{number}.pcap"
        parts.append(_play(write_key(file, key, number)))
    if script.keys:
        # A new sound breaks the old one off: let the key's events go out first.
        parts.append(_pause(0.4, 30))
    parts.append(_talk(sound, script.hang_up_seconds, first_label=40))
    return "\n".join(parts)


def _capture(folder: Path, *, sound: bool | Path) -> Path | None:
    """What a phone says, as SIPp plays it."""
    if isinstance(sound, Path):
        return sound
    return write_speech(folder.absolute() / "speech.pcap", SPEECH_SECONDS) if sound else None


def _talk(sound: Path | None, seconds: float | None, *, first_label: int) -> str:
    """Make sound for so long, then fall through to the BYE; for ever if None. SIPp plays on through
    the pieces."""
    parts = [_play(sound)] if sound else []
    if seconds is None:
        again = (
            f'<recv request="BYE" timeout="{_ms(PAUSE_SECONDS)}" ontimeout="{first_label}"'
            ' next="91"/>'
        )
        return "\n".join([*parts, f'<label id="{first_label}"/>', again])
    label, left = first_label, seconds
    while left > 0:
        parts.append(_pause(min(left, PAUSE_SECONDS), label))
        label, left = label + 1, left - PAUSE_SECONDS
    return "\n".join(parts)


def _phone_parts(folder: Path, script: PhoneScript) -> str:
    sound = _capture(folder, sound=script.sound)
    if not script.own_key:
        return _talk(sound, script.talk_seconds, first_label=20)
    play = _talk(sound, OWN_KEY_SECONDS, first_label=71)
    # Without its comment: the scenario's own names the parts that stand in it.
    pressed = (_SCENARIOS / f"agent_{script.own_key}.xml").read_text().partition("-->")[2]
    return "\n".join((play, pressed, _talk(None, script.talk_seconds, first_label=20)))


def _phone_answer(script: PhoneScript) -> str:
    if script.busy:
        return '<nop next="86"/>'
    ring = script.ring_seconds if script.answer else _RINGING_MAX_SECONDS
    return f'<recv request="CANCEL" timeout="{_ms(ring)}" ontimeout="80" next="85"/>'
