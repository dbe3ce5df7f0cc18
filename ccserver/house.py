"""Builds the house: the one place where the parts meet, and nothing is decided."""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from random import SystemRandom
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ccserver import clock
from ccserver.agi import server as agi
from ccserver.agi.reception import Reception
from ccserver.ami.link import Link
from ccserver.ami.switch import Switch
from ccserver.ami.tiers import TierMirror
from ccserver.answers import Answers
from ccserver.archive.eraser import eraser_of
from ccserver.archive.places import places_of
from ccserver.archive.player import Player
from ccserver.archive.worker import Archive
from ccserver.core import commands as order
from ccserver.core import events as fact
from ccserver.core import records as kept
from ccserver.core.center import Center
from ccserver.core.day_figures import Telling
from ccserver.core.dial_orders import DialOrder, KeptOrder, SwitchOrder
from ccserver.core.flow import used_queues
from ccserver.core.flow_known import Known
from ccserver.core.ids import ContactId, StepName, uuid7
from ccserver.core.site import Presence
from ccserver.core.talk_orders import TalkOrder, TapeOrder
from ccserver.db import config, customers, history
from ccserver.db.callbacks import open_callbacks
from ccserver.db.customers import Card
from ccserver.db.flows import Stored
from ccserver.db.held import AwayError, Held
from ccserver.db.journal import Journal
from ccserver.db.people import PhoneAccount
from ccserver.db.recording_index import keep_index
from ccserver.db.tiers import tier_changes
from ccserver.db.walks import FlowFigures
from ccserver.dialing.imports import ListImports
from ccserver.dialing.keeper import Keeper
from ccserver.dialing.worker import Dialing
from ccserver.flows.document import Document
from ccserver.flows.drafts import read_draft
from ccserver.flows.draw import dot, svg
from ccserver.flows.files import Shelf
from ccserver.host import Host
from ccserver.partners import Partners
from ccserver.refresh import Refresher, phone_login
from ccserver.settings import Settings
from ccserver.shelf import FlowShelf
from ccserver.web import figures
from ccserver.web.acts import keeper_of
from ccserver.web.app import Health, create_app
from ccserver.web.auth import Door
from ccserver.web.floor_watch import FloorWatch
from ccserver.web.flow_tools import FlowTools
from ccserver.web.live import Live
from ccserver.web.people import active_logins_of, logins_of
from ccserver.web.phone import Exchange
from ccserver.web.serve import serve_web
from ccserver.web.tokens import Tokens, key_of
from ccserver.web.view import View

log = structlog.get_logger("ccserver")

PUMP_SECONDS: Final = 3.0
"""The pump turns at least once a second. One that has not for so long is stuck."""

LOOK_UP_CONNECTIONS: Final = 4
QUERY_SECONDS: Final = 2.0


