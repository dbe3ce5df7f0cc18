"""What agents do beside talking: dispositions, a longer wrap-up, calls that they make or plan."""

from ccserver.core.agents import Roster
from ccserver.core.callbacks import Callbacks
from ccserver.core.calls import Calls
from ccserver.core.commands import Command
from ccserver.core.desk_events import (
    AgentDialed,
    CallbackPlanned,
    DeskEvent,
    DispositionSet,
    WrapUpExtended,
)
from ccserver.core.ids import AgentId
from ccserver.core.outbound import is_number, leg_of
from ccserver.core.places import Dialing, Talking
from ccserver.core.quick import replace
from ccserver.core.records import SaveDisposition
from ccserver.core.routing import Router
from ccserver.core.site import Presence
from ccserver.core.work import Idle, Missed, Offered, WrapUp, owes_disposition


class Desk:
    """The agents' desk. What cannot be done is refused with the reason."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        roster: Roster,
        router: Router,
        callbacks: Callbacks,
    ) -> None:
        self._out = out
        self._calls = calls
        self._roster = roster
        self._router = router
        self._callbacks = callbacks

    def handle(self, now: float, event: DeskEvent) -> None:
        """One thing that an agent did."""
        match event:
            case WrapUpExtended(agent=name):
                self._extend(now, name)
            case DispositionSet():
                self._dispose(now, event)
            case AgentDialed():
                self._dial(now, event)
            case CallbackPlanned(number=number):
                if is_number(number):
                    self._callbacks.plan(now, event)

    # -- the wrap-up

    def wrap_up_done(self, now: float, name: AgentId) -> None:
        """The notes are done before their time is up."""
        agent = self._roster.get(name)
        work = agent.work if agent else None
        if agent is None or not isinstance(work, WrapUp):
            self._roster.finish_wrap_up(now, name)
        elif work.until > now and self._router.rules(work.queue).wrap_up_forced:
            self._roster.refuse(name, "wrap_up_done", "This queue's wrap-up lasts its full time.")
        elif owes_disposition(agent):
            self._roster.refuse(
                name, "wrap_up_done", "Say first what has come of the talk: choose a disposition."
            )
        else:
            self._roster.finish_wrap_up(now, name)

    def _extend(self, now: float, name: AgentId) -> None:
        agent = self._roster.get(name)
        work = agent.work if agent else None
        if not isinstance(work, WrapUp):
            refused = "You have no call to wrap up."
        elif not work.extends_left:
            refused = "This wrap-up cannot be made longer: finish the notes, or pause."
        else:
            seconds = self._router.rules(work.queue).wrap_up_extend_seconds
            longer = replace(
                work, until=max(work.until, now) + seconds, extends_left=work.extends_left - 1
            )
            self._roster.alter_wrap_up(now, name, longer)
            return
        self._roster.refuse(name, "extend_wrap_up", refused)

    def _dispose(self, now: float, event: DispositionSet) -> None:
        """A contact has one disposition, which all see who wrap it up; the last word counts.

        Of one that is over for everybody here nothing is left: the history has it.
        """
        contact, said = event.contact, event.disposition
        place = self._calls.get(contact)
        writers = [
            (agent.profile.agent, agent.work)
            for agent in self._roster.all()
            if isinstance(agent.work, WrapUp) and agent.work.contact == contact
        ]
        if place is None and not writers:
            return
        if isinstance(place, Talking):
            self._calls.alter(replace(place, call=replace(place.call, disposition=said)))
        elif place is not None:
            self._calls.note(place, replace(place.call, disposition=said))
        for name, work in writers:
            self._roster.alter_wrap_up(now, name, replace(work, disposition=said))
        self._out.append(
            SaveDisposition(contact=contact, disposition=said, agent=event.agent, at=now)
        )

    # -- calls that the agent makes

    def _dial(self, now: float, event: AgentDialed) -> None:
        """The customer is called first: an agent's phone rings for somebody who is there."""
        agent = self._roster.get(event.agent)
        if refused := self._not_now(event):
            self._roster.refuse(event.agent, "dial", refused)
        elif agent is not None and self._is_new(event):
            self._callbacks.dial(now, event, agent.profile.phone)

    def _not_now(self, event: AgentDialed) -> str:
        """Why the agent cannot call; empty: he can."""
        agent = self._roster.get(event.agent)
        if agent is None or agent.presence is Presence.LOGGED_OUT:
            return "You are not logged in: log in first."
        if isinstance(agent.work, WrapUp):
            return "You are wrapping up: finish that first."
        if not isinstance(agent.work, Idle | Missed):
            return "You have a call already: end it first."
        if not (agent.screen and agent.phone):
            return "Your phone cannot be reached: look whether it is registered."
        if not is_number(event.number):
            return "That is no number: write it with + and the country's code."
        if event.queue not in self._router.queues:
            return "There is no such queue: choose another."
        return ""

    def _is_new(self, event: AgentDialed) -> bool:
        """Whether neither the contact nor its leg is known."""
        leg = leg_of(event.contact, 1)
        return self._calls.get(event.contact) is None and self._calls.on_leg(leg) is None

    def hang_up(self, now: float, name: AgentId) -> bool:
        """Whether the agent, who wants to hang up, had dialed a number that rings: no more."""
        agent = self._roster.get(name)
        work = agent.work if agent else None
        place = self._calls.get(work.contact) if isinstance(work, Offered) else None
        if not isinstance(place, Dialing) or not place.clicked:
            return False
        self._callbacks.cancel(now, place)
        return True
