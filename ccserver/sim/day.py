"""One simulated day, from its scenario to what became of everyone."""

from dataclasses import dataclass

from ccserver.core.ids import AgentId
from ccserver.sim.contacts import Contact
from ccserver.sim.scenario import Scenario
from ccserver.sim.stage import Shift, Stage
from ccserver.sim.world import Note, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What became of everyone on one day."""

    scenario: Scenario
    policy: str
    seed: int
    contacts: list[Contact]
    shifts: dict[AgentId, Shift]
    events: int
    """How many the center handled."""
    decisions: int
    """How often it gave a caller to an agent."""


def run(
    scenario: Scenario,
    policy: str = "",
    seed: int = 1,
    *,
    note: Note | None = None,
    stage: Stage | None = None,
) -> Day:
    """Live one day. The same arguments give the same day.

    `policy` takes the place of those that the scenario names; `note` hears of every event; `stage`
    is not drawn from the scenario, but given.
    """
    world = World(scenario, policy=policy, seed=seed, note=note, stage=stage)
    world.live()
    return Day(
        scenario=scenario,
        policy=policy or scenario.policy,
        seed=seed,
        contacts=world.contacts,
        shifts=world.shifts,
        events=world.events,
        decisions=sum(contact.offers for contact in world.contacts),
    )
