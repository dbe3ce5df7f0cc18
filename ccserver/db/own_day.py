"""An agent's own day: pauses by reason, calls out, and callers who gave up."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import AgentId, ContactId, CustomerId, Queue
from ccserver.core.rules import Direction
from ccserver.db.tables import ContactRow

MISSED_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCall:
    """A contact that was offered to the agent, and that nobody answered after."""

    contact: ContactId
    at: datetime
    """When the last offer to the agent was over."""
    number: str
    """E.164 where it is one."""
    customer: CustomerId | None
    name: str
    """The customer's; empty: not known."""
    queue: Queue | None
    called_back: bool
    """Somebody has talked to the customer since."""


_PAUSES = text("""
SELECT reason, sum(round(date_part('epoch', least(ended_at, :until) - greatest(began_at, :since))
    * 1000))::bigint AS ms
FROM (
  SELECT reason, started_at AS began_at, ended_at FROM agent_interval
  WHERE agent = :agent AND work = 'paused' AND started_at < :until AND ended_at > :since
  UNION ALL
  SELECT reason, since, :now FROM agent_presence
  WHERE agent = :agent AND work = 'paused' AND since < :until AND since < :now AND :now > :since
) pause GROUP BY reason ORDER BY reason
""")

_MISSED = text("""
SELECT o.contact, o.at, c.caller, c.customer_id, coalesce(cu.name, '') AS name, c.queue,
  EXISTS (SELECT FROM contact later WHERE later.caller = c.caller AND c.caller <> ''
    AND later.arrived_at > c.arrived_at AND later.agent IS NOT NULL)
  OR EXISTS (SELECT FROM contact later WHERE later.customer_id = c.customer_id
    AND later.arrived_at > c.arrived_at AND later.agent IS NOT NULL) AS called_back
FROM (
  SELECT s.contact, max(s.ended_at) AS at FROM segment s
  WHERE s.agent = :agent AND s.agent <> '' AND s.kind = 'offer' AND s.outcome <> 'answered'
    AND s.started_at >= :since AND s.started_at < :until
  GROUP BY s.contact
) o JOIN contact c ON c.id = o.contact LEFT JOIN customer cu ON cu.id = c.customer_id
WHERE c.ended_at IS NOT NULL AND NOT EXISTS (
  SELECT FROM segment t WHERE t.contact = o.contact AND t.kind = 'talk' AND t.ended_at > o.at)
ORDER BY o.at DESC, o.contact LIMIT :most
""")


async def pauses_ms(
    session: AsyncSession, agent: AgentId, since: datetime, until: datetime, now: datetime
) -> dict[str, int]:
    """How long the agent paused, by reason; a pause that lasts counts until `now`."""
    asked = {"agent": agent, "since": since, "until": until, "now": min(now, until)}
    return {row.reason: row.ms for row in await session.execute(_PAUSES, asked)}


async def outbound_calls(
    session: AsyncSession, agent: AgentId, since: datetime, until: datetime
) -> int:
    """Contacts that went out, and in which the agent talked to the customer last."""
    found = await session.scalar(
        select(func.count()).where(
            ContactRow.agent == agent,
            ContactRow.direction == Direction.OUTBOUND,
            ContactRow.arrived_at >= since,
            ContactRow.arrived_at < until,
        )
    )
    return found or 0


async def missed(
    session: AsyncSession, agent: AgentId, since: datetime, until: datetime
) -> tuple[MissedCall, ...]:
    """Callers who gave up after they had been offered to the agent, newest first: 200 at most."""
    asked = {"agent": agent, "since": since, "until": until, "most": MISSED_MAX}
    return tuple(
        MissedCall(
            contact=ContactId(str(row.contact)),
            at=row.at,
            number=row.caller,
            customer=None if row.customer_id is None else CustomerId(str(row.customer_id)),
            name=row.name,
            queue=None if row.queue is None else Queue(row.queue),
            called_back=row.called_back,
        )
        for row in await session.execute(_MISSED, asked)
    )
