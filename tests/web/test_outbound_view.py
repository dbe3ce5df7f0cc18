"""What agents and supervisors see of campaigns, and what agents ask for, on a real socket."""

from dataclasses import replace
from typing import Any

import pytest

from ccserver.core.campaigns import CampaignName, CampaignState, LeadId
from ccserver.core.commands import CallState
from ccserver.core.dial_events import OffHookChosen, PreviewDialed, PreviewSkipped
from ccserver.core.dial_orders import HidePreview, ShowCampaign, ShowOffHook, ShowPreview
from ccserver.core.events import Event, ScreenClosed, ScreenOpened
from ccserver.core.ids import AgentId
from tests.web.house import (
    ANNA,
    BOB,
    CALL,
    House,
    hear,
    running,
    say,
    shown_agent,
    shown_call,
    shown_caller,
)

PREVIEW = ShowPreview(
    agent=ANNA,
    contact=CALL,
    campaign=CampaignName("care"),
    lead=LeadId(17),
    customer="7",
    name="王芳",
    number="+8613800000001",
    data=(("model", "BJ1039"),),
    until=1_000_060.0,
    skips_left=2,
)
GOES = ShowCampaign(
    campaign=CampaignName("care"),
    state=CampaignState.RUNNING,
    hopper=200,
    ringing=14,
    waiting=1,
    talking=8,
    free_agents=2,
    placed=400,
    answered=120,
    abandoned=2,
    machines=31,
    period_answered=1200,
    period_abandoned=30,
    expected_answers=4.2,
    soon_free=3.5,
    answer_probability=0.3,
    risk=0.02,
    risk_allowed=0.03,
    budget_left=6.0,
    why="risk",
)


async def event_of(house: House) -> Event:
    """The next event that is not of a screen's coming and going."""
    while isinstance(event := await house.events.get(), ScreenOpened | ScreenClosed):
        pass
    return event


async def test_a_lead_is_shown_to_its_agent_alone_until_it_is_called() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna, house.screen("sue") as sue:
            assert (await hear(anna))["preview"] is None
            await hear(sue)
            house.live.perform(PREVIEW)
            told = await hear(anna)
            async with house.screen("anna") as second, house.screen("bob") as bob:
                assert (await hear(second))["preview"] == told["preview"]
                assert (await hear(bob))["preview"] is None
            house.live.perform(HidePreview(agent=ANNA))
            house.live.perform(HidePreview(agent=ANNA))
            house.live.perform(replace(PREVIEW, until=None))
            gone, again = await hear(anna), await hear(anna)
            house.live.perform(GOES)
            assert (await hear(sue))["type"] == "campaign", "and no preview before"
    assert told["type"] == "preview"
    assert told["preview"] == {
        "contact": CALL, "campaign": "care", "lead": 17, "customer": "7", "name": "王芳",
        "number": "+8613800000001", "data": [{"label": "model", "value": "BJ1039"}],
        "until_at": 1_000_060_000, "skips_left": 2,
    }  # fmt: skip
    assert gone["preview"] is None
    assert again["preview"]["until_at"] is None


async def test_supervisors_see_how_a_campaign_goes_and_agents_do_not() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna, house.screen("sue") as sue:
            await hear(anna)
            assert (await hear(sue))["campaigns"] == []
            house.live.perform(GOES)
            told = await hear(sue)
            house.live.perform(replace(GOES, placed=401, why=""))
            await hear(sue)
            house.live.perform(shown_agent(ANNA))
            assert (await hear(anna))["type"] == "agent_changed", "and no campaign before"
        async with house.screen("anna") as anna, house.screen("sue") as sue:
            assert (await hear(anna))["campaigns"] == []
            all_ = (await hear(sue))["campaigns"]
    fields = {name: getattr(GOES, name) for name in ShowCampaign.__slots__}
    assert told["campaign"] == fields
    assert all_ == [{**fields, "placed": 401, "why": ""}]


async def test_it_is_seen_who_is_off_hook_also_in_later_states() -> None:
    async with running(House()) as house:
        house.live.perform(ShowOffHook(agent=ANNA, on=True))
        house.live.perform(shown_agent(ANNA))
        async with house.screen("anna") as anna, house.screen("sue") as sue:
            assert (await hear(anna))["agents"][0]["off_hook"] is True
            assert (await hear(sue))["agents"][0]["off_hook"] is True
            house.live.perform(ShowOffHook(agent=ANNA, on=False))
            for screen in (anna, sue):
                told = await hear(screen)
                assert (told["type"], told["agent"]["off_hook"]) == ("agent_changed", False)


async def test_the_pop_and_the_call_name_campaign_and_lead() -> None:
    async with running(House()) as house:
        async with house.screen("anna") as anna:
            await hear(anna)
            house.live.perform(replace(shown_caller(), campaign="care", lead=17))
            house.live.perform(replace(shown_call(CallState.TALKING, ANNA), campaign="care"))
            card, call = (await hear(anna))["card"], (await hear(anna))["call"]
    assert (card["campaign"], card["lead"]) == ("care", 17)
    assert call["campaign"] == "care"


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ({"type": "preview_dial"}, PreviewDialed(agent=ANNA)),
        (
            {"type": "preview_skip", "reason": " wrong data "},
            PreviewSkipped(agent=ANNA, reason="wrong data"),
        ),
        ({"type": "off_hook", "on": True}, OffHookChosen(agent=ANNA, on=True)),
        ({"type": "off_hook", "on": False}, OffHookChosen(agent=ANNA, on=False)),
    ],
    ids=str,
)
async def test_buttons_become_events(message: dict[str, Any], event: Event) -> None:
    async with running(House()) as house:
        house.live.perform(PREVIEW)
        async with house.screen("anna") as anna:
            await hear(anna)
            await say(anna, **message)
            assert await event_of(house) == event


@pytest.mark.parametrize("agent", [ANNA, BOB])
async def test_what_is_not_shown_or_may_not_be_skipped_is_refused(agent: AgentId) -> None:
    async with running(House()) as house:
        house.live.perform(replace(PREVIEW, skips_left=0))
        async with house.screen(agent) as screen:
            await hear(screen)
            await say(screen, type="preview_skip", reason="busy")
            refused = await hear(screen)
            assert (refused["type"], refused["request"]) == ("refused", "preview_skip")
            if agent == ANNA:
                assert refused["reason"] == "You have skipped as many as you may: call this one."
                return
            assert refused["reason"].startswith("No lead is shown to you")
            await say(screen, type="preview_dial")
            assert (await hear(screen))["reason"] == refused["reason"]


async def test_only_agents_have_previews_and_phones_and_a_skip_needs_a_reason() -> None:
    async with running(House()) as house:
        async with house.screen("sue") as sue, house.screen("anna") as anna:
            await hear(sue)
            await hear(anna)
            for message in ({"type": "preview_dial"}, {"type": "off_hook", "on": True}):
                await say(sue, **message)
                told = await hear(sue)
                assert (told["type"], told["error"]) == ("error", "You take no calls.")
            for reason in ("", "  ", "x" * 61):
                await say(anna, type="preview_skip", reason=reason)
                assert (await hear(anna))["type"] == "error"
