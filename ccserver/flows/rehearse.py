"""A rehearsal: a flow is walked in an imagined world, by a caller who presses a list of keys."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from ccserver.core.doings import Answer, Attach, End, Enter, Failed, FileAnswer, OpenTicket
from ccserver.core.flow import Flow
from ccserver.core.ids import Prompt
from ccserver.core.ivr import STEPS_MAX, walk
from ccserver.flows.world import FAILED, SILENCE, Dealt, Given, Happening, Played, Pressed, World

_KEYS = frozenset("0123456789*#")


def keys_of(text: str) -> tuple[str, ...]:
    """Read `1,4,-,12345678#`: what is pressed at one question after the other.

    More than one key in an entry is typed in one go. Raises ValueError for what is no key.
    """
    entries = tuple(entry.strip() for entry in text.split(",")) if text.strip() else ()
    for entry in entries:
        if entry != SILENCE and not (entry and _KEYS.issuperset(entry)):
            raise ValueError(
                f"`{entry}` is no key: write 0 to 9, * and #, `{SILENCE}` for a silence, and a"
                " comma between what is pressed at one question and at the next"
            )
    return entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What came of it."""

    script: tuple[Happening, ...]
    """All that happened, in order."""
    end: End
    ends: str
    """The end in the words of a test: `queue sales`, `goodbye`; `operator` when the flow failed."""
    language: str
    """The one that was spoken last."""
    left_over: tuple[str, ...]
    """Keys for which nobody asked."""

    @property
    def heard(self) -> tuple[Prompt, ...]:
        """The prompts that were heard, in order."""
        played = (one for one in self.script if isinstance(one, Played) and not one.cut)
        return tuple(prompt for one in played for prompt in one.prompts)

    @property
    def failure(self) -> str:
        """Where and why the flow failed the caller; empty when it did not."""
        if self.ends != FAILED:
            return ""
        if len(self.steps) >= STEPS_MAX:
            return f"it goes round and round: {STEPS_MAX} steps were walked"
        last = self.script[-1]
        why = last.answer.why if isinstance(last, Dealt) and isinstance(last.answer, Failed) else ""
        return f"`{self.steps[-1].step}` fails" + (f": {why}" if why else "")

    @property
    def pressed(self) -> tuple[Pressed, ...]:
        """The answers to questions, silence too."""
        return tuple(one for one in self.script if isinstance(one, Pressed))

    @property
    def steps(self) -> tuple[Enter, ...]:
        """The steps that were entered, with the flow of each and how the one before was left."""
        return tuple(one for one in self.script if isinstance(one, Enter))

    @property
    def attached(self) -> dict[str, str]:
        """What the agent sees with the caller."""
        notes = (one.data for one in self.script if isinstance(one, Attach))
        return {label: value for data in notes for label, value in data.items()}

    @property
    def answers(self) -> dict[str, str]:
        """Question of a survey -> answer."""
        filed = (one for one in self.script if isinstance(one, FileAnswer))
        return {one.question: one.answer for one in filed}

    @property
    def tickets(self) -> tuple[OpenTicket, ...]:
        """The service tickets that were opened."""
        dealt = (one for one in self.script if isinstance(one, Dealt))
        return tuple(
            one.doing
            for one in dealt
            if isinstance(one.doing, OpenTicket) and not isinstance(one.answer, Failed)
        )


def rehearse(flow: Flow, keys: Iterable[str], given: Given) -> Rehearsal:
    """Walk the flow to its end. When the keys (see `keys_of`) run out, the caller stays silent.

    A key is pressed once its question has been asked. What is typed in one go is there earlier: it
    ends what may be ended, and answers one question after the other.
    """
    world = World(flow=flow, given=given, entries=deque(keys))
    walking = walk(flow, world.facts_at_first())
    answer: Answer = None
    while True:
        try:
            doing = walking.send(answer)
        except StopIteration as stop:
            return _rehearsal(world, stop.value)
        answer = world.deal(doing)


def _rehearsal(world: World, end: End) -> Rehearsal:
    world.give_notice(end)
    typed = "".join(world.ahead)
    return Rehearsal(
        script=tuple(world.script),
        end=end,
        ends=world.in_words(end),
        language=world.language,
        left_over=(*((typed,) if typed else ()), *world.entries),
    )
