"""What a drawing of a flow says: a box for each step, and the ways between them."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ccserver.core.flow import Flow, targets
from ccserver.core.ids import StepName
from ccserver.core.steps import (
    AskCallback,
    AttachData,
    Branch,
    CallOut,
    Case,
    Digits,
    EnterQueue,
    FindRow,
    GoBack,
    GoodBye,
    Heard,
    LeaveVoicemail,
    LookUpCustomer,
    Menu,
    OpeningHours,
    OpenServiceTicket,
    Question,
    Request,
    Return,
    RunPart,
    Say,
    SetValues,
    SpeakLanguage,
    Step,
    Text,
)

Texts = Mapping[str, Mapping[str, str]]
"""Prompt -> language -> what it says."""


_CLOSING = frozenset("，。、；：？！）》」』】％")  # noqa: RUF001 -- Chinese, as prompts are
"""These begin no line."""
_WORD_MAX = 24
"""Longer words are broken."""


class Family(StrEnum):
    """What kind of thing a step does."""

    SPEAK = "speak"
    ASK = "ask"
    DECIDE = "decide"
    WORK = "work"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From a step to the next."""

    names: tuple[str, ...]
    """The ways of `targets` that lead there: `key 1`, `otherwise`."""
    label: str
    """In short, empty where there is only one way."""
    then: StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A step, as it is drawn."""

    step: StepName
    kind: str
    """As the flow's file says it."""
    family: Family
    says: str
    """What it plays, asks, reads or does."""
    ways: tuple[Way, ...]
    """Without the one for a step that fails."""
    error: StepName | None
    part: str = ""
    """The flow that it runs."""


def outline(flow: Flow, texts: Texts, language: str) -> list[Box]:
    """The boxes, in the order of the file."""
    return [_box(flow, name, texts, language) for name in flow.steps]


def _box(flow: Flow, name: StepName, texts: Texts, language: str) -> Box:
    step = flow.steps[name]
    kind, family, says = _told(step, texts, language)
    return Box(
        step=name,
        kind=kind,
        family=family,
        says=" ".join(says.split()),
        ways=tuple(_ways(step, targets(flow, name))),
        error=flow.on_error.get(name),
        part=step.flow if isinstance(step, RunPart) else "",
    )


def kind_of(step: Step) -> str:
    """What kind of step it is, in the word of the flow's file."""
    return _told(step, {}, "")[0]


def _ways(step: Step, leads: Mapping[str, StepName]) -> Iterator[Way]:
    """The ways, those to the same step as one."""
    by_target: dict[StepName, list[str]] = {}
    for name, then in leads.items():
        if name != "error":
            by_target.setdefault(then, []).append(name)
    for then, names in by_target.items():
        label = " · ".join(_label(step, name) for name in names)
        only = len(by_target) == 1 and names == ["then"]
        yield Way(names=tuple(names), label="" if only else label, then=then)


def _label(step: Step, way: str) -> str:
    word, _, rest = way.partition(" ")
    if word == "key":
        return rest
    if word == "case" and isinstance(step, Branch):
        return condition(step.cases[int(rest) - 1])
    return way


def condition(case: Case) -> str:
    """When a case holds: `gold, platinum`, `0.3 to 0.8`."""
    if case.one_of:
        return ", ".join(one or "empty" for one in sorted(case.one_of))
    if case.starts_with:
        return ", ".join(f"{beginning}…" for beginning in case.starts_with)
    if case.between is not None:
        return " to ".join(case.between)
    if case.at_least is None:
        return f"below {case.below:g}"
    return f"≥ {case.at_least:g}" + ("" if case.below is None else f", below {case.below:g}")


# -- in words


def _told(step: Step, texts: Texts, language: str) -> tuple[str, Family, str]:
    """The kind, the family, and what is to be said of the step."""
    match step:
        case Say():
            return "say", Family.SPEAK, heard_text(step.prompts, texts, language)
        case Menu():
            return "menu", Family.ASK, heard_text(step.prompts, texts, language)
        case Digits():
            return "digits", Family.ASK, heard_text(step.prompts, texts, language)
        case Question():
            asked = heard_text(step.prompts, texts, language) or template(step.value)
            return "question", Family.ASK, f"{step.question}: {asked}"
        case SpeakLanguage():
            return "language", Family.SPEAK, step.language
        case Branch() | OpeningHours() | FindRow() | LookUpCustomer():
            kind, says = _decides(step)
            return kind, Family.DECIDE, says
        case Request() | SetValues() | AttachData() | OpenServiceTicket() | RunPart():
            kind, says = _works(step)
            return kind, Family.WORK, says
        case _:
            kind, says = _ends(step, texts, language)
            return kind, Family.END, says


