"""What the web is given to work on flows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ccserver.db.flows import Stored
from ccserver.db.walks import FlowFigures
from ccserver.flows.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTools:
    """What is done with flows elsewhere."""

    read: Callable[[str, str], Awaitable[Document]]
    """(name, TOML): what would be published. Raises FlowError with every fault."""
    draw: Callable[[str, Stored, FlowFigures | None], bytes]
    """(name, what was published, what callers did): an SVG. Raises FlowError for what is no flow
    any more, and DrawError. It may take seconds."""
    changed: Callable[[], None]
    """Callers get another version, or another number is a nuisance: look at once."""
