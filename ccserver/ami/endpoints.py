"""Agents' phones as the AMI actions that write them into Asterisk's configuration.

Each phone is one section of `pjsip_agents.conf`, which `pjsip_wizard.conf` includes: a name, the
template `agent` and the log-in. Three AMI
changes a phone, where plain PJSIP sections (endpoint, aor, auth) would take thirty.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ccserver.core.ids import Phone

FILE = "pjsip_agents.conf"
TEMPLATE_FILE = "pjsip_agent_template.conf"
"""Holds the template alone: each time the file starts as its copy, whatever it held before."""

MODULE = "res_pjsip_config_wizard"
HEADERS_MAX = 128
"""AST_MAX_MANHEADERS (asterisk/manager.h): Asterisk drops what is beyond, without a word."""
_HEADERS_A_PHONE = 3 + 4 + 4
_HEADERS_AROUND = 4 + 1
"""Action, both file names, Reload; and the ActionID that the link adds."""
PHONES_A_BATCH = (HEADERS_MAX - _HEADERS_AROUND) // _HEADERS_A_PHONE

Action = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLogin:
    """What an agent's phone registers with."""

    phone: Phone
    password: str


class UnfitPhoneError(ValueError):
    """A name or password that Asterisk's configuration files could not hold unchanged."""


def endpoint_actions(agents: Iterable[PhoneLogin]) -> list[Action]:
    """The actions that make exactly these phones known, to be sent in this order.

    Run again with the same agents, they change nothing. Phones that are not among the agents
    vanish. Only the last action reloads; send the actions again, all of them, if one fails. Talks
    that go on are not touched. Raises UnfitPhoneError.
    """
    logins = sorted(agents, key=lambda login: login.phone)
    _check(logins)
    batches = [logins[i : i + PHONES_A_BATCH] for i in range(0, len(logins), PHONES_A_BATCH)] or [
        []
    ]
    actions = [_action(batch, TEMPLATE_FILE if i == 0 else FILE) for i, batch in enumerate(batches)]
    actions[-1].append(("Reload", MODULE))
    return actions


def _check(logins: Sequence[PhoneLogin]) -> None:
    for login in logins:
        if not (login.phone.isascii() and login.phone.isalnum()) or len(login.phone) > 40:
            raise UnfitPhoneError(f"phone {login.phone!r}: 1 to 40 letters and digits only")
        # A semicolon begins a comment, and spaces at the ends are cut off by Asterisk.
        if not login.password or any(c in ';\\"' or not "!" <= c <= "~" for c in login.password):
            raise UnfitPhoneError(f'phone {login.phone}: printable ASCII only, without ; \\ "')
    if len({login.phone for login in logins}) != len(logins):
        raise UnfitPhoneError("two agents have the same phone")


def _action(logins: Sequence[PhoneLogin], source: str) -> Action:
    headers = [("Action", "UpdateConfig"), ("SrcFilename", source), ("DstFilename", FILE)]
    for number, login in enumerate(logins):
        first = 3 * number
        headers += [
            (f"Action-{first:06}", "NewCat"),
            (f"Cat-{first:06}", login.phone),
            (f"Options-{first:06}", 'inherit="agent"'),
        ]
        variables = (
            ("inbound_auth/username", login.phone),
            ("inbound_auth/password", login.password),
        )
        for offset, (name, value) in enumerate(variables, start=1):
            headers += [
                (f"Action-{first + offset:06}", "Append"),
                (f"Cat-{first + offset:06}", login.phone),
                (f"Var-{first + offset:06}", name),
                (f"Value-{first + offset:06}", value),
            ]
    return headers
