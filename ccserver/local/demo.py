"""Life for a new site: callers with different numbers, phones that answer, screens that react.

Runs as a process of its own (`python -m ccserver.local.demo HOME URL`) until it is stopped; its
SIPp processes end with it.
"""

import asyncio
import sys
from pathlib import Path

from ccserver.local.phones import (
    Caller,
    CallerScript,
    PhoneScript,
    start_callers,
    start_phones,
)
from ccserver.local.processes import LocalError, until
from ccserver.local.robots import work
from ccserver.local.sitefile import SAMPLE_CUSTOMERS, Site, site_of
from ccserver.settings import Settings

PHONES_SECONDS = 20.0
CALLS = 1_000_000
"""For weeks."""
_STRANGERS = ("+8613911110001", "+8613911110002", "anonymous")


def start_calls(home: Path, site: Site) -> None:
    """Let the agents' phones register, and the first callers ring."""
    folder, sip_port = home / "demo", site.ports.sip
    logins = [(person.phone, person.phone_password) for person in site.people if person.phone]

    def registered() -> bool:
        # ccserver writes the phones into Asterisk's configuration some moments after it is up.
        try:
            start_phones(
                folder / "phones", logins, PhoneScript(ring_seconds=1.5, talk_seconds=9.0),
                sip_port=sip_port, trace=False,
            )  # fmt: skip
        except LocalError:
            return False
        return True

    if not until(registered, PHONES_SECONDS):
        raise LocalError("The demo's phones could not register.")
    hotline = next(iter(Settings(home=home).hotlines))
    known = [Caller(number=c.number, dialed=hotline) for c in SAMPLE_CUSTOMERS]
    strangers = [Caller(number=number, dialed=hotline) for number in _STRANGERS]
    for key, patience, callers, per_second in (
        ("1", 70.0, known, 1 / 17),
        ("2", 60.0, [*known[::-1], *strangers], 1 / 23),
        ("0", 35.0, strangers, 1 / 41),
    ):
        start_callers(
            folder / f"callers-{key}",
            callers,
            CallerScript(keys=key, first_key_seconds=2.5, hang_up_seconds=patience),
            sip_port=sip_port,
            per_second=per_second,
            calls=CALLS,
            trace=False,
        )


def main(home: Path, url: str) -> None:
    """Run until stopped."""
    site = site_of(Settings(home=home))
    if site is None:
        raise LocalError(f"{home} is not a site: `ccserver up` comes first.")
    start_calls(home, site)
    (home / "demo" / "ready").touch()
    agents = [(person.login, person.password) for person in site.people if person.phone]
    asyncio.run(work(url, agents))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
