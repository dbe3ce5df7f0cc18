"""Campaigns made ready for the browser, and their customers."""

from collections.abc import Sequence
from typing import Any, Final

from tests.asterisk.site import Site
from tests.browser.filled import asked

QUESTIONNAIRE: Final = {
    "title": "保养满意度",
    "questions": [
        {
            "name": "mark",
            "kind": "rating",
            "text": {"zh": "您对这次保养满意吗?", "en": "How satisfied were you?"},
            "scale": "csat",
        },
        {
            "name": "again",
            "kind": "single",
            "text": {"zh": "您还会来吗?", "en": "Will you come again?"},
            "options": [
                {"name": "yes", "text": {"zh": "会", "en": "Yes"}},
                {"name": "no", "text": {"zh": "不会", "en": "No"}},
            ],
        },
        {
            "name": "why",
            "kind": "text",
            "text": {"zh": "有什么建议?", "en": "What could be better?"},
            "required": False,
        },
    ],
}
SCRIPT: Final = {"title": "回访话术", "text": "{name},您好,我是{agent}。"}


async def prepare(site: Site) -> None:
    """What agents say and ask in campaigns."""
    async with asked(site, "ada") as ada:
        for place, body in (("questionnaires", QUESTIONNAIRE), ("scripts", SCRIPT)):
            (await ada.put(f"/api/config/{place}/service", json=body)).raise_for_status()


async def set_up(site: Site, name: str, **form: Any) -> None:
    """A campaign whose state is draft, with what was prepared."""
    usual = {"queue": "sales", "script": "service", "questionnaire": "service"}
    async with asked(site, "ada") as ada:
        made = await ada.put(f"/api/config/campaigns/{name}", json=usual | form)
        made.raise_for_status()


async def fill(site: Site, name: str, rows: Sequence[str], title: str = "list") -> None:
    """A list of these rows of a file, the first of which names the columns."""
    async with asked(site, "sue") as sue:
        made = (await sue.post(f"/api/campaigns/{name}/lists", json={"title": title})).json()
        sent = await sue.post(
            f"/api/lists/{made['id']}/import",
            params={"name": "leads.csv"},
            content="\n".join(rows).encode(),
        )
        sent.raise_for_status()


async def set_state(site: Site, name: str, state: str) -> None:
    """As a supervisor does it."""
    async with asked(site, "sue") as sue:
        body = {"state": state, "reason": "the day begins"}
        (await sue.post(f"/api/campaigns/{name}/state", json=body)).raise_for_status()
