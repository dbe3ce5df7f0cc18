"""What a waiting caller can say for himself when agents are given out."""

from dataclasses import dataclass

from ccserver.core.ids import AgentId, ContactId, Queue
from ccserver.core.quick import quick, replace
from ccserver.core.rules import Consent, Skills
from ccserver.core.value import Tier


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the flow asks of routing for this caller."""

    agent: AgentId | None = None
    """The one agent whom the caller asked for."""
    urgent: bool = False
    """An emergency: goes before all who are none."""
    skills: Skills = ()
    """What the agent must know beside what the queue requires, until its first step of `relax`."""
    boost: float = 0.0
    """Added to the customer's value, 0 to 1, for routing only."""
    consent: Consent | None = None
    """What the caller said in the flow about being recorded: goes before what the customer's record
    says."""

    def elsewhere(self) -> "Wish":
        """What holds in the queue into which the caller overflows."""
        # An emergency is one everywhere, and so is what the caller is worth. The skills were asked
        # for beside those of a queue that he has left: no one in the other may have them, and he
        # was sent on so that someone would serve him. The one agent had his time in the first.
        return replace(self, agent=None, skills=())

    def handed_on(self) -> "Wish":
        """What holds when an agent hands the caller on: only what the caller said of himself."""
        return Wish(consent=self.consent)

    def after(self, before: "Wish") -> "Wish":
        """The wish of a later flow: what the caller has said does not have to be said again."""
        return self if self.consent is not None else replace(self, consent=before.consent)


NO_WISH = Wish()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a waiting caller can say for himself."""

    contact: ContactId
    queue: Queue
    tier: Tier
    value: float
    """The customer's and what the flow added to it: 0 to 2."""
    queued_at: float
    language: str = ""
    region: str = ""
    last_agent: AgentId | None = None
    """Who talked to the customer last, if that still counts."""
    agent: AgentId | None = None
    """The one agent whom the caller asked for."""
    urgent: bool = False
    skills: Skills = ()
    """Required beside the queue's."""
