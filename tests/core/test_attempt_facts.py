"""What the evidence holds of an attempt."""

import json

from ccserver.core.attempt_facts import ms, of_attempt, of_dial, phase_of
from ccserver.core.campaigns import CampaignName, Check, LeadId, Phase, Result
from ccserver.core.dial_orders import SaveAttempt
from ccserver.core.evidence import canonical
from ccserver.core.ids import ContactId
from tests.dials import dial_for

DIAL = dial_for(
    ContactId("c1"),
    lead=LeadId(7),
    number="+8613800000000",
    caller_id="+8610",
    placed_at=1.0015,
    checks=(Check(name="window", passed=True, detail="09:00"),),
    pacing='{"risk":0.01}',
)


def saved(result: Result | None = None, connected_at: float | None = None) -> SaveAttempt:
    return SaveAttempt(
        contact=ContactId("c1"),
        campaign=CampaignName("autumn"),
        lead=LeadId(7),
        at=3.0,
        result=result,
        answered_at=2.0,
        connected_at=connected_at,
    )


def test_a_call_is_kept_with_rules_checks_and_pacing() -> None:
    body = json.loads(canonical(of_dial(DIAL, "r1")))
    assert (body["campaign"], body["placed_at"], body["rules"]) == ("autumn", 1002, "r1")
    assert body["checks"] == [{"name": "window", "passed": True, "detail": "09:00"}]
    assert body["pacing"] == '{"risk":0.01}'


def test_what_came_of_it_is_kept_by_its_phase() -> None:
    assert phase_of(saved()) is Phase.ANSWERED
    assert phase_of(saved(connected_at=2.1)) is Phase.CONNECTED
    assert phase_of(saved(Result.HUMAN, connected_at=2.1)) is Phase.ENDED
    body = json.loads(canonical(of_attempt(saved(Result.HUMAN, connected_at=2.1))))
    assert (body["result"], body["connected_at"], body["clock_at"]) == ("human", 2100, None)
    assert ms(None) is None
