#!/usr/bin/env python3
"""Leads a caller to Asterisk's own queue while ccserver is away. Asterisk itself forks it.

    AGI(fallback.py,SOUNDS,COUNTRY,LANGUAGE,DIALED)      e.g. /var/lib/asterisk/cc-sounds,+86,zh

Reads `CC_CONTACT`, `CC_CALL` and the caller's tier from AstDB `cc-tier`; sets `__CC_CONTACT` where
it is missing, `CC_CALL` where the caller had none, `QUEUE_PRIO`, and last of all `CC_FALLBACK=OK`.
The dialplan enters `Queue(cc)` in any case; without `CC_FALLBACK` the caller comes last.

Imports nothing of ccserver: each process would pay for it (57 ms of CPU become 412). So the
ticket's form is written here a second time; a test compares it with ccserver/core/seen.py.
"""

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from typing import NamedTuple, TextIO

from asterisk.agi import (  # type: ignore[import-untyped]  # pyst2 has no types; only used here
    AGI,
    AGIAppError,
    AGIError,
    AGIHangup,
    AGIInvalidCommand,
    AGIUnknownError,
    AGIUsageError,
)

SECONDS_MAX = 120
"""Then the process is ended by SIGALRM, and the dialplan goes on without it."""

LINE_CHARACTERS_MAX = 64 * 1024
LINES_MAX = 200
COMMAND_BYTES_MAX = 2047  # AGI_BUF_LEN in res_agi.c: what is longer is read as two commands

VALUES = {"platinum": 1.0, "gold": 0.6, "silver": 0.4, "standard": 0.2}
RANKS = {"platinum": 3, "gold": 2, "silver": 1, "standard": 0}
URGENT = 4
QUEUES = {"1": "sales", "2": "service", "0": "operator"}
OPERATOR = "operator"

PRIORITY_EPOCH = 1_704_067_200  # 2024-01-01 UTC
PRIORITY_SPAN = 2**31 // 5  # seconds: 13 years. Five ranks of this fill a signed 32-bit integer.

_REPLY = re.compile(r"200 result=(\S*)(?: \((.*)\))?(?: endpos=(\d+))?", re.DOTALL)
_OPEN_VALUE = re.compile(r"200 result=\S* \(")
_VALUE_END = re.compile(r"\)(?: endpos=\d+)?\Z")
_NUMBER = re.compile(r"\+?[0-9][0-9 ().\-/]{1,38}")
_NOBODY = ("", "anonymous", "unknown", "unavailable", "restricted", "private")
_AFTER_CALLER = (
    *("callerid", "calleridname", "callingpres", "callingani2", "callington", "callingtns"),
    *("dnid", "rdnis", "context", "extension", "priority", "enhanced", "accountcode", "threadid"),
)


