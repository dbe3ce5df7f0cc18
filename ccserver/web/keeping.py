"""What becomes of recordings, over HTTP: legal holds, and the erasure of a customer."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Annotated, Protocol

import structlog
from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel

from ccserver.core.ids import ContactId, CustomerId
from ccserver.db.customers import is_customer
from ccserver.db.holds import place_hold, release_hold
from ccserver.web.auth import Administrator
from ccserver.web.config import ReasonForm
from ccserver.web.database import Database, changing
from ccserver.web.problems import Problem
from ccserver.web.recording_rows import HoldRow, hold_row
from ccserver.web.recordings import RecordingInPath, heard_recording

router = APIRouter(prefix="/api", tags=["recordings"])

CustomerInPath = Annotated[str, Path(pattern=r"^[0-9]{1,18}$")]
Reason = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]

_log = structlog.get_logger("ccserver.web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure has decided; the files are removed right after."""

    recordings: int
    """So many go, and are heard no more."""
    messages: int
    held: tuple[ContactId, ...]
    """Contacts of which nothing goes, since a legal hold covers them."""


class EraseCustomer(Protocol):
    """Decides that all recordings, messages and transcripts of a customer go, and says so in the
    log of deletions."""

    def __call__(self, customer: CustomerId, *, reason: str, by: str) -> Awaitable[Erased]: ...


class ErasedRow(BaseModel):
    """What was decided. The files are removed within minutes."""

    recordings: int
    messages: int
    held: list[str]
    """Contacts of which nothing goes, since a legal hold covers them."""


@router.put("/recordings/{recording}/hold")
async def hold(
    request: Request, admin: Administrator, recording: RecordingInPath, body: ReasonForm
) -> HoldRow:
    """Let nobody delete what there is of this recording's contact. For administrators."""
    async with changing(request) as session:
        one = await heard_recording(session, admin.me, recording)
        placed = await place_hold(
            session, contact=one.contact, reason=_clean(body.reason), by=admin.me.login
        )
    _log.info("a legal hold is placed", contact=one.contact, by=admin.me.login)
    return hold_row(placed)


@router.delete("/recordings/{recording}/hold")
async def release(
    request: Request, admin: Administrator, recording: RecordingInPath, reason: Reason
) -> list[HoldRow]:
    """End the holds of this recording's contact, and say why. A customer's hold stays."""
    async with changing(request) as session:
        one = await heard_recording(session, admin.me, recording)
        ended = await release_hold(session, contact=one.contact, reason=reason, by=admin.me.login)
        if not ended:
            raise Problem(
                404, "No legal hold is on this contact.", "Its customer may be held: see `holds`."
            )
    _log.info("a legal hold is released", contact=one.contact, by=admin.me.login)
    return [hold_row(one) for one in ended]


@router.put("/customers/{customer}/hold")
async def hold_customer(
    request: Request, admin: Administrator, customer: CustomerInPath, body: ReasonForm
) -> HoldRow:
    """Let nobody delete what there is, or will be, of this customer. For administrators."""
    async with changing(request) as session:
        await _require_customer(session, customer)
        placed = await place_hold(
            session, customer=CustomerId(customer), reason=_clean(body.reason), by=admin.me.login
        )
    _log.info("a legal hold is placed", customer=customer, by=admin.me.login)
    return hold_row(placed)


@router.delete("/customers/{customer}/hold")
async def release_customer(
    request: Request, admin: Administrator, customer: CustomerInPath, reason: Reason
) -> list[HoldRow]:
    """End the holds of this customer, and say why. Those of single contacts stay."""
    async with changing(request) as session:
        ended = await release_hold(
            session, customer=CustomerId(customer), reason=reason, by=admin.me.login
        )
        if not ended:
            raise Problem(
                404,
                "No legal hold is on this customer.",
                "One of the contacts may be held: see its recording.",
            )
    _log.info("a legal hold is released", customer=customer, by=admin.me.login)
    return [hold_row(one) for one in ended]


@router.post("/customers/{customer}/erase")
async def erase(
    request: Request,
    database: Database,
    admin: Administrator,
    customer: CustomerInPath,
    body: ReasonForm,
) -> ErasedRow:
    """Delete all recordings, messages and transcripts of a customer, for good.

    What a legal hold covers stays, and is named. For administrators; the reason goes into the log
    of deletions, and should not tell who is erased.
    """
    await _require_customer(database, customer)
    await database.close()
    erase_customer: EraseCustomer = request.app.state.erase_customer
    done = await erase_customer(CustomerId(customer), reason=_clean(body.reason), by=admin.me.login)
    _log.info("a customer is erased", recordings=done.recordings, by=admin.me.login)
    return ErasedRow(recordings=done.recordings, messages=done.messages, held=list(done.held))


async def _require_customer(session: Database, customer: str) -> None:
    if not await is_customer(session, CustomerId(customer)):
        raise Problem(404, "There is no such customer.", "Look for the id in a contact of his.")


def _clean(reason: str) -> str:
    return reason.replace("\0", "")
