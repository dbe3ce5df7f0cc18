"""The forms by which talks are judged. A version is never changed.

Functions that change something belong to the caller's transaction.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.config.evaluation import document_of, stored
from ccserver.core.errors import Refused
from ccserver.core.evaluation import Form
from ccserver.db.recording_tables import EvaluationFormRow

_LOCK = 0x63636576616C73
"""Who publishes a form holds this lock of PostgreSQL; the number is `ccevals` in ASCII."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A version of a form."""

    form: Form
    version: int
    """1, 2, 3 … of this name."""
    made_at: datetime
    made_by: str
    active: bool
    """False: it was retired, and nothing is judged by it any more."""


class NoSuchFormError(Refused):
    """There is no such form, or no such version of it: GET /api/evaluation-forms lists them."""

    status = 404


async def publish(session: AsyncSession, form: Form, *, who: str) -> Published:
    """Let talks be judged by this form, from now on in its new version.

    The newest version stays what it is when it holds the same and was not retired. Older versions
    can still be used: by who is in the middle of one, and by a second rater. The form has no fault.
    """
    await session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    newest = await session.scalar(_newest_first(form.name).limit(1))
    document = document_of(form)
    if newest is not None and newest.active and newest.document == document:
        return _published(newest)
    row = EvaluationFormRow(
        name=form.name,
        version=1 if newest is None else newest.version + 1,
        document=document,
        made_by=who,
        active=True,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return _published(row)


async def retire(session: AsyncSession, name: str) -> None:
    """Let nothing be judged by any version of the form any more. Raises NoSuchFormError."""
    retired = await session.scalars(
        update(EvaluationFormRow)
        .where(EvaluationFormRow.name == name, EvaluationFormRow.active)
        .values(active=False)
        .returning(EvaluationFormRow.version)
    )
    if not retired.all():
        raise NoSuchFormError


async def forms(session: AsyncSession, *, every: bool = False) -> tuple[Published, ...]:
    """The newest version of each form that was not retired, or every version; by name, the newest
    version first."""
    row = EvaluationFormRow
    query = select(row).order_by(row.name, row.version.desc())
    if not every:
        query = query.where(row.active).ext(distinct_on(row.name))
    return tuple(_published(found) for found in await session.scalars(query))


async def form(session: AsyncSession, name: str, version: int | None = None) -> Published:
    """This version of the form, or (None) the newest, retired or not. Raises NoSuchFormError."""
    query = _newest_first(name).limit(1)
    if version is not None:
        query = query.where(EvaluationFormRow.version == version)
    row = await session.scalar(query)
    if row is None:
        raise NoSuchFormError
    return _published(row)


def _newest_first(name: str) -> Select[EvaluationFormRow]:
    row = EvaluationFormRow
    return select(row).where(row.name == name).order_by(row.version.desc())


def _published(row: EvaluationFormRow) -> Published:
    return Published(
        form=stored(row.document),
        version=row.version,
        made_at=row.made_at,
        made_by=row.made_by,
        active=row.active,
    )
