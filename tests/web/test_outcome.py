"""What came of a contact, over HTTP: said by its agents, kept once however often it is sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from ccserver import clock
from ccserver.config.desk_form import DispositionForm
from ccserver.config.form import QueueForm
from ccserver.core.commands import ShowWrapUp
from ccserver.core.desk_events import CallbackPlanned, DispositionSet
from ccserver.core.ids import ContactId
from ccserver.core.records import CallbackState, SaveCallback
from ccserver.core.site import WorkState
from ccserver.db import config, outcomes
from ccserver.db.config import Author
from ccserver.db.recording_tables import RecordingRow
from tests.db.calls import Site
from tests.db.parts import journaled
from tests.db.walked import Past
from tests.web.house import ANNA, BOB, House, hear, running, shown_agent, shown_call

pytestmark = pytest.mark.db

NUMBER = "+8613800138000"
TOMORROW_MS = (int(clock.now()) + 86_400) * 1000
"""A day ahead of the database's clock."""
TICKET = {"kind": "complaint", "title": "Noise", "details": "On the line", "urgent": True}


@asynccontextmanager
async def office(dsn: str) -> AsyncIterator[tuple[House, str]]:
    """Anna has talked in a contact of the queue sales."""
    site = Site()
    contact = site.call(1, caller=NUMBER)
    await journaled(dsn, site)
    house = House(dsn=dsn)
    dispositions = {
        "sale": DispositionForm(),
        "refused": DispositionForm(queues=("sales",)),
        "repaired": DispositionForm(queues=("service",)),
    }
    async with house.sessions.begin() as session:
        await config.alter(
            session,
            lambda old: old.model_copy(
                update={
                    "queues": {"sales": QueueForm(), "service": QueueForm()},
                    "dispositions": dispositions,
                }
            ),
            author=Author(who="test", reason="the beginning"),
            used={},
        )
    house.live.name_agent(ANNA, name="Anna", phone="1001")
    house.live.name_agent(BOB, name="Bob", phone="1002")
    async with running(house):
        yield house, f"/api/contacts/{contact}/outcome"


async def put(client: httpx.AsyncClient, path: str, **said: Any) -> dict[str, Any]:
    answer = await client.put(path, json=said)
    assert answer.status_code == 200, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


async def refused(client: httpx.AsyncClient, path: str, **said: Any) -> tuple[int, str]:
    answer = await client.put(path, json=said)
    problem = answer.json()
    return answer.status_code, f"{problem['detail']} {problem['what_to_do']}"


async def test_what_the_agent_says_is_kept_with_contact_and_recording(database: str) -> None:
    async with office(database) as (house, path), house.http("anna") as anna:
        kept = await put(anna, path, disposition="refused", note="rings again")
        assert kept == {
            "disposition": "refused", "note": "rings again", "callback": None, "tickets": [],
        }  # fmt: skip
        assert (await anna.get(path)).json() == kept
        story = (await anna.get(path.removesuffix("/outcome"))).json()
        async with house.sessions() as session:
            (row,) = await session.scalars(select(RecordingRow))
        assert row.disposition == "refused"
        contact = ContactId(story["contact"])
        assert house.posted == [DispositionSet(agent=ANNA, contact=contact, disposition="refused")]
        assert (await put(anna, path))["disposition"] is None
        assert house.posted[1:] == [DispositionSet(agent=ANNA, contact=contact, disposition="")]
        await put(anna, path, note="nothing more")
    assert len(house.posted) == 2
    assert (story["direction"], story["disposition"]) == ("inbound", "refused")
    assert story["note"] == "rings again"


async def test_only_dispositions_of_the_queue_can_be_said(database: str) -> None:
    async with office(database) as (house, path), house.http("anna") as anna:
        status, words = await refused(anna, path, disposition="repaired")
        assert status == 422
        assert "Choose one of: refused, sale." in words
        assert house.posted == []
        async with house.sessions.begin() as session:
            await config.alter(
                session,
                lambda old: old.model_copy(update={"dispositions": {}}),
                author=Author(who="test", reason="none"),
                used={},
            )
        assert "Add it" in (await refused(anna, path, disposition="sale"))[1]


