"""The customers who are being called back, and why one was not reached.

Three messages tell of a call that nobody answers: DialBegin, that there is a channel; Hangup, whose
cause knows the reason; and OriginateResponse, before or after that (seen on Asterisk 22.10), which
knows less, but comes alone when there never was a channel. A customer who answers is in the hold
loop, which tells for itself.
"""

from collections.abc import Collection
from typing import Final

from ccserver.ami.wire import Message
from ccserver.core.commands import CallBack
from ccserver.core.events import CallbackFailed
from ccserver.core.ids import ContactId, LegId

_CAUSES: Final = {"17": "busy", "18": "no_answer", "19": "no_answer", "20": "no_answer"}
"""Q.850, of a Hangup. The rest is `failed`."""


class Callbacks:
    """Whose call is under way. Each that fails is told once."""

    def __init__(self) -> None:
        self._dialed: dict[LegId, ContactId] = {}
        self._channels: set[LegId] = set()

    def begin(self, order: CallBack) -> None:
        """The order goes out."""
        self._dialed[order.leg] = order.contact

    def keep(self, legs: Collection[LegId]) -> None:
        """Only these are there after a lost link: what became of the others is seen without us."""
        self._dialed = {leg: who for leg, who in self._dialed.items() if leg in legs}
        self._channels = set(self._dialed)

    def change(self, message: Message) -> CallbackFailed | None:
        """What one of the three messages says of a call that failed."""
        match message.event:
            case "DialBegin" if (leg := LegId(message.get("DestUniqueid"))) in self._dialed:
                self._channels.add(leg)
            case "Hangup":
                leg = LegId(message.get("Uniqueid"))
                contact = self._over(leg)
                if contact and message.get("ChannelStateDesc") != "Up":
                    cause = _CAUSES.get(message.get("Cause"), "failed")
                    return CallbackFailed(contact=contact, leg=leg, cause=cause)
            case "OriginateResponse":
                leg = LegId(message.get("Uniqueid"))
                if message.get("Response") == "Success":
                    self._over(leg)
                elif leg not in self._channels and (contact := self._over(leg)):
                    return CallbackFailed(contact=contact, leg=leg, cause="failed")
            case _:
                pass
        return None

    def _over(self, leg: LegId) -> ContactId | None:
        self._channels.discard(leg)
        return self._dialed.pop(leg, None)
