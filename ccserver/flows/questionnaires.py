"""A flow made from a questionnaire: it is asked by keys, in Chinese and English.

A choice is a key for each option; several choices are a yes or no for each; a rating and a number
are typed, and asked again where they are out of range; a text is spoken, and recorded. The `*` key
means: do not ask me again. Every answer is filed under its question as `core/questionnaire` knows
it: an option's name, `,name,name,`, a number, a recording's file.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from ccserver.config.check import faults_of
from ccserver.config.file import toml_table
from ccserver.config.questionnaire_form import OptionForm, QuestionForm, QuestionnaireForm
from ccserver.core.questionnaire import COMPLETED, END, OPT_OUT, Kind, flow_of
from ccserver.flows.form import FlowForm
from ccserver.flows.heard_form import is_name
from ccserver.flows.questionnaire_tests import GIVE_UP, NO_MORE, YES, tests_of
from ccserver.flows.questionnaire_words import LANGUAGES, hint, usual

PROMPTS_FILE: Final = "questionnaires.toml"
"""What the prompts of all questionnaires' flows say: written by the command, not by hand."""
KEYS: Final = "123456789"
PATTERN_MAX: Final = 200
_TRIES: Final = 3
_TIMEOUT_SECONDS: Final = 8.0
_NO: Final = "2"
_SCHEMA: Final = "#:schema ./flow.schema.json\n"

Steps = dict[str, dict[str, Any]]


class NotByKeysError(Exception):
    """A questionnaire cannot be asked by keys as it is."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A questionnaire's flow."""

    name: str
    text: str
    """The flow's file."""
    prompts: Mapping[str, Mapping[str, str]]
    """Prompt -> language -> what it says."""


def flow_from(name: str, form: QuestionnaireForm) -> Made:
    """The flow that asks this questionnaire. Raises NotByKeysError."""
    if faults := list(_faults(form)):
        raise NotByKeysError(faults)
    writer = _Writer(name, form)
    writer.write()
    names = [*writer.steps, *writer.prompts, *writer.variables]
    if long := [one for one in names if not is_name(one)]:
        raise NotByKeysError(
            [f"`{long[0]}` is no name of 40 characters at most: shorten the names in it"]
        )
    text = _SCHEMA + f"# Made of the questionnaire `{name}` by `ccserver questionnaire flow`.\n\n"
    text += "\n".join(_file(writer, form))
    try:
        FlowForm.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise NotByKeysError(list(faults_of(error))) from error
    return Made(name=flow_of(name), text=text, prompts=writer.prompts)


def prompts_file(
    made: Made, before: Mapping[str, Mapping[str, str]]
) -> tuple[str, dict[str, Mapping[str, str]]]:
    """The file of all prompts, with those of this flow in place of its older ones."""
    own = f"{made.name}_"
    kept = {name: texts for name, texts in before.items() if not name.startswith(own)}
    prompts = {**kept, **made.prompts}
    head = "# What questionnaires say by keys: written by `ccserver questionnaire flow`.\n"
    lines = (line for name in sorted(prompts) for line in toml_table(name, prompts[name]))
    return "\n".join((head, *lines)), prompts


def _file(writer: "_Writer", form: QuestionnaireForm) -> Iterator[str]:
    head = {
        "title": form.title,
        "role": "survey",
        "start": "invite",
        "languages": list(LANGUAGES),
    }
    # A table without a name of its own is the file's head.
    yield "".join(toml_table("head", head)).removeprefix("[head]\n")
    if writer.variables:
        yield from toml_table("variables", writer.variables)
    for step, body in writer.steps.items():
        yield from toml_table(f"steps.{step}", body)
    for test in tests_of(form, flow_of(writer.name)):
        yield "".join(toml_table("test", test)).replace("[test]\n", "[[test]]\n", 1)


def _faults(form: QuestionnaireForm) -> Iterator[str]:
    if not set(LANGUAGES) <= set(form.languages):
        yield f"it is not in {' and '.join(LANGUAGES)}: prompts are spoken in these"
    for question in form.questions:
        where = f"question {question.name}"
        if len(question.options) > len(KEYS):
            yield f"{where}: more than {len(KEYS)} options are too many to be heard; leave some out"
        if question.kind in (Kind.RATING, Kind.NUMBER):
            if question.lowest < 0:
                yield f"{where}: no number below 0 can be typed; let it begin at 0"
            elif len(_pattern(question)) > PATTERN_MAX:
                yield f"{where}: its range is too odd; take round numbers, such as 0 to 9999"


# -- steps


