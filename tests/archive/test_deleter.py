"""What is deleted, why, and what a legal hold keeps."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from ccserver.archive.deleter import Deleter, RulesOf
from ccserver.archive.player import Player
from ccserver.core.ids import CustomerId, Queue
from ccserver.core.records import Recorded
from ccserver.core.rules import RetentionRule
from ccserver.core.value import Tier
from ccserver.db import recordings
from ccserver.db.customers import ensure_customer
from ccserver.db.erasure import Whose
from ccserver.db.holds import holds_of, place_hold, release_hold
from ccserver.recordings.encode import Encoded, Job
from ccserver.recordings.store import FolderStore, StoreError
from tests.archive.stage import CALLER, Stage, tones
from tests.db.calls import SALES, T0, contact_id

pytestmark = pytest.mark.db

DAY_SECONDS = 86400.0
OTHER = "+8613800138999"


def deleter(stage: Stage) -> Deleter:
    return Deleter(stage.sessions, stage.places, now=lambda: stage.now)


def rules(*found: RetentionRule) -> RulesOf:
    async def rules_of(session: AsyncSession) -> Sequence[RetentionRule]:
        return found

    return rules_of


def days(number: float, **fits: Any) -> RetentionRule:
    return RetentionRule(days=number, **fits)


async def kept_talk(stage: Stage, n: int, **how: Any) -> None:
    await stage.contact(n, customer=how.get("customer", ""), caller=how.get("caller", CALLER))
    await stage.talk(n, **how)
    await stage.keep_all()


async def states(stage: Stage) -> list[str]:
    return [row["state"] for row in await stage.recordings()]


# -- retention


async def test_a_recording_goes_when_its_time_is_over(stage: Stage) -> None:
    await kept_talk(stage, 1)
    one = deleter(stage)
    stage.now = T0 + 10 + 30 * DAY_SECONDS - 1
    assert await one.expire(rules(days(30))) == 0
    stage.now += 1
    assert await one.expire(rules(days(30))) == 1
    assert await one.expire(rules(days(30))) == 0
    assert await one.carry_out() == 0
    (row,) = await stage.recordings()
    assert (row["state"], row["local"], row["peaks"], row["wrapped_key"]) == (
        "deleted", False, None, None,
    )  # fmt: skip
    assert row["caller"] == CALLER
    assert stage.kept_files() == []
    (logged,) = await stage.log(1)
    assert (logged.why, logged.detail, logged.by) == ("retention", "after 30 days", "ccserver")
    assert logged.file == row["file"]
    assert logged.done_at is not None
    assert len(await stage.rows("SELECT * FROM recording_seal")) == 1


async def test_the_first_rule_that_fits_decides(stage: Stage) -> None:
    await kept_talk(stage, 1)
    await kept_talk(stage, 2, kind=Recorded.CONSULT)
    await kept_talk(stage, 3, kind=Recorded.VOICEMAIL)
    stage.now = T0 + 40 * DAY_SECONDS
    policy = rules(
        days(90, kinds=frozenset({"consult"})),
        days(30, queues=frozenset({SALES}), kinds=frozenset({"contact", "consult"})),
        days(10, queues=frozenset({Queue("service")})),
    )
    await deleter(stage).expire(policy)
    await deleter(stage).carry_out()
    found = {row["kind"]: row["state"] for row in await stage.recordings()}
    assert found == {"contact": "deleted", "consult": "kept", "voicemail": "kept"}


async def test_without_a_rule_all_is_kept(stage: Stage) -> None:
    await kept_talk(stage, 1)
    stage.now = T0 + 10_000 * DAY_SECONDS
    assert await deleter(stage).expire(rules()) == 0


async def test_what_was_never_encoded_expires_too(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1)
    stage.now = T0 + 2 * DAY_SECONDS
    await deleter(stage).expire(rules(days(1)))
    await stage.keep_all()
    assert await states(stage) == ["raw"]
    await deleter(stage).carry_out()
    assert await states(stage) == ["deleted"]
    assert stage.raw_files() == []
    (logged,) = await stage.log(1)
    assert logged.file.endswith(".raw")


async def test_what_is_said_of_a_recording_goes_with_it(stage: Stage) -> None:
    await kept_talk(stage, 1)
    (row,) = await stage.recordings()
    await stage.do("INSERT INTO recording_tag VALUES (:id, 'angry', now())", id=row["id"])
    await stage.do(
        "INSERT INTO transcript (recording, language, model, parts, text)"
        " VALUES (:id, 'en', 'x', '[]', 'hello')",
        id=row["id"],
    )
    stage.now = T0 + 2 * DAY_SECONDS
    await deleter(stage).expire(rules(days(1)))
    await deleter(stage).carry_out()
    assert await stage.rows("SELECT * FROM recording_tag") == []
    assert await stage.rows("SELECT * FROM transcript") == []


# -- legal holds


async def test_a_hold_keeps_a_contact_until_it_is_released(stage: Stage) -> None:
    await kept_talk(stage, 1)
    await kept_talk(stage, 2)
    async with stage.sessions.begin() as session:
        await place_hold(session, contact=contact_id(1), reason="case 7", by="admin")
    stage.now = T0 + 2 * DAY_SECONDS
    await deleter(stage).expire(rules(days(1)))
    await deleter(stage).carry_out()
    assert await states(stage) == ["kept", "deleted"]
    async with stage.sessions.begin() as session:
        await release_hold(session, contact=contact_id(1), reason="settled", by="admin")
        (hold,) = await holds_of(session, contact=contact_id(1))
    assert (hold.reason, hold.release_reason) == ("case 7", "settled")
    await deleter(stage).expire(rules(days(1)))
    await deleter(stage).carry_out()
    assert await states(stage) == ["deleted", "deleted"]


async def test_a_hold_that_comes_after_the_decision_stops_it(stage: Stage) -> None:
    await kept_talk(stage, 1, customer="7")
    stage.now = T0 + 2 * DAY_SECONDS
    await deleter(stage).expire(rules(days(1)))
    async with stage.sessions.begin() as session:
        await place_hold(session, customer=CustomerId("7"), reason="case", by="admin")
    await deleter(stage).carry_out()
    assert await states(stage) == ["kept"]
    assert len(stage.kept_files()) == 1


async def test_a_hold_on_a_customer_covers_the_calls_of_his_numbers(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await customer(session, CALLER)
    (found,) = [row["id"] for row in await stage.rows("SELECT id FROM customer")]
    await kept_talk(stage, 1)
    async with stage.sessions.begin() as session:
        await place_hold(session, customer=CustomerId(str(found)), reason="x", by="y")
    stage.now = T0 + 2 * DAY_SECONDS
    assert await deleter(stage).expire(rules(days(1))) == 0


# -- erasure


async def customer(session: AsyncSession, number: str) -> None:
    await ensure_customer(
        session, number, name="Li", tier=Tier.GOLD, value=0.5, language="zh", notes=""
    )


async def test_one_customer_is_erased_and_nobody_else(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        await customer(session, CALLER)
    (his,) = [row["id"] for row in await stage.rows("SELECT id FROM customer")]
    await kept_talk(stage, 1, customer=str(his))
    await kept_talk(stage, 2)  # from his number, before he was known
    await kept_talk(stage, 3, customer="99", caller=OTHER)
    await kept_talk(stage, 4, customer="99")  # once somebody else's number
    await stage.contact(5, customer=str(his), caller=OTHER)
    await stage.message(5, customer=str(his), caller=OTHER)
    await stage.contact(6, customer=str(his))
    await stage.talk(6)  # not encoded yet
    await stage.talk(6, at=T0 + 60, row=False)  # of this one there is no row at all
    report = await deleter(stage).erase(Whose(customer=his), detail="by letter", by="admin")
    assert (report.decided.ordered, report.decided.messages) == (4, 1)
    assert (report.files, report.open, report.decided.held) == (1, 0, ())
    rows = {str(row["contact"]): row for row in await stage.recordings()}
    for n in (1, 2, 5, 6):
        row = rows[contact_id(n)]
        assert (row["state"], row["caller"], row["customer_id"]) == ("deleted", "", None)
    assert [rows[contact_id(n)]["state"] for n in (3, 4)] == ["kept", "kept"]
    assert await stage.rows("SELECT * FROM voicemail") == []
    assert len(stage.kept_files()) == 2
    assert stage.raw_files() == []
    (logged,) = await stage.log(1)
    assert (logged.why, logged.detail, logged.by) == ("erasure", "by letter", "admin")
    again = await deleter(stage).erase(Whose(customer=his), detail="again", by="admin")
    assert (again.decided.ordered, again.decided.messages) == (0, 0)


async def test_a_number_is_erased_that_is_no_customers(stage: Stage) -> None:
    await kept_talk(stage, 1, caller=OTHER)
    await kept_talk(stage, 2)
    report = await deleter(stage).erase(Whose(number=OTHER), detail="by phone", by="admin")
    assert report.decided.contacts == (contact_id(1),)
    assert await states(stage) == ["deleted", "kept"]


async def test_what_is_held_is_not_erased_and_is_reported(stage: Stage) -> None:
    await kept_talk(stage, 1)
    await stage.talk(1, at=T0 + 60, row=False)
    await stage.message(2)
    await kept_talk(stage, 3)
    async with stage.sessions.begin() as session:
        for n in (1, 2):
            await place_hold(session, contact=contact_id(n), reason="case", by="admin")
    report = await deleter(stage).erase(Whose(number=CALLER), detail="x", by="admin")
    assert report.decided.held == (contact_id(1), contact_id(2))
    assert report.decided.contacts == (contact_id(3),)
    found = {str(row["contact"]): row["state"] for row in await stage.recordings()}
    assert found[contact_id(1)] == "kept"
    assert found[contact_id(3)] == "deleted"
    assert len(await stage.rows("SELECT * FROM voicemail")) == 1
    assert len(stage.raw_files()) == 1


async def test_what_comes_after_the_erasure_goes_too(stage: Stage) -> None:
    await kept_talk(stage, 1, at=T0 + 10)
    await deleter(stage).erase(Whose(number=CALLER), detail="x", by="admin")
    # The row of another talk lay in the spool.
    await stage.talk(1, at=T0 + 100)
    await stage.keep_all()
    await deleter(stage).carry_out()
    assert await states(stage) == ["deleted", "deleted"]
    assert [row["caller"] for row in await stage.recordings()] == ["", ""]
    assert stage.raw_files() == []


async def test_after_retention_an_erasure_still_forgets_who_it_was(stage: Stage) -> None:
    await kept_talk(stage, 1)
    stage.now = T0 + 2 * DAY_SECONDS
    await deleter(stage).expire(rules(days(1)))
    await deleter(stage).carry_out()
    report = await deleter(stage).erase(Whose(number=CALLER), detail="x", by="admin")
    assert report.decided.ordered == 1
    (row,) = await stage.recordings()
    assert (row["state"], row["caller"]) == ("deleted", "")
    assert [logged.why for logged in await stage.log(1)] == ["retention", "erasure"]


async def test_marks_and_comments_go_with_an_erasure(stage: Stage) -> None:
    await kept_talk(stage, 1)
    (row,) = await stage.recordings()
    await stage.do(
        "INSERT INTO recording_mark VALUES (:contact, now(), 'consult', 'anna', '+8613900000000')",
        contact=row["contact"],
    )
    await stage.do(
        "INSERT INTO evaluation (recording, agent, form, version, rater, answers, comments,"
        " points, points_max, failed) VALUES (:id, 'anna', 'f', 1, 'sara', '{}',"
        """ '[[1, "Mr Li"]]', 5, 5, false)""",
        id=row["id"],
    )
    await deleter(stage).erase(Whose(number=CALLER), detail="x", by="admin")
    assert await stage.rows("SELECT * FROM recording_mark") == []
    (judged,) = await stage.rows("SELECT comments, points FROM evaluation")
    assert judged == {"comments": [], "points": 5.0}


# -- what cannot be deleted now


class Away(FolderStore):
    """A bucket that may not be reachable."""

    away = True

    @override
    async def delete(self, name: str) -> None:
        if self.away:
            raise StoreError("the bucket does not answer")
        await super().delete(name)


async def test_what_the_bucket_does_not_let_go_is_remembered(stage: Stage, tmp_path: Path) -> None:
    stage.bucket = bucket = Away(tmp_path / "bucket")
    await kept_talk(stage, 1)
    (row,) = await stage.recordings()
    await bucket.put(row["file"], stage.places.folder.path(row["file"]))
    await stage.do("UPDATE recording SET remote = true")
    report = await deleter(stage).erase(Whose(number=CALLER), detail="x", by="admin")
    assert report.open == 1
    assert await states(stage) == ["kept"]
    (logged,) = await stage.log(1)
    assert logged.done_at is None
    # Until then nobody hears it.
    async with stage.sessions() as session:
        found = await recordings.recording(session, row["id"])
    assert found is not None
    assert await Player(stage.sessions, stage.places).open_sound(found) is None
    bucket.away = False
    assert await deleter(stage).carry_out() == 0
    assert await states(stage) == ["deleted"]
    assert await bucket.size(row["file"]) is None


async def test_a_bucket_that_is_not_in_the_settings_any_more_is_asked_for(stage: Stage) -> None:
    await kept_talk(stage, 1)
    await stage.do("UPDATE recording SET remote = true")
    report = await deleter(stage).erase(Whose(number=CALLER), detail="x", by="admin")
    assert report.open == 1
    assert await states(stage) == ["kept"]


async def test_what_an_interrupted_attempt_left_goes_too(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1)

    async def killed(job: Job) -> Encoded:
        job.target.parent.mkdir(parents=True)
        job.target.with_name(job.target.name + ".part").write_bytes(b"half of it")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await stage.keeper(encode=killed).turn()
    assert len(stage.kept_files()) == 1
    await deleter(stage).erase(Whose(number=CALLER), detail="x", by="admin")
    assert stage.kept_files() == []


async def test_no_name_of_a_leg_deletes_anything_elsewhere(stage: Stage) -> None:
    outside = stage.home / "precious.raw"
    outside.write_bytes(tones(1.0, 440.0, 620.0))
    await stage.contact(1)
    await stage.save(stage.leg(1, "../precious.raw", T0 + 10, 1.0))
    await deleter(stage).erase(Whose(number=CALLER), detail="x", by="admin")
    assert outside.exists()
    assert await states(stage) == ["deleted"]
