"""What callers leave behind, over HTTP: messages, tickets, nuisance numbers, and their contact."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from ccserver.config.form import QueueForm
from ccserver.core.doings import OpenTicket
from ccserver.core.ids import ContactId, Phone, Queue
from ccserver.core.records import Recorded, SaveRecording
from ccserver.core.steps import TicketKind
from ccserver.db import config
from ccserver.db.config import Author
from ccserver.db.held import Held
from ccserver.db.people import Role, ensure_person
from ccserver.db.service_tickets import open_ticket
from tests.db.calls import T0, Site, contact_id
from tests.db.parts import journaled
from tests.db.parts import running as at_work
from tests.db.walked import Past, answer, voicemail, walk
from tests.web.house import House, running

pytestmark = pytest.mark.db

FILE = "2026/11/24/a.sln"
MESSAGE = f"/api/voicemails/{FILE}"
SERVICE = Queue("service")


@asynccontextmanager
async def office(dsn: str, recordings: Path = Path("none")) -> AsyncIterator[House]:
    """Anna serves sales and bob service; a message waits for each."""
    house = House(dsn=dsn, recordings=recordings)
    queues = {"sales": QueueForm(), "service": QueueForm()}
    async with house.sessions.begin() as session:
        await config.alter(
            session,
            lambda old: old.model_copy(update={"queues": queues}),
            author=Author(who="test", reason="the beginning"),
            used={},
        )
        for login, phone, queue in (("anna", "1001", "sales"), ("bob", "1002", "service")):
            await ensure_person(
                session, login, name=login, role=Role.AGENT, password_hash="",
                phone=Phone(phone), queues=[Queue(queue)],
            )  # fmt: skip
    past = Past()
    past.save(
        voicemail(1, file=FILE),
        SaveRecording(
            contact=contact_id(1),
            agent=None,
            file=FILE,
            started_at=T0,
            ended_at=T0 + 20,
            kind=Recorded.VOICEMAIL,
        ),
        voicemail(2, SERVICE),
    )
    await journaled(dsn, past)
    async with running(house):
        yield house


async def files(client: httpx.AsyncClient, query: str = "") -> list[str]:
    answer = await client.get(f"/api/voicemails{query}")
    assert answer.status_code == 200, answer.text
    return [row["file"] for row in answer.json()]


async def test_an_agent_takes_a_message_of_the_own_queues_and_no_other(database: str) -> None:
    async with office(database) as house, house.http("anna") as anna, house.http("bob") as bob:
        assert await files(anna) == [FILE]
        assert await files(anna, "?queue=service") == []
        assert await files(bob) == [f"{contact_id(2)}.sln"]
        for act in ("take", "done", "put_back"):
            assert (await bob.post(f"{MESSAGE}/{act}")).status_code == 404
        taken = await anna.post(f"{MESSAGE}/take")
        assert (taken.json()["state"], taken.json()["taken_by"]) == ("taken", "anna")
        assert await files(anna, "?state=new") == []
        done = await anna.post(f"{MESSAGE}/done")
        assert done.json()["state"] == "done"
        assert await files(anna) == []
        assert await files(anna, "?state=done&state=new") == [FILE]
        again = await anna.post(f"{MESSAGE}/take")
        assert (again.status_code, again.json()["detail"]) == (
            409, "Somebody else looks after this message, or has done so.",
        )  # fmt: skip


async def test_a_supervisor_sees_all_messages_and_gives_one_back(database: str) -> None:
    async with office(database) as house, house.http("anna") as anna, house.http("sue") as sue:
        assert len(await files(sue)) == 2
        assert await files(sue, "?queue=sales") == [FILE]
        assert len(await files(sue, "?limit=1")) == 1
        await anna.post(f"{MESSAGE}/take")
        left = await sue.post(f"{MESSAGE}/put_back")
        assert (left.json()["state"], left.json()["taken_by"]) == ("new", None)
        assert (await sue.post(f"{MESSAGE}/done")).json()["taken_by"] == "sue"
        assert (await sue.post("/api/voicemails/x/take")).status_code == 404
        async with house.http() as nobody:
            assert (await nobody.get("/api/voicemails")).status_code == 401


async def test_a_message_is_heard_by_the_agents_of_its_queue(database: str, tmp_path: Path) -> None:
    (tmp_path / "2026/11/24").mkdir(parents=True)
    (tmp_path / FILE).write_bytes(bytes(16_000))
    async with office(database, tmp_path) as house:
        async with house.http("anna") as anna, house.http("bob") as bob:
            (message,) = (await anna.get("/api/voicemails")).json()
            sound = f"/api/recordings/{message['recording']}/sound"
            heard = await anna.get(sound)
            assert (heard.status_code, heard.headers["content-type"]) == (200, "audio/wav")
            assert (await bob.get(sound)).status_code == 404


async def test_tickets_are_listed_and_closed_by_supervisors(database: str) -> None:
    wanted = OpenTicket(kind=TicketKind.REPAIR, title="Repair", details="", urgent=True)
    async with office(database) as house, house.http("sue") as sue, house.http("anna") as anna:
        held = Held(database, connections=1, query_seconds=5)
        async with at_work(held.run()):
            await held.ready()
            number = await open_ticket(held, wanted, contact=contact_id(1), caller="+1")
        path = "/api/service-tickets"
        (ticket,) = (await sue.get(path)).json()
        assert (ticket["number"], ticket["kind"], ticket["urgent"]) == (number, "repair", True)
        assert (ticket["contact"], ticket["caller"]) == (contact_id(1), "+1")
        assert (await sue.get(f"{path}?kind=complaint")).json() == []
        for refused in (await anna.get(path), await anna.post(f"{path}/{number}/close")):
            assert refused.status_code == 403
        assert refused.json()["detail"] == "You do not have this ticket's customer now."
        closed = (await sue.post(f"{path}/{number}/close")).json()
        assert (closed["state"], closed["closed_by"]) == ("closed", "sue")
        assert (await sue.get(path)).json() == []
        assert (await sue.get(f"{path}?state=closed")).json() == [closed]
        assert (await sue.post(f"{path}/999/close")).status_code == 404


async def called(dsn: str, number: int = 5, caller: str = "+8613800138000") -> ContactId:
    """A whole call that Anna answered."""
    site = Site()
    made = site.call(number, caller=caller)
    await journaled(dsn, site)
    return made


async def test_an_agent_marks_who_rang_him_and_a_supervisor_keeps_the_list(
    database: str,
) -> None:
    path = f"/api/contacts/{await called(database)}"
    why = {"reason": "shouts"}
    async with office(database) as house, house.http("anna") as anna, house.http("sue") as sue:
        assert (await anna.get(path)).json()["nuisance"] is None
        async with house.http("bob") as bob:
            assert (await bob.post(f"{path}/nuisance", json=why)).status_code == 404
        assert (await anna.post(f"{path}/nuisance", json={})).status_code == 422
        assert (await anna.post(f"{path}/nuisance", json=why)).status_code == 204
        assert house.flow_changes == 1
        assert (await anna.get(path)).json()["nuisance"] == "shouts"
        assert (await anna.get("/api/nuisance")).status_code == 403
        (row,) = (await sue.get("/api/nuisance")).json()
        assert (row["number"], row["marked_by"]) == ("+8613800138000", "anna")
        assert row["contact"] == path.rpartition("/")[2]
        assert (await anna.delete(f"{path}/nuisance")).status_code == 204
        assert (await anna.delete(f"{path}/nuisance")).status_code == 404
        await sue.post(f"{path}/nuisance", json=why)
        assert (await anna.delete(f"{path}/nuisance")).status_code == 403
        assert (await sue.delete("/api/nuisance/%2B8613800138000")).status_code == 204
        assert (await sue.delete("/api/nuisance/%2B8613800138000")).status_code == 404
        assert (await sue.get("/api/nuisance")).json() == []
        assert house.flow_changes == 4


async def test_who_hides_the_number_cannot_be_listed(database: str) -> None:
    contact = await called(database, caller="")
    async with office(database) as house, house.http("sue") as sue:
        answer = await sue.post(f"/api/contacts/{contact}/nuisance", json={"reason": "breathes"})
        assert (answer.status_code, answer.json()["detail"]) == (
            409, "This caller has hidden the number.",
        )  # fmt: skip


async def test_a_contact_shows_all_that_the_caller_did(database: str) -> None:
    contact = await called(database)
    past = Past()
    past.save(walk(5, ("welcome", ""), ("menu", "then"), seconds=3.0, version=4))
    past.save(answer(contact, "5"), voicemail(5, file="b.sln"))
    await journaled(database, past)
    async with office(database) as house, house.http("sue") as sue:
        page = (await sue.get(f"/api/contacts/{contact}")).json()
    (walked,) = page["walks"]
    assert (walked["flow"], walked["version"], walked["how"]) == ("hotline", 4, "queued")
    assert walked["steps"] == [
        {"step": "welcome", "at": round(T0 * 1000), "came": ""},
        {"step": "menu", "at": round(T0 * 1000) + 1500, "came": "then"},
    ]
    assert page["answers"][0]["answer"] == "5"
    assert page["voicemails"][0]["file"] == "b.sln"
    assert (page["tickets"], page["data"]) == ([], [])
