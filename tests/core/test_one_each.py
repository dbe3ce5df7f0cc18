"""One call for each free agent."""

from ccserver.core.one_each import one_each
from ccserver.core.pacer import Doing
from tests.core.campaigning import RULES, ledger


def test_each_free_agent_has_one_call_under_way() -> None:
    pacer = one_each(RULES, ledger(), 0.0)
    assert pacer.decide(0.0, 9).why.holds == "agents"
    for agent in "abc":
        pacer.agent(0.0, agent, Doing.FREE)
    assert pacer.decide(0.0, 9).place == 3
    assert pacer.decide(0.0, 2).place == 2
    pacer.placed(0.0, "1")
    pacer.placed(0.0, "2")
    pacer.placed(0.0, "3")
    pacer.picked_up(0.5, "1")
    assert pacer.decide(1.0, 9).place == 0
    pacer.ended(1.0, "1")
    assert pacer.decide(1.0, 9).place == 1
    pacer.canceled(1.0, "2")
    assert pacer.decide(1.0, 9).place == 2
    pacer.answered(2.0, "3")
    assert pacer.decide(2.0, 9).place == 2
    pacer.connected(2.0, "3")
    pacer.agent(2.0, "a", Doing.TALK)
    assert pacer.decide(2.0, 9).place == 2
    pacer.answered(3.0, "4")
    pacer.abandoned(5.0, "4")
    assert pacer.decide(5.0, 9).place == 2
    assert pacer.learned() == ""
