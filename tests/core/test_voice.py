"""What is said to a caller, and asked of him."""

from ccserver.core.doings import (
    Answer,
    Ask,
    AskDigits,
    Bye,
    Doing,
    End,
    Failed,
    FileAnswer,
    Play,
    Record,
    ToQueue,
)
from ccserver.core.flow import Flow
from ccserver.core.ids import Prompt
from ccserver.core.spoken import Form, spoken
from ccserver.core.steps import (
    Check,
    Digits,
    EnterQueue,
    GoodBye,
    Menu,
    Question,
    Say,
    Spoken,
    Style,
    text_of,
)
from ccserver.core.voice import answered
from tests.core.walks import (
    HELLO,
    OPERATOR,
    SALES,
    WRONG,
    flow,
    nothing,
    of,
    path,
    run,
    says,
    step,
)

QUIET = Prompt("quiet")
ORDER = Spoken(form=Form.DIGITS, text=text_of("{order}"))
TO_SALES, TO_OPERATOR = ToQueue(queue=SALES), ToQueue(queue=OPERATOR)


def menu(**more: object) -> Flow:
    settings: dict[str, object] = {
        "prompts": (HELLO,),
        "keys": {"1": step("sales")},
        "otherwise": step("bye"),
        "timeout_seconds": 5.0,
        "wrong_key": (WRONG,),
        "no_key": (QUIET,),
    }
    quiet = EnterQueue(queue=SALES, urgent=True)
    return flow({"m": Menu(**{**settings, **more}), "quiet": quiet})  # type: ignore[arg-type]


def digits(**more: object) -> Flow:
    settings: dict[str, object] = {
        "prompts": (HELLO,),
        "wrong": (WRONG,),
        "into": "order",
        "length_min": 3,
        "length_max": 4,
        "then": step("told"),
        "otherwise": step("bye"),
        "tries": 2,
    }
    told = EnterQueue(queue=SALES, agent=text_of("{order}"))
    return flow({"d": Digits(**{**settings, **more}), "told": told})  # type: ignore[arg-type]


def pressed(a_flow: Flow, *keys: str) -> tuple[End, list[Ask]]:
    end, asked = run(a_flow, says(*((Ask, key) for key in keys)))
    return end, of(Ask, asked)


def typed(a_flow: Flow, *texts: str, confirm: str = "") -> tuple[End, list[Doing]]:
    return run(a_flow, says(*((AskDigits, text) for text in texts), (Ask, confirm)))


# -- saying


def test_a_value_is_said_as_prompts_in_the_callers_language() -> None:
    say = Say(prompts=(HELLO, ORDER), then=step("bye"), barge_in=False)
    _, asked = run(flow({"s": say}, variables={"order": "12"}), says())
    words = spoken(Form.DIGITS, "12", "zh")
    assert of(Play, asked) == [Play(step=step("s"), prompts=(HELLO, *words), barge_in=False)]


def test_a_value_that_cannot_be_said_fails_the_step() -> None:
    say = Say(prompts=(ORDER,), then=step("bye"))
    a_flow = flow({"s": say}, on_error={step("s"): step("sales")})
    end, asked = run(a_flow, says())
    assert end == TO_SALES
    assert not of(Play, asked)


def test_where_there_is_nothing_to_say_nothing_is_played() -> None:
    _, asked = run(flow({"s": GoodBye()}), says())
    assert not of(Play, asked)


# -- one key


def test_a_right_key_leads_on_at_once() -> None:
    end, asks = pressed(menu(), "1")
    assert end == TO_SALES
    assert asks == [Ask(step=step("m"), prompts=(HELLO,), timeout_seconds=5, barge_in=True)]


def test_a_menu_may_be_heard_to_its_end() -> None:
    _, asks = pressed(menu(barge_in=False), "1")
    assert not asks[0].barge_in


def test_each_wrong_try_is_told_what_was_wrong_with_it() -> None:
    end, asks = pressed(menu(), "9", "", "1")
    assert end == TO_SALES
    assert [ask.prompts for ask in asks] == [(HELLO,), (WRONG, HELLO), (QUIET, HELLO)]


def test_after_the_last_try_the_caller_is_led_elsewhere() -> None:
    assert pressed(menu(tries=2), "9", "8")[0] == Bye()
    assert len(pressed(menu(tries=2), "9", "8")[1]) == 2


def test_who_never_pressed_a_key_may_be_led_elsewhere_than_who_pressed_a_wrong_one() -> None:
    quiet = menu(tries=2, silent=step("quiet"))
    assert pressed(quiet, "", "")[0] == ToQueue(queue=SALES, urgent=True)
    assert pressed(quiet, "", "9")[0] == Bye()
    assert pressed(quiet, "9", "")[0] == Bye()
    assert pressed(menu(tries=2), "", "")[0] == Bye()


# -- several keys


def test_wrong_digits_are_asked_for_again() -> None:
    end, _ = typed(digits(), "123")
    assert end == ToQueue(queue=SALES, agent="123")
    end, asked = typed(digits(), "12", "12345")
    assert end == Bye()
    assert [ask.prompts for ask in of(AskDigits, asked)] == [(HELLO,), (WRONG, HELLO)]


def test_how_digits_are_asked_for() -> None:
    a_flow = digits(terminator="*", timeout_seconds=7, between_seconds=2, secret=True)
    _, asked = typed(a_flow, "123")
    assert of(AskDigits, asked) == [
        AskDigits(
            step=step("d"),
            prompts=(HELLO,),
            length_max=4,
            terminator="*",
            timeout_seconds=7,
            between_seconds=2,
            secret=True,
        )
    ]


