"""Publishing flows, and which version of them callers get.

A version is never changed. Which one callers get is one row a flow; whoever changes it holds a
lock, so that of two at the same time each sees what the other did, and every change is audited.
Functions that change something belong to the caller's transaction. With `seen`, the tag of the
release that their author has looked at, they raise ChangedMeanwhileError where it is another now.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.errors import Refused
from ccserver.core.release import Release
from ccserver.db.config import Author
from ccserver.db.flow_tables import FlowReleaseRow, FlowVersionRow
from ccserver.db.flows import NoSuchFlowError, Released, released_of, releases
from ccserver.db.tables import SettingAuditRow
from ccserver.flows.document import Document
from ccserver.flows.drafts import parts_of

AUDITED: Final = "flows"
"""What releases are filed under in the audit of the configuration."""

_LOCK = 0x6363666C6F7773
"""Who changes a release holds this lock of PostgreSQL; the number is `ccflows` in ASCII."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of publishing a document."""

    version: int
    is_new: bool
    """False: callers got this document already, most or some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """What a folder's flows are to the database."""

    published: frozenset[str]
    """Flows that it did not have."""
    differing: frozenset[str]
    """Flows of which callers get something else than the folder holds."""


class NoSuchVersionError(Refused):
    """The flow has no such version."""

    status = 404


class NothingBeforeError(Refused):
    """No other version was released before this one."""


class CanaryRunsError(Refused):
    """A canary is out: stop it, or say which version all are to get."""


class NoCanaryError(Refused):
    """No canary is out."""


class ChangedMeanwhileError(Refused):
    """The release was changed since you looked at it."""

    status = 412


class MissingPartError(Refused):
    """The flow runs a part that was never published."""


class UnstorableError(Refused):
    """The flow's text holds a NUL, which no database can."""

    status = 422


async def publish(
    session: AsyncSession,
    flow: str,
    document: Document,
    *,
    author: Author,
    canary_share: float | None = None,
    seen: str | None = None,
) -> Published:
    """Let callers get this document: all of them, or a share of more than 0 and less than 1.

    The first version of a flow is for all. A document that most callers get already changes
    nothing; one that is out as a canary is promoted, or gets the new share. `author.reason` is the
    note of a new version. Raises UnstorableError.
    """
    before = await _locked(session, flow, seen)
    stored = _storable(document)
    known = await _same(session, before, stored) if before else None
    if before and known == before.release.version:
        return Published(version=known, is_new=False)
    version = known or await _add(session, flow, stored, author)
    if before is None or canary_share is None:
        after = Release(version=version)
    else:
        after = Release(
            version=before.release.version, canary_version=version, canary_share=canary_share
        )
    await _release(session, flow, before, after, author)
    return Published(version=version, is_new=known is None)


async def require_parts(session: AsyncSession, documents: Mapping[str, Document]) -> None:
    """Raise MissingPartError unless callers get all that these flows run, or will with them."""
    there = {*await releases(session), *documents}
    missing = {
        f"`{name}` runs `{part}`"
        for name, document in documents.items()
        for part in parts_of(document) - there
    }
    if missing:
        raise MissingPartError(
            f"{', '.join(sorted(missing))}, which was never published: publish that before."
        )


async def rollback(
    session: AsyncSession,
    flow: str,
    *,
    author: Author,
    to: int | None = None,
    seen: str | None = None,
) -> Released:
    """Let all callers get that version again, and end a canary.

    None: the version that callers got before the present one was first released; going back twice
    goes back further. Raises NoSuchFlowError, NoSuchVersionError, NothingBeforeError, and
    CanaryRunsError without `to`.
    """
    before = await _required(session, flow, seen)
    if to is None:
        if before.release.canary_version is not None:
            raise CanaryRunsError
        to = await _before(session, flow, before.release.version)
    await _require_version(session, flow, to)
    return await _release(session, flow, before, Release(version=to), author)


async def start_canary(
    session: AsyncSession,
    flow: str,
    *,
    version: int,
    share: float,
    author: Author,
    seen: str | None = None,
) -> Released:
    """Let a share of the callers (more than 0, less than 1) get this version.

    Raises NoSuchFlowError, NoSuchVersionError; Refused for the version that all get.
    """
    before = await _required(session, flow, seen)
    await _require_version(session, flow, version)
    if version == before.release.version:
        raise Refused("All callers get this version already.")
    after = Release(version=before.release.version, canary_version=version, canary_share=share)
    return await _release(session, flow, before, after, author)


async def promote(
    session: AsyncSession, flow: str, *, author: Author, seen: str | None = None
) -> Released:
    """Let all callers get the canary. Raises NoSuchFlowError, NoCanaryError."""
    before = await _required(session, flow, seen)
    if before.release.canary_version is None:
        raise NoCanaryError
    after = Release(version=before.release.canary_version)
    return await _release(session, flow, before, after, author)


