"""Flows that were published: their versions, and which of them callers get.

How that is changed is in publishing.py.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from ccserver.core.errors import Refused
from ccserver.core.flow_known import Known
from ccserver.core.ids import Queue, Skill
from ccserver.core.release import Release
from ccserver.db import config
from ccserver.db.flow_tables import FlowReleaseRow, FlowVersionRow

UTC: Final = "UTC"

Stored = Mapping[str, Any]
"""A `Document` as JSON. One that an older ccserver has stored may be none any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a flow, without the flow itself."""

    flow: str
    version: int
    sha256: str
    published_at: datetime
    published_by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What callers get of a flow, since when, and by whom."""

    flow: str
    release: Release
    canary_since: datetime | None
    """When callers began to be shared out like this. None: there is no canary."""
    changed_at: datetime
    changed_by: str

    @property
    def tag(self) -> str:
        """Another one for another release."""
        release = self.release
        if release.canary_version is None:
            return f"{release.version}"
        return f"{release.version}-{release.canary_version}-{release.canary_share}"


class NoSuchFlowError(Refused):
    """No flow of that name was ever published."""

    status = 404


async def releases(session: AsyncSession) -> dict[str, Released]:
    """What callers get of each flow, by its name."""
    rows = await session.scalars(select(FlowReleaseRow).order_by(FlowReleaseRow.flow))
    return {row.flow: released_of(row) for row in rows}


async def released(session: AsyncSession, flow: str) -> Released:
    """What callers get of one flow. Raises NoSuchFlowError."""
    row = await session.get(FlowReleaseRow, flow)
    if row is None:
        raise NoSuchFlowError
    return released_of(row)


async def versions(session: AsyncSession, flow: str) -> tuple[Version, ...]:
    """All versions of a flow, newest first."""
    rows = await session.scalars(
        select(FlowVersionRow)
        .where(FlowVersionRow.flow == flow)
        .order_by(FlowVersionRow.version.desc())
        .options(defer(FlowVersionRow.document))
    )
    return tuple(
        Version(
            flow=row.flow,
            version=row.version,
            sha256=row.sha256,
            published_at=row.published_at,
            published_by=row.published_by,
            note=row.note,
        )
        for row in rows
    )


async def documents(
    session: AsyncSession, wanted: Collection[tuple[str, int]]
) -> dict[tuple[str, int], Stored]:
    """What was published under these names and versions; without those that never were."""
    rows = await session.execute(
        select(FlowVersionRow.flow, FlowVersionRow.version, FlowVersionRow.document).where(
            tuple_(FlowVersionRow.flow, FlowVersionRow.version).in_(wanted)
        )
    )
    return {(flow, version): document for flow, version, document in rows}


async def texts(session: AsyncSession) -> dict[str, str]:
    """The TOML of what most callers get, by the flow's name."""
    rows = await session.execute(
        select(FlowVersionRow.flow, FlowVersionRow.document["text"].as_string()).join(
            FlowReleaseRow,
            and_(
                FlowReleaseRow.flow == FlowVersionRow.flow,
                FlowReleaseRow.version == FlowVersionRow.version,
            ),
        )
    )
    return {flow: text for flow, text in rows if text is not None}


async def known(session: AsyncSession) -> Known:
    """What flows can lead to, as it is configured."""
    form = await config.current(session)
    return Known(
        queues=frozenset(map(Queue, form.queues)),
        skills=frozenset(map(Skill, form.skills)),
        agents=frozenset(form.agents),
    )


def zone_of(stored: Stored) -> str:
    """The time zone (IANA) in which the flow tells the time: its days are counted in it."""
    try:
        zone = str(tomllib.loads(str(stored["text"])).get("zone", UTC))
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return UTC  # No flow any more, or a zone that this machine does not know.
    return zone


def released_of(row: FlowReleaseRow) -> Released:
    """The row, as others know it."""
    return Released(
        flow=row.flow,
        release=Release(
            version=row.version,
            canary_version=row.canary_version,
            canary_share=row.canary_share,
        ),
        canary_since=row.canary_since,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
