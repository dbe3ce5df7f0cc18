"""Whom a filter finds among the customers and their service tickets, to be called."""

from collections.abc import AsyncIterator
from typing import Any, Final, Literal

from pydantic import BaseModel, Field, model_validator
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.steps import TicketKind
from ccserver.core.value import Tier
from ccserver.db.lead_file import Incoming
from ccserver.numbers import zone_of

_YEAR_9999_MS: Final = 253_402_300_799_999
_BATCH: Final = 10_000


class AudienceForm(BaseModel, extra="forbid", frozen=True):
    """Who is meant. What is left out, or empty, does not matter. Months are the calendar's, back
    from today."""

    of: Literal["customers", "tickets"] = "customers"
    """`tickets`: whoever had a ticket that was closed, once for each person, with the last one."""
    bought_months: tuple[int, int] | None = None
    """[11, 12]: the last purchase was at least 11 and at most 12 months ago."""
    customer_months: tuple[int, int] | None = None
    """How long they have been customers, likewise."""
    orders_min: float | None = Field(None, ge=0)
    """Orders a year."""
    tiers: tuple[Tier, ...] = ()
    regions: tuple[str, ...] = Field((), max_length=200)
    """As customers' records name them."""
    languages: tuple[str, ...] = Field((), max_length=50)
    kinds: tuple[TicketKind, ...] = ()
    """Of tickets."""
    closed_from: int | None = Field(None, ge=0, le=_YEAR_9999_MS)
    """Tickets closed at this instant (ms since 1970 UTC) or later."""
    closed_to: int | None = Field(None, ge=0, le=_YEAR_9999_MS)
    """Tickets closed before this instant."""
    share: float | None = Field(None, gt=0, le=1)
    """Such a share of them, drawn by `seed`: with the same one the same people are drawn."""
    most: int | None = Field(None, ge=1, le=10_000_000)
    """So many at most, drawn likewise."""
    seed: int = Field(1, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _sensible(self) -> "AudienceForm":
        for months in (self.bought_months, self.customer_months):
            if months is not None and not 0 <= months[0] <= months[1] <= 1200:
                raise ValueError("months: the smaller number first, 0 to 1200")
        of_tickets = self.kinds or self.closed_from is not None or self.closed_to is not None
        if self.of == "customers" and of_tickets:
            raise ValueError("kinds, closed_from and closed_to are for `of`: tickets")
        for word in (*self.regions, *self.languages):
            if "\0" in word or len(word) > 100:
                raise ValueError("a region or language has 100 characters at most, and no NUL")
        return self


_CUSTOMERS: Final = """
SELECT c.id::text AS key, c.id::text AS customer, c.name, c.language,
  ARRAY(SELECT number FROM customer_number WHERE customer_id = c.id ORDER BY number) AS numbers,
  jsonb_build_object('region', c.region, 'tier', c.tier,
    'last purchase', coalesce(c.last_purchase_on::text, '')) AS data
FROM customer c WHERE {where}
"""

_TICKETS: Final = """
SELECT DISTINCT ON (key) coalesce(c.id::text, t.caller) AS key, coalesce(c.id::text, '') AS customer,
  coalesce(c.name, '') AS name, coalesce(c.language, '') AS language,
  CASE WHEN c.id IS NULL THEN ARRAY[t.caller] ELSE
    ARRAY(SELECT number FROM customer_number WHERE customer_id = c.id ORDER BY number) END AS numbers,
  jsonb_build_object('region', coalesce(c.region, ''), 'tier', coalesce(c.tier, ''),
    'ticket', t.number::text, 'ticket kind', t.kind, 'ticket title', t.title,
    'ticket closed', to_char(t.closed_at AT TIME ZONE :zone, 'YYYY-MM-DD HH24:MI'),
    'ticket closed by', coalesce(t.closed_by, '')) AS data
FROM service_ticket t LEFT JOIN customer c ON c.id = t.customer_id
WHERE t.state = 'closed' AND (c.id IS NOT NULL OR t.caller LIKE '+%') AND {where}
ORDER BY key, t.closed_at DESC, t.number DESC
"""  # noqa: E501 -- as wide as it reads best

_MONTHS: Final = """
{column} BETWEEN (now() AT TIME ZONE :zone)::date - make_interval(months => :{name}_max)
  AND (now() AT TIME ZONE :zone)::date - make_interval(months => :{name}_min)
"""


def _query(form: AudienceForm, zone: str) -> tuple[str, dict[str, Any]]:
    """Everybody who is meant, before any draw, and the values of the query."""
    where, values = ["true"], dict[str, Any](zone=zone)
    for column, name, months in (
        ("c.last_purchase_on", "bought", form.bought_months),
        ("c.customer_since", "since", form.customer_months),
    ):
        if months is not None:
            where.append(_MONTHS.format(column=column, name=name))
            values |= {f"{name}_min": months[0], f"{name}_max": months[1]}
    for column, name, words in (
        ("c.tier", "tiers", form.tiers),
        ("c.region", "regions", form.regions),
        ("c.language", "languages", form.languages),
        ("t.kind", "kinds", form.kinds),
    ):
        if words:
            where.append(f"{column} = ANY (CAST(:{name} AS text[]))")
            values[name] = [str(word) for word in words]
    for condition, name, number in (
        ("c.orders_per_year >= :orders", "orders", form.orders_min),
        ("t.closed_at >= to_timestamp(:since_ms / 1000.0)", "since_ms", form.closed_from),
        ("t.closed_at < to_timestamp(:until_ms / 1000.0)", "until_ms", form.closed_to),
    ):
        if number is not None:
            where.append(condition)
            values[name] = number
    chosen = _CUSTOMERS if form.of == "customers" else _TICKETS
    return chosen.format(where=" AND ".join(where)), values


def _drawn(form: AudienceForm, zone: str) -> tuple[str, dict[str, Any]]:
    """Those who are drawn, in the order of the draw."""
    everybody, values = _query(form, zone)
    query = f"SELECT * FROM ({everybody}) everybody"  # noqa: S608 -- made of our own words
    if form.share is not None:
        query += " WHERE (hashtextextended(key, :seed) & 1048575) < :share * 1048576.0"
        values |= {"share": form.share, "seed": form.seed}
    if form.most is not None:
        # Drawn by other bits than the share is: both together are as fair.
        query += " ORDER BY hashtextextended(key, :seed + 2147483648), key LIMIT :most"
        values |= {"most": form.most, "seed": form.seed}
    else:
        query += " ORDER BY key"
    return query, values


async def count(session: AsyncSession, form: AudienceForm, zone: str) -> tuple[int, int]:
    """(everybody who is meant, those of them who are drawn). `zone` (IANA) is where today is."""
    counts = []
    for query, values in (_query(form, zone), _drawn(form, zone)):
        counted = f"SELECT count(*) FROM ({query}) found"  # noqa: S608 -- made of our own words
        counts.append(await session.scalar(text(counted), values) or 0)
    return counts[0], counts[1]


async def choose(session: AsyncSession, form: AudienceForm, zone: str) -> int:
    """Put those who are drawn into a table of this connection's own; says how many they are."""
    query, values = _drawn(form, zone)
    await session.execute(
        text(
            "CREATE TEMPORARY TABLE drawn AS SELECT row_number() OVER () AS row, chosen.*"  # noqa: S608 -- of ours
            f" FROM ({query}) chosen"
        ),
        values,
    )
    await session.execute(text("CREATE UNIQUE INDEX ON drawn (row)"))
    return await session.scalar(text("SELECT count(*) FROM drawn")) or 0


async def chosen(session: AsyncSession) -> AsyncIterator[list[Incoming]]:
    """Those whom `choose` has put into the table over this connection, in batches."""
    query = text("SELECT * FROM drawn WHERE row BETWEEN :first AND :last ORDER BY row")
    first = 1
    while True:
        values = {"first": first, "last": first + _BATCH - 1}
        rows = (await session.execute(query, values)).all()
        # No transaction of minutes: it would keep PostgreSQL from tidying up.
        await session.commit()
        if not rows:
            return
        yield [
            Incoming(
                row=row.row,
                numbers=row.numbers,
                name=row.name,
                customer=row.customer,
                language=row.language,
                zone=zone_of(row.numbers[0]) if row.numbers else "",
                data={label: said for label, said in row.data.items() if said},
            )
            for row in rows
        ]
        first += _BATCH
