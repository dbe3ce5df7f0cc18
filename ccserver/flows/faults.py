"""Faults of flow files, in our words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from itertools import pairwise
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError

from ccserver.config.form import CalendarForm
from ccserver.flows.form import (
    CalendarsForm,
    FlowForm,
    NuisanceForm,
    TestCustomerForm,
    TestForm,
)
from ccserver.flows.heard_form import PATTERNS, SpokenForm
from ccserver.flows.lines import Path
from ccserver.flows.step_form import AnyStepForm, CaseForm

STEP_FORMS: Final[Mapping[str, type[BaseModel]]] = {
    get_args(form.model_fields["kind"].annotation)[0]: form for form in get_args(AnyStepForm)
}
"""Kind -> form."""

_TAGS = frozenset(("prompt", "value"))
"""What stands in pydantic's places for which of two forms was meant."""
_TYPES: Final = {
    "string": "a text, in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "tuple": "a list, in brackets",
    "list": "a list, in brackets",
    "dict": "a table, such as { a = 1 }",
    "model": "a table, such as { a = 1 }",
    "datetime": "an instant, such as 2026-10-01T09:00:00+08:00",
    "timezone": "an instant with its offset, such as 2026-10-01T09:00:00+08:00",
}


class FlowError(Exception):
    """Flows that cannot be used as they are. `faults` are all that were found."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place of a file, and what to do."""

    path: Path
    text: str
    line: int = 0
    """0: that of the path."""


def told(problem: Problem, tables: Mapping[str, Any]) -> str:
    """The problem with its place in words. `tables`: the file's, which hold the tests' names."""
    match problem.path:
        case ("steps", name, *rest):
            where = f"step `{name}`"
        case ("test", place, *rest):
            where = f"test `{_name_of_test(tables, place)}`"
        case path:
            where, rest = "", list(path)
    key = f"`{'.'.join(rest)}`" if rest else ""
    place_in_words = ", ".join(part for part in (where, key) if part)
    return f"{place_in_words}: {problem.text}" if place_in_words else problem.text


def _name_of_test(tables: Mapping[str, Any], place: str) -> str:
    try:
        return str(tables["test"][int(place)]["name"])
    except (KeyError, IndexError, TypeError, ValueError):
        return f"number {int(place) + 1}" if place.isdecimal() else place


def problems_of(error: ValidationError, root: type[BaseModel]) -> Iterator[Problem]:
    """pydantic's faults, each at its place in the file. `root`: the form of the whole file."""
    every = error.errors(include_url=False)
    for fault in every:
        if fault["type"] == "too_short" and any(
            _is_inside(one["loc"], fault["loc"]) for one in every
        ):
            continue  # pydantic counts only the items that are right
        path = tuple(map(str, fault["loc"]))
        is_key = path[-1:] == ("[key]",)
        kind = ""
        if path[:1] == ("steps",) and len(path) > 2:
            # After the step's name stands its kind, which is no place in the file.
            kind, path = path[2], path[:2] + path[3:]
        path = tuple(
            part
            for before, part in pairwise(("", *path))
            if part != "[key]" and not (part in _TAGS and before.isdecimal())
        )
        if root is CalendarsForm:
            path = path[:2]  # the days below are not as they were written: a run is taken apart
        yield _problem(path, _form_at(root, path, kind), fault, is_key=is_key)


def _is_inside(path: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(path) > len(outer) and path[: len(outer)] == outer


def _problem(
    path: Path, form: type[BaseModel] | None, fault: Mapping[str, Any], *, is_key: bool
) -> Problem:
    context: Mapping[str, Any] = fault.get("ctx", {})
    match fault["type"]:
        case "missing":
            return Problem(path, "is missing; add it")
        case "extra_forbidden":
            return Problem(path, _unknown_key(path[-1], form))
        case "union_tag_not_found":
            every = ", ".join(STEP_FORMS)
            return Problem((*path, "kind"), f"is missing; say what the step does: one of {every}")
        case "union_tag_invalid":
            text = _near("kind of step", context["tag"], STEP_FORMS)
            return Problem((*path, "kind"), text)
        case "value_error":
            return Problem(path, fault["msg"].removeprefix("Value error, "))
        case sort:
            expected = _expected(sort, context, fault["msg"])
            now = "" if is_key else f"; it is now {_shown(fault['input'])}, change it"
            return Problem(path, f"must be {expected}{now}")


def _expected(sort: str, context: Mapping[str, Any], message: str) -> str:
    """What should stand there."""
    match sort:
        case "string_pattern_mismatch":
            return PATTERNS.get(context["pattern"], f"of the form {context['pattern']}")
        case "enum" | "literal_error":
            return f"one of {context['expected']}"
        case "greater_than_equal":
            return f"at least {context['ge']:g}"
        case "greater_than":
            return f"more than {context['gt']:g}"
        case "less_than_equal":
            return f"at most {context['le']:g}"
        case "too_short" | "string_too_short":
            return f"at least {context['min_length']} long"
        case "too_long" | "string_too_long":
            return f"at most {context['max_length']} long"
        case _:
            word = sort.partition("_")[0]
            return _TYPES.get(word, f"otherwise: {message}")


def _shown(value: object) -> str:
    """As it would be written, if it is short."""
    text = repr(value)
    if isinstance(value, bool):
        text = text.lower()
    elif isinstance(value, date | datetime):
        text = value.isoformat()
    return text if len(text) <= 60 else f"{text[:59]}…"


def _unknown_key(key: str, form: type[BaseModel] | None) -> str:
    if form is None:
        return "is not known here; take it out or mend its spelling"
    keys = [field.alias or name for name, field in form.model_fields.items()]
    return _near("key", key, keys)


def _near(kind: str, word: str, words: Mapping[str, object] | list[str]) -> str:
    near = get_close_matches(word, list(words), n=1)
    if near:
        return f"there is no {kind} `{word}`; perhaps `{near[0]}` was meant"
    return f"there is no {kind} `{word}`; take one of: {', '.join(words)}"


def _form_at(root: type[BaseModel], path: Path, kind: str) -> type[BaseModel] | None:
    """The form in which the last key of a path stands."""
    if root is CalendarsForm:
        return CalendarForm
    if root is not FlowForm:
        return root
    match path:
        case (_,):
            return FlowForm
        case ("steps", _, _):
            return STEP_FORMS.get(kind)
        case ("steps", _, "cases", *_):
            return CaseForm
        case ("steps", *_):
            return SpokenForm
        case ("test", _, _):
            return TestForm
        case ("test", _, "customer", _):
            return TestCustomerForm
        case ("nuisance", _):
            return NuisanceForm
        case _:
            return None
