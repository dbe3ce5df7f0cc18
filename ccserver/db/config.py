"""The configuration in the database: one door for every change, and each change audited.

Agents' skills, languages, regions, queues and team stand with the person, all else in `setting`.
Functions that change something belong to the caller's transaction.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config import convert
from ccserver.config.check import ConfigError, form_of, require, warnings_of
from ccserver.config.diff import Change, changes, revision_of, tables_of
from ccserver.config.form import AgentForm, ConfigForm, QueueForm
from ccserver.core.ids import Queue
from ccserver.core.rules import QueueRules, RetentionRule, SiteRules
from ccserver.core.thresholds import Threshold
from ccserver.core.value import Weights
from ccserver.db.tables import PersonRow, SettingAuditRow, SettingRow
from ccserver.settings import QueueSettings

AUDIT_MAX: Final = 500

_CLOSED = "closed"
"""Not a part of the configuration's form: a file must not open what a supervisor has closed."""

_LOCK = 0x6363636F6E6667
"""Who changes the configuration holds this lock of PostgreSQL; the number is `ccconfg` in ASCII."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who changes something, and why."""

    who: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the center goes by, and what of it its screens show."""

    queues: tuple[QueueRules, ...]
    site: SiteRules
    revision: str = field(default="", compare=False)
    """Of all that is configured but the agents: also of what only desks show, such as scripts."""
    closed: Mapping[Queue, str] = field(default_factory=dict)
    """The queues that were closed by hand, each with the reason."""
    thresholds: tuple[Threshold, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a configuration would change."""

    changes: tuple[Change, ...]
    warnings: tuple[str, ...]
    revision: str
    """Of the configuration that is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One change that was made."""

    id: int
    at: datetime
    who: str
    kind: str
    name: str
    before: Any
    after: Any
    reason: str


# -- reading


async def current(session: AsyncSession) -> ConfigForm:
    """All that is configured. Raises ConfigError when a newer ccserver has written it."""
    tables = await _settings(session)
    people = await session.scalars(
        select(PersonRow)
        .where(PersonRow.active, PersonRow.phone.is_not(None))
        .order_by(PersonRow.login)
        # One who was changed in this very transaction is read as he is now.
        .execution_options(populate_existing=True)
    )
    tables["agents"] = {
        person.login: {name: getattr(person, name) for name in AgentForm.model_fields}
        for person in people
    }
    return form_of(tables)


async def shared(session: AsyncSession) -> ConfigForm:
    """All that is configured but the agents, which is much less to read. Raises ConfigError."""
    return form_of(await _settings(session))


async def _settings(session: AsyncSession) -> dict[str, Any]:
    """All but the agents."""
    rows = await session.scalars(
        select(SettingRow).where(SettingRow.kind != _CLOSED).order_by(SettingRow.name)
    )
    return tables_of({(row.kind, row.name): row.body for row in rows})


async def closed(session: AsyncSession) -> dict[Queue, str]:
    """The queues that supervisors have closed by hand, each with the reason."""
    rows = await session.scalars(
        select(SettingRow).where(SettingRow.kind == _CLOSED).order_by(SettingRow.name)
    )
    return {Queue(row.name): row.body for row in rows}


async def rules(session: AsyncSession) -> Rules:
    """What the center goes by."""
    form = form_of(await _settings(session))
    by_hand = await closed(session)
    return Rules(
        revision=revision_of(form),
        queues=convert.queue_rules(form, closed=frozenset(by_hand)),
        site=convert.site_rules(form),
        closed=by_hand,
        thresholds=convert.thresholds(form),
    )


async def weights(session: AsyncSession) -> Weights:
    """How much each thing counts for a customer's value."""
    return convert.weights(form_of(await _settings(session)))


async def retention_rules(session: AsyncSession) -> tuple[RetentionRule, ...]:
    """How long recordings are kept."""
    return convert.retention_rules(form_of(await _settings(session)))


