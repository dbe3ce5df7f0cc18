"""Which state a campaign may go to from which."""

import pytest

from ccserver.core.campaign_states import ENDED, Schedule, may_become, scheduled, ways_of
from ccserver.core.campaigns import CampaignState as State


@pytest.mark.parametrize("state", list(State))
def test_a_person_says_neither_that_it_is_completed_nor_that_it_has_failed(state: State) -> None:
    assert State.COMPLETED not in ways_of(state)
    assert State.FAILED not in ways_of(state)
    assert state not in ways_of(state)


def test_what_runs_can_be_paused_stopped_and_completed() -> None:
    assert set(ways_of(State.RUNNING)) == {State.PAUSED, State.STOPPED}
    assert may_become(State.RUNNING, State.COMPLETED, by_person=False)
    assert not may_become(State.DRAFT, State.PAUSED, by_person=True)


@pytest.mark.parametrize("state", sorted(ENDED))
def test_what_has_ended_can_be_begun_again(state: State) -> None:
    assert State.RUNNING in ways_of(state)


def test_the_schedule_starts_only_what_a_person_has_scheduled() -> None:
    night = Schedule(starts_at=100.0, ends_at=200.0)
    assert scheduled(State.DRAFT, night, 150.0) is None
    assert scheduled(State.SCHEDULED, night, 99.9) is None
    assert scheduled(State.SCHEDULED, night, 100.0) is State.RUNNING
    assert scheduled(State.SCHEDULED, Schedule(), 1e9) is None


@pytest.mark.parametrize("state", [State.SCHEDULED, State.RUNNING, State.PAUSED])
def test_the_schedule_stops_what_goes_on(state: State) -> None:
    assert scheduled(state, Schedule(ends_at=200.0), 200.0) is State.STOPPED
    assert scheduled(State.RUNNING, Schedule(ends_at=200.0), 199.0) is None
    assert scheduled(State.COMPLETED, Schedule(ends_at=200.0), 300.0) is None
