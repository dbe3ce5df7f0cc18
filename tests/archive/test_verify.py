"""Whatever is done to what was kept is found, and called by its name."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ccserver.archive.verify import Report, Verifier
from ccserver.core.records import Recorded
from ccserver.db import seals
from tests.archive.stage import DAY, Stage, tones
from tests.db.calls import T0, contact_id

pytestmark = pytest.mark.db

Row = dict[str, Any]


async def verify(stage: Stage, **how: Any) -> Report:
    return await Verifier(stage.sessions, stage.places, now=stage.now).verify(**how)


def said(report: Report) -> list[tuple[str, str, str]]:
    return sorted((one.fault, one.where, one.what) for one in report.findings)


@pytest.fixture
async def days(stage: Stage) -> list[Row]:
    """Two recordings on a day that is closed, one on the next, which is closed too, and one on a
    day that is open."""
    for n, days in ((1, 0), (2, 0), (3, 1), (4, 2)):
        stage.now = T0 + 3600 + days * 86400.0
        await stage.contact(n)
        await stage.talk(n)
        await stage.keep_all()
        if days:
            async with stage.sessions.begin() as session:
                kept_at = (await stage.recordings())[0]["kept_at"]
                await seals.close_days(session, kept_at + timedelta(days=days))
    return await stage.recordings()


async def test_what_nobody_touched_is_as_it_was(stage: Stage, days: list[Row]) -> None:
    report = await verify(stage)
    assert report.findings == []
    assert (report.files, report.days) == (4, 3)
    assert report.size_bytes == sum(row["size_bytes"] for row in days)
    (last,) = await stage.rows("SELECT sha256 FROM recording_day ORDER BY day DESC LIMIT 1")
    assert report.last_hash == last["sha256"].hex()


def path_of(stage: Stage, row: Row) -> Path:
    return stage.places.folder.path(row["file"])


async def test_a_changed_a_cut_and_a_missing_file_are_told_apart(
    stage: Stage, days: list[Row]
) -> None:
    one, two, three, _ = days
    changed = bytearray(path_of(stage, one).read_bytes())
    changed[1000] ^= 1
    path_of(stage, one).write_bytes(changed)
    cut = path_of(stage, two).read_bytes()[:-1]
    path_of(stage, two).write_bytes(cut)
    path_of(stage, three).unlink()
    found = await verify(stage)
    assert said(found) == [
        ("changed", "folder", one["file"]),
        ("missing", "folder", three["file"]),
        ("truncated", "folder", two["file"]),
    ]
    assert {finding.recording for finding in found.findings} == {1, 2, 3}


async def test_files_that_nobody_knows_are_found(stage: Stage, days: list[Row]) -> None:
    path = path_of(stage, days[0])
    stranger = path.with_name("stranger.ogg")
    stranger.write_bytes(b"x")
    other = path.with_name(path.name.replace(path.name.split("-")[-1], "00000000.ogg"))
    other.write_bytes(b"x")
    raw = f"{DAY}/{contact_id(9)}-1700000000000.raw"
    stage.write(raw, tones(1.0, 440.0, 620.0))
    still = f"{DAY}/{contact_id(9)}-1700000000001.raw"
    stage.write(still, b"")
    # Files are made with the clock of this machine: what is said to be now is a year later.
    stage.now = path.stat().st_mtime + 365 * 86400
    assert said(await verify(stage, legs=False)) == sorted(
        ("unlinked", "folder", str(one.relative_to(stage.places.folder.folder)))
        for one in (stranger, other)
    )
    assert ("unlinked", "recordings", raw) in said(await verify(stage))
    assert still not in str(said(await verify(stage)))


async def test_what_asterisk_wrote_and_is_gone_before_it_was_encoded(stage: Stage) -> None:
    await stage.contact(1)
    lost = await stage.talk(1)
    (stage.places.recordings / lost).unlink()
    assert said(await verify(stage)) == [("missing", "recordings", lost)]
    assert said(await verify(stage, legs=False)) == []


async def test_what_asterisk_wrote_and_was_changed_after_it_was_encoded(stage: Stage) -> None:
    await stage.contact(1)
    file = await stage.talk(1, kind=Recorded.CONSULT)
    assert await stage.keeper().turn()
    stage.write(file, b"other")
    assert said(await verify(stage)) == [("changed", "recordings", file)]


TOUCHED: dict[str, tuple[str, tuple[str, str]]] = {
    "another hash in the row": (
        "UPDATE recording SET sha256 = '\\x00' WHERE id = 1",
        ("changed", "database"),
    ),
    "the row and its file's seal": (
        "WITH x AS (UPDATE recording SET sha256 = '\\x00' WHERE id = 1)"
        " UPDATE recording_seal SET sha256 = '\\x00' WHERE recording = 1",
        ("chain", "database"),
    ),
    "a seal taken away": (
        "DELETE FROM recording_seal WHERE recording = 1",
        ("unsealed", "database"),
    ),
    "a row taken away": ("DELETE FROM recording WHERE id = 1", ("missing", "database")),
    "a deletion that nobody logged": (
        "UPDATE recording SET state = 'deleted' WHERE id = 1",
        ("missing", "database"),
    ),
    "a day taken away": (
        "DELETE FROM recording_day WHERE day = (SELECT min(day) FROM recording_day)",
        ("chain", "database"),
    ),
    "a day's hash": (
        "UPDATE recording_day SET sha256 = '\\x00'"
        " WHERE day = (SELECT min(day) FROM recording_day)",
        ("chain", "database"),
    ),
    "a line of an open day": (
        "UPDATE recording_seal SET number = 7 WHERE recording = 4",
        ("chain", "database"),
    ),
    "it lies nowhere": ("UPDATE recording SET local = false WHERE id = 1", ("missing", "database")),
}


@pytest.mark.parametrize("how", TOUCHED)
async def test_a_database_that_was_touched_is_found(
    stage: Stage, days: list[Row], how: str
) -> None:
    statement, expected = TOUCHED[how]
    await stage.do(statement)
    found = said(await verify(stage))
    assert expected in [(fault, where) for fault, where, _ in found]


async def test_a_broken_chain_says_the_day(stage: Stage, days: list[Row]) -> None:
    await stage.do(
        "UPDATE recording_seal SET file = file || 'x' WHERE recording = 2;",
    )
    day = days[1]["kept_at"].date().isoformat()
    assert ("chain", "database", day) in said(await verify(stage))


async def test_only_some_days_are_looked_at(stage: Stage, days: list[Row]) -> None:
    path_of(stage, days[0]).unlink()
    second = days[2]["kept_at"].date()
    assert said(await verify(stage, since=second)) == []
    found = await verify(stage, until=second - timedelta(days=1))
    assert said(found) == [("missing", "folder", days[0]["file"])]
    assert found.files == 2


async def test_what_was_deleted_and_logged_is_not_missed(stage: Stage, days: list[Row]) -> None:
    await stage.do(
        "INSERT INTO recording_deletion (recording, contact, kind, file, started_at, why, detail,"
        " by) SELECT id, contact, kind, file, started_at, 'retention', '', '' FROM recording"
        " WHERE id = 1"
    )
    path_of(stage, days[0]).unlink()
    assert said(await verify(stage)) == []
