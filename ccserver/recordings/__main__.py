"""The process that encodes, one task a line. See `encoder`."""

import os
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread

from ccserver.recordings.encoder import Task, perform


def _listen(tasks: "SimpleQueue[Task]") -> None:
    for line in sys.stdin.buffer:
        tasks.put(Task.model_validate_json(line))
    # Whoever asked is gone, and will ask anew when he is back.
    os._exit(0)


def _main() -> None:
    os.nice(19)
    with suppress(OSError):  # where it is forbidden, being nice must do
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    # What a library prints is no answer.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    tasks: SimpleQueue[Task] = SimpleQueue()
    Thread(target=_listen, args=(tasks,), daemon=True).start()
    while True:
        answer = perform(tasks.get())
        answers.write(answer.model_dump_json().encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    _main()
