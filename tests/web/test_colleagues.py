"""To whom a call can be handed on."""

from typing import Any

import pytest

from ccserver.config.form import AgentForm, CalendarForm, QueueForm
from ccserver.core.commands import CallState
from ccserver.core.ids import AgentId, ContactId, Phone, Queue
from ccserver.core.quick import replace
from ccserver.core.site import Presence, WorkState
from ccserver.db import config
from ccserver.db.config import Author
from ccserver.db.people import Role, ensure_person
from tests.web.house import ANNA, BOB, House, running, shown_agent, shown_call

pytestmark = pytest.mark.db

URL = "/api/colleagues"
ADA = Author(who="ada", reason="a test")
CLARA, DORA = AgentId("clara"), AgentId("dora")


async def office(house: House) -> None:
    """Four agents and four queues: one by skill, one closed by hand, one by its hours."""
    queues = {
        "sales": QueueForm(title="Sales"),
        "engines": QueueForm(required={"engine": 3}),
        "parts": QueueForm(),
        "night": QueueForm(hours="never"),
    }
    agents: dict[str, Any] = {
        "anna": AgentForm(queues=("sales",), team="front"),
        "bob": AgentForm(skills={"engine": 4}),
        "clara": AgentForm(queues=("sales", "parts")),
        "dora": AgentForm(queues=("sales",)),
    }
    async with house.sessions.begin() as session:
        for number, login in enumerate(agents):
            await ensure_person(
                session, login, name=login.title(), role=Role.AGENT, password_hash="",
                phone=Phone(f"100{number + 1}"),
            )  # fmt: skip
        await ensure_person(session, "sue", name="Sue", role=Role.SUPERVISOR, password_hash="")
        await config.alter(
            session,
            lambda old: old.model_copy(
                update={
                    "queues": queues,
                    "skills": {"engine": "Engines"},
                    "teams": {"front": "Front"},
                    "calendars": {"never": CalendarForm(zone="Asia/Shanghai")},
                    "agents": agents,
                }
            ),
            author=ADA,
            used={},
        )
        await config.set_open(session, Queue("parts"), is_open=False, author=ADA)
    live = house.live
    live.name_agent(ANNA, name="Anna", phone="1001")
    live.perform(shown_agent(ANNA))
    live.perform(shown_agent(BOB))
    live.perform(replace(shown_agent(CLARA, WorkState.PAUSED), presence=Presence.PAUSED,
                         reason="lunch", contact=None))  # fmt: skip
    live.perform(replace(shown_agent(DORA), presence=Presence.LOGGED_OUT,
                         work=WorkState.LOGGED_OUT))  # fmt: skip
    for number, state in enumerate((CallState.QUEUED, CallState.FALLBACK, CallState.TALKING)):
        live.perform(replace(shown_call(state), contact=ContactId(f"c{number}")))


async def test_agents_who_are_there_and_queues_as_they_are(database: str) -> None:
    house = House(dsn=database)
    async with running(house):
        await office(house)
        async with house.http("bob") as bob:
            told = (await bob.get(URL)).json()
    assert told["agents"][0] == {
        "agent": "anna", "name": "Anna", "phone": "1001", "work": "available",
        "since_at": 1_000_000_000, "presence": "ready", "reason": "", "skills": {},
        "team": "front", "queues": ["sales"],
    }  # fmt: skip
    assert [(one["agent"], one["work"], one["reason"]) for one in told["agents"][1:]] == [
        ("bob", "available", ""), ("clara", "paused", "lunch"),
    ]  # fmt: skip
    assert told["agents"][1]["skills"] == {"engine": 4}
    assert {one["name"]: one for one in told["queues"]} == {
        "engines": {"name": "engines", "title": "", "waiting": 0, "available": 1, "open": True},
        "night": {"name": "night", "title": "", "waiting": 0, "available": 0, "open": False},
        "parts": {"name": "parts", "title": "", "waiting": 0, "available": 0, "open": False},
        "sales": {"name": "sales", "title": "Sales", "waiting": 2, "available": 1, "open": True},
    }
    assert "+86138" not in str(told), "no caller is named"


async def test_who_has_not_logged_in_learns_nothing(database: str) -> None:
    house = House(dsn=database)
    async with running(house):
        await office(house)
        async with house.http() as nobody, house.http("sue") as sue:
            assert (await nobody.get(URL)).status_code == 401
            assert (await sue.get(URL)).status_code == 200
