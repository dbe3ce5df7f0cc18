"""Walking through flows without a telephone."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.core.ids import Prompt, Queue, StepName
from ccserver.core.ivr import (
    STEPS_MAX,
    Answer,
    Ask,
    Branch,
    End,
    Flow,
    GoodBye,
    Menu,
    Play,
    Recognize,
    Say,
    SetLanguage,
    Speak,
    ToQueue,
    Trait,
    Visitor,
    spoken,
    walk,
)
from ccserver.core.value import Tier

SOMEONE = Visitor(known=False, tier=Tier.STANDARD, language="")
GOLD = Visitor(known=True, tier=Tier.GOLD, language="en")
PLATINUM = Visitor(known=True, tier=Tier.PLATINUM, language="zh-CN")


def prompts(*names: str) -> tuple[Prompt, ...]:
    return tuple(map(Prompt, names))


HOTLINE = Flow(
    name="hotline",
    start=StepName("welcome"),
    languages=("zh", "en"),
    operator=Queue("operator"),
    steps={
        StepName("welcome"): Say(prompts=prompts("welcome"), then=StepName("who")),
        StepName("who"): Branch(
            on=Trait.TIER, cases={"platinum": StepName("person")}, otherwise=StepName("menu")
        ),
        StepName("menu"): Menu(
            prompts=prompts("menu"),
            keys={"1": StepName("sales"), "9": StepName("english"), "8": StepName("bye")},
            otherwise=StepName("person"),
            wrong_key=prompts("invalid"),
            no_key=prompts("no_input"),
        ),
        StepName("english"): Speak(language="en", then=StepName("menu")),
        StepName("sales"): ToQueue(queue=Queue("sales")),
        StepName("person"): ToQueue(queue=Queue("operator")),
        StepName("bye"): GoodBye(),
    },
)


def call(flow: Flow, keys: Sequence[str], visitor: Visitor = SOMEONE) -> tuple[list[str], End]:
    """Play a caller who presses `keys`, one at each menu, then stays silent."""
    heard: list[str] = []
    walking = walk(flow)
    pressed = iter(keys)
    answer: Answer = None
    try:
        while True:
            request = walking.send(answer)
            match request:
                case Recognize():
                    heard.append("?")
                    answer = visitor
                case SetLanguage(language=language):
                    heard.append(f"[{language}]")
                    answer = None
                case Play(prompts=played):
                    heard.extend(played)
                    answer = None
                case Ask(prompts=played):
                    heard.extend(played)
                    answer = next(pressed, "")
    except StopIteration as stop:
        return heard, stop.value


def test_a_caller_reaches_sales() -> None:
    assert call(HOTLINE, ["1"]) == (["?", "welcome", "menu"], ToQueue(queue=Queue("sales")))


def test_a_platinum_caller_skips_the_menu() -> None:
    heard, end = call(HOTLINE, [], PLATINUM)
    assert heard == ["?", "welcome"]
    assert end == ToQueue(queue=Queue("operator"))


def test_a_customer_is_spoken_to_in_the_customers_language() -> None:
    heard, _ = call(HOTLINE, ["1"], GOLD)
    assert heard == ["?", "[en]", "welcome", "menu"]


def test_wrong_key_and_silence_are_told_apart_and_the_third_try_ends_at_a_person() -> None:
    heard, end = call(HOTLINE, ["7", ""])
    assert heard == ["?", "welcome", "menu", "invalid", "menu", "no_input", "menu"]
    assert end == ToQueue(queue=Queue("operator"))


def test_a_caller_may_choose_a_language_and_may_leave() -> None:
    heard, end = call(HOTLINE, ["9", "8"])
    assert heard == ["?", "welcome", "menu", "[en]", "menu"]
    assert end == GoodBye()


def test_a_loop_that_no_key_leaves_ends_at_the_operator() -> None:
    loop = replace(
        HOTLINE,
        languages=("zh",),
        steps={StepName("welcome"): Say(prompts=prompts("welcome"), then=StepName("welcome"))},
    )
    heard, end = call(loop, [])
    assert heard == ["welcome"] * STEPS_MAX
    assert end == ToQueue(queue=Queue("operator"))


def test_a_flow_of_one_language_asks_who_calls_only_at_a_branch() -> None:
    heard, _ = call(replace(HOTLINE, languages=("zh",)), ["1"], GOLD)
    assert heard == ["welcome", "?", "menu"]


def test_a_flow_of_one_language_can_go_straight_to_a_queue() -> None:
    heard, end = call(replace(HOTLINE, languages=("zh",), start=StepName("sales")), [])
    assert (heard, end) == ([], ToQueue(queue=Queue("sales")))


@pytest.mark.parametrize(
    ("on", "case"), [(Trait.KNOWN, "yes"), (Trait.LANGUAGE, "en"), (Trait.TIER, "gold")]
)
def test_a_flow_can_branch_on_each_trait(on: Trait, case: str) -> None:
    branch = Branch(on=on, cases={case: StepName("person")}, otherwise=StepName("bye"))
    flow = replace(HOTLINE, steps={**HOTLINE.steps, StepName("welcome"): branch})
    assert call(flow, [], GOLD)[1] == ToQueue(queue=Queue("operator"))
    assert call(flow, [], SOMEONE)[1] == GoodBye()


@pytest.mark.parametrize(
    ("wanted", "chosen"), [("en", "en"), ("en-GB", "en"), ("fr", "zh"), ("", "zh")]
)
def test_the_nearest_language_is_spoken(wanted: str, chosen: str) -> None:
    assert spoken(HOTLINE, wanted) == chosen


@given(
    st.lists(st.sampled_from(["", "1", "2", "8", "9", "*", "#"]), max_size=300),
    st.sampled_from([SOMEONE, GOLD, PLATINUM]),
)
def test_every_caller_gets_somewhere(keys: list[str], visitor: Visitor) -> None:
    heard, end = call(HOTLINE, keys, visitor)
    assert len(heard) <= STEPS_MAX * 7
    assert isinstance(end, ToQueue | GoodBye)
