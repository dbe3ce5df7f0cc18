"""How many of those who answered found nobody: the same calls by each definition that is in use.

A definition is never left out beside its number: `Rate.formula` says it. Instants (`..._at`) are
seconds since 1970 UTC. Sources: 16 CFR 310.4(b)(4); Ofcom's statements of 2008 and 2010 (a calendar
day, false positives of detectors) and Annex 5 of 2015 (unknown machines among the dropped).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from ccserver.core.campaigns import ClockStart
from ccserver.core.hours import day_of

DAY_SECONDS: Final = 86_400.0
FTC_PERIOD_SECONDS: Final = 30 * DAY_SECONDS
WINDOWS_SECONDS: Final = (1800.0, 3600.0, DAY_SECONDS, 7 * DAY_SECONDS, 30 * DAY_SECONDS)
"""The rolling windows that are looked at."""

WINDOW_ANSWERS_MIN: Final = 50
"""A window with fewer answers says nothing: one abandoned call would be 2 % of it, or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A call that a person answered, or was taken for a person."""

    answered_at: float
    clock_at: float
    """The connect limit counts from here, by the campaign's rule."""
    connected_at: float | None
    """To an agent, or to the flow."""
    ended_at: float | None
    abandoned: bool
    """It was told to be so when it happened."""
    machine: bool = False
    """An agent found a machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share by one definition."""

    id: str
    title: str
    formula: str
    abandoned: float
    """A fraction where it is estimated."""
    answered: float
    from_at: float
    until_at: float

    @property
    def rate(self) -> float | None:
        """0 to 1. None: nobody answered."""
        return self.abandoned / self.answered if self.answered > 0 else None


def clock_at(
    clock: ClockStart,
    answered_at: float,
    greeting_started_at: float | None,
    greeting_ended_at: float | None,
) -> float:
    """From when the connect limit counts. A greeting that was not heard counts from the answer."""
    starts = {
        ClockStart.ANSWER: None,
        ClockStart.GREETING_START: greeting_started_at,
        ClockStart.GREETING_END: greeting_ended_at,
    }
    start = starts[clock]
    return answered_at if start is None else max(answered_at, start)


def is_compliance_abandon(live: Live, connect_seconds: float) -> bool:
    """A person whom no agent had within the limit. Who came to an agent too late counts too."""
    if live.machine:
        return False
    late = live.connected_at is not None and live.connected_at - live.clock_at > connect_seconds
    return live.abandoned or late


def is_true_abandon(live: Live, connect_seconds: float) -> bool:
    """A person who hung up before anybody was chosen for him, while there was still time."""
    if live.connected_at is not None or live.ended_at is None:
        return False
    return live.ended_at - live.clock_at <= connect_seconds


# -- by the books


def ofcom_drops(dropped: float, people: float, machines: float) -> float:
    """d' = d - d x m / (h + m): as many of the dropped were machines as of those who came to agents
    (`people` h, `machines` m). Without any of those nothing is taken off."""
    known = people + machines
    return dropped - dropped * machines / known if known else dropped


def ofcom_rate(
    dropped: float, people: float, machines: float, false_positives: float = 0.0
) -> float | None:
    """d' / (h + d'): 0 to 1; None: nobody answered.

    `false_positives`: people whom a detector took for machines and hung up on, by a reasoned
    estimate (2008): they answered, and were abandoned.
    """
    drops = ofcom_drops(dropped, people, machines) + false_positives
    return drops / (people + drops) if people + drops else None


def vicidial_rate(dropped: float, answered: float) -> float | None:
    """(DROP + XDROP) / human-answered since midnight, where the dropped are human-answered too."""
    return dropped / answered if answered else None


def ftc_periods(
    lives: Sequence[Live], connect_seconds: float, started_at: float, until_at: float
) -> list[Rate]:
    """Each successive period of 30 days from the campaign's beginning; a shorter campaign, and the
    period that goes on, up to `until_at`."""
    rates = []
    begin = started_at
    while begin < until_at:
        end = min(begin + FTC_PERIOD_SECONDS, until_at)
        rates.append(
            _rate(
                ("ftc", "FTC, 16 CFR 310.4(b)(4)", "abandoned / calls answered by a person,"
                 " per campaign, over the campaign or each successive 30 days"),
                _people(lives, begin, end), connect_seconds, begin, end,
            )
        )  # fmt: skip
        begin = end
    return rates


