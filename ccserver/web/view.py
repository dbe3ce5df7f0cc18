"""What the screens show: the last word on every agent, call and caller's card, without sockets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ccserver.core.commands import CallState, HideCall, ShowAgent, ShowCall, ShowCaller, ShowWrapUp
from ccserver.core.dial_orders import ShowOffHook
from ccserver.core.ids import AgentId, ContactId, Phone, Queue
from ccserver.core.rules import SpyMode
from ccserver.core.site import Presence, WorkState
from ccserver.db.customers import Card as Profile
from ccserver.web.instants import ms
from ccserver.web.messages import (
    AgentState,
    CallInfo,
    Card,
    Key,
    LastContact,
    Party,
    Reason,
    WrapUpChanged,
)
from ccserver.web.outbound_view import OutboundView
from ccserver.web.shown import Alert, Labeled, OpenTicket, QueueFigures

_UNHEARD = (SpyMode.LISTEN, SpyMode.WHISPER)
"""The caller does not hear who is in the talk so."""

PROFILES_MAX = 20_000
"""Profiles kept for calls that have not ended; each is about 1 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pop:
    """The card in force on an agent's screens."""

    card: Card
    offered_at: float | None
    """None for one that was made up again after a restart: its latency means nothing."""
    acked: bool = False


class View:
    """Fed by the core's commands; read by snapshots and by the supervisors' pages."""

    def __init__(self, queues: Iterable[Queue]) -> None:
        self.queues = tuple(queues)
        self.configured = 0
        """Grows with each change of the configuration that the screens were told of."""
        self.agents: dict[AgentId, AgentState] = {}
        self.calls: dict[ContactId, CallInfo] = {}
        self.figures: dict[Queue, QueueFigures] = {}
        self.alerts: list[Alert] = []
        self.closed: Mapping[Queue, str] = {}
        """Queues that were closed by hand, each with the reason."""
        self.spying_shown = True
        """Agents see who listens to them or whispers."""
        self.outbound = OutboundView()
        self._unspied: dict[ContactId, CallInfo] = {}
        """Calls as their agents see them, where that is less than the floor sees."""
        self._pops: dict[AgentId, Pop] = {}
        self._profiles: dict[ContactId, Profile] = {}
        self._names: dict[AgentId, tuple[str, str]] = {}
        self._incomplete: dict[ContactId, AgentId] = {}
        self._wrap_ups: dict[AgentId, ShowWrapUp] = {}

    def name(self, agent: AgentId, *, name: str, phone: str) -> AgentState | None:
        """Say what an agent is called. Returns the state to show again, if one was shown."""
        self._names[agent] = name, phone
        if (old := self.agents.get(agent)) is None:
            return None
        self.agents[agent] = old.model_copy(update={"name": name, "phone": phone})
        return self.agents[agent]

    # -- agents and calls

    def show_agent(self, shown: ShowAgent) -> AgentState:
        """Take over an agent's state. A card whose contact the agent no longer has is gone."""
        name, phone = self._names.get(shown.agent, ("", ""))
        state = AgentState(
            agent=shown.agent,
            name=name,
            phone=phone,
            presence=shown.presence,
            reason=shown.reason,
            work=shown.work,
            since_at=ms(shown.since),
            contact=shown.contact,
            off_hook=shown.agent in self.outbound.off_hook,
        )
        self.agents[shown.agent] = state
        pop = self._pops.get(shown.agent)
        if pop is not None and pop.card.contact != shown.contact:
            del self._pops[shown.agent]
        if shown.work is not WorkState.WRAP_UP:
            self._wrap_ups.pop(shown.agent, None)
        return state

    def show_off_hook(self, shown: ShowOffHook) -> AgentState | None:
        """Take over whether a phone is off-hook. Returns the state to show again, if one was."""
        off_hook = self.outbound.off_hook
        if shown.on:
            off_hook.add(shown.agent)
        else:
            off_hook.discard(shown.agent)
        if (old := self.agents.get(shown.agent)) is None:
            return None
        self.agents[shown.agent] = old.model_copy(update={"off_hook": shown.on})
        return self.agents[shown.agent]

    def show_wrap_up(self, shown: ShowWrapUp) -> None:
        """Take over how long an agent's wrap-up lasts."""
        self._wrap_ups[shown.agent] = shown

    def wrap_up_of(self, agent: AgentId) -> ShowWrapUp | None:
        """How long the agent's wrap-up lasts; None: he has none."""
        return self._wrap_ups.get(agent)

    def show_call(self, shown: ShowCall) -> tuple[CallInfo, list[AgentId]]:
        """Take over a call's place. Returns it, and the agents who have just lost it."""
        call = CallInfo(
            contact=shown.contact,
            state=shown.state,
            since_at=ms(shown.since),
            arrived_at=ms(shown.arrived_at),
            number=shown.caller,
            customer=shown.customer,
            tier=shown.tier,
            value=shown.value,
            queue=shown.queue,
            agent=shown.agent,
            place=shown.place,
            wait_from_ms=ms(shown.wait_from_seconds),
            wait_until_ms=ms(shown.wait_until_seconds),
            phase=shown.phase,
            parties=[
                Party(
                    agent=party.agent,
                    phone=party.phone,
                    number=party.number,
                    supervisor=party.supervisor,
                    mode=party.mode,
                    answered=party.answered,
                )
                for party in shown.parties
            ],
            taping=shown.taping,
            taped=shown.taped,
            paused_until_at=None if shown.paused_until is None else ms(shown.paused_until),
            direction=shown.direction,
            disposition=shown.disposition,
            campaign=shown.campaign,
        )
        old = self.calls.get(shown.contact)
        self.calls[shown.contact] = call
        seen = [
            party
            for party, one in zip(call.parties, shown.parties, strict=True)
            if self.spying_shown or one.mode not in _UNHEARD
        ]
        self._unspied.pop(shown.contact, None)
        if len(seen) < len(call.parties):
            self._unspied[shown.contact] = call.model_copy(update={"parties": seen})
        here = agents_in(call)
        return call, [agent for agent in agents_in(old) if agent not in here] if old else []

    def hide_call(self, hidden: HideCall) -> CallInfo | None:
        """Forget a call. Its card stays while the agent writes it up."""
        self._profiles.pop(hidden.contact, None)
        self._incomplete.pop(hidden.contact, None)
        self._unspied.pop(hidden.contact, None)
        return self.calls.pop(hidden.contact, None)

    def calls_of(self, agent: AgentId) -> list[CallInfo]:
        """The calls that are offered to the agent, or in which he talks."""
        mine = (call for call in self.calls.values() if agent in agents_in(call))
        return [self.for_agents(call) for call in mine]

    def for_agents(self, call: CallInfo) -> CallInfo:
        """The call as the agents see who are in it."""
        return self._unspied.get(ContactId(call.contact), call)

    def talk_of(self, agent: AgentId) -> CallInfo | None:
        """The talk in which the agent is, as the one who has the caller or as another party."""
        state = self.agents.get(agent)
        if state is None or state.contact is None:
            return None
        call = self.calls.get(ContactId(state.contact))
        return call if call is not None and call.state is CallState.TALKING else None

    def joined_by(self, supervisor: str) -> CallInfo | None:
        """The call that this supervisor has joined, or is being called into."""
        return next(
            (
                call
                for call in self.calls.values()
                if any(party.supervisor == supervisor for party in call.parties)
            ),
            None,
        )

    def phone_of(self, agent: AgentId) -> Phone | None:
        """Where the agent is rung; None for one who takes no calls."""
        _, phone = self._names.get(agent, ("", ""))
        return Phone(phone) if phone else None

    def is_logged_out(self, agent: AgentId) -> bool:
        """Whether the agent is known to have gone home."""
        state = self.agents.get(agent)
        return state is not None and state.presence is Presence.LOGGED_OUT

    # -- cards

    def pop_of(self, agent: AgentId) -> Pop | None:
        """The card in force on the agent's screens."""
        return self._pops.get(agent)

    def show_caller(self, shown: ShowCaller) -> Card:
        """Put a caller's card in force. Incomplete when the profile is still to be looked up."""
        profile = self._profiles.get(shown.contact)
        card = Card(
            contact=shown.contact,
            customer=shown.customer,
            name=shown.name,
            tier=shown.tier,
            value=shown.value,
            reasons=[],
            number=shown.caller,
            language=shown.language,
            notes="",
            queue=shown.queue,
            keys=[Key(step=step, key=key) for step, key in shown.keys],
            data=[Labeled(label=label, value=value) for label, value in shown.data],
            waited_ms=ms(shown.waited_seconds),
            offered_at=ms(shown.offered_at),
            last_contacts=[],
            direction=shown.direction,
            campaign=shown.campaign,
            lead=shown.lead,
            complete=profile is not None or not shown.customer,
        )
        if profile is not None:
            card = _filled(card, profile)
        if profile is None:  # it may come though nobody knew the customer: of a number just dialed
            self._incomplete[shown.contact] = shown.agent
        self._pops[shown.agent] = Pop(card=card, offered_at=shown.offered_at)
        return card

    def restore_card(self, shown: ShowCall) -> Card | None:
        """After a restart nobody gave the card of a call that an agent has: make it up again."""
        if shown.agent is None or shown.state not in (CallState.OFFERED, CallState.TALKING):
            return None
        pop = self._pops.get(shown.agent)
        if pop is not None and pop.card.contact == shown.contact:
            return None
        card = self.show_caller(
            ShowCaller(
                agent=shown.agent,
                contact=shown.contact,
                customer=shown.customer,
                caller=shown.caller,
                queue=shown.queue or Queue(""),
                tier=shown.tier,
                value=shown.value,
                keys=(),
                waited_seconds=max(0.0, shown.since - shown.arrived_at),
                offered_at=shown.since,
                direction=shown.direction,
                campaign=shown.campaign,
            )
        )
        self._pops[shown.agent] = Pop(card=card, offered_at=None)
        return card

    def keep(
        self, contact: ContactId, profile: Profile, *, anew: bool = False
    ) -> list[tuple[AgentId, Card]]:
        """Remember who is calling. Returns the cards in force that this completes or, with `anew`,
        that say who it is: also those of who writes up a call that is over."""
        if not anew or contact in self.calls:
            self._profiles[contact] = profile
        if len(self._profiles) > PROFILES_MAX:
            # A look-up can come back when its call is over: nothing will take that one out.
            del self._profiles[next(iter(self._profiles))]
        waiting = self._incomplete.pop(contact, None)
        cards = []
        for agent in tuple(self._pops) if anew else () if waiting is None else (waiting,):
            pop = self._pops.get(agent)
            if pop is not None and pop.card.contact == contact:
                self._pops[agent] = replace(pop, card=_filled(pop.card, profile))
                cards.append((agent, self._pops[agent].card))
        return cards

    def ack(self, agent: AgentId, contact: str) -> Pop | None:
        """The card was shown. Returns the pop for the first ack only."""
        pop = self._pops.get(agent)
        if pop is None or pop.acked or pop.card.contact != contact:
            return None
        self._pops[agent] = replace(pop, acked=True)
        return pop