def test_a_check_digit_must_fit() -> None:
    assert typed(digits(length_max=11, check=Check.LUHN), "79927398710", "1234")[0] == Bye()


def test_digits_may_be_read_back_and_confirmed() -> None:
    end, asked = typed(digits(confirm=(ORDER,)), "123", confirm="1")
    assert end == ToQueue(queue=SALES, agent="123")
    assert [ask.prompts for ask in of(Ask, asked)] == [spoken(Form.DIGITS, "123", "zh")]


def test_who_does_not_confirm_is_asked_anew_and_is_not_told_that_he_was_wrong() -> None:
    world = says((AskDigits, "123"), (AskDigits, "124"), (Ask, "2"), (Ask, "1"))
    end, asked = run(digits(confirm=(ORDER,)), world)
    assert end == ToQueue(queue=SALES, agent="124")
    assert [ask.prompts for ask in of(AskDigits, asked)] == [(HELLO,), (HELLO,)]


def test_what_was_not_confirmed_is_not_kept() -> None:
    a_flow = flow(
        {
            "d": Digits(
                prompts=(HELLO,),
                into="order",
                length_min=1,
                length_max=3,
                then=step("bye"),
                otherwise=step("told"),
                confirm=(ORDER,),
                tries=1,
            ),
            "told": EnterQueue(queue=SALES, agent=text_of("{order}")),
        },
        variables={"order": "none"},
    )
    assert typed(a_flow, "123", confirm="")[0] == ToQueue(queue=SALES, agent="none")


def test_digits_that_cannot_be_asked_for_fail_the_step() -> None:
    assert run(digits(), says((AskDigits, Failed("gone"))))[0] == TO_OPERATOR


# -- a survey's questions


def asks(style: Style) -> Flow:
    question = Question(
        question="satisfaction",
        style=style,
        prompts=(HELLO,),
        keys=frozenset("12345"),
        tries=2,
        record_seconds_max=20,
        then=step("bye"),
    )
    return flow({"q": question}, name="survey")


def test_the_answer_can_be_a_value() -> None:
    question = Question(
        question="satisfaction",
        style=Style.KEYS,
        prompts=(HELLO,),
        keys=frozenset("12345"),
        into="rate",
        then=step("told"),
    )
    told = EnterQueue(queue=SALES, agent=text_of("{rate}"))
    a_flow = flow({"q": question, "told": told}, variables={"rate": "none"})
    assert run(a_flow, says((Ask, "4")))[0] == ToQueue(queue=SALES, agent="4")
    assert run(a_flow, says((Ask, "")))[0] == ToQueue(queue=SALES, agent="")


def filed(answer: str) -> list[FileAnswer]:
    return [FileAnswer(survey="survey", question="satisfaction", answer=answer)]


def test_a_key_answers_a_question() -> None:
    end, asked = run(asks(Style.KEYS), says((Ask, "9"), (Ask, "4")))
    assert end == Bye()
    assert [ask.prompts for ask in of(Ask, asked)] == [(HELLO,), (HELLO,)]
    assert of(FileAnswer, asked) == filed("4")


def test_what_was_answered_before_the_walk_broke_off_is_not_asked_again() -> None:
    def asking(then: str, into: str) -> Question:
        return Question(
            question=then, style=Style.KEYS, prompts=(HELLO,), keys=frozenset("4"), into=into,
            then=step(then),
        )  # fmt: skip

    told = EnterQueue(queue=SALES, agent=text_of("{liked}"))
    a_flow = flow(
        {"q": asking("more", "liked"), "more": asking("told", ""), "told": told},
        variables={"liked": ""},
    )
    before = {answered("test", "more"): "4", answered("test", "told"): "5"}
    end, asked = run(a_flow, nothing, before)
    assert end == ToQueue(queue=SALES, agent="4")
    assert path(asked) == ["q", "more", "told"]
    assert not of(Ask, asked)
    assert not of(FileAnswer, asked)
    some = run(a_flow, says((Ask, "4")), {answered("test", "more"): "4"})[1]
    assert [ask.step for ask in of(Ask, some)] == ["more"]


def test_a_question_may_stay_without_an_answer() -> None:
    end, asked = run(asks(Style.KEYS), says((Ask, "")))
    assert end == Bye()
    assert len(of(Ask, asked)) == 2
    assert not of(FileAnswer, asked)


def test_what_is_known_answers_a_question_without_asking() -> None:
    known = Question(
        question="satisfaction",
        style=Style.VALUE,
        prompts=(),
        value=text_of("{rate}"),
        then=step("bye"),
    )
    rated = flow({"q": known}, name="survey", variables={"rate": "7"})
    heard = run(rated, says())[1]
    assert not of(Ask, heard)
    assert of(FileAnswer, heard) == filed("7")
    assert path(heard) == ["q", "bye"]
    unrated = flow({"q": known}, name="survey", variables={"rate": ""})
    assert not of(FileAnswer, run(unrated, says())[1])


def test_a_recording_answers_a_question() -> None:
    def recorded(file: Answer) -> list[Doing]:
        return run(asks(Style.RECORDING), says((Record, file)))[1]

    asked = recorded("sound.wav")
    assert of(Play, asked) == [Play(step=step("q"), prompts=(HELLO,), barge_in=True)]
    assert of(Record, asked) == [Record(step=step("q"), seconds_max=20)]
    assert of(FileAnswer, asked) == filed("sound.wav")
    assert not of(FileAnswer, recorded(""))
    assert path(recorded("")) == ["q", "bye"]
