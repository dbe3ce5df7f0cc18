"""A version of a flow that stands for itself: the file's text with the calendars and tables of its
day."""

from collections.abc import Mapping

from pydantic import Field

from ccserver.config.fields import Form
from ccserver.config.form import CalendarForm
from ccserver.core.flow import Flow
from ccserver.flows import convert
from ccserver.flows.faults import FlowError
from ccserver.flows.form import FlowForm, TableForm
from ccserver.flows.heard_form import Name
from ccserver.flows.parse import parse
from ccserver.flows.step_form import FindRowForm, HoursForm


class Document(Form):
    """What is kept of a published flow. Parts are flows of their own, each with its version.

    As JSON: `document.model_dump(mode="json")` and `Document.model_validate(…)`.
    """

    text: str
    """TOML."""
    calendars: dict[Name, CalendarForm] = Field(default={})
    tables: dict[Name, TableForm] = Field(default={})


def document_of(
    text: str,
    form: FlowForm,
    *,
    calendars: Mapping[str, CalendarForm],
    tables: Mapping[str, TableForm],
) -> Document:
    """The flow with those of the calendars and tables that it reads. `form`: that of the text."""
    steps = form.steps.values()
    used = {step.calendar for step in steps if isinstance(step, HoursForm)}
    found = {step.table for step in steps if isinstance(step, FindRowForm)}
    return Document(
        text=text,
        calendars={name: one for name, one in calendars.items() if name in used},
        tables={name: one for name, one in tables.items() if name in found},
    )


def flow_of(document: Document, name: str, version: int, parts: Mapping[str, Flow]) -> Flow:
    """The flow as it is walked. `parts`: at least the flows that it runs, each with its own.

    It was checked when it was published, against what there was then. Raises FlowError for a text
    that is of no flow any more, and for a part that is not given.
    """
    parsed = parse(name, document.text, FlowForm)
    if parsed.form is None:
        raise FlowError(parsed.told(parsed.problems))
    wanted = convert.parts_of(parsed.form)
    if lost := [part for part in wanted if part not in parts]:
        raise FlowError([f"{name}: runs the part `{part}`; publish that one too" for part in lost])
    return convert.flow(
        name,
        parsed.form,
        calendars=document.calendars,
        tables=document.tables,
        version=version,
        parts={part: parts[part] for part in wanted},
    )
