"""`ccserver replay`: past traffic under another policy or staffing."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.cli.terminal import console, in_database
from ccserver.core.policies import POLICIES
from ccserver.core.value import Tier
from ccserver.db.traffic import at_work, center_at, visits
from ccserver.local.sitefile import with_site
from ccserver.settings import Settings
from ccserver.sim.figures import SERVICE_LEVEL_VARIANT, Figures, Group
from ccserver.sim.past import NothingToReplayError, Past, TierPatience
from ccserver.sim.replay import Replay, replayed

Json = dict[str, object]

HOW = (
    "Whoever gave up keeps the patience that was seen. Whoever was answered is given one drawn "
    "from the Kaplan-Meier estimate of the tier, in which who was answered counts as censored, "
    "past the wait that was borne. Callers who came to no talk are given the length of one that "
    "others had in their queue. A caller who was handed on after a talk comes as another caller, "
    "at the instant of the handing on. 'again' has the same rules and agents as the history: what "
    "differs between the two is the error of all this."
)


def replay(
    since: Annotated[
        datetime,
        typer.Option("--from", help="Local time; callers who arrived then or later."),
    ],
    until: Annotated[datetime, typer.Option("--to", help="Local time; callers before that.")],
    policy: Annotated[str, typer.Option(help="In every queue.")] = "",
    agents: Annotated[
        str, typer.Option(help="How many are at work: 40, or +3, or -2; as skilled as they were.")
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="The same seed replays the same.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Tell what would have changed if past calls had been served in another way.

    The callers of the window come again at the same instants, and the agents are there when they
    were; the center is the real one.
    """
    if policy and policy not in POLICIES:
        raise typer.BadParameter(f"no policy {policy!r}; write one of {', '.join(POLICIES)}")
    if not since < until:
        raise typer.BadParameter("--to must be later than --from")
    past = _past(since.astimezone(), until.astimezone())
    there = len({work.agent for work in past.work})
    try:
        told = replayed(past, policy=policy, agents=_agents(agents, there), seed=seed)
    except NothingToReplayError:
        console.print("In that time no agent was at work, or no caller was answered.", style="red")
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(_object(past, told, policy), indent=2, ensure_ascii=False))
    else:
        _show(told, policy)


def _past(since: datetime, until: datetime) -> Past:
    found: list[Past] = []

    async def look(session: AsyncSession) -> None:
        opening = await center_at(session, until)
        if opening is None:
            raise typer.BadParameter("the journal begins later than --to")
        found.append(
            Past(
                begins_at=since.timestamp(),
                ends_at=until.timestamp(),
                opening=opening,
                visits=sorted(
                    [visit async for visit in visits(session, since, until)],
                    key=lambda visit: visit.entered_at,
                ),
                work=await at_work(session, since, until),
            )
        )

    in_database(with_site(Settings()), look)
    return found[0]


def _agents(text: str, there: int) -> int | None:
    if not text:
        return None
    try:
        number = int(text)
    except ValueError:
        raise typer.BadParameter(f"--agents {text!r}: write 40, or +3, or -2") from None
    wanted = there + number if text[0] in "+-" else number
    if wanted < 1:
        raise typer.BadParameter(f"--agents {text}: that leaves nobody of {there}")
    return wanted


def _variants(told: Replay) -> dict[str, Figures]:
    variants = {"happened": told.happened, "again": told.again}
    return variants | ({"changed": told.changed} if told.changed else {})


# -- for programs


def _object(past: Past, told: Replay, policy: str) -> Json:
    return {
        "from": past.begins_at,
        "to": past.ends_at,
        "policy": policy or None,
        "agents": told.agents,
        "agents_changed": told.agents_changed,
        "service_level_variant": SERVICE_LEVEL_VARIANT,
        "patience": {str(tier): _law(one) for tier, one in told.patience.items()},
        "how": HOW,
        **{name: _figures(one) for name, one in _variants(told).items()},
    }


def _law(one: TierPatience) -> Json:
    median = one.law.quantile_seconds(0.5)
    mean = one.law.exponential_mean_seconds
    return {
        "method": "kaplan_meier",
        "abandoned": one.abandoned,
        "censored": one.censored,
        "pooled": one.pooled,
        "median_seconds": median if one.law.steps else None,
        "exponential_mean_seconds": mean if one.law.steps else None,
    }


def _figures(one: Figures) -> Json:
    return {
        "all": asdict(one.all),
        "tiers": {name: asdict(group) for name, group in one.tiers.items()},
        "queues": {name: asdict(group) for name, group in one.queues.items()},
        "value_lost": one.all.value_lost,
        "occupancy": asdict(one.occupancy),
        "last_agent": asdict(one.last_agent),
    }


# -- for people


def _show(told: Replay, policy: str) -> None:
    variants = _variants(told)
    what = [policy or "the same policy", f"{told.agents_changed} agents"]
    names = [*list(variants)[:2], *[", ".join(what)][: len(variants) - 2]]
    table = Table("", *names, box=box.SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    for label, texts in _rows(list(variants.values())):
        table.add_row(label, *texts)
    console.print(table)
    console.print(
        f"in time: {SERVICE_LEVEL_VARIANT}, by each tier's target. {told.agents} agents worked."
    )
    for tier, one in told.patience.items():
        console.print(f"patience, {_words(tier, one)}", highlight=False)
    console.print(HOW, highlight=False)


def _rows(variants: list[Figures]) -> list[tuple[str, list[str]]]:
    first = variants[0]
    some: list[tuple[str, list[Group]]] = [
        *[(name, [one.tiers[name] for one in variants]) for name in first.tiers],
        *[(name, [one.queues[name] for one in variants]) for name in first.queues],
        ("all", [one.all for one in variants]),
    ]
    rows = [("callers", [str(one.all.offered) for one in variants])]
    for name, groups in some:
        levels = [group.service_level for group in groups]
        rows += [
            (f"{name}: in time", ["-" if v is None else f"{v:.1%}" for v in levels]),
            (f"{name}: abandoned", [f"{group.abandon_rate:.1%}" for group in groups]),
            (f"{name}: wait p90", [f"{group.wait.p90:.0f} s" for group in groups]),
        ]
    rows += [
        ("value lost", [f"{one.all.value_lost:.2%}" for one in variants]),
        ("occupancy", [f"{one.occupancy.mean:.1%}" for one in variants]),
    ]
    if first.last_agent.offered:
        rows.append(("last agent again", [f"{one.last_agent.share:.1%}" for one in variants]))
    return rows


def _words(tier: Tier, one: TierPatience) -> str:
    seen = f"{tier}: {one.abandoned} gave up, {one.censored} censored"
    median = one.law.quantile_seconds(0.5)
    law = f"median {median:.0f} s" if one.law.steps else "nobody gave up, all wait for ever"
    pooled = ", too few: estimated from all tiers together" if one.pooled else ""
    return f"{seen}; {law}{pooled}"
