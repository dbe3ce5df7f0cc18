"""The past once more, through the same center: as it was run, and as it might have been."""

from dataclasses import dataclass, replace

from ccserver.core.ids import AgentId, Queue
from ccserver.core.rules import Skills
from ccserver.core.value import Tier
from ccserver.sim.day import Day, run
from ccserver.sim.figures import Figures, figures
from ccserver.sim.past import Past, TierPatience, as_it_was, patience_by_tier, scenario_of, stage_of
from ccserver.sim.site import phone_of
from ccserver.sim.stage import Shift, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What was, what the same rules give for the same callers, and what other rules would."""

    patience: dict[Tier, TierPatience]
    happened: Figures
    """As the history has it."""
    again: Figures
    """The recorded rules and staffing: what differs from the history is the model's error."""
    changed: Figures | None
    """Another policy or staffing. None: none was asked for."""
    agents: int
    """Who were at work."""
    agents_changed: int


def replayed(past: Past, *, policy: str = "", agents: int | None = None, seed: int = 1) -> Replay:
    """Live the window again; and with another policy or number of agents, if they are given.

    Raises NothingToReplayError.
    """
    laws = patience_by_tier(past.visits)
    scenario = scenario_of(past)
    contacts, shifts = as_it_was(past)
    happened = Day(
        scenario=scenario,
        policy="",
        seed=seed,
        contacts=contacts,
        shifts=shifts,
        events=0,
        decisions=0,
    )
    again = run(scenario, seed=seed, stage=stage_of(past, laws, seed=seed))
    changed = None
    if policy or agents is not None:
        stage = under(stage_of(past, laws, seed=seed), policy)
        stage = stage if agents is None else resized(stage, agents)
        changed = figures([run(scenario, policy, seed, stage=stage)])
    return Replay(
        patience=laws,
        happened=figures([happened]),
        again=figures([again]),
        changed=changed,
        agents=len(shifts),
        agents_changed=len(shifts) if agents is None else agents,
    )


def under(stage: Stage, policy: str) -> Stage:
    """The same day with this policy in every queue."""
    if not policy:
        return stage
    queues = tuple(replace(queue, policy=policy) for queue in stage.opening.queues)
    return replace(stage, opening=replace(stage.opening, queues=queues))


def resized(stage: Stage, agents: int) -> Stage:
    """The same day with so many agents at work: some stay at home, or come twice.

    They are taken evenly out of all, in the order of what they know and how long they are there,
    so that the mix of skills and of shifts stays.
    """
    profiles = {profile.agent: profile for profile in stage.opening.agents}

    def kind(name: AgentId) -> tuple[list[Queue], Skills, float, AgentId]:
        profile, there = profiles[name], stage.shifts[name].staffed_s
        return sorted(profile.queues), profile.skills, there, name

    names = sorted(stage.shifts, key=kind)
    if agents < len(names):
        away = _evenly(names, len(names) - agents)
        kept = {name: shift for name, shift in stage.shifts.items() if name not in away}
        return replace(stage, shifts=kept)
    shifts = dict(stage.shifts)
    times, rest = divmod(agents - len(names), len(names))
    for n, twin in enumerate([*names * times, *_evenly(names, rest)]):
        name = AgentId(f"{twin}+{n // len(names) + 1}")
        profiles[name] = replace(profiles[twin], agent=name, phone=phone_of(name))
        shifts[name] = Shift(stage.shifts[twin].group, stage.shifts[twin].stretches)
    opening = replace(stage.opening, agents=tuple(profiles.values()))
    return replace(stage, opening=opening, shifts=shifts)


def _evenly(names: list[AgentId], wanted: int) -> list[AgentId]:
    return [names[(2 * n + 1) * len(names) // (2 * wanted)] for n in range(wanted)]
