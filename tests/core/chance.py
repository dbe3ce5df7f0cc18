"""Stories at random, nonsense included: every event, in any order, about a handful of things."""

from dataclasses import replace
from random import Random
from typing import Any, get_args

from ccserver.core.claim import Wish
from ccserver.core.desk_events import AgentDialed, CallbackPlanned, DispositionSet
from ccserver.core.dial_events import AttemptFound, DialEvent, LedgersGiven
from ccserver.core.dial_orders import leg_of_attempt
from ccserver.core.events import (
    AgentHungUp,
    AgentKnown,
    AgentLegEnded,
    AgentLoggedOut,
    AgentPaused,
    AgentReady,
    AsteriskLost,
    AsteriskSeen,
    CallAnswered,
    CallArrived,
    CallbackFailed,
    CallEnded,
    CallHeld,
    Event,
    FlowEnded,
    OfferFailed,
    PhoneChanged,
    PopAcked,
    RulesChanged,
    ScreenClosed,
    ScreenOpened,
    Started,
    StepEntered,
    Wake,
    WrapUpDone,
)
from ccserver.core.ids import AgentId, ContactId, CustomerId, LegId, Phone, Queue, Skill
from ccserver.core.policies import POLICIES
from ccserver.core.rules import (
    CallbackRules,
    Direction,
    Fit,
    Hours,
    Opening,
    Overflow,
    QueueRules,
    Relaxation,
    SiteRules,
    SpyMode,
    Taping,
    TapingRule,
    Way,
)
from ccserver.core.seen import EndedBy, Place, SeenCall, SeenParty, Ticket
from ccserver.core.site import AgentProfile, OpenCallback, OpenContact, Presence, WorkState
from ccserver.core.talk_events import (
    AgentConsulted,
    AgentHeld,
    AgentTransferred,
    ConferenceBegun,
    PartyAnswered,
    PartyEnded,
    PartyMoved,
    SupervisorJoined,
    TransferCompleted,
    WithinTalk,
)
from ccserver.core.value import Consent, Customer, Tier
from tests.core.chance_campaigns import CampaignChance, only_campaigns

AGENTS = tuple(AgentId(a) for a in "xyz")
PHONES = tuple(Phone(p) for p in "123")
QUEUES = (Queue("sales"), Queue("help"))
REGIONS = ("", "north", "south")
LANGUAGES = ("zh", "en", "")
CAUSES = ["no_answer", "busy", "unsent", "unreachable"]
TEXTS: dict[str, list[object]] = {
    "started_at": [1000.0],
    "ended_at": [1000.0],
    "caller": ["", "anonymous", "+861", "+862", "+863"],
    "language": ["zh", "en", ""],
    "callback": ["", "", "+861", "+869"],
    "number": ["", "+862", "+868", "none"],
    "voicemail": [False, False, True],
    "announce_after_seconds": [None, 0.0, 2.0],
    "announce_every_seconds": [None, 0.0, 4.0],
    "flow": ["hotline", "hotline", "part", "asked"],
    "version": [0, 3],
    "came": ["", "then", "then"],
    "how": ["hung_up", "queued", "back"],
    "agent": list(AGENTS),
    "to_agent": [None, *AGENTS],
    "supervisor": ["boss", "chief-2"],
    "mode": list(SpyMode),
    "file": [f"2026/10/01/{contact}-1000.raw" for contact in "abcdef"],
    "noticed": [False, True],
    "presence": list(Presence),
    "at": [0.0, 1020.0, 1200.0],
    "disposition": ["", "sale", "sale"],
    "by": ["boss", *AGENTS],
    "data": [(("order", "7"),), (("order", "8"), ("plate", "A"))],
}
"""Any other text decides nothing."""
TALKS = Skill("talks")
NIGHTS = Hours(zone="UTC", weekly=(Opening(weekday=3, from_minute=17, until_minute=18),))
"""Stories begin on Thursday, 1970-01-01, at 00:16:40."""
CALLED = tuple(f"cb-{contact}-{tries}" for contact in "abcdef" for tries in (1, 2))
"""The legs of customers who are called back."""
OTHER_LEGS = tuple(LegId(leg) for leg in "RSTUV")
"""The legs of agents, and of whom they consult."""
OF_LEGS = (PartyAnswered, PartyMoved)
OF_TALKS = (
    *get_args(WithinTalk), *(3 * (AgentConsulted, PartyAnswered, PartyAnswered, ConferenceBegun)),
    AgentHeld, TransferCompleted, PartyEnded, AgentLegEnded, AgentHungUp, CallHeld, CallAnswered,
    AsteriskSeen, StepEntered, AgentReady, AgentDialed, DispositionSet,
)  # fmt: skip
OF_CAMPAIGNS = get_args(DialEvent)
OF_ATTEMPTS = (CallAnswered, OfferFailed, DispositionSet, FlowEnded, PopAcked, AgentConsulted)
RARE = (AgentKnown, AsteriskLost, AgentLoggedOut, ScreenClosed, RulesChanged)
OF_DRIVES = only_campaigns(
    (
        *(4 * (CallAnswered, CallEnded, PopAcked, AgentReady, WrapUpDone, ScreenOpened)),
        *(2 * (OfferFailed, AgentHungUp, Wake)),
        AsteriskSeen, AsteriskLost, AgentLoggedOut, AgentKnown, FlowEnded, DispositionSet, CallHeld,
        CallbackPlanned, RulesChanged, ScreenClosed, CallArrived, AgentPaused, PhoneChanged,
    )
)  # fmt: skip
KINDS = tuple(k for k in get_args(Event) if k is not Started for _ in range(1 if k in RARE else 5))


