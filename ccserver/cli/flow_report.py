"""What a rehearsal of a flow looks like: as a script, and as JSON."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

from ccserver.core.doings import (
    Answer,
    Answered,
    Attach,
    Doing,
    Enter,
    Failed,
    Fetch,
    FileAnswer,
    FindCustomer,
    OpenTicket,
    ReadNumber,
    Record,
    SetLanguage,
    Transfer,
)
from ccserver.core.flow import Flow, with_parts
from ccserver.flows.outline import Texts, kind_of
from ccserver.flows.rehearse import Rehearsal
from ccserver.flows.world import Dealt, Happening, Played, Pressed

Line = tuple[str, str]
"""What is done, and what is said, asked or answered."""


def show(flow: Flow, done: Rehearsal, texts: Texts, console: Console) -> None:
    """Print the rehearsal as one reads a play."""
    for one in done.script:
        if isinstance(one, Enter):
            _print(console, _scene(flow, one))
        for did, what in _told(one, texts):
            _print(console, f"    [dim]{did:<12}[/dim]{what}")
    color = "red" if done.failure else "green"
    why = f" ({escape(done.failure)})" if done.failure else ""
    _print(console, f"\n[bold]ends[/bold]            [{color}]{escape(done.ends)}[/{color}]{why}")
    for name, value in done.attached.items():
        _print(console, f"[bold]the agent sees[/bold]  {escape(name)}: {escape(value)}")
    if done.left_over:
        _print(console, f"[yellow]keys that nobody asked for: {' '.join(done.left_over)}[/yellow]")


def _print(console: Console, line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True)


def _scene(flow: Flow, entered: Enter) -> str:
    step = next(one for one in with_parts(flow) if one.name == entered.flow).steps[entered.step]
    within = "" if entered.flow == flow.name else f"{entered.flow} / "
    came = "" if entered.came in ("", "then") else f"  [dim]by {escape(entered.came)}[/dim]"
    name = f"[bold]{escape(within)}{escape(entered.step)}[/bold]"
    return f"{name} [cyan]{kind_of(step)}[/cyan]{came}"


def _told(one: Happening, texts: Texts) -> Iterator[Line]:
    match one:
        case Enter():
            pass
        case Played():
            said = " ".join(texts.get(name, {}).get(one.language, "") for name in one.prompts)
            names = f"[dim]{escape(' '.join(one.prompts))}[/dim]"
            yield (
                "passes over" if one.cut else "hears",
                f"[dim]{escape(said)}[/dim]  {names}" if one.cut else f"{escape(said)}  {names}",
            )
        case Pressed(keys=keys):
            yield ("presses", f"[bold]{escape(keys)}[/bold]") if keys else ("is silent", "")
        case SetLanguage(language=language):
            yield "speaks", escape(language)
        case Attach(data=data):
            yield from (("attaches", escape(f"{name}: {value}")) for name, value in data.items())
        case FileAnswer():
            yield "answers", escape(f"{one.question}: {one.answer}")
        case Dealt():
            yield _dealt(one.doing, one.answer)


def _dealt(doing: Doing, answer: Answer) -> Line:
    did, asked = _asked(doing)
    if isinstance(answer, Failed):
        return did, f"{escape(asked)} → [red]fails: {escape(answer.why)}[/red]".lstrip()
    return did, f"{escape(asked)} → {escape(_answered(doing, answer))}".lstrip()


def _asked(doing: Doing) -> Line:
    match doing:
        case Fetch():
            return "asks", f"{doing.partner}: {doing.method} {doing.path}"
        case FindCustomer():
            return "looks for", doing.number or doing.customer
        case ReadNumber():
            return "reads", doing.number
        case OpenTicket():
            return "opens", f"{'urgent ' if doing.urgent else ''}{doing.kind} ticket: {doing.title}"
        case Transfer():
            return "calls", doing.to
        case Record():
            return "records", ""
        case _:
            return type(doing).__name__.lower() + "s", ""


def _answered(doing: Doing, answer: Mapping[str, str] | str | Answered | None) -> str:
    match answer:
        case Answered(value=value):
            return json.dumps(value, ensure_ascii=False)
        case str():
            return answer or ("nothing" if isinstance(doing, Record) else "none")
        case None:
            return "nobody"
        case _:
            return answer.get("customer.name", "") or answer.get("customer.id", "")


def as_json(done: Rehearsal) -> dict[str, Any]:
    """The same for programs."""
    return {
        "ends": done.ends,
        "failure": done.failure,
        "language": done.language,
        "steps": [{"flow": at.flow, "step": at.step, "came": at.came} for at in done.steps],
        "heard": list(done.heard),
        "pressed": [{"step": one.step, "keys": one.keys} for one in done.pressed],
        "attached": done.attached,
        "answers": done.answers,
        "tickets": [
            {
                "kind": ticket.kind.value,
                "title": ticket.title,
                "details": ticket.details,
                "urgent": ticket.urgent,
            }
            for ticket in done.tickets
        ],
        "left_over": list(done.left_over),
    }
