"""Flows on the way to being published: read among what callers get, and put to their tests."""

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

from ccserver.core.flow import used_queues
from ccserver.core.flow_known import Known
from ccserver.flows import convert
from ccserver.flows.document import Document
from ccserver.flows.faults import FlowError
from ccserver.flows.files import Shelf, read_text
from ccserver.flows.form import FlowForm
from ccserver.flows.parse import parse
from ccserver.flows.step_form import PartForm
from ccserver.flows.trial import try_out


def read_draft(
    folder: Path, name: str, text: str, *, others: Mapping[str, str], known: Known, region: str
) -> Document:
    """What would be published of this TOML: with the calendars, tables and prompts of the folder,
    and `others`, the TOML of the flows that callers get.

    Raises FlowError with every fault, and every difference of a test. `region`: how the tests'
    numbers without a country code are read (ISO 3166-1). Blocks.
    """
    shelf = read_text(name, text, folder, others=others, known=known)
    require_tested(shelf, (name,), region=region)
    return shelf.documents[name]


def require_tested(shelf: Shelf, flows: Collection[str], *, region: str) -> None:
    """Raise FlowError unless all tests of these flows pass."""
    differences = [
        f"{name}.toml: test `{test.name}`: {difference}"
        for name in flows
        for test in shelf.tests[name]
        for difference in try_out(shelf.flows[name], test, region=region).differences
    ]
    if differences:
        raise FlowError(differences)


def used_queues_of(texts: Mapping[str, str]) -> dict[str, str]:
    """Every queue to which one of these flows' TOML leads, with the words for what does."""
    forms = {name: parse(name, text, FlowForm).form for name, text in texts.items()}
    return used_queues(
        convert.flow(name, form, calendars={}, tables={})
        for name, form in forms.items()
        if form is not None
    )


def parts_of(document: Document) -> frozenset[str]:
    """The flows that this one runs as its parts. Raises ValueError for what is no flow."""
    form = FlowForm.model_validate(tomllib.loads(document.text))
    return frozenset(step.flow for step in form.steps.values() if isinstance(step, PartForm))
