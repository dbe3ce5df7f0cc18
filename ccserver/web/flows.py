"""Flows over HTTP: supervisors read them, administrators publish them and take them back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.db import flows, publishing
from ccserver.db.config import Author
from ccserver.db.flows import Released, Stored, Version
from ccserver.db.publishing import Published
from ccserver.flows.document import Document
from ccserver.flows.faults import FlowError
from ccserver.web.auth import Administrator, Supervisor
from ccserver.web.database import Database, changing
from ccserver.web.flow_tools import FlowTools
from ccserver.web.instants import to_ms
from ccserver.web.problems import Problem

router = APIRouter(prefix="/api/flows", tags=["flows"])

FlowInPath = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_VERSION_MAX: Final = 2**31 - 1
VersionInPath = Annotated[int, Path(ge=1, le=_VERSION_MAX)]
VersionInQuery = Annotated[int | None, Query(ge=0, le=_VERSION_MAX)]
_Version = Annotated[int, Field(ge=1, le=_VERSION_MAX)]
ReasonInQuery = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
Reason = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]

_Made = TypeVar("_Made")

_TOML: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/toml": {"schema": {"type": "string"}}},
    }
}


class FlowRow(BaseModel):
    """What callers get of a flow."""

    flow: str
    version: int
    canary_version: int | None
    """What a share of them gets; null: all get `version`."""
    canary_share: float
    canary_since: int | None
    """When callers began to be shared out like this."""
    changed_at: int
    changed_by: str


class FlowPage(FlowRow):
    """A flow with its text."""

    text: str
    """TOML."""
    zone: str
    """In which its days are counted."""


class VersionRow(BaseModel):
    """A version of a flow."""

    version: int
    sha256: str
    published_at: int
    published_by: str
    note: str


class PublishedRow(FlowRow):
    """What callers get now."""

    published: int
    """The version of what was sent."""
    is_new: bool
    """False: callers got this already, most or some."""


class BackForm(BaseModel, extra="forbid"):
    """Where to go back to."""

    to: _Version | None = None
    """Null: to what callers got before the present version."""
    reason: Reason = ""


class CanaryForm(BaseModel, extra="forbid"):
    """Who is to get another version."""

    version: _Version
    share: float = Field(gt=0, lt=1)
    reason: Reason = ""


class WhyForm(BaseModel, extra="forbid"):
    """Why something is done."""

    reason: Reason = ""


# -- reading


@router.get("")
async def all_flows(database: Database, _: Supervisor) -> list[FlowRow]:
    """What callers get of each flow."""
    return [_flow(one) for one in (await flows.releases(database)).values()]


@router.get("/{flow}")
async def one_flow(
    response: Response, database: Database, _: Supervisor, flow: FlowInPath
) -> FlowPage:
    """What most callers get of a flow, and its text."""
    found = await flows.released(database, flow)
    stored = await stored_flow(database, flow, found.release.version)
    response.headers["ETag"] = f'"{found.tag}"'
    return FlowPage(
        **_flow(found).model_dump(), text=str(stored["text"]), zone=flows.zone_of(stored)
    )


@router.get("/{flow}/versions")
async def versions(database: Database, _: Supervisor, flow: FlowInPath) -> list[VersionRow]:
    """All versions of a flow, newest first."""
    await flows.released(database, flow)
    return [_version(one) for one in await flows.versions(database, flow)]


@router.get("/{flow}/versions/{version}", response_class=Response)
async def one_version(
    database: Database, _: Supervisor, flow: FlowInPath, version: VersionInPath
) -> Response:
    """The text of a version, as TOML."""
    stored = await stored_flow(database, flow, version)
    return Response(str(stored["text"]), media_type="application/toml; charset=utf-8")


async def stored_flow(session: AsyncSession, flow: str, version: int) -> Stored:
    """What was published. Raises NoSuchVersionError."""
    found = await flows.documents(session, [(flow, version)])
    if not found:
        raise publishing.NoSuchVersionError
    return found[flow, version]


# -- changing


class Release:
    """One request that changes what callers get: who had seen what."""

    def __init__(
        self,
        request: Request,
        response: Response,
        if_match: Annotated[str | None, Header(max_length=100)] = None,
    ) -> None:
        self._request = request
        self._response = response
        self._if_match = if_match
        self._tools: FlowTools = request.app.state.flow_tools

    async def read(self, flow: str, text: str) -> Document:
        """What would be published of a text. Raises FlowError."""
        async with changing(self._request) as session:
            others = await flows.texts(session)
            known = await flows.known(session)
        return await asyncio.to_thread(self._tools.read, flow, text, others, known)

    async def change(
        self, flow: str, act: Callable[[AsyncSession, str | None], Awaitable[_Made]]
    ) -> _Made:
        """Change it, unless somebody else did meanwhile, and let the running system know.

        `act` gets the transaction and the tag that the release must have; None: any.
        """
        async with changing(self._request) as session:
            made = await act(session, await self._seen(session, flow))
            tag = (await flows.released(session, flow)).tag
        self._tools.changed()
        self._response.headers["ETag"] = f'"{tag}"'
        return made

    async def _seen(self, session: AsyncSession, flow: str) -> str | None:
        """Nobody overwrites what he has not seen: RFC 9110, 13.1.1."""
        if self._if_match is None and flow in await flows.releases(session):
            raise Problem(
                428,
                "This would change what callers get.",
                "Read the flow first, and send its ETag back as If-Match.",
            )
        tag = None if self._if_match is None else self._if_match.strip().strip('"')
        return None if tag == "*" else tag


AtRelease = Annotated[Release, Depends()]


@router.post("/{flow}/publish", openapi_extra=_TOML)
async def publish(
    request: Request,
    release: AtRelease,
    admin: Administrator,
    flow: FlowInPath,
    note: ReasonInQuery = "",
    canary_share: Annotated[float | None, Query(gt=0, lt=1)] = None,
) -> PublishedRow:
    """Check a flow's text and let callers get it; with `canary_share` only so many of them."""
    try:
        document = await release.read(flow, (await request.body()).decode())
    except UnicodeDecodeError as error:
        raise Problem(422, f"This is not UTF-8: {error}.", "Save it as such.") from error
    except FlowError as error:
        raise Problem(
            422, str(error), "Nothing was published. Correct what is named and send it again."
        ) from error
    author = Author(who=admin.me.login, reason=note)

    async def act(session: AsyncSession, seen: str | None) -> tuple[Published, Released]:
        await publishing.require_parts(session, {flow: document})
        made = await publishing.publish(
            session, flow, document, author=author, canary_share=canary_share, seen=seen
        )
        return made, await flows.released(session, flow)

    made, released = await release.change(flow, act)
    return PublishedRow(**_flow(released).model_dump(), published=made.version, is_new=made.is_new)


