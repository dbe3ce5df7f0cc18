"""A fake AMI that has channels, phones and a small database, as far as the switch asks for them."""

from collections.abc import Iterable

from tests.ami.fake_ami import FakeAmi, Heard, block, response


def listing(heard: Heard, rows: Iterable[str], event: str) -> bytes:
    """A list of rows, each one message as text, and its end."""
    key = f"ActionID: {heard['ActionID']}"
    messages = [block(*row.split("\n")[:1], key, *row.split("\n")[1:]) for row in rows]
    end = block(f"Event: {event}Complete", key, "EventList: Complete")
    return response(heard, "EventList: start") + b"".join(messages) + end


class FakeSwitch:
    """Answers `Status`, `PJSIPShowContacts` and the `DB…` actions from what a test puts here."""

    def __init__(self, ami: FakeAmi) -> None:
        self.channels: list[str] = []
        self.contacts: list[str] = []
        self.database: dict[str, str] = {}
        """`/family/key` -> value."""
        self.puts = 0
        ami.answers["Status"] = lambda heard: listing(heard, self.channels, "Status")
        ami.answers["PJSIPShowContacts"] = self._contacts
        ami.answers["DBGetTree"] = self._tree
        ami.answers["DBPut"] = self._put
        ami.answers["DBDel"] = self._del

    def _contacts(self, heard: Heard) -> bytes:
        if not self.contacts:
            return response(heard, "Message: No Contacts found", kind="Error")
        return listing(heard, self.contacts, "ContactList")

    def _tree(self, heard: Heard) -> bytes:
        family = f"/{heard['Family']}/"
        rows = [
            f"Event: DBGetTreeResponse\nKey: {key}\nVal: {value}"
            for key, value in self.database.items()
            if key.startswith(family)
        ]
        return listing(heard, rows, "DBGetTree")

    def _put(self, heard: Heard) -> bytes:
        self.puts += 1
        self.database[f"/{heard['Family']}/{heard['Key']}"] = heard["Val"]
        return response(heard, "Message: Updated database successfully")

    def _del(self, heard: Heard) -> bytes:
        found = self.database.pop(f"/{heard['Family']}/{heard['Key']}", None)
        if found is None:
            return response(heard, "Message: Database entry not found", kind="Error")
        return response(heard, "Message: Key deleted successfully")
