"""Flows out of a folder of TOML files. Every fault names the file, the line, the step, and what to
do about it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ccserver.core.flow import Flow
from ccserver.core.flow_check import NOTHING_KNOWN, Known
from ccserver.flows.document import Document
from ccserver.flows.form import TestForm

NOT_FLOWS = frozenset(("prompts.toml", "words.toml", "calendars.toml"))
"""Files in the flows' folder that hold something else. Tables are in its folder `tables`."""


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
    raise NotImplementedError(folder, known)


def read(paths: Collection[Path], *, known: Known = NOTHING_KNOWN) -> Shelf:
    """These files' flows, read with what stands beside them: prompts, calendars, tables, and the
    flows that they are parts of or run. Only the faults of these files count. Raises FlowError."""
    raise NotImplementedError(paths, known)
