"""Attempts under way: what the switch tells of them, and the contacts that they become."""

from collections.abc import Iterable

from ccserver.core.agents import Roster
from ccserver.core.attempts import (
    BEFORE_ANSWER,
    MESSAGE_SECONDS,
    OVERDUE_SECONDS,
    Attempt,
    Stage,
    call_of,
    clock_of,
    is_machine,
    queue_of,
    result_of,
    saved,
)
from ccserver.core.calling_law import ring_seconds
from ccserver.core.calls import Calls
from ccserver.core.campaign_runs import Run
from ccserver.core.campaigns import CampaignName, LeadState, MachineWay, Mode, Result
from ccserver.core.commands import Command, Divert, HangUp, Look
from ccserver.core.dial_events import AttemptAnswered, AttemptEnded, AttemptEvent, AttemptPickedUp
from ccserver.core.dial_orders import ATTEMPT, LeaveMessage, WalkFlow
from ccserver.core.ids import ContactId, LegId
from ccserver.core.outcomes import Outcomes
from ccserver.core.pairing import Pairing
from ccserver.core.places import InFlow, Leaving, Ringing, Talking, Waiting
from ccserver.core.quick import replace
from ccserver.core.retries import HUNG_UP
from ccserver.core.rules import Way
from ccserver.core.seen import EndedBy
from ccserver.core.timers import Agenda, Alarm
from ccserver.core.work import Previewing

SOON_SECONDS = 0.001
"""A limit that is over already is looked at when those who are free have been asked."""
IN_HAND_SECONDS = 1.0
"""So long after its order the switch has joined an agent who is off-hook, or never will."""


