"""Every agent, each in exactly one work state."""

from collections.abc import Iterable

from ccserver.core.commands import Command, MirrorAgent, Refuse, ShowAgent, ShowWrapUp
from ccserver.core.demand import Ability
from ccserver.core.ids import AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.quick import replace
from ccserver.core.records import SaveAgentInterval, SaveSegment, SegmentKind
from ccserver.core.routing import Router
from ccserver.core.rules import QueueRules
from ccserver.core.site import AgentProfile, Presence, WorkState
from ccserver.core.timers import Agenda, Alarm
from ccserver.core.work import (
    Agent,
    Idle,
    Missed,
    Offered,
    OnCall,
    Previewing,
    Work,
    WrapUp,
    ability_of,
    contact_of,
    owes_disposition,
    state_of,
)

SCREEN_GRACE_SECONDS = 300.0
"""How long an agent without any screen counts as logged in: a laptop sleeps, a page reloads."""

AWAY = "away"
"""The pause reason of an agent who missed too many calls."""

ARRIVING = "login"
"""The pause reason of an agent who has logged in and not yet asked for work."""


class Roster:
    """All agents. What changes is told through `out`, the list of commands of this instant."""

    def __init__(self, out: list[Command], router: Router, agenda: Agenda) -> None:
        """`router` is told who is there, and who is idle."""
        self._out = out
        self._router = router
        self._agents: dict[AgentId, Agent] = {}
        self._by_phone: dict[Phone, AgentId] = {}
        self._abilities: dict[AgentId, Ability] = {}
        self._agenda = agenda
        self.changed: dict[AgentId, None] = {}
        """Whose state was set since the dialer has looked."""

    def get(self, agent: AgentId) -> Agent | None:
        """The agent, if there is one of that name."""
        return self._agents.get(agent)

    def all(self) -> Iterable[Agent]:
        """Every agent, logged in or not."""
        return self._agents.values()

    def at_phone(self, phone: Phone) -> AgentId | None:
        """Whose phone it is."""
        return self._by_phone.get(phone)

    # -- who there is

    def know(self, now: float, profile: AgentProfile, wrap_up_seconds: float) -> None:
        """Add an agent, or take over a changed record. A call in progress stays his.

        `wrap_up_seconds`: how long a wrap-up lasts in which the last run may have left him.
        """
        name = profile.agent
        old = self._agents.get(name)
        self._abilities[name] = ability_of(profile)
        self._by_phone[profile.phone] = name
        if old is None:
            self._add(now, profile, wrap_up_seconds)
            return
        if old.profile.phone != profile.phone:
            self._by_phone.pop(old.profile.phone, None)
            self._mirror(replace(old, presence=Presence.LOGGED_OUT))
            self._mirror(replace(old, profile=profile))
        self._put(now, replace(old, profile=profile))

    def _add(self, now: float, profile: AgentProfile, wrap_up_seconds: float) -> None:
        work: Work = Idle()
        until = profile.since + wrap_up_seconds
        if profile.work is WorkState.WRAP_UP and profile.contact and until > now:
            work = WrapUp(profile.contact, profile.since, until, Queue(""), 0)
        agent = Agent(
            profile=profile,
            presence=profile.presence,
            reason=profile.reason,
            work=work,
            state=profile.work,
            since=profile.since,
            screen_gone_at=now,
        )
        # The last run could not write down how the stretch ended in which it stopped.
        self._save(agent, profile.contact, now)
        agent = replace(agent, state=state_of(agent), since=now)
        self._agents[profile.agent] = agent
        self.changed[profile.agent] = None
        self._tell_router(agent)
        self._out.append(_show(agent))
        self._show_wrap_up(agent)
        self._agenda.set((Alarm.AGENT, profile.agent), _due(agent))

    def mirror_all(self) -> None:
        """Tell the switch, which may have forgotten, who would answer without us."""
        for agent in self._agents.values():
            self._mirror(agent)

    # -- what the agent does

    def open_screen(self, now: float, name: AgentId) -> None:
        """The agent is in front of a screen. Whoever was logged out now pauses."""
        if (agent := self._agents.get(name)) is None:
            return
        agent = replace(agent, screen=True, screen_gone_at=None)
        if agent.presence is Presence.LOGGED_OUT:
            agent = replace(agent, presence=Presence.PAUSED, reason=ARRIVING)
        self._put(now, agent)

    def close_screen(self, now: float, name: AgentId) -> None:
        """The last screen is gone: no call can be shown, so none is offered."""
        if (agent := self._agents.get(name)) is not None and agent.screen:
            self._put(now, replace(agent, screen=False, screen_gone_at=now))

    def choose(self, now: float, name: AgentId, presence: Presence, reason: str) -> None:
        """The agent is ready, pauses, or goes home; a call that he has goes on to its end."""
        if (agent := self._agents.get(name)) is None:
            return
        work = agent.work
        if presence is Presence.READY and isinstance(work, Missed):
            work = Idle()
        gone_at = None if agent.screen else now  # whoever chooses has just been there
        chosen = replace(agent, presence=presence, reason=reason, screen_gone_at=gone_at)
        self._put(now, _on_time(now, replace(chosen, work=work, misses=0)))

    def finish_wrap_up(self, now: float, name: AgentId) -> None:
        """The notes are done before their time is up."""
        if (agent := self._agents.get(name)) is None:
            return
        if isinstance(agent.work, WrapUp):
            self._put(now, replace(agent, work=Idle()))
        else:
            self.refuse(name, "wrap_up_done", "You have no call to wrap up.")

    def refuse(self, name: AgentId, request: str, reason: str) -> None:
        """Say why a button did nothing."""
        self._out.append(Refuse(agent=name, request=request, reason=reason))

    # -- what the system does with the agent

    def offer(self, now: float, name: AgentId, contact: ContactId) -> None:
        """Reserve the agent for a caller."""
        self._work(now, name, Offered(contact))

    def preview(self, now: float, name: AgentId, attempt: ContactId) -> None:
        """Keep the agent for a lead whose record he reads: no call is offered to him."""
        self._work(now, name, Previewing(attempt))

    def wait_off_hook(self, now: float, name: AgentId, leg: LegId) -> None:
        """The agent's phone is off-hook on this leg, or (no leg) is not any more."""
        self._put(now, replace(self._agents[name], off_hook=leg))

    def ring(self, now: float, name: AgentId) -> None:
        """The phone of a reserved agent is being alerted."""
        work = self._agents[name].work
        assert isinstance(work, Offered)
        self._work(now, name, Offered(work.contact, rang=True))

    def talk(self, now: float, name: AgentId, contact: ContactId, queue: Queue) -> None:
        """The agent talks to a caller."""
        agent = replace(self._agents[name], misses=0, phone=True, work=OnCall(contact, queue, now))
        self._put(now, agent)

    def wrap_up(self, now: float, name: AgentId, work: WrapUp) -> None:
        """The talk is over, and the agent is left in peace to write it up."""
        before = self._agents[name].work
        assert isinstance(before, OnCall), "only a talk is wrapped up"
        work = replace(work, talk_seconds=now - before.since)
        wraps_up = replace(self._agents[name], work=work)
        if work.until > now or owes_disposition(wraps_up):
            self._put(now, wraps_up)
        else:
            self._handled(work, now)
            self._work(now, name, Idle())

    def alter_wrap_up(self, now: float, name: AgentId, work: WrapUp) -> None:
        """The same wrap-up goes on: longer, or with a disposition. It may be over thereby."""
        self._put(now, _on_time(now, replace(self._agents[name], work=work)))

    def miss(self, now: float, name: AgentId, rules: QueueRules) -> None:
        """The agent let the phone ring. Too often in a row, and he is not there."""
        agent = self._agents[name]
        assert isinstance(agent.work, Offered)
        missed = Missed(agent.work.contact, now + rules.missed_seconds)
        agent = replace(agent, work=missed, misses=agent.misses + 1)
        away = 0 < rules.misses_max <= agent.misses
        if away and agent.presence is not Presence.LOGGED_OUT:
            agent = replace(agent, presence=Presence.PAUSED, reason=AWAY, misses=0, work=Idle())
        self._put(now, agent)

    def release(self, now: float, name: AgentId) -> None:
        """The call that the agent was to have is gone."""
        self._work(now, name, Idle())

    def reach(self, now: float, phone: Phone, reachable: bool) -> None:
        """A phone registered or was lost."""
        name = self._by_phone.get(phone)
        if name is not None and self._agents[name].phone != reachable:
            self._put(now, replace(self._agents[name], phone=reachable))

    def expire(self, now: float, name: AgentId) -> bool:
        """Do what the clock asks for. Whether the agent has thereby gone home."""
        agent = self._agents[name]
        gone = agent.screen_gone_at
        if gone is not None and gone + SCREEN_GRACE_SECONDS <= now:
            agent = replace(agent, presence=Presence.LOGGED_OUT, reason="", screen_gone_at=None)
        self._put(now, _on_time(now, agent))
        return agent.presence is Presence.LOGGED_OUT

    # -- keeping it whole

    def _work(self, now: float, name: AgentId, work: Work) -> None:
        self._put(now, replace(self._agents[name], work=work))

    def _put(self, now: float, agent: Agent) -> None:
        """Make this the agent's state: tell everyone, keep the past, set the clock."""
        name = agent.profile.agent
        old = self._agents[name]
        state = state_of(agent)
        seen = (agent.presence, agent.reason, state, contact_of(agent.work))
        if seen != (old.presence, old.reason, old.state, contact_of(old.work)):
            self._save(old, contact_of(old.work), now)
            agent = replace(agent, state=state, since=now)
            self._out.append(_show(agent))
        self._agents[name] = agent
        self.changed[name] = None
        if isinstance(old.work, WrapUp) and not isinstance(agent.work, WrapUp):
            self._save_wrap_up(name, old.work, now)
            self._handled(old.work, now)
        if agent.work != old.work:
            self._show_wrap_up(agent)
        if agent.presence != old.presence:
            self._mirror(agent)
        self._tell_router(agent)
        self._agenda.set((Alarm.AGENT, name), _due(agent))

    def _tell_router(self, agent: Agent) -> None:
        name = agent.profile.agent
        self._router.seat(
            name,
            self._abilities[name],
            signed_in=agent.presence is not Presence.LOGGED_OUT,
            working=agent.presence is Presence.READY and agent.state is not WorkState.UNREACHABLE,
            misses=agent.misses,
        )
        if agent.state is WorkState.AVAILABLE:
            self._router.idle(name, agent.since)
        else:
            self._router.busy(name)

    def _handled(self, work: WrapUp, now: float) -> None:
        """A contact is done with: that is how long one of its queue takes."""
        if work.talk_seconds > 0:
            self._router.scape.times.add(work.queue, work.talk_seconds + now - work.since)

    def _save(self, old: Agent, contact: ContactId | None, now: float) -> None:
        if old.state is WorkState.LOGGED_OUT or now <= old.since:
            return
        self._out.append(
            SaveAgentInterval(
                agent=old.profile.agent,
                presence=old.presence,
                reason=old.reason,
                work=old.state,
                contact=contact,
                started_at=old.since,
                ended_at=now,
            )
        )

    def _save_wrap_up(self, name: AgentId, work: WrapUp, now: float) -> None:
        if work.segment:
            self._out.append(
                SaveSegment(
                    contact=work.contact,
                    number=work.segment,
                    kind=SegmentKind.WRAP_UP,
                    queue=work.queue,
                    agent=name,
                    started_at=work.since,
                    ended_at=now,
                    outcome="done",
                )
            )

    def _show_wrap_up(self, agent: Agent) -> None:
        work = agent.work
        if isinstance(work, WrapUp):
            self._out.append(
                ShowWrapUp(
                    agent=agent.profile.agent,
                    contact=work.contact,
                    until=work.until,
                    extends_left=work.extends_left,
                    disposition_required=work.disposition_required and not work.disposition,
                )
            )

    def _mirror(self, agent: Agent) -> None:
        profile = agent.profile
        self._out.append(
            MirrorAgent(agent=profile.agent, phone=profile.phone, presence=agent.presence)
        )


def _show(agent: Agent) -> ShowAgent:
    return ShowAgent(
        agent=agent.profile.agent,
        presence=agent.presence,
        reason=agent.reason,
        work=agent.state,
        since=agent.since,
        contact=contact_of(agent.work),
    )


def _on_time(now: float, agent: Agent) -> Agent:
    """The agent, when what lasts only so long is over."""
    work = agent.work
    if not isinstance(work, WrapUp | Missed) or work.until > now or owes_disposition(agent):
        return agent
    return replace(agent, work=Idle())


def _due(agent: Agent) -> float | None:
    work = agent.work
    until = work.until if isinstance(work, WrapUp | Missed) else None
    if owes_disposition(agent):
        until = None  # no clock ends it
    logged_in = agent.presence is not Presence.LOGGED_OUT
    gone = agent.screen_gone_at
    grace = gone + SCREEN_GRACE_SECONDS if gone is not None and logged_in else None
    return min((t for t in (until, grace) if t is not None), default=None)
