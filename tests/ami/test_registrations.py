"""Which phones can be reached, in the words and the order of Asterisk 22.10."""

import pytest

from ccserver.ami.registrations import Registrations
from ccserver.ami.wire import Message
from ccserver.core.events import PhoneChanged
from ccserver.core.ids import Phone

OLD, NEW = "sip:1001@127.0.0.3:42035", "sip:1001@127.0.0.3:43467"
PHONE = Phone("1001")
REACHABLE = PhoneChanged(phone=PHONE, reachable=True)
UNREACHABLE = PhoneChanged(phone=PHONE, reachable=False)


def status(word: str, uri: str) -> Message:
    """A ContactStatus, as recorded."""
    lines = [
        "Event: ContactStatus",
        "Privilege: system,all",
        "Timestamp: 1795320035.783978",
        f"URI: {uri}",
        f"ContactStatus: {word}",
        "AOR: 1001",
        "EndpointName: 1001",
        "RoundtripUsec: 0",
    ]
    return Message("\r\n".join(lines).encode())


def listed(phone: str, word: str, uri: str = OLD) -> Message:
    """A row of PJSIPShowContacts, as recorded."""
    lines = [
        "Event: ContactList",
        "ObjectType: contact",
        f"ObjectName: {phone};@7dcdf97035e7ededf6b92309b8a45d8f",
        f"Endpoint: {phone}",
        f"Uri: {uri}",
        f"Status: {word}",
        "RoundtripUsec: N/A",
    ]
    return Message("\r\n".join(lines).encode())


def test_a_phone_that_registers_anew_from_elsewhere_stays_reachable() -> None:
    """The new address is told before the old one is taken away; then the new one is asked."""
    seen = Registrations()
    seen.change(status("NonQualified", OLD))
    told = [
        seen.change(status("NonQualified", NEW)),
        seen.change(status("Removed", OLD)),
        seen.change(status("Reachable", NEW)),
    ]
    assert told == [REACHABLE, None, REACHABLE]


def test_what_is_said_of_an_address_of_before_means_nothing() -> None:
    seen = Registrations()
    seen.change(status("Reachable", NEW))
    assert seen.change(status("Unreachable", OLD)) is None
    assert seen.change(status("Unreachable", NEW)) == UNREACHABLE


def test_a_phone_that_logs_off_is_gone() -> None:
    seen = Registrations()
    seen.change(status("Reachable", OLD))
    assert seen.change(status("Removed", OLD)) == UNREACHABLE


def test_a_phone_that_is_first_heard_of_when_it_goes_is_gone() -> None:
    assert Registrations().change(status("Unreachable", OLD)) == UNREACHABLE


@pytest.mark.parametrize("word", ["Unknown", "Updated", "", "reachable"])
def test_other_words_say_nothing(word: str) -> None:
    assert Registrations().change(status(word, OLD)) is None


def test_the_list_says_who_can_be_reached() -> None:
    seen = Registrations()
    contacts = [
        listed("1001", "NonQualified"),
        listed("1002", "Reachable"),
        listed("1003", "Unreachable"),
        listed("1004", "Unknown"),
    ]
    assert seen.all(contacts) == {PHONE, Phone("1002")}


def test_the_list_begins_anew() -> None:
    seen = Registrations()
    seen.change(status("Reachable", OLD))
    seen.all([listed("1001", "Reachable", NEW)])
    assert seen.change(status("Removed", OLD)) is None, "of before the list"
    seen.all([])
    assert seen.change(status("Removed", NEW)) == UNREACHABLE, "the list knew no address"
