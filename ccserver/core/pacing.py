"""Which pacer a campaign has."""

from ccserver.core.campaigns import CampaignRules, Ledger, Mode
from ccserver.core.pacer import Pacer
from ccserver.core.pacing_rules import Power, Progressive


def pacer_for(rules: CampaignRules, ledger: Ledger, now: float) -> Pacer:
    """The pacer of this campaign. PREVIEW and AGENTLESS need none: they get the safest."""
    match rules.mode:
        case Mode.POWER:
            return Power(rules.ratio)
        case Mode.PREDICTIVE | Mode.PROGRESSIVE | Mode.PREVIEW | Mode.AGENTLESS:
            return Progressive()
