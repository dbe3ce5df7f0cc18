"""Talks under way, as stories begin that are about them: contact 1, whom Anna has."""

from collections.abc import Iterable

from ccserver.core.commands import Command, HangUp, Hold, Look, Refuse, ShowCall
from ccserver.core.ids import AgentId, ContactId, LegId, Phone
from ccserver.core.parties import Phase
from ccserver.core.places import Talking, Waiting
from ccserver.core.records import MarkKind, SaveMark, SaveSegment
from ccserver.core.rules import SpyMode
from ccserver.core.talk_events import (
    AgentConsulted,
    AgentHeld,
    ConferenceBegun,
    PartyAnswered,
    PartyEnded,
    SupervisorJoined,
)
from ccserver.core.talk_orders import CallSupervisor, TalkOrder
from tests.core.stories import ANNA, BOB, PHONES, Story

ONE = ContactId("1")
CALLER = LegId("leg-1")
ANNAS, BOBS, THEIRS = LegId("leg-anna"), LegId("leg-bob"), LegId("leg-outside")
NUMBER = "+4930123456"
NOBODY = Phone("")
BOSS = Phone("2001")


def on_call(story: Story | None = None) -> Story:
    """Anna talks to the caller, who waited for ten seconds, and Bob is idle."""
    story = story or Story()
    story.ring("1")
    story.ready(ANNA, after=10.0)
    story.answer("1")
    story.ready(BOB, after=1.0)
    return story


def on_hold(story: Story | None = None) -> Story:
    """The caller hears music."""
    story = on_call(story)
    story.tell(AgentHeld(agent=ANNA), after=20.0)
    return story


def ringing(to_agent: AgentId | None = BOB, story: Story | None = None) -> Story:
    """Bob's phone rings, or (None) the number outside."""
    story = on_call(story)
    number = "" if to_agent else NUMBER
    story.tell(AgentConsulted(agent=ANNA, to_agent=to_agent, number=number), after=20.0)
    return story


def consulting(to_agent: AgentId | None = BOB, story: Story | None = None) -> Story:
    """Anna talks to Bob, or (None) to somebody outside."""
    story = ringing(to_agent, story)
    answer(story, to_agent)
    return story


def together(to_agent: AgentId | None = BOB, story: Story | None = None) -> Story:
    """The caller, Anna and Bob (or somebody outside) hear each other."""
    story = consulting(to_agent, story)
    story.tell(ConferenceBegun(agent=ANNA), after=10.0)
    return story


def answer(story: Story, who: AgentId | None = BOB) -> list[Command]:
    """Whom Anna consults picks up."""
    leg, phone = (LegId(f"leg-{who}"), PHONES[who]) if who else (THEIRS, NOBODY)
    return story.tell(PartyAnswered(contact=ONE, leg=leg, phone=phone), after=5.0)


def end(story: Story, leg: LegId, cause: str = "left") -> list[Command]:
    """A leg of the talk ends, or (empty) a phone was not answered."""
    return story.tell(PartyEnded(contact=ONE, leg=leg, cause=cause), after=5.0)


def joined(mode: SpyMode, story: Story) -> LegId:
    """A supervisor comes into Anna's talk, and picks up."""
    told = story.tell(SupervisorJoined(supervisor="boss", phone=BOSS, agent=ANNA, mode=mode))
    (call,) = [c for c in told if isinstance(c, CallSupervisor)]
    story.tell(PartyAnswered(contact=ONE, leg=call.leg, phone=BOSS), after=3.0)
    return call.leg


def orders(told: Iterable[Command]) -> list[Command]:
    """What the switch is to do."""
    return [c for c in told if isinstance(c, TalkOrder | HangUp | Hold | Look)]


def refusals(told: Iterable[Command]) -> list[tuple[str, str]]:
    """(request, reason)."""
    return [(c.request, c.reason) for c in told if isinstance(c, Refuse)]


def marks(story: Story) -> list[tuple[MarkKind, str]]:
    """All that stands on the time line beside the answers, with its detail."""
    noted = (c for c in story.told if isinstance(c, SaveMark))
    return [(c.kind, c.detail) for c in noted if c.kind is not MarkKind.TALK]


def parts(story: Story) -> list[tuple[str, str | None, float, str]]:
    """(kind, agent, seconds, outcome) of the contact's parts."""
    return [
        (c.kind, c.agent, round(c.ended_at - c.started_at, 3), c.outcome)
        for c in story.told
        if isinstance(c, SaveSegment)
    ]


def talk(story: Story) -> Talking:
    """How the talk stands."""
    place = story.center._calls.get(ONE)
    assert isinstance(place, Talking)
    return place


def wait_of(story: Story) -> Waiting:
    """How the caller waits."""
    place = story.center._calls.get(ONE)
    assert isinstance(place, Waiting)
    return place


def phase_shown(story: Story) -> Phase | None:
    """What everyone was last shown."""
    return [c for c in story.told if isinstance(c, ShowCall)][-1].phase