async def test_each_agent_says_it_of_the_own_contacts_and_supervisors_of_all(
    database: str,
) -> None:
    async with (
        office(database) as (house, path),
        house.http("bob") as bob,
        house.http("sue") as sue,
        house.http() as nobody,
    ):
        assert (await refused(bob, path, note="mine"))[0] == 404
        assert (await bob.get(path)).status_code == 404
        assert (await nobody.get(path)).status_code == 401
        assert (await sue.get("/api/contacts/none/outcome")).status_code == 404
        assert (await put(sue, path, disposition="sale"))["disposition"] == "sale"
        assert isinstance(house.posted[0], DispositionSet)
        assert house.posted[0].agent == "sue"
        contact = ContactId(path.split("/")[3])
        state = shown_agent(BOB, WorkState.ON_CALL)
        house.live.perform(type(state)(**{**_fields(state), "contact": contact}))
        assert (await put(bob, path, note="helped"))["note"] == "helped"
        house.people["bob"] = type(house.people["bob"])(
            **{**_fields(house.people["bob"]), "phone": None}
        )
        async with house.http("bob") as phoneless:
            assert (await phoneless.get(path)).status_code == 404


def _fields(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


async def test_a_callback_is_planned_once(database: str) -> None:
    async with office(database) as (house, path), house.http("anna") as anna:
        plan = {"at": TOMORROW_MS, "agent": "me"}
        both = await twice(anna, path, plan)
        planned = [event for event in house.posted if isinstance(event, CallbackPlanned)]
        contact = outcomes.callback_of(ContactId(path.split("/")[3]))
        assert {event.contact for event in planned} == {contact}, "to the core it is one"
        first = planned[0]
        assert (first.number, first.queue, first.agent) == (NUMBER, "sales", "anna")
        assert (first.at * 1000, first.customer, first.language) == (TOMORROW_MS, "1", "zh")
        callback = {
            "contact": contact, "at": TOMORROW_MS, "queue": "sales", "agent": "anna",
            "number": NUMBER, "state": "waiting",
        }  # fmt: skip
        assert [kept["callback"] for kept in both] == [callback, callback]
        await written(database, first, CallbackState.WAITING)
        house.posted.clear()
        assert (await put(anna, path, callback=plan))["callback"] == callback
        assert (await put(anna, path))["callback"] == callback, "left out, it stays"
        assert (await anna.get(path)).json()["callback"] == callback
        assert house.posted == []
        other = {"at": TOMORROW_MS + 1, "queue": "service", "number": "021 5555 6666"}
        changed = (await put(anna, path, callback=other))["callback"]
        (event,) = house.posted
        assert isinstance(event, CallbackPlanned)
        assert (event.contact, event.queue, event.agent) == (contact, "service", None)
        assert changed["number"] == event.number == "+862155556666"


async def twice(client: httpx.AsyncClient, path: str, plan: dict[str, Any]) -> list[dict[str, Any]]:
    """A double click."""
    async with asyncio.TaskGroup() as group:
        clicks = [group.create_task(put(client, path, callback=plan)) for _ in range(2)]
    return [click.result() for click in clicks]


async def written(database: str, planned: CallbackPlanned, state: CallbackState) -> None:
    """What the core makes of the plan, in the journal."""
    past = Past()
    past.save(
        SaveCallback(
            contact=planned.contact, state=state, number=planned.number, queue=planned.queue,
            queued_at=planned.at, requested_at=planned.at, tries=0, not_before=planned.at,
            agent=planned.agent,
        )
    )  # fmt: skip
    await journaled(database, past)


async def test_one_that_has_been_made_is_not_planned_again(database: str) -> None:
    async with office(database) as (house, path), house.http("anna") as anna:
        plan = {"at": TOMORROW_MS}
        await put(anna, path, callback=plan)
        (event,) = house.posted
        assert isinstance(event, CallbackPlanned)
        await written(database, event, CallbackState.CONNECTED)
        assert (await put(anna, path, callback=plan))["callback"]["state"] == "connected"
        status, words = await refused(anna, path, callback={"at": TOMORROW_MS + 1})
        assert status == 409
        assert event.contact in words
        assert len(house.posted) == 1


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"at": 1000}, "past"),
        ({"at": TOMORROW_MS, "queue": "nowhere"}, "no such queue"),
        ({"at": TOMORROW_MS, "agent": "nobody"}, "takes no calls"),
        ({"at": TOMORROW_MS, "number": "none"}, "no number"),
    ],
)
async def test_what_cannot_be_planned_is_refused_with_what_to_do(
    database: str, plan: dict[str, Any], words: str
) -> None:
    async with office(database) as (house, path), house.http("anna") as anna:
        status, said = await refused(anna, path, note="lost", callback=plan)
        assert status == 422
        assert words in said
        assert (await anna.get(path)).json()["note"] == "", "nothing of it is kept"
        assert house.posted == []


