"""Judging recordings, in a real database."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ccserver.core.evaluation import Answers
from ccserver.core.ids import AgentId
from ccserver.db import evaluation_forms as forms
from ccserver.db import evaluations as made
from ccserver.db.engine import engine_for, sessions_of
from ccserver.db.people import Role, ensure_person
from ccserver.db.recording_tables import EvaluationRow
from ccserver.db.tables import PersonRow, SettingAuditRow
from tests.db.calls import ANNA
from tests.db.judged import FORM, GOOD, delete_sound, heard_too, recording_of, talked

pytestmark = pytest.mark.db

BETTER = replace(FORM, title="Better")


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    engine = engine_for(database, connections=0)
    async with sessions_of(engine)() as opened:
        yield opened
    await engine.dispose()


def said(recording: int, rater: str = "sue", **changed: Any) -> made.Judgement:
    judgement = made.Judgement(
        recording=recording, form=FORM.name, version=None, rater=rater, agent=None, answers=GOOD
    )
    return replace(judgement, **changed)


async def judged(database: str, session: AsyncSession) -> int:
    """A recording of Anna's, and a form."""
    (contact,) = await talked(database)
    await forms.publish(session, FORM, who="ada")
    return await recording_of(session, contact)


def audited_of(one: made.Evaluation) -> dict[str, Any]:
    """What can change of an evaluation, as the audit shows it."""
    return {
        "answers": one.answers,
        "comments": [list(comment) for comment in one.comments],
        "points": one.points,
        "points_max": one.points_max,
        "failed": one.failed,
    }


# -- forms


async def test_a_form_gets_a_new_version_only_when_it_changes(session: AsyncSession) -> None:
    first = await forms.publish(session, FORM, who="ada")
    assert (first.version, first.made_by, first.active, first.form) == (1, "ada", True, FORM)
    assert await forms.publish(session, FORM, who="bob") == first
    second = await forms.publish(session, BETTER, who="bob")
    assert (second.version, second.form) == (2, BETTER)
    assert await forms.form(session, FORM.name) == second
    assert await forms.form(session, FORM.name, 1) == first
    other = await forms.publish(session, replace(FORM, name="another"), who="ada")
    assert await forms.forms(session) == (other, second)
    assert await forms.forms(session, every=True) == (other, second, first)


async def test_a_retired_form_is_not_listed_and_can_be_published_anew(
    session: AsyncSession,
) -> None:
    await forms.publish(session, FORM, who="ada")
    await forms.retire(session, FORM.name)
    assert await forms.forms(session) == ()
    assert not (await forms.form(session, FORM.name)).active
    with pytest.raises(forms.NoSuchFormError):
        await forms.retire(session, FORM.name)
    again = await forms.publish(session, FORM, who="ada")
    assert (again.version, again.active) == (2, True)


async def test_what_was_never_published_is_no_form(session: AsyncSession) -> None:
    await forms.publish(session, FORM, who="ada")
    for name, version in (("other", None), (FORM.name, 2)):
        with pytest.raises(forms.NoSuchFormError):
            await forms.form(session, name, version)


# -- judging


async def test_a_judgement_is_kept_with_its_points(database: str, session: AsyncSession) -> None:
    recording = await judged(database, session)
    answers: Answers = {**GOOD, "tone": 3, "remark": "慢一点"}
    comments = ((59.5, "Bye."), (2.0, "Well begun."))
    kept = await made.save(session, said(recording, answers=answers, comments=comments))
    assert (kept.recording, kept.agent, kept.rater) == (recording, ANNA, "sue")
    assert (kept.form, kept.version) == (FORM.name, 1)
    assert (kept.points, kept.points_max, kept.failed) == (30, 40, False)
    assert kept.answers == answers
    assert kept.comments == ((2.0, "Well begun."), (59.5, "Bye."))
    await session.commit()
    assert await made.evaluations(session, made.Wanted(recording=recording)) == (kept,)


async def test_one_answer_fails_all(database: str, session: AsyncSession) -> None:
    recording = await judged(database, session)
    kept = await made.save(session, said(recording, answers={**GOOD, "polite": False}))
    assert (kept.points, kept.points_max, kept.failed) == (0, 40, True)


