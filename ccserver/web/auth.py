"""Who may come in: passwords, tokens, roles."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from math import ceil
from typing import Annotated

import asyncpg
import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from ccserver.db.people import Person, Role
from ccserver.web import figures
from ccserver.web.attempts import Attempts
from ccserver.web.instants import ms
from ccserver.web.messages import Me
from ccserver.web.problems import Problem
from ccserver.web.tokens import BadTokenError, Issued, Session, Tokens

WINDOW_SECONDS = 900.0
FAILURES_PER_ACCOUNT = 5
FAILURES_PER_ADDRESS = 50
"""More than for an account: a whole office can stand behind one address."""

THREADS = 2
"""argon2 takes a core and 64 MB for each password; the callers need the machine too."""

WAITING_MAX = 300
DATABASE_SECONDS = 2.0
DATABASE_AWAY = (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What a look-up raises when PostgreSQL cannot be asked (TimeoutError is an OSError)."""

FindLogin = Callable[[str], Awaitable[tuple[Person, str] | None]]
"""The active person with this log-in, and the argon2 hash of the password."""

RANK = {role: rank for rank, role in enumerate(Role)}

_log = structlog.get_logger("ccserver.auth")


class Door:
    """Lets people in. `find_login` knows them by log-in name; None for a stranger."""

    def __init__(
        self,
        *,
        tokens: Tokens,
        find_login: FindLogin,
        now: Callable[[], float],
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._tokens = tokens
        self._find_login = find_login
        self._now = now
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this password")
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self._accounts = Attempts(limit=FAILURES_PER_ACCOUNT, window_seconds=WINDOW_SECONDS)
        self._addresses = Attempts(limit=FAILURES_PER_ADDRESS, window_seconds=WINDOW_SECONDS)

    async def log_in(self, login: str, password: str, address: str) -> tuple[Me, Issued]:
        """The person and a token. Raises Problem: 401, 429, or 503."""
        begun_at = self._now()
        account = login.casefold()
        self._limit(account, address, begun_at)
        # Counted before the first wait, so that no crowd slips through together.
        self._accounts.begin(account, begun_at)
        self._addresses.begin(address, begun_at)
        try:
            found = await self._find(login)
            is_right = await self._verify(found[1] if found else "", password)
        except DATABASE_AWAY as error:
            self._forgive(account, address, begun_at)
            raise Problem(
                503, "The database is away.", "Try again in a minute; else tell the operator."
            ) from error
        if found is None or not is_right:
            figures.LOGINS.labels("refused").inc()
            _log.info("log-in refused", person=found[0].id if found else None)
            raise Problem(401, "Login or password is wrong.", "Check both and try again.")
        person = found[0]
        self._forgive(account, address, begun_at)
        figures.LOGINS.labels("granted").inc()
        _log.info("logged in", person=person.id)
        me = me_of(person)
        return me, self._tokens.issue(me, now=self._now())

    def _limit(self, account: str, address: str, now: float) -> None:
        wait = max(
            self._accounts.wait_seconds(account, now), self._addresses.wait_seconds(address, now)
        )
        if wait > 0:
            figures.LOGINS.labels("limited").inc()
            raise Problem(
                429,
                "Too many failed log-ins.",
                f"Wait {ceil(wait / 60)} min, then try again.",
                headers={"Retry-After": str(ceil(wait))},
            )
        if self._waiting >= WAITING_MAX:
            raise Problem(
                503,
                "Too many people log in at this moment.",
                "Try again in 30 seconds.",
                headers={"Retry-After": "30"},
            )

    def _forgive(self, account: str, address: str, begun_at: float) -> None:
        self._accounts.take_back(account, begun_at)
        self._addresses.take_back(address, begun_at)

    async def _find(self, login: str) -> tuple[Person, str] | None:
        async with asyncio.timeout(DATABASE_SECONDS):
            return await self._find_login(login)

    async def _verify(self, wanted: str, password: str) -> bool:
        """Takes as long for a stranger, so that log-in names cannot be told from the time."""
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            matches = await loop.run_in_executor(
                self._threads, self._matches, wanted or self._nobody, password
            )
        finally:
            self._waiting -= 1
        return matches and bool(wanted)

    def _matches(self, wanted: str, password: str) -> bool:
        try:
            return self._hasher.verify(wanted, password)
        except (VerificationError, InvalidHashError):
            return False

    async def hash(self, password: str) -> str:
        """The argon2 hash of a new password."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._hasher.hash, password)

    async def enter(self, token: str) -> Session:
        """The session of a token, with the rights that the person has now.

        Raises BadTokenError. While the database is away the token's word is good enough: its
        few minutes bound the harm, and a room of agents must not be locked out.
        """
        return await self._admitted(self._tokens.read(token, now=self._now()))

    def link(self, session: Session, recording: int) -> Issued:
        """What lets this person hear this recording for some minutes without a token."""
        return self._tokens.link(session, recording, now=self._now())

    async def enter_by_link(self, link: str, recording: int) -> Session:
        """The session of a link to this recording, as `enter`. Raises BadTokenError."""
        return await self._admitted(self._tokens.read_link(link, recording, now=self._now()))

    async def _admitted(self, session: Session) -> Session:
        try:
            found = await self._find(session.me.login)
        except DATABASE_AWAY:
            return session
        if found is None or str(found[0].id) != session.me.id:
            raise BadTokenError("The person may no longer log in.")
        me = me_of(found[0])
        rights = (session.me.role, session.me.agent)
        return replace(session, me=me, is_changed=rights != (me.role, me.agent))

    async def renew(self, session: Session) -> Issued:
        """A fresh token for the same person. Raises BadTokenError, also when rights changed."""
        issued = self._tokens.issue(session.me, now=self._now(), logged_in_at=session.logged_in_at)
        if (await self.enter(issued.token)).is_changed:
            raise BadTokenError("Your rights have changed: log in again.")
        return issued

    def end(self, person: str) -> None:
        """End all tokens of this person."""
        _log.info("logged out", person=person)
        self._tokens.end(person, now=self._now())


def me_of(person: Person) -> Me:
    """The person as messages and tokens name him."""
    return Me(
        id=str(person.id),
        login=person.login,
        name=person.name,
        role=person.role,
        agent=person.agent,
    )


# -- over HTTP

optional_bearer = HTTPBearer(auto_error=False, description="The token of /api/login.")


async def session_of(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(optional_bearer)],
) -> Session:
    """Whose request this is. 401 without a good token."""
    door: Door = request.app.state.door
    try:
        if bearer is None:
            raise BadTokenError("There is no token.")
        return await door.enter(bearer.credentials)
    except BadTokenError as error:
        raise Problem(
            401,
            str(error),
            "Log in with POST /api/login and send `Authorization: Bearer <token>`.",
            headers={"WWW-Authenticate": "Bearer"},
        ) from error


Someone = Annotated[Session, Depends(session_of)]


async def _supervisor(session: Someone) -> Session:
    if RANK[session.me.role] < RANK[Role.SUPERVISOR]:
        raise Problem(403, "This is for supervisors.", "Ask an administrator if you need it.")
    return session


Supervisor = Annotated[Session, Depends(_supervisor)]
"""A supervisor or an administrator."""


async def _administrator(session: Someone) -> Session:
    if session.me.role is not Role.ADMIN:
        raise Problem(403, "This is for administrators.", "Ask one of them.")
    return session


Administrator = Annotated[Session, Depends(_administrator)]


class Credentials(BaseModel, extra="forbid"):
    """What a person types."""

    login: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=256)


class LoggedIn(BaseModel):
    """A token, good until `expires_at` (ms since 1970 UTC)."""

    token: str
    expires_at: int
    me: Me


router = APIRouter(prefix="/api", tags=["people"])


@router.post("/login")
async def log_in(request: Request, credentials: Credentials) -> LoggedIn:
    """Log in. The answer's token goes into the header of requests and into `hello`."""
    door: Door = request.app.state.door
    address = request.client.host if request.client else ""
    me, issued = await door.log_in(credentials.login, credentials.password, address)
    return LoggedIn(token=issued.token, expires_at=ms(issued.expires_at), me=me)


@router.post("/renew")
async def renew(request: Request, session: Someone) -> LoggedIn:
    """A fresh token for one that still lives."""
    door: Door = request.app.state.door
    try:
        issued = await door.renew(session)
    except BadTokenError as error:
        raise Problem(401, str(error), "Log in again.") from error
    return LoggedIn(token=issued.token, expires_at=ms(issued.expires_at), me=session.me)


@router.post("/logout", status_code=204)
async def log_out(request: Request, session: Someone) -> None:
    """Go home: all screens of the person close, all tokens end."""
    request.app.state.live.log_out(session.me)


@router.get("/me")
async def me(session: Someone) -> Me:
    """Who I am."""
    return session.me
