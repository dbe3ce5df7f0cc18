"""The AGI wire format, without a wire: bytes in, messages out.

Asterisk speaks first (a block of `agi_...` lines, ended by an empty one); from then on one
command is answered by one reply. `HANGUP` may stand between a command and its reply.
Source of all formats: Asterisk 22, res/res_agi.c.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

ENVIRONMENT_BYTES_MAX = 64 * 1024
ENVIRONMENT_LINES_MAX = 200
REPLY_BYTES_MAX = 64 * 1024

NOTICES_MAX = 100
"""Asterisk sends two HANGUP in a session, and few lines of progress (`100`)."""

COMMAND_BYTES_MAX = 2047
"""AGI_BUF_LEN less the final NUL. Asterisk would take what is longer for two commands."""

_AFTER_CALLER = tuple(
    f"agi_{name}:".encode()
    for name in (
        *("callerid", "calleridname", "callingpres", "callingani2", "callington", "callingtns"),
        *("dnid", "rdnis", "context", "extension", "priority", "enhanced", "accountcode"),
        "threadid",
    )
)
"""What Asterisk always sends, in this order, from the first caller-supplied line on."""

_REPLY = re.compile(r"200 result=(\S*)(?: \((.*)\))?(?: endpos=(\d+))?", re.DOTALL)
_OPEN_VALUE = re.compile(rb"200 result=\S* \(")
_VALUE_END = re.compile(rb"\)(?: endpos=\d+)?\Z")


class AgiProtocolError(Exception):
    """The peer sent something that is not AGI, or too much of it."""


class UnsafeCommandError(ValueError):
    """A command would break out of its line, or is too long for Asterisk to read in one piece."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What Asterisk says of the call before the first command.

    The caller's number and name are the caller's own text and stand here as they came: line
    breaks, quotes and all. They may hold whole forged `agi_...` lines. So each key is read
    where the caller cannot write:
    - what Asterisk sends before the caller's number (script, channel, uniqueid ...) by its first
      occurrence: a forged line can only follow;
    - the script's arguments and the place in the dialplan by their last, and arguments only
      behind the last `agi_threadid`: a forged line can only precede.
    """

    script: str
    channel: str
    uniqueid: str
    language: str
    caller: str
    """`unknown` when the trunk sent none."""
    context: str
    extension: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one command."""

    code: int
    """200, or why it was refused: 510 unknown, 511 not on a dead channel, 520 wrong usage."""
    result: str = ""
    value: str | None = None
    """What stood in parentheses."""
    endpos: int | None = None
    """Where a prompt stopped, in samples."""
    text: str = ""
    """What Asterisk said with a refusal."""


@dataclass(frozen=True, slots=True)
class HangupNotice:
    """The caller is gone. Commands that need no live channel still work."""


Message = Environment | Reply | HangupNotice


def encode(verb: str, *arguments: str) -> bytes:
    """Write one command. Refuses what would make Asterisk read more than one."""
    line = " ".join([verb, *map(_quote, arguments)])
    if any(c in line for c in "\r\n\0"):
        raise UnsafeCommandError(f"control character in an AGI command: {verb}")
    command = line.encode("utf-8", "replace") + b"\n"
    if len(command) > COMMAND_BYTES_MAX:
        raise UnsafeCommandError(f"AGI command of {len(command)} bytes: {verb}")
    return command