class House:
    """One ccserver: every part, built and joined. `run` lives until cancelled."""

    def __init__(
        self,
        settings: Settings,
        folder: Shelf,
        sessions: async_sessionmaker[AsyncSession],
    ) -> None:
        run = UUID(new_id())
        self._settings = settings
        self._folder = folder
        self._sessions = sessions
        self._held = Held(
            settings.dsn, connections=LOOK_UP_CONNECTIONS, query_seconds=QUERY_SECONDS
        )
        self._journal = Journal(
            settings.dsn,
            run,
            settings.home / "spool",
            now=clock.now,
            version=version("ccserver"),
        )
        self._seq = 0
        self._late_look_ups: asyncio.Queue[order.LookUp] = asyncio.Queue()
        center = Center()
        self._host = Host(center, now=clock.now, perform=self._perform, record=self._record)
        self._switch = Switch(
            post=self._host.post, phones=lambda: self._refresher.phones, now=clock.now
        )
        ami = settings.ami
        self._link = Link(
            host=ami.host,
            port=ami.port,
            user=ami.user,
            secret=ami.secret,
            on_event=self._switch.on_event,
            on_up=self._switch.on_up,
            on_down=self._switch.on_down,
            alive=self._pump_lives,
            now=clock.now,
            rng=SystemRandom(),
        )
        self._keeper = Keeper(
            sessions,
            post=self._host.post,
            tell=lambda report: self._floor.tell_outside(report),
            now=clock.now,
            zone=settings.zone,
        )
        self._dialing = Dialing(
            sessions,
            keeper=self._keeper,
            post=self._host.post,
            place=self._switch.place,
            now=clock.now,
            new_id=new_id,
        )
        door = Door(
            tokens=Tokens(key_of(settings.home), minutes=settings.token_minutes),
            find_login=logins_of(sessions),
            now=clock.now,
        )
        self._live = Live(
            run=str(run),
            view=View(()),
            door=door,
            post=self._host.post,
            now=clock.now,
            find_profile=self._find_card,
            active_logins=active_logins_of(sessions),
            default_region=settings.default_region,
            new_contact=lambda: ContactId(new_id()),
            keep_act=keeper_of(sessions),
        )
        self._floor = FloorWatch(
            zone=settings.zone,
            alerts_url=settings.alerts_url,
            live=self._live,
            sessions=sessions,
            available=lambda queue: center.sight(queue, clock.now()).available,
            now=clock.now,
        )
        self._refresher = Refresher(
            sessions,
            post=self._host.post,
            screens=self._live,
            update_phones=self._switch.update_phones,
            go_by=self._floor.go_by,
            logged_out=self._live.view.is_logged_out,
        )
        self._shelf = FlowShelf(sessions)
        places = places_of(settings.recordings, settings.archive)
        self._archive = Archive(
            sessions,
            places,
            settings.archive,
            rules_of=config.retention_rules,
            now=clock.now,
        )
        self._imports = ListImports(sessions, dsn=settings.dsn, folder=settings.home / "lists")
        self._app = create_app(
            live=self._live,
            door=door,
            sessions=sessions,
            health=self._health,
            open_sound=Player(sessions, places).open_sound,
            erase_customer=eraser_of(sessions),
            post=self._host.post,
            region=settings.default_region,
            zone=settings.zone,
            config_changed=self._config_changed,
            used_queues=lambda: used_queues(self._shelf.flows()),
            known_prompts=lambda: self._folder.texts or None,
            known_flows=lambda: {flow.name for flow in self._shelf.flows()},
            flow_tools=FlowTools(read=self._read_draft, draw=self._draw, changed=self._shelf.nudge),
            exchange=Exchange(
                url=settings.phone_url,
                ice_servers=settings.ice_servers,
                take=self._take_phone,
                reaches=self._switch.reaches,
            ),
            imports=self._imports,
        )
        self._partners = Partners(settings.partners)
        self._answers = Answers(
            shelf=self._shelf,
            hotlines=settings.hotlines,
            held=self._held,
            center=center,
            partners=self._partners,
            keep_card=self._live.keep_card,
            settled=self._journal.settled,
        )
        self._reception = Reception(
            world=self._answers,
            new_contact=lambda: ContactId(new_id()),
            now=clock.now,
            post=self._host.post,
            sounds=settings.sounds,
            default_region=settings.default_region,
        )

    async def run(self) -> None:
        """Begin where the last run stopped, and serve until cancelled."""
        await self._journal.drain()
        async with self._sessions() as session:
            opened = await history.open_contacts(session)
            callbacks = await open_callbacks(session)
        known = await self._refresher.start()
        await self._floor.start()
        await self._shelf.start(self._folder.documents, self._folder.flows)
        self._host.post(
            fact.Started(
                queues=known.rules.queues,
                agents=known.agents,
                open_contacts=opened,
                callbacks=callbacks,
                site=known.rules.site,
            )
        )
        await self._dialing.start()
        server = agi.Server(self._reception.routes)
        tiers = TierMirror(self._link, partial(tier_changes, self._sessions), now=clock.now)
        settings, web = self._settings, self._settings.web
        # They end in this order: those who talk to the world, then the host, which still hears
        # what they say at the end, then the journal, which writes it down.
        async with (
            aclosing(self._partners),
            asyncio.TaskGroup() as last,
            asyncio.TaskGroup() as middle,
        ):
            last.create_task(self._journal.run(), name="journal")
            last.create_task(self._dialing.run(), name="dialing")
            middle.create_task(self._host.run(), name="host")
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._held.run(), name="database")
                tasks.create_task(self._look_up_late(), name="late look-ups")
                tasks.create_task(self._link.run(), name="ami")
                tasks.create_task(self._switch.run(), name="switch")
                tasks.create_task(server.serve(settings.agi.host, settings.agi.port), name="agi")
                tasks.create_task(self._live.run(), name="live")
                tasks.create_task(self._floor.run(), name="floor")
                tasks.create_task(self._imports.run(), name="lists of leads")
                tasks.create_task(serve_web(self._app, web.host, web.port, tls=web.tls), name="web")
                tasks.create_task(self._refresher.run(), name="people and rules")
                tasks.create_task(self._shelf.run(), name="flows")
                tasks.create_task(tiers.run(), name="tiers")
                tasks.create_task(self._keeper.run(), name="campaigns")
                tasks.create_task(self._archive.run(), name="archive")
                tasks.create_task(keep_index(self._sessions), name="index of recordings")
                log.info("ccserver is up", web=web.port, agi=settings.agi.port)

    # -- the core's commands, each to its shell

    def _perform(self, command: order.Command) -> None:
        if isinstance(command, Telling):
            self._floor.take(command)
        if isinstance(command, TalkOrder | TapeOrder):
            self._switch.perform(command)
            return
        if isinstance(command, DialOrder):
            self._perform_dial(command)
            return
        match command:
            case (
                order.Connect() | order.HangUp() | order.Hold() | order.WriteTicket()
                | order.Announce() | order.Divert() | order.AskSurvey() | order.CallBack()
                | order.TakeBack() | order.Look() | order.MirrorAgent()
            ):  # fmt: skip
                self._switch.perform(command)
            case order.LookUp():
                self._late_look_ups.put_nowait(command)
            case (
                order.ShowCaller() | order.ShowAgent() | order.ShowCall() | order.HideCall()
                | order.ShowWrapUp() | order.Refuse()
            ):  # fmt: skip
                self._live.perform(command)
                if isinstance(command, order.ShowAgent) and command.presence is Presence.LOGGED_OUT:
                    self._refresher.nudge()
            case kept.SaveQueueVisit():
                figures.count_visit(command)
            case (
                kept.SaveContact() | kept.SaveContactEnd() | kept.SaveDisposition()
                | kept.SaveSegment()
                | kept.SaveAgentInterval() | kept.SaveRecording() | kept.SaveOffer()
                | kept.SaveMark() | kept.SaveCallback() | kept.SaveWalk() | kept.SaveVoicemail()
                | kept.SaveAnswer()
            ):  # fmt: skip
                pass  # the journal takes these, as it does the visits out of the event's record

    def _perform_dial(self, command: DialOrder) -> None:
        if isinstance(command, SwitchOrder):
            self._switch.perform(command)
        elif isinstance(command, KeptOrder):
            self._dialing.take(command)
        else:
            self._live.perform(command)

    def _record(self, now: float, event: fact.Event, commands: list[order.Command]) -> None:
        self._seq += 1
        self._journal.put(self._seq, now, event, commands)

    # -- what the parts ask each other

    def _config_changed(self) -> None:
        self._refresher.nudge()
        self._keeper.nudge()

    def _read_draft(
        self, name: str, text: str, others: Mapping[str, str], known: Known
    ) -> Document:
        settings = self._settings
        return read_draft(
            settings.flows,
            name,
            text,
            others=others,
            known=replace(known, partners=frozenset(settings.partners)),
            region=settings.default_region,
        )

    def _draw(self, name: str, version: int, stored: Stored, walked: FlowFigures | None) -> bytes:
        flow = self._shelf.read(name, version, stored)
        steps = () if walked is None else walked.steps
        figures = {StepName(one.step): one for one in steps}
        known = None if walked is None else figures
        return svg(dot(flow, texts=self._folder.texts, figures=known))

    async def _take_phone(self, account: PhoneAccount) -> bool:
        await self._refresher.refreshed()
        return await self._switch.heeds(phone_login(account))

    async def _look_up_late(self) -> None:
        """Look up those who came while we were away."""
        while True:
            asked = await self._late_look_ups.get()
            try:
                caller = await self._answers.look_up(asked.contact, asked.caller)
            except AwayError as failure:
                log.warning("a caller stays unknown", contact=asked.contact, error=str(failure))
                continue
            if caller is not None:
                self._host.post(
                    fact.CallerRecognized(contact=asked.contact, customer=caller.customer)
                )

    async def _find_card(self, number: str) -> Card | None:
        return await customers.look_up(self._held, number)

    def _pump_lives(self) -> bool:
        return clock.now() - self._host.beaten_at < PUMP_SECONDS

    def _health(self) -> Health:
        return Health(
            ami=self._link.ready,
            db=self._held.up,
            pump=self._pump_lives(),
            recordings=self._archive.health,
        )


def new_id() -> str:
    """A fresh UUIDv7."""
    return uuid7(clock.now(), secrets.randbits(74))
