"""Legs that campaigns call: customers', and those of agents who want to be off-hook.

A leg's own Hangup tells why nobody answered, also to a ccserver that did not call it: that is in
translate.py. Here is what only the one that called knows: that there never was a leg, that we hung
up ourselves, and which legs the last link knew that are not there any more.
"""

from collections.abc import Collection

from ccserver.ami.wire import Message
from ccserver.core.commands import HangUp
from ccserver.core.dial_events import AttemptEnded, OffHookDown
from ccserver.core.dial_orders import ATTEMPT, OFF_HOOK, CallOffHook, Dial
from ccserver.core.ids import ContactId, LegId, Phone

Ended = AttemptEnded | OffHookDown


class Attempts:
    """Whose call is under way. Each that ends unanswered is told once."""

    def __init__(self) -> None:
        self._without_leg: set[LegId] = set()
        """Called, and no leg was seen yet."""
        self._unanswered: set[LegId] = set()
        self._canceled: set[LegId] = set()
        self._off_hook: set[LegId] = set()
        self._doubtful: frozenset[LegId] = frozenset()
        """Known to the link that was lost."""

    def begin(self, order: Dial | CallOffHook) -> None:
        """The order goes out."""
        self._without_leg.add(order.leg)
        self._unanswered.add(order.leg)

    def cancel(self, order: HangUp) -> None:
        """The order to hang up goes out."""
        if order.leg in self._unanswered:
            self._canceled.add(order.leg)

    def change(self, message: Message) -> Ended | None:
        """What a message says of a call that failed, and translate.py could not know."""
        match message.event:
            case "DialBegin":
                self._without_leg.discard(LegId(message.get("DestUniqueid")))
            case "Hangup":
                leg = LegId(message.get("Uniqueid"))
                canceled = leg in self._canceled
                self._over(leg)
                if canceled and message.get("ChannelStateDesc") != "Up":
                    return ended(leg, "canceled")
            case "OriginateResponse":
                leg = LegId(message.get("Uniqueid"))
                if message.get("Response") == "Success":
                    self._over(leg)
                    if leg.startswith(OFF_HOOK):
                        self._off_hook.add(leg)
                elif leg in self._without_leg:
                    self._over(leg)
                    return ended(leg, "unsent")
            case _:
                pass
        return None

    def unsent(self, leg: LegId) -> Ended | None:
        """The order never got through; None if it was told of already."""
        known = leg in self._unanswered
        self._over(leg)
        return ended(leg, "unsent") if known else None

    def lose(self) -> None:
        """The link is lost: what becomes of the legs is not told."""
        self._doubtful |= self._unanswered | self._off_hook

    def find(self, legs: Collection[LegId]) -> list[Ended]:
        """These are there after a lost link: what has become of the others."""
        gone = sorted(self._doubtful.difference(legs))
        self._doubtful = frozenset()
        for leg in gone:
            self._over(leg)
        return [ended(leg, "failed") for leg in gone]

    def keep(self, legs: Collection[LegId]) -> None:
        """Agents who are off-hook, as they were found: also those whom another run called."""
        self._off_hook |= {leg for leg in legs if leg.startswith(OFF_HOOK)}

    def _over(self, leg: LegId) -> None:
        for legs in (self._without_leg, self._unanswered, self._canceled, self._off_hook):
            legs.discard(leg)


def ended(leg: LegId, cause: str) -> Ended:
    """What it means that the call was not answered, or that an agent's leg is gone."""
    if leg.startswith(OFF_HOOK):
        return OffHookDown(phone=Phone(leg.split("-")[1]), leg=leg)
    return AttemptEnded(contact=ContactId(leg.removeprefix(ATTEMPT)), leg=leg, cause=cause)
