"""The two choices, one at a time."""

from ccserver.core.choice import HALVED_SECONDS, NO_TARGET_SECONDS, Promise, target_seconds
from ccserver.core.ids import Queue
from ccserver.core.rules import QueueRules
from ccserver.core.value import Tier


def test_old_storms_do_not_count_in_the_share_of_promises_kept() -> None:
    promise = Promise(invoked=8.0, kept=4.0)
    promise.forget(HALVED_SECONDS - 1)
    assert promise.kept == 4.0
    promise.forget(HALVED_SECONDS)
    assert (promise.invoked, promise.kept) == (4.0, 2.0)


def test_a_tier_without_a_target_has_the_usual_one() -> None:
    rules = QueueRules(name=Queue("sales"), targets=())
    assert target_seconds(rules, Tier.GOLD) == NO_TARGET_SECONDS
    assert target_seconds(QueueRules(name=Queue("sales")), Tier.PLATINUM) == 10.0
