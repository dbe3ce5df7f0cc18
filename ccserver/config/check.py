"""What is well-formed and still cannot work: each fault says where, what, and what to do."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import inf

from pydantic import ValidationError

from ccserver.config.check_campaigns import campaign_faults, campaign_warnings, known
from ccserver.config.convert import queue_rules, skills
from ccserver.config.fields import Levels
from ccserver.config.form import (
    AgentForm,
    ConfigForm,
    OverflowForm,
    QueueForm,
    RetentionRuleForm,
    TapingRuleForm,
)
from ccserver.core.demand import Ability, Need, opens_after
from ccserver.core.ids import Queue
from ccserver.core.policies import POLICIES
from ccserver.core.rules import QueueRules, Taping, Way


class ConfigError(Exception):
    """A configuration that cannot be used as it is. `faults` are all that were found."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def form_of(tables: object) -> ConfigForm:
    """The form of what was read. Raises ConfigError; the parts are not held against each other."""
    try:
        return ConfigForm.model_validate(tables)
    except ValidationError as error:
        raise ConfigError(list(faults_of(error))) from error


def faults_of(error: ValidationError) -> Iterator[str]:
    """pydantic's faults in the words of the file."""
    for fault in error.errors(include_url=False):
        place = ".".join(str(part) for part in fault["loc"] if part != "[key]")
        match fault["type"]:
            case "missing":
                advice = "is missing; add it"
            case "extra_forbidden":
                advice = "is not known here; take it out or mend its spelling"
            case "value_error":
                advice = fault["msg"].removeprefix("Value error, ")
            case "string_pattern_mismatch" if fault["loc"][-1] == "[key]":
                advice = "is no name; use small letters, digits, _ and -, beginning with a letter"
            case _:
                advice = f"{fault['msg']}; it is now {str(fault['input'])[:60]!r}, change it"
        yield f"`{place}`: {advice}"


def require(
    form: ConfigForm,
    *,
    used: Mapping[str, str],
    people: Collection[str] | None,
    prompts: Collection[str] | None = None,
    flows: Collection[str] | None = None,
) -> None:
    """Raise ConfigError unless all parts fit together.

    `used` are queues that must be there, with what leads to them; `people` all agents' log-ins,
    `prompts` all that can be said, `flows` all that can be walked, None where nobody can tell.
    """
    faults = [*_faults(form, used), *_recording(form, prompts), *_desk(form)]
    faults += campaign_faults(form, prompts, flows)
    if people is not None:
        faults += _nobody(form, people)
        faults += [
            f"`agents.{login}`: no agent is called that; add one with"
            f" `ccserver people add {login} --name … --phone …`, or take it out"
            for login in sorted(form.agents.keys() - set(people))
        ]
    if faults:
        raise ConfigError(faults)


def _faults(form: ConfigForm, used: Mapping[str, str]) -> Iterator[str]:
    if not form.queues:
        yield "`queues`: there is none; add at least one, as [queues.service]"
    for name, what in sorted(used.items()):
        if name not in form.queues:
            yield f"`queues.{name}`: is not here, but {what} leads to it; keep it or change that"
    if not any(form.value.model_dump().values()):
        yield "`value`: nothing counts; give at least one weight above 0"
    for name, queue in form.queues.items():
        yield from _queue(f"queues.{name}", queue, form)
    for login, agent in form.agents.items():
        yield from _agent(f"agents.{login}", agent, form)
    for loop in _loops(form):
        yield (
            f"`queues.{loop[0]}`: overflows in a circle, {' → '.join([*loop, loop[0]])};"
            " let one of them end it with a callback, voicemail or announcement"
        )


def _recording(form: ConfigForm, prompts: Collection[str] | None) -> Iterator[str]:
    yield from _rules("recording", form.recording.rules, form)
    yield from _rules("retention", form.retention.rules, form)
    for number, rule in enumerate(form.recording.rules):
        path = f"`recording.rules.{number}.notice`"
        if rule.notice and rule.taping is Taping.NEVER:
            yield f"{path}: who is not recorded need not be told; take it out"
        if rule.notice and prompts is not None and rule.notice not in prompts:
            yield f"{path}: there is no prompt `{rule.notice}`; write its text into prompts.toml"


def _rules(
    part: str, rules: Sequence[TapingRuleForm | RetentionRuleForm], form: ConfigForm
) -> Iterator[str]:
    for number, rule in enumerate(rules):
        yield from known(f"{part}.rules.{number}.queues", rule.queues, form.queues, "queue")
        for_all = rule.model_dump(exclude_defaults=True).keys() <= {"taping", "notice", "days"}
        if for_all and number < len(rules) - 1:
            yield (
                f"`{part}.rules.{number}`: fits all, so that no rule below it is ever asked;"
                " put it last, or say whom it is for"
            )


