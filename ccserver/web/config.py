"""The configuration as a whole over HTTP, its audit, and queues closed by hand."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from ccserver.config import file
from ccserver.config.check import ConfigError
from ccserver.config.diff import revision_of
from ccserver.config.form import ConfigForm
from ccserver.core.ids import Queue
from ccserver.db import config
from ccserver.db.acts import Act, ActKind, keep_act
from ccserver.db.config import Author
from ccserver.web.auth import Administrator, Someone, Supervisor
from ccserver.web.desk import Changed, in_database, read_part, told
from ccserver.web.instants import to_ms
from ccserver.web.problems import Problem
from ccserver.web.tokens import Session

router = APIRouter(prefix="/api", tags=["configuration"])

NameInPath = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]

_TOML: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/toml": {"schema": {"type": "string"}}},
    }
}


class Configuration(BaseModel):
    """All that is configured. `revision` changes whenever anything does."""

    revision: str
    config: ConfigForm
    closed: dict[str, str]
    """Queues that were closed by hand, each with the reason."""


class Checked(Changed):
    """What a file would change. Send `revision` with `apply`."""

    warnings: list[str]
    revision: str


class AuditRow(BaseModel):
    """One change that was made."""

    id: int
    at: int
    who: str
    kind: str
    name: str
    before: Any
    after: Any
    reason: str


class Audit(BaseModel):
    """Changes, newest first."""

    changes: list[AuditRow]
    next: int | None
    """Ask again with `before` set to this for the page that follows; null: this was the last."""


class ReasonForm(BaseModel, extra="forbid"):
    """Why something is done."""

    reason: str = Field(min_length=1, max_length=200)


@router.get("/config")
async def whole(request: Request, response: Response, _: Supervisor) -> Configuration:
    """All that is configured."""
    async with in_database(request) as session:
        form = await config.current(session)
        by_hand = await config.closed(session)
    revision = revision_of(form)
    response.headers["ETag"] = f'"{revision}"'
    return Configuration(
        revision=revision, config=form, closed={str(name): why for name, why in by_hand.items()}
    )


@router.get("/config/file", response_class=PlainTextResponse)
async def whole_file(request: Request, _: Supervisor) -> PlainTextResponse:
    """The same as one TOML file."""
    async with in_database(request) as session:
        form = await config.current(session)
    return PlainTextResponse(file.write(form), media_type="application/toml; charset=utf-8")


@router.post("/config/check", openapi_extra=_TOML)
async def check(request: Request, _: Administrator) -> Checked:
    """What a TOML file would change. Changes nothing."""
    body = await request.body()
    async with in_database(request) as session:
        wanted = file.read(_text(body))
        state = request.app.state
        seen = await config.preview(
            session,
            wanted,
            used=state.used_queues(),
            prompts=state.known_prompts(),
            flows=state.known_flows(),
        )
    return Checked(
        changes=told(seen.changes).changes,
        warnings=list(seen.warnings),
        revision=seen.revision,
    )


@router.post("/config/apply", openapi_extra=_TOML)
async def apply(
    request: Request,
    admin: Administrator,
    revision: Annotated[str, Query(max_length=64)],
    reason: Annotated[str, Query(max_length=200)] = "",
) -> Changed:
    """Make a TOML file the configuration. `revision` is what `check` said of it."""
    text = await request.body()
    state = request.app.state
    async with in_database(request) as session:
        made = await config.replace(
            session,
            file.read(_text(text)),
            author=Author(who=admin.me.login, reason=reason),
            used=state.used_queues(),
            revision=revision,
            prompts=state.known_prompts(),
            flows=state.known_flows(),
        )
    if made is None:
        raise Problem(
            412, "The configuration was changed since you checked.", "Check the file again."
        )
    state.config_changed()
    return told(made)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise ConfigError([f"this is not UTF-8: {error}; save it as such"]) from error


@router.get("/config/audit")
async def audit(
    request: Request,
    _: Supervisor,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=config.AUDIT_MAX)] = 50,
) -> Audit:
    """Who changed what, when, and why; newest first."""
    async with in_database(request) as session:
        rows = await config.audit(session, before=before, limit=limit)
    return Audit(
        changes=[
            AuditRow(
                id=row.id,
                at=to_ms(row.at),
                who=row.who,
                kind=row.kind,
                name=row.name,
                before=row.before,
                after=row.after,
                reason=row.reason,
            )
            for row in rows
        ],
        next=rows[-1].id if len(rows) == limit else None,
    )


# -- what others than administrators do


@router.post("/queues/{name}/open", status_code=204)
async def open_queue(
    request: Request, someone: Supervisor, name: NameInPath, body: ReasonForm
) -> None:
    """Open a queue that was closed by hand."""
    await _set_open(request, someone, name, body.reason, is_open=True)


@router.post("/queues/{name}/close", status_code=204)
async def close_queue(
    request: Request, someone: Supervisor, name: NameInPath, body: ReasonForm
) -> None:
    """Close a queue by hand, whatever its hours say."""
    await _set_open(request, someone, name, body.reason, is_open=False)


async def _set_open(
    request: Request, someone: Session, name: str, reason: str, *, is_open: bool
) -> None:
    author = Author(who=someone.me.login, reason=reason)
    async with in_database(request) as session:
        if await config.set_open(session, Queue(name), is_open=is_open, author=author):
            kind = ActKind.OPEN if is_open else ActKind.CLOSE
            await keep_act(
                session, Act(who=author.who, kind=kind, target=name, reason=author.reason)
            )
    request.app.state.config_changed()


@router.get("/pause_reasons")
async def pause_reasons(request: Request, response: Response, _: Someone) -> dict[str, str]:
    """What an agent can give as the reason of a pause: its name, and how people read it."""
    reasons: dict[str, str] = await read_part(request, response, "pause_reasons")
    return reasons
