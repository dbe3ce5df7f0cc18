"""Which pacer a campaign has."""

from ccserver.core.campaigns import CampaignRules, Ledger, Mode
from ccserver.core.hazard_pacing import Hazard
from ccserver.core.pacer import Pacer
from ccserver.core.pacing_budget import Budget
from ccserver.core.pacing_rules import Power, Progressive


def pacer_for(rules: CampaignRules, ledger: Ledger, now: float) -> Pacer:
    """The pacer of this campaign. PREVIEW and AGENTLESS need none: they get the safest."""
    match rules.mode:
        case Mode.PREDICTIVE:
            return Hazard(
                Budget(rules.abandon, ledger, now),
                ring_seconds=rules.ring_seconds,
                connect_seconds=rules.abandon.connect_seconds,
                cancel_ringing=rules.cancel_ringing,
                learned=ledger.learned,
            )
        case Mode.POWER:
            return Power(rules.ratio)
        case Mode.PROGRESSIVE | Mode.PREVIEW | Mode.AGENTLESS:
            return Progressive()
