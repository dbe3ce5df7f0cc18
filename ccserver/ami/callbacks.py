"""Those whom we call, customers and supervisors, and why one was not reached.

Three messages tell of a call that nobody answers: DialBegin, that there is a channel; Hangup, whose
cause knows the reason; and OriginateResponse, before or after that (seen on Asterisk 22.10), which
knows less, but comes alone when there never was a channel. Who answers is in the dialplan, which
tells for itself.
"""

from collections.abc import Collection
from typing import Final

from ccserver.ami.wire import Message
from ccserver.core.commands import CallBack
from ccserver.core.events import CallbackFailed
from ccserver.core.ids import LegId
from ccserver.core.talk_events import PartyEnded
from ccserver.core.talk_orders import CallAgain, CallSupervisor

_CAUSES: Final = {"17": "busy", "18": "no_answer", "19": "no_answer", "20": "no_answer"}
"""Q.850, of a Hangup. The rest is `failed`."""


class Callbacks:
    """Whose call is under way. Each that fails is told once."""

    def __init__(self) -> None:
        self._dialed: dict[LegId, CallBack | CallSupervisor | CallAgain] = {}
        self._channels: set[LegId] = set()

    def begin(self, order: CallBack | CallSupervisor | CallAgain) -> None:
        """The order goes out."""
        self._dialed[order.leg] = order

    def keep(self, legs: Collection[LegId]) -> None:
        """Only these are there after a lost link: what became of the others is seen without us."""
        self._dialed = {leg: order for leg, order in self._dialed.items() if leg in legs}
        self._channels = set(self._dialed)

    def change(self, message: Message) -> CallbackFailed | PartyEnded | None:
        """What one of the three messages says of a call that failed."""
        match message.event:
            case "DialBegin" if (leg := LegId(message.get("DestUniqueid"))) in self._dialed:
                self._channels.add(leg)
            case "Hangup":
                leg = LegId(message.get("Uniqueid"))
                order = self._over(leg)
                if order and message.get("ChannelStateDesc") != "Up":
                    return failed(order, _CAUSES.get(message.get("Cause"), "failed"))
            case "OriginateResponse":
                leg = LegId(message.get("Uniqueid"))
                if message.get("Response") == "Success":
                    self._over(leg)
                elif leg not in self._channels and (order := self._over(leg)):
                    return failed(order, "failed")
            case _:
                pass
        return None

    def _over(self, leg: LegId) -> CallBack | CallSupervisor | CallAgain | None:
        self._channels.discard(leg)
        return self._dialed.pop(leg, None)


def failed(order: CallBack | CallSupervisor | CallAgain, cause: str) -> CallbackFailed | PartyEnded:
    """What it means that nobody answered."""
    if isinstance(order, CallBack):
        return CallbackFailed(contact=order.contact, leg=order.leg, cause=cause)
    return PartyEnded(contact=order.contact, leg=order.leg, cause=cause)
