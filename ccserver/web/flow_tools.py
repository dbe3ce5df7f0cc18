"""What the web is given to work on flows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ccserver.core.flow_known import Known
from ccserver.db.flows import Stored
from ccserver.db.walks import FlowFigures
from ccserver.flows.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTools:
    """What is done with flows elsewhere."""

    read: Callable[[str, str, Mapping[str, str], Known], Document]
    """(name, TOML, the other flows' TOML, what there is): what would be published. Raises FlowError
    with every fault. It blocks for a while."""
    draw: Callable[[str, int, Stored, FlowFigures | None], bytes]
    """(name, version, what was published, what callers did): an SVG. Raises FlowError for what is
    no flow any more, and DrawError. It may block for seconds."""
    changed: Callable[[], None]
    """Callers get another version, or another number is a nuisance: look at once."""