def ofcom_days(
    lives: Sequence[Live],
    connect_seconds: float,
    zone: str,
    false_positive_share: float | None = None,
    machines_hung_up: Sequence[float] = (),
) -> list[Rate]:
    """Each calendar day on the clock of `zone` on which somebody answered.

    `false_positive_share`: of the calls that a detector hung up on, at the instants
    `machines_hung_up`, so many were people; None: not known, and then nothing is added.
    """
    ordered = sorted(lives, key=lambda live: live.answered_at)
    hung_up = sorted(machines_hung_up)
    rates = []
    for (day, until), group in groupby(ordered, key=lambda live: day_of(live.answered_at, zone)):
        calls = tuple(group)
        dropped = sum(is_compliance_abandon(live, connect_seconds) for live in calls)
        machines = sum(live.machine for live in calls)
        wrongly = sum(day <= at < until for at in hung_up) * (false_positive_share or 0.0)
        people = len(calls) - machines - dropped
        drops = ofcom_drops(dropped, people, machines) + wrongly
        rates.append(
            Rate(
                id="ofcom",
                title="Ofcom, calendar day",
                formula="d' / (h + d'), d' = d - d x m / (h + m) + false positives",
                abandoned=drops,
                answered=people + drops,
                from_at=day,
                until_at=until,
            )
        )
    return rates


def vicidial_days(lives: Sequence[Live], connect_seconds: float, zone: str) -> list[Rate]:
    """Each day since midnight on the clock of `zone`, as VICIdial counts."""
    ordered = sorted(lives, key=lambda live: live.answered_at)
    return [
        _rate(
            ("vicidial", "VICIdial, since midnight",
             "(DROP + XDROP) / human-answered, DROP among them"),
            [live for live in calls if not live.machine],
            connect_seconds, day, until,
        )
        for (day, until), calls in groupby(
            ordered, key=lambda live: day_of(live.answered_at, zone)
        )
    ]  # fmt: skip


def whole_span(
    lives: Sequence[Live], connect_seconds: float, from_at: float, until_at: float
) -> tuple[Rate, Rate, Rate]:
    """The compliance abandon by the campaign's clock, the same with the clock from the answer, and
    the true abandon beside them."""
    people = _people(lives, from_at, until_at)
    from_answer = [
        Live(
            answered_at=live.answered_at,
            clock_at=live.answered_at,
            connected_at=live.connected_at,
            ended_at=live.ended_at,
            abandoned=live.abandoned,
        )
        for live in people
    ]
    formula = "people without an agent within {:g} s of {} / people who answered"
    return (
        _rate(
            ("compliance", "Compliance abandon", formula.format(connect_seconds, "the clock")),
            people, connect_seconds, from_at, until_at,
        ),
        _rate(
            ("compliance_from_answer", "Compliance abandon, from the answer",
             formula.format(connect_seconds, "the answer")),
            from_answer, connect_seconds, from_at, until_at,
        ),
        Rate(
            id="true",
            title="True abandon",
            formula="people who hung up by themselves before an agent was chosen, within"
            f" {connect_seconds:g} s / people who answered",
            abandoned=sum(is_true_abandon(live, connect_seconds) for live in people),
            answered=len(people),
            from_at=from_at,
            until_at=until_at,
        ),
    )  # fmt: skip


def worst_window(
    lives: Sequence[Live],
    connect_seconds: float,
    window_seconds: float,
    answers_min: int = WINDOW_ANSWERS_MIN,
) -> Rate | None:
    """Of the windows of this length that end with an answer, the one with the highest share. None:
    none has `answers_min` answers."""
    people = sorted((live for live in lives if not live.machine), key=lambda live: live.answered_at)
    worst: Rate | None = None
    first = dropped = 0
    for number, live in enumerate(people):
        dropped += is_compliance_abandon(live, connect_seconds)
        while people[first].answered_at <= live.answered_at - window_seconds:
            dropped -= is_compliance_abandon(people[first], connect_seconds)
            first += 1
        answered = number - first + 1
        if answered < answers_min:
            continue
        if worst is None or dropped * worst.answered > worst.abandoned * answered:
            worst = Rate(
                id=f"window_{window_seconds:.0f}",
                title="Worst rolling window",
                formula=f"abandoned / people who answered, within {window_seconds:g} s up to an"
                f" answer, of at least {answers_min}",
                abandoned=dropped,
                answered=answered,
                from_at=live.answered_at - window_seconds,
                until_at=live.answered_at,
            )
    return worst


def worst(rates: Iterable[Rate]) -> Rate | None:
    """The one with the highest share; None: nobody answered in any."""
    told = [(one.rate, one) for one in rates]
    return max(
        ((share, one) for share, one in told if share is not None),
        key=lambda pair: pair[0],
        default=(0.0, None),
    )[1]


def _people(lives: Iterable[Live], from_at: float, until_at: float) -> list[Live]:
    return [live for live in lives if from_at <= live.answered_at < until_at and not live.machine]


def _rate(
    words: tuple[str, str, str],
    people: Sequence[Live],
    connect_seconds: float,
    from_at: float,
    until_at: float,
) -> Rate:
    return Rate(
        id=words[0],
        title=words[1],
        formula=words[2],
        abandoned=sum(is_compliance_abandon(live, connect_seconds) for live in people),
        answered=len(people),
        from_at=from_at,
        until_at=until_at,
    )
