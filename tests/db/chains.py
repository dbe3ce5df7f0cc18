"""The chain of evidence, as it stands in the database."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.evidence import Entry, verified
from ccserver.db.campaign_tables import EvidenceRow


async def chain(session: AsyncSession) -> Sequence[EvidenceRow]:
    """All entries of one campaign's chain, which is whole."""
    rows = (await session.scalars(select(EvidenceRow).order_by(EvidenceRow.seq))).all()
    entries = [
        Entry(
            seq=row.seq,
            at_ms=round(row.at.timestamp() * 1000),
            kind=row.kind,
            attempt=None if row.attempt is None else str(row.attempt),
            body=row.body,
            hash=row.hash,
        )
        for row in rows
    ]
    assert verified(entries).whole, verified(entries).faults
    return rows
