"""Which of Asterisk's events flow, as the link asks for them and manager.conf lets them through."""

from typing import Final

from ccserver.ami.wire import Headers

EVENTS: Final = (
    *("UserEvent", "DTMFEnd", "Hangup", "DialBegin", "ContactStatus", "FullyBooted"),
    "OriginateResponse",
)
"""The events that flow. `FullyBooted` must be among them: the link itself waits for it."""

KEYS_FROM: Final = "^(cc-deliver|cc-ear|cc-off-hook|cc-fallback|cc-room|cc-outside|from-agents)$"
"""The contexts in which a pressed key is told of: those of talks. In a flow it may be secret."""

NOT_OF_ATTEMPTS: Final = "^([^a]|a[^t])"
"""Campaigns' legs, of which there are many, tell nothing by DialBegin (core/dial_orders.py)."""

EVENT_CLASSES: Final = "system,call,user,dtmf"
"""The classes of those events (`Privilege` in Asterisk's words), asked for besides the filter.

Never `dialplan`: `Newexten` carries a dialplan application's arguments as they are, and with them a
caller's text could end the event and forge a whole other one (seen on 22.10).
"""

_ONLY: Final = {"DTMFEnd": ("Context", KEYS_FROM), "DialBegin": ("DestUniqueid", NOT_OF_ATTEMPTS)}


def filter_for(name: str) -> Headers:
    """What lets one kind of events through."""
    action = {"Action": "Filter", "Operation": "Add"}
    wanted = f"action(include),name({name})"
    if name not in _ONLY:
        return {**action, "MatchCriteria": wanted}
    header, pattern = _ONLY[name]
    return {
        **action,
        "MatchCriteria": f"{wanted},header({header}),method(regex)",
        "Filter": pattern,
    }
