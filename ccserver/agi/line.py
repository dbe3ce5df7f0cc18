"""What a flow may do on a live call: say, ask, record, and join the caller with someone outside.

Nothing that a caller presses is lost. Asterisk keeps what comes while a command runs, but throws
away what comes between two (res_agi.c, run_agi), so there is hardly any time between two: several
prompts are one command, and while the house works the line listens.
"""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

from ccserver.agi.server import COMMAND_SECONDS, CommandRefusedError, Session
from ccserver.agi.wire import COMMAND_BYTES_MAX, Reply
from ccserver.core.ids import Prompt
from ccserver.core.records import RECORDINGS

T = TypeVar("T")

SOUND_SECONDS: Final = 0.5
"""A recording that is shorter, without the silence at its end, holds nothing."""

TALK_SECONDS_MAX: Final = 4 * 3600
"""How long a caller may talk to someone outside."""

LISTEN_SECONDS: Final = 0.1
"""While the house works, the line listens for so long at a time."""

HOUSE_SECONDS: Final = 0.02
"""What takes the house no longer needs no listening meanwhile."""

TYPED_MAX: Final = 100
"""So many keys are kept for the next questions."""

_ALL_KEYS: Final = "0123456789*#"
_DIALED: Final = frozenset("+0123456789")
_LIST_BYTES_MAX: Final = COMMAND_BYTES_MAX - len('EXEC "Background" ",np"\n')
_OUTCOMES: Final = {"ANSWER": "answered", "BUSY": "busy", "NOANSWER": "no_answer"}
"""Dial's DIALSTATUS; the rest is `failed`."""


class HungUpError(Exception):
    """The caller is gone."""


class LostPromptError(Exception):
    """A prompt could not be played, or a key not be waited for."""


