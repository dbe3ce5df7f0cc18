"""What the door and the screens ask the database about people."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.db import people
from ccserver.db.people import Person


def logins_of(
    sessions: async_sessionmaker[AsyncSession],
) -> Callable[[str], Awaitable[tuple[Person, str] | None]]:
    """Finds the active person of a log-in name, with the password's hash."""

    async def find_login(login: str) -> tuple[Person, str] | None:
        async with sessions() as session:
            return await people.find_login(session, login)

    return find_login


def active_logins_of(
    sessions: async_sessionmaker[AsyncSession],
) -> Callable[[], Awaitable[frozenset[str]]]:
    """Names everyone who may be logged in."""

    async def active_logins() -> frozenset[str]:
        async with sessions() as session:
            return frozenset(person.login for person in await people.people(session))

    return active_logins
