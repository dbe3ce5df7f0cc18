"""Knows the campaigns as they are configured and as they run; keeps their schedule and reports."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver.config.campaign_form import CampaignForm, QuotaForm
from ccserver.config.check import ConfigError
from ccserver.config.convert_campaigns import campaign_rules, schedule
from ccserver.config.form import ConfigForm
from ccserver.core.campaign_states import ENDED, scheduled
from ccserver.core.campaigns import CampaignName, CampaignRules
from ccserver.core.dial_events import CampaignsSet, LedgersGiven
from ccserver.core.events import Event
from ccserver.core.hours import local_time
from ccserver.db import attempts, campaign_reports, campaigns, config, hopper
from ccserver.db.attempts import InForce
from ccserver.db.campaign_reports import CampaignReport
from ccserver.db.campaigns import Standing

LOOK_SECONDS: Final = 5.0
"""How soon what another program changed is known. What is changed through our API is known at
once."""
QUOTA_SECONDS: Final = 5.0
MORNING_HOUR: Final = 7
"""When the night's reports are written, on the site's clock."""
SETTLE_SECONDS: Final = 600.0
"""So long the report of a campaign that has ended waits for its last calls."""
AWAY: Final = (
    OSError, TimeoutError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError,
)  # fmt: skip
"""What is said where PostgreSQL is away. A way to it that is not found says asyncpg's own words."""
REPORT_SECONDS: Final = 60.0
"""How often it is looked whether a report is due."""
_UNKNOWN: Final = InForce(mode="", rules="")

log = structlog.get_logger("ccserver.dialing")

Tell = Callable[[Mapping[str, Any]], None]


class Keeper:
    """Looks at the configuration and the states again and again, and tells the core of changes."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        *,
        post: Callable[[Event], None],
        tell: Tell,
        now: Callable[[], float],
        zone: str,
    ) -> None:
        """`tell` takes each report, for another system. `zone`: the site's, an IANA name."""
        self._sessions = sessions
        self._post = post
        self._tell = tell
        self._now = now
        self.zone = zone
        self.forms: Mapping[CampaignName, CampaignForm] = {}
        """As configured now."""
        self._rules: tuple[CampaignRules, ...] = ()
        self._in_force: dict[CampaignName, InForce] = {}
        self._ledgers: set[CampaignName] = set()
        """The core was told what these have done."""
        self._full: dict[str, tuple[float, tuple[QuotaForm, ...]]] = {}
        self._nudged = asyncio.Event()
        self._reported_at = 0.0

    def nudge(self) -> None:
        """Something was changed: look now."""
        self._nudged.set()

    def in_force(self, campaign: CampaignName) -> InForce:
        """How a campaign is run now."""
        return self._in_force.get(campaign, _UNKNOWN)

    def zone_of(self, campaign: CampaignName) -> str:
        """On whose clock those are called whose own zone is not known."""
        windows = next((one.windows for one in self._rules if one.name == campaign), None)
        return self.zone if windows is None else windows.zone

    async def full_quotas(
        self, session: AsyncSession, campaign: CampaignName, form: CampaignForm
    ) -> tuple[QuotaForm, ...]:
        """Of which kinds enough have answered, as of some seconds ago."""
        if not form.quotas:
            return ()
        looked_at, full = self._full.get(campaign, (0.0, ()))
        if self._now() - looked_at >= QUOTA_SECONDS:
            full = await hopper.full_quotas(session, campaign, form)
            self._full[campaign] = self._now(), full
        return full

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._nudged.wait()
            self._nudged.clear()
            try:
                await self.look()
                if self._now() - self._reported_at >= REPORT_SECONDS:
                    await self.report()
                    self._reported_at = self._now()
            except (*AWAY, ConfigError) as failure:
                log.warning("campaigns were not looked at", error=type(failure).__name__)
            except Exception:
                # A bug here must end no house that calls are in.
                log.exception("campaigns were not looked at")

    async def look(self) -> None:
        """Start and stop what is due, and tell the core what has changed. Raises what the database
        and ConfigError say."""
        async with self._sessions.begin() as session:
            form = await config.shared(session)
            forms = {CampaignName(name): one for name, one in form.campaigns.items()}
            known = await self._keep_schedule(session, forms)
            await campaigns.keep_rules(session, forms, known, at=self._now())
            states = {name: one.state for name, one in known.items()}
            rules = campaign_rules(form, states)
            fresh = [one for one in rules if one.name not in self._ledgers]
            ledgers = [
                await attempts.ledger(
                    session,
                    one.name,
                    period_seconds=one.abandon.period_seconds,
                    now=self._now(),
                )
                for one in fresh
            ]
        self._go_by(form, forms)
        if rules != self._rules:
            self._rules = rules
            log.info("campaigns changed", campaigns={one.name: one.state.value for one in rules})
            self._post(CampaignsSet(campaigns=rules))
        if ledgers:
            self._ledgers |= {one.campaign for one in ledgers}
            self._post(LedgersGiven(ledgers=tuple(ledgers)))

    def _go_by(self, form: ConfigForm, forms: Mapping[CampaignName, CampaignForm]) -> None:
        if forms != self.forms:
            self.forms = forms
            self._full.clear()
            self._in_force = {
                name: InForce(mode=one.mode, rules=campaigns.hash_of_rules(one))
                for name, one in forms.items()
            }

    async def _keep_schedule(
        self, session: AsyncSession, forms: Mapping[CampaignName, CampaignForm]
    ) -> dict[CampaignName, Standing]:
        known = await campaigns.standings(session)
        for name, one in forms.items():
            if name not in known:
                continue
            wanted = scheduled(known[name].state, schedule(one), self._now())
            if wanted is not None:
                known[name] = await campaigns.set_state(
                    session, name, wanted, "", "its schedule", at=self._now()
                )
        return known

    # -- reports

    async def report(self) -> None:
        """Write the reports that are due, and tell of them. Raises what the database says."""
        written: list[CampaignReport] = []
        async with self._sessions.begin() as session:
            known = await campaigns.standings(session)
            last = await campaign_reports.last_reported(session)
            for name, one in known.items():
                since = last.get(name) or one.started_at
                until = self._due(one, since)
                if since is not None and until is not None:
                    made = await campaign_reports.write_report(session, name, since, until)
                    written += [] if made is None else [made]
        for report in written:
            log.info("a campaign's report", campaign=report.campaign, **report.body)
            self._tell(_told(report))

    def _due(self, one: Standing, since: datetime | None) -> datetime | None:
        """Until when a report is to be written now. None: none is due."""
        if since is None:
            return None
        now = datetime.fromtimestamp(self._now(), UTC)
        ended = one.ended_at
        if one.state in ENDED and ended is not None and ended > since:
            settled = now - ended >= timedelta(seconds=SETTLE_SECONDS)
            return ended + timedelta(seconds=SETTLE_SECONDS) if settled else None
        morning = local_time(self._now(), self.zone).replace(
            hour=MORNING_HOUR, minute=0, second=0, microsecond=0
        )
        if morning > now:
            morning -= timedelta(days=1)
        return morning.astimezone(UTC) if since < morning else None


def _told(report: CampaignReport) -> dict[str, Any]:
    """As another system is told."""
    return {
        "kind": "campaign_report",
        "campaign": report.campaign,
        "from": round(report.from_at.timestamp() * 1000),
        "to": round(report.until_at.timestamp() * 1000),
        **report.body,
    }
