"""The live WebSocket: brings the core's commands to the screens, and the screens' wishes to it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from starlette.types import Receive, Scope, Send

from ccserver.core import commands as order
from ccserver.core import dial_orders as dial
from ccserver.core import events as fact
from ccserver.core.errors import Refused
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.db.acts import KeepAct
from ccserver.db.customers import Card as Profile
from ccserver.web import figures
from ccserver.web import messages as m
from ccserver.web import requests as ask
from ccserver.web.auth import DATABASE_AWAY, Door
from ccserver.web.control import Control, NotForYouError, Request
from ccserver.web.instants import ms
from ccserver.web.late_cards import LateCards
from ccserver.web.ring import Ring
from ccserver.web.screen import Refusal, Screen, hear_hello, hear_text, is_same_origin, welcome
from ccserver.web.snapshot import snapshot
from ccserver.web.socket import frame_of
from ccserver.web.tokens import BadTokenError, Session
from ccserver.web.view import View, agents_in, wrap_up_changed

SCREENS_PER_PERSON = 5
HELLOS_MAX = 500
"""Connections that may be between their start and their `hello` at one time."""

BEAT_SECONDS = 1.0
RECHECK_SECONDS = 10.0
"""How soon a person who was deactivated is thrown out."""

ScreenCommand = (
    order.ShowCaller | order.ShowAgent | order.ShowCall | order.ShowWrapUp | order.HideCall
    | order.Refuse | dial.ShownOrder
)  # fmt: skip
"""What `Live.perform` carries out."""


class Live:
    """All open screens. Every method but `run` and the ASGI call is synchronous and cheap.

    `find_profile` looks a number up when a pop has no profile in memory; `active_logins` gives
    those who may be logged in; `default_region` is as `Control` takes it; `keep_act` writes down
    what supervisors do, and raises Refused where it must not be done unwritten.
    """

    def __init__(
        self,
        *,
        run: str,
        view: View,
        door: Door,
        post: Callable[[fact.Event], None],
        now: Callable[[], float],
        find_profile: Callable[[str], Awaitable[Profile | None]],
        active_logins: Callable[[], Awaitable[frozenset[str]]],
        default_region: str,
        new_contact: Callable[[], ContactId],
        keep_act: KeepAct,
        origins: Iterable[str] = (),
    ) -> None:
        self.run_id = run
        self.view = view
        self._door = door
        self._post = post
        self.now = now
        self._active_logins = active_logins
        self._keep_act = keep_act
        self._origins = frozenset(origins)
        self._control = Control(
            view, now=now, default_region=default_region, new_contact=new_contact
        )
        self._seq = 0
        self._ring = Ring()
        self._floor: set[Screen] = set()
        self._screens: dict[str, list[Screen]] = {}
        """By login, oldest first. An agent's login is the `AgentId`."""
        self._late = LateCards(find_profile, self.keep_card)
        self._hellos = 0

    # -- from the core

    def perform(self, command: ScreenCommand) -> None:
        """Carry a command out on all screens that it concerns, before returning."""
        match command:
            case order.ShowCaller():
                self._pop(command)
            case order.ShowAgent(agent=agent):
                state = self.view.show_agent(command)
                self._tell(m.AgentChanged(seq=self._next(), agent=state), agent, floor=True)
            case order.ShowCall():
                self._show_call(command)
            case order.ShowWrapUp(agent=agent):
                self.view.show_wrap_up(command)
                self._tell(wrap_up_changed(command, self._next()), agent, floor=False)
            case order.HideCall(contact=contact):
                old = self.view.hide_call(command)
                here = [] if old is None else agents_in(old)
                first = here[0] if here else None
                self._tell(m.CallGone(seq=self._next(), contact=contact), first, floor=True)
                for agent in here[1:]:
                    self._tell(m.CallGone(seq=self._next(), contact=contact), agent, floor=False)
            case order.Refuse(agent=agent, request=request, reason=reason):
                refused = m.Refused(seq=self._next(), request=request, reason=reason)
                self._tell(refused, agent, floor=False)
            case _:
                self._show_outbound(command)

    def _show_outbound(self, shown: dial.ShownOrder) -> None:
        match shown:
            case dial.ShowPreview(agent=agent):
                preview = self.view.outbound.show_preview(shown)
                self._tell(m.PreviewChanged(seq=self._next(), preview=preview), agent, floor=False)
            case dial.HidePreview(agent=agent):
                if self.view.outbound.previews.pop(agent, None) is not None:
                    self._tell(m.PreviewChanged(seq=self._next(), preview=None), agent, floor=False)
            case dial.ShowOffHook(agent=agent):
                if (state := self.view.show_off_hook(shown)) is not None:
                    self._tell(m.AgentChanged(seq=self._next(), agent=state), agent, floor=True)
            case dial.ShowCampaign():
                campaign = self.view.outbound.show_campaign(shown)
                self._tell(m.CampaignChanged(seq=self._next(), campaign=campaign), None, floor=True)

    def keep_card(self, contact: ContactId, profile: Profile, *, anew: bool = False) -> None:
        """Remember who is calling until the call is over, so that the pop needs no look-up. With
        `anew` a person has said who it is: cards that are shown are sent again."""
        for agent, card in self.view.keep(contact, profile, anew=anew):
            self._tell(m.CallerCard(seq=self._next(), card=card), agent, floor=False)

    def name_agent(self, agent: AgentId, *, name: str, phone: str) -> None:
        """Say what an agent is called and where he is rung."""
        if (state := self.view.name(agent, name=name, phone=phone)) is not None:
            self._tell(m.AgentChanged(seq=self._next(), agent=state), agent, floor=True)

    def show_queues(self, queues: Iterable[Queue]) -> None:
        """Say which queues there are, and that the configuration may have changed. Every screen,
        also one that comes back, is shown all anew, and asks GET /api/desk again."""
        self.view.queues = tuple(queues)
        self.view.configured += 1
        self._seq = self._next()
        self._ring.clear()
        for screens in self._screens.values():
            for screen in screens:
                screen.tell(self._snapshot(screen.me, floor=screen.is_floor))

    def tell_agent(self, agent: AgentId, message: Callable[[int], m.ServerMessage]) -> bool:
        """Send an agent's screens what `message` makes of its `seq`. Whether one was there."""
        return self._tell(message(self._next()), agent, floor=False)

    def has_screen(self, agent: AgentId) -> bool:
        """Whether the agent has a screen open."""
        return agent in self._screens

    def note(self, agent: AgentId, *, sender: str, text: str) -> None:
        """Show an agent what a supervisor writes."""
        at = ms(self.now())
        self.tell_agent(agent, lambda seq: m.Note(seq=seq, at=at, sender=sender, text=text))

    def tell_floor(self, message: Callable[[int], m.ServerMessage]) -> None:
        """Send all supervisors' screens what `message` makes of its `seq`."""
        self._tell(message(self._next()), None, floor=True)

    def _pop(self, shown: order.ShowCaller) -> None:
        card = self.view.show_caller(shown)
        seen = self._tell(m.CallerCard(seq=self._next(), card=card), shown.agent, floor=False)
        if seen:
            figures.OFFER_TO_FRAME.observe(max(0.0, self.now() - shown.offered_at))
        else:
            figures.POPS_UNSEEN.inc()
        if not card.complete:
            self._late.put(shown.contact, shown.caller)

    def _show_call(self, shown: order.ShowCall) -> None:
        call, lost = self.view.show_call(shown)
        for agent in lost:
            self._tell(m.CallGone(seq=self._next(), contact=call.contact), agent, floor=False)
        own = self.view.for_agents(call)
        if own is not call and shown.agent is not None:
            # Before the floor's: who sees both ends with the whole.
            self._tell(m.CallChanged(seq=self._next(), call=own), shown.agent, floor=False)
        first = shown.agent if own is call else None
        self._tell(m.CallChanged(seq=self._next(), call=call), first, floor=True)
        for agent in agents_in(call):
            if agent != shown.agent:
                self._tell(m.CallChanged(seq=self._next(), call=own), agent, floor=False)
        if shown.agent is not None and (card := self.view.restore_card(shown)) is not None:
            self._tell(m.CallerCard(seq=self._next(), card=card), shown.agent, floor=False)
            if not card.complete:
                self._late.put(shown.contact, shown.caller)

    # -- to the screens

    def _next(self) -> int:
        return self._seq + 1

    def _tell(self, message: m.ServerMessage, agent: AgentId | None, *, floor: bool) -> bool:
        """Send one change to the agent's screens and, with `floor`, to all supervisors'.

        Whether at least one screen of the agent's was there.
        """
        self._seq = message.seq
        frame = frame_of(message.model_dump_json().encode())
        self._ring.put(self._seq, frame, agent, floor=floor)
        mine = self._screens.get(agent, []) if agent is not None else []
        # The card must be on its way before the order to ring the phone, which is the next command.
        at_once = isinstance(message, m.CallerCard)
        seen = False
        for screen in mine:
            screen.socket.offer(frame, at_once=at_once)
            seen = seen or screen.socket.is_open
        if floor:
            for screen in self._floor:
                # A supervisor who takes calls as well has this one already.
                if screen.me.agent != agent or agent is None:
                    screen.socket.offer(frame)
        return seen

    def _missed(self, screen: Screen, hello: ask.Hello) -> list[bytes] | None:
        """The frames that this screen has not seen; None when only a snapshot will do."""
        if hello.run != self.run_id or hello.since is None or screen.is_changed:
            return None
        agent = None if screen.me.agent is None else AgentId(screen.me.agent)
        return self._ring.missed(hello.since, self._seq, agent, floor=screen.is_floor)

    def _snapshot(self, me: m.Me, *, floor: bool) -> m.Snapshot:
        return snapshot(self.view, me, seq=self._seq, run=self.run_id, now=self.now(), floor=floor)

    # -- one connection

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One screen, from its opening to its end (ASGI)."""
        if not is_same_origin(scope, self._origins):
            await send({"type": "websocket.close", "code": 4403})
            return
        socket = await welcome(scope, receive, send)
        admitted = await self._admit(receive)
        if isinstance(admitted, Refusal):
            socket.drop(admitted.code, admitted.reason)
            return
        hello, session = admitted
        screen = Screen(socket, session, now=self.now())
        self._open(screen, hello)
        try:
            while (text := await hear_text(receive)) is not None:
                await self._heed(screen, text)
        finally:
            self._close(screen)

    async def _admit(self, receive: Receive) -> tuple[ask.Hello, Session] | Refusal:
        if self._hellos >= HELLOS_MAX:
            return Refusal(1013, "too many connections without hello")
        self._hellos += 1
        try:
            hello = await hear_hello(receive)
            if isinstance(hello, Refusal):
                return hello
            return hello, await self._door.enter(hello.token)
        except BadTokenError as error:
            return Refusal(4401, str(error))
        finally:
            self._hellos -= 1

    def _open(self, screen: Screen, hello: ask.Hello) -> None:
        missed = self._missed(screen, hello)
        if missed is None:
            screen.tell(self._snapshot(screen.me, floor=screen.is_floor))
            wrap_up = self.view.wrap_up_of(AgentId(screen.me.agent or ""))
            if wrap_up is not None:  # what the snapshot does not say of it
                screen.tell(wrap_up_changed(wrap_up, self._seq))
        else:
            figures.REPLAYED.inc(len(missed))
            for frame in missed:
                screen.socket.offer(frame)
            screen.tell(m.Tick(seq=self._seq, at=ms(self.now())))
        # From here to the index no one else runs: nothing is missed, nothing comes twice.
        screens = self._screens.setdefault(screen.me.login, [])
        screens.append(screen)
        if screen.is_floor:
            self._floor.add(screen)
        figures.SCREENS.labels(screen.me.role).inc()
        if len(screens) > SCREENS_PER_PERSON:
            screens[0].socket.drop(4409, "too many screens")
        if len(screens) == 1 and screen.me.agent is not None:
            self._post(fact.ScreenOpened(agent=AgentId(screen.me.agent)))

    def _close(self, screen: Screen) -> None:
        screens = self._screens[screen.me.login]
        screens.remove(screen)
        self._floor.discard(screen)
        figures.SCREENS.labels(screen.me.role).dec()
        if not screens:
            del self._screens[screen.me.login]
            if screen.me.agent is not None:
                self._post(fact.ScreenClosed(agent=AgentId(screen.me.agent)))

    # -- from the screens

    async def _heed(self, screen: Screen, text: str | bytes) -> None:
        message = screen.read(text, seq=self._seq, now=self.now())
        match message:
            case None:
                return
            case ask.Hello():
                screen.complain(self._seq, "This connection has said hello.", "Go on without.")
            case ask.RenewToken():
                await self._renew(screen)
            case ask.LogOut():
                self.log_out(screen.me)
            case ask.AckPop(contact=contact):
                self._acked(screen.me, contact)
            case _:
                await self._ask(screen, message)

    async def _ask(self, screen: Screen, request: Request) -> None:
        try:
            event = self._control.event_of(screen.me, request)
            if (act := self._control.act_of(screen.me, request)) is not None:
                await self._keep_act(act)
            self._post(event)
        except NotForYouError as error:
            screen.complain(self._seq, error.__doc__ or "", error.what_to_do)
        except Refused as error:
            reason = error.__doc__ or ""
            screen.tell(m.Refused(seq=self._seq, request=request.type, reason=reason))

    def _acked(self, me: m.Me, contact: str) -> None:
        # Every screen of the agent acks; the first one is the truth.
        agent = AgentId(me.agent or "")
        if (pop := self.view.ack(agent, contact)) is not None:
            if pop.offered_at is not None:
                figures.POP_LATENCY.observe(max(0.0, self.now() - pop.offered_at))
            self._post(fact.PopAcked(agent=agent, contact=ContactId(contact)))

    async def _renew(self, screen: Screen) -> None:
        try:
            issued = await self._door.renew(screen.session)
        except BadTokenError as error:
            screen.socket.drop(4401, str(error))
            return
        screen.expires_at = issued.expires_at
        expires_at = ms(issued.expires_at)
        screen.tell(m.Token(seq=self._seq, token=issued.token, expires_at=expires_at))

    def log_out(self, me: m.Me) -> None:
        """The person goes home: screens close, tokens end."""
        self._door.end(me.id)
        if me.agent is not None:
            self._post(fact.AgentLoggedOut(agent=AgentId(me.agent)))
        self._drop_all(me.login, 4000, "logged out")

    def throw_out(self, login: str) -> None:
        """The person was deactivated: log out, and say why."""
        if screens := self._screens.get(login):
            me = screens[0].me
            self._drop_all(login, 4403, "deactivated")
            self.log_out(me)

    def _drop_all(self, login: str, code: int, reason: str) -> None:
        for screen in self._screens.get(login, ()):
            screen.socket.drop(code, reason)

    # -- time

    async def run(self) -> None:
        """Tick, throw out, and complete late cards, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._late.run(), name="late cards")
            tasks.create_task(self._recheck(), name="recheck of people")
            while True:
                self.beat()
                await asyncio.sleep(BEAT_SECONDS)

    def beat(self) -> None:
        """Tell every screen that the server is there; close those whose token has run out."""
        now = self.now()
        frame = frame_of(m.Tick(seq=self._seq, at=ms(now)).model_dump_json().encode())
        for screens in self._screens.values():
            for screen in screens:
                if screen.expires_at <= now:
                    screen.socket.drop(4401, "The token has run out.")
                elif not screen.socket.waiting:
                    screen.socket.offer(frame)

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                active = await self._active_logins()
            except DATABASE_AWAY:
                # Nobody is sent home because the database is away.
                continue
            for login in [login for login in self._screens if login not in active]:
                self.throw_out(login)
