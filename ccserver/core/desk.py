"""What agents do beside talking: dispositions, a longer wrap-up, calls that they make or plan."""

from ccserver.core.desk_events import DeskEvent


class Desk:
    """The agents' desk."""

    def handle(self, now: float, event: DeskEvent) -> None:
        """One thing that an agent did."""
