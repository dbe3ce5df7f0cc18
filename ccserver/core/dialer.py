"""Campaigns that call by themselves: who is called when, and what becomes of it."""

from collections.abc import Iterable

from ccserver.core.agents import Roster
from ccserver.core.attempts import BEFORE_ANSWER, Stage
from ccserver.core.calls import Calls
from ccserver.core.campaign_runs import PacerFor, Run
from ccserver.core.campaigns import (
    CampaignName,
    CampaignRules,
    CampaignState,
    LeadId,
    LeadState,
    Ledger,
)
from ccserver.core.commands import Command
from ccserver.core.desk_events import CallbackPlanned, DispositionSet
from ccserver.core.dial_events import (
    AttemptEvent,
    AttemptFound,
    CampaignEvent,
    CampaignsSet,
    DialEvent,
    LeadsBarred,
    LeadSettled,
    LeadsGiven,
    LedgersGiven,
    OffHookEvent,
    PreviewDialed,
    PreviewEvent,
)
from ccserver.core.dial_orders import ATTEMPT, ReturnLeads
from ccserver.core.events import AsteriskSeen
from ccserver.core.found_attempts import FoundAttempts
from ccserver.core.ids import AgentId, ContactId, LegId
from ccserver.core.lenders import Lenders
from ccserver.core.lines import Lines
from ccserver.core.off_hook import OffHook
from ccserver.core.outcomes import Outcomes, is_about
from ccserver.core.pacing import pacer_for as usual_pacer
from ccserver.core.pairing import Pairing
from ccserver.core.places import Leaving
from ccserver.core.placing import Placing
from ccserver.core.previews import Previews
from ccserver.core.quick import replace
from ccserver.core.retries import kept_as
from ccserver.core.routing import Router
from ccserver.core.site import OpenContact
from ccserver.core.timers import Agenda, Alarm

SKIPPED_SECONDS = 900.0
"""A lead that an agent has skipped is left alone for so long."""


