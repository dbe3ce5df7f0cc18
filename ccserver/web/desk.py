"""What every request for the configuration goes through: a transaction, an author, a witness."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import structlog
from fastapi import Depends, Header, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.check import ConfigError
from ccserver.config.diff import Change, Sign, tables_of, tag_of, things_of
from ccserver.config.form import ConfigForm
from ccserver.db import config
from ccserver.db.config import Author
from ccserver.web.auth import DATABASE_AWAY
from ccserver.web.messages import Me
from ccserver.web.problems import Problem

Edit = Callable[[ConfigForm], ConfigForm]

_log = structlog.get_logger("ccserver.web")


class FieldRow(BaseModel):
    """One field that differs. An empty name: the thing is its only field."""

    sign: Sign
    field: str
    before: Any
    after: Any


class ChangeRow(BaseModel):
    """One thing that differs."""

    sign: Sign
    kind: str
    name: str
    fields: list[FieldRow]


class Changed(BaseModel):
    """What was changed. Empty: it was so already."""

    changes: list[ChangeRow]


@asynccontextmanager
async def in_database(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction, and the two ways in which it can fail."""
    try:
        async with request.app.state.sessions.begin() as session:
            yield session
    except DATABASE_AWAY as error:
        _log.warning("the configuration could not be reached", error=repr(error))
        raise Problem(
            503, "The configuration cannot be reached now.", "Try again in a minute; calls go on."
        ) from error
    except ConfigError as error:
        raise Problem(
            422, str(error), "Nothing was changed. Correct what is named and send it again."
        ) from error


class Desk:
    """One request that changes the configuration: who had seen what, and why it is changed."""

    def __init__(
        self,
        request: Request,
        response: Response,
        reason: Annotated[str, Query(max_length=200)] = "",
        if_match: Annotated[str | None, Header()] = None,
    ) -> None:
        self._request = request
        self._response = response
        self.reason = reason
        self._if_match = if_match

    async def put(self, me: Me, kind: str, name: str, body: object) -> Changed:
        """Write one thing; an empty name is for kinds of which there is one."""

        def edit(old: ConfigForm) -> ConfigForm:
            self.require_seen(thing_of(old, kind, name))
            part = getattr(old, kind) | {name: body} if name else body
            return old.model_copy(update={kind: part})

        return await self.change(me, edit, kind, name)

    async def delete(self, me: Me, kind: str, name: str) -> Changed:
        """Take one thing out."""

        def edit(old: ConfigForm) -> ConfigForm:
            self.require_seen(required(old, kind, name))
            part = {key: one for key, one in getattr(old, kind).items() if key != name}
            return old.model_copy(update={kind: part})

        try:
            return await self.change(me, edit, kind, name)
        except Problem as problem:
            if problem.status != 422:
                raise
            raise Problem(
                409, f"`{name}` is in use: {problem.detail}", "Change those first, then delete it."
            ) from problem

    async def change(self, me: Me, edit: Edit, kind: str, name: str) -> Changed:
        """Change the configuration, and let the running system know."""
        state = self._request.app.state
        author = Author(who=me.login, reason=self.reason)
        async with in_database(self._request) as session:
            made = await config.alter(
                session,
                edit,
                author=author,
                used=state.used_queues(),
                prompts=state.known_prompts(),
                flows=state.known_flows(),
            )
            kept = thing_of(await config.current(session), kind, name)
        state.config_changed()
        if kept is not None:
            self._response.headers["ETag"] = f'"{tag_of(kept)}"'
        return told(made)

    def require_seen(self, kept: object) -> None:
        """Nobody overwrites what he has not seen."""
        require_match(self._if_match, kept)


def require_match(if_match: str | None, kept: object) -> None:
    """Nobody overwrites what he has not seen: RFC 9110, 13.1.1. None is kept: it is new."""
    seen = None if if_match is None else if_match.strip().strip('"')
    if seen is None and kept is not None:
        raise Problem(
            428,
            "This would overwrite what is there.",
            "Read it first, and send its ETag back as If-Match.",
        )
    if seen is not None and (kept is None or seen not in ("*", tag_of(kept))):
        raise Problem(
            412,
            "It was changed since you read it.",
            "Read it again, make your change there, and send the new ETag.",
        )


AtDesk = Annotated[Desk, Depends()]


def thing_of(form: ConfigForm, kind: str, name: str) -> Any:
    """The thing as it is kept; None: it is not there. An empty name: all of the kind."""
    table = tables_of(things_of(form)).get(kind, {})
    return table.get(name) if name else table


def required(form: ConfigForm, kind: str, name: str) -> Any:
    """The same, and 404 where there is none."""
    kept = thing_of(form, kind, name)
    if kept is None:
        raise Problem(404, f"There is no `{name}` in {kind}.", "GET /api/config lists all.")
    return kept


def told(made: tuple[Change, ...]) -> Changed:
    """The changes as they are answered."""
    return Changed(
        changes=[
            ChangeRow(
                sign=change.sign,
                kind=change.kind,
                name=change.name,
                fields=[
                    FieldRow(sign=one.sign, field=one.field, before=one.before, after=one.after)
                    for one in change.fields
                ],
            )
            for change in made
        ]
    )


async def read_part(request: Request, response: Response, kind: str, name: str = "") -> Any:
    """A part of the configuration's form, with its ETag."""
    async with in_database(request) as session:
        form = await config.current(session)
    kept = required(form, kind, name) if name else thing_of(form, kind, name)
    response.headers["ETag"] = f'"{tag_of(kept)}"'
    part = getattr(form, kind)
    return part[name] if name else part
