"""Attempts of the last run, and those whose news were lost: what the switch shows of them."""

from ccserver.core.attempts import BEFORE_ANSWER, Attempt, call_of, queue_of, saved
from ccserver.core.calls import Calls
from ccserver.core.campaign_runs import Run
from ccserver.core.campaigns import CampaignName, CampaignRules, Mode, Result
from ccserver.core.commands import Command
from ccserver.core.dial_events import AttemptAnswered, AttemptFound
from ccserver.core.dial_orders import leg_of_attempt
from ccserver.core.events import AsteriskSeen
from ccserver.core.ids import ContactId, LegId
from ccserver.core.lines import Lines
from ccserver.core.outcomes import Outcomes
from ccserver.core.places import InFlow, Waiting
from ccserver.core.quick import replace
from ccserver.core.seen import Place, SeenCall
from ccserver.core.site import OpenContact

SETTLING_SECONDS = 1.0
"""An order given so shortly before we asked may not have been carried out in what we see."""


class FoundAttempts:
    """Makes attempts agree with the switch."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        lines: Lines,
        outcomes: Outcomes,
        runs: dict[CampaignName, Run],
    ) -> None:
        self._out = out
        self._calls = calls
        self._lines = lines
        self._outcomes = outcomes
        self._runs = runs
        self._found: dict[ContactId, AttemptFound] = {}
        self._looked = False

    def remember(self, event: AttemptFound) -> None:
        """The last run had begun it. What became of it, the first look at the switch will show."""
        if not self._looked:
            self._found[event.lead.attempt] = event

    def look(self, now: float, seen: AsteriskSeen, remembered: dict[LegId, OpenContact]) -> None:
        """This is all that the switch has. Contacts that are taken over leave `remembered`."""
        there = {call.leg: call for call in seen.calls if call.place is not Place.ENDED}
        found, self._found, self._looked = self._found, {}, True
        for event in found.values():
            leg = leg_of_attempt(event.lead.attempt)
            known = remembered.get(leg)
            run = self._run(event.campaign)
            one = Attempt(
                lead=event.lead, leg=leg, rules=run.rules, placed_at=event.placed_at, counted=True,
                answered_at=event.answered_at, disposition=known.disposition if known else "",
            )  # fmt: skip
            if event.lead.lead in run.lines.values():
                self._out.append(saved(one, now, Result.LOST, ended_at=now))  # told of it twice
            elif (call := there.get(leg)) is None:
                self._lost(now, run, one)
            else:
                self._take_over(now, run, one, call, remembered.pop(leg, None))
        for one in list(self._lines.all()):
            if one.leg in there:
                self._agree(now, one, there[one.leg])
            elif one.placed_at < seen.asked_at - SETTLING_SECONDS:
                self._lines.lose(now, one)

    def _run(self, name: CampaignName) -> Run:
        """The campaign; one that is gone runs to the end of its calls."""
        if name not in self._runs:
            self._runs[name] = Run(CampaignRules(name=name))
        return self._runs[name]

    def _lost(self, now: float, run: Run, one: Attempt) -> None:
        self._out.append(saved(one, now, Result.LOST, ended_at=now))
        self._outcomes.end(run, one, Result.LOST, now)

    def _take_over(
        self, now: float, run: Run, one: Attempt, call: SeenCall, known: OpenContact | None
    ) -> None:
        """Its leg is there: it goes on."""
        self._lines.begin(now, one)
        if call.place is Place.DIALING or known is None:
            return  # if it is answered, `_agree` sees that
        since = known.segment_from
        made = call_of(one, now, known)
        place: InFlow | Waiting = InFlow(call=made, since=since)
        if one.rules.mode is not Mode.AGENTLESS:
            place = Waiting(
                call=made,
                since=since,
                queue=queue_of(one),
                queued_at=since,
                held=call.place is Place.HELD,
            )
        self._calls.begin_again(place)
        self._lines.take_over(now, replace(one, clock_at=one.answered_at), place)

    def _agree(self, now: float, one: Attempt, call: SeenCall) -> None:
        """Somebody has answered, and the word of it was lost."""
        if one.stage not in BEFORE_ANSWER or call.place is Place.DIALING:
            return
        if call.place is Place.FLOW and one.rules.mode is not Mode.AGENTLESS:
            self._lines.find_machine(now, one)
        else:
            self._lines.tell(now, AttemptAnswered(contact=one.contact, leg=one.leg, heard=""))
