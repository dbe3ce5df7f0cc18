"""What `up` and `demo` print at the end: where things are, who may log in, what to dial."""

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from ccserver.local.sitefile import Site
from ccserver.settings import Settings


def report(console: Console, settings: Settings, site: Site, *, demo: bool = False) -> None:
    """Print it. The passwords are this site's own, from site.toml."""
    address = f"{settings.web.url}/"
    console.print(Panel(f"[bold]ccserver is up[/bold]   [link={address}]{address}[/link]"))
    people = Table("log-in", "password", "role", "phone", "phone's password", box=None)
    for person in site.people:
        people.add_row(
            person.login, person.password, person.role, person.phone, person.phone_password
        )
    console.print(people)
    dialed = Table("dial", "to reach", box=None)
    for number, flow in settings.hotlines.items():
        dialed.add_row(number, f"the flow {flow}: 1 sales, 2 service, 0 operator")
    console.print(dialed)
    console.print(
        f"Phones register at 127.0.0.1:{site.ports.sip} (UDP); SIPp rings from 127.0.0.2."
    )
    if demo:
        console.print("SIPp callers ring every few seconds; anna and ben answer by themselves.")
    console.print()
    for command, meaning in (
        ("make demo", "callers that ring, agents that answer"),
        ("make down", "stop everything; the data stays"),
        ("make test", "try everything, on a real Asterisk"),
        (".venv/bin/ccserver customers import FILE.csv", "your own customers"),
        (f"tail -f {settings.home}/log/ccserver.log", "what ccserver says"),
    ):
        console.print(f"  [bold]{command}[/bold]\n      {meaning}", soft_wrap=True, highlight=False)
