"""Redirects that came too early are sent again.

Asterisk refuses to redirect a leg that is still on its way from the redirect before: "channel not
up" (manager.c, action_redirect; seen on 22.10). That is over in a moment, but two orders for one
leg may well follow each other at once: put the caller on hold, and call a colleague.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from ccserver.ami.errors import AmiError
from ccserver.ami.wire import Headers, Message

AGAIN_SECONDS: Final = 0.05
TRIES: Final = 20
"""A leg that is not up for so long will not be: its end is told."""

OnReply = Callable[[Message | AmiError], None]


class Redirects:
    """What is on its way. One that was overtaken by a newer of the same leg is not sent again."""

    def __init__(self, send: Callable[[Headers, OnReply], None]) -> None:
        self._send = send
        self._newest: dict[str, Headers] = {}

    def send(self, action: Headers, on_reply: OnReply) -> None:
        """Send a redirect. `on_reply` is told its last outcome, exactly once."""
        self._newest |= dict.fromkeys(_legs(action), action)
        self._try(TRIES, action, on_reply)

    def _try(self, left: int, action: Headers, on_reply: OnReply) -> None:
        self._send(action, partial(self._answered, left - 1, action, on_reply))

    def _answered(
        self, left: int, action: Headers, on_reply: OnReply, outcome: Message | AmiError
    ) -> None:
        if left and _too_early(outcome):
            loop = asyncio.get_running_loop()
            loop.call_later(AGAIN_SECONDS, self._again, left, action, on_reply, outcome)
        else:
            self._over(action, on_reply, outcome)

    def _again(
        self, left: int, action: Headers, on_reply: OnReply, outcome: Message | AmiError
    ) -> None:
        if all(self._newest.get(leg) is action for leg in _legs(action)):
            self._try(left, action, on_reply)
        else:
            self._over(action, on_reply, outcome)

    def _over(self, action: Headers, on_reply: OnReply, outcome: Message | AmiError) -> None:
        for leg in _legs(action):
            if self._newest.get(leg) is action:
                del self._newest[leg]
        on_reply(outcome)


def _legs(action: Headers) -> list[str]:
    return [str(action[name]) for name in ("Channel", "ExtraChannel") if name in action]


def _too_early(outcome: Message | AmiError) -> bool:
    return isinstance(outcome, Message) and outcome.get("Message").endswith("channel not up.")
