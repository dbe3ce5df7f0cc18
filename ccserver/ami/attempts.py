"""Legs that campaigns call: customers', and those of agents who want to be off-hook.

A leg's own Hangup tells why nobody answered, also to a ccserver that did not call it: that is in
translate.py. Here is what only the one that called knows: that there never was a leg, that we hung
up ourselves, and which legs the last link knew that are not there any more.
"""

from collections.abc import Callable, Collection

from ccserver.ami.wire import Message
from ccserver.core.commands import HangUp
from ccserver.core.dial_events import AttemptEnded, OffHookDown
from ccserver.core.dial_orders import ATTEMPT, OFF_HOOK, CallOffHook, Dial
from ccserver.core.ids import ContactId, LegId, Phone

Ended = AttemptEnded | OffHookDown


class Attempts:
    """Whose call is under way. Each that ends unanswered is told once."""

    def __init__(self, ask_later: Callable[[LegId], None]) -> None:
        """`ask_later` has `unsent` called a little later: Asterisk says that it could not call. If
        there was a leg, its Hangup, which knows why, comes before or soon after."""
        self._ask_later = ask_later
        self._unanswered: set[LegId] = set()
        self._canceled: set[LegId] = set()
        self._off_hook: set[LegId] = set()
        self._doubtful: frozenset[LegId] = frozenset()
        """Known to the link that was lost."""

    def begin(self, order: Dial | CallOffHook) -> None:
        """The order goes out."""
        self._unanswered.add(order.leg)

    def cancel(self, order: HangUp) -> None:
        """The order to hang up goes out."""
        if order.leg in self._unanswered:
            self._canceled.add(order.leg)

    def change(self, message: Message) -> Ended | None:
        """What a message says of a call that failed, and translate.py could not know."""
        match message.event:
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
                elif leg in self._unanswered:
                    self._ask_later(leg)
            case _:
                pass
        return None

    def unsent(self, leg: LegId) -> Ended | None:
        """The order never got through; None if more is known of it."""
        known = leg in self._unanswered
        self._over(leg)
        return ended(leg, "unsent") if known else None

    def lose(self) -> None:
        """The link is lost: what becomes of the legs is not told."""
        self._doubtful |= self._unanswered | self._off_hook

    def find(self, legs: Collection[LegId]) -> list[Ended]:
        """These are there after a lost link: what has become of the others."""
        known = self._unanswered | self._off_hook
        gone = sorted((self._doubtful & known).difference(legs))
        self._doubtful = frozenset()
        for leg in gone:
            self._over(leg)
        return [ended(leg, "failed") for leg in gone]

    def keep(self, legs: Collection[LegId]) -> None:
        """Agents who are off-hook, as they were found: also those whom another run called."""
        self._off_hook |= {leg for leg in legs if leg.startswith(OFF_HOOK)}

    def _over(self, leg: LegId) -> None:
        for legs in (self._unanswered, self._canceled, self._off_hook):
            legs.discard(leg)


def ended(leg: LegId, cause: str) -> Ended:
    """What it means that the call was not answered, or that an agent's leg is gone."""
    if leg.startswith(OFF_HOOK):
        return OffHookDown(phone=Phone(leg.split("-")[1]), leg=leg)
    return AttemptEnded(contact=ContactId(leg.removeprefix(ATTEMPT)), leg=leg, cause=cause)
