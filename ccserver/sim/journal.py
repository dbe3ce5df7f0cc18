"""A simulated day as text: every event and what was ordered, a line each.

The same seed gives the same text, byte for byte, in any process on any machine.
"""

from dataclasses import fields, is_dataclass
from enum import Enum

from ccserver.core.commands import Command
from ccserver.core.events import Event


def line(at: float, event: Event, commands: list[Command]) -> str:
    """One event: its instant, what happened, and what the center ordered."""
    return f"{at!r} {text(event)} -> {' '.join(text(command) for command in commands)}\n"


def text(thing: object) -> str:
    """A thing as text. Sets are sorted, since Python hands them out in another order each time."""
    if isinstance(thing, Enum):
        return str(thing.value)
    if is_dataclass(thing):
        parts = (f"{part.name}={text(getattr(thing, part.name))}" for part in fields(thing))
        return f"{type(thing).__name__}({', '.join(parts)})"
    if isinstance(thing, frozenset):
        return f"{{{', '.join(sorted(text(one) for one in thing))}}}"
    if isinstance(thing, tuple | list):
        return f"({', '.join(text(one) for one in thing)})"
    return repr(thing)