@router.post("/{flow}/rollback")
async def rollback(
    release: AtRelease, admin: Administrator, flow: FlowInPath, body: BackForm
) -> FlowRow:
    """Let all callers get an earlier version again."""
    author = Author(who=admin.me.login, reason=body.reason)
    return _flow(
        await release.change(
            flow,
            lambda session, seen: publishing.rollback(
                session, flow, to=body.to, author=author, seen=seen
            ),
        )
    )


@router.post("/{flow}/canary")
async def start_canary(
    release: AtRelease, admin: Administrator, flow: FlowInPath, body: CanaryForm
) -> FlowRow:
    """Let a share of the callers get another version, or change the share."""
    author = Author(who=admin.me.login, reason=body.reason)
    return _flow(
        await release.change(
            flow,
            lambda session, seen: publishing.start_canary(
                session,
                flow,
                version=body.version,
                share=body.share,
                author=author,
                seen=seen,
            ),
        )
    )


@router.delete("/{flow}/canary")
async def stop_canary(
    release: AtRelease, admin: Administrator, flow: FlowInPath, reason: ReasonInQuery = ""
) -> FlowRow:
    """Let all callers get what most get."""
    author = Author(who=admin.me.login, reason=reason)
    return _flow(
        await release.change(
            flow,
            lambda session, seen: publishing.stop_canary(session, flow, author=author, seen=seen),
        )
    )


@router.post("/{flow}/promote")
async def promote(
    release: AtRelease, admin: Administrator, flow: FlowInPath, body: WhyForm
) -> FlowRow:
    """Let all callers get the canary."""
    author = Author(who=admin.me.login, reason=body.reason)
    return _flow(
        await release.change(
            flow, lambda session, seen: publishing.promote(session, flow, author=author, seen=seen)
        )
    )


def _flow(one: Released) -> FlowRow:
    return FlowRow(
        flow=one.flow,
        version=one.release.version,
        canary_version=one.release.canary_version,
        canary_share=one.release.canary_share,
        canary_since=None if one.canary_since is None else to_ms(one.canary_since),
        changed_at=to_ms(one.changed_at),
        changed_by=one.changed_by,
    )


def _version(one: Version) -> VersionRow:
    return VersionRow(
        version=one.version,
        sha256=one.sha256,
        published_at=to_ms(one.published_at),
        published_by=one.published_by,
        note=one.note,
    )