class Line:
    """A live call, as a flow sees it."""

    def __init__(self, session: Session, *, sounds: str, language: str, prompt_seconds: float):
        self._session = session
        self._sounds = sounds
        self._prompt_seconds = prompt_seconds
        self._now = asyncio.get_running_loop().time
        self._typed = ""
        """Keys that were pressed and not asked for yet."""
        self._stray = ""
        """The key that may still come after digits that their number has ended already."""
        self._stray_until = 0.0
        self.language = language

    # -- saying

    async def say(self, prompts: tuple[Prompt, ...], *, barge_in: bool = True) -> None:
        """Play prompts in order. A key ends them all, and answers the next question."""
        for some in self._lists(prompts):
            if self._typed and barge_in:
                return
            key = await self._play(some, barge_in=barge_in)
            while self._is_stray(key):
                key = await self._play(some, barge_in=barge_in)
            self._typed += key

    def _lists(self, prompts: tuple[Prompt, ...]) -> Iterator[list[str]]:
        """The files of the prompts, as many at a time as one command can hold."""
        some: list[str] = []
        size = 0
        for prompt in prompts:
            path = f"{self._sounds}/{self.language}/{prompt}"
            if some and size + len(path) > _LIST_BYTES_MAX:
                yield some
                some, size = [], 0
            some.append(path)
            size += len(path) + len("&")
        if some:
            yield some

    async def _play(self, paths: list[str], *, barge_in: bool) -> str:
        """The key that ended it."""
        if len(paths) == 1:
            return await self._stream("STREAM FILE", paths[0], _ALL_KEYS if barge_in else "")
        # One command: no gap in what is heard, and none through which a key could fall.
        # n: do not answer. p: no key ends it.
        options = "n" if barge_in else "np"
        seconds = self._prompt_seconds * len(paths) + COMMAND_SECONDS
        words = f"{'&'.join(paths)},{options}"
        reply = await self.live("EXEC", "Background", words, seconds=seconds)
        if reply.result != "0":
            return await self._pressed(reply, " ".join(paths))
        status = await self.live("GET VARIABLE", "BACKGROUNDSTATUS")
        if status.value != "SUCCESS":
            raise LostPromptError(" ".join(paths))
        return ""

    async def _stream(self, verb: str, path: str, keys: str, wait_ms: int = 0) -> str:
        # For STREAM FILE the last argument is the offset to start from.
        seconds = self._prompt_seconds + wait_ms / 1000 + COMMAND_SECONDS
        return await self._pressed(
            await self.live(verb, path, keys, str(wait_ms), seconds=seconds), path
        )

    async def _pressed(self, reply: Reply, what: str) -> str:
        """The key that a command told of. It tells -1 when it could not be carried out, or when
        the caller hung up and the notice is still to come."""
        if reply.result == "-1":
            # Asterisk sends the notice before it reads another command (res_agi.c, run_agi).
            await self.alive()
            raise LostPromptError(what)
        return "" if reply.result == "0" else chr(int(reply.result))

    # -- asking

    async def ask(
        self, prompts: tuple[Prompt, ...], *, timeout_seconds: float, barge_in: bool = True
    ) -> str:
        """Play prompts and wait for one key. Returns "" when none came in time."""
        if barge_in and prompts:
            await self.say(prompts[:-1])
        else:
            await self.say(prompts, barge_in=False)
            prompts = ()
        if not self._typed:
            key = await self._wait(prompts[-1:], timeout_seconds)
            while self._is_stray(key):
                key = await self._wait(prompts[-1:], timeout_seconds)
            self._typed = key
        key, self._typed = self._typed[:1], self._typed[1:]
        return key

    async def ask_digits(
        self,
        prompts: tuple[Prompt, ...],
        *,
        length_max: int,
        terminator: str,
        timeout_seconds: float,
        between_seconds: float,
    ) -> str:
        """Play prompts and wait for keys: so many, or up to the terminator or a silence.

        The first of them ends the prompts. Returns them without the terminator.
        """
        digits = ""
        key = await self.ask(prompts, timeout_seconds=timeout_seconds)
        while key and key != terminator:
            digits += key
            if len(digits) == length_max:
                # People end a number with the key for that, also where nothing need be ended.
                self._stray, self._stray_until = terminator, self._now() + between_seconds
                break
            key = await self.ask((), timeout_seconds=between_seconds)
        return digits

    async def _wait(self, prompt: tuple[Prompt, ...], seconds: float) -> str:
        """Play a prompt, if there is one, and wait for a key."""
        if not prompt:
            return await self._key(seconds)
        # GET OPTION only sees the keys that it is given, and takes others for silence: so it is
        # given all, and the flow says which of them are wrong.
        path = f"{self._sounds}/{self.language}/{prompt[0]}"
        key = await self._stream("GET OPTION", path, _ALL_KEYS, round(seconds * 1000))
        if not key:
            # It answers so to a hang-up, too: who is gone was not silent.
            await self.alive()
        return key

    async def _key(self, seconds: float) -> str:
        limit = seconds + COMMAND_SECONDS
        reply = await self.live("WAIT FOR DIGIT", str(round(seconds * 1000)), seconds=limit)
        return await self._pressed(reply, "a key")

    def _is_stray(self, key: str) -> bool:
        """Whether this only ends a number that was complete already. It is forgiven once."""
        if not key:
            return False
        stray, self._stray = self._stray, ""
        return key == stray and self._now() < self._stray_until

    async def listen(self, work: "asyncio.Task[T]") -> T:
        """What comes of the work. What the caller presses meanwhile is kept."""
        await asyncio.wait({work}, timeout=HOUSE_SECONDS)
        while not work.done():
            key = await self._key(LISTEN_SECONDS)
            if not self._is_stray(key):
                self._typed = (self._typed + key)[:TYPED_MAX]
        return await work

    # -- more

    async def record(self, file: str, *, seconds_max: float, silence_seconds: float) -> bool:
        """Record after a tone, until a silence, any key, or the end of the call.

        `file` is a path within the recordings' folder, whose ending says the format. False when
        nothing was said. Who hangs up has said what he had to say: the next command tells.
        """
        await self._stream("STREAM FILE", f"{self._sounds}/tones/beep", "")
        self._typed = ""
        began = self._now()
        # k: keep what a hang-up ends. q: no tone of its own. y: any key ends it.
        await self._session.command(
            "EXEC",
            "Record",
            f"{RECORDINGS}/{file},{silence_seconds:.0f},{seconds_max:.0f},kqy",
            seconds=seconds_max + COMMAND_SECONDS,
        )
        seconds = self._now() - began
        status = await self._read("RECORD_STATUS")
        if status == "ERROR":
            raise CommandRefusedError("Record: ERROR")
        if status == "SILENCE":
            seconds -= silence_seconds
        return status != "SKIP" and seconds >= SOUND_SECONDS

    async def transfer(self, to: str, *, outside: str, shown: str, ring_seconds: int) -> str:
        """Join the caller with someone, and wait until they part.

        `to` is dialled where it is an extension, else `outside` over the trunk, which shows the
        number `shown`. The answer: `answered`, whoever hung up then; or `busy`, `no_answer`,
        `failed`.
        """
        to, outside, shown = _digits(to), _digits(outside), _digits(shown)
        if not outside:
            return "failed"
        # g: go on when the other side hangs up. S: hang up after so long. f: the number shown.
        options = f"gS({TALK_SECONDS_MAX})"
        target = f"PJSIP/{to}"
        if to.startswith("+") or not to or not await self._is_extension(to):
            target = f"PJSIP/{outside}@trunk"
            options += f"f({shown})" if shown else ""
        limit = ring_seconds + TALK_SECONDS_MAX + COMMAND_SECONDS
        if self._session.hung_up:
            raise HungUpError
        words = f"{target},{ring_seconds},{options}"
        await self._session.command("EXEC", "Dial", words, seconds=limit)
        outcome = _OUTCOMES.get(await self._read("DIALSTATUS"), "failed")
        if outcome != "answered":
            await self.alive()
        return outcome

    async def _is_extension(self, number: str) -> bool:
        reply = await self.live("GET VARIABLE", f"DEVICE_STATE(PJSIP/{number})")
        return reply.value != "INVALID"

    async def _read(self, variable: str) -> str:
        """A variable that Asterisk has set. Works on a dead channel."""
        reply = await self._session.command("GET VARIABLE", variable)
        return reply.value or ""

    async def is_taken_to(self) -> str:
        """The context in which a caller goes on who is gone from this session."""
        return await self._read("CONTEXT")

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
        return reply


def _digits(number: str) -> str:
    """What of it may stand in a dial string, where other signs have a meaning."""
    return "".join(c for c in number if c in _DIALED)
