"""The figures of queues, agents and teams: what each is called, its formula, and how it is counted.

A call counts in the interval in which it came: a visit to a queue by when the caller joined it, an
agent's by when the agent was first given that contact. What follows (the wait, the talk, the
wrap-up) counts there too, however late it ends. Figures are made of visits that have ended:
whoever still waits is counted, at his arrival, once he has left.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from ccserver.core.records import QueueExit

REPEAT_DAYS: Final = (1, 7, 30)

REASONS: Final = (
    *(
        exit_.value
        for exit_ in QueueExit
        if exit_ not in (QueueExit.ANSWERED, QueueExit.ABANDONED, QueueExit.SHORT_ABANDONED)
    ),
    "missed",
)
"""How a call can flow out. `missed`, of agents: the offer was not taken, and the caller waited on.
"""

SHARES: Final = (0.5, 0.9, 0.95)
"""The percentiles of waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted. Durations are whole milliseconds, so that sums are exact."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    """Without the short ones."""
    short_abandoned: int = 0
    flowed_out: Mapping[str, int] = field(default_factory=dict)
    """Reason -> how many."""
    answered_in_time: int = 0
    abandoned_in_time: int = 0
    """Within the target, the short ones too."""
    callbacks_in_time: int = 0
    answer_wait_ms: int = 0
    abandon_wait_ms: int = 0
    """Without the short ones."""
    handled: int = 0
    """Contacts in which somebody talked to the customer."""
    transferred: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    resolved: tuple[int, ...] = (0,) * len(REPEAT_DAYS)
    """For each of `REPEAT_DAYS`: resolved contacts whose days are over."""
    resolved_once: tuple[int, ...] = (0,) * len(REPEAT_DAYS)
    """Those of them without a repeat."""
    logged_in_ms: int = 0
    idle_ms: int = 0
    busy_ms: int = 0
    paused_ms: int = 0
    waits_ms: tuple[int | None, ...] = (None,) * len(SHARES)
    """The percentiles: no sum can tell them, so a sum has none."""

    def __add__(self, other: "Counts") -> "Counts":
        """Both together; percentiles are lost."""
        reasons = {*self.flowed_out, *other.flowed_out}
        return Counts(
            offered=self.offered + other.offered,
            answered=self.answered + other.answered,
            abandoned=self.abandoned + other.abandoned,
            short_abandoned=self.short_abandoned + other.short_abandoned,
            answered_in_time=self.answered_in_time + other.answered_in_time,
            abandoned_in_time=self.abandoned_in_time + other.abandoned_in_time,
            callbacks_in_time=self.callbacks_in_time + other.callbacks_in_time,
            answer_wait_ms=self.answer_wait_ms + other.answer_wait_ms,
            abandon_wait_ms=self.abandon_wait_ms + other.abandon_wait_ms,
            handled=self.handled + other.handled,
            transferred=self.transferred + other.transferred,
            talk_ms=self.talk_ms + other.talk_ms,
            hold_ms=self.hold_ms + other.hold_ms,
            wrap_up_ms=self.wrap_up_ms + other.wrap_up_ms,
            logged_in_ms=self.logged_in_ms + other.logged_in_ms,
            idle_ms=self.idle_ms + other.idle_ms,
            busy_ms=self.busy_ms + other.busy_ms,
            paused_ms=self.paused_ms + other.paused_ms,
            flowed_out={
                one: self.flowed_out.get(one, 0) + other.flowed_out.get(one, 0)
                for one in sorted(reasons)
            },
            resolved=tuple(map(int.__add__, self.resolved, other.resolved)),
            resolved_once=tuple(map(int.__add__, self.resolved_once, other.resolved_once)),
        )


_APART = ("flowed_out", "resolved", "resolved_once", "waits_ms")
NUMBERS: Final = tuple(one.name for one in fields(Counts) if one.name not in _APART)
"""The counts that are plain numbers."""

Value = int | float | None
"""A figure; None: there is nobody yet of whom it could be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a figure is."""

    id: str
    title: str
    formula: str
    """In words."""
    variant: str = ""
    """Which of several customs it follows (vocabulary 5.4); empty: there is but one."""
    unit: str
    """`calls`, `share` (0 to 1) or `ms`."""
    of: Callable[[Counts], Value]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None


def _mean(sum_ms: int, number: int) -> int | None:
    return round(sum_ms / number) if number > 0 else None


def _gone(counts: Counts) -> int:
    return counts.abandoned + counts.short_abandoned


def _calls(id_: str, title: str, formula: str, of: Callable[[Counts], Value]) -> Definition:
    return Definition(
        id=id_, title=title, formula=formula, variant="by arrival", unit="calls", of=of
    )


def _level(id_: str, formula: str, of: Callable[[Counts], Value]) -> Definition:
    return Definition(
        id=id_, title="Service level", formula=formula, variant=id_, unit="share", of=of
    )


def _time(id_: str, title: str, formula: str, of: Callable[[Counts], Value]) -> Definition:
    return Definition(id=id_, title=title, formula=formula, unit="ms", of=of)


def _in_time(counts: Counts) -> float | None:
    return _share(counts.answered_in_time, counts.answered + counts.abandoned)


_T = "answered within T (the target of the queue and tier, as configured now)"

_OFFERED = (
    _calls(
        "offered",
        "Offered",
        "visits to the queue that began in the interval and have ended = answered + abandoned + "
        "short_abandoned + flowed_out; of agents and teams: calls given to an agent",
        lambda c: c.offered,
    ),
    _calls("answered", "Answered", "visits that an agent answered", lambda c: c.answered),
    _calls(
        "abandoned",
        "Abandoned",
        "callers who hung up while they waited, without short_abandoned; of agents: while the "
        "agent's phone rang",
        lambda c: c.abandoned,
    ),
    _calls(
        "short_abandoned",
        "Short abandons",
        "callers who hung up sooner than the queue's short_seconds after they had joined it; "
        "of agents none: they are all in abandoned",
        lambda c: c.short_abandoned,
    ),
    _calls(
        "flowed_out",
        "Flowed out",
        "visits that ended in any other way: the sum of all flowed_out_...",
        lambda c: sum(c.flowed_out.values()),
    ),
)


def _flowed_out(reason: str) -> Definition:
    what = (
        "offers that the agent did not take, after which the caller waited on"
        if reason == "missed"
        else f"visits that ended as `{reason}`"
    )
    return _calls(
        f"flowed_out_{reason}",
        f"Flowed out: {reason.replace('_', ' ')}",
        what,
        lambda c: c.flowed_out.get(reason, 0),
    )


_LEVELS = (
    Definition(
        id="service_level",
        title="Service level",
        formula=f"{_T} / (answered + abandoned); short abandons count neither way",
        variant="sl_excl_short",
        unit="share",
        of=_in_time,
    ),
    _level("sl_excl_short", f"{_T} / (answered + abandoned)", _in_time),
    _level("sl_answered", f"{_T} / answered", lambda c: _share(c.answered_in_time, c.answered)),
    _level(
        "sl_abandon_credit",
        f"({_T} + abandoned within T) / (answered + abandoned + short_abandoned)",
        lambda c: _share(c.answered_in_time + c.abandoned_in_time, c.answered + _gone(c)),
    ),
    _level(
        "sl_strict",
        f"{_T} / (answered + abandoned + short_abandoned)",
        lambda c: _share(c.answered_in_time, c.answered + _gone(c)),
    ),
    _level(
        "sl_late_abandon",
        f"{_T} / (answered + abandoned after T)",
        lambda c: _share(c.answered_in_time, c.answered + _gone(c) - c.abandoned_in_time),
    ),
    _level("sl_offered", f"{_T} / offered", lambda c: _share(c.answered_in_time, c.offered)),
    _level(
        "sl_removed",
        f"({_T} + abandoned within T + callbacks wanted within T) / offered",
        lambda c: _share(c.answered_in_time + c.abandoned_in_time + c.callbacks_in_time, c.offered),
    ),
)

_RATES = (
    Definition(
        id="abandon_rate",
        title="Abandon rate",
        formula="abandoned / (offered - short_abandoned)",
        variant="abandon_rate_excl_short",
        unit="share",
        of=lambda c: _share(c.abandoned, c.offered - c.short_abandoned),
    ),
    Definition(
        id="abandon_rate_all",
        title="Abandon rate, short ones too",
        formula="(abandoned + short_abandoned) / offered",
        variant="abandon_rate",
        unit="share",
        of=lambda c: _share(_gone(c), c.offered),
    ),
    Definition(
        id="transfer_rate",
        title="Transfer rate",
        formula="contacts in which an agent handed the customer on (to an agent, a queue or a "
        "number) / handled",
        unit="share",
        of=lambda c: _share(c.transferred, c.handled),
    ),
)


def _first_call(place: int, days: int) -> Definition:
    return Definition(
        id=f"fcr_{days}",
        title=f"First-call resolution, {days} d",
        formula=f"resolved contacts after which the same customer (the same number, where the "
        f"customer is not known) did not come to the same queue again within {days} x 24 hours "
        "/ resolved contacts whose time for that is over. Resolved: the disposition has the flag "
        "`completed`; where none was set: the call was answered. Each contact counts once, with "
        "its first visit to the queue",
        variant=f"fcr_{days}, by customer and queue",
        unit="share",
        of=lambda c: _share(c.resolved_once[place], c.resolved[place]),
    )


_WAITS = (
    _time(
        "asa_ms",
        "Average speed of answer",
        "sum of the waits of the answered / answered; a wait has in it what the caller brought "
        "along from an earlier queue",
        lambda c: _mean(c.answer_wait_ms, c.answered),
    ),
    _time(
        "abandon_ms",
        "Average time to abandon",
        "sum of the waits of the abandoned / abandoned, short ones left out",
        lambda c: _mean(c.abandon_wait_ms, c.abandoned),
    ),
)


def _percentile(place: int, share: float) -> Definition:
    percent = round(share * 100)
    return _time(
        f"wait_p{percent}_ms",
        f"Wait, {percent} %",
        f"the wait that {percent} % of the answered did not exceed (nearest rank)",
        lambda c: c.waits_ms[place],
    )


_HANDLING = (
    _calls(
        "handled",
        "Handled",
        "contacts in which an agent talked to the customer, callbacks too",
        lambda c: c.handled,
    ),
    _calls(
        "transferred",
        "Transferred",
        "handled contacts in which an agent handed the customer on",
        lambda c: c.transferred,
    ),
    _time("talk_ms", "Talk", "all talk with customers", lambda c: c.talk_ms),
    _time(
        "hold_ms",
        "Hold",
        "customers on hold, also while the agent consults somebody",
        lambda c: c.hold_ms,
    ),
    _time("wrap_up_ms", "Wrap-up", "all wrap-up", lambda c: c.wrap_up_ms),
    _time(
        "aht_ms",
        "Average handling time",
        "(talk + hold + wrap-up) / handled",
        lambda c: _mean(c.talk_ms + c.hold_ms + c.wrap_up_ms, c.handled),
    ),
    _time("att_ms", "Average talk", "talk / handled", lambda c: _mean(c.talk_ms, c.handled)),
)

_AGENTS_ONLY = "; by agent or team: one agent serves many queues at once"


def _attended(of: Callable[[Counts], int]) -> Callable[[Counts], Value]:
    """Of queues nobody's time is known."""
    return lambda c: of(c) if c.logged_in_ms else None


