"""The switch, as the center sees it: what happens there comes as events, orders go there."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Final

import structlog

from ccserver.ami import callbacks, orders, translate
from ccserver.ami.attempts import Attempts
from ccserver.ami.callbacks import Callbacks
from ccserver.ami.endpoints import PhoneLogin, change_actions, endpoint_actions
from ccserver.ami.errors import AmiDisconnected, AmiError, AmiRefused
from ccserver.ami.link import Link
from ccserver.ami.redirects import Redirects
from ccserver.ami.registrations import Registrations
from ccserver.ami.wire import Headers, Message
from ccserver.core.commands import CallBack, Connect, HangUp, Look, TakeBack
from ccserver.core.dial_orders import CallOffHook, Dial
from ccserver.core.events import AsteriskLost, AsteriskSeen, Event, OfferFailed
from ccserver.core.ids import NO_LEG, LegId, Phone
from ccserver.core.talk_events import PartyEnded
from ccserver.core.talk_orders import CallAgain, CallSupervisor, Consult, Join, Park, SendOutside

log = structlog.get_logger("ccserver.ami")

LOOK_EVERY_SECONDS: Final = 2.0
"""Looking costs Asterisk a walk over all channels: not more often than this."""

PHONE_SECONDS: Final = 5.0
"""How long Asterisk may take to heed what it was told of a phone: it reloads after its answer."""

PHONE_POLL_SECONDS: Final = 0.05

SwitchCommand = orders.Order | TakeBack | Look


class Switch:
    """Owns what is known of the switch from one log-in to the next. Give `link` before running."""

    def __init__(
        self,
        *,
        post: Callable[[Event], None],
        phones: Callable[[], Iterable[PhoneLogin]],
        now: Callable[[], float],
    ) -> None:
        """`phones` says, at each log-in, which phones Asterisk shall know."""
        self._post = post
        self._phones = phones
        self._now = now
        self._link: Link | None = None
        self._written: tuple[PhoneLogin, ...] | None = None
        """The phones as Asterisk knows them; None: it must be told all."""
        self._one_writes = asyncio.Lock()
        self._registrations = Registrations()
        self._callbacks = Callbacks()
        self._attempts = Attempts()
        self._redirects = Redirects(self._send)
        self._channels: dict[LegId, str] = {}
        self._held_back: list[Event] | None = None
        self._look = asyncio.Event()
        self._one_looks = asyncio.Lock()

    # -- what Asterisk tells: the link's three callbacks

    def on_event(self, message: Message) -> None:
        """One event of Asterisk's, in order."""
        event: Event | None
        if message.event == "ContactStatus":
            event = self._registrations.change(message)
        else:
            event = (
                self._callbacks.change(message)
                or self._attempts.change(message)
                or translate.to_event(message)
            )
        if event is None:
            return
        if self._held_back is None:
            self._post(event)
        else:
            # Newer than what is being looked at, so it must be told after it.
            self._held_back.append(event)

    async def on_up(self, link: Link) -> None:
        """The link is up: make the phones known, and look at everything. Raises AmiError."""
        self._link = link
        self._written = None
        await self.update_phones()
        await self._look_at(link)
        self._callbacks.keep(self._channels)

    def on_down(self, reason: str) -> None:
        """The link is lost."""
        self._link = None
        self._held_back = None
        self._attempts.lose()
        self._post(AsteriskLost())

    async def run(self) -> None:
        """Look again whenever the center asks for it, until cancelled."""
        while True:
            await self._look.wait()
            self._look.clear()
            if (link := self._link) is not None:
                try:
                    await self._look_at(link)
                except AmiError as failure:
                    log.warning("could not look at the switch", error=str(failure))
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def update_phones(self) -> None:
        """Make Asterisk know the phones, if they are others than it was told. Raises AmiError."""
        async with self._one_writes:
            phones = tuple(self._phones())
            if (link := self._link) is None or phones == self._written:
                return
            known, self._written = self._written, None
            actions = endpoint_actions(phones) if known is None else change_actions(known, phones)
            for action in actions:
                reply = await link.call(_headers(action), timeout=10.0)
                if not reply.ok:
                    log.error("Asterisk refused the agents' phones", answer=reply.get("Message"))
                    return
            self._written = phones

    async def heeds(self, login: PhoneLogin) -> bool:
        """Wait until this phone registers with this password; False if that takes too long."""
        asked = {"Action": "PJSIPShowEndpoint", "Endpoint": login.phone}
        with suppress(AmiDisconnected, TimeoutError):
            async with asyncio.timeout(PHONE_SECONDS):
                while (link := self._link) is not None:
                    for part in await _some(link, asked):
                        if part.event == "AuthDetail" and part.get("Password") == login.password:
                            return True
                    await asyncio.sleep(PHONE_POLL_SECONDS)
        return False

    def reaches(self, phone: Phone) -> bool:
        """Whether the phone is registered, and answers."""
        return phone in self._registrations.reachable

    async def _look_at(self, link: Link) -> None:
        """Tell the center all that is there, and forget what was written down for us."""
        async with self._one_looks:
            self._held_back = []
            try:
                asked_at = self._now()
                status = await link.collect(translate.STATUS)
                contacts = await _some(link, {"Action": "PJSIPShowContacts"})
                away = await _some(link, {"Action": "DBGetTree", "Family": translate.AWAY_FAMILY})
                self._channels = translate.channel_names(status)
                calls = (*translate.ended_away(away), *translate.callers(status))
                phones = self._registrations.all(contacts)
                self._post(AsteriskSeen(asked_at=asked_at, calls=calls, phones=phones))
                self._attempts.keep(self._channels)
                told = self._attempts.find({*self._channels, *(call.leg for call in calls)})
                for found in (*translate.off_hook(status), *told):
                    self._post(found)
            finally:
                # Also after a look that failed: what happened did happen. With the link lost there
                # is nothing to tell: the next look sees what came of it.
                held_back, self._held_back = self._held_back, None
                for event in held_back or ():
                    self._post(event)
            for entry in away:
                family, _, key = entry.get("Key").strip("/").partition("/")
                link.send({"Action": "DBDel", "Family": family, "Key": key})

    # -- what the center orders

    def perform(self, command: SwitchCommand) -> None:
        """Carry a command out. What cannot be done comes back as an event."""
        match command:
            case TakeBack():
                withdraw = orders.take_back(command, self._channels)
                if withdraw is not None:
                    self._send(withdraw, None)
            case Look():
                self._look.set()
            case CallBack() | CallSupervisor() | CallAgain():
                self._callbacks.begin(command)
                self._order(command)
            case CallOffHook():
                self.place(command)
            case HangUp():
                self._attempts.cancel(command)
                self._order(command)
            case _:
                self._order(command)

    def place(self, order: Dial | CallOffHook) -> None:
        """Call a lead, whose attempt is written down, or an agent's phone. If nobody answers, that
        comes back as an event."""
        self._attempts.begin(order)
        (action,) = orders.to_actions(order)
        self._send(action, partial(self._placed, order.leg))

    def _placed(self, leg: LegId, outcome: Message | AmiError) -> None:
        if _never_done(outcome) and (told := self._attempts.unsent(leg)):
            self._post(told)

    def _order(self, order: orders.Order) -> None:
        on_reply = self._on_reply(order)
        for action in orders.to_actions(order):
            if action["Action"] == "Redirect":
                self._redirects.send(action, on_reply or _nothing)
            else:
                self._send(action, on_reply)

    def _send(self, action: Headers, on_reply: Callable[[Message | AmiError], None] | None) -> None:
        if self._link is not None:
            self._link.send(action, on_reply)
        elif on_reply is not None:
            on_reply(AmiDisconnected("down", sent=False))

    def _on_reply(self, order: orders.Order) -> Callable[[Message | AmiError], None] | None:
        match order:
            case Connect():
                failed: Event = OfferFailed(
                    contact=order.contact, phone=order.phone, cause="unsent"
                )
            case CallBack() | CallSupervisor() | CallAgain():
                failed = callbacks.failed(order, "unsent")
            case Consult() | SendOutside():
                failed = PartyEnded(contact=order.contact, leg=NO_LEG, cause="unsent")
            case Park() | Join():
                return self._moved
            case _:
                return None
        return partial(self._answered, failed)

    def _answered(self, failed: Event, outcome: Message | AmiError) -> None:
        """Whether the order got through. One whose outcome is unknown is left to the next look."""
        if _never_done(outcome):
            self._post(failed)

    def _moved(self, outcome: Message | AmiError) -> None:
        """A leg that could not be moved is gone, or elsewhere: see what there is. With the link
        lost, the next one begins with that."""
        if isinstance(outcome, Message) and not outcome.ok:
            self._look.set()


async def _some(link: Link, action: Headers) -> list[Message]:
    """A list that may be empty, which Asterisk calls an error."""
    try:
        return await link.collect(action)
    except AmiRefused:
        return []


def _never_done(outcome: Message | AmiError) -> bool:
    """Whether an order was refused, or never sent."""
    refused = isinstance(outcome, Message) and not outcome.ok
    return refused or (isinstance(outcome, AmiDisconnected) and not outcome.sent)


def _headers(action: Iterable[tuple[str, str]]) -> Headers:
    return dict(action)


def _nothing(_: Message | AmiError) -> None:
    """What comes of it is seen by itself."""
