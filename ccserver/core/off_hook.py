"""Agents who are off-hook: their phone was called once, and customers come without a ring."""

from collections.abc import Iterable

from ccserver.core.agents import Roster
from ccserver.core.commands import Command
from ccserver.core.dial_events import OffHookChosen, OffHookDown, OffHookEvent, OffHookUp
from ccserver.core.dial_orders import OFF_HOOK, CallOffHook, EndOffHook, ShowOffHook
from ccserver.core.ids import NO_LEG, AgentId, LegId
from ccserver.core.site import Presence
from ccserver.core.work import Agent, Offered, OnCall


class OffHook:
    """Who is off-hook, or about to be."""

    def __init__(self, out: list[Command], roster: Roster) -> None:
        self._out = out
        self._roster = roster
        self._called: dict[AgentId, LegId] = {}
        """Whose phone rings, on which leg."""
        self._ended: set[LegId] = set()
        """Legs that were ordered to end, and have not yet."""

    def handle(self, now: float, event: OffHookEvent) -> None:
        """An agent chooses, or his leg comes or goes."""
        match event:
            case OffHookChosen(agent=name, on=True):
                self._call(now, name)
            case OffHookChosen(agent=name):
                self._end(now, name)
            case OffHookUp(phone=phone, leg=leg):
                self._up(now, self._roster.at_phone(phone), leg)
            case OffHookDown(phone=phone, leg=leg):
                self._down(now, self._roster.at_phone(phone), leg)

    def look(self, now: float, changed: Iterable[AgentId]) -> None:
        """Agents have done other things: who has gone home is not off-hook any more, when the talk
        is over in which he was."""
        for name in changed:
            agent = self._roster.get(name)
            if agent is None or agent.presence is not Presence.LOGGED_OUT:
                continue
            if not isinstance(agent.work, Offered | OnCall):
                self._end(now, name)

    def _call(self, now: float, name: AgentId) -> None:
        agent = self._roster.get(name)
        if refused := self._not_now(agent):
            self._roster.refuse(name, "off_hook", refused)
        elif agent is not None and not agent.off_hook and name not in self._called:
            phone = agent.profile.phone
            leg = LegId(f"{OFF_HOOK}{phone}-{round(now * 1000)}")
            self._called[name] = leg
            self._out.append(CallOffHook(agent=name, phone=phone, leg=leg))

    def _not_now(self, agent: Agent | None) -> str:
        if agent is None or agent.presence is Presence.LOGGED_OUT:
            return "You are not logged in: log in first."
        if isinstance(agent.work, Offered | OnCall):
            return "You have a call: end it first."
        if not (agent.screen and agent.phone):
            return "Your phone cannot be reached: look whether it is registered."
        return ""

    def _end(self, now: float, name: AgentId) -> None:
        agent = self._roster.get(name)
        called = self._called.pop(name, NO_LEG)
        for leg in {called, agent.off_hook if agent else NO_LEG} - {NO_LEG}:
            self._ended.add(leg)
            self._out.append(EndOffHook(leg=leg))
        if agent is not None and agent.off_hook:
            self._set(now, name, NO_LEG)

    def _up(self, now: float, name: AgentId | None, leg: LegId) -> None:
        agent = self._roster.get(name) if name else None
        if agent is None or agent.presence is Presence.LOGGED_OUT or leg in self._ended:
            self._out.append(EndOffHook(leg=leg))
            return
        name = agent.profile.agent
        self._called.pop(name, None)
        if agent.off_hook != leg:
            self._set(now, name, leg)

    def _down(self, now: float, name: AgentId | None, leg: LegId) -> None:
        self._ended.discard(leg)
        agent = self._roster.get(name) if name else None
        if agent is None:
            return
        name = agent.profile.agent
        if self._called.get(name) == leg:
            del self._called[name]
            self._roster.refuse(name, "off_hook", "Your phone was not answered: try again.")
        elif agent.off_hook == leg:
            self._set(now, name, NO_LEG)

    def _set(self, now: float, name: AgentId, leg: LegId) -> None:
        self._roster.wait_off_hook(now, name, leg)
        self._out.append(ShowOffHook(agent=name, on=bool(leg)))