class Dialer:
    """All campaigns, their hoppers and their attempts."""

    def __init__(
        self,
        out: list[Command],
        calls: Calls,
        roster: Roster,
        router: Router,
        pairing: Pairing,
        agenda: Agenda,
        pacer_for: PacerFor = usual_pacer,
    ) -> None:
        """`pacer_for` makes the pacer of each campaign that has one."""
        self._out = out
        self._calls = calls
        self._roster = roster
        self._agenda = agenda
        self._runs: dict[CampaignName, Run] = {}
        self._outcomes = Outcomes(out, roster, router)
        self._lines = Lines(out, calls, roster, pairing, self._outcomes, self._runs, agenda)
        self._previews = Previews(out, roster, agenda)
        self._off_hook = OffHook(out, roster)
        self._lenders = Lenders(calls, roster, router, self._runs)
        self._placing = Placing(
            out, agenda, self._lines, self._previews, self._outcomes, self._lenders, pacer_for
        )
        self._found = FoundAttempts(out, calls, self._lines, self._outcomes, self._runs)
        self._stirred: set[CampaignName] = set()
        """Which have to decide anew."""
        self._asterisk = False

    # -- what happens

    def handle(self, now: float, event: DialEvent) -> None:
        """One thing that happened to a campaign, an attempt or an agent who is off-hook."""
        if isinstance(event, CampaignEvent):
            self._campaign(now, event)
        elif isinstance(event, AttemptEvent):
            if (one := self._lines.get(event.contact)) is not None:
                self._stirred.add(one.rules.name)
            self._lines.tell(now, event)
        elif isinstance(event, OffHookEvent):
            self._off_hook.handle(now, event)
        else:
            self._preview(now, event)

    def _campaign(self, now: float, event: CampaignEvent) -> None:
        match event:
            case CampaignsSet(campaigns=campaigns):
                self._set_all(now, campaigns)
            case LedgersGiven(ledgers=ledgers):
                for ledger in ledgers:
                    self._know(ledger)
            case LeadsGiven():
                self._fill(now, event)
            case LeadsBarred(numbers=numbers, campaign=campaign):
                self._bar(now, campaign, numbers)
            case LeadSettled(lead=lead, campaign=campaign):
                self._settled(now, self._runs.get(campaign), lead)
            case AttemptFound():
                self._found.remember(event)

    def _know(self, ledger: Ledger) -> None:
        run = self._runs.get(ledger.campaign)
        if run is not None and not run.known:
            run.know(ledger)
            self._stirred.add(ledger.campaign)

    def _fill(self, now: float, event: LeadsGiven) -> None:
        run = self._runs.get(event.campaign)
        if run is None or not run.runs:
            self._return(event.campaign, [lead.lead for lead in event.leads])
            if run is not None:
                run.hopper.asked = False
            return
        known = self._under_way(run)
        new = run.hopper.fill(event.leads, known)
        run.hopper.answered(now, new=len(event.leads), next_at=event.next_at)
        if new or event.leads or event.next_at is None:
            self._stirred.add(event.campaign)

    def _under_way(self, run: Run) -> set[LeadId]:
        reading = self._previews.of(run.rules.name).values()
        unsaid = self._outcomes.of(run.rules.name)
        return {*run.lines.values(), *(lead.lead for lead in reading), *unsaid}

    def _bar(self, now: float, campaign: CampaignName | None, numbers: frozenset[str]) -> None:
        """Whoever has this number is looked at again in the database: he may have another."""
        for name, run in self._runs.items():
            if campaign not in (None, name):
                continue
            gone = list(run.hopper.drop_numbers(numbers))
            for agent, lead in self._previews.of(name).items():
                if lead.number in numbers:
                    gone.append(self._previews.drop(now, agent).lead)
            self._return(name, gone)

    def _settled(self, now: float, run: Run | None, lead: LeadId) -> None:
        if run is None:
            return
        run.hopper.drop(lead)
        for name, read in self._previews.of(run.rules.name).items():
            if read.lead == lead:
                self._previews.drop(now, name)
        if lead in self._under_way(run):
            run.settled.add(lead)

    def _return(self, campaign: CampaignName, leads: Iterable[LeadId]) -> None:
        if gone := tuple(leads):
            self._out.append(ReturnLeads(campaign=campaign, leads=gone))
            if (run := self._runs.get(campaign)) is not None:
                run.hopper.is_left(0.0)

    def end_leg(self, now: float, leg: LegId) -> None:
        """The switch tells of a leg's end that had been picked up."""
        if leg.startswith(ATTEMPT):
            self._lines.end_leg(now, leg)
            self._stirred.update(self._runs)

    # -- rules

    def _set_all(self, now: float, campaigns: tuple[CampaignRules, ...]) -> None:
        names = {rules.name for rules in campaigns}
        gone = [run for name, run in self._runs.items() if name not in names]
        stopped = [replace(run.rules, state=CampaignState.STOPPED) for run in gone]
        for rules in (*campaigns, *stopped):
            run = self._runs.get(rules.name)
            if run is None:
                run = self._runs[rules.name] = Run(rules)
            self._set(now, run, rules)
        for run in gone:
            if not self._under_way(run):
                del self._runs[run.rules.name]
        self._lenders.set_rules()

    def _set(self, now: float, run: Run, rules: CampaignRules) -> None:
        old, run.rules = run.rules, rules
        self._stirred.add(rules.name)
        if rules.state is not CampaignState.RUNNING:
            run.ended = False
            self._stop(now, run)
        elif run.pacer is not None and _pacing(old) != _pacing(rules):
            run.know(run.ledger())
            run.pacer = None  # a new one is hired with the next decision
        if old.state is not rules.state:
            self._placing.show(now, run)

    def _stop(self, now: float, run: Run) -> None:
        """No new calls. Those under way go on."""
        self._agenda.set((Alarm.CAMPAIGN, run.rules.name), None)
        reading = self._previews.of(run.rules.name)
        leads = [self._previews.drop(now, name).lead for name in reading]
        self._return(run.rules.name, [*run.hopper.empty(), *leads])
        run.hopper.is_left(0.0)  # whoever starts it again may have brought new ones
        if run.pacer is not None:
            self._placing.save_learned(now, run)

    def rules_changed(self) -> None:
        """Queues, agents or what dispositions mean are others now."""
        self._lenders.set_rules()

    # -- the switch

    def see(self, now: float, seen: AsteriskSeen, remembered: dict[LegId, OpenContact]) -> None:
        """The switch shows all that it has, before the calls are made to agree with it."""
        self._found.look(now, seen, remembered)
        if not self._asterisk:
            self._lenders.set_rules()
        self._asterisk = True
        self._stirred.update(self._runs)

    def lose_sight(self) -> None:
        """The link is gone: nobody is called."""
        self._asterisk = False

    # -- agents

    def _preview(self, now: float, event: PreviewEvent) -> None:
        name = event.agent
        read = self._previews.get(name)
        if read is None:
            request = "preview_dial" if isinstance(event, PreviewDialed) else "preview_skip"
            self._roster.refuse(name, request, "No lead is shown to you.")
        elif isinstance(event, PreviewDialed):
            self._dial_previewed(now, name)
        elif not self._previews.may_skip(self._runs[read.campaign].rules, name):
            reason = "You have skipped as many as you may: call this one."
            self._roster.refuse(name, "preview_skip", reason)
        else:
            self._skip(now, name)

    def _dial_previewed(self, now: float, name: AgentId) -> None:
        one = self._previews.dial(name)
        run = self._runs[one.campaign]
        if not self._placing.dial_previewed(now, run, one.lead, name):
            self._roster.release(now, name)

    def _skip(self, now: float, name: AgentId) -> None:
        one = self._previews.skip(now, name)
        kept = kept_as(one.campaign, one.lead, LeadState.RETRY, now)
        self._outcomes.put_off(
            self._runs[one.campaign], replace(kept, not_before=now + SKIPPED_SECONDS)
        )

    def disposed(self, event: DispositionSet) -> None:
        """An agent has said what came of a talk."""
        self._lines.dispose(event.contact, event.disposition)
        self._outcomes.dispose(event.contact, event.disposition)

    def agreed(self, now: float, event: CallbackPlanned) -> bool:
        """Whether a callback is another call to a lead that an agent has just talked to: then the
        campaign makes it."""
        served = (one for one in self._lines.all() if one.stage is Stage.SERVED)
        one = next((one for one in served if is_about(event, one)), None)
        one = one or self._outcomes.written_up(event)
        if one is None:
            return False
        self._outcomes.agree(self._runs[one.rules.name], one, event, now)
        return True

    # -- time

    def expire(self, now: float, alarm: Alarm, name: str) -> None:
        """A campaign's time has come to decide; or a preview's time is up, or an attempt's."""
        if alarm is Alarm.CAMPAIGN:
            self._stirred.add(CampaignName(name))
        elif (reader := self._previews.reader(ContactId(name))) is not None:
            self._dial_previewed(now, reader)
        else:
            self._lines.expire(now, ContactId(name))

    def go_on(self, now: float) -> bool:
        """Look at what calls and agents do by now, and decide. Whether that has changed any."""
        changed, moved = list(self._roster.changed), list(self._calls.moved)
        self._roster.changed.clear()
        self._calls.moved.clear()
        for contact in moved:
            if (one := self._lines.get(contact)) is not None:
                self._stirred.add(one.rules.name)
                self._lines.follow(now, one)
        if changed:
            self._off_hook.look(now, changed)
            self._outcomes.look(now, self._runs)
            for left in self._previews.look(now, changed):
                self._return(left.campaign, [left.lead.lead])
        if self._asterisk and self._runs:
            self._stirred |= self._lenders.look(now, changed)
        self._decide(now)
        return bool(self._roster.changed or self._calls.moved)

    def _decide(self, now: float) -> None:
        stirred, self._stirred = sorted(self._stirred), set()
        for name in stirred:
            run = self._runs.get(name)
            if run is not None and self._asterisk and run.runs:
                self._placing.decide(now, run)

    # -- what must always be true

    def check(self) -> None:
        """Each attempt is in one place; nobody is called twice at once."""
        self._previews.check()
        for one in self._lines.all():
            place = self._calls.get(one.contact)
            if one.stage in BEFORE_ANSWER or one.stage is Stage.MACHINE:
                assert place is None, "nobody has answered yet"
            elif one.stage is not Stage.OVER:
                assert not isinstance(place, Leaving | None), "he is on the line"
            assert one.contact in self._runs[one.rules.name].lines
        # The leg of an attempt that has its result may end after the agent's wrap-up has begun.
        over = {one.contact for one in self._lines.all() if one.stage is Stage.OVER}
        for run in self._runs.values():
            leads = [lead for contact, lead in run.lines.items() if contact not in over]
            leads += self._outcomes.of(run.rules.name)
            leads += [lead.lead for lead in self._previews.of(run.rules.name).values()]
            assert len(set(leads)) == len(leads), "no lead is under way twice"
            assert not any(run.hopper.has(lead) for lead in leads), "nor is it in the hopper"


def _pacing(rules: CampaignRules) -> tuple[object, ...]:
    """By what a pacer goes."""
    return (
        rules.mode,
        rules.ratio,
        rules.abandon,
        rules.cancel_ringing,
        rules.ring_seconds,
        rules.machine,
    )
