"""What the screens show of campaigns: the last word on each one, on previews and on phones that are
off-hook."""

from ccserver.core.campaigns import CampaignName
from ccserver.core.dial_orders import ShowCampaign, ShowPreview
from ccserver.core.ids import AgentId
from ccserver.web.instants import ms
from ccserver.web.shown import CampaignInfo, Labeled, Preview


class OutboundView:
    """Fed by the core's orders, as `View` is, which has it."""

    def __init__(self) -> None:
        self.previews: dict[AgentId, Preview] = {}
        self.campaigns: dict[CampaignName, CampaignInfo] = {}
        self.off_hook: set[AgentId] = set()

    def show_preview(self, shown: ShowPreview) -> Preview:
        """Take over the lead that is shown to an agent."""
        preview = Preview(
            contact=shown.contact,
            campaign=shown.campaign,
            lead=shown.lead,
            customer=shown.customer,
            name=shown.name,
            number=shown.number,
            data=[Labeled(label=label, value=value) for label, value in shown.data],
            until_at=None if shown.until is None else ms(shown.until),
            skips_left=shown.skips_left,
        )
        self.previews[shown.agent] = preview
        return preview

    def show_campaign(self, shown: ShowCampaign) -> CampaignInfo:
        """Take over how a campaign goes."""
        fields = {name: getattr(shown, name) for name in CampaignInfo.model_fields}
        campaign = CampaignInfo.model_validate(fields)
        self.campaigns[shown.campaign] = campaign
        return campaign