def _decides(step: Branch | OpeningHours | FindRow | LookUpCustomer) -> tuple[str, str]:
    match step:
        case Branch(on=name):
            return "branch", name
        case OpeningHours(calendar=name):
            return "hours", name
        case FindRow():
            return "table", f"{step.table}: {template(step.key)}"
        case LookUpCustomer():
            keys = (("number", step.number), ("customer", step.customer))
            told = (f"{name} {template(text)}" for name, text in keys if text is not None)
            return "lookup", ", ".join(told)


def _works(
    step: Request | SetValues | AttachData | OpenServiceTicket | RunPart,
) -> tuple[str, str]:
    match step:
        case Request():
            return "http", f"{step.method} {step.partner} {template(step.path)}"
        case SetValues(values=values):
            return "set", _pairs(values)
        case AttachData(data=data):
            return "attach", _pairs(data)
        case OpenServiceTicket():
            urgent = "urgent " if step.urgent else ""
            return "ticket", f"{urgent}{step.ticket}: {template(step.title)}"
        case RunPart(flow=flow):
            return "part", flow


def _ends(step: Step, texts: Texts, language: str) -> tuple[str, str]:
    match step:
        case EnterQueue():
            agent = template(step.agent)
            return "queue", step.queue + ", urgent" * step.urgent + f", {agent}" * bool(agent)
        case AskCallback():
            return "callback", f"{step.queue or ''} {template(step.number)}"
        case LeaveVoicemail():
            return "voicemail", f"{step.queue or ''} {heard_text(step.prompts, texts, language)}"
        case CallOut():
            return "transfer", template(step.to)
        case GoBack():
            return "back", "waits on"
        case Return():
            return "return", ""
        case GoodBye():
            return "goodbye", heard_text(step.prompts, texts, language)
        case _:
            raise AssertionError(f"no end: {step}")


def _pairs(texts: Mapping[str, Text]) -> str:
    return ", ".join(f"{name} = {template(text)}" for name, text in texts.items())


def template(text: Text) -> str:
    """The text as it is written in a file, with its names in braces."""
    return "".join(f"{{{part}}}" if place % 2 else part for place, part in enumerate(text.parts))


def heard_text(heard: Heard, texts: Texts, language: str) -> str:
    """What is heard, as text: a value by its name, a prompt without a text as `[its name]`."""
    said = (
        texts.get(part, {}).get(language, f"[{part}]")
        if isinstance(part, str)
        else template(part.text)
        for part in heard
    )
    return " ".join(said)


def lines_of(text: str, width: int, lines_max: int) -> list[str]:
    """The text in lines of at most so many columns, a Chinese character taking two, and of about
    the same length; what does not fit is left out, and … stands for it."""
    lines = _broken(text, width)
    if len(lines) > lines_max:
        last = lines[lines_max - 1]
        while columns(last) > width - 2:
            last = last[:-1]
        return [*lines[: lines_max - 1], last.rstrip() + "…"]
    for narrower in range(width - 1, 0, -1):
        if len(narrow := _broken(text, narrower)) > len(lines):
            break
        lines = narrow
    return lines


def _broken(text: str, width: int) -> list[str]:
    lines = [""]
    for word in _words(text):
        if columns(lines[-1]) + columns(word.rstrip()) <= width:
            lines[-1] += word
        else:
            lines.append(word)
    return [line.strip() for line in lines if line.strip()]


def _words(text: str) -> Iterable[str]:
    """Where a line may be broken: after a space, and between Chinese characters."""
    word = ""
    for letter in text:
        breaks = word.endswith(" ") or (columns(letter) == 2 and letter not in _CLOSING)
        if word and (breaks or len(word) >= _WORD_MAX):
            yield word
            word = ""
        word += letter
    yield word


def columns(text: str) -> int:
    """How wide a text is, in columns of half a Chinese character."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)
