"""Which talks are recorded, what is kept of it, and whether that is all of it."""

import re
from collections.abc import Iterator

from ccserver.core.ids import NO_LEG, AgentId, ContactId, LegId, Queue
from ccserver.core.parties import Tape
from ccserver.core.places import Call, Place, Talking
from ccserver.core.quick import replace
from ccserver.core.records import Recorded, SaveRecording
from ccserver.core.release import place as place_of
from ccserver.core.rules import Direction, SiteRules, Taping, TapingRule
from ccserver.core.talk_orders import PauseRecording
from ccserver.core.value import Consent

SHORT_SECONDS_MAX = 0.5
"""So much may be missing: what the switch tells of a talk and its sound begin and end apart."""

SHORT_SHARE_MAX = 0.01
"""So much of a long one."""

_NAME = r"\d{4}/\d\d/\d\d/(?P<contact>.+)-(?P<ms>\d{1,15})"
_FILE = re.compile(rf"{_NAME}\.raw", re.ASCII)
_MESSAGE = re.compile(rf"{_NAME}\.sln", re.ASCII)


# -- the policy


def decide(
    rules: tuple[TapingRule, ...],
    *,
    contact: ContactId,
    queue: Queue,
    agent: AgentId | None,
    direction: Direction,
    consent: Consent,
    campaign: str = "",
) -> tuple[Taping, str]:
    """Whether a talk is recorded, and the prompt that its caller hears first (empty: none).

    `agent`: None while nobody knows who will answer; rules for single agents do not fit then.
    """
    for rule in rules:
        if (
            (not rule.queues or queue in rule.queues)
            and (not rule.agents or agent in rule.agents)
            and (not rule.directions or direction in rule.directions)
            and (not rule.consents or consent in rule.consents)
            and (not rule.campaigns or campaign in rule.campaigns)
            and (rule.share >= 1.0 or place_of(contact) < rule.share)
        ):
            return rule.taping, rule.notice
    return Taping.ALWAYS, ""


def policy_of(
    site: SiteRules, call: Call, queue: Queue, agent: AgentId | None
) -> tuple[Taping, str]:
    """What the site's rules say of this caller's talk, as `decide` does."""
    return decide(
        site.taping,
        contact=call.contact,
        queue=queue,
        agent=agent,
        direction=call.direction,  # a contact is what its first call was: a callback too
        consent=consent_of(call),
        campaign=call.campaign,
    )


def consent_of(call: Call) -> Consent:
    """What the caller has said about being recorded: today, else before."""
    if call.wish.consent is not None:
        return call.wish.consent
    return call.customer.recording_consent if call.customer else Consent.UNKNOWN


# -- the files


def is_file_of(file: str, contact: ContactId) -> bool:
    """Whether a talk's recording may be called that."""
    match = _FILE.fullmatch(file)
    return match is not None and match["contact"] == contact


def message_began_at(file: str, contact: ContactId) -> float | None:
    """When a caller began to speak, from the name of what he left; None for any other text."""
    match = _MESSAGE.fullmatch(file)
    return int(match["ms"]) / 1000 if match and match["contact"] == contact else None


def begun(tape: Tape | None, now: float) -> Tape | None:
    """The tape of a talk that we come to late: it may have been begun in the middle, on demand,
    when its name says."""
    match = _FILE.fullmatch(tape.file) if tape else None
    if tape is None or match is None:
        return tape
    since = int(match["ms"]) / 1000
    return replace(tape, since=since) if tape.since < since <= now else tape


# -- a tape in a talk


def heard(place: Talking) -> Talking:
    """The tape knows all agents whom it hears now: the one of the talk, and those in the room."""
    tape = place.tape
    if tape is None:
        return place
    now_there = (place.agent, *(one.agent for one in place.others if one.answered))
    new = dict.fromkeys(one for one in now_there if one is not None and one not in tape.agents)
    return replace(place, tape=replace(tape, agents=(*tape.agents, *new))) if new else place


def consult_tape(
    place: Talking, to_agent: AgentId | None, recording: str, now: float
) -> Tape | None:
    """The tape of a consultation (`Party.tape`) that is answered now. Empty `recording`: none runs.

    It ends by itself when a `Calls.move` goes where it is not any more.
    """
    if not recording:
        return None
    agents = tuple(one for one in (place.agent, to_agent) if one is not None)
    return Tape(file=recording, since=now, agents=agents)


def still_paused(place: Talking) -> PauseRecording | None:
    """The order for a leg that is recorded from now on, while the talk's recording is paused."""
    until = place.tape.paused_until if place.tape else None
    if until is None:
        return None
    return PauseRecording(contact=place.call.contact, legs=legs_of(place), until=until)


def legs_of(place: Talking) -> tuple[LegId, ...]:
    """The legs on which something is recorded: the caller's first."""
    consulted = place.consult.leg if place.consult is not None else NO_LEG
    return (place.call.leg, consulted) if consulted else (place.call.leg,)


def ended(
    place: Talking, to: Place, at: float, *, lost_at: float | None = None
) -> Iterator[SaveRecording]:
    """The rows of the tapes that do not go on there. `lost_at`: when the switch was lost to sight.

    They end `at` this instant, or when the switch was lost.
    """
    going_on = {tape.file for tape, _ in _tapes(to)}
    call = place.call
    for tape, kind in _tapes(place):
        if tape.file not in going_on:
            yield SaveRecording(
                contact=call.contact,
                agent=tape.agents[0] if tape.agents else None,
                file=tape.file,
                started_at=tape.since,
                ended_at=max(tape.since, at if lost_at is None else min(at, lost_at)),
                kind=kind,
                agents=tape.agents,
                queue=place.queue,
                caller=call.caller,
                customer=call.customer.id if call.customer else "",
                direction=call.direction,
                disposition=call.disposition,
                cut=lost_at is not None,
            )


def _tapes(place: Place) -> Iterator[tuple[Tape, Recorded]]:
    if isinstance(place, Talking):
        if place.tape is not None:
            yield place.tape, Recorded.TALK
        if place.consult is not None and place.consult.tape is not None:
            yield place.consult.tape, Recorded.CONSULT


# -- afterwards


def fault_of(expected_seconds: float, actual_seconds: float | None, cut: bool) -> str:
    """What is wrong with a recording that should last so long: empty, `missing`, `short`, `cut`.

    `actual_seconds`: what its file holds; None: there is no file. `cut`: the switch was lost while
    it ran, so that nobody can say how long it should be.
    """
    if actual_seconds is None:
        return "missing"
    if cut:
        return "cut"
    missing = expected_seconds - actual_seconds
    tolerated = max(SHORT_SECONDS_MAX, SHORT_SHARE_MAX * expected_seconds)
    return "short" if missing > tolerated else ""
