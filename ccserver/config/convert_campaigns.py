"""From the configuration's campaigns to the rules that the dialer goes by."""

from collections.abc import Mapping

from ccserver.config.campaign_form import AbandonForm, CampaignForm
from ccserver.config.convert import hours
from ccserver.config.form import ConfigForm
from ccserver.core.campaign_states import Schedule
from ccserver.core.campaigns import (
    AbandonRules,
    CampaignName,
    CampaignRules,
    CampaignState,
    Caps,
    RetryRule,
)
from ccserver.core.ids import Queue


def campaign_rules(
    form: ConfigForm, states: Mapping[CampaignName, CampaignState]
) -> tuple[CampaignRules, ...]:
    """Every campaign, by name. One that no state is known of is a draft."""
    return tuple(
        _campaign(CampaignName(name), one, form, states)
        for name, one in sorted(form.campaigns.items())
    )


def schedule(campaign: CampaignForm) -> Schedule:
    """When a campaign starts and stops by itself."""
    starts_at, ends_at = campaign.starts_at, campaign.ends_at
    return Schedule(
        starts_at=None if starts_at is None else starts_at / 1000,
        ends_at=None if ends_at is None else ends_at / 1000,
    )


def _campaign(
    name: CampaignName,
    one: CampaignForm,
    form: ConfigForm,
    states: Mapping[CampaignName, CampaignState],
) -> CampaignRules:
    return CampaignRules(
        name=name,
        title=one.title,
        state=states.get(name, CampaignState.DRAFT),
        mode=one.mode,
        queue=None if one.queue is None else Queue(one.queue),
        off_hook=one.off_hook,
        ratio=one.ratio,
        lines_max=one.lines_max,
        calls_per_second=one.calls_per_second,
        ring_seconds=one.ring_seconds,
        cancel_ringing=one.cancel_ringing,
        caller_id=one.caller_id or "",
        caller_ids=tuple(sorted(one.caller_ids.items())),
        machine=one.machine,
        machine_prompt=one.machine_prompt,
        flow=one.flow,
        windows=None if one.calendar is None else hours(form.calendars[one.calendar]),
        caps=Caps(**one.caps.model_dump()),
        retries=tuple(RetryRule(**rule.model_dump()) for rule in one.retries),
        abandon=abandon_rules(one.abandon),
        preview_seconds=one.preview_seconds,
        skips_max=one.skips_max,
        spare_agents=one.spare_agents,
        weight=one.weight,
    )


def abandon_rules(form: AbandonForm) -> AbandonRules:
    """What an abandoned call is."""
    return AbandonRules(
        cap=form.cap,
        period_seconds=form.period_days * 86_400,
        connect_seconds=form.connect_seconds,
        clock=form.clock,
        window_seconds=form.window_minutes * 60,
        window_cap=form.window_cap,
        lockout_seconds=form.lockout_hours * 3600,
        prompt=form.prompt,
    )
