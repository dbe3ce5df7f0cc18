"""What a robot agent answers to the server's messages."""

from typing import Any

import pytest

from ccserver.local.robots import NOTES_SECONDS, answers


def state(presence: str, work: str, agent: str = "anna") -> dict[str, Any]:
    return {"agent": agent, "presence": presence, "work": work}


def test_a_card_is_acknowledged_at_once() -> None:
    card = {"type": "caller_card", "card": {"contact": "c1"}}
    assert answers(card, "anna") == [({"type": "ack_pop", "contact": "c1"}, 0.0)]


@pytest.mark.parametrize(
    ("presence", "work", "answer"),
    [
        ("logged_out", "logged_out", [({"type": "ready"}, 0.0)]),
        ("paused", "paused", [({"type": "ready"}, 0.0)]),
        ("ready", "missed", [({"type": "ready"}, 0.0)]),
        ("ready", "wrap_up", [({"type": "wrap_up_done"}, NOTES_SECONDS)]),
        ("ready", "available", []),
        ("ready", "on_call", []),
    ],
    ids=["new", "paused", "missed", "wrap_up", "available", "talking"],
)
def test_it_does_what_brings_the_next_call(presence: str, work: str, answer: list[Any]) -> None:
    assert answers({"type": "agent_changed", "agent": state(presence, work)}, "anna") == answer
    assert answers({"type": "snapshot", "agents": [state(presence, work)]}, "anna") == answer


def test_another_agent_is_none_of_its_business() -> None:
    assert (
        answers({"type": "agent_changed", "agent": state("paused", "paused", "ben")}, "anna") == []
    )
