"""Talks that were recorded, as the journal and Asterisk leave them, for the archive to keep."""

import asyncio
import base64
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.archive.keeper import Keeper
from ccserver.archive.places import Places
from ccserver.core.commands import Command
from ccserver.core.events import Wake
from ccserver.core.ids import AgentId, ContactId, LegId
from ccserver.core.records import (
    Recorded,
    SaveContact,
    SaveContactEnd,
    SaveRecording,
    SaveSegment,
    SaveVoicemail,
    SegmentKind,
)
from ccserver.core.seen import EndedBy
from ccserver.core.value import Tier
from ccserver.db.deletions import Logged, log_of
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.journal import Journal
from ccserver.recordings.crypt import KeyRing
from ccserver.recordings.encode import Encoded, Job, encode
from ccserver.recordings.sound import RATE
from ccserver.recordings.store import FolderStore, Store
from tests.db.calls import ANNA, SALES, T0, contact_id
from tests.db.parts import running

KEYS = {
    "old": base64.b64encode(bytes(range(32))).decode(),
    "new": base64.b64encode(bytes(range(32, 64))).decode(),
}
CALLER = "+8613800138000"
DAY = datetime.fromtimestamp(T0, UTC).strftime("%Y/%m/%d")


def tones(seconds: float, *hertz: float) -> bytes:
    """A tone for each channel, as Asterisk writes it."""
    t = np.arange(round(seconds * RATE)) / RATE
    waves = [np.sin(2 * np.pi * one * t) * 9000 for one in hertz]
    return np.stack(waves, axis=1).astype("<i2").tobytes()


async def in_thread(job: Job) -> Encoded:
    """Encode here: what another process would cost, these tests need not pay."""
    return await asyncio.to_thread(encode, job)


@dataclass(slots=True)
class Stage:
    """A database, the folders, and an instant at which all calls are over."""

    database: str
    home: Path
    sessions: async_sessionmaker[AsyncSession]
    bucket: Store | None = None
    key: str = "new"
    now: float = T0 + 3600.0
    entries: list[tuple[int, float, Wake, Sequence[Command]]] = field(default_factory=list)

    @property
    def places(self) -> Places:
        return Places(
            recordings=self.home / "recording",
            folder=FolderStore(self.home / "archive"),
            bucket=self.bucket,
            keys=KeyRing(KEYS, self.key),
        )

    def keeper(self, **others: Any) -> Keeper:
        return Keeper(
            self.sessions, self.places, **{"encode": in_thread, "now": lambda: self.now, **others}
        )

    async def keep_all(self, **others: Any) -> None:
        """Turn until there is nothing to do."""
        keeper = self.keeper(**others)
        while await keeper.turn():
            pass

    # -- what happened

    async def save(self, *commands: Command) -> None:
        """As the journal writes it."""
        self.now += 1.0
        with tempfile.TemporaryDirectory() as folder:
            journal = Journal(
                self.database, uuid4(), Path(folder), now=lambda: self.now, version="1"
            )
            journal.put(1, self.now, Wake(), list(commands))
            async with running(journal.run()):
                await journal.written()

    async def contact(
        self,
        n: int,
        *,
        caller: str = CALLER,
        customer: str = "",
        ended: bool = True,
        at: float = T0,
    ) -> ContactId:
        """A contact that began at `at` and took ten minutes."""
        contact = contact_id(n)
        began = SaveContact(
            contact=contact, leg=LegId(f"1.{n}"), caller=caller, dialed="4001", arrived_at=at
        )
        end = SaveContactEnd(
            contact=contact,
            ended_at=at + 600.0,
            ended_by=EndedBy.CALLER,
            customer=customer,
            tier=Tier.GOLD,
            value=0.5,
            language="zh",
            queue=SALES,
            agent=ANNA,
            keys=(),
        )
        await self.save(*([began, end] if ended else [began]))
        return contact

    async def talk(
        self,
        n: int,
        seconds: float = 2.0,
        *,
        at: float = T0 + 10.0,
        written: float | None = None,
        sound: bytes | None = None,
        customer: str = "",
        caller: str = CALLER,
        kind: Recorded = Recorded.TALK,
        agents: tuple[AgentId, ...] = (ANNA,),
        cut: bool = False,
        row: bool = True,
    ) -> str:
        """A file that Asterisk wrote, of `written` seconds, and its row: its name."""
        suffix = "sln" if kind is Recorded.VOICEMAIL else "raw"
        file = f"{DAY}/{contact_id(n)}-{round(at * 1000)}.{suffix}"
        hertz = (440.0,) if kind is Recorded.VOICEMAIL else (440.0, 620.0)
        self.write(file, tones(seconds if written is None else written, *hertz)
                   if sound is None else sound)  # fmt: skip
        if row:
            await self.save(self.leg(n, file, at, seconds, customer, caller, kind, agents, cut))
        return file

    def leg(
        self,
        n: int,
        file: str,
        at: float,
        seconds: float,
        customer: str = "",
        caller: str = CALLER,
        kind: Recorded = Recorded.TALK,
        agents: tuple[AgentId, ...] = (ANNA,),
        cut: bool = False,
    ) -> SaveRecording:
        return SaveRecording(
            contact=contact_id(n),
            agent=agents[0] if agents else None,
            file=file,
            started_at=at,
            ended_at=at + seconds,
            kind=kind,
            agents=agents,
            queue=SALES,
            caller=caller,
            customer=customer,
            cut=cut,
        )

    def write(self, file: str, sound: bytes, *, age_seconds: float = 0.0) -> Path:
        path = self.places.recordings / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sound)
        return path

    async def message(self, n: int, customer: str = "", caller: str = CALLER) -> str:
        """A message that was left, with its voicemail row."""
        file = await self.talk(
            n, kind=Recorded.VOICEMAIL, agents=(), customer=customer, caller=caller
        )
        await self.save(
            SaveVoicemail(
                contact=contact_id(n),
                queue=SALES,
                file=file,
                caller=caller,
                customer=customer,
                started_at=T0 + 10,
                ended_at=T0 + 12,
            )
        )
        return file

    async def segment(
        self, n: int, number: int, kind: SegmentKind, at: float, seconds: float
    ) -> None:
        await self.save(
            SaveSegment(
                contact=contact_id(n),
                number=number,
                kind=kind,
                queue=SALES,
                agent=ANNA,
                started_at=at,
                ended_at=at + seconds,
                outcome="",
            )
        )

    # -- what is there

    async def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        async with self.sessions.begin() as session:
            found = await session.execute(text(query), values)
            return [dict(row) for row in found.mappings()]

    async def do(self, statement: str, **values: object) -> None:
        """Behind the archive's back."""
        async with self.sessions.begin() as session:
            await session.execute(text(statement), values)

    async def log(self, n: int) -> tuple[Logged, ...]:
        """What was deleted of a contact."""
        async with self.sessions() as session:
            return await log_of(session, contact_id(n))

    async def recordings(self) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM recording ORDER BY started_at, id")

    def raw_files(self) -> list[str]:
        return _files(self.places.recordings)

    def kept_files(self) -> list[str]:
        return _files(self.places.folder.folder)


def _files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@asynccontextmanager
async def staged(database: str, home: Path) -> AsyncIterator[Stage]:
    engine = engine_for(database, connections=0)
    (home / "recording").mkdir(exist_ok=True)
    yield Stage(database=database, home=home, sessions=sessions_of(engine))
    await engine.dispose()