class SafeAGI(AGI):  # type: ignore[misc]  # pyst2 has no types
    """pyst2's verbs over a reading and writing of our own.

    pyst2 0.5.1 writes all it reads, the caller's number too, to stderr; does not escape quotes;
    takes `HANGUP` for a reply, cuts values at line breaks, and reads a value "hangup" as one.
    """

    def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
        # Not pyst2's own: it would write to stderr and read the environment line by line.
        self.stdin = stdin
        self.stdout = stdout
        self._got_sighup = False
        self.env = self._environment()

    def _environment(self) -> dict[str, str]:
        """The block that Asterisk sends first; of each key the first, which no caller can forge.

        The caller's name may hold empty lines, so the block ends only after all that Asterisk
        sends in it. What stands behind the name is not used: a caller may have forged it.
        """
        env: dict[str, str] = {}
        expected = list(_AFTER_CALLER)
        for _ in range(LINES_MAX):
            line = self._line()
            if not line and not expected:
                return env
            key, _, value = line.partition(": ")
            key = key.removesuffix(":")
            if expected and key == f"agi_{expected[0]}":
                expected.pop(0)
            env.setdefault(key, value)
        raise AGIUnknownError("the environment does not end")

    def _quote(self, string: object) -> str:
        escaped = str(string).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    def _line(self) -> str:
        line = self.stdin.readline(LINE_CHARACTERS_MAX)
        if not line.endswith("\n"):
            raise AGIHangup("Asterisk closed the pipe")
        return line[:-1]

    def execute(self, command: str, *args: object) -> dict[str, tuple[str, str]]:
        """Send one command and read its reply, whole. Raises pyst2's errors."""
        self.test_hangup()
        line = " ".join([command, *map(str, args)])
        if any(c in line for c in "\r\n\0") or len(line.encode()) >= COMMAND_BYTES_MAX:
            raise AGIUsageError("a command that Asterisk would read as two")
        try:
            self.stdout.write(line + "\n")
            self.stdout.flush()
        except BrokenPipeError:
            raise AGIHangup("Asterisk closed the pipe") from None
        return self._parsed(self._reply())

    def _reply(self) -> str:
        line = self._line()
        while line == "HANGUP" or line.startswith("100 "):
            self._got_sighup = self._got_sighup or line == "HANGUP"
            line = self._line()
        if line.startswith("520-"):
            return self._until(line, lambda last: last.startswith("520 "))
        if _OPEN_VALUE.match(line):
            return self._until(line, lambda last: _VALUE_END.search(last) is not None)
        return line

    def _until(self, first: str, is_last: Callable[[str], bool]) -> str:
        lines = [first]
        while not is_last(lines[-1]):
            if len(lines) == LINES_MAX:
                raise AGIUnknownError("the reply does not end")
            lines.append(self._line())
        return "\n".join(lines)

    def _parsed(self, text: str) -> dict[str, tuple[str, str]]:
        if text.startswith("511"):
            raise AGIHangup("the channel is dead")
        if text.startswith("510"):
            raise AGIInvalidCommand("unknown command")
        if text.startswith("520"):
            raise AGIUsageError("wrong usage")
        found = _REPLY.fullmatch(text)
        if found is None:
            raise AGIUnknownError("a line that is no reply")
        result, value, endpos = found.groups("")
        if result == "-1":
            raise AGIAppError("failed, or the caller hung up")
        return {"result": (result, value), "endpos": (endpos, "")}

    def ask(self, prompt: str, *, seconds: int) -> str:
        """Play a prompt and wait for one key: any, or "" when none came."""
        return str(self.get_option(self._quote(prompt), "0123456789*#", seconds * 1000))

    def catch_hangup(self) -> None:
        """A SIGHUP of Asterisk then raises AGISIGHUPHangup at the next command."""
        signal.signal(signal.SIGHUP, self._handle_sighup)

    def database_get(self, family: str, key: str) -> str:
        """The value, or "" when there is none. pyst2's own quotes the key twice."""
        result, value = self.execute("DATABASE GET", self._quote(family), self._quote(key))[
            "result"
        ]
        return value if result == "1" else ""


class Site(NamedTuple):
    """What the dialplan tells: one argument each."""

    sounds: str
    country: str
    language: str
    dialed: str


def serve(agi: SafeAGI, site: Site, now: Callable[[], float]) -> None:
    """Lead one caller to the queue."""
    arrived_at = now()
    held = unpack(agi.get_variable("CC_CALL"))
    if held is not None:
        # Waited already, and said already what for: enters at once, with the old claim.
        set_all(agi, QUEUE_PRIO=str(priority(*held)), CC_FALLBACK="OK")
        return
    contact = agi.get_variable("CC_CONTACT")
    if not contact:
        contact = uuid7(arrived_at, os.urandom(10))
        agi.set_variable("__CC_CONTACT", contact)
    caller = caller_number(agi.env.get("agi_callerid", ""), site.country)
    tier = tier_of(agi, caller)
    agi.answer()
    key = "" if tier == "platinum" else menu(agi, site)
    queued_at = now()
    call = pack(
        contact=clean(contact),
        arrived_at=arrived_at,
        queued_at=queued_at,
        queue=QUEUES.get(key, OPERATOR),
        tier=tier,
        language=site.language,
        caller=caller,
        dialed=clean(site.dialed),
        keys="" if tier == "platinum" else f"menu={key}",
    )
    # The claim counts from the arrival: who listened to the menu twice as long loses nothing.
    prio = priority(RANKS[tier], arrived_at)
    set_all(agi, CC_CALL=call, QUEUE_PRIO=str(prio), CC_FALLBACK="OK")