async def audit(
    session: AsyncSession, *, before: int | None = None, limit: int = 50
) -> tuple[Audited, ...]:
    """The changes, newest first; with `before` those that are older than that one."""
    query = select(SettingAuditRow).order_by(SettingAuditRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(SettingAuditRow.id < before)
    return tuple(
        Audited(
            id=row.id,
            at=row.at,
            who=row.who,
            kind=row.kind,
            name=row.name,
            before=row.before,
            after=row.after,
            reason=row.reason,
        )
        for row in await session.scalars(query)
    )


# -- changing


async def preview(
    session: AsyncSession,
    wanted: ConfigForm,
    *,
    used: Mapping[str, str],
    prompts: Collection[str] | None = None,
    flows: Collection[str] | None = None,
) -> Preview:
    """What `replace` would do. Raises ConfigError."""
    old = await current(session)
    new = _with_agents(wanted, old)
    require(new, used=used, people=old.agents.keys(), prompts=prompts, flows=flows)
    return Preview(
        changes=changes(old, new),
        warnings=tuple(warnings_of(new)),
        revision=revision_of(old),
    )


async def replace(
    session: AsyncSession,
    wanted: ConfigForm,
    *,
    author: Author,
    used: Mapping[str, str],
    revision: str,
    prompts: Collection[str] | None = None,
    flows: Collection[str] | None = None,
) -> tuple[Change, ...] | None:
    """Make this the configuration. None: the one in force is no longer that of `revision`."""
    is_stale = False

    def edit(old: ConfigForm) -> ConfigForm:
        nonlocal is_stale
        is_stale = revision_of(old) != revision
        return old if is_stale else _with_agents(wanted, old)

    made = await alter(session, edit, author=author, used=used, prompts=prompts, flows=flows)
    return None if is_stale else made


async def alter(
    session: AsyncSession,
    edit: Callable[[ConfigForm], ConfigForm],
    *,
    author: Author,
    used: Mapping[str, str],
    prompts: Collection[str] | None = None,
    flows: Collection[str] | None = None,
) -> tuple[Change, ...]:
    """Change the configuration; `edit` gets the one in force, which nobody changes meanwhile.

    Raises ConfigError when the parts would not fit together, and what `edit` raises. `used` are
    queues that must stay, with what leads to them; `prompts` all that can be said, None where
    nobody can tell.
    """
    await _lock(session)
    old = await current(session)
    new = edit(old)
    made = changes(old, new)
    if made:
        require(new, used=used, people=old.agents.keys(), prompts=prompts, flows=flows)
    for change in made:
        await _write(session, change, author)
    return made


async def set_open(session: AsyncSession, queue: Queue, *, is_open: bool, author: Author) -> bool:
    """Open or close a queue by hand, whatever its hours say. False: it was so already.

    Raises ConfigError when there is no such queue.
    """
    await _lock(session)
    if queue not in (await current(session)).queues:
        raise ConfigError([f"there is no queue `{queue}`"])
    before = (await closed(session)).get(queue)
    if is_open == (before is None):
        return False
    after = None if is_open else author.reason
    await _store(session, _CLOSED, queue, after, author)
    _note(session, _CLOSED, queue, before, after, author)
    return True


async def seed(session: AsyncSession, queues: Sequence[QueueSettings]) -> bool:
    """Take the settings' queues over into a database that has none. False: it has some."""
    await _lock(session)
    if (await current(session)).queues:
        return False
    author = Author(who="ccserver", reason="the queues of the settings, at the first start")
    forms = {
        queue.name: QueueForm(
            ring_seconds=queue.ring_seconds, wrap_up_seconds=queue.wrap_up_seconds
        )
        for queue in queues
    }
    for change in changes(ConfigForm(), ConfigForm(queues=forms)):
        await _write(session, change, author)
    return True


async def _lock(session: AsyncSession) -> None:
    await session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def _with_agents(wanted: ConfigForm, old: ConfigForm) -> ConfigForm:
    """An agent who is not named keeps what he has."""
    return wanted.model_copy(update={"agents": old.agents | wanted.agents})


async def _write(session: AsyncSession, change: Change, author: Author) -> None:
    if change.kind == "agents":
        agent = AgentForm.model_validate(change.after)
        await session.execute(
            update(PersonRow)
            .where(PersonRow.login == change.name)
            .values(**agent.model_dump(), updated_at=func.now())
        )
    else:
        await _store(session, change.kind, change.name, change.after, author)
    if change.kind == "queues" and change.after is None:
        await _store(session, _CLOSED, change.name, None, author)
    _note(session, change.kind, change.name, change.before, change.after, author)


async def _store(session: AsyncSession, kind: str, name: str, body: Any, author: Author) -> None:
    """Keep this body; None: nothing is left of it."""
    if body is None:
        await session.execute(
            delete(SettingRow).where(SettingRow.kind == kind, SettingRow.name == name)
        )
        return
    fields = {"body": body, "updated_by": author.who}
    await session.execute(
        insert(SettingRow)
        .values(kind=kind, name=name, **fields)
        .on_conflict_do_update(
            index_elements=[SettingRow.kind, SettingRow.name],
            set_={**fields, "updated_at": func.now()},
        )
    )


def _note(
    session: AsyncSession, kind: str, name: str, before: Any, after: Any, author: Author
) -> None:
    session.add(
        SettingAuditRow(
            who=author.who,
            kind=kind,
            name=name,
            before=before,
            after=after,
            reason=author.reason,
        )
    )
