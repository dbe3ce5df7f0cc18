"""The do-not-call list and consents over HTTP."""

from pathlib import Path

import pytest

from ccserver.core.campaigns import CampaignName
from ccserver.core.dial_events import LeadsBarred
from tests.web.house import House, running
from tests.web.talked import FIRST, execute, talked
from tests.web.test_lists import is_problem

pytestmark = pytest.mark.db

WANG, LI = "+8613800138000", "+8613900139000"
URL = "/api/do-not-call"

_LEAD = (
    "INSERT INTO lead (campaign, call_list, numbers, state, data)"
    " VALUES ('reminder', 1, $1, $2, '{}')"
)


async def test_supervisors_bar_and_unbar(database: str) -> None:
    await execute(database, _LEAD, [WANG, LI], "queued")
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        barred = await sue.post(
            URL, json={"number": "138 0013 8000", "campaign": "reminder", "reason": "asked"}
        )
        assert barred.json() == {"number": WANG, "leads": 1}
        both = await sue.post(URL, json={"number": "+86139", "prefix": True})
        assert both.json() == {"number": "+86139", "leads": 0}
        assert house.posted == [
            LeadsBarred(numbers=frozenset([WANG]), campaign=CampaignName("reminder")),
            LeadsBarred(numbers=frozenset(["+86139"])),
        ]
        page = (await sue.get(URL, params={"limit": 1})).json()
        assert [entry["number"] for entry in page["entries"]] == ["+86139"]
        rest = (await sue.get(URL, params={"before": page["next"]})).json()
        (entry,) = rest["entries"]
        assert (entry["number"], entry["campaign"], entry["source"]) == (
            WANG, "reminder", "operator"
        )  # fmt: skip
        assert (entry["reason"], entry["added_by"], rest["next"]) == ("asked", "sue", None)
        found = (await sue.get(URL, params={"number": "13900139000"})).json()["entries"]
        assert [one["number"] for one in found] == ["+86139"]
        without = await sue.delete(URL, params={"number": "+86139"})
        assert "reason" in is_problem(without, 422)
        blank = await sue.delete(URL, params={"number": "+86139", "reason": "  "})
        is_problem(blank, 422)
        gone = await sue.delete(URL, params={"number": "+86139", "reason": "a mistake"})
        assert gone.status_code == 204
        again = await sue.delete(URL, params={"number": "13900139000", "reason": "a mistake"})
        is_problem(again, 404)
        is_problem(await sue.post(URL, json={"number": "+", "prefix": True}), 422)
        is_problem(await sue.post(URL, json={"number": "nobody"}), 422)


async def test_agents_bar_the_number_of_a_contact_of_theirs(database: str, tmp_path: Path) -> None:
    async with talked(database, tmp_path) as house:
        async with house.http("anna") as anna:
            caller = (await anna.get(f"/api/contacts/{FIRST}")).json()["caller"]
            form = {"number": caller, "contact": FIRST, "campaign": "reminder"}
            assert (await anna.post(URL, json=form)).json() == {"number": caller, "leads": 0}
            is_problem(await anna.post(URL, json={**form, "number": LI}), 403)
            is_problem(await anna.post(URL, json={"number": caller}), 403)
            prefix = {"number": "+86", "prefix": True, "contact": FIRST}
            is_problem(await anna.post(URL, json=prefix), 403)
            is_problem(await anna.get(URL), 403)
            is_problem(await anna.delete(URL, params={"number": caller, "reason": "x"}), 403)
        async with house.http("bob") as bob:
            is_problem(await bob.post(URL, json=form), 404)
        async with house.http("sue") as sue:
            (entry,) = (await sue.get(URL)).json()["entries"]
            assert (entry["source"], entry["added_by"]) == ("agent", "anna")


async def test_a_file_of_numbers_is_barred(database: str, tmp_path: Path) -> None:
    await execute(database, _LEAD, [LI], "dialing")
    house = House(dsn=database, folder=tmp_path)
    async with running(house), house.http("sue") as sue:
        await sue.post(URL, json={"number": WANG})
        house.posted.clear()
        text = f"号码\n{WANG}\n{LI}\n13900139000\n010-88886666/138 0000 0001\nnobody\n"
        sent = await sue.post(f"{URL}/import", params={"name": "dnc.csv"}, content=text.encode())
        assert sent.json() == {
            "added": 3,
            "known": 1,
            "bad": 1,
            "leads": 1,
            "faults": [[5, "not a number of its region: nobody"]],
        }
        assert house.posted == [LeadsBarred(numbers=frozenset([LI]))]
        newest = (await sue.get(URL, params={"limit": 1})).json()["entries"][0]
        assert (newest["source"], newest["reason"], newest["added_by"]) == (
            "import", "dnc.csv", "sue"
        )  # fmt: skip
        noted = "SELECT after ->> 'added' FROM setting_audit WHERE name = ''"
        assert await execute(database, noted) == "3"
        bad = await sue.post(f"{URL}/import", content=b"name\nWang\n")
        assert "no column number" in is_problem(bad, 422)
        is_problem(await sue.post(f"{URL}/import"), 422)
        async with house.http("anna") as anna:
            is_problem(await anna.post(f"{URL}/import", content=b"x"), 403)
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240 -- all is over


async def test_consents_are_said_and_shown(database: str) -> None:
    async with running(House(dsn=database)) as house, house.http("sue") as sue:
        form = {"number": "13800138000", "given": True, "source": "form 17"}
        assert (await sue.put("/api/consents", json=form)).status_code == 204
        refused = {**form, "given": False, "campaign": "reminder", "source": "telephone"}
        assert (await sue.put("/api/consents", json=refused)).status_code == 204
        last, first = (await sue.get("/api/consents", params={"number": WANG})).json()
        assert (last["campaign"], last["given"], last["source"]) == (
            "reminder", False, "telephone"
        )  # fmt: skip
        assert (first["number"], first["given"], first["by"]) == (WANG, True, "sue")
        own = (await sue.get("/api/consents", params={"campaign": "reminder"})).json()
        assert own == [last]
        is_problem(await sue.put("/api/consents", json={**form, "number": "x"}), 422)
        async with house.http("anna") as anna:
            is_problem(await anna.get("/api/consents"), 403)
            is_problem(await anna.put("/api/consents", json=form), 403)
