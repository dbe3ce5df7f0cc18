"""A `Dialing` on a real database, with what it told the core and the switch."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.config.file import read
from ccserver.core.campaigns import CampaignState, Lead
from ccserver.core.dial_events import LeadsGiven
from ccserver.core.dial_orders import AskLeads, Dial
from ccserver.core.events import Event
from ccserver.db import config
from ccserver.db.campaigns import set_state
from ccserver.db.config import Author
from ccserver.db.engine import engine_for, sessions_of
from ccserver.dialing.keeper import Keeper
from ccserver.dialing.worker import Dialing
from tests.db.lists import AUTUMN, NOW, add_lead, add_list, new_id

CONFIG = """
[queues.sales]
[campaigns.autumn]
queue = "sales"
mode = "progressive"
"""


@dataclass
class Stage:
    """All that a test of the dialing looks at."""

    sessions: async_sessionmaker[AsyncSession]
    now: float = NOW
    posted: list[Event] = field(default_factory=list)
    placed: list[Dial] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keeper = Keeper(
            self.sessions,
            post=self.posted.append,
            tell=self.told.append,
            now=lambda: self.now,
            zone="Asia/Shanghai",
        )
        self.dialing = Dialing(
            self.sessions,
            keeper=self.keeper,
            post=self.posted.append,
            place=self.placed.append,
            now=lambda: self.now,
            new_id=new_id,
        )

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.posted if isinstance(event, kind)]

    async def leads(self, count: int) -> tuple[Lead, ...]:
        """So many of the hopper, as the core gets them."""
        self.dialing.take(AskLeads(campaign=AUTUMN, count=count))
        await self.dialing._turn()
        (given,) = self.of(LeadsGiven)
        self.posted.remove(given)
        leads: tuple[Lead, ...] = given.leads
        return leads


async def configure(sessions: async_sessionmaker[AsyncSession], text: str) -> None:
    async with sessions.begin() as session:
        await config.alter(
            session, lambda _: read(text), author=Author(who="ada", reason=""), used={}
        )


async def stage_on(database: str, leads: int = 3, *, text: str = CONFIG) -> Stage:
    """A campaign that runs, and its list."""
    sessions = sessions_of(engine_for(database, connections=0))
    await configure(sessions, text)
    async with sessions.begin() as session:
        await set_state(session, AUTUMN, CampaignState.RUNNING, "ada", "", at=NOW)
        one = await add_list(session)
        for n in range(leads):
            await add_lead(session, one, f"+8610{n:04}")
    stage = Stage(sessions)
    await stage.dialing.start()
    return stage
