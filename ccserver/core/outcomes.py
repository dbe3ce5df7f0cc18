"""What becomes of leads whose attempts are over: at once, or when the agent has said it."""

from collections.abc import Iterable
from dataclasses import dataclass

from ccserver.core.agents import Roster
from ccserver.core.attempts import Attempt
from ccserver.core.campaign_runs import Run
from ccserver.core.campaigns import OVER, CampaignName, LeadId, LeadState
from ccserver.core.commands import Command
from ccserver.core.desk_events import CallbackPlanned
from ccserver.core.dial_orders import SaveLead
from ccserver.core.ids import ContactId
from ccserver.core.quick import quick, replace
from ccserver.core.retries import after, callback, kept_as
from ccserver.core.routing import Router
from ccserver.core.work import OnCall, WrapUp


@quick
@dataclass(frozen=True, slots=True)
class Unsaid:
    """A talk that is over, of which the agent may still say what has come of it."""

    attempt: Attempt
    outcome: str


class Outcomes:
    """The ends of leads."""

    def __init__(self, out: list[Command], roster: Roster, router: Router) -> None:
        self._out = out
        self._roster = roster
        self._router = router
        self._unsaid: dict[ContactId, Unsaid] = {}

    def of(self, campaign: CampaignName) -> list[LeadId]:
        """The leads of a campaign whose agents still write up the talk."""
        everybody = self._unsaid.values()
        return [u.attempt.lead.lead for u in everybody if u.attempt.rules.name == campaign]

    def end(self, run: Run, one: Attempt, outcome: str, now: float) -> None:
        """The attempt is over. Where an agent wraps up, his word is waited for."""
        if one.connected_at is not None and one.contact in self._written_up():
            self._unsaid[one.contact] = Unsaid(one, outcome)
        else:
            self._settle(run, one, outcome, now)

    def look(self, now: float, runs: dict[CampaignName, Run]) -> None:
        """Agents have done other things: those who have written up said what they had to."""
        if not self._unsaid:
            return
        written_up = self._written_up()
        for contact in [one for one in self._unsaid if one not in written_up]:
            unsaid = self._unsaid.pop(contact)
            self._settle(runs[unsaid.attempt.rules.name], unsaid.attempt, unsaid.outcome, now)

    def dispose(self, contact: ContactId, disposition: str) -> None:
        """The agent has said, after the talk, what came of it."""
        if (unsaid := self._unsaid.get(contact)) is not None:
            attempt = replace(unsaid.attempt, disposition=disposition)
            self._unsaid[contact] = replace(unsaid, attempt=attempt)

    def written_up(self, event: CallbackPlanned) -> Attempt | None:
        """The attempt after whose talk its agent agrees on this."""
        return next((u.attempt for u in self._unsaid.values() if is_about(event, u.attempt)), None)

    def agree(self, run: Run, one: Attempt, event: CallbackPlanned, now: float) -> None:
        """The customer is to be called at an instant that was agreed: that settles the lead."""
        self._save(run, callback(run.rules, one.lead, event.at, now, event.agent))
        run.settled.add(one.lead.lead)

    def save(self, run: Run, one: Attempt, state: LeadState, now: float) -> None:
        """The lead's attempt goes on."""
        if one.lead.lead not in run.settled:
            self._out.append(kept_as(run.rules.name, one.lead, state, now))

    def put_off(self, run: Run, made: SaveLead) -> None:
        """A lead is not called now, after all."""
        self._save(run, made)

    def _settle(self, run: Run, one: Attempt, outcome: str, now: float) -> None:
        flags = dict(self._router.site.flags).get(one.disposition, frozenset())
        if one.lead.lead in run.settled:
            run.settled.discard(one.lead.lead)
            if "dnc" not in flags:  # who wants no more calls gets none, whatever was agreed
                return
        self._save(
            run,
            after(
                run.rules,
                one.lead,
                outcome,
                now,
                disposition=one.disposition,
                flags=flags,
                counted=one.counted,
            ),
        )

    def _save(self, run: Run, made: SaveLead) -> None:
        self._out.append(made)
        if made.state not in OVER:
            run.hopper.is_left(made.at if made.not_before is None else made.not_before)

    def _written_up(self) -> Iterable[ContactId]:
        works = (agent.work for agent in self._roster.all())
        return {work.contact for work in works if isinstance(work, OnCall | WrapUp)}


def is_about(event: CallbackPlanned, one: Attempt) -> bool:
    """Whether what an agent plans is another call to this lead."""
    return event.contact == one.contact or event.number == one.lead.number
