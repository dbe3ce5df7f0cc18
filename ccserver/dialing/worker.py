"""Does what the core orders for campaigns: leads, attempts and evidence, in the order of the core.

What waits while a transaction runs makes up the next one. A call is placed only when its attempt
is in the database; what cannot be written was never sent. While PostgreSQL is away no call goes
out, and what comes of calls under way is kept in its order, to be written when it is back.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.core.campaigns import LeadState
from ccserver.core.dial_events import AttemptEnded, LeadsBarred, LeadsGiven
from ccserver.core.dial_orders import (
    AskLeads,
    Dial,
    EndCampaign,
    KeptOrder,
    ReturnLeads,
    SaveAttempt,
    SaveLead,
    SaveLearned,
)
from ccserver.core.events import Event
from ccserver.core.ids import ContactId
from ccserver.db import attempts, do_not_call, hopper
from ccserver.db.attempts import Begun
from ccserver.db.campaigns import NotAllowedError, set_state
from ccserver.db.do_not_call import Source
from ccserver.db.evidence import Proof, append
from ccserver.dialing.keeper import AWAY, Keeper

WRITE_SECONDS: Final = 5.0
RETRY_SECONDS: Final = 0.5
AWAY_SECONDS: Final = 2.0
"""While PostgreSQL is away, a hopper is filled again after so long."""
LAST_SECONDS: Final = 5.0
BATCH_MAX: Final = 500

KEPT = Gauge("ccserver_dialing_kept", "Orders of campaigns that wait for PostgreSQL")
PLACED = Counter("ccserver_dialing_placed_total", "Calls that campaigns have placed")
UNSENT = Counter("ccserver_dialing_unsent_total", "Calls that were not placed", ["reason"])
REFUSED = Counter("ccserver_dialing_refused_total", "Orders that PostgreSQL refused")

log = structlog.get_logger("ccserver.dialing")

_Write = Dial | ReturnLeads | SaveAttempt | SaveLead | EndCampaign | SaveLearned
_NOTHING: Final = Begun(placed=frozenset(), barred=frozenset())


class Dialing:
    """Between the core, the database and the switch."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        *,
        keeper: Keeper,
        post: Callable[[Event], None],
        place: Callable[[Dial], None],
        now: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        """`place` lets the switch call. `keeper` knows the campaigns' rules."""
        self._sessions = sessions
        self._keeper = keeper
        self._post = post
        self._place = place
        self._now = now
        self._new_id = new_id
        self._orders: asyncio.Queue[KeptOrder] = asyncio.Queue()
        self._kept: list[_Write] = []
        """What could not be written yet, and must be."""
        self._pending: set[ContactId] = set()
        """Calls that were ordered, and neither placed nor given up."""
        self._is_away = False
        self._mixes: dict[str, hopper.Mix] = {}
        KEPT.set_function(lambda: len(self._kept))

    def take(self, order: KeptOrder) -> None:
        """The core orders something. It is done in this order."""
        match order:
            case Dial():
                self._pending.add(order.contact)
            case SaveAttempt(result=result) if result is not None:
                self._pending.discard(order.contact)  # over before it was placed: nobody is called
            case _:
                pass
        self._orders.put_nowait(order)

    async def start(self) -> None:
        """Tell the core where the last run has stopped: after `Started`, and before the switch is
        there. Raises what the database and ConfigError say."""
        async with self._sessions.begin() as session:
            queued = await hopper.recover(session, self._now())
            found = await attempts.open_attempts(session, zone=self._keeper.zone, now=self._now())
        await self._keeper.look()
        for one in found:
            self._post(one)
        if queued or found:
            log.info("campaigns go on", leads_back=queued, open_attempts=len(found))

    async def run(self) -> None:
        """Do what is ordered until cancelled, then write what is left within a few seconds.

        Cancel the host first: what it orders after that is lost.
        """
        try:
            while True:
                await self._turn()
        finally:
            await self._finish()

    # -- turns

    async def _turn(self) -> None:
        orders: list[KeptOrder] = []
        if self._kept:
            with suppress(TimeoutError):
                async with asyncio.timeout(RETRY_SECONDS):
                    orders.append(await self._orders.get())
        else:
            orders.append(await self._orders.get())
        while len(orders) < BATCH_MAX and not self._orders.empty():
            orders.append(self._orders.get_nowait())
        await self._do(orders)

    async def _do(self, orders: Sequence[KeptOrder]) -> None:
        """Writes go together up to the next question, which must see them."""
        writes: list[_Write] = []
        for order in orders:
            if isinstance(order, AskLeads):
                await self._write(writes)
                writes = []
                await self._answer(order)
            else:
                writes.append(order)
        await self._write(writes)

    async def _finish(self) -> None:
        orders: list[_Write] = []
        while not self._orders.empty():
            order = self._orders.get_nowait()
            if not isinstance(order, Dial | AskLeads):
                orders.append(order)
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_SECONDS):
                await self._write(orders)
        if self._kept:
            log.error("what came of calls was not written", orders=len(self._kept))

    # -- writing

    async def _write(self, orders: Sequence[_Write]) -> None:
        batch = [*self._kept, *orders]
        if not batch:
            return
        # Until it is known how this ends, what is not a call must not be lost.
        again, self._kept = bool(self._kept), [one for one in batch if not isinstance(one, Dial)]
        dials = [one for one in batch if isinstance(one, Dial)]
        try:
            begun = await self._store(batch, again=again)
        except AWAY as failure:
            if _is_refusal(failure):
                await self._write_singly(batch)
            else:
                self._away(dials, failure)
            return
        except Exception:
            # A bug here must end no house that calls are in.
            log.exception("orders of campaigns cannot be written", orders=len(batch))
            await self._write_singly(batch)
            return
        self._kept = []
        if self._is_away:
            log.info("PostgreSQL is back: campaigns call again", written=len(batch))
        self._is_away = False
        self._send(dials, begun)

    async def _write_singly(self, batch: Sequence[_Write]) -> None:
        """One at a time: what is refused is told and left out, so that the others are not lost."""
        self._kept = []
        for place, order in enumerate(batch):
            dials = [order] if isinstance(order, Dial) else []
            try:
                begun = await self._store([order], again=True)
            except AWAY as failure:
                if _is_refusal(failure):
                    self._refuse(order, failure)
                    continue
                rest = batch[place:]
                self._kept = [one for one in rest if not isinstance(one, Dial)]
                self._away([one for one in rest if isinstance(one, Dial)], failure)
                return
            except Exception as bug:  # noqa: BLE001 -- it is told, and must end no house
                self._refuse(order, bug)
            else:
                self._send(dials, begun)

    def _refuse(self, order: _Write, failure: Exception) -> None:
        REFUSED.inc()
        log.error(
            "an order of a campaign is refused",
            kind=type(order).__name__,
            campaign=order.campaign,
            error=type(failure).__name__,
            exc_info=failure,
        )
        if isinstance(order, Dial):
            self._give_up([order], "refused")

    async def _store(self, batch: Sequence[_Write], *, again: bool) -> Begun:
        """Write all in one transaction."""
        dials = [one for one in batch if isinstance(one, Dial)]
        saves = [one for one in batch if isinstance(one, SaveAttempt)]
        async with asyncio.timeout(WRITE_SECONDS), self._sessions.begin() as session:
            begun, proofs = _NOTHING, list[Proof]()
            if dials:
                begun, proofs = await attempts.begin(session, dials, self._keeper.in_force)
            if saves:
                proofs += await attempts.save(session, saves)
            leads = [one for one in batch if isinstance(one, SaveLead)]
            await attempts.save_leads(session, leads)
            barred = await _bar(session, leads)
            for order in batch:
                await self._store_other(session, order)
            await append(session, proofs, again=again)
        if barred:
            self._post(LeadsBarred(numbers=barred))
        return begun

    async def _store_other(self, session: AsyncSession, order: _Write) -> None:
        match order:
            case ReturnLeads(leads=leads):
                await hopper.give_back(session, leads)
            case SaveLearned(campaign=campaign, learned=learned):
                await attempts.save_learned(session, campaign, learned)
            case EndCampaign(campaign=campaign, state=state, reason=reason):
                with suppress(NotAllowedError):  # a person was quicker
                    await set_state(session, campaign, state, "", reason, at=self._now())
                self._keeper.nudge()
            case _:
                pass

    # -- calls

    def _send(self, dials: Sequence[Dial], begun: Begun) -> None:
        for dial in dials:
            if dial.contact not in begun.placed:
                barred = dial.contact in begun.barred
                self._give_up([dial], "barred" if barred else "gone")
                if barred:
                    numbers = frozenset({dial.number})
                    self._post(LeadsBarred(numbers=numbers, campaign=dial.campaign))
            elif dial.contact in self._pending:
                self._pending.discard(dial.contact)
                PLACED.inc()
                self._place(dial)

    def _give_up(self, dials: Sequence[Dial], reason: str) -> None:
        for dial in dials:
            UNSENT.labels(reason).inc()
            if dial.contact in self._pending:
                self._pending.discard(dial.contact)
                self._post(AttemptEnded(contact=dial.contact, leg=dial.leg, cause="unsent"))

    def _away(self, dials: Sequence[Dial], failure: Exception) -> None:
        if not self._is_away:  # once an outage, not once a try
            log.warning("PostgreSQL is away: no campaign calls", error=type(failure).__name__)
        self._is_away = True
        self._give_up(dials, "away")

    # -- leads

    async def _answer(self, ask: AskLeads) -> None:
        given = LeadsGiven(campaign=ask.campaign, leads=(), next_at=self._now() + AWAY_SECONDS)
        if not self._kept:  # else the leads are not as they were left
            try:
                async with asyncio.timeout(WRITE_SECONDS):
                    given = await self._find(ask)
            except AWAY as failure:
                log.warning("no leads were found", error=type(failure).__name__)
            except Exception:
                log.exception("no leads were found", campaign=ask.campaign)
        self._post(given)

    async def _find(self, ask: AskLeads) -> LeadsGiven:
        form = self._keeper.forms.get(ask.campaign)
        if form is None:
            return LeadsGiven(campaign=ask.campaign, leads=())
        mix = self._mixes.setdefault(ask.campaign, hopper.Mix())
        async with self._sessions.begin() as session:
            wanted = hopper.Wanted(
                campaign=ask.campaign,
                count=ask.count,
                form=form,
                zone=self._keeper.zone_of(ask.campaign),
                agent=ask.agent,
                full=await self._keeper.full_quotas(session, ask.campaign, form),
            )
            found = await hopper.find(session, wanted, mix, now=self._now(), new_id=self._new_id)
        return LeadsGiven(campaign=ask.campaign, leads=found.leads, next_at=found.next_at)


async def _bar(session: AsyncSession, leads: Sequence[SaveLead]) -> frozenset[str]:
    """Whoever told an agent that he wants no more calls gets none, by no campaign at all."""
    told = frozenset[str]()
    for lead in leads:
        if lead.state is LeadState.DNC and lead.result:
            number, agent = await attempts.last_called(session, lead.lead)
            barred = await do_not_call.bar(
                session, number, source=Source.AGENT, reason=lead.result, who=agent
            )
            told |= barred.numbers
    return told


def _is_refusal(failure: BaseException) -> bool:
    """Whether the content is refused (SQLSTATE classes 22 and 23), rather than PostgreSQL away."""
    state = getattr(failure.orig, "sqlstate", None) if isinstance(failure, DBAPIError) else None
    return str(state)[:2] in {"22", "23"}
