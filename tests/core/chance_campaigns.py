"""What happens to campaigns at random: leads, answers, previews, agents who are off-hook."""

from collections.abc import Sequence
from random import Random
from typing import Any, get_args

from ccserver.core.campaigns import (
    AbandonRules,
    CampaignName,
    CampaignRules,
    CampaignState,
    Caps,
    ClockStart,
    Lead,
    LeadId,
    Ledger,
    MachineWay,
    Mode,
    RetryRule,
)
from ccserver.core.dial_events import (
    AttemptAnswered,
    AttemptEnded,
    AttemptEvent,
    AttemptFound,
    AttemptPickedUp,
    CampaignsSet,
    DialEvent,
    LeadsBarred,
    LeadSettled,
    LeadsGiven,
    LedgersGiven,
    OffHookChosen,
    OffHookDown,
    OffHookUp,
    PreviewDialed,
    PreviewSkipped,
)
from ccserver.core.dial_orders import leg_of_attempt
from ccserver.core.ids import AgentId, ContactId, LegId, Phone, Queue
from ccserver.core.rules import Hours, Opening

CAMPAIGNS = (CampaignName("drive"), CampaignName("survey"))
NIGHTS = Hours(zone="UTC", weekly=(Opening(weekday=3, from_minute=0, until_minute=18),))
CAUSES = [
    "busy", "no_answer", "congestion", "rejected", "disconnected", "failed", "unsent", "canceled",
    "hung_up",
]  # fmt: skip
KINDS: tuple[type, ...] = get_args(DialEvent)


class CampaignChance:
    """Makes up what happens to campaigns. Attempts have ids `k1`, `k2` …, each one once."""

    def __init__(
        self, random: Random, agents: Sequence[AgentId], phones: Sequence[Phone], queue: Queue
    ) -> None:
        self._random = random
        self._agents, self._phones, self._queue = agents, phones, queue
        self._made = 0

    def event(self, kind: type, now: float) -> DialEvent:
        """Something of this kind."""
        choose = self._random.choice
        agent, phone, name = choose(self._agents), choose(self._phones), choose(CAMPAIGNS)
        if kind in get_args(AttemptEvent):
            return self._of_attempt(kind)
        made: dict[type, DialEvent] = {
            LedgersGiven: LedgersGiven(
                ledgers=tuple(
                    Ledger(campaign=name, answered=9, abandoned=0, recent=((now, False),))
                    for name in CAMPAIGNS
                )
            ),
            LeadsBarred: LeadsBarred(
                numbers=frozenset({f"+86{choose('345')}"}), campaign=choose([None, name])
            ),
            LeadSettled: LeadSettled(lead=LeadId(choose([1, 2, 3])), campaign=name),
            PreviewDialed: PreviewDialed(agent=agent),
            PreviewSkipped: PreviewSkipped(agent=agent, reason=choose(["", "known"])),
            OffHookChosen: OffHookChosen(agent=agent, on=choose([True, True, False])),
            OffHookUp: OffHookUp(phone=phone, leg=LegId(f"oh-{phone}-1")),
            OffHookDown: OffHookDown(phone=phone, leg=LegId(f"oh-{phone}-1")),
        }
        if kind is CampaignsSet:
            return self.campaigns()
        if kind is LeadsGiven:
            count = choose([0, 1, 4, 4])
            leads = tuple(self._lead(name) for _ in range(count))
            next_at = choose([None, now + 0.5, now + 0.5, now + 30.0])
            return LeadsGiven(campaign=name, leads=leads, next_at=next_at)
        if kind is AttemptFound:
            answered_at = choose([None, now - 1.0])
            lead = self._lead(name)
            return AttemptFound(
                campaign=name, lead=lead, placed_at=now - 9.0, answered_at=answered_at
            )
        return made[kind]

    def campaigns(self) -> CampaignsSet:
        """All of them, or not."""
        count = self._random.choice([1, 2, 2])
        return CampaignsSet(campaigns=tuple(self._rules(name) for name in CAMPAIGNS[:count]))

    def leg(self) -> LegId:
        """The leg of an attempt that was made up lately."""
        return leg_of_attempt(self.attempt())

    def attempt(self) -> ContactId:
        """An attempt that was made up lately."""
        return ContactId(f"k{self._random.randint(max(0, self._made - 6), self._made)}")

    def _of_attempt(self, kind: type) -> DialEvent:
        choose = self._random.choice
        contact = self.attempt()
        leg = choose([leg_of_attempt(contact)] * 5 + [LegId("A")])
        if kind is AttemptPickedUp:
            return AttemptPickedUp(contact=contact, leg=leg)
        if kind is AttemptEnded:
            return AttemptEnded(contact=contact, leg=leg, cause=choose(CAUSES))
        return AttemptAnswered(
            contact=contact,
            leg=leg,
            heard=choose(["", "human", "human", "machine", "notsure", "hangup"]),
            greeting_ended_ms=choose([None, 0, 500]),
            picked_up_ms=choose([0, 900, 5000]),
        )

    def _lead(self, campaign: CampaignName) -> Lead:
        choose = self._random.choice
        self._made += 1
        first = 0 if campaign == CAMPAIGNS[0] else 10
        return Lead(
            lead=LeadId(first + self._random.randint(1, 6)),
            attempt=ContactId(f"k{self._made}"),
            number=f"+86{choose('123456')}",
            zone=choose(["", "UTC", "Asia/Shanghai"]),
            customer=choose(["", "7"]),
            tries=choose([0, 0, 1, 1, 5, 6]),
            numbers=choose([1, 2]),
            number_tries_day=choose([0, 0, 0, 0, 0, 3]),
            number_tries_24h=choose([0, 0, 0, 0, 0, 3]),
            number_tries_campaign=choose([0, 0, 0, 0, 0, 2]),
            consent=choose([True, True, True, True, True, False]),
            locked_until=choose([0.0, 0.0, 0.0, 0.0, 1e6]),
            agent=choose([*(9 * [None]), *self._agents]),
        )

    def _rules(self, name: CampaignName) -> CampaignRules:
        choose = self._random.choice
        states = [*(12 * [CampaignState.RUNNING]), CampaignState.PAUSED, CampaignState.STOPPED]
        return CampaignRules(
            name=name,
            state=choose(states),
            mode=choose(list(Mode)),
            queue=choose([*(9 * [self._queue]), None]),
            off_hook=choose([False, False, True]),
            lines_max=choose([1, 2, 10]),
            calls_per_second=choose([0.5, 10.0]),
            machine=choose(list(MachineWay)),
            flow=choose(["", "asked", "asked", "asked"]),
            windows=choose([None, None, NIGHTS]),
            caps=Caps(per_number_campaign=choose([0, 2])),
            retries=choose([(), (RetryRule(result="busy", tries_max=2, delay_seconds=60.0),)]),
            abandon=AbandonRules(connect_seconds=choose([2.0, 5.0]), clock=choose([*ClockStart])),
            preview_seconds=choose([0.0, 20.0]),
            skips_max=choose([0, 2]),
            spare_agents=choose([0, 0, 1]),
            weight=choose([1.0, 2.0]),
        )


def only_campaigns(kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    """Mostly of campaigns."""
    often = (AttemptAnswered, AttemptPickedUp, AttemptEnded, LeadsGiven)
    rest = tuple(kind for kind in KINDS if kind is not CampaignsSet)
    return (*(3 * kinds), *(24 * often), *(2 * rest), CampaignsSet)
