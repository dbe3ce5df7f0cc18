"""How long recordings are kept."""

import pytest

from ccserver.core.ids import Queue
from ccserver.core.retention import DAY_SECONDS, expires_at
from ccserver.core.rules import Direction, RetentionRule

COMPLAINT, SALES = Queue("complaint"), Queue("sales")

RULES = (
    RetentionRule(days=30, kinds=frozenset({"voicemail"})),
    RetentionRule(days=730, queues=frozenset({COMPLAINT})),
    RetentionRule(days=90, directions=frozenset({Direction.OUTBOUND})),
)


@pytest.mark.parametrize(
    ("queue", "kind", "direction", "days"),
    [
        (COMPLAINT, "contact", Direction.INBOUND, 730),
        (COMPLAINT, "voicemail", Direction.INBOUND, 30),
        (COMPLAINT, "consult", Direction.OUTBOUND, 730),
        (SALES, "contact", Direction.OUTBOUND, 90),
        (None, "voicemail", Direction.OUTBOUND, 30),
    ],
)
def test_the_first_rule_that_fits_says_how_long_a_recording_is_kept(
    queue: Queue | None, kind: str, direction: Direction, days: float
) -> None:
    at = expires_at(RULES, queue=queue, kind=kind, direction=direction, started_at=1000.0)
    assert at == 1000.0 + days * DAY_SECONDS


def test_what_no_rule_fits_is_kept_for_ever() -> None:
    for queue in (SALES, None):
        at = expires_at(
            RULES, queue=queue, kind="contact", direction=Direction.INBOUND, started_at=1.0
        )
        assert at is None


def test_a_rule_without_a_condition_fits_all() -> None:
    rules = (*RULES, RetentionRule(days=0.5))
    at = expires_at(
        rules, queue=None, kind="contact", direction=Direction.INBOUND, started_at=1000.0
    )
    assert at == 1000.0 + DAY_SECONDS / 2
