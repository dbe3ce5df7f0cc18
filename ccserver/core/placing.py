"""When a campaign places its calls, asks for leads, and has nothing left to do."""

from typing import Final

from ccserver.core.attempts import Attempt, Stage
from ccserver.core.calling_law import (
    Cap,
    caller_id,
    cap_reached,
    checks,
    failed,
    put_off_until,
    ring_seconds,
)
from ccserver.core.campaign_runs import NOTHING, PACED, PacerFor, Run
from ccserver.core.campaign_view import figures, view
from ccserver.core.campaigns import CampaignState, Check, Lead, LeadState, Mode
from ccserver.core.commands import Command
from ccserver.core.dial_orders import (
    AskLeads,
    Dial,
    EndCampaign,
    SaveLearned,
    leg_of_attempt,
)
from ccserver.core.ids import AgentId, ContactId
from ccserver.core.lenders import Lenders
from ccserver.core.lines import Lines
from ccserver.core.outcomes import Outcomes
from ccserver.core.pacer import Decision, Pacer
from ccserver.core.previews import Previews
from ccserver.core.quick import replace
from ccserver.core.retries import kept_as
from ccserver.core.timers import Agenda, Alarm

DECIDE_SECONDS: Final = 0.5
"""So often at least each campaign decides."""
SHOWN_SECONDS: Final = 1.0
LEARNED_SECONDS: Final = 300.0
ASKED_SECONDS: Final = 60.0
"""So often it is asked whether an idle agent has a lead of his own."""
LOOKED_SECONDS: Final = 1.0
"""So often at most is such an agent looked for."""
LOOKS_MAX: Final = 200
"""So many leads at most are put off in one decision."""
HOPPER_SECONDS: Final = 30.0
"""The hopper holds leads for so long at full speed, within the next two."""
HOPPER_MIN, HOPPER_MAX = 20, 1000


