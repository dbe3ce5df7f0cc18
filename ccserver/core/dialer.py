"""Campaigns that call by themselves: who is called when, and what becomes of it."""

from ccserver.core.commands import Command
from ccserver.core.dial_events import DialEvent


class Dialer:
    """All campaigns, their hoppers and their attempts."""

    def __init__(self, out: list[Command]) -> None:
        self._out = out

    def handle(self, now: float, event: DialEvent) -> None:
        """One thing that happened to a campaign, an attempt or an agent who is off-hook."""