async def stop_canary(
    session: AsyncSession, flow: str, *, author: Author, seen: str | None = None
) -> Released:
    """Let all callers get what most get. Raises NoSuchFlowError, NoCanaryError."""
    before = await _required(session, flow, seen)
    if before.release.canary_version is None:
        raise NoCanaryError
    after = Release(version=before.release.version)
    return await _release(session, flow, before, after, author)


async def seed(session: AsyncSession, folder: Mapping[str, Document]) -> Seeded:
    """Publish the flows that the database does not have, and name those that differ."""
    await _lock(session)
    known = await releases(session)
    author = Author(who="ccserver", reason="the folder's, at the first start")
    published, differing = set[str](), set[str]()
    for flow, document in sorted(folder.items()):
        before = known.get(flow)
        if before is None:
            await publish(session, flow, document, author=author)
            published.add(flow)
        elif await _same(session, before, _storable(document)) is None:
            differing.add(flow)
    return Seeded(published=frozenset(published), differing=frozenset(differing))


async def _lock(session: AsyncSession) -> None:
    await session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


async def _locked(session: AsyncSession, flow: str, seen: str | None) -> Released | None:
    """The release, which nobody else changes before the transaction ends."""
    await _lock(session)
    # It may have been read in this transaction before the lock was had.
    row = await session.get(FlowReleaseRow, flow, populate_existing=True)
    found = released_of(row) if row else None
    if seen is not None and (found is None or seen != found.tag):
        raise ChangedMeanwhileError
    return found


async def _required(session: AsyncSession, flow: str, seen: str | None) -> Released:
    found = await _locked(session, flow, seen)
    if found is None:
        raise NoSuchFlowError
    return found


async def _require_version(session: AsyncSession, flow: str, version: int) -> None:
    found = await session.scalar(
        select(FlowVersionRow.version).where(
            FlowVersionRow.flow == flow, FlowVersionRow.version == version
        )
    )
    if found is None:
        raise NoSuchVersionError


async def _before(session: AsyncSession, flow: str, version: int) -> int:
    """What callers got before that version was first released to all."""
    audited = await session.scalar(
        select(SettingAuditRow.before)
        .where(
            SettingAuditRow.kind == AUDITED,
            SettingAuditRow.name == flow,
            SettingAuditRow.after["version"].as_integer() == version,
        )
        .order_by(SettingAuditRow.id)
        .limit(1)
    )
    if audited is None:
        raise NothingBeforeError
    return int(audited["version"])


async def _same(session: AsyncSession, before: Released, stored: dict[str, Any]) -> int | None:
    """The version that is out and holds the same. None: there is none."""
    out = [before.release.version, before.release.canary_version]
    found: int | None = await session.scalar(
        select(FlowVersionRow.version).where(
            FlowVersionRow.flow == before.flow,
            FlowVersionRow.version.in_([version for version in out if version is not None]),
            FlowVersionRow.sha256 == _sha256(stored),
        )
    )
    return found


async def _add(session: AsyncSession, flow: str, stored: dict[str, Any], author: Author) -> int:
    newest = await session.scalar(
        select(func.max(FlowVersionRow.version)).where(FlowVersionRow.flow == flow)
    )
    version = (newest or 0) + 1
    session.add(
        FlowVersionRow(
            flow=flow,
            version=version,
            document=stored,
            sha256=_sha256(stored),
            published_by=author.who,
            note=author.reason,
        )
    )
    await session.flush()
    return version


async def _release(
    session: AsyncSession, flow: str, before: Released | None, after: Release, author: Author
) -> Released:
    if before is not None and before.release == after:
        return before
    fields = {
        "version": after.version,
        "canary_version": after.canary_version,
        "canary_share": after.canary_share,
        "canary_since": None if after.canary_version is None else func.now(),
        "changed_at": func.now(),
        "changed_by": author.who,
    }
    row = await session.scalar(
        insert(FlowReleaseRow)
        .values(flow=flow, **fields)
        .on_conflict_do_update(index_elements=[FlowReleaseRow.flow], set_=fields)
        .returning(FlowReleaseRow),
        execution_options={"populate_existing": True},
    )
    assert row is not None, "an upsert returns its row"
    session.add(
        SettingAuditRow(
            who=author.who,
            kind=AUDITED,
            name=flow,
            before=_audited(before.release) if before else None,
            after=_audited(after),
            reason=author.reason,
        )
    )
    return released_of(row)


def _audited(release: Release) -> dict[str, Any]:
    if release.canary_version is None:
        return {"version": release.version}
    return {
        "version": release.version,
        "canary_version": release.canary_version,
        "canary_share": release.canary_share,
    }


def _storable(document: Document) -> dict[str, Any]:
    stored = document.model_dump(mode="json")
    if "\\u0000" in json.dumps(stored):
        raise UnstorableError
    return stored


def _sha256(stored: dict[str, Any]) -> str:
    written = json.dumps(stored, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