async def test_the_rater_may_change_it_within_a_day_and_that_is_audited(
    database: str, session: AsyncSession
) -> None:
    recording = await judged(database, session)
    first = await made.save(session, said(recording))
    changed = await made.save(session, said(recording, answers={**GOOD, "tone": 1}))
    assert (changed.id, changed.made_at, changed.points) == (first.id, first.made_at, 20)
    assert await made.save(session, said(recording, answers={**GOOD, "tone": 1})) == changed
    other = await made.save(session, said(recording, rater="ada"))
    assert other.id != first.id, "another rater's is another"
    (audited,) = await session.scalars(
        select(SettingAuditRow).where(SettingAuditRow.kind == made.AUDITED)
    )
    assert (audited.who, audited.name) == ("sue", str(first.id))
    assert audited.before == {**audited_of(first), "agent": ANNA}
    assert audited.after == {**audited_of(changed), "agent": ANNA}


async def test_after_a_day_it_stays_as_it_is(database: str, session: AsyncSession) -> None:
    recording = await judged(database, session)
    first = await made.save(session, said(recording))
    aged = first.made_at - made.CHANGE
    await session.execute(update(EvaluationRow).values(made_at=aged))
    with pytest.raises(made.TooLateError):
        await made.save(session, said(recording, answers={**GOOD, "tone": 1}))
    (kept,) = await made.evaluations(session, made.Wanted())
    assert kept.answers == GOOD
    assert await made.save(session, said(recording)) == kept, "saying the same is no change"


async def test_a_retired_form_judges_nothing_new(database: str, session: AsyncSession) -> None:
    recording = await judged(database, session)
    await made.save(session, said(recording))
    await forms.retire(session, FORM.name)
    with pytest.raises(made.RetiredError):
        await made.save(session, said(recording, rater="ada"))
    changed = await made.save(session, said(recording, answers={**GOOD, "greeting": False}))
    assert changed.points == 30


async def test_an_older_version_is_good_for_a_second_rater(
    database: str, session: AsyncSession
) -> None:
    recording = await judged(database, session)
    await made.save(session, said(recording))
    await forms.publish(session, BETTER, who="ada")
    newest = await made.save(session, said(recording, rater="ada"))
    older = await made.save(session, said(recording, rater="ada", version=1))
    assert (newest.version, older.version) == (2, 1)


async def test_only_who_is_heard_can_be_judged_and_nobody_judges_himself(
    database: str, session: AsyncSession
) -> None:
    (contact,) = await talked(database)
    await forms.publish(session, FORM, who="ada")
    recording = await recording_of(session, contact)
    bob = AgentId("bob")
    with pytest.raises(made.NotHeardError):
        await made.save(session, said(recording, agent=bob))
    await heard_too(session, contact, "bob")
    assert (await made.save(session, said(recording, agent=bob))).agent == bob
    with pytest.raises(made.OwnTalkError):
        await made.save(session, said(recording, rater="anna"))


async def test_what_cannot_be_heard_cannot_be_judged(database: str, session: AsyncSession) -> None:
    (contact,) = await talked(database)
    await forms.publish(session, FORM, who="ada")
    recording = await recording_of(session, contact)
    with pytest.raises(made.NoSuchRecordingError):
        await made.save(session, said(recording + 1))
    with pytest.raises(forms.NoSuchFormError):
        await made.save(session, said(recording, form="other"))
    await delete_sound(session, contact)
    session.expire_all()
    with pytest.raises(made.GoneError):
        await made.save(session, said(recording))


async def test_all_faults_are_named_at_once(database: str, session: AsyncSession) -> None:
    recording = await judged(database, session)
    wrong = said(recording, answers={"tone": 9}, comments=((70.0, "After the end."),))
    with pytest.raises(made.FaultyAnswersError) as raised:
        await made.save(session, wrong)
    for named in ("`greeting`", "`tone`", "`solved`", "`polite`", "`comments.0`"):
        assert named in str(raised.value)
    assert await made.evaluations(session, made.Wanted()) == ()


# -- reading