class Placing:
    """Decides for one campaign at a time."""

    def __init__(
        self,
        out: list[Command],
        agenda: Agenda,
        lines: Lines,
        previews: Previews,
        outcomes: Outcomes,
        lenders: Lenders,
        pacer_for: PacerFor,
    ) -> None:
        self._out = out
        self._agenda = agenda
        self._lines = lines
        self._previews = previews
        self._outcomes = outcomes
        self._lenders = lenders
        self._pacer_for = pacer_for

    def decide(self, now: float, run: Run) -> None:
        """Do what this campaign, which runs, needs now."""
        if not self._can_go_on(run):
            return
        if run.pacer is None and run.rules.mode in PACED:
            self._hire_pacer(now, run)
        self._ask(now, run)
        self._preview(now, run)
        wait = DECIDE_SECONDS
        if run.rules.mode is not Mode.PREVIEW:
            self._pace(now, run)
            if run.holds == "rate":
                wait = min(wait, 1.0 / run.rules.calls_per_second)
        self._agenda.set((Alarm.CAMPAIGN, run.rules.name), now + wait)
        self._complete(run)
        if now - run.saved_at >= LEARNED_SECONDS:
            self.save_learned(now, run)
        if now - run.shown_at >= SHOWN_SECONDS:
            self.show(now, run)

    def _can_go_on(self, run: Run) -> bool:
        rules = run.rules
        lacks = ""
        if rules.mode is Mode.AGENTLESS:
            lacks = "" if rules.flow else "It has no flow for those who answer."
        elif rules.queue is None:
            lacks = "It has no queue whose agents talk to those who answer."
        if lacks:
            self._finish(run, CampaignState.FAILED, lacks)
        return not lacks

    def _hire_pacer(self, now: float, run: Run) -> None:
        """A pacer begins, and is told of what is under way."""
        pacer = run.pacer = self._pacer_for(run.rules, run.ledger(), now)
        run.saved_at = now
        for contact in run.lines:
            if (one := self._lines.get(contact)) is not None and not one.reserved:
                _tell(pacer, now, one)
        self._lenders.set_rules()
        self._lenders.look(now, ())

    # -- leads

    def _ask(self, now: float, run: Run) -> None:
        """Ask for more leads when there are few; one question is open at a time."""
        hopper = run.hopper
        wanted = int(run.rules.calls_per_second * HOPPER_SECONDS)
        wanted = min(HOPPER_MAX, max(HOPPER_MIN, wanted))
        if hopper.asked:
            return
        agent = None
        if run.looked_at + LOOKED_SECONDS <= now and len(hopper) < 2 * wanted:
            run.looked_at = now
            agent = self._unasked(now, run)
        is_low = len(hopper) * 2 < wanted and hopper.ask_at <= now
        if not is_low and agent is None:
            return
        if agent is not None:
            run.asked_for[agent] = now
        hopper.ask()
        count = max(1, wanted - len(hopper)) if is_low else 1
        self._out.append(AskLeads(campaign=run.rules.name, count=count, agent=agent))

    def _unasked(self, now: float, run: Run) -> AgentId | None:
        """An idle agent of whom it was not asked lately whether he has leads of his own."""
        old = now - ASKED_SECONDS
        idle = self._lenders.idle(run.rules.name)
        return next((name for name in idle if run.asked_for.get(name, old) <= old), None)

    def put_off(self, now: float, run: Run, lead: Lead, why: Check) -> None:
        """This one may not be called now: it is kept when, or that it never will."""
        at = put_off_until(run.rules, lead, why, now)
        state, index = LeadState.RETRY, lead.number_index
        only_here = why.name == "caps" and cap_reached(run.rules, lead) is Cap.CAMPAIGN
        if only_here and index + 1 < lead.numbers:
            index, at = index + 1, now
        elif at is None:
            state = LeadState.INVALID if why.name == "consent" else LeadState.EXHAUSTED
        kept = kept_as(run.rules.name, lead, state, now)
        self._outcomes.put_off(run, replace(kept, not_before=at, number_index=index))

    # -- calls

    def _preview(self, now: float, run: Run) -> None:
        """Idle agents get a lead to read: in other modes only one on which they have agreed."""
        if run.rules.mode is not Mode.PREVIEW and not run.hopper.owned:
            return
        for name in self._lenders.idle(run.rules.name):
            while run.hopper.has_own(name) or (
                run.rules.mode is Mode.PREVIEW and run.hopper.for_anyone
            ):
                lead = run.hopper.take(name)
                assert lead is not None, "there is one for him"
                bad = failed(checks(run.rules, lead, now, reserved=True))
                if bad is None:
                    self._previews.show(now, run.rules, name, lead)
                    break
                self.put_off(now, run, lead, bad)

    def _pace(self, now: float, run: Run) -> None:
        left, limit = run.lines_left(now)
        if run.pacer is None:
            run.decision = Decision(place=left, cancel=(), why=NOTHING)
        else:
            run.decision = run.pacer.decide(now, left)
            for call in run.decision.cancel:
                if self._lines.cancel(now, ContactId(call)):
                    run.pacer.canceled(now, call)
        wanted = run.decision.place
        placed, closed = self._place(now, run, wanted)
        run.holds = run.decision.why.holds
        if placed < wanted:
            run.holds = closed or "hopper"
        elif wanted >= left:
            run.holds = limit

    def _place(self, now: float, run: Run, count: int) -> tuple[int, str]:
        """Call so many leads, at most, that may be called. How many, and what barred others."""
        placed, barred = 0, ""
        pacing = figures(run.decision.why) if count else ""
        for _ in range(count + LOOKS_MAX):
            lead = run.hopper.take() if placed < count else None
            if lead is None:
                break
            looks = checks(run.rules, lead, now, reserved=False)
            bad = failed(looks)
            if bad is not None:
                barred = bad.name
                self.put_off(now, run, lead, bad)
                continue
            run.spend()
            self._dial(now, run, lead, looks, pacing, None)
            placed += 1
        return placed, barred

    def dial_previewed(self, now: float, run: Run, lead: Lead, name: AgentId) -> bool:
        """Call the lead that this agent has read, and keep him for it. False: it may not be called
        any more, and is put off."""
        looks = checks(run.rules, lead, now, reserved=True)
        if (bad := failed(looks)) is not None:
            self.put_off(now, run, lead, bad)
            return False
        run.placed += 1
        self._dial(now, run, lead, looks, figures(NOTHING), name)
        return True

    def _dial(
        self,
        now: float,
        run: Run,
        lead: Lead,
        looks: tuple[Check, ...],
        pacing: str,
        agent: AgentId | None,
    ) -> None:
        rules, leg = run.rules, leg_of_attempt(lead.attempt)
        self._out.append(
            Dial(
                contact=lead.attempt,
                leg=leg,
                campaign=rules.name,
                lead=lead.lead,
                number=lead.number,
                number_index=lead.number_index,
                caller_id=caller_id(rules, lead.number),
                language=lead.language,
                ring_seconds=ring_seconds(rules),
                machine=rules.machine,
                machine_prompt=rules.machine_prompt,
                flow=rules.flow if rules.mode is Mode.AGENTLESS else "",
                goodbye=rules.abandon.prompt,
                placed_at=now,
                checks=looks,
                pacing=pacing,
                agent=agent,
            )
        )
        reserved = agent is not None
        self._lines.begin(
            now,
            Attempt(lead=lead, leg=leg, rules=rules, placed_at=now, agent=agent, reserved=reserved),
        )

    # -- the end, and what is seen

    def _complete(self, run: Run) -> None:
        name, hopper = run.rules.name, run.hopper
        if not hopper.dry or hopper or hopper.asked or run.lines:
            return
        if not (self._previews.of(name) or self._outcomes.of(name)):
            self._finish(run, CampaignState.COMPLETED, "No lead is left to be called.")

    def _finish(self, run: Run, state: CampaignState, reason: str) -> None:
        run.ended = True
        self._out.append(EndCampaign(campaign=run.rules.name, state=state, reason=reason))
        self._agenda.set((Alarm.CAMPAIGN, run.rules.name), None)

    def save_learned(self, now: float, run: Run) -> None:
        """Keep what the pacer knows, for the next run of ccserver."""
        run.saved_at = now
        if run.pacer is not None:
            learned = run.pacer.learned()
            self._out.append(SaveLearned(campaign=run.rules.name, learned=learned))

    def show(self, now: float, run: Run) -> None:
        """Tell supervisors how it goes, if they do not know."""
        stages = [one.stage for contact in run.lines if (one := self._lines.get(contact))]
        seen = view(run, waiting=stages.count(Stage.WAITING), talking=stages.count(Stage.SERVED))
        if seen != run.shown:
            run.shown, run.shown_at = seen, now
            self._out.append(seen)


def _tell(pacer: Pacer, now: float, one: Attempt) -> None:
    """Let a new pacer know of a call that is under way."""
    if one.stage in (Stage.CANCELED, Stage.MACHINE, Stage.SERVED, Stage.OVER):
        return
    pacer.placed(now, one.contact)
    if one.stage is Stage.LISTENED:
        pacer.picked_up(now, one.contact)
    elif one.stage is Stage.WAITING:
        pacer.answered(now, one.contact)
