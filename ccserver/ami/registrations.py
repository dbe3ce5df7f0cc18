"""Which agents' phones can be reached, from what Asterisk says of their registrations.

A phone that registers anew, from another address, is announced first and its old address taken
away after: what is said of an address that is no longer the phone's means nothing.
Statuses are those of res_pjsip (`contact_statuses_map`); seen in this order on Asterisk 22.10.
"""

from collections.abc import Iterable
from typing import Final

from ccserver.ami.wire import Message
from ccserver.core.events import PhoneChanged
from ccserver.core.ids import Phone

_REACHABLE: Final = {
    "NonQualified": True,  # has registered, and not yet been asked
    "Reachable": True,
    "Unreachable": False,
    "Removed": False,
}


class Registrations:
    """Each phone's address, and what was last said of it."""

    def __init__(self) -> None:
        self._address: dict[Phone, str] = {}
        self.reachable: set[Phone] = set()

    def all(self, contacts: Iterable[Message]) -> frozenset[Phone]:
        """Start anew from the list of PJSIPShowContacts: the phones that can be reached."""
        self._address.clear()
        self.reachable.clear()
        for message in contacts:
            phone = Phone(message.get("Endpoint"))
            self._address[phone] = message.get("Uri")
            if _REACHABLE.get(message.get("Status"), False):
                self.reachable.add(phone)
        return frozenset(self.reachable)

    def change(self, message: Message) -> PhoneChanged | None:
        """What a ContactStatus says, if it says anything."""
        phone, address = Phone(message.get("AOR")), message.get("URI")
        reachable = _REACHABLE.get(message.get("ContactStatus"))
        if reachable is None:
            return None
        if reachable:
            self._address[phone] = address
        elif self._address.get(phone, address) != address:
            return None
        (self.reachable.add if reachable else self.reachable.discard)(phone)
        return PhoneChanged(phone=phone, reachable=reachable)