@dataclass(slots=True)
class _Writer:
    """Writes the steps of one flow."""

    name: str
    form: QuestionnaireForm
    steps: Steps = field(default_factory=dict)
    prompts: dict[str, Mapping[str, str]] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def write(self) -> None:
        first = self.form.questions[0].name
        invitation = self._prompt("_invitation", self.form.invitation or usual("invitation"))
        self.prompts[invitation] = {
            language: said + hint(language, "invitation")
            for language, said in self.prompts[invitation].items()
        }
        self._menu("invite", [invitation], {YES: f"q_{first}"}, GIVE_UP, tries=2)
        for place, question in enumerate(self.form.questions):
            after = self.form.questions[place + 1 : place + 2]
            self._ask(question, after[0].name if after else END)
        self._value("done", COMPLETED, "yes", "thanks")
        self._goodbye("thanks", self._prompt("_thanks", self.form.thanks or usual("thanks")))
        self._value("opt_out", OPT_OUT, "yes", NO_MORE)
        self._goodbye(NO_MORE, self._prompt("_no_more", usual("no_more")))
        self.steps[GIVE_UP] = {"kind": "goodbye"}

    def _ask(self, question: QuestionForm, after: str) -> None:
        then = _step(question.goto or after)
        # Who does not answer what he must is left in peace.
        unanswered = GIVE_UP if question.required else then
        match question.kind:
            case Kind.SINGLE:
                self._single(question, then, unanswered)
            case Kind.MULTIPLE:
                self._multiple(question, then, unanswered)
            case Kind.RATING | Kind.NUMBER:
                self._number(question, then, unanswered)
            case Kind.TEXT:
                self._text(question, then, unanswered)

    def _single(self, question: QuestionForm, then: str, unanswered: str) -> None:
        step = f"q_{question.name}"
        keys = dict(zip(KEYS, question.options, strict=False))
        prompt = self._prompt(
            question.name,
            {
                language: question.text[language]
                + hint(language, "between").join(
                    hint(language, "option", key=key, option=option.text[language])
                    for key, option in keys.items()
                )
                + hint(language, "end")
                for language in LANGUAGES
            },
        )
        self._menu(step, [prompt], {key: f"{step}__{key}" for key in keys}, unanswered)
        for key, option in keys.items():
            goto = then if option.goto is None else _step(option.goto)
            self._value(f"{step}__{key}", question.name, option.name, goto)

    def _multiple(self, question: QuestionForm, then: str, unanswered: str) -> None:
        step, chosen = f"q_{question.name}", f"v_{question.name}"
        self.variables[chosen] = ","
        self.steps[step] = {
            "kind": "say",
            "prompts": [self._prompt(question.name, _spoken(question.text))],
            "then": f"{step}__1",
            "on_error": GIVE_UP,
        }
        for number, option in enumerate(question.options, 1):
            more = number < len(question.options)
            following = f"{step}__{number + 1}" if more else f"{step}__any"
            self._yes_or_no(question, option, number, following, unanswered)
        self.steps[f"{step}__any"] = {
            "kind": "branch",
            "on": chosen,
            "cases": [{"is": ",", "then": step if question.required else then}],
            "otherwise": f"{step}__file",
        }
        ways = [
            (f"{step}__to_{number}", f"v_{question.name}__{number}", _step(option.goto))
            for number, option in enumerate(question.options, 1)
            if option.goto is not None
        ]
        starts = [*(way[0] for way in ways), then]
        self._value(f"{step}__file", question.name, f"{{{chosen}}}", starts[0])
        for (name, was, goto), following in zip(ways, starts[1:], strict=True):
            self.steps[name] = {
                "kind": "branch",
                "on": was,
                "cases": [{"is": "yes", "then": goto}],
                "otherwise": following,
            }

    def _yes_or_no(
        self, question: QuestionForm, option: OptionForm, number: int, then: str, unanswered: str
    ) -> None:
        step, chosen = f"q_{question.name}__{number}", f"v_{question.name}"
        prompt = self._prompt(
            f"{question.name}__{number}",
            {one: option.text[one] + hint(one, "yes_or_no") for one in LANGUAGES},
        )
        self._menu(step, [prompt], {YES: f"{step}_yes", _NO: then}, unanswered)
        values = {chosen: f"{{{chosen}}}{option.name},"}
        if option.goto is not None:
            was = f"v_{question.name}__{number}"
            self.variables[was] = "no"
            values[was] = "yes"
        self.steps[f"{step}_yes"] = {"kind": "set", "values": values, "then": then}

    def _number(self, question: QuestionForm, then: str, unanswered: str) -> None:
        step, typed = f"q_{question.name}", f"v_{question.name}"
        lowest, highest = question.lowest, question.highest
        long = "number_long" if highest > 9 else "number"
        prompt = self._prompt(
            question.name,
            {
                one: question.text[one] + hint(one, long, lowest=lowest, highest=highest)
                for one in LANGUAGES
            },
        )
        self.steps[step] = {
            "kind": "digits",
            "prompts": [prompt],
            "into": typed,
            "length_min": 1,
            "length_max": len(str(highest)),
            "pattern": _pattern(question),
            "timeout_seconds": _TIMEOUT_SECONDS,
            "tries": _TRIES,
            "wrong": ["invalid"],
            "then": f"{step}__typed",
            "otherwise": unanswered,
            "on_error": GIVE_UP,
        }
        self.steps[f"{step}__typed"] = {
            "kind": "branch",
            "on": typed,
            "cases": [{"is": "*", "then": "opt_out"}],
            "otherwise": f"{step}__file",
        }
        below = question.goto_below
        filed = f"{step}__below" if below else then
        self._value(f"{step}__file", question.name, f"{{{typed}}}", filed)
        if below:
            self.steps[f"{step}__below"] = {
                "kind": "branch",
                "on": typed,
                "cases": [{"below": below[0], "then": _step(below[1])}],
                "otherwise": then,
            }

    def _text(self, question: QuestionForm, then: str, unanswered: str) -> None:
        step, said = f"q_{question.name}", f"v_{question.name}"
        prompt = self._prompt(
            question.name, {one: question.text[one] + hint(one, "record") for one in LANGUAGES}
        )
        body = {
            "kind": "question",
            "question": question.name,
            "style": "recording",
            "prompts": [prompt],
            "then": then,
            "on_error": GIVE_UP,
        }
        if question.required:
            body |= {"into": said, "then": f"{step}__said"}
            self.steps[f"{step}__said"] = {
                "kind": "branch",
                "on": said,
                "cases": [{"is": "", "then": unanswered}],
                "otherwise": then,
            }
        self.steps[step] = body

    # -- what steps are made of

    def _prompt(self, name: str, texts: Mapping[str, str]) -> str:
        prompt = f"{flow_of(self.name)}_{name}"
        self.prompts[prompt] = _spoken(texts)
        return prompt

    def _menu(
        self,
        step: str,
        prompts: list[str],
        keys: Mapping[str, str],
        otherwise: str,
        *,
        tries: int = _TRIES,
    ) -> None:
        self.steps[step] = {
            "kind": "menu",
            "prompts": prompts,
            "keys": {**keys, "*": "opt_out"},
            "timeout_seconds": _TIMEOUT_SECONDS,
            "tries": tries,
            "wrong_key": ["invalid"],
            "no_key": ["no_input"],
            "otherwise": otherwise,
            "on_error": GIVE_UP,
        }

    def _value(self, step: str, question: str, value: str, then: str) -> None:
        self.steps[step] = {
            "kind": "question",
            "question": question,
            "style": "value",
            "value": value,
            "then": then,
        }

    def _goodbye(self, step: str, prompt: str) -> None:
        self.steps[step] = {"kind": "goodbye", "prompts": [prompt], "on_error": GIVE_UP}


