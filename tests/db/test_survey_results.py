"""What customers answered, by whom and where they are."""

from datetime import UTC, datetime, timedelta

import pytest

from ccserver.core.questionnaire import Answers
from ccserver.db import questionnaires, survey_results
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.questionnaires import NoSuchQuestionnaireError
from ccserver.db.survey_results import Results, Wanted
from tests.db.asked import called, campaign, filled, pressed, talks, visit
from tests.db.calls import T0
from tests.db.parts import journaled
from tests.db.walked import Past, walk

pytestmark = pytest.mark.db

ANSWERS: tuple[tuple[str, str, Answers, bool], ...] = (
    ("east", "li", {"solved": "yes", "content": 5}, True),
    ("east", "li", {"solved": "yes", "content": 4}, True),
    ("west", "zhao", {"solved": "yes", "content": 1}, True),
    ("west", "zhao", {"solved": "no", "why": ("late",)}, False),
)


async def asked(database: str) -> None:
    """Four answer an agent, a fifth is connected and says nothing, a sixth answers by keys, and a
    seventh walks the flow and presses no key."""
    contacts = await talks(database, 7)
    async with sessions_of(engine_for(database, connections=0)).begin() as session:
        await visit(session)
        await campaign(session)
        await questionnaires.keep_version(session, "visit")
        for contact, (region, staff, answers, completed) in zip(contacts, ANSWERS, strict=False):
            await called(session, contact, region=region, repairer=staff)
            await filled(session, contact, answers, completed=completed)
        await called(session, contacts[4], region="west")
    past = Past()
    past.save(pressed(contacts[5], "solved", "yes"), pressed(contacts[5], "content", "5"))
    past.save(pressed(contacts[5], "completed", "yes", T0 + 9))
    past.save(walk(6, ("invite", ""), flow="q_visit"), walk(7, ("invite", ""), flow="q_visit"))
    await journaled(database, past)


async def results_of(database: str, by: str = "", **wanted: object) -> Results:
    async with sessions_of(engine_for(database, connections=0))() as session:
        query = Wanted(name="visit", **wanted)  # type: ignore[arg-type]
        return await survey_results.results(session, query, by=by, zone="UTC")


async def test_all_that_came_of_asking(database: str) -> None:
    await asked(database)
    found = await results_of(database)
    whole = found.whole
    assert (whole.asked, whole.started, whole.completed) == (7, 5, 4)
    assert whole.response_rate.value == pytest.approx(4 / 7)
    solved, content, why, words = whole.questions
    assert [(one.answer, one.count) for one in solved.choices] == [("yes", 4), ("no", 1)]
    assert content.csat is not None
    assert (content.answered, content.csat.value) == (4, 0.75)
    assert (why.answered, words.answered, found.opted_out) == (1, 0, 0)
    assert found.groups == ()


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("region", {"east": (2, 2), "west": (3, 1), "": (2, 1)}),
        ("label:repairer", {"li": (2, 2), "zhao": (2, 1), "": (3, 1)}),
        ("agent", {"anna": (7, 4)}),
        ("queue", {"sales": (7, 4)}),
        ("campaign", {"after_visit": (5, 3), "": (2, 1)}),
        ("way", {"agent": (4, 3), "keys": (1, 1), "": (2, 0)}),
        ("language", {"zh": (7, 4)}),
        # Whoever said nothing has no version.
        ("version", {"1": (5, 4), "": (2, 0)}),
    ],
)
async def test_groups(database: str, by: str, groups: dict[str, tuple[int, int]]) -> None:
    await asked(database)
    found = await results_of(database, by)
    assert {one.name: (one.figures.asked, one.figures.completed) for one in found.groups} == groups


async def test_how_groups_differ(database: str) -> None:
    await asked(database)
    east = next(one for one in (await results_of(database, "region")).groups if one.name == "east")
    mean, csat = east.contrasts
    assert (mean.figure, mean.value.value) == ("mean", 4.5 - 3.0)
    assert (csat.figure, csat.value.value) == ("csat", 0.5)


async def test_only_what_is_wanted(database: str) -> None:
    await asked(database)
    at = datetime.fromtimestamp(T0, UTC)
    past = (await results_of(database, "day", until=at + timedelta(days=1))).groups
    assert [(one.name, one.figures.asked) for one in past] == [("2023-11-14", 3)]
    assert (await results_of(database, since=at + timedelta(days=1))).whole.asked == 4
    assert (await results_of(database, campaign="after_visit")).whole.asked == 5
    assert (await results_of(database, queue="service", agent="bob")).whole.asked == 0
    of_version = await results_of(database, version=1)
    assert (of_version.whole.asked, of_version.version.version) == (5, 1)
    with pytest.raises(NoSuchQuestionnaireError):
        await results_of(database, version=2)


async def test_pages_of_responses(database: str) -> None:
    await asked(database)
    async with sessions_of(engine_for(database, connections=0))() as session:
        wanted = Wanted(name="visit")
        first = await survey_results.responses(session, wanted, limit=3)
        rest = await survey_results.responses(session, wanted, before=first[-1].id, limit=3)
        every = await survey_results.every_response(session, wanted)
        assert await survey_results.every_response(session, Wanted(name="none")) == []
    assert [one.id for one in (*first, *rest)] == [one.id for one in every]
    assert len(every) == 5
