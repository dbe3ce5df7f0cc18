"""Keeps at hand what callers get: the flows that were published, and who is listed as a nuisance.

A call that has begun keeps the flow that it began with.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from math import inf
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.flow import Flow, asks
from ccserver.core.flow_known import Known
from ccserver.core.ids import ContactId
from ccserver.core.release import Release, place, version_at
from ccserver.db import flows, nuisance, publishing
from ccserver.db.flows import Stored
from ccserver.flows.document import Document, flow_of
from ccserver.flows.drafts import parts_of
from ccserver.flows.faults import FlowError
from ccserver.flows.files import Shelf, read
from ccserver.numbers import load_places
from ccserver.settings import Settings

REFRESH_SECONDS: Final = 5.0
"""How soon callers get what another program published. What is published through our own API is
known at once."""

FlowOf = Callable[[Document, str, int, Mapping[str, Flow]], Flow]

log = structlog.get_logger("ccserver")


class FlowShelf:
    """Knows which flow a caller gets."""

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], *, flow_of: FlowOf = flow_of
    ) -> None:
        self._sessions = sessions
        self._flow_of = flow_of
        self._nudged = asyncio.Event()
        self._releases: dict[str, Release] = {}
        self._stored: dict[tuple[str, int], Stored] = {}
        self._good: dict[str, Flow] = {}
        """The last of each flow that most callers could get."""
        self._bands: tuple[tuple[float, Mapping[str, Flow]], ...] = ()
        """Up to which place (see `place`) callers get which flows."""
        self._nuisance: frozenset[str] = frozenset()

    async def start(self, folder: Mapping[str, Document], folder_flows: Mapping[str, Flow]) -> None:
        """Read all for the first time; publish those of the folder that the database lacks.

        Flows that can be read no more are those of the folder. Raises what the database says.
        """
        self._good = dict(folder_flows)
        async with self._sessions.begin() as session:
            seeded = await publishing.seed(session, folder)
        for name in sorted(seeded.published):
            log.info("flow published from its file", flow=name)
        for name in sorted(seeded.differing):
            log.warning("callers get another flow than its file says: publish it", flow=name)
        await self.refresh()

    async def refresh(self) -> None:
        """Look what is published now. Raises what the database says."""
        async with self._sessions() as session:
            found = await flows.releases(session)
            releases = {name: one.release for name, one in found.items()}
            wanted = {
                (name, version)
                for name, one in releases.items()
                for version in (one.version, one.canary_version)
                if version is not None
            }
            missing = wanted - self._stored.keys()
            stored = await flows.documents(session, missing) if missing else {}
            self._nuisance = await nuisance.numbers(session)
        if releases == self._releases:
            return
        self._stored = {key: one for key, one in (self._stored | stored).items() if key in wanted}
        self._bands = await asyncio.to_thread(self._read, releases)
        self._good.update(self._bands[-1][1])
        self._releases = releases
        log.info("flows changed", flows={name: one.version for name, one in releases.items()})

    def nudge(self) -> None:
        """Something was changed: look now."""
        self._nudged.set()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_SECONDS):
                    await self._nudged.wait()
            self._nudged.clear()
            try:
                await self.refresh()
            except (OSError, SQLAlchemyError) as failure:
                log.warning("flows were not refreshed", error=type(failure).__name__)

    # -- what is asked at each call

    def flow_named(self, name: str, contact: ContactId) -> Flow | None:
        """The flow that this caller gets. None: there is none of that name."""
        at = place(contact)
        return next((shelved.get(name) for upto, shelved in self._bands if at < upto), None)

    def listed(self, number: str) -> bool:
        """Whether the callers of this number are a nuisance."""
        return number in self._nuisance

    def flows(self) -> tuple[Flow, ...]:
        """All that any caller gets; of a flow with a canary both versions."""
        found = {
            (name, flow.version): flow
            for _, shelved in self._bands
            for name, flow in shelved.items()
        }
        return tuple(found.values())

    def read(self, name: str, version: int, stored: Stored) -> Flow:
        """A version that was published, with the parts that most callers get.

        Raises FlowError, also for what is no document any more.
        """
        try:
            document = Document.model_validate(stored)
        except ValueError as error:
            raise FlowError([f"flow `{name}`, version {version}: {error}"]) from error
        return self._flow_of(document, name, version, self._good)

    # -- reading

    def _read(
        self, releases: Mapping[str, Release]
    ) -> tuple[tuple[float, Mapping[str, Flow]], ...]:
        """Blocks, for a thread."""
        bands = self._read_bands(releases)
        if any(asks(flow, "caller.place") for _, flows in bands for flow in flows.values()):
            load_places()
        return bands

    def _read_bands(
        self, releases: Mapping[str, Release]
    ) -> tuple[tuple[float, Mapping[str, Flow]], ...]:
        shares = sorted({one.canary_share for one in releases.values()} | {0.0})
        return tuple(
            (upto, _Reading(self._flow_of, releases, self._stored, self._good, at).flows())
            for at, upto in zip(shares, [*shares[1:], inf], strict=True)
        )


class _Reading:
    """Reads all flows for who stands at a place: parts before those that run them."""

    def __init__(
        self,
        flow_of: FlowOf,
        releases: Mapping[str, Release],
        stored: Mapping[tuple[str, int], Stored],
        good: Mapping[str, Flow],
        at: float,
    ) -> None:
        self._flow_of = flow_of
        self._releases = releases
        self._stored = stored
        self._good = good
        self._at = at
        self._read: dict[str, Flow | None] = {}

    def flows(self) -> Mapping[str, Flow]:
        """Each flow, by its name."""
        for name in self._releases:
            self._flow(name)
        return {name: flow for name, flow in self._read.items() if flow is not None}

    def _flow(self, name: str) -> Flow | None:
        if name not in self._read:
            # A part that runs itself finds nothing.
            self._read[name] = None
            self._read[name] = self._made(name)
        return self._read[name]

    def _made(self, name: str) -> Flow | None:
        """The version for this place, else what most get, else the last that could be read."""
        if name in self._releases:
            release = self._releases[name]
            for version in dict.fromkeys((version_at(release, self._at), release.version)):
                try:
                    return self._version(name, version)
                except Exception:
                    # Whatever is wrong with one flow, the hotline goes on.
                    log.exception("a published flow cannot be read", flow=name, version=version)
        return self._good.get(name)

    def _version(self, name: str, version: int) -> Flow:
        document = Document.model_validate(self._stored[name, version])
        runs = parts_of(document)
        parts = {part: flow for part in runs if (flow := self._flow(part)) is not None}
        return self._flow_of(document, name, version, parts)


def usable(folder: Shelf, new: Collection[str], settings: Settings, known: Known) -> Shelf:
    """The folder without those new flows that lead to what is not configured here."""
    lost = set[str]()
    for name in sorted(new):
        try:
            read([settings.flows / f"{name}.toml"], known=known)
        except FlowError as error:
            if name in settings.hotlines.values():
                raise
            log.warning("flow left out", flow=name, faults=error.faults)
            lost.add(name)
    return replace(
        folder,
        flows={name: flow for name, flow in folder.flows.items() if name not in lost},
        documents={name: one for name, one in folder.documents.items() if name not in lost},
    )
