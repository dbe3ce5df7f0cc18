"""A call of a campaign, for tests that change what matters to them."""

from typing import Any

from ccserver.core.campaigns import CampaignName, LeadId, MachineWay
from ccserver.core.dial_orders import Dial, leg_of_attempt
from ccserver.core.ids import ContactId
from ccserver.core.quick import replace


def dial_for(contact: ContactId, **more: Any) -> Dial:
    usual = Dial(
        contact=contact,
        leg=leg_of_attempt(contact),
        campaign=CampaignName("autumn"),
        lead=LeadId(1),
        number="+8613800000001",
        number_index=0,
        caller_id="",
        language="zh",
        ring_seconds=30,
        machine=MachineWay.OFF,
        machine_prompt="",
        flow="",
        goodbye="safe_harbour",
        placed_at=0.0,
        checks=(),
        pacing="{}",
    )
    return replace(usual, **more)
