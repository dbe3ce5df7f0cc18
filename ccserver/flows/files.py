"""Flows out of a folder of TOML files. Every fault names the file, the line, the step, and what to
do about it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from ccserver.config.form import CalendarForm
from ccserver.core.flow import Flow, Role
from ccserver.core.flow_check import NOTHING_KNOWN, Fault, Known, faults
from ccserver.core.ids import Prompt
from ccserver.core.steps import RunPart
from ccserver.flows import convert
from ccserver.flows.document import Document, document_of
from ccserver.flows.faults import FlowError, Problem
from ccserver.flows.form import CalendarsForm, FlowForm, PromptsForm, TableForm, TestForm
from ccserver.flows.heard_form import is_name
from ccserver.flows.parse import Parsed, parse, problem_of

PROMPTS = ("prompts.toml", "words.toml", "questionnaires.toml")
CALENDARS = "calendars.toml"
NOT_FLOWS = frozenset((*PROMPTS, CALENDARS))
"""Files in the flows' folder that hold something else. Tables are in its folder `tables`."""

F = TypeVar("F", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What a folder holds."""

    flows: Mapping[str, Flow]
    tests: Mapping[str, tuple[TestForm, ...]]
    """By flow; a flow without any is here too."""
    texts: Mapping[str, Mapping[str, str]]
    """Prompt -> language -> what it says: prompts.toml and words.toml."""
    documents: Mapping[str, Document]


def read_folder(folder: Path, *, known: Known = NOTHING_KNOWN) -> Shelf:
    """All flows of a folder, by their file's name. Raises FlowError, which lists every fault.

    `known.prompts` are recordings beside the texts of prompts.toml and words.toml; where there is
    neither, prompts are not checked. The folder's own flows, calendars and tables are always known.
    """
    books = _books_of(folder)
    if not books.flows:
        raise FlowError([f"{folder}: no flow here; put at least one <name>.toml into it"])
    return _shelf(books, books.flows.keys(), known)


def read(paths: Collection[Path], *, known: Known = NOTHING_KNOWN) -> Shelf:
    """These files' flows, read with what stands beside them: prompts, calendars, tables, and the
    flows that they run. Only the faults of these files count, and of what they use. Raises
    FlowError."""
    shelf = Shelf(flows={}, tests={}, texts={}, documents={})
    lost: list[str] = []
    for folder in dict.fromkeys(path.parent for path in paths):
        wanted = [path.stem for path in paths if path.parent == folder]
        books = _books_of(folder)
        missing = [name for name in wanted if name not in books.flows]
        lost += [f"{folder / name}.toml: is not here, or is no flow" for name in missing]
        lost += [f"{folder / name}.toml: has the name of another" for name in wanted
                 if name in shelf.flows]  # fmt: skip
        try:
            found = _shelf(books, [name for name in wanted if name in books.flows], known)
        except FlowError as error:
            lost += error.faults
            continue
        shelf = Shelf(
            flows={**shelf.flows, **found.flows},
            tests={**shelf.tests, **found.tests},
            texts={**shelf.texts, **found.texts},
            documents={**shelf.documents, **found.documents},
        )
    if lost:
        raise FlowError(lost)
    return shelf


def read_text(
    name: str,
    text: str,
    folder: Path,
    *,
    others: Mapping[str, str] | None = None,
    known: Known = NOTHING_KNOWN,
) -> Shelf:
    """A flow that stands in no file yet, read as if it stood in this folder as `<name>.toml`.

    `others` (name -> TOML) are there too, in place of the folder's of that name. Raises FlowError.
    """
    books = _books_of(folder)
    for other, written in {**(others or {}), name: text}.items():
        books.flows[other] = _named(other, parse(f"{other}.toml", written, FlowForm))
    return _shelf(books, [name], known)


# -- the folder


@dataclass(slots=True, kw_only=True)
class _Books:
    """A folder's files. Those that have no form are here with their problems."""

    flows: dict[str, Parsed[FlowForm]]
    calendars: dict[str, CalendarForm] = field(default_factory=dict)
    tables: dict[str, TableForm] = field(default_factory=dict)
    texts: dict[str, Mapping[str, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    """Of all that is no flow."""


def _books_of(folder: Path) -> _Books:
    paths = sorted(path for path in folder.glob("*.toml") if path.name not in NOT_FLOWS)
    books = _Books(flows={path.stem: _named(path.stem, _file(path, FlowForm)) for path in paths})
    for path in (folder / name for name in PROMPTS):
        if path.is_file() and (texts := _form(path, PromptsForm, books)):
            books.texts |= texts.root
    path = folder / CALENDARS
    if path.is_file() and (calendars := _form(path, CalendarsForm, books)):
        books.calendars |= calendars.root
    for path in sorted((folder / "tables").glob("*.toml")):
        if table := _form(path, TableForm, books):
            books.tables[path.stem] = table
    return books


def _form(path: Path, root: type[F], books: _Books) -> F | None:
    parsed = _file(path, root)
    books.faults += parsed.told(parsed.problems)
    return parsed.form


def _file(path: Path, root: type[F]) -> Parsed[F]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problem = Problem((), f"is not UTF-8: {error.reason}; save it as that")
        return Parsed(label=str(path), text="", form=None, problems=(problem,))
    return parse(str(path), text, root)


def _named(name: str, parsed: Parsed[FlowForm]) -> Parsed[FlowForm]:
    if is_name(name):
        return parsed
    text = "a flow's name has small letters, digits and _, and begins with a letter; rename it"
    return replace(parsed, form=None, problems=(*parsed.problems, Problem((), text)))


# -- the flows


def _shelf(books: _Books, wanted: Iterable[str], known: Known) -> Shelf:
    whole = {name: parsed for name, parsed in books.flows.items() if parsed.form is not None}
    flows = {
        name: convert.flow(name, form, calendars=books.calendars, tables=books.tables)
        for name, form in _forms(whole)
    }
    known = replace(known, prompts=_prompts(books, known), flows={**(known.flows or {}), **flows})
    names = list(_with_parts(wanted, flows, books))
    found = list(books.faults)
    for name in names:
        parsed = books.flows[name]
        problems = list(parsed.problems)
        # Where a calendar or a table could not be read, whoever reads it would seem wrong too.
        if parsed.form is not None and not books.faults:
            broken = books.flows.keys() - whole.keys()
            problems += _problems(parsed.form, flows[name], known, broken)
        found += parsed.told(problems)
    if found:
        raise FlowError(found)
    linked = {name: _linked(name, known.flows or {}) for name in wanted}
    forms = {name: form for name, form in _forms(whole) if name in linked}
    return Shelf(
        flows=linked,
        tests={name: form.test for name, form in forms.items()},
        texts=books.texts,
        documents={
            name: document_of(
                whole[name].text, form, calendars=books.calendars, tables=books.tables
            )
            for name, form in forms.items()
        },
    )


def _forms(parsed: Mapping[str, Parsed[FlowForm]]) -> Iterator[tuple[str, FlowForm]]:
    return ((name, one.form) for name, one in parsed.items() if one.form is not None)


def _with_parts(wanted: Iterable[str], flows: Mapping[str, Flow], books: _Books) -> dict[str, None]:
    """These flows and those of the folder that they run."""
    found = dict.fromkeys(wanted)
    ahead = list(found)
    for name in ahead:
        steps = flows[name].steps.values() if name in flows else ()
        for step in steps:
            if isinstance(step, RunPart) and step.flow not in found and step.flow in books.flows:
                found[step.flow] = None
                ahead.append(step.flow)
    return found


def _problems(
    form: FlowForm, flow: Flow, known: Known, broken: Collection[str]
) -> Iterator[Problem]:
    """What is well-formed and still cannot work."""
    if form.operator is None and form.role is Role.HOTLINE:
        yield Problem(("operator",), "is missing; name the queue of callers whom the flow fails")
    if form.zone is None and (readers := convert.clock_readers(form)):
        text = f'is missing: step `{readers[0]}` reads the clock; add one, such as "Asia/Shanghai"'
        yield Problem(("zone",), text)
    for fault in faults(flow, known):
        if not _is_of_broken(fault, flow, broken):
            yield problem_of(fault)


def _is_of_broken(fault: Fault, flow: Flow, broken: Collection[str]) -> bool:
    """Whether it seems only so because the part's file has faults of its own."""
    step = flow.steps.get(fault.step) if fault.step is not None else None
    return isinstance(step, RunPart) and fault.key == "flow" and step.flow in broken


def _prompts(books: _Books, known: Known) -> Mapping[str, frozenset[Prompt]] | None:
    """Language -> what is recorded, or has a text."""
    if known.prompts is None and not books.texts:
        return None
    found = {language: set(prompts) for language, prompts in (known.prompts or {}).items()}
    for prompt, texts in books.texts.items():
        for language in texts:
            found.setdefault(language, set()).add(Prompt(prompt))
    return {language: frozenset(prompts) for language, prompts in found.items()}


def _linked(name: str, flows: Mapping[str, Flow]) -> Flow:
    """The flow with its parts, and they with theirs. None runs itself: that was checked."""
    flow = flows[name]
    parts = {step.flow for step in flow.steps.values() if isinstance(step, RunPart)}
    if not parts or flow.parts:
        return flow
    return replace(flow, parts={part: _linked(part, flows) for part in sorted(parts)})
