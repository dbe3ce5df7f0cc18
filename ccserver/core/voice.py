"""What is said to a caller on the way through a flow, and asked of him."""

from collections import ChainMap
from collections.abc import Generator
from dataclasses import dataclass

from ccserver.core.conditions import are_right
from ccserver.core.doings import Answer, Ask, AskDigits, Doing, Failed, FileAnswer, Play, Record
from ccserver.core.ids import Prompt, StepName
from ccserver.core.spoken import spoken
from ccserver.core.steps import Digits, Heard, Menu, Question, Style

CONFIRM = "1"
"""The key that says that digits were heard right."""

Next = tuple[str, StepName]
"""How a step is left, and the next one."""
Known = ChainMap[str, str]
"""The flow's own variables, and behind them the facts. Writing sets a variable."""


class StepError(Exception):
    """A step cannot be done."""


def answered(survey: str, question: str) -> str:
    """The fact that says what was answered already, on a walk that goes on where one broke off."""
    return f"answered.{survey}.{question}"


def done(request: Doing) -> Generator[Doing, Answer, Answer]:
    """Have it done. Raises StepError."""
    answer = yield request
    if isinstance(answer, Failed):
        raise StepError(answer.why)
    return answer


def text(request: Doing) -> Generator[Doing, Answer, str]:
    answer = yield from done(request)
    assert isinstance(answer, str), "the answer to this is a text"
    return answer


@dataclass(slots=True)
class Voice:
    """Speaks one language at a time."""

    language: str

    def say(
        self, name: StepName, what: Heard, known: Known, *, barge_in: bool = True
    ) -> Generator[Doing, Answer, None]:
        if what:
            yield from done(Play(step=name, prompts=self._prompts(what, known), barge_in=barge_in))

    def _prompts(self, what: Heard, known: Known) -> tuple[Prompt, ...]:
        """The prompts; values become prompts too."""
        prompts: list[Prompt] = []
        for part in what:
            if isinstance(part, str):
                prompts.append(part)
                continue
            try:
                text = part.text.fill(known)
                prompts += spoken(part.form, text, self.language, currency=part.currency)
            except ValueError as error:
                raise StepError(str(error)) from error
        return tuple(prompts)

    def key(
        self,
        name: StepName,
        what: Heard,
        known: Known,
        timeout_seconds: float,
        *,
        barge_in: bool = True,
    ) -> Generator[Doing, Answer, str]:
        return (
            yield from text(
                Ask(
                    step=name,
                    prompts=self._prompts(what, known),
                    timeout_seconds=timeout_seconds,
                    barge_in=barge_in,
                )
            )
        )

    def menu(self, name: StepName, step: Menu, known: Known) -> Generator[Doing, Answer, Next]:
        before: Heard = ()
        pressed = False
        for _ in range(step.tries):
            prompts = before + step.prompts
            key = yield from self.key(
                name, prompts, known, step.timeout_seconds, barge_in=step.barge_in
            )
            if key in step.keys:
                return f"key {key}", step.keys[key]
            pressed = pressed or bool(key)
            before = step.wrong_key if key else step.no_key
        if step.silent is not None and not pressed:
            return "silent", step.silent
        return "otherwise", step.otherwise

    def digits(self, name: StepName, step: Digits, known: Known) -> Generator[Doing, Answer, Next]:
        before: Heard = ()
        for _ in range(step.tries):
            typed = yield from text(
                AskDigits(
                    step=name,
                    prompts=self._prompts(before + step.prompts, known),
                    length_max=step.length_max,
                    terminator=step.terminator,
                    timeout_seconds=step.timeout_seconds,
                    between_seconds=step.between_seconds,
                    secret=step.secret,
                )
            )
            before = step.wrong
            if not are_right(step, typed):
                continue
            if step.confirm:
                heard = known.new_child({step.into: typed})
                key = yield from self.key(name, step.confirm, heard, step.timeout_seconds)
                if key != CONFIRM:
                    before = ()
                    continue
            known[step.into] = typed
            return "then", step.then
        return "otherwise", step.otherwise

    def question(
        self, survey: str, name: StepName, step: Question, known: Known
    ) -> Generator[Doing, Answer, Next]:
        before = known.get(answered(survey, step.question), "")
        if before:  # before the walk was broken off: nobody is asked twice
            if step.into:
                known[step.into] = before
            return "then", step.then
        answer = ""
        if step.style is Style.RECORDING:
            yield from self.say(name, step.prompts, known)
            answer = yield from text(Record(step=name, seconds_max=step.record_seconds_max))
        elif step.style is Style.VALUE:
            answer = step.value.fill(known)
        else:
            for _ in range(step.tries):
                key = yield from self.key(name, step.prompts, known, step.timeout_seconds)
                if key in step.keys:
                    answer = key
                    break
        if step.into:
            known[step.into] = answer
        if answer:
            yield FileAnswer(survey=survey, question=step.question, answer=answer)
        return "then", step.then
