"""Agents' phones as the AMI actions that write them into Asterisk's configuration.

Each phone is one section of `pjsip_agents.conf`, which `pjsip_wizard.conf` includes: a name, the
template (`agent` for a phone on the desk, `browser` for one in a browser) and the log-in. Three AMI
changes a phone, where plain PJSIP sections (endpoint, aor, auth) would take thirty.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ccserver.core.ids import Phone

FILE = "pjsip_agents.conf"
TEMPLATE_FILE = "pjsip_agent_template.conf"
"""Holds the templates alone: each time the file starts as its copy, whatever it held before."""

MODULE = "res_pjsip_config_wizard"
HEADERS_MAX = 128
"""AST_MAX_MANHEADERS (asterisk/manager.h): Asterisk drops what is beyond, without a word."""
_HEADERS_A_PHONE = 3 + 4 + 4
_HEADERS_A_DELETION = 2
_HEADERS_AROUND = 4 + 1
"""Action, both file names, Reload; and the ActionID that the link adds."""
PHONES_A_BATCH = (HEADERS_MAX - _HEADERS_AROUND) // _HEADERS_A_PHONE
CHANGES_A_BATCH = (HEADERS_MAX - _HEADERS_AROUND) // (_HEADERS_A_DELETION + _HEADERS_A_PHONE)

Action = list[tuple[str, str]]
_Change = list[tuple[str, str]]
"""One change of the file, its headers' names without their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLogin:
    """What an agent's phone registers with."""

    phone: Phone
    password: str
    browser: bool = False
    """In a browser: SIP over a WebSocket, sound by WebRTC."""


class UnfitPhoneError(ValueError):
    """A name or password that Asterisk's configuration files could not hold unchanged."""


def endpoint_actions(agents: Iterable[PhoneLogin]) -> list[Action]:
    """The actions that make exactly these phones known, to be sent in this order.

    Run again with the same agents, they change nothing. Phones that are not among the agents
    vanish. Only the last action reloads; send the actions again, all of them, if one fails. Talks
    that go on are not touched. Raises UnfitPhoneError.
    """
    logins = sorted(agents, key=_name)
    _check(logins)
    batches = [logins[i : i + PHONES_A_BATCH] for i in range(0, len(logins), PHONES_A_BATCH)] or [
        []
    ]
    return _reloading(
        _action(
            [change for login in batch for change in _section(login)],
            TEMPLATE_FILE if i == 0 else FILE,
        )
        for i, batch in enumerate(batches)
    )


def change_actions(before: Iterable[PhoneLogin], after: Iterable[PhoneLogin]) -> list[Action]:
    """The actions that bring Asterisk from phones that it knows to others, in this order.

    They name only what differs: the section of a phone that is changed is taken out and written
    anew, and Asterisk reloads that phone alone. Should one fail, `endpoint_actions` mends all.
    Raises UnfitPhoneError.
    """
    old, new = frozenset(before), sorted(after, key=_name)
    _check(new)
    known = {login.phone for login in old}
    changed = [login for login in new if login not in old]
    gone = known - {login.phone for login in new}
    parts = [[_deletion(phone)] for phone in sorted(gone)] + [
        [*([_deletion(login.phone)] if login.phone in known else []), *_section(login)]
        for login in changed
    ]
    batches = [parts[i : i + CHANGES_A_BATCH] for i in range(0, len(parts), CHANGES_A_BATCH)]
    return _reloading(
        _action([change for part in batch for change in part], FILE) for batch in batches
    )


def _reloading(actions: Iterable[Action]) -> list[Action]:
    made = list(actions)
    if made:
        made[-1].append(("Reload", MODULE))
    return made


def _check(logins: Sequence[PhoneLogin]) -> None:
    for login in logins:
        if not (login.phone.isascii() and login.phone.isalnum()) or len(login.phone) > 40:
            raise UnfitPhoneError(f"phone {login.phone!r}: 1 to 40 letters and digits only")
        # A semicolon begins a comment, and spaces at the ends are cut off by Asterisk.
        if not login.password or any(c in ';\\"' or not "!" <= c <= "~" for c in login.password):
            raise UnfitPhoneError(f'phone {login.phone}: printable ASCII only, without ; \\ "')
    if len({login.phone for login in logins}) != len(logins):
        raise UnfitPhoneError("two agents have the same phone")


def _name(login: PhoneLogin) -> Phone:
    return login.phone


def _deletion(phone: Phone) -> _Change:
    return [("Action", "DelCat"), ("Cat", phone)]


def _section(login: PhoneLogin) -> list[_Change]:
    template = "browser" if login.browser else "agent"
    return [
        [("Action", "NewCat"), ("Cat", login.phone), ("Options", f'inherit="{template}"')],
        _line(login.phone, "inbound_auth/username", login.phone),
        _line(login.phone, "inbound_auth/password", login.password),
    ]


def _line(phone: Phone, name: str, value: str) -> _Change:
    return [("Action", "Append"), ("Cat", phone), ("Var", name), ("Value", value)]


def _action(changes: Sequence[_Change], source: str) -> Action:
    headers = [("Action", "UpdateConfig"), ("SrcFilename", source), ("DstFilename", FILE)]
    for number, change in enumerate(changes):
        headers += [(f"{name}-{number:06}", value) for name, value in change]
    return headers
