"""Erases a customer for the web: decides, and leaves the files to the archive's work."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.ids import CustomerId
from ccserver.db.erasure import Whose, erase
from ccserver.web.keeping import EraseCustomer, Erased


def eraser_of(sessions: async_sessionmaker[AsyncSession]) -> EraseCustomer:
    """Decides it in one transaction; the deleter carries it out, and tries again what fails."""

    async def erase_customer(customer: CustomerId, *, reason: str, by: str) -> Erased:
        async with sessions.begin() as session:
            done = await erase(session, Whose(customer=int(customer)), detail=reason, by=by)
        return Erased(recordings=done.ordered, messages=done.messages, held=done.held)

    return erase_customer