def menu(agi: SafeAGI, site: Site) -> str:
    """One try, then a person. A prompt that is lost must not cost the caller either."""
    try:
        return agi.ask(f"{site.sounds}/{site.language}/menu", seconds=5)
    except AGIHangup:
        raise
    except AGIError:
        return ""


def tier_of(agi: SafeAGI, caller: str) -> str:
    """What ccserver left in AstDB for customers above standard."""
    tier = agi.database_get("cc-tier", caller) if caller.startswith("+") else ""
    return tier if tier in RANKS else "standard"


def set_all(agi: SafeAGI, **variables: str) -> None:
    """Set several variables with one command."""
    agi.appexec("MSet", ",".join(f"{name}={value}" for name, value in variables.items()))


def priority(rank: int, waits_since: float) -> int:
    """`QUEUE_PRIO`: emergencies first, then the tiers, and within each who waits longest.

    app_queue puts a caller before all of lower priority and behind all others, in the order in
    which they enter. When ccserver dies, all who wait enter within two seconds, in any order; so
    the instant since which they wait is made part of the priority. Holds until 2037.
    """
    waited_from = min(max(int(waits_since) - PRIORITY_EPOCH, 0), PRIORITY_SPAN - 1)
    return rank * PRIORITY_SPAN + (PRIORITY_SPAN - 1 - waited_from)


def caller_number(text: str, country: str) -> str:
    """E.164 as far as it can be made without tables: `country` (`+86`) before a national number."""
    text = text.strip()
    if text.lower() in _NOBODY:
        return ""
    if not _NUMBER.fullmatch(text):
        return clean(text)
    digits = "".join(c for c in text if c.isdecimal())
    if text.startswith("+"):
        return "+" + digits
    if digits.startswith("00"):
        return "+" + digits[2:]
    # Shorter ones are extensions and service codes.
    return country + digits.removeprefix("0") if len(digits) >= 10 else clean(text)


def clean(text: str) -> str:
    """Text that can stand in a ticket and in MSet: printable, no separator, 40 characters."""
    kept = (c if c.isprintable() and c not in '|,"\\;=${}' else "_" for c in text.strip())
    return "".join(kept)[:40]


def pack(
    *,
    contact: str,
    arrived_at: float,
    queued_at: float,
    queue: str,
    tier: str,
    language: str,
    caller: str,
    dialed: str,
    keys: str,
) -> str:
    """The ticket's twelve fields: see `Ticket` in ccserver/core/seen.py."""
    arrived, queued = round(arrived_at * 1000), round(queued_at * 1000)
    value, urgent, customer = f"{VALUES[tier]:.4f}", "0", ""
    return (
        f"{contact}|{arrived}|{queued}|{queue}|{tier}|{value}|{urgent}|"
        f"{language}|{customer}|{caller}|{dialed}|{keys}"
    )


def unpack(line: str) -> tuple[int, float] | None:
    """(rank, queued_at) of a ticket; None for a line that is none."""
    fields = line.split("|")
    if len(fields) != 12 or fields[4] not in RANKS or not fields[2].isdecimal():
        return None
    return URGENT if fields[6] == "1" else RANKS[fields[4]], int(fields[2]) / 1000


def uuid7(at: float, luck: bytes) -> str:
    """RFC 9562, 5.7: 48 bits of milliseconds, then version, variant, and 74 bits of luck."""
    raw = bytearray(int(at * 1000).to_bytes(6, "big") + luck[:10])
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def main() -> int:
    """Run on the caller's line: standard input and output."""
    signal.alarm(SECONDS_MAX)
    for stream in (sys.stdin, sys.stdout):
        # The caller's name may hold any bytes, and carriage returns that end no line.
        stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]
    try:
        agi = SafeAGI(sys.stdin, sys.stdout)
        agi.catch_hangup()
        site = Site(*sys.argv[1:5])
        serve(agi, site, now=lambda: time.time_ns() / 1e9)
    except AGIHangup:
        return 0
    except Exception as error:  # noqa: BLE001 -- the edge of the process: no personal data on stderr
        sys.stderr.write(f"fallback: {type(error).__name__}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
