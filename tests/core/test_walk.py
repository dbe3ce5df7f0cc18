"""Walking a flow."""

from ccserver.core.doings import Answer, Ask, Bye, Doing, Failed, Play, ToQueue, how
from ccserver.core.ids import Queue
from ccserver.core.steps import Menu, Say
from ccserver.core.walk import STEPS_MAX
from tests.core.walks import HELLO, flow, path, run, step


def nothing(_: Doing) -> Answer:
    return None


def test_a_say_plays_and_goes_on() -> None:
    end, asked = run(flow({"a": Say(prompts=(HELLO,), then=step("bye"))}), nothing)
    assert end == Bye()
    assert how(end) == "goodbye"
    assert path(asked) == ["a", "bye"]
    assert Play(step=step("a"), prompts=(HELLO,), barge_in=True) in asked


def test_a_key_leads_where_the_menu_says() -> None:
    menu = Menu(
        prompts=(HELLO,), keys={"1": step("sales")}, otherwise=step("bye"), timeout_seconds=5
    )
    end, _ = run(flow({"m": menu}), lambda doing: "1" if isinstance(doing, Ask) else None)
    assert end == ToQueue(queue=Queue("sales"))


def test_a_step_that_fails_leads_to_its_way_out_or_to_the_operator() -> None:
    def lost(doing: Doing) -> Answer:
        return Failed("lost") if isinstance(doing, Play) else None

    steps = {"a": Say(prompts=(HELLO,), then=step("bye"))}
    end, _ = run(flow(steps), lost)
    assert (end, how(end)) == (ToQueue(queue=Queue("operator")), "failed")
    end, _ = run(flow(steps, on_error={step("a"): step("sales")}), lost)
    assert (end, how(end)) == (ToQueue(queue=Queue("sales")), "queued")


def test_a_loop_that_no_key_leaves_ends_at_the_operator() -> None:
    end, asked = run(flow({"a": Say(prompts=(HELLO,), then=step("a"))}), nothing)
    assert end == ToQueue(queue=Queue("operator"))
    assert len(path(asked)) == STEPS_MAX
