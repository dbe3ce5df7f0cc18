"""Finds customers as an agent asks for them: by number, id, name or address."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.ids import CustomerId
from ccserver.core.value import Tier
from ccserver.db.codec import id_number

LIMIT_MAX = 50

_LAST = "\U0010ffff"
"""No character comes after this one: what begins with a word ends before word + this one."""


class FoundBy(StrEnum):
    """What of a customer was asked for. The order is that of the answers."""

    NUMBER = "number"
    ID = "id"
    NAME = "name"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A customer who was found."""

    customer: CustomerId
    found_by: FoundBy
    name: str
    tier: Tier
    value: float
    address: str
    region: str
    numbers: tuple[str, ...]
    """E.164, in their order."""


# A range instead of LIKE: with values that are not known when it is planned LIKE has no beginning,
# and would read all names. `~<~` compares as the indexes do, character by character.
_STARTS_WITH = """
  (SELECT {rank}, id FROM customer
  WHERE lower({column}) ~>=~ lower(CAST(:words AS text))
    AND lower({column}) ~<~ (lower(CAST(:words AS text)) || CAST(:last AS text))
  ORDER BY lower({column}) USING ~<~ LIMIT CAST(:limit AS bigint))
"""

_SEARCH = f"""
WITH found (rank, id) AS (
  SELECT 0, customer_id FROM customer_number WHERE number = CAST(:number AS text)
  UNION ALL
  SELECT 1, id FROM customer WHERE id = CAST(:id AS bigint)
  UNION ALL {_STARTS_WITH.format(rank=2, column="name")}
  UNION ALL {_STARTS_WITH.format(rank=3, column="address")}
)
SELECT f.rank, c.id, c.name, c.tier, c.value, c.address, c.region,
  ARRAY(SELECT number FROM customer_number WHERE customer_id = c.id ORDER BY number) AS numbers
FROM (SELECT id, min(rank) AS rank FROM found GROUP BY id) f JOIN customer c ON c.id = f.id
ORDER BY f.rank, CASE f.rank WHEN 3 THEN lower(c.address) ELSE lower(c.name) END USING ~<~, c.id
LIMIT CAST(:limit AS bigint)
"""  # noqa: S608 -- what is put in is a constant of ours


async def search(
    session: AsyncSession, words: str, *, number: str | None = None, limit: int = 20
) -> tuple[Found, ...]:
    """Customers whose number, id, or beginning of name or address this is, in that order.

    `number` is what `words` are in E.164; None: no number. Upper and lower case are the same.
    Raises ValueError for words that are none, since they would find everybody.
    """
    words = words.strip()
    if not words:
        raise ValueError("nothing to look for")
    rows = await session.execute(
        text(_SEARCH),
        {
            "number": number,
            "id": id_number(words),
            "words": words,
            "last": _LAST,
            "limit": max(1, min(limit, LIMIT_MAX)),
        },
    )
    by = tuple(FoundBy)
    return tuple(
        Found(
            customer=CustomerId(str(row.id)),
            found_by=by[row.rank],
            name=row.name,
            tier=Tier(row.tier),
            value=row.value,
            address=row.address,
            region=row.region,
            numbers=tuple(row.numbers),
        )
        for row in rows
    )
