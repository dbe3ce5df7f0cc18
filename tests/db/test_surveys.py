"""What callers answered in surveys, and what it adds up to."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from ccserver.core.ids import AgentId, Queue
from ccserver.db import surveys
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.surveys import QuestionFigures
from tests.db.calls import T0, contact_id
from tests.db.parts import journaled
from tests.db.walked import Past, answer

pytestmark = pytest.mark.db

SINCE = datetime.fromtimestamp(T0, UTC)
figures = partial(surveys.figures, since=SINCE, until=SINCE + timedelta(days=1))
SERVICE, BOB = Queue("service"), AgentId("bob")


async def test_a_later_answer_takes_the_place_of_an_earlier_and_never_the_other_way(
    database: str,
) -> None:
    contact = contact_id(1)
    early, late = answer(contact, "1", at=T0), answer(contact, "5", at=T0 + 9)
    for order in ((early, late), (late, early)):
        for one in order:
            past = Past()
            past.save(one)
            await journaled(database, past)
        async with sessions_of(engine_for(database, connections=0))() as session:
            (kept,) = await surveys.answers(session, contact)
        assert (kept.answer, kept.answered_at) == ("5", SINCE + timedelta(seconds=9))
        assert (kept.survey, kept.question) == ("after", "satisfaction")
        assert (kept.queue, kept.agent) == ("sales", "anna")


async def test_of_two_answers_in_one_batch_the_last_is_kept(database: str) -> None:
    past = Past()
    past.save(answer(contact_id(1), "1"))
    past.save(answer(contact_id(1), "2"), answer(contact_id(1), "x.wav", question="why"))
    await journaled(database, past)
    async with sessions_of(engine_for(database, connections=0))() as session:
        kept = await surveys.answers(session, contact_id(1))
    assert {one.question: one.answer for one in kept} == {"satisfaction": "2", "why": "x.wav"}


async def test_a_days_answers_are_counted_by_question(database: str) -> None:
    past = Past()
    for number, key in enumerate("5542*"):
        past.save(answer(contact_id(number), key))
    past.save(answer(contact_id(5), "2026/11/24/a.sln", question="why", agent=None, queue=None))
    past.save(answer(contact_id(6), "1", queue=SERVICE, agent=BOB))
    past.save(answer(contact_id(7), "1", at=T0 - 1), answer(contact_id(8), "1", at=T0 + 86400))
    await journaled(database, past)
    async with sessions_of(engine_for(database, connections=0))() as session:
        rated, why = await figures(session)
        assert rated == QuestionFigures(
            survey="after", question="satisfaction", recordings=0,
            keys={"*": 1, "1": 1, "2": 1, "4": 1, "5": 2}, mean=3.4,
        )  # fmt: skip
        assert why == QuestionFigures(
            survey="after", question="why", recordings=1, keys={}, mean=None
        )
        (of_bob,) = await figures(session, agent=BOB)
        assert of_bob.keys == {"1": 1}
        assert await figures(session, queue=SERVICE) == (of_bob,)
        assert await figures(session, queue=SERVICE, agent=AgentId("anna")) == ()