async def test_evaluations_are_found_by_who_what_and_when(
    database: str, session: AsyncSession
) -> None:
    contacts = await talked(database, 2)
    one, two = [await recording_of(session, contact) for contact in contacts]
    await heard_too(session, contacts[1], "bob")
    await forms.publish(session, FORM, who="ada")
    first = await made.save(session, said(one))
    second = await made.save(session, said(two, agent=AgentId("bob")))
    third = await made.save(session, said(two, rater="ada"))

    async def found(limit: int = 9, after: int | None = None, **wanted: Any) -> list[int]:
        filtered = replace(made.Wanted(), **wanted)
        listed = await made.evaluations(session, filtered, limit=limit, after=after)
        return [one.id for one in listed]

    hour = timedelta(hours=1)
    assert await found() == [third.id, second.id, first.id]
    assert await found(limit=2) == [third.id, second.id]
    assert await found(after=second.id) == [first.id]
    assert await found(recording=two) == [third.id, second.id]
    assert await found(agent=AgentId("bob")) == [second.id]
    assert await found(rater="sue", form=FORM.name) == [second.id, first.id]
    assert await found(form="other") == []
    assert await found(until=first.made_at - hour) == []
    assert len(await found(since=first.made_at - hour)) == 3


async def test_averages_of_agents_and_teams(database: str, session: AsyncSession) -> None:
    contacts = await talked(database, 2)
    one, two = [await recording_of(session, contact) for contact in contacts]
    await heard_too(session, contacts[1], "bob")
    await forms.publish(session, FORM, who="ada")
    for login in ("anna", "bob"):
        await ensure_person(session, login, name=login, role=Role.AGENT, password_hash="")
    await session.execute(update(PersonRow).where(PersonRow.login == "anna").values(team="day"))
    await made.save(session, said(one, answers={**GOOD, "tone": 1, "solved": None}))
    await made.save(session, said(two, answers={**GOOD, "polite": False}))
    await made.save(session, said(two, rater="ada", agent=AgentId("bob")))
    everything = made.Wanted()
    anna, bob = await made.averages_of(session, everything, by=made.Grouping.AGENT)
    assert (anna.name, anna.talks, anna.failed) == ("anna", 2, 1)
    assert anna.share == pytest.approx((10 / 30 + 0) / 2)
    assert dict(anna.sections) == {"opening": pytest.approx((1 / 3 + 1) / 2), "matter": 1.0}
    assert (bob.name, bob.talks, bob.share) == ("bob", 1, 1.0)
    nobody, day = await made.averages_of(session, everything, by=made.Grouping.TEAM)
    assert (nobody.name, nobody.talks, day.name, day.talks) == ("", 1, "day", 2)
    only = made.Wanted(agent=AgentId("bob"))
    assert await made.averages_of(session, only, by=made.Grouping.AGENT) == (bob,)


async def test_two_raters_are_compared_on_what_both_judged(
    database: str, session: AsyncSession
) -> None:
    contacts = await talked(database, 3)
    await forms.publish(session, FORM, who="ada")
    one, two, three = [await recording_of(session, contact) for contact in contacts]
    await made.save(session, said(one))
    await made.save(session, said(one, rater="ada"))
    await made.save(session, said(two, answers={**GOOD, "tone": 1}))
    await made.save(session, said(two, rater="ada", answers={**GOOD, "tone": 2}))
    await made.save(session, said(three))
    await heard_too(session, contacts[2], "bob")
    await made.save(session, said(three, rater="ada", agent=AgentId("bob")))
    wanted = made.Wanted(form=FORM.name)
    version, found = await made.agreement_of(session, wanted, version=None, raters=("sue", "ada"))
    assert version == 1
    assert found.talks == 2, "of the third each judged another agent"
    tone = {one.question: one for one in found.questions}["tone"]
    assert (tone.talks, tone.same_share) == (2, 0.5)
    assert tone.kappa == pytest.approx(1 - 2 * 1 / (0 + 9 + 16 + 1))
    assert found.mean_difference == pytest.approx(-5 / 40 / 2)
    await forms.publish(session, BETTER, who="ada")
    newest, none = await made.agreement_of(session, wanted, version=None, raters=("sue", "ada"))
    assert (newest, none.talks) == (2, 0)
