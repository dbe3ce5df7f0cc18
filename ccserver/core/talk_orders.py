"""What can be ordered of the switch for a talk that is under way, and for its recording."""

from dataclasses import dataclass

from ccserver.core.ids import ContactId, LegId, Phone
from ccserver.core.quick import quick
from ccserver.core.rules import SpyMode


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """Put the caller on hold, to music; the agent is alone."""

    contact: ContactId
    leg: LegId
    agent_leg: LegId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Bring these legs into the talk's room, where all hear each other. Who is there stays."""

    contact: ContactId
    leg: LegId | None
    """The caller's; None: he is there."""
    others: tuple[LegId, ...]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Consult:
    """Let the agent call somebody, while the caller hears music."""

    contact: ContactId
    leg: LegId
    """The caller's, who is put on hold in the same moment; empty: he is already. Of two orders the
    second would meet a leg that is on its way, and be refused."""
    agent_leg: LegId
    phone: Phone
    """A colleague's; empty: `number` is called."""
    number: str
    """E.164."""
    ring_seconds: int
    record: bool


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SendOutside:
    """Let the caller go to a number outside, and to nobody here."""

    contact: ContactId
    leg: LegId
    number: str
    """E.164."""
    ring_seconds: int
    record: bool


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallSupervisor:
    """Ring a supervisor's phone, and let him hear the agent's talk, or (BARGE, TAKE_OVER) bring him
    into its room."""

    contact: ContactId
    leg: LegId
    """What the new leg is to be called."""
    phone: Phone
    agent_leg: LegId
    mode: SpyMode


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class CallAgain:
    """Ring the phone of an agent whose leg of the talk is dead, and bring him into its room."""

    contact: ContactId
    leg: LegId
    """What the new leg is to be called."""
    phone: Phone


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording:
    """Record the talk into this file, from now on."""

    contact: ContactId
    leg: LegId
    file: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording:
    """End the recording."""

    contact: ContactId
    leg: LegId


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRecording:
    """Let the recordings of these legs be silent. The caller's is the first, and remembers it."""

    contact: ContactId
    legs: tuple[LegId, ...]
    until: float


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRecording:
    """Let the recordings of these legs go on. The caller's is the first."""

    contact: ContactId
    legs: tuple[LegId, ...]


TalkOrder = Park | Join | Consult | SendOutside | CallSupervisor | CallAgain
TapeOrder = StartRecording | StopRecording | PauseRecording | ResumeRecording
