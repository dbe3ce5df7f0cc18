"""The recordings that run: begun and ended on demand, paused, and what is noted beside them."""

from ccserver.core.agents import Roster
from ccserver.core.calls import Calls
from ccserver.core.claim import Wish
from ccserver.core.commands import Command
from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.parties import Tape
from ccserver.core.places import Talking
from ccserver.core.quick import replace
from ccserver.core.records import MarkKind, SaveMark
from ccserver.core.routing import Router
from ccserver.core.rules import Taping
from ccserver.core.seen import SeenCall
from ccserver.core.talk_events import (
    TalkKeyPressed,
    TapeEvent,
    TapePaused,
    TapeResumed,
    TapeStarted,
    TapeStopped,
)
from ccserver.core.talk_orders import (
    PauseRecording,
    ResumeRecording,
    StartRecording,
    StopRecording,
)
from ccserver.core.taping import is_file_of, legs_of, policy_of
from ccserver.core.timers import Agenda, Alarm
from ccserver.core.value import Consent

AUTO = "auto"
"""Who ends a pause that has lasted for as long as the rules let it."""

KEY_SECONDS = 1.0
"""Keys of one talk are noted no closer than this."""


class Tapes:
    """All recordings of talks that are under way."""

    def __init__(
        self, out: list[Command], calls: Calls, roster: Roster, router: Router, agenda: Agenda
    ) -> None:
        self._out = out
        self._calls = calls
        self._roster = roster
        self._router = router
        self._agenda = agenda

    def handle(self, now: float, event: TapeEvent) -> None:
        """Somebody does something with a recording, or presses a key in a talk."""
        match event:
            case TapeStarted(agent=name, file=file):
                self._start(now, name, file)
            case TapeStopped(agent=name):
                self._stop(now, name)
            case TapePaused(contact=contact, by=by):
                self._pause(now, contact, by)
            case TapeResumed(contact=contact, by=by):
                self._resume(now, contact, by)
            case TalkKeyPressed():
                self._note_key(now, event)

    def expire(self, now: float, contact: ContactId) -> None:
        """A recording was paused for long enough."""
        self._resume(now, contact, AUTO)

    def notice(self, contact: ContactId, queue: Queue, consent: Consent | None) -> str:
        """The prompt that this caller hears before he comes into the queue; empty: none.

        `consent`: what he said in the flow, which has not ended yet.
        """
        place = self._calls.get(contact)
        if place is None or place.call.noticed:
            return ""
        wish = Wish(consent=consent).after(place.call.wish)
        return policy_of(self._router.site, replace(place.call, wish=wish), queue, None)[1]

    # -- on demand

    def _start(self, now: float, name: AgentId, file: str) -> None:
        place = self._calls.talk_of(self._roster.get(name))
        if place is None:
            self._refuse(
                name, "record", "You have no talk that could be recorded. Wait for your next call."
            )
        elif place.tape is not None:
            self._refuse(
                name, "record", "This talk is recorded already. There is nothing more to do."
            )
        elif place.taping is not Taping.ON_DEMAND:
            self._refuse(name, "record", _NOT_YOURS[place.taping])
        elif not is_file_of(file, place.call.contact):
            self._refuse(
                name, "record", "The recording has the name of another call. Press the key again."
            )
        else:
            call = place.call
            self._out.append(StartRecording(contact=call.contact, leg=call.leg, file=file))
            self._calls.alter(replace(place, tape=Tape(file=file, since=now, agents=(name,))))
            self._mark(now, call.contact, MarkKind.TAPE_STARTED, agent=name)

    def _stop(self, now: float, name: AgentId) -> None:
        place = self._calls.talk_of(self._roster.get(name))
        if place is None or place.tape is None:
            self._refuse(name, "stop_record", "Nothing is recorded now. There is nothing to stop.")
        elif place.taping is not Taping.ON_DEMAND:
            self._refuse(
                name, "stop_record", "This talk must be recorded. Pause it while you hear a secret."
            )
        else:
            self._mark(now, place.call.contact, MarkKind.TAPE_STOPPED, agent=name)
            self._calls.end_tape(now, place)

    def _refuse(self, name: AgentId, request: str, reason: str) -> None:
        self._roster.refuse(name, request, reason)

    def _refuse_one(self, by: str, request: str, reason: str) -> None:
        """Tell whoever asked, if it was an agent: others ask by HTTP, which looks first."""
        if self._roster.get(AgentId(by)) is not None:
            self._refuse(AgentId(by), request, reason)

    # -- paused

    def _pause(self, now: float, contact: ContactId, by: str) -> None:
        """Nothing is recorded for a while. Asked again, the while begins anew."""
        place = self._calls.get(contact)
        if not isinstance(place, Talking) or place.tape is None:
            self._refuse_one(by, "pause_recording", "Nothing is recorded now. You may go on.")
            return
        if place.tape.paused_until is None:
            self._mark(now, contact, MarkKind.PAUSE, by)
        until = now + self._router.site.taping_pause_max_seconds
        self._out.append(PauseRecording(contact=contact, legs=legs_of(place), until=until))
        self._wait_until(place, place.tape, until)

    def _resume(self, now: float, contact: ContactId, by: str) -> None:
        place = self._calls.get(contact)
        tape = place.tape if isinstance(place, Talking) else None
        if not isinstance(place, Talking) or tape is None or tape.paused_until is None:
            self._refuse_one(by, "resume_recording", "No recording is paused. You may go on.")
            return
        self._mark(now, contact, MarkKind.UNPAUSE, by)
        self._out.append(ResumeRecording(contact=contact, legs=legs_of(place)))
        self._wait_until(place, tape, None)

    def _wait_until(self, place: Talking, tape: Tape, until: float | None) -> None:
        self._agenda.set((Alarm.TAPE, place.call.contact), until)
        self._calls.alter(replace(place, tape=replace(tape, paused_until=until)))

    # -- on the time line

    def _note_key(self, now: float, event: TalkKeyPressed) -> None:
        place = self._calls.get(event.contact) if event.contact else self._calls.on_leg(event.leg)
        if not isinstance(place, Talking) or place.tape is None:
            return
        tape = place.tape
        late = tape.key_at is None or now - tape.key_at >= KEY_SECONDS
        if late and tape.paused_until is None:
            agent = self._roster.at_phone(event.phone) if event.phone else None
            self._mark(now, place.call.contact, MarkKind.KEY, agent=agent)
            self._calls.note(replace(place, tape=replace(tape, key_at=now)), place.call)

    def _mark(
        self,
        now: float,
        contact: ContactId,
        kind: MarkKind,
        detail: str = "",
        *,
        agent: AgentId | None = None,
    ) -> None:
        self._out.append(SaveMark(contact=contact, at=now, kind=kind, agent=agent, detail=detail))

    # -- away and back

    def agree(self, now: float, found: SeenCall, *, known: Tape | None) -> None:
        """The switch shows what it records of this talk. `known`: what we knew of it before.

        The switch is right about what was decided before we came; else we are, and an order got
        lost.
        """
        place = self._calls.on_leg(found.leg)
        if not isinstance(place, Talking):
            return
        call, tape = place.call, place.tape
        if tape is None:
            if found.recording:
                self._out.append(StopRecording(contact=call.contact, leg=call.leg))
        elif known is None and found.paused_until is not None:
            self._wait_until(place, tape, found.paused_until)
            if found.paused_until <= now:
                self._resume(now, call.contact, AUTO)
        elif tape.paused_until is not None:
            until = tape.paused_until
            self._out.append(PauseRecording(contact=call.contact, legs=legs_of(place), until=until))
        elif found.paused_until is not None:
            self._out.append(ResumeRecording(contact=call.contact, legs=legs_of(place)))


_NOT_YOURS = {
    Taping.ALWAYS: "The rules have every such talk recorded. If this one is not, tell your"
    " supervisor.",
    Taping.NEVER: "The rules do not let this talk be recorded. Ask your supervisor why.",
}
