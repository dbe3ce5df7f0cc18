"""The configuration as one TOML file: read, and written so that people like to read it."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from ccserver.config.check import ConfigError, form_of
from ccserver.config.fields import WEEKDAYS
from ccserver.config.form import ConfigForm

HEAD: Final = (
    "# ccserver's configuration. `ccserver config check` reads it, `ccserver config apply` makes\n"
    "# it hold. What is left out is as usual; an agent who is left out keeps what he has.\n"
)

_EACH_A_TABLE: Final = (
    "calendars",
    "queues",
    "questionnaires",
    "campaigns",
    "agents",
    "dispositions",
    "scripts",
    "thresholds",
)

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_QUOTES = "\"'"
_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]")
_ASSIGNMENT = re.compile(rf"\s*((?:{_KEY.pattern})(?:\s*\.\s*(?:{_KEY.pattern}))*)\s*=")


def read(text: str) -> ConfigForm:
    """The file's form. Raises ConfigError, which lists every fault of the single parts."""
    try:
        return form_of(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"this is not TOML: {error}; mend that line"]) from error
    except ConfigError as error:
        raise located(text, error) from error


def located(text: str, error: ConfigError) -> ConfigError:
    """The same faults, each with the line that it is about, or that its table begins in."""
    lines = _lines_of(text)

    def place(fault: str) -> str:
        named = re.match("`([^`]+)`", fault)
        parts = named[1].split(".") if named else []
        for length in range(len(parts), 0, -1):
            if (line := lines.get(".".join(parts[:length]))) is not None:
                return f"line {line}: {fault}"
        return fault

    return ConfigError([place(fault) for fault in error.faults])


def _lines_of(text: str) -> dict[str, int]:
    """Where each table and key stands. tomllib does not tell, so the text is asked: a rare form
    that is not found only costs the number."""
    lines: dict[str, int] = {}
    steps: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if head := _HEADER.match(line):
            table = ".".join(part.strip(_QUOTES) for part in _KEY.findall(head[2]))
            if head[1] == "[[":
                steps[table] += 1
                table = f"{table}.{steps[table] - 1}"
            lines.setdefault(table, number)
        elif key := _ASSIGNMENT.match(line):
            path = table
            for part in _KEY.findall(key[1]):
                path = f"{path}.{part.strip(_QUOTES)}".removeprefix(".")
                lines.setdefault(path, number)
    return lines


def write(form: ConfigForm) -> str:
    """The file that says this and no more than that."""
    tables = form.model_dump(mode="json", exclude_defaults=True)
    parts = [HEAD]
    for kind, table in tables.items():
        if kind in _EACH_A_TABLE:
            for name, body in table.items():
                opened = _calendar(body) if kind == "calendars" else body
                parts += toml_table(f"{kind}.{_key(name)}", opened)
        else:
            parts += toml_table(kind, table)
    return "\n".join(parts)


def toml_table(path: str, body: Mapping[str, Any]) -> Iterator[str]:
    """A table with its plain values, then the tables in it that are too long for a line."""
    inner = {key: value for key, value in body.items() if _is_long(value)}
    lines = [f"{_key(key)} = {_value(body[key])}\n" for key in body if key not in inner]
    yield f"[{path}]\n{''.join(lines)}"
    for key, value in inner.items():
        if isinstance(value, Mapping):
            yield from toml_table(f"{path}.{_key(key)}", value)
        else:
            for step in value:
                lines = [f"{_key(name)} = {_value(part)}\n" for name, part in step.items()]
                yield f"[[{path}.{_key(key)}]]\n{''.join(lines)}"


def _is_long(value: object) -> bool:
    """Lists of tables, and tables of lists or tables."""
    if isinstance(value, list):
        return any(isinstance(part, Mapping) for part in value)
    return isinstance(value, Mapping) and any(
        isinstance(part, list | Mapping) for part in value.values()
    )


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(part)}" for key, part in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 20 reads better than 20.0, and means the same
    # What is left of JSON is TOML as well.
    return json.dumps(value, ensure_ascii=False)


# -- days that follow each other stand in one line


def _calendar(body: Mapping[str, Any]) -> dict[str, Any]:
    folded = dict(body)
    if "weekly" in body:
        after = dict(pairwise(WEEKDAYS))
        folded["weekly"] = _folded(body["weekly"], after, "-")
    if "special" in body:
        days = body["special"]
        after = {day: str(date.fromisoformat(day) + timedelta(days=1)) for day in days}
        folded["special"] = _folded(days, after, "/")
    return folded


def _folded(days: Mapping[str, Any], after: Mapping[str, str], dash: str) -> dict[str, Any]:
    runs: list[list[str]] = []
    for day in days:
        last = runs[-1][-1] if runs else ""
        if runs and after.get(last) == day and days[last] == days[day]:
            runs[-1].append(day)
        else:
            runs.append([day])
    return {(run[0] if len(run) == 1 else f"{run[0]}{dash}{run[-1]}"): days[run[0]] for run in runs}
