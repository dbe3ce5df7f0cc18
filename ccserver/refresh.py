"""Brings what the database says of people and rules to the center, the screens and the switch."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.ami.endpoints import PhoneLogin
from ccserver.ami.errors import AmiError
from ccserver.config.check import ConfigError
from ccserver.core import events as fact
from ccserver.core.ids import AgentId, Phone, Queue
from ccserver.core.site import AgentProfile
from ccserver.db import config, people
from ccserver.db.config import Rules
from ccserver.db.people import PhoneAccount, PhoneKind

REFRESH_SECONDS: Final = 5.0
"""How soon what another program changed is known to the center and to Asterisk. What is changed
through our own API is known at once."""

log = structlog.get_logger("ccserver")


class Screens(Protocol):
    """What the screens are told."""

    def name_agent(self, agent: AgentId, *, name: str, phone: str) -> None:
        """What an agent is called and where he is rung."""

    def show_queues(self, queues: Iterable[Queue]) -> None:
        """Which queues there are; also when anything else that desks show may have changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a run begins with."""

    rules: Rules
    agents: tuple[AgentProfile, ...]


class Refresher:
    """Knows what was read last, and tells the difference."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        *,
        post: Callable[[fact.Event], None],
        screens: Screens,
        update_phones: Callable[[], Awaitable[None]],
        go_by: Callable[[Rules], None],
        logged_out: Callable[[AgentId], bool],
    ) -> None:
        """`go_by` is told the rules each time they change, before screens and center are.
        `logged_out` says whether an agent has gone home: his browser is his phone no more."""
        self._sessions = sessions
        self._post = post
        self._screens = screens
        self._update_phones = update_phones
        self._go_by = go_by
        self._logged_out = logged_out
        self._nudged = asyncio.Event()
        self._waiting: list[asyncio.Event] = []
        self._names: dict[AgentId, tuple[str, str]] = {}
        self._profiles: dict[AgentId, AgentProfile] = {}
        self._rules: Rules | None = None
        self.phones: tuple[PhoneLogin, ...] = ()
        """What every agent's phone registers with."""

    async def start(self) -> Known:
        """Read all for the first time. Raises what the database and ConfigError say."""
        rules, agents = await self._read()
        assert rules is not None, "the first rules are always news"
        return Known(rules=rules, agents=tuple(agents))

    def nudge(self) -> None:
        """Something was changed: look now."""
        self._nudged.set()

    async def refreshed(self) -> None:
        """Return once all that stands in the database by now was told, or could not be."""
        done = asyncio.Event()
        self._waiting.append(done)
        self.nudge()
        await done.wait()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_SECONDS):
                    await self._nudged.wait()
            self._nudged.clear()
            waiting, self._waiting = self._waiting, []
            try:
                await self._refresh()
            except (OSError, SQLAlchemyError, AmiError, ConfigError) as failure:
                log.warning("people and rules were not refreshed", error=type(failure).__name__)
            for done in waiting:
                done.set()

    async def _refresh(self) -> None:
        rules, agents = await self._read()
        # The queues first: the center then knows those that the agents are assigned to.
        if rules is not None:
            log.info("rules changed", queues=len(rules.queues))
            self._post(fact.RulesChanged(queues=rules.queues, site=rules.site))
        for profile in agents:
            self._post(fact.AgentKnown(profile=profile))
        await self._update_phones()

    async def _read(self) -> tuple[Rules | None, list[AgentProfile]]:
        """The rules if they changed, and the agents who are new or changed."""
        async with self._sessions.begin() as session:
            accounts = await self._accounts(session)
            rules = await config.rules(session)
            profiles = await people.agent_profiles(session)
        self.phones = tuple(phone_login(account) for account in accounts)
        names = {account.phone: account.name for account in accounts}
        changed = [profile for profile in profiles if self._is_news(profile, names)]
        for gone in self._profiles.keys() - {profile.agent for profile in profiles}:
            del self._profiles[gone]
            self._post(fact.AgentLoggedOut(agent=gone))
        return self._news_of(rules), changed

    async def _accounts(self, session: AsyncSession) -> tuple[PhoneAccount, ...]:
        """All phones. What a browser registers with ends with the log-in, however that ended."""
        accounts = await people.phone_accounts(session)
        ended = [
            account.agent
            for account in accounts
            if account.kind is PhoneKind.BROWSER and self._logged_out(account.agent)
        ]
        if not ended:
            return accounts
        await people.choose_desk_phone(session, ended)
        return await people.phone_accounts(session)

    def _is_news(self, profile: AgentProfile, names: dict[Phone, str]) -> bool:
        name = names.get(profile.phone, profile.agent)
        if self._names.get(profile.agent) != (name, profile.phone):
            self._names[profile.agent] = name, profile.phone
            self._screens.name_agent(profile.agent, name=name, phone=profile.phone)
        known = self._profiles.get(profile.agent)
        if known is not None and _assigned(known) == _assigned(profile):
            return False
        self._profiles[profile.agent] = profile
        return True

    def _news_of(self, rules: Rules) -> Rules | None:
        known, self._rules = self._rules, rules
        if rules != known:
            self._go_by(rules)
        if known is None or rules.revision != known.revision:
            self._screens.show_queues([queue.name for queue in rules.queues])
        return None if rules == known else rules


def phone_login(account: PhoneAccount) -> PhoneLogin:
    """What Asterisk is told of a phone."""
    return PhoneLogin(
        phone=account.phone,
        password=account.secret,
        browser=account.kind is PhoneKind.BROWSER,
    )


def _assigned(profile: AgentProfile) -> tuple[object, ...]:
    """What an operator says of an agent. The rest is the center's own word."""
    return profile.phone, profile.queues, profile.skills, profile.languages, profile.regions
