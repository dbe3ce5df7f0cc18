"""Asterisk's side of a FastAGI session, played by a test over a real socket.

The bytes are those of Asterisk 22 (res/res_agi.c).
"""

import asyncio
import re
from collections.abc import Sequence


def environment(
    *,
    caller: str = "13800138000",
    name: str = "Li",
    arguments: Sequence[str] = ("4001",),
    script: str = "call",
    uniqueid: str = "1732240000.7",
    language: str = "en",
    rdnis: str = "unknown",
    context: str = "cc-arrival",
) -> bytes:
    """The block that Asterisk sends first."""
    lines = [
        "agi_network: yes",
        f"agi_network_script: {script}",
        f"agi_request: agi://127.0.0.1:4573/{script}",
        "agi_channel: PJSIP/trunk-00000007",
        f"agi_language: {language}",
        "agi_type: PJSIP",
        f"agi_uniqueid: {uniqueid}",
        "agi_version: 22.10.1",
        f"agi_callerid: {caller}",
        f"agi_calleridname: {name}",
        "agi_callingpres: 0",
        "agi_callingani2: 0",
        "agi_callington: 0",
        "agi_callingtns: 0",
        "agi_dnid: 4001",
        f"agi_rdnis: {rdnis}",
        f"agi_context: {context}",
        "agi_extension: 4001",
        "agi_priority: 3",
        "agi_enhanced: 0.0",
        "agi_accountcode: ",
        "agi_threadid: 139872341",
        *(f"agi_arg_{number}: {value}" for number, value in enumerate(arguments, 1)),
    ]
    return ("\n".join(lines) + "\n\n").encode()


class Peer:
    """One session as Asterisk sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.commands: list[str] = []

    def send(self, data: bytes) -> None:
        """Say anything."""
        self._writer.write(data)

    async def command(self) -> str:
        """The next command, or "" when the server closed."""
        try:
            line = await self._reader.readline()
        except ConnectionResetError:
            return ""
        command = line.decode().removesuffix("\n")
        if command:
            self.commands.append(command)
        return command

    async def answer(self, starts: str, *replies: str) -> str:
        """Await a command that begins so, and give the replies, one line each."""
        command = await self.command()
        assert command.startswith(starts), f"{command!r} is not {starts!r}"
        for reply in replies:
            self.send(reply.encode() + b"\n")
        return command

    async def arrive(self) -> None:
        """The command that every call begins with; the dialplan has answered before."""
        await self.answer('SET VARIABLE "__CC_CONTACT"', "200 result=1")

    async def leave(self) -> str:
        """The command that every call ends with, and the close."""
        command = await self.answer('EXEC "MSet"', "200 result=0")
        assert await self.command() == ""
        return command

    async def close(self) -> None:
        self._writer.close()


async def ring(port: int, block: bytes | None = None) -> Peer:
    """Connect as Asterisk does, and say what it says first."""
    peer = Peer(*await asyncio.open_connection("127.0.0.1", port))
    peer.send(environment() if block is None else block)
    return peer


def variables(command: str) -> dict[str, str]:
    """What an `EXEC "MSet"` sets, read as Asterisk does."""
    found = re.fullmatch(r'EXEC "?MSet"? "(.*)"', command)
    assert found is not None, command
    pairs = (pair.partition("=") for pair in found[1].split(","))
    return {name: value for name, _, value in pairs}