class Chance:
    """Makes up what happens. The same seed makes up the same."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._campaigns = CampaignChance(self._random, AGENTS, PHONES, QUEUES[0])
        self._called: list[str] = []
        """How the legs of supervisors who were called begin."""

    def story(self, length: int = 50) -> list[tuple[float, Event]]:
        """A run of the house, from its start on."""
        now = 1000.0
        story: list[tuple[float, Event]] = [(now, self._started())]
        for _ in range(length):
            now += self._random.choice([0.0, 0.0, 0.1, 1.0, 30.0])
            story.append((now, self._event(now)))
        return story

    def talks(self, length: int = 50) -> list[tuple[float, Event]]:
        """A run in which callers and agents talk already, and most of what happens is of that."""
        now = 1000.0
        story: list[tuple[float, Event]] = [(now, self._started())]
        for agent in AGENTS:
            story += [(now, ScreenOpened(agent=agent)), (now, AgentReady(agent=agent))]
        for name, leg, phone, other in zip("ab", "AB", PHONES, OTHER_LEGS, strict=False):
            contact = ContactId(name)
            story += [
                (now, CallArrived(contact=contact, leg=LegId(leg), caller="+861", dialed="1")),
                (now, FlowEnded(contact=contact, queue=QUEUES[0], language="")),
                (now, CallHeld(contact=contact, leg=LegId(leg))),
                (now, CallAnswered(contact=contact, phone=phone, recording="r", leg=other)),
            ]
        for _ in range(length):
            now += self._random.choice([0.0, 0.1, 1.0, 5.0, 60.0])
            event = self._event(now, OF_TALKS)
            story.append((now, self._talks_seen(now) if isinstance(event, AsteriskSeen) else event))
        return story

    def drives(self, length: int = 80) -> list[tuple[float, Event]]:
        """A run in which campaigns call, and most of what happens is of them."""
        now = 1000.0
        story: list[tuple[float, Event]] = [(now, self._started())]
        found = self._random.choice([0, 0, 1, 3])
        story += [(now, self._campaigns.campaigns())]
        story += [(now, self._campaigns.event(AttemptFound, now)) for _ in range(found)]
        story += [(now, self._campaigns.event(LedgersGiven, now)), (now, self._seen(now))]
        for agent in AGENTS:
            story += [(now, ScreenOpened(agent=agent)), (now, AgentReady(agent=agent))]
        for _ in range(length):
            now += self._random.choice([0.0, 0.0, 0.1, 0.5, 2.5, 30.0])
            story.append((now, self._event(now, OF_DRIVES)))
        return story

    def _talks_seen(self, now: float) -> AsteriskSeen:
        """Both callers are there still, in whatever talk."""
        choose = self._random.choice
        places = [*Place, *(6 * [Place.TALKING]), *(6 * [Place.PARKED])]
        calls = [
            replace(self._seen_call(now), leg=LegId(leg), place=choose(places)) for leg in "AB"
        ]
        asked_at = now - choose([0.0, 0.0, 1.0])
        return AsteriskSeen(asked_at=asked_at, calls=tuple(calls), phones=frozenset(PHONES))

    def _event(self, now: float, kinds: tuple[Any, ...] = KINDS) -> Event:
        kind = self._random.choice(kinds)
        if kind in OF_CAMPAIGNS:
            return self._campaigns.event(kind, now)
        if kind is AgentKnown:
            return AgentKnown(profile=self._profile())
        if kind is AsteriskSeen:
            return self._seen(now)
        if kind is RulesChanged:
            return RulesChanged(queues=self._rules(), site=self._site())
        made: Event = kind(**{name: self._value(kind, name) for name in kind.__dataclass_fields__})
        if isinstance(made, SupervisorJoined):
            self._called.append(f"sv-{round(now * 1000)}-{made.mode}")
        return made

    def _value(self, kind: type, name: str) -> object:
        choose = self._random.choice
        match name:
            case "contact":
                if kind in OF_ATTEMPTS and self._random.random() < 0.3:
                    return self._campaigns.attempt()
                begins = kind in (CallArrived, AgentDialed, CallbackPlanned)
                return ContactId(choose("abcd" if begins else "abcdef"))
            case "leg":
                return self._leg(kind)
            case "phone":
                return choose([*PHONES, Phone("")] if kind in OF_LEGS else PHONES)
            case "queue":
                nowhere = kind in (FlowEnded, AgentTransferred)
                return choose([None, *QUEUES]) if nowhere else choose(QUEUES)
            case "customer" | "agent" if kind in (AgentDialed, CallbackPlanned):
                return self._of_outbound(kind, name)
            case "customer" | "wish":
                return self._customer() if name == "customer" else self._wish()
            case "cause":
                return choose(
                    CAUSES if kind in (OfferFailed, CallbackFailed, PartyEnded) else [16, 17]
                )
            case "reachable":
                return self._random.random() < 0.8
            case _:
                return choose(TEXTS.get(name, [name]))

    def _of_outbound(self, kind: type, name: str) -> object:
        choose = self._random.choice
        if name == "customer":
            return choose(["", "7"])
        return choose([None, *AGENTS] if kind is CallbackPlanned else AGENTS)

    def _leg(self, kind: type) -> LegId:
        choose = self._random.choice
        if kind in (CallHeld, CallEnded) and self._random.random() < 0.3:
            return self._campaigns.leg()
        if kind in (CallbackFailed, CallHeld, CallEnded) and self._random.random() < 0.5:
            return LegId(choose(CALLED))
        if kind in (CallAnswered, PartyAnswered, PartyEnded, PartyMoved, AgentLegEnded):
            return self._other_leg()
        return LegId(choose("ABCD" if kind is CallArrived else "ABCDEF"))

    def _other_leg(self) -> LegId:
        """A leg that is not a caller's: a supervisor's, perhaps; or not known yet."""
        choose = self._random.choice
        if self._called and self._random.random() < 0.4:
            login = choose(TEXTS["supervisor"])
            return LegId(f"{choose(self._called)}-{choose('ab')}-{login}")
        return choose([*OTHER_LEGS, LegId("re-1-a"), LegId("re-2-a"), LegId("re-1-b"), LegId("")])

    def _customer(self) -> Customer:
        choose = self._random.choice
        value = self._random.random()
        return Customer(
            id=CustomerId("7"),
            tier=choose(list(Tier)),
            value=value,
            language=choose(LANGUAGES),
            region=choose(REGIONS),
            last_agent=choose([None, *AGENTS]),
            last_talk_at=choose([0.0, 1000.0]),
            recording_consent=choose(list(Consent)),
        )

    def _wish(self) -> Wish:
        choose = self._random.choice
        return Wish(
            agent=choose([None, *AGENTS]),
            urgent=choose([False, False, True]),
            skills=choose([(), (), ((TALKS, 2),), ((TALKS, 5),)]),
            boost=choose([0.0, 0.0, 1.0]),
            consent=choose([None, None, *Consent]),
        )

    def _time(self, now: float) -> float:
        return now - self._random.uniform(0, 600)

    def _started(self) -> Started:
        profiles = [
            AgentProfile(agent=a, phone=p, queues=frozenset(QUEUES))
            for a, p in zip(AGENTS, PHONES, strict=True)
        ]
        count = self._random.randint(0, 2)
        opened = [
            OpenContact(
                contact=ContactId(contact),
                leg=LegId(leg),
                arrived_at=500.0,
                queue=self._random.choice(QUEUES),
                segment_from=self._random.uniform(500, 900),
                segments=self._random.randint(0, 3),
                direction=self._random.choice(list(Direction)),
            )
            for contact, leg in zip(
                # Never those of calls to come: no contact is begun twice.
                self._random.sample("ef", count),
                self._random.sample("EF", count),
                strict=True,
            )
        ]
        return Started(
            queues=self._rules(),
            agents=tuple(profiles),
            open_contacts=tuple(opened),
            callbacks=(self._callback(),) if self._random.random() < 0.5 else (),
            site=self._site(),
        )

    def _callback(self) -> OpenCallback:
        return OpenCallback(
            contact=ContactId("g"),
            number=self._random.choice(["+861", "+869"]),
            queue=self._random.choice(QUEUES),
            queued_at=700.0,
            requested_at=800.0,
            tries=self._random.randint(0, 2),
            not_before=self._random.choice([0.0, 1030.0]),
            arrived_at=600.0,
            segments=2,
            segment_from=800.0,
            visits=1,
            dialed="4001",
            customer=None,
            language="zh",
            direction=self._random.choice(list(Direction)),
            agent=self._random.choice([None, *AGENTS]),
        )

    def _site(self) -> SiteRules:
        return SiteRules(
            fairness_per_second=self._random.choice([None, 0.0, 0.01]),
            overdue_share=self._random.choice([0.0, 0.3, 1.0]),
            taping=tuple(self._taping() for _ in range(self._random.randint(0, 2))),
            taping_pause_max_seconds=self._random.choice([1.0, 60.0]),
        )

    def _taping(self) -> TapingRule:
        choose = self._random.choice
        return TapingRule(
            taping=choose(list(Taping)),
            queues=choose([frozenset(), frozenset({choose(QUEUES)})]),
            agents=choose([frozenset(), frozenset({choose(AGENTS)})]),
            consents=choose([frozenset(), frozenset({choose(list(Consent))})]),
            share=choose([0.5, 1.0]),
            notice=choose(["", "recorded_notice"]),
        )

    def _rules(self) -> tuple[QueueRules, ...]:
        """Rules that are short of patience, so that every way out is taken."""
        return tuple(self._queue(name) for name in QUEUES if self._random.random() < 0.8)

    def _queue(self, name: Queue) -> QueueRules:
        choose = self._random.choice
        overflows = [Overflow(way=way, queue=choose(QUEUES), prompt="p") for way in Way]
        return QueueRules(
            name=name,
            policy=choose(list(POLICIES)),
            required=choose([(), ((TALKS, 1),), ((TALKS, 3),)]),
            preferred=choose([(), ((TALKS, 5),)]),
            language=choose(list(Fit)),
            region=choose(list(Fit)),
            relax=choose([(), (Relaxation(after_seconds=5.0, required=()),)]),
            outbound=self._random.random() < 0.2,
            open=self._random.random() < 0.9,
            hours=choose([None, None, NIGHTS]),
            waiting_max=choose([0, 0, 1]),
            wait_max_seconds=choose([0.0, 1.0, 30.0]),
            direct_seconds=choose([0.0, 20.0]),
            on_closed=choose(overflows),
            on_full=choose(overflows),
            on_wait_max=choose(overflows),
            on_empty=choose(overflows),
            announce_after_seconds=choose([0.0, 1.0]),
            announce_every_seconds=choose([0.0, 5.0]),
            voicemail=choose([True, False]),
            survey=choose(["", "asked"]),
            callback=CallbackRules(
                offered=True, tries=2, retry_seconds=1.0, expire_seconds=choose([10.0, 9999.0])
            ),
            wrap_up_seconds=choose([0.0, 20.0]),
            wrap_up_forced=choose([True, False]),
            wrap_up_extend_seconds=choose([0.0, 15.0]),
            disposition_required=choose([True, False]),
            misses_max=choose([0, 1, 3]),
        )

    def _profile(self) -> AgentProfile:
        number = self._random.randrange(len(AGENTS))
        return AgentProfile(
            agent=AGENTS[number],
            phone=self._random.choice(PHONES),
            queues=self._random.choice([frozenset(), frozenset({self._random.choice(QUEUES)})]),
            skills=self._random.choice([(), ((TALKS, 1),), ((TALKS, 4),)]),
            languages=frozenset({self._random.choice(["zh", "en-GB"])}),
            regions=self._random.choice([frozenset(), frozenset({"north"})]),
            presence=self._random.choice(list(Presence)),
            work=self._random.choice(list(WorkState)),
            since=self._random.uniform(0, 1000),
            contact=self._random.choice([None, ContactId("a")]),
        )

    def _seen(self, now: float) -> AsteriskSeen:
        asked_at = now - self._random.choice([0.0, 1.0, 5.0])
        calls = tuple(self._seen_call(now) for _ in range(self._random.randint(0, 3)))
        return AsteriskSeen(asked_at=asked_at, calls=calls, phones=frozenset(PHONES))

    def _seen_call(self, now: float) -> SeenCall:
        choose = self._random.choice
        ticket = Ticket(
            contact=ContactId(choose("abcdef")),
            arrived_at=self._time(now),
            queued_at=self._time(now),
            queue=choose(QUEUES),
            tier=choose(list(Tier)),
            value=self._random.random(),
            urgent=choose([False, True]),
            language="zh",
            customer="",
            caller="",
            dialed="",
            keys=(),
        )
        called = self._campaigns.attempt() if self._random.random() < 0.3 else None
        leg = LegId(choose([*"ABCDEF", f"cb-{ticket.contact}-1", f"cb-{ticket.contact}-2"]))
        return SeenCall(
            leg=leg_of_attempt(called) if called else leg,
            place=choose(list(Place)),
            contact=called or choose([None, ticket.contact]),
            ticket=None if called else choose([None, ticket, ticket]),
            phone=choose([None, *PHONES]),
            talk_at=choose([None, self._time(now)]),
            ended_at=choose([None, self._time(now)]),
            ended_by=EndedBy.CALLER,
            recording=choose(["", "r"]),
            paused_until=choose([None, None, self._time(now), now + 5.0]),
            parties=self._seen_parties(),
            in_room=choose([False, True]),
        )

    def _seen_parties(self) -> tuple[SeenParty, ...]:
        choose = self._random.choice
        legs = {self._other_leg() or OTHER_LEGS[0] for _ in range(choose([0, 1, 1, 2, 3]))}
        return tuple(
            SeenParty(leg=leg, phone=choose([None, *PHONES]), aside=choose([False, True]))
            for leg in sorted(legs)
        )
