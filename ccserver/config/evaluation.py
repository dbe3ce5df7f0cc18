"""A form for judging talks as a document: TOML in a file, JSON over HTTP and in the database."""

import tomllib
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from ccserver.config.check import ConfigError, faults_of
from ccserver.core.evaluation import Form, Section, check_form


class FormDocument(BaseModel, frozen=True, extra="forbid"):
    """A form as people write it. What is left out is as in `core/evaluation.py`."""

    name: str
    title: str
    sections: tuple[Section, ...]

    def form(self) -> Form:
        """The form. Raises ConfigError, which lists every fault."""
        form = Form(name=self.name, title=self.title, sections=self.sections)
        if faults := check_form(form):
            raise ConfigError(list(faults))
        return form


_FORM: TypeAdapter[Form] = TypeAdapter(Form)


def read(text: str) -> Form:
    """The form that a TOML file holds. Raises ConfigError, which lists every fault."""
    try:
        return FormDocument.model_validate(tomllib.loads(text)).form()
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"this is not TOML: {error}; mend that line"]) from error
    except ValidationError as error:
        raise ConfigError(list(faults_of(error))) from error


def document_of(form: Form) -> dict[str, Any]:
    """The form as it is stored: nothing is left out, so that it stays what it is."""
    document: dict[str, Any] = _FORM.dump_python(form, mode="json")
    return document


def stored(document: dict[str, Any]) -> Form:
    """The form of a stored document."""
    return _FORM.validate_python(document)
