"""What is said to a caller, and asked of him."""

from ccserver.core.doings import Answer, AskDigits, Bye, Doing, End, ToQueue
from ccserver.core.ids import Queue
from ccserver.core.steps import Digits
from tests.core.walks import HELLO, WRONG, flow, run, step


def test_wrong_digits_are_asked_for_again() -> None:
    digits = Digits(
        prompts=(HELLO,),
        wrong=(WRONG,),
        into="order",
        length_min=3,
        length_max=3,
        then=step("sales"),
        otherwise=step("bye"),
        tries=2,
    )

    def typed(text: str) -> tuple[End, list[Doing]]:
        def answer(doing: Doing) -> Answer:
            return text if isinstance(doing, AskDigits) else None

        return run(flow({"d": digits}), answer)

    assert typed("123")[0] == ToQueue(queue=Queue("sales"))
    end, asked = typed("12")
    assert end == Bye()
    assert [d.prompts for d in asked if isinstance(d, AskDigits)] == [(HELLO,), (WRONG, HELLO)]
