"""Stories of campaigns, in a few words each."""

from typing import Any, TypeVar

from ccserver.core.campaigns import (
    AbandonRules,
    CampaignName,
    CampaignRules,
    CampaignState,
    Lead,
    LeadId,
    LeadState,
    Ledger,
    Mode,
    Result,
    RetryRule,
)
from ccserver.core.commands import Command
from ccserver.core.dial_events import (
    AttemptAnswered,
    AttemptEnded,
    CampaignsSet,
    LeadsGiven,
    LedgersGiven,
    OffHookChosen,
    OffHookUp,
)
from ccserver.core.dial_orders import (
    AskLeads,
    CallOffHook,
    Dial,
    SaveAttempt,
    SaveLead,
    leg_of_attempt,
)
from ccserver.core.events import CallAnswered, CallEnded
from ccserver.core.ids import AgentId, ContactId
from ccserver.core.quick import replace
from tests.core.stories import ANNA, PHONES, SALES, Story

DRIVE = CampaignName("drive")
C = TypeVar("C", bound=Command)
RULES = CampaignRules(
    name=DRIVE,
    state=CampaignState.RUNNING,
    mode=Mode.PROGRESSIVE,
    queue=SALES,
    retries=(
        RetryRule(result="busy", tries_max=3, delay_seconds=600.0),
        RetryRule(result="no_answer", tries_max=2, delay_seconds=3600.0, next_number=True),
        RetryRule(result="abandoned", tries_max=1, delay_seconds=86_400.0),
    ),
)


def ledger(campaign: CampaignName = DRIVE) -> Ledger:
    """A campaign that has done nothing yet."""
    return Ledger(campaign=campaign, answered=0, abandoned=0, recent=())


def lead(number: int, **more: Any) -> Lead:
    """A lead whose attempt is `a<number>`."""
    made = Lead(
        lead=LeadId(number), attempt=ContactId(f"a{number}"), number=f"+8613{number}", zone=""
    )
    return replace(made, **more)


class Drive:
    """A story in which a campaign runs."""

    def __init__(self, story: Story | None = None, rules: CampaignRules = RULES) -> None:
        self.story = story or Story()
        self.rules = rules
        self.set()
        self.story.tell(LedgersGiven(ledgers=(ledger(rules.name),)))

    def set(self, *others: CampaignRules, **changes: Any) -> list[Command]:
        """The campaign is run so from now on."""
        self.rules = replace(self.rules, **changes)
        return self.story.tell(CampaignsSet(campaigns=(self.rules, *others)))

    def give(self, *leads: Lead, next_at: float | None = None) -> list[Command]:
        """The hopper is filled."""
        given = LeadsGiven(campaign=self.rules.name, leads=leads, next_at=next_at)
        return self.story.tell(given)

    def off_hook(self, agent: AgentId = ANNA) -> None:
        """The agent is ready, and off-hook."""
        self.story.ready(agent)
        (called,) = only(self.story.tell(OffHookChosen(agent=agent, on=True)), CallOffHook)
        self.story.tell(OffHookUp(phone=called.phone, leg=called.leg))

    def answer(
        self, number: int, heard: str = "", *, after: float = 0.0, **more: Any
    ) -> list[Command]:
        """Somebody picks up."""
        contact = ContactId(f"a{number}")
        event = AttemptAnswered(contact=contact, leg=leg_of_attempt(contact), heard=heard)
        return self.story.tell(replace(event, **more), after=after)

    def end(self, number: int, cause: str, *, after: float = 0.0) -> list[Command]:
        """Nobody does."""
        contact = ContactId(f"a{number}")
        event = AttemptEnded(contact=contact, leg=leg_of_attempt(contact), cause=cause)
        return self.story.tell(event, after=after)

    def talk(self, number: int, agent: AgentId = ANNA, *, after: float = 0.0) -> list[Command]:
        """The agent has the customer."""
        talked = CallAnswered(contact=ContactId(f"a{number}"), phone=PHONES[agent], recording="r")
        return self.story.tell(talked, after=after)

    def hang_up(self, number: int, *, after: float = 0.0) -> list[Command]:
        """The customer's leg ends."""
        ended = CallEnded(leg=leg_of_attempt(ContactId(f"a{number}")), cause=16)
        return self.story.tell(ended, after=after)

    # -- what was ordered

    def dialed(self) -> list[int]:
        """The leads that were called, in order."""
        return [one.lead for one in only(self.story.told, Dial)]

    def asked(self) -> list[AskLeads]:
        """The questions for leads."""
        return only(self.story.told, AskLeads)

    def results(self) -> list[tuple[int, Result]]:
        """(lead, result) of each attempt that has one."""
        kept = only(self.story.told, SaveAttempt)
        return [(one.lead, one.result) for one in kept if one.result is not None]

    def attempt(self, number: int) -> SaveAttempt:
        """What was last kept of the attempt at this lead."""
        return [one for one in only(self.story.told, SaveAttempt) if one.lead == number][-1]

    def lead(self, number: int) -> SaveLead:
        """What was last kept of this lead."""
        return [one for one in only(self.story.told, SaveLead) if one.lead == number][-1]

    def states(self, number: int) -> list[LeadState]:
        """All states of this lead that were kept."""
        return [one.state for one in only(self.story.told, SaveLead) if one.lead == number]


def only(commands: list[Command], kind: type[C]) -> list[C]:
    """Those of this kind."""
    return [command for command in commands if isinstance(command, kind)]


PATIENT = AbandonRules(connect_seconds=5.0)
