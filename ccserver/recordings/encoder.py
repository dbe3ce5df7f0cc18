"""A process of its own for what takes the processor: encoding, and understanding speech.

It takes only what nobody else wants (nice 19, SCHED_IDLE), so that no call is any slower. Tasks and
answers are lines of JSON on its standard input and output; when the input ends, so does it.
`__main__` is that process, `Encoder` is how the others reach it.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from typing import Literal, Self

import structlog
from pydantic import BaseModel

from ccserver.recordings.encode import Encoded, EncodingError, Job, encode
from ccserver.recordings.speech import Part, SpeechError, SpeechJob, transcribe

_LINE_BYTES_MAX = 64 * 1024 * 1024
"""The wave-form of a day is 2.3 MB."""
_TRIES = 2

_log = structlog.get_logger("ccserver.recordings")


class _Line(BaseModel, ser_json_bytes="base64", val_json_bytes="base64", frozen=True):
    """What goes over a pipe in one line."""


class Task(_Line, frozen=True):
    """What the process is to do."""

    job: Job | SpeechJob


class Transcript(_Line, frozen=True):
    """What was understood."""

    parts: tuple[Part, ...]


class Failed(_Line, frozen=True):
    """It could not be done."""

    kind: Literal["encoding", "speech"]
    message: str
    no_space: bool = False


class Answer(_Line, frozen=True):
    """What became of it."""

    outcome: Encoded | Transcript | Failed


def perform(task: Task) -> Answer:
    """Do it, here and now."""
    try:
        match task.job:
            case Job() as job:
                return Answer(outcome=encode(job))
            case SpeechJob() as job:
                return Answer(outcome=Transcript(parts=transcribe(job)))
    except EncodingError as error:
        failed = Failed(kind="encoding", message=str(error), no_space=error.no_space)
        return Answer(outcome=failed)
    except SpeechError as error:
        return Answer(outcome=Failed(kind="speech", message=str(error)))


class Encoder:
    """The process, started when there is something to do, and again when it died.

    One task at a time; who asks meanwhile waits. Use it as a context: at the end the process goes.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    @property
    def pid(self) -> int | None:
        """The process; None: there is none."""
        return self._process.pid if self._process else None

    async def encode(self, job: Job) -> Encoded:
        """As `encode.encode`. Raises EncodingError too when the process dies of it twice."""
        outcome = await self._perform(Task(job=job))
        assert isinstance(outcome, Encoded)
        return outcome

    async def transcribe(self, job: SpeechJob) -> tuple[Part, ...]:
        """As `speech.transcribe`. Raises EncodingError when the process dies of it twice."""
        outcome = await self._perform(Task(job=job))
        assert isinstance(outcome, Transcript)
        return outcome.parts

    async def _perform(self, task: Task) -> Encoded | Transcript:
        line = task.model_dump_json().encode() + b"\n"
        async with self._turn:
            for _ in range(_TRIES):
                if (answer := await self._ask(line)) is not None:
                    break
                _log.error("the encoder died; another is started", task=task.job.name)
            else:
                raise EncodingError(
                    f"{task.job.name}: the encoder died of it {_TRIES} times; its last words"
                    " are in the log"
                )
        match answer.outcome:
            case Failed(kind="speech", message=message):
                raise SpeechError(message)
            case Failed(message=message, no_space=no_space):
                raise EncodingError(message, no_space=no_space)
            case outcome:
                return outcome

    async def _ask(self, line: bytes) -> Answer | None:
        """The answer; None: the process died before it gave one."""
        process = self._process = self._process or await _start()
        assert process.stdin is not None
        assert process.stdout is not None
        answer = b""
        try:
            process.stdin.write(line)
            await process.stdin.drain()
            answer = await process.stdout.readline()
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            # Also when nobody waits for the answer any more: the next would take it for his.
            if not answer.endswith(b"\n"):
                await self._end()
        return Answer.model_validate_json(answer) if answer.endswith(b"\n") else None

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):  # it has just gone by itself
                process.kill()
            await process.wait()


async def _start() -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "ccserver.recordings"),
        stdin=PIPE,
        stdout=PIPE,
        limit=_LINE_BYTES_MAX,
        start_new_session=True,  # a Ctrl-C in the terminal is for us
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
    )
