"""What supervisors order: an agent's presence, another queue for a caller who waits."""

from ccserver.core.agents import Roster
from ccserver.core.calls import Calls
from ccserver.core.desk_events import AgentSet, CallMoved, FloorEvent
from ccserver.core.places import AwaitingCallback, Waiting
from ccserver.core.queues import Queues
from ccserver.core.site import Presence


class Floor:
    """The supervisors' floor."""

    def __init__(self, calls: Calls, roster: Roster, queues: Queues) -> None:
        self._calls = calls
        self._roster = roster
        self._queues = queues

    def handle(self, now: float, event: FloorEvent) -> None:
        """One order of a supervisor. What cannot be done changes nothing."""
        match event:
            case AgentSet(agent=agent, presence=presence, reason=reason):
                paused = presence is Presence.PAUSED
                self._roster.choose(now, agent, presence, reason if paused else "")
                if presence is Presence.LOGGED_OUT:
                    self._queues.look_for_empty(now)
            case CallMoved(contact=contact, queue=queue):
                place = self._calls.get(contact)
                if isinstance(place, Waiting | AwaitingCallback):
                    self._queues.move(now, place, queue)
