"""Campaigns as people see them: a supervisor's lists and figures, an agent's customers."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from ccserver.local.phones import Phones, PhoneScript, start_customers
from tests.asterisk.site import Site
from tests.browser.desk import Desk, at_desk
from tests.browser.filled import asked
from tests.browser.outbound import fill, prepare, set_state, set_up

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

HEAD = "name,phone,model"
WANG = "王伟,13800000001,T6"
BAD = "李娜,12,EV"
NEW = "陈静,13912345678,EV"


@pytest.fixture
def customers(tmp_path: Path, site: Site, customers_port: int) -> Iterator[Phones]:
    """Customers who answer, and talk until we hang up."""
    phones = start_customers(
        tmp_path / "customers",
        PhoneScript(ring_seconds=1.0),
        port=customers_port,
        sip_port=site.asterisk.ports.sip,
    )
    yield phones
    phones.stop()


async def test_a_supervisor_fills_and_starts_a_campaign_and_an_agent_asks(
    site: Site, customers: Phones, chromium: Browser, tmp_path: Path
) -> None:
    await prepare(site)
    async with asked(site, "ada") as ada:
        solved = {"title": "Solved", "flags": ["completed"]}
        (await ada.put("/api/config/dispositions/solved", json=solved)).raise_for_status()
    await set_up(site, "service", title="保养回访", mode="preview", preview_seconds=0)
    file = tmp_path / "九月.csv"
    file.write_text("\n".join([HEAD, WANG, BAD]))
    async with (
        at_desk(chromium, site, "anna", "zh") as anna,
        at_desk(chromium, site, "sue") as sue,
    ):
        await anna.is_phone()
        await anna.ready()
        await brings_a_list(sue, file)
        await starts(sue)
        await asks(anna)
        await expect(sue.page.locator("[data-state=completed]")).to_be_visible(timeout=20_000)
        await sue.go("campaigns?name=service&pane=attempts")
        attempt = sue.page.locator("tbody tr", has_text="+8613800000001")
        await expect(attempt).to_contain_text("Person")
        await sue.go("campaigns?tab=results")
        results = sue.page.locator("section.results")
        await expect(results).to_contain_text("How satisfied were you?")
        await expect(results).to_contain_text("1 answers")
        await expect(results).to_contain_text("Yes")
    assert len(customers.invites()) == 1
    (ended,) = await site.contacts(1)
    story = await asyncio.to_thread(site.contact, ended["contact"])
    assert (story["agent"], story["disposition"]) == ("anna", "solved")


async def brings_a_list(sue: Desk, file: Path) -> None:
    """A file with a bad row becomes a list, and the page tells the fault."""
    page = sue.page
    await sue.go("campaigns")
    await page.get_by_role("link", name="保养回访").click()
    await page.get_by_role("link", name="Lists", exact=True).click()
    await page.get_by_role("button", name="New list").click()
    await page.get_by_label("File", exact=True).set_input_files(file)
    await expect(page.get_by_label("Name of the list")).to_have_value("九月")
    await page.get_by_role("button", name="Make the list").click()
    row = page.locator("tr[data-list]")
    await expect(row).to_contain_text("Leads 1", timeout=10_000)
    await row.get_by_role("button", name="Bad rows (1)").click()
    fault = page.locator(".faults tbody tr")
    await expect(fault).to_contain_text("not a valid number there")
    await expect(fault).to_contain_text("12")


async def starts(sue: Desk) -> None:
    """The campaign runs, with a reason."""
    page = sue.page
    await page.get_by_role("button", name="Start: 保养回访").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox").fill("the day begins")
    await dialog.get_by_role("button", name="Start", exact=True).click()
    await expect(page.locator("[data-state=running]")).to_be_visible(timeout=10_000)
    await expect(page.locator("dl.live [data-why]")).to_be_visible()


async def asks(anna: Desk) -> None:
    """The agent reads who comes, calls, asks, and says what came of it."""
    page = anna.page
    preview = page.locator("[data-preview]")
    await expect(preview).to_contain_text("王伟", timeout=10_000)
    await expect(preview).to_contain_text("T6")
    await preview.get_by_role("button", name="呼叫", exact=True).click()
    card = await anna.card("王伟")
    await expect(card.locator("[data-campaign]")).to_have_text("保养回访")
    await expect(card).to_contain_text("王伟,您好,我是Anna。")
    await anna.answer()
    assert (await anna.talks())["energy"] > 0.001, "the customer is heard"
    marks = card.locator("[data-question=mark]")
    await expect(marks).to_contain_text("您对这次保养满意吗?")
    await marks.locator("label", has_text="5").click()
    await card.locator("[data-question=again]").get_by_text("会", exact=True).click()
    await card.locator("[data-question=why] textarea").fill("早点打电话")
    await card.get_by_role("button", name="完成问卷").click()
    await expect(card.locator("section.questions [role=status]")).to_have_text("已全部回答。")
    await anna.press("hang_up")
    await anna.works("wrap_up")
    await page.get_by_role("combobox", name="处理结果").click()
    await page.get_by_role("option", name="Solved").click()
    await anna.press("done")
    await anna.works("available")


async def test_an_agent_off_the_hook_sees_who_comes_and_hears_no_ring(
    site: Site, customers: Phones, chromium: Browser
) -> None:
    await prepare(site)
    await set_up(site, "spring", title="Spring", mode="progressive", off_hook=True)
    await fill(site, "spring", [HEAD, WANG, NEW])
    async with at_desk(chromium, site, "anna") as anna:
        page = anna.page
        await anna.is_phone()
        await page.get_by_text("Off-hook", exact=True).click()
        await expect(page.locator(".off-hook")).to_contain_text("without a ring", timeout=10_000)
        await anna.ready()
        rung = await page.evaluate("Object.keys(window.__seen.invite).length")
        await set_state(site, "spring", "running")
        for name in ("王伟", "陈静"):
            card = await anna.card(name)
            await expect(card).to_contain_text("model")
            await anna.works("on_call")
            before = await anna.heard()
            heard = await anna.talks(packets=50, since=before)
            assert heard["energy"] - before["energy"] > 0.0002, "the customer is heard"
            await anna.press("hang_up")
            await anna.works("wrap_up")
            await anna.press("done")
        seen = await page.evaluate("window.__seen")
        assert len(seen["invite"]) == rung, "nothing rang"
        assert len(seen["card"]) == 2
    assert len(customers.invites()) == 2