def wrap_up_changed(shown: ShowWrapUp, seq: int) -> WrapUpChanged:
    """What the agent's screens are told of his wrap-up."""
    return WrapUpChanged(
        seq=seq,
        contact=shown.contact,
        until_at=ms(shown.until),
        extends_left=shown.extends_left,
        disposition_required=shown.disposition_required,
    )


def agents_in(call: CallInfo) -> list[AgentId]:
    """The agent who has the call, and those who are called into it."""
    named = (call.agent, *(party.agent for party in call.parties))
    return [AgentId(agent) for agent in dict.fromkeys(named) if agent is not None]


def _filled(card: Card, profile: Profile) -> Card:
    return card.model_copy(
        update={
            "customer": profile.customer.id,
            "name": profile.name,
            "tier": profile.customer.tier,
            "value": profile.customer.value,
            "reasons": [Reason(part=part, share=share) for part, share in profile.reasons],
            "language": profile.customer.language,
            "notes": profile.notes,
            "complete": True,
            "tickets": [
                OpenTicket(
                    number=ticket.number,
                    kind=ticket.kind,
                    title=ticket.title,
                    urgent=ticket.urgent,
                    opened_at=ms(ticket.opened_at),
                )
                for ticket in profile.tickets
            ],
            "last_contacts": [
                LastContact(
                    contact=last.contact,
                    at=ms(last.arrived_at.timestamp()),
                    queue=last.queue or "",
                    agent=last.agent_name,
                    talk_ms=ms(last.talk_seconds),
                    outcome=last.outcome,
                )
                for last in profile.last
            ],
        }
    )
