"""Each mode has its pacer."""

import pytest

from ccserver.core.campaigns import CampaignRules, Mode
from ccserver.core.hazard_pacing import Hazard
from ccserver.core.pacing import pacer_for
from ccserver.core.pacing_rules import Power, Progressive
from tests.core.pacers import SURVEY, ledger, team


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        (Mode.PREDICTIVE, Hazard),
        (Mode.POWER, Power),
        (Mode.PROGRESSIVE, Progressive),
        (Mode.PREVIEW, Progressive),
        (Mode.AGENTLESS, Progressive),
    ],
)
def test_each_mode_has_its_pacer(mode: Mode, kind: type) -> None:
    assert type(pacer_for(CampaignRules(name=SURVEY, mode=mode), ledger(), 0.0)) is kind


def test_power_has_the_ratio_of_the_rules() -> None:
    rules = CampaignRules(name=SURVEY, mode=Mode.POWER, ratio=3.0)
    pacer = pacer_for(rules, ledger(), 0.0)
    team(pacer, 2)
    assert pacer.decide(0.0, 100).place == 6