class Lines:
    """All attempts, each in one stage."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        roster: Roster,
        pairing: Pairing,
        outcomes: Outcomes,
        runs: dict[CampaignName, Run],
        agenda: Agenda,
    ) -> None:
        self._out = out
        self._calls = calls
        self._roster = roster
        self._pairing = pairing
        self._outcomes = outcomes
        self._runs = runs
        self._agenda = agenda
        self._all: dict[ContactId, Attempt] = {}

    def get(self, contact: ContactId) -> Attempt | None:
        """The attempt, if it is under way."""
        return self._all.get(contact)

    def all(self) -> Iterable[Attempt]:
        """Every attempt under way."""
        return self._all.values()

    # -- before an answer

    def begin(self, now: float, one: Attempt) -> None:
        """An attempt goes out, or is found on its way."""
        run = self._runs[one.rules.name]
        self._all[one.contact] = one
        run.lines[one.contact] = one.lead.lead
        if run.pacer and not one.reserved:
            run.pacer.placed(now, one.contact)
        self._watch(one, now + ring_seconds(one.rules) + OVERDUE_SECONDS)

    def cancel(self, now: float, contact: ContactId) -> bool:
        """It has rung long enough, and nobody would be free. Whether it was ringing still."""
        one = self._all.get(contact)
        if one is None or one.stage is not Stage.RINGING:
            return False
        self._out.append(HangUp(contact=contact, leg=one.leg))
        self._put(replace(one, stage=Stage.CANCELED))
        self._watch(one, now + OVERDUE_SECONDS)
        return True

    def tell(self, now: float, event: AttemptEvent) -> None:
        """What the switch says of an attempt."""
        one = self._all.get(event.contact)
        if one is None or one.leg != event.leg:
            return
        match event:
            case AttemptPickedUp() if one.stage is Stage.RINGING:
                run = self._runs[one.rules.name]
                if run.pacer and not one.reserved:
                    run.pacer.picked_up(now, one.contact)
                self._put(replace(one, stage=Stage.LISTENED, answered_at=now))
            case AttemptAnswered() if one.stage in BEFORE_ANSWER:
                self._answered(now, one, event)
            case AttemptEnded(cause="hung_up") if one.stage in BEFORE_ANSWER:
                self._hung_up(now, one)
            case AttemptEnded(cause=cause) if one.stage in BEFORE_ANSWER or (
                one.stage is Stage.MACHINE
            ):
                self._unanswered(now, one, result_of(one, cause))
            case AttemptEnded() if self._calls.get(one.contact) is None:
                self._forget(one)
            case _:
                pass

    def _unanswered(self, now: float, one: Attempt, result: Result) -> None:
        """Nobody was reached."""
        run = self._runs[one.rules.name]
        if run.pacer and not one.reserved and one.stage in (Stage.RINGING, Stage.LISTENED):
            run.pacer.ended(now, one.contact)
        message = one.rules.machine_prompt if _hears_message(one, result) else ""
        self._end(now, one, result, result, message=message)
        self._forget(one)

    def end_leg(self, now: float, leg: LegId) -> None:
        """A leg that had been picked up is over. Of a contact, others know what to do."""
        contact = ContactId(leg.removeprefix(ATTEMPT))
        if self._calls.get(contact) is None:
            self.tell(now, AttemptEnded(contact=contact, leg=leg, cause="hung_up"))

    def _hung_up(self, now: float, one: Attempt) -> None:
        """It was picked up, and is over before it is known by whom."""
        at = now if one.answered_at is None else one.answered_at
        one = replace(one, answered_at=at, clock_at=at)
        if one.stage is Stage.CANCELED:
            self._count_answer(now, one)
            self._abandon(now, one)
            self._forget(one)
        else:
            self._gone_early(now, one)

    def _gone_early(self, now: float, one: Attempt) -> None:
        """A person has hung up while he was listened to: he answered, and was not abandoned."""
        self._count_answer(now, one)
        run = self._runs[one.rules.name]
        if run.pacer and not one.reserved:
            run.pacer.connected(now, one.contact)
        self._end(now, one, Result.HUMAN, HUNG_UP)
        self._forget(one)

    # -- the answer

    def _answered(self, now: float, one: Attempt, event: AttemptAnswered) -> None:
        picked_up, clock_at = clock_of(one, event, now)
        heard = f"{event.heard} {event.cause}".strip()
        one = replace(one, answered_at=picked_up, clock_at=clock_at, heard=heard)
        if is_machine(one, event.heard):
            self._machine(now, one)
        elif event.heard == "hangup":
            self._gone_early(now, one)
        else:
            self._person(now, one)

    def _machine(self, now: float, one: Attempt) -> None:
        run, contact = self._runs[one.rules.name], one.contact
        run.machines += 1
        if run.pacer and not one.reserved and one.stage is not Stage.CANCELED:
            run.pacer.ended(now, contact)
        if one.rules.machine is MachineWay.MESSAGE:
            prompt = one.rules.machine_prompt
            self._out.append(LeaveMessage(contact=contact, leg=one.leg, prompt=prompt))
        else:
            self._out.append(HangUp(contact=contact, leg=one.leg))
        one = replace(self._let_go(now, one), stage=Stage.MACHINE)
        self._put(one)
        self._out.append(saved(one, now))
        self._watch(one, now + MESSAGE_SECONDS)

    def _person(self, now: float, one: Attempt) -> None:
        canceled = one.stage is Stage.CANCELED
        self._count_answer(now, one)
        if canceled:
            # Our word to hang up crosses with his: he finds nobody, and by our doing.
            self._abandon(now, one)
            return
        one = replace(one, stage=Stage.WAITING)
        self._put(one)
        self._out.append(saved(one, now))
        if one.rules.mode is Mode.AGENTLESS:
            self._walk(now, one)
            return
        waiting = self.waiting(now, one)
        self._calls.begin_outbound(waiting, one.leg)
        self._calls.look_up(waiting.call)
        agent = self._roster.get(one.agent) if one.agent else None
        if agent is not None and agent.work == Previewing(one.contact):
            # Who is kept for him is there: no limit sends him away while a phone rings.
            self._watch(one, None)
            self._pairing.offer(now, waiting, agent.profile.agent, agent.profile.phone)
        else:
            self._watch(one, max(one.limit_at, now + SOON_SECONDS))

    def _walk(self, now: float, one: Attempt) -> None:
        call = call_of(one, now)
        self._calls.begin_outbound(InFlow(call=call, since=now), one.leg)
        self._calls.look_up(call)
        self._out.append(WalkFlow(contact=one.contact, leg=one.leg, flow=one.rules.flow))
        self._connected(now, one, now)

    def waiting(self, now: float, one: Attempt) -> Waiting:
        """The place of the person who has answered."""
        queue, call = queue_of(one), call_of(one, now)
        return Waiting(call=call, since=now, queue=queue, queued_at=now, held=True)

    def find_machine(self, now: float, one: Attempt) -> None:
        """A machine hears our message."""
        self._put(replace(one, stage=Stage.MACHINE))
        self._watch(one, now + MESSAGE_SECONDS)

    def take_over(self, now: float, one: Attempt, place: InFlow | Waiting) -> None:
        """A person of the last run is on the line still, at this place."""
        self._count_answer(now, one)
        served = isinstance(place, InFlow)
        self._put(replace(one, stage=Stage.WAITING))
        if served:
            self._connected(now, one, now)
        else:
            self._watch(one, max(one.limit_at, now + SOON_SECONDS))

    # -- the contact

    def follow(self, now: float, one: Attempt) -> None:
        """The contact that an attempt has become is in another place."""
        place = self._calls.get(one.contact)
        if isinstance(place, Talking):
            self._talks(now, one, place)
        elif isinstance(place, Ringing):
            self._rings(now, one, place)
        elif isinstance(place, Waiting) and one.reserved and one.stage is Stage.WAITING:
            # Who was kept for him has not taken him: now he waits like the others.
            self._watch(one, now + one.rules.abandon.connect_seconds)
        elif place is None or isinstance(place, Leaving):
            self._contact_over(now, one, gone=place is None)

    def _talks(self, now: float, one: Attempt, place: Talking) -> None:
        if one.stage is Stage.WAITING:
            at = now if one.ordered_at is None else one.ordered_at
            self._connected(now, replace(one, agent=place.agent), at)

    def _rings(self, now: float, one: Attempt, place: Ringing) -> None:
        agent = self._roster.get(place.agent)
        if place.ordered and one.ordered_at is None and agent is not None and agent.off_hook:
            self._put(replace(one, ordered_at=now))

    def _connected(self, now: float, one: Attempt, at: float) -> None:
        """Since `at` an agent has him, or a flow."""
        one = replace(one, stage=Stage.SERVED, connected_at=max(at, one.answered_at or at))
        run = self._runs[one.rules.name]
        if run.pacer and not one.reserved:
            run.pacer.connected(now, one.contact)
        self._put(one)
        self._watch(one, None)
        self._out.append(saved(one, now))
        self._outcomes.save(run, one, LeadState.CONNECTED, now)

    def _contact_over(self, now: float, one: Attempt, *, gone: bool) -> None:
        if one.stage is Stage.WAITING:
            run = self._runs[one.rules.name]
            if run.pacer and not one.reserved:
                run.pacer.connected(now, one.contact)
        if one.stage is not Stage.OVER:
            outcome = Result.HUMAN if one.stage is Stage.SERVED else HUNG_UP
            self._end(now, one, Result.HUMAN, outcome)
        if gone:
            self._forget(one)

    def dispose(self, contact: ContactId, disposition: str) -> None:
        """An agent has said in the talk what came of it."""
        if (one := self._all.get(contact)) is not None:
            self._put(replace(one, disposition=disposition))

    # -- time

    def expire(self, now: float, contact: ContactId) -> None:
        """The connect limit is over, or the switch owes news."""
        one = self._all[contact]
        if one.stage is not Stage.WAITING:
            self._out.append(Look())
            self._watch(one, now + OVERDUE_SECONDS)
        elif one.ordered_at is not None and now < one.ordered_at + IN_HAND_SECONDS:
            self._watch(one, one.ordered_at + IN_HAND_SECONDS)
        else:
            self._abandon(now, one)

    def _abandon(self, now: float, one: Attempt) -> None:
        """A person answered, and nobody was there in time: he is told who has called."""
        run, place = self._runs[one.rules.name], self._calls.get(one.contact)
        run.count_abandoned(now)
        if run.pacer and not one.reserved:
            run.pacer.abandoned(now, one.contact)
        message = ""
        if isinstance(place, Waiting | Ringing):
            message = one.rules.abandon.prompt
            self._divert(now, place, message)
        self._end(now, one, Result.ABANDONED, Result.ABANDONED, message=message)
        if place is None:
            self._watch(one, now + OVERDUE_SECONDS)

    def _divert(self, now: float, place: Waiting | Ringing, prompt: str) -> None:
        call = place.call
        self._out.append(
            Divert(
                contact=call.contact,
                leg=call.leg,
                way=Way.ANNOUNCEMENT,
                prompt=prompt,
                queue=call.queue,
            )
        )
        self._pairing.end(now, place, EndedBy.SYSTEM, "abandoned")

    # -- keeping it whole

    def lose(self, now: float, one: Attempt) -> None:
        """The switch does not know its leg any more."""
        if one.stage in BEFORE_ANSWER or one.stage is Stage.MACHINE:
            lost = Result.CANCELED if one.stage is Stage.CANCELED else Result.LOST
            self._unanswered(now, one, Result.MACHINE if one.stage is Stage.MACHINE else lost)
        elif self._calls.get(one.contact) is None:
            self._forget(one)

    def _count_answer(self, now: float, one: Attempt) -> None:
        run = self._runs[one.rules.name]
        run.count_answer(now)
        if run.pacer and not one.reserved:
            if one.stage is Stage.CANCELED:  # the pacer has forgotten it
                run.pacer.placed(now, one.contact)
            run.pacer.answered(now, one.contact)

    def _end(
        self, now: float, one: Attempt, result: Result, outcome: str, *, message: str = ""
    ) -> None:
        """The attempt has its one result."""
        one = replace(self._let_go(now, one), stage=Stage.OVER)
        self._put(one)
        self._watch(one, None)
        self._out.append(saved(one, now, result, ended_at=now, message=message))
        self._outcomes.end(self._runs[one.rules.name], one, outcome, now)

    def _let_go(self, now: float, one: Attempt) -> Attempt:
        """Whoever was kept for it in vain is free."""
        agent = self._roster.get(one.agent) if one.agent else None
        if agent is not None and agent.work == Previewing(one.contact):
            self._roster.release(now, agent.profile.agent)
        return one

    def _put(self, one: Attempt) -> None:
        self._all[one.contact] = one

    def _forget(self, one: Attempt) -> None:
        del self._all[one.contact]
        del self._runs[one.rules.name].lines[one.contact]
        self._watch(one, None)

    def _watch(self, one: Attempt, until: float | None) -> None:
        self._agenda.set((Alarm.ATTEMPT, one.contact), until)


def _hears_message(one: Attempt, result: Result) -> bool:
    return result is Result.MACHINE and one.rules.machine is MachineWay.MESSAGE