def _quote(argument: str) -> str:
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Dialogue:
    """One side of an AGI session: encodes commands, decodes what comes, keeps both in step.

    A reply that no command asked for is an error, so that no answer is ever taken for another's.
    One weakness is Asterisk's: a value whose line ends with `)` looks finished. Never ask for a
    variable that the caller may have written.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0
        self._lines: list[bytes] = []
        self._in_environment = True
        self._after_caller = 0
        """How many of `_AFTER_CALLER` have been seen, in order."""
        self._waiting = False
        self._notices = 0
        self._partial: list[bytes] = []
        """Lines of a reply that goes on."""
        self._partial_bytes = 0

    def ask(self, verb: str, *arguments: str) -> bytes:
        """The bytes of one command, whose reply is then awaited."""
        assert not self._in_environment, "Asterisk speaks first"
        assert not self._waiting, "one command at a time"
        command = encode(verb, *arguments)
        self._waiting = True
        return command

    def feed(self, data: bytes) -> list[Message]:
        """Take in bytes as they came off the socket, and return the messages they complete."""
        self._buffer += data
        messages: list[Message] = []
        start = 0
        while (end := self._buffer.find(b"\n", max(start, self._scanned))) >= 0:
            line = bytes(self._buffer[start:end])
            start = end + 1
            message = self._environment(line) if self._in_environment else self._reply(line)
            if message is not None:
                messages.append(message)
        del self._buffer[:start]
        self._scanned = len(self._buffer)
        if self._scanned + self._partial_bytes > REPLY_BYTES_MAX:
            raise AgiProtocolError(f"no end within {REPLY_BYTES_MAX} bytes")
        return messages

    def _environment(self, line: bytes) -> Environment | None:
        expected = self._after_caller
        if expected < len(_AFTER_CALLER) and line.startswith(_AFTER_CALLER[expected]):
            self._after_caller += 1
        # An empty line ends the block, but only after everything that Asterisk sends: the
        # caller's name may hold an empty line too.
        if not line and self._after_caller == len(_AFTER_CALLER):
            self._in_environment = False
            self._partial_bytes = 0
            lines, self._lines = self._lines, []
            return _read_environment(lines)
        self._lines.append(line)
        self._partial_bytes += len(line) + 1
        if len(self._lines) > ENVIRONMENT_LINES_MAX or self._partial_bytes > ENVIRONMENT_BYTES_MAX:
            raise AgiProtocolError("the environment does not end")
        return None

    def _reply(self, line: bytes) -> Reply | HangupNotice | None:
        if self._partial:
            return self._continued(line)
        if line == b"HANGUP" or (self._waiting and line.startswith(b"100 ")):
            return self._notice(line)
        if not self._waiting:
            raise AgiProtocolError("a reply that no command asked for")
        if line.startswith(b"520-") or (_OPEN_VALUE.match(line) and not _VALUE_END.search(line)):
            self._partial = [line]
            self._partial_bytes = len(line) + 1
            return None
        return self._finished(line)

    def _notice(self, line: bytes) -> HangupNotice | None:
        self._notices += 1
        if self._notices > NOTICES_MAX:
            raise AgiProtocolError("nothing but notices")
        return HangupNotice() if line == b"HANGUP" else None

    def _continued(self, line: bytes) -> Reply | None:
        self._partial.append(line)
        self._partial_bytes += len(line) + 1
        usage = self._partial[0].startswith(b"520-")
        if not (line.startswith(b"520 ") if usage else _VALUE_END.search(line)):
            if self._partial_bytes > REPLY_BYTES_MAX:
                raise AgiProtocolError(f"no end of a reply within {REPLY_BYTES_MAX} bytes")
            return None
        whole = b"\n".join(self._partial)
        self._partial = []
        self._partial_bytes = 0
        return self._finished(whole)

    def _finished(self, raw: bytes) -> Reply:
        self._waiting = False
        text = raw.decode("utf-8", "replace")
        if text.startswith(("510", "511", "520")):
            return Reply(code=int(text[:3]), text=text)
        found = _REPLY.fullmatch(text)
        if found is None:
            raise AgiProtocolError("a line that is no reply")
        result, value, endpos = found.groups()
        return Reply(200, result, value, None if endpos is None else int(endpos))


def _read_environment(block: list[bytes]) -> Environment:
    lines = b"\n".join(block).decode("utf-8", "replace").split("\n")
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    arguments: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        value = value[1:]
        first.setdefault(name, value)
        last[name] = value
        if name == "agi_threadid":
            arguments.clear()
        elif name.startswith("agi_arg_"):
            arguments[name] = value
    return Environment(
        script=first.get("agi_network_script", ""),
        channel=first.get("agi_channel", ""),
        uniqueid=first.get("agi_uniqueid", ""),
        language=first.get("agi_language", ""),
        caller=_caller(lines),
        context=last.get("agi_context", ""),
        extension=last.get("agi_extension", ""),
        arguments=_numbered(arguments),
    )


def _caller(lines: list[str]) -> str:
    """The number with all its lines: what Asterisk sent between it and the caller's name."""
    collected: list[str] = []
    for line in lines:
        if collected and line.startswith("agi_calleridname:"):
            break
        if collected or line.startswith("agi_callerid:"):
            collected.append(line)
    return "\n".join(collected).removeprefix("agi_callerid:").removeprefix(" ")


def _numbered(arguments: Mapping[str, str]) -> tuple[str, ...]:
    found: list[str] = []
    while (name := f"agi_arg_{len(found) + 1}") in arguments:
        found.append(arguments[name])
    return tuple(found)
