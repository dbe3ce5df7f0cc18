"""One TOML file: its form, and what keeps it from having one."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from ccserver.core.flow_known import Fault
from ccserver.flows.faults import Problem, problems_of, told
from ccserver.flows.lines import line_of, lines_of

F = TypeVar("F", bound=BaseModel)

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$| \(at end of document\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed(Generic[F]):
    """A file that was read."""

    label: str
    """What it is called in faults."""
    text: str
    form: F | None
    """None: it has problems."""
    problems: tuple[Problem, ...] = ()
    tables: Mapping[str, Any] = field(default_factory=dict)
    """As TOML has them."""

    def told(self, problems: Iterable[Problem]) -> list[str]:
        """Each as `file:line: step `x`, `key`: what; do what`, in the order of the lines."""
        lines = lines_of(self.text)
        placed = {
            (problem.line or line_of(lines, problem.path), told(problem, self.tables))
            for problem in problems
        }
        return [f"{self.label}:{line}: {words}" for line, words in sorted(placed)]


def parse(label: str, text: str, root: type[F]) -> Parsed[F]:
    """Read a file's text into its form."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Parsed(label=label, text=text, form=None, problems=(_syntax(text, str(error)),))
    try:
        form = root.model_validate(tables)
    except ValidationError as error:
        problems = tuple(problems_of(error, root))
        return Parsed(label=label, text=text, form=None, problems=problems, tables=tables)
    return Parsed(label=label, text=text, form=form, tables=tables)


def problem_of(fault: Fault) -> Problem:
    """A checker's fault at its place in the file."""
    keys = tuple(fault.key.split(".")) if fault.key else ()
    return Problem(keys if fault.step is None else ("steps", fault.step, *keys), fault.text)


def _syntax(text: str, message: str) -> Problem:
    found = _AT_LINE.search(message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    return Problem((), f"this is not TOML: {_AT_LINE.sub('', message)}; mend that line", line)