_PEOPLE = (
    Definition(
        id="occupancy",
        title="Occupancy",
        formula="(on call + wrap-up) / (on call + wrap-up + idle), on call with hold; idle with "
        f"ringing{_AGENTS_ONLY}",
        unit="share",
        of=lambda c: _share(c.busy_ms, c.busy_ms + c.idle_ms),
    ),
    Definition(
        id="utilisation",
        title="Utilisation",
        formula=f"(on call + wrap-up) / logged in{_AGENTS_ONLY}",
        unit="share",
        of=lambda c: _share(c.busy_ms, c.logged_in_ms),
    ),
    _time(
        "logged_in_ms",
        "Logged in",
        f"all agents{_AGENTS_ONLY}",
        _attended(lambda c: c.logged_in_ms),
    ),
    _time("paused_ms", "Paused", f"all agents{_AGENTS_ONLY}", _attended(lambda c: c.paused_ms)),
)

DEFINITIONS: Final = (
    *_OFFERED,
    *map(_flowed_out, REASONS),
    *_LEVELS,
    *_RATES,
    *(_first_call(place, days) for place, days in enumerate(REPEAT_DAYS)),
    *_WAITS,
    *(_percentile(place, share) for place, share in enumerate(SHARES)),
    *_HANDLING,
    *_PEOPLE,
)


def figures(counts: Counts) -> dict[str, Value]:
    """Every figure of these counts, in the order of `DEFINITIONS`."""
    return {one.id: one.of(counts) for one in DEFINITIONS}
