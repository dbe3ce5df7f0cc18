"""To which talk a file belongs of which no row came."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from ccserver.core.ids import AgentId, Queue
from ccserver.core.records import Recorded, SegmentKind

SPOKEN: Final = frozenset({SegmentKind.TALK, SegmentKind.HOLD, SegmentKind.CONSULT})
"""The parts of a contact that one file of a talk spans."""

_SLACK_SECONDS = 2.0
"""The dialplan names a file a little before the news of it is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a contact in which the customer had an agent."""

    kind: SegmentKind
    queue: Queue | None
    agent: AgentId | None
    started_at: float
    ended_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What a file recorded."""

    kind: Recorded
    queue: Queue | None
    agents: tuple[AgentId, ...]
    """In the order in which they came."""
    started_at: float
    ended_at: float


def owner_of(made_at: float, parts: Sequence[Part], taken: Collection[float] = ()) -> Owner | None:
    """Whose a file is that was made at this instant. `taken`: when the talks of this contact began
    that have a file already. `parts`: of `SPOKEN` kinds alone, in their order.

    A file that was made in a consultation is the consultation's. Any other is the next talk's, or
    the one's that was going on: a talk's file is made before the agent's phone rings, and what is
    in it begins with the answer, which may be minutes later in Asterisk's own queue.
    """
    for part in parts:
        began = part.started_at - _SLACK_SECONDS
        if part.kind is SegmentKind.CONSULT and began <= made_at < part.ended_at:
            return _owner(Recorded.CONSULT, [part], made_at)
    for talk in _talks(parts):
        until = talk[-1].ended_at
        has_file = any(talk[0].started_at - _SLACK_SECONDS <= began < until for began in taken)
        if made_at < until and not has_file:
            return _owner(Recorded.TALK, talk, made_at)
    return None


def _talks(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts that follow each other without a gap: the customer was not left alone between them."""
    talks: list[list[Part]] = []
    for part in parts:
        if talks and part.started_at <= talks[-1][-1].ended_at:
            talks[-1].append(part)
        else:
            talks.append([part])
    return talks


def _owner(kind: Recorded, parts: Sequence[Part], made_at: float) -> Owner:
    agents = dict.fromkeys(part.agent for part in parts if part.agent is not None)
    return Owner(
        kind=kind,
        queue=parts[0].queue,
        agents=tuple(agents),
        started_at=max(made_at, parts[0].started_at),
        ended_at=parts[-1].ended_at,
    )
