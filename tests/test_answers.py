"""What flows are told by the house."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from ccserver.agi.world import Caller, World
from ccserver.answers import Answers
from ccserver.core.campaigns import Called
from ccserver.core.center import Center
from ccserver.core.doings import Fetch, OpenTicket
from ccserver.core.events import CallArrived, RulesChanged
from ccserver.core.ids import ContactId, LegId, Queue
from ccserver.core.rules import SiteRules, Taping, TapingRule
from ccserver.core.steps import TicketKind
from ccserver.core.value import Tier
from ccserver.db import nuisance, service_tickets
from ccserver.db.campaign_tables import AttemptRow
from ccserver.db.customers import Card, ensure_customer
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.flow_tables import SurveyAnswerRow
from ccserver.db.held import Held
from ccserver.flows.document import Document
from ccserver.flows.document import flow_of as read
from ccserver.partners import PartnerError, Partners
from ccserver.shelf import FlowShelf
from tests.db.lists import NOW, add_lead, add_list, ask
from tests.db.parts import running

pytestmark = pytest.mark.db

CONTACT = ContactId("01935c2e-7b00-7000-8000-000000000001")
WANG = "+8613800138000"
FLOW = """
start = "bye"
languages = ["zh"]
operator = "operator"
[steps.bye]
kind = "goodbye"
"""
SURVEY = FLOW.replace("start", 'role = "survey"\nstart', 1)
FOLDER = {"b_hotline": FLOW, "c_hotline": FLOW, "a_survey": SURVEY}


class House:
    """The answers, with what they stand on."""

    def __init__(self, database: str) -> None:
        self.cards: list[tuple[ContactId, Card]] = []
        self.settled = 0
        self.engine = engine_for(database, connections=2)
        self.sessions = sessions_of(self.engine)
        self.held = Held(database, connections=1, query_seconds=2.0)
        self.shelf = FlowShelf(self.sessions)
        self.partners = Partners({})
        self.center = Center()
        answers = Answers(
            shelf=self.shelf,
            hotlines={"4001": "c_hotline", "4002": "a_survey"},
            held=self.held,
            center=self.center,
            partners=self.partners,
            keep_card=lambda contact, card: self.cards.append((contact, card)),
            settled=self.settle,
        )
        self.world: World = answers

    async def settle(self) -> None:
        self.settled += 1


@pytest.fixture
async def house(database: str) -> AsyncIterator[House]:
    made = House(database)
    async with made.sessions.begin() as session:
        await ensure_customer(session, WANG, name="Wang", tier=Tier.GOLD)
        await nuisance.mark(session, "+8610", reason="rings at night", who="ada")
    documents = {name: Document(text=text) for name, text in FOLDER.items()}
    await made.shelf.start(
        documents, {name: read(one, name, 0, {}) for name, one in documents.items()}
    )
    async with running(made.held.run()):
        await made.held.ready()
        yield made
    await made.partners.aclose()
    await made.engine.dispose()


async def test_a_number_leads_to_its_flow_and_others_to_the_first_hotline(house: House) -> None:
    for dialed, name in (
        ("4001", "c_hotline"),
        ("+4001", "c_hotline"),
        ("4002", "b_hotline"),
        ("4009", "b_hotline"),
    ):
        flow = house.world.flow_for(dialed, CONTACT)
        assert (flow.name, flow.version) == (name, 1)
    found = house.world.flow_named("a_survey", CONTACT)
    assert found is not None
    assert house.world.flow_named("nothing", CONTACT) is None


async def test_without_a_hotline_it_is_said_so(database: str) -> None:
    house = House(database)
    with pytest.raises(LookupError, match="no flow of the role hotline"):
        house.world.flow_for("4001", CONTACT)
    await house.partners.aclose()
    await house.engine.dispose()


async def test_who_calls_is_known_to_the_flow_and_later_to_the_agent(house: House) -> None:
    caller = await house.world.look_up(CONTACT, WANG)
    assert isinstance(caller, Caller)
    assert (caller.name, caller.customer.tier) == ("Wang", Tier.GOLD)
    assert await house.world.find_customer(CONTACT, WANG, "") == caller
    assert await house.world.find_customer(CONTACT, "", caller.customer.id) == caller
    assert [(contact, card.name) for contact, card in house.cards] == [(CONTACT, "Wang")] * 3
    assert await house.world.look_up(CONTACT, "+8613900139000") is None
    assert await house.world.find_customer(CONTACT, "", "0") is None
    assert len(house.cards) == 3


async def test_a_ticket_is_opened_and_has_a_number(house: House) -> None:
    wanted = OpenTicket(kind=TicketKind.REPAIR, title="no picture", details="", urgent=True)
    number = await house.world.open_ticket(CONTACT, WANG, "", wanted)
    async with house.sessions() as session:
        (ticket,) = await service_tickets.tickets(session)
    assert (str(ticket.number), ticket.title, ticket.caller) == (number, "no picture", WANG)
    assert ticket.customer is not None, "who has the number"


async def test_the_rest_is_asked_of_others(house: House) -> None:
    assert (house.world.listed("+8610"), house.world.listed(WANG)) == (True, False)
    assert house.world.can_call_back(WANG)
    rule = TapingRule(taping=Taping.ALWAYS, notice="recorded_notice")
    house.center.handle(1.0, RulesChanged(queues=(), site=SiteRules(taping=(rule,))))
    leg = LegId("1732240000.7")
    house.center.handle(2.0, CallArrived(contact=CONTACT, leg=leg, caller=WANG, dialed="4001"))
    assert house.world.notice(CONTACT, Queue("sales"), None) == "recorded_notice"
    sight = house.world.sight(Queue("sales"))
    assert (sight.open, sight.waiting, sight.agents, sight.wait_seconds) == (True, 0, 0, None)
    with pytest.raises(PartnerError, match="no partner is called crm"):
        await house.world.fetch(
            Fetch(partner="crm", method="GET", path="/", body={}, timeout_seconds=1.0)
        )


async def test_whom_a_campaign_called_is_known_with_what_he_has_answered(house: House) -> None:
    async with house.sessions.begin() as session:
        one = await add_list(session)
        await add_lead(session, one, WANG, name="Wang", language="zh", data={"region": "south"})
        (lead,) = (await ask(session)).leads
        session.add(
            AttemptRow(
                id=UUID(lead.attempt), campaign="autumn", call_list=one, lead=lead.lead,
                number=WANG, number_index=0, mode="agentless", caller_id="+8610",
                placed_at=datetime.fromtimestamp(NOW, UTC),
            )
        )  # fmt: skip
        session.add(
            SurveyAnswerRow(
                contact=UUID(lead.attempt), survey="s", question="q", answer="5",
                answered_at=datetime.fromtimestamp(NOW, UTC),
            )
        )  # fmt: skip
    called = await house.world.called(lead.attempt)
    assert called == Called(
        number=WANG, caller_id="+8610", customer="", name="Wang", language="zh",
        data={"region": "south"}, answers={("s", "q"): "5"},
    )  # fmt: skip
    assert await house.world.called(CONTACT) is None
    assert await house.world.called(ContactId("nobody's")) is None
    await house.world.settled()
    assert house.settled == 1
