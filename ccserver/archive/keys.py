"""Changes the key by which the keys of files are wrapped. The files stay as they are."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.db import kept
from ccserver.recordings.crypt import KeyRing


async def rewrap(sessions: async_sessionmaker[AsyncSession], keys: KeyRing) -> int:
    """Wrap all by the current key. Gives how many were wrapped by another.

    It may be stopped and begun again. Raises CryptError when a key is missing or wrong, or there
    is none to wrap by, and what the database says.
    """
    done, after = 0, 0
    while True:
        async with sessions.begin() as session:
            some = await kept.wrapped_otherwise(session, keys.current, after)
            for one in some:
                assert one.key_name is not None
                assert one.wrapped_key is not None
                anew = keys.rewrap(one.key_name, one.wrapped_key, one.file)
                await kept.rewrapped(session, one, key_name=anew.key_name, wrapped_key=anew.wrapped)
        if not some:
            return done
        done, after = done + len(some), some[-1].id
