"""Whether all that a flow names exists: steps, prompts, queues, calendars, facts."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from ccserver.core.flow import (
    FACTS,
    QUEUE_FACTS,
    Flow,
    Role,
    plays,
    readings,
    targets,
    texts,
)
from ccserver.core.flow_known import Fault, Known, key_of, no_such
from ccserver.core.ids import Prompt, StepName
from ccserver.core.spoken import CURRENCIES, words_of
from ccserver.core.steps import (
    AskCallback,
    EnterQueue,
    FindRow,
    LeaveVoicemail,
    OpeningHours,
    Request,
    SpeakLanguage,
    Spoken,
    Step,
)

_NAMES_NOTHING = re.compile(r"\{[^{}]*\}")


def names(flow: Flow, known: Known) -> Iterator[Fault]:
    """Whatever the flow names and nobody knows."""
    if flow.start not in flow.steps:
        yield Fault(None, "start", no_such("step", flow.start, flow.steps))
    if flow.role is Role.HOTLINE:
        yield from _missing(None, "operator", "queue", [flow.operator], known.queues)
    for name, step in flow.steps.items():
        for came, then in targets(flow, name).items():
            yield from _missing(name, key_of(came), "step", [then], flow.steps)
        yield from _of_site(name, step, known)
        yield from _of_flow(flow, name, step)
        yield from _values(flow, name, step, known)
    if known.prompts is not None:
        yield from _prompts(flow, known.prompts)


def _missing(
    step: StepName | None,
    key: str,
    kind: str,
    wanted: Iterable[str],
    there: Collection[str] | None,
) -> Iterator[Fault]:
    """Those that are not there. None: nobody knows."""
    if there is not None:
        yield from (Fault(step, key, no_such(kind, w, there)) for w in wanted if w not in there)


def _of_site(name: StepName, step: Step, known: Known) -> Iterator[Fault]:
    """What the configuration and the settings hold."""
    match step:
        case EnterQueue():
            yield from _missing(name, "queue", "queue", [step.queue], known.queues)
            yield from _missing(
                name, "skills", "skill", [skill for skill, _ in step.skills], known.skills
            )
            if not step.agent.names and (login := step.agent.fill({})):
                yield from _missing(name, "agent", "agent", [login], known.agents)
        case AskCallback(queue=queue) | LeaveVoicemail(queue=queue):
            yield from _missing(name, "queue", "queue", [queue] if queue else [], known.queues)
        case Request():
            yield from _missing(name, "partner", "partner", [step.partner], known.partners)
        case _:
            pass


def _of_flow(flow: Flow, name: StepName, step: Step) -> Iterator[Fault]:
    """What the flow itself brings along."""
    match step:
        case SpeakLanguage():
            yield from _missing(name, "language", "language", [step.language], flow.languages)
        case OpeningHours():
            yield from _missing(name, "calendar", "calendar", [step.calendar], flow.calendars)
        case FindRow():
            yield from _missing(name, "table", "table", [step.table], flow.tables)
            if step.table in flow.tables:
                there = {column for row in flow.tables[step.table] for column in row.columns}
                for variable, column in step.into.items():
                    yield from _missing(name, f"into.{variable}", "column", [column], there)
        case _:
            pass


# -- values


def _values(flow: Flow, name: StepName, step: Step, known: Known) -> Iterator[Fault]:
    for key, text in texts(step):
        for literal in text.parts[::2]:
            for brace in _NAMES_NOTHING.findall(literal):
                yield Fault(
                    name,
                    key,
                    f"`{brace}` names no value; a name has small letters, digits, _ and ."
                    " and begins with a letter, without blanks",
                )
    for key, what in plays(step).items():
        said = [part.currency for part in what if isinstance(part, Spoken)]
        yield from _missing(name, key, "currency", said, CURRENCIES)
    for key, fact in readings(step):
        if "." in fact:
            yield from (Fault(name, key, text) for text in _fact(flow, fact, known))


def _fact(flow: Flow, fact: str, known: Known) -> Iterator[str]:
    about, _, rest = fact.partition(".")
    queue, _, what = rest.rpartition(".")
    if about == "queue":
        if what not in QUEUE_FACTS or not queue:
            yield no_such("fact", fact, [f"queue.{queue or '…'}.{one}" for one in QUEUE_FACTS])
        elif known.queues is not None and queue not in known.queues:
            yield no_such("queue", queue, known.queues)
    elif about == "lead":
        return  # a label of the lead's record, which nobody knows before
    elif fact not in FACTS:
        yield no_such("fact", fact, FACTS)
    elif about == "leave" and flow.role is not Role.WAITING:
        yield (
            f"`{fact}` is known only of callers who leave a queue;"
            ' give the flow role = "waiting", or take it out'
        )


# -- prompts


def _prompts(flow: Flow, there: Mapping[str, frozenset[Prompt]]) -> Iterator[Fault]:
    every = frozenset[Prompt]().union(*there.values())
    speaking = [language for language in flow.languages if language in there]
    for language in flow.languages:
        yield from _missing(None, "languages", "prompts' language", [language], there)
    speaks_values = False
    for name, step in flow.steps.items():
        for key, what in plays(step).items():
            for part in what:
                if isinstance(part, Spoken):
                    speaks_values = True
                elif part not in every:
                    yield Fault(name, key, no_such("prompt", part, every))
                elif lacking := [one for one in speaking if part not in there[one]]:
                    yield Fault(
                        name,
                        key,
                        f"prompt `{part}` is missing in {', '.join(lacking)};"
                        " record it, or add its text to prompts.toml",
                    )
    for language in speaking if speaks_values else ():
        if words := sorted(words_of(language) - there[language]):
            yield Fault(
                None,
                "languages",
                f"values cannot be said in {language}: {len(words)} words are missing, such as"
                f" `{words[0]}`; record them, or add their texts to words.toml",
            )