def _desk(form: ConfigForm) -> Iterator[str]:
    for name, disposition in form.dispositions.items():
        yield from known(f"dispositions.{name}.queues", disposition.queues, form.queues, "queue")
    for name, threshold in form.thresholds.items():
        yield from known(f"thresholds.{name}.queues", threshold.queues, form.queues, "queue")
        if (threshold.above is None) is (threshold.below is None):
            yield f"`thresholds.{name}`: give one of above and below"
    for name, queue in form.queues.items():
        if queue.script is not None:
            yield from known(f"queues.{name}.script", [queue.script], form.scripts, "script")
        if queue.disposition_required and not any(
            not one.queues or name in one.queues for one in form.dispositions.values()
        ):
            yield (
                f"`queues.{name}.disposition_required`: there is no disposition for this queue;"
                " add one in [dispositions]"
            )


def _nobody(form: ConfigForm, people: Collection[str]) -> Iterator[str]:
    for number, rule in enumerate(form.recording.rules):
        for login in rule.agents:
            if login not in people:
                yield (
                    f"`recording.rules.{number}.agents`: no agent is called `{login}`; add one with"
                    f" `ccserver people add {login} --name … --phone …`, or take it out"
                )


def _queue(path: str, queue: QueueForm, form: ConfigForm) -> Iterator[str]:
    yield from _skills(f"{path}.required", queue.required, form)
    yield from _skills(f"{path}.preferred", queue.preferred, form)
    yield from known(f"{path}.policy", [queue.policy], POLICIES, "policy")
    if queue.hours is not None:
        yield from known(f"{path}.hours", [queue.hours], form.calendars, "calendar")
    for number, step in enumerate(queue.relax):
        yield from _skills(f"{path}.relax.{number}.required", step.required, form)
        if number and step.after_seconds <= queue.relax[number - 1].after_seconds:
            yield (
                f"`{path}.relax.{number}.after_seconds`: is not later than the step before;"
                " put the steps in the order of their seconds"
            )
    for way in ("on_closed", "on_full", "on_wait_max", "on_empty"):
        yield from _overflow(f"{path}.{way}", getattr(queue, way), form)


def _overflow(path: str, overflow: OverflowForm, form: ConfigForm) -> Iterator[str]:
    if overflow.way is Way.QUEUE and overflow.queue is None:
        yield f"`{path}.queue`: is missing; name the queue that the callers go to"
    if overflow.way is not Way.QUEUE and overflow.queue is not None:
        yield f"`{path}.queue`: means nothing with way = {overflow.way.value!r}; take it out"
    if overflow.way is Way.ANNOUNCEMENT and not overflow.prompt:
        yield f"`{path}.prompt`: is missing; name the prompt that the callers hear"
    if overflow.queue is not None:
        yield from known(f"{path}.queue", [overflow.queue], form.queues, "queue")


def _agent(path: str, agent: AgentForm, form: ConfigForm) -> Iterator[str]:
    yield from _skills(f"{path}.skills", agent.skills, form)
    yield from known(f"{path}.queues", agent.queues, form.queues, "queue")
    if agent.team is not None:
        yield from known(f"{path}.team", [agent.team], form.teams, "team")


def _skills(path: str, levels: Levels, form: ConfigForm) -> Iterator[str]:
    yield from known(path, levels, form.skills, "skill")


# -- overflow in a circle


def _loops(form: ConfigForm) -> Iterator[list[str]]:
    """Each circle once, from the first of its names."""
    ahead = {name: _overflows_to(queue) for name, queue in form.queues.items()}
    told: set[frozenset[str]] = set()
    for start in sorted(ahead):
        circle = _way_back(start, ahead)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            yield circle


def _overflows_to(queue: QueueForm) -> set[str]:
    ways = (queue.on_closed, queue.on_full, queue.on_wait_max, queue.on_empty)
    return {way.queue for way in ways if way.queue is not None}


def _way_back(start: str, ahead: Mapping[str, set[str]]) -> list[str]:
    """The shortest way from a queue to itself; empty: there is none."""
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:
        for name in sorted(ahead.get(way[-1], ())):
            if name == start:
                return way
            if name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


# -- what works, but hardly as it was meant


def warnings_of(form: ConfigForm) -> list[str]:
    """Campaigns whose limit nobody can keep; queues that no agent can serve, of which nothing can
    be said without any agent."""
    told = list(campaign_warnings(form))
    agents = [_ability(agent) for agent in form.agents.values()]
    if not agents:
        return told
    return told + [
        f"`queues.{rules.name}`: no agent can serve it; give one the queue and its skills"
        for rules in queue_rules(form, closed=frozenset())
        if not any(_serves(agent, rules) for agent in agents)
    ]


def _ability(agent: AgentForm) -> Ability:
    return Ability(
        frozenset(map(Queue, agent.queues)), skills(agent.skills), frozenset(), frozenset()
    )


def _serves(agent: Ability, rules: QueueRules) -> bool:
    """Now, or when the queue has relaxed what it asks: by the center's own rule."""
    return opens_after(rules, Need(rules.name, "", ""), agent) < inf
