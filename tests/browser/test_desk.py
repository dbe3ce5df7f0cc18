"""A whole call in real browsers: the agent's desk is the phone, and a supervisor looks on."""

import asyncio

import pytest
from playwright.async_api import Browser, expect

from ccserver.local.phones import Caller, CallerScript, PhoneScript
from tests.asterisk.conftest import PhoneBook, Ring
from tests.asterisk.site import Site
from tests.asterisk.stories import assert_both_are_heard, assert_whole
from tests.browser.desk import at_desk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

GOLD = Caller(number="13800000001", name="Wang")
STRANGER = Caller(number="13912345678", name="Stranger")
PRESS_1 = CallerScript(keys="1", first_key_seconds=0.5, hang_up_seconds=90.0)
ANSWERS = PhoneScript(ring_seconds=0.5, talk_seconds=60.0)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_call_from_the_ring_to_the_last_note(
    site: Site, ring: Ring, chromium: Browser, language: str
) -> None:
    async with (
        at_desk(chromium, site, "anna", language) as anna,
        at_desk(chromium, site, "sue", language) as sue,
    ):
        await anna.is_phone()
        await anna.ready()
        row = sue.page.locator("tr", has_text="Anna").first
        await expect(row).to_contain_text(sue.word("available"))
        await asyncio.to_thread(ring, GOLD, PRESS_1)
        card = await anna.card("王伟")
        await expect(row).to_contain_text(sue.word("ringing"))
        seen = await anna.page.evaluate("window.__seen")
        (contact,) = seen["card"]
        await anna.page.wait_for_function(f"window.__seen.invite['{contact}'] !== undefined")
        seen = await anna.page.evaluate("window.__seen")
        assert seen["card"][contact] < seen["invite"][contact], "the card is before the ring"
        await anna.answer()
        await expect(row).to_contain_text(sue.word("on_call"))
        heard = await anna.talks()
        assert heard["energy"] > 0.001, "the caller is heard"
        await anna.press("hold")
        call = anna.page.locator("section.call h2")
        await expect(call).to_have_text(anna.word("on_hold"))
        await expect(row).to_contain_text("On hold" if language == "en" else "保持")
        await anna.press("resume")
        await expect(call).not_to_have_text(anna.word("on_hold"))
        await expect(card).to_be_visible()
        notes = anna.page.get_by_role("textbox", name=anna.word("notes"), exact=True)
        await notes.fill("wants the blue one")
        await anna.press("hang_up")
        await anna.works("wrap_up")
        await expect(row).to_contain_text(sue.word("wrap_up"))
        await anna.press("done")
        await anna.works("available")
        await expect(row).to_contain_text(sue.word("available"))
    (ended,) = await site.contacts(1)
    story = await asyncio.to_thread(site.contact, ended["contact"])
    assert_whole(story)
    assert (story["agent"], story["note"]) == ("anna", "wants the blue one")
    assert story["quality"], "how it sounded was kept"
    assert_both_are_heard(site, story)


async def test_a_caller_is_handed_over_after_a_consultation(
    site: Site, ring: Ring, phones: PhoneBook, chromium: Browser
) -> None:
    phones.start("1002", script=ANSWERS)
    async with (
        at_desk(chromium, site, "anna") as anna,
        at_desk(chromium, site, "bob") as bob,
        at_desk(chromium, site, "sue") as sue,
    ):
        await anna.is_phone()
        await anna.ready()
        await asyncio.to_thread(ring, GOLD, PRESS_1)
        await anna.card("王伟")
        await anna.answer()
        await bob.press("ready")
        await anna.press("hand_on")
        dialog = anna.page.get_by_role("dialog")
        await dialog.get_by_text("Bob").first.click()
        await dialog.get_by_role("button", name="Consult first").first.click()
        await bob.works("on_call")
        await bob.card("王伟")
        row = sue.page.locator("tr", has_text="Anna").first
        await expect(row).to_contain_text("consult", ignore_case=True)
        await anna.page.get_by_role("button", name="Hand the caller over").click()
        await anna.works("wrap_up")
        await bob.works("on_call")
        await expect(sue.page.locator("tr", has_text="Bob").first).to_contain_text("+8613800000001")
        await bob.press("hang_up")
        await bob.works("wrap_up")
    (ended,) = await site.contacts(1)
    story = await asyncio.to_thread(site.contact, ended["contact"])
    talks = [(part["agent"], part["kind"]) for part in story["segments"]]
    assert ("anna", "consult") in talks
    assert talks.count(("bob", "talk")) == 1


async def test_an_unknown_caller_gets_a_name(site: Site, ring: Ring, chromium: Browser) -> None:
    async with at_desk(chromium, site, "anna") as anna:
        await anna.is_phone()
        await anna.ready()
        await asyncio.to_thread(ring, STRANGER, PRESS_1)
        card = await anna.card("+8613912345678")
        await anna.answer()
        await card.get_by_role("button", name="New customer").click()
        await card.get_by_label("Name", exact=True).fill("陈静")
        await card.get_by_role("button", name="Save").click()
        await anna.card("陈静")
        await anna.press("hang_up")
        await anna.works("wrap_up")
        await anna.go("customers")
        await (
            anna.page.get_by_role("searchbox")
            .or_(anna.page.get_by_placeholder("Number, name, customer id or address"))
            .first.fill("陈静")
        )
        await expect(anna.page.get_by_text("+8613912345678").first).to_be_visible()