async def test_who_takes_no_calls_cannot_plan_his_own(database: str) -> None:
    async with office(database) as (house, path), house.http("sue") as sue:
        status, said = await refused(sue, path, callback={"at": TOMORROW_MS, "agent": "me"})
        assert (status, "takes no calls" in said) == (422, True)
        kept = await put(sue, path, callback={"at": TOMORROW_MS, "agent": "bob"})
        assert kept["callback"]["agent"] == "bob"


async def test_a_ticket_is_opened_once(database: str) -> None:
    async with office(database) as (house, path), house.http("anna") as anna:
        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(put(anna, path, ticket=TICKET))
        kept = await put(anna, path, ticket=TICKET)
        (ticket,) = kept["tickets"]
        assert {name: ticket[name] for name in TICKET} == TICKET
        assert (ticket["customer"], ticket["caller"]) == ("1", NUMBER)
        more = await put(anna, path, ticket={**TICKET, "title": "Late"})
        assert [one["title"] for one in more["tickets"]] == ["Noise", "Late"]
        assert house.posted == []


async def test_while_the_caller_is_there_his_queue_decides(database: str) -> None:
    async with office(database) as (house, path), house.http("anna") as anna:
        call = shown_call(agent=ANNA)
        fields = _fields(call) | {"contact": ContactId(path.split("/")[3]), "queue": "service"}
        house.live.perform(type(call)(**fields))
        assert (await put(anna, path, disposition="repaired"))["disposition"] == "repaired"


async def test_a_screen_is_told_of_the_wrap_up_also_when_it_comes_back(database: str) -> None:
    house = House(dsn=database)
    shown = ShowWrapUp(
        agent=ANNA,
        contact=ContactId("c"),
        until=1_000_030.0,
        extends_left=2,
        disposition_required=True,
    )
    async with running(house):
        async with house.screen("anna") as anna:
            assert (await hear(anna, "snapshot"))["wrap_up_until_at"] is None
            house.live.perform(shown_agent(work=WorkState.WRAP_UP))
            house.live.perform(shown)
            told = await hear(anna, "wrap_up_changed")
        assert (told["until_at"], told["extends_left"]) == (1_000_030_000, 2)
        async with house.screen("anna") as anna:
            assert (await hear(anna, "snapshot"))["wrap_up_until_at"] == 1_000_030_000
            again = await hear(anna, "wrap_up_changed")
            assert again["disposition_required"] is True
        house.live.perform(shown_agent())
        async with house.screen("anna") as anna:
            assert (await hear(anna, "snapshot"))["wrap_up_until_at"] is None
