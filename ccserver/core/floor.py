"""What supervisors order: an agent's presence, another queue for a caller who waits."""

from ccserver.core.desk_events import FloorEvent


class Floor:
    """The supervisors' floor."""

    def handle(self, now: float, event: FloorEvent) -> None:
        """One order of a supervisor."""
