"""What a flow may do on a live call: answer, say, ask."""

from collections.abc import Mapping

from ccserver.agi.server import COMMAND_SECONDS, CommandRefusedError, Session
from ccserver.agi.wire import Reply
from ccserver.core.ids import Prompt

_ALL_KEYS = "0123456789*#"


class HungUpError(Exception):
    """The caller is gone."""


class LostPromptError(Exception):
    """A prompt could not be played."""


class Line:
    """A live call, as a flow sees it."""

    def __init__(self, session: Session, *, sounds: str, language: str, prompt_seconds: float):
        self._session = session
        self._sounds = sounds
        self._prompt_seconds = prompt_seconds
        self._pressed = ""
        """A key that ended a prompt, kept for the next question."""
        self.in_doubt = False
        """No key came: either the caller is silent or just gone; the next reply tells."""
        self.language = language

    async def say(self, prompts: tuple[Prompt, ...], *, barge_in: bool = True) -> None:
        """Play prompts in order. A key ends them all, and answers the next question."""
        for prompt in prompts:
            if self._pressed and barge_in:
                return
            keys = _ALL_KEYS if barge_in else ""
            self._pressed = await self._played("STREAM FILE", prompt, keys) or self._pressed

    async def ask(self, prompts: tuple[Prompt, ...], *, timeout_seconds: float) -> str:
        """Play prompts and wait for one key. Returns "" when none came in time."""
        await self.say(prompts[:-1])
        key, self._pressed = self._pressed, ""
        if key:
            return key
        # GET OPTION only sees the keys that it is given, and takes others for silence: so it is
        # given all, and the flow says which of them are wrong.
        wait = str(round(timeout_seconds * 1000))
        key = await self._played("GET OPTION", prompts[-1], _ALL_KEYS, wait)
        self.in_doubt = not key
        return key

    async def set_variables(self, variables: Mapping[str, str]) -> None:
        """Set all of them with one command. No value may hold a comma. Works on a dead channel."""
        pairs = ",".join(f"{name}={value}" for name, value in variables.items())
        reply = await self._session.command("EXEC", "MSet", pairs)
        if reply.result != "0":
            raise CommandRefusedError(f"MSet: {reply.result}")

    async def alive(self) -> None:
        """Raises HungUpError when the caller is gone."""
        await self.live("CHANNEL STATUS")

    async def live(self, verb: str, *arguments: str, seconds: float = COMMAND_SECONDS) -> Reply:
        """A command that needs the caller. Raises HungUpError when there is none any more."""
        reply = await self._session.command(verb, *arguments, seconds=seconds)
        if self._session.hung_up:
            raise HungUpError
        self.in_doubt = False
        return reply

    async def _played(self, verb: str, prompt: Prompt, keys: str, wait: str = "0") -> str:
        path = f"{self._sounds}/{self.language}/{prompt}"
        # For STREAM FILE the last argument is the offset to start from.
        seconds = self._prompt_seconds + int(wait) / 1000 + COMMAND_SECONDS
        reply = await self.live(verb, path, keys, wait, seconds=seconds)
        if reply.result == "-1":
            # The file is missing, or the caller hung up and the notice is still to come.
            # Asterisk sends it before it reads another command (res_agi.c, run_agi).
            await self.alive()
            raise LostPromptError(path)
        return "" if reply.result == "0" else chr(int(reply.result))
