"""Short-lived log-in tokens: JWT (RFC 7519) signed with HS256 by one key that never leaves us."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt

from ccserver.core.errors import Refused
from ccserver.web.messages import Me

SESSION_HOURS = 16.0
"""A token can be renewed this long after the password was typed; then it must be typed again."""

LINK_SECONDS = 300.0
"""A player may ask for the pieces of a sound this long."""

KEY_BYTES = 32
_ALGORITHM = "HS256"
_SOUND = "sound"
"""Whom links are for (`aud`): none is good as a token, and no token as a link."""


class BadTokenError(Refused):
    """The token is not valid or has run out."""

    status = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who holds a token, and until when. Instants are seconds since 1970 UTC."""

    me: Me
    issued_at: float
    logged_in_at: float
    """When the password was typed."""
    expires_at: float
    is_changed: bool = False
    """Whether the person's rights are others now than the token says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A fresh token."""

    token: str
    expires_at: float


def read_key(path: Path) -> bytes:
    """The key in `path`. Raises ValueError when it is too short, or others may read the file."""
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path} can be read by others: chmod 600 {path}")
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise ValueError(f"{path} must hold at least {KEY_BYTES} random bytes; this has {len(key)}")
    return key


class Tokens:
    """Issues tokens, reads them, and ends a person's tokens before their time."""

    def __init__(self, key: bytes, *, minutes: float) -> None:
        if len(key) < KEY_BYTES:
            raise ValueError(f"the token key must have at least {KEY_BYTES} bytes")
        self._key = key
        self._seconds = minutes * 60
        self._ended: dict[str, float] = {}

    def issue(self, me: Me, *, now: float, logged_in_at: float | None = None) -> Issued:
        """A token for `me`, good for some minutes and never beyond the session's end.

        Raises BadTokenError when the session itself is over.
        """
        logged_in_at = now if logged_in_at is None else logged_in_at
        expires_at = min(now + self._seconds, logged_in_at + SESSION_HOURS * 3600)
        if expires_at <= now:
            raise BadTokenError(f"The password was typed more than {SESSION_HOURS:g} hours ago.")
        claims = {
            "sub": me.id,
            "me": me.model_dump(),
            "iat": now,
            "exp": expires_at,
            "auth_time": logged_in_at,
        }
        token = jwt.encode(claims, self._key, algorithm=_ALGORITHM)
        return Issued(token=token, expires_at=expires_at)

    def read(self, token: str, *, now: float) -> Session:
        """The session of a token. Raises BadTokenError for one that is forged, ended or too old."""
        return self._read(token, None, now)[0]

    def link(self, session: Session, recording: int, *, now: float) -> Issued:
        """What lets this person hear this recording for some minutes, and nothing else."""
        claims = {
            "aud": _SOUND,
            "sub": session.me.id,
            "me": session.me.model_dump(),
            "recording": recording,
            "iat": now,
            "exp": now + LINK_SECONDS,
            "auth_time": session.logged_in_at,
        }
        token = jwt.encode(claims, self._key, algorithm=_ALGORITHM)
        return Issued(token=token, expires_at=now + LINK_SECONDS)

    def read_link(self, token: str, recording: int, *, now: float) -> Session:
        """Who may hear this recording by the link. Raises BadTokenError as `read` does."""
        session, claims = self._read(token, _SOUND, now)
        if claims.get("recording") != recording:
            raise BadTokenError("The link is to another recording.")
        return session

    def _read(self, token: str, audience: str | None, now: float) -> tuple[Session, dict[str, Any]]:
        try:
            # Times are compared below, with the `now` that we were given.
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=audience,
                options={
                    "require": ["sub", "iat", "exp", "auth_time"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            session = Session(
                me=Me.model_validate(claims["me"]),
                issued_at=float(claims["iat"]),
                logged_in_at=float(claims["auth_time"]),
                expires_at=float(claims["exp"]),
            )
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
            raise BadTokenError("The token is not valid.") from error
        if session.expires_at <= now:
            raise BadTokenError("The token has run out.")
        if session.issued_at <= self._ended.get(session.me.id, 0.0):
            raise BadTokenError("The person logged out or was locked out since.")
        return session, claims

    def end(self, person: str, *, now: float) -> None:
        """Let no token that this person holds be good any more.

        Kept in memory only: after a restart an old token is good again, for at most 16 hours from
        its log-in; whoever was deactivated stays out all the same.
        """
        self._ended = {
            who: at for who, at in self._ended.items() if at > now - SESSION_HOURS * 3600
        }
        self._ended[person] = now


def key_of(home: Path) -> bytes:
    """The key that signs log-in tokens: made once, and kept, so that a restart logs no one out."""
    path = home / "token.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(KEY_BYTES))
    return read_key(path)