def _step(question: str) -> str:
    return "done" if question == END else f"q_{question}"


def _spoken(texts: Mapping[str, str]) -> dict[str, str]:
    """In the languages of prompts. A text of several lines is said in one go."""
    return {language: " ".join(texts[language].split()) for language in LANGUAGES}


# -- numbers


def _pattern(question: QuestionForm) -> str:
    """A regular expression for the range, and for the key that ends it all."""
    return rf"\*|{range_pattern(question.lowest, question.highest)}"


def range_pattern(lowest: int, highest: int) -> str:
    """A regular expression for the whole numbers from `lowest` (0 or more) to `highest`, without
    zeros in front."""
    parts: list[str] = []
    for length in range(len(str(lowest)), len(str(highest)) + 1):
        least = str(max(lowest, 10 ** (length - 1) if length > 1 else 0))
        most = str(min(highest, 10**length - 1))
        parts += _of_length(least, most)
    return "|".join(parts)


def _of_length(least: str, most: str) -> list[str]:
    """For numbers of the same length."""
    rest = len(least) - 1
    if least[1:] == "0" * rest and most[1:] == "9" * rest:
        first = least[0] if least[0] == most[0] else f"[{least[0]}-{most[0]}]"
        return [first + (f"[0-9]{{{rest}}}" if rest else "")]
    if least[0] == most[0]:
        return [least[0] + one for one in _of_length(least[1:], most[1:])]
    parts = [least[0] + one for one in _of_length(least[1:], "9" * rest)]
    low, high = int(least[0]) + 1, int(most[0]) - 1
    if low <= high:
        parts += _of_length(f"{low}{'0' * rest}", f"{high}{'9' * rest}")
    return parts + [most[0] + one for one in _of_length("0" * rest, most[1:])]
