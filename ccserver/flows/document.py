"""A version of a flow that stands for itself: the file's text with the calendars and tables of its
day."""

from collections.abc import Mapping

from pydantic import Field

from ccserver.config.form import CalendarForm, Form
from ccserver.core.flow import Flow
from ccserver.flows.form import TableForm
from ccserver.flows.heard_form import Name


class Document(Form):
    """What is kept of a published flow. Parts are flows of their own, each with its version.

    As JSON: `document.model_dump(mode="json")` and `Document.model_validate(…)`.
    """

    text: str
    """TOML."""
    calendars: dict[Name, CalendarForm] = Field(default={})
    tables: dict[Name, TableForm] = Field(default={})


def flow_of(document: Document, name: str, version: int, parts: Mapping[str, Flow]) -> Flow:
    """The flow as it is walked. `parts`: at least the flows that it runs. Raises FlowError."""
    raise NotImplementedError(document, name, version, parts)
