"""Files without a row: empty ones go, others find their talk, and the rest is counted."""

import os
from datetime import date
from pathlib import Path

import pytest

from ccserver.archive.deleter import Deleter
from ccserver.archive.sweep import QUIET_SECONDS, Sweeper, remove_old_folders
from ccserver.core.records import SegmentKind
from ccserver.db.erasure import Whose
from tests.archive.stage import CALLER, DAY, Stage, tones
from tests.db.calls import T0, contact_id

pytestmark = pytest.mark.db


def sweeper(stage: Stage) -> Sweeper:
    return Sweeper(stage.sessions, stage.places.recordings, now=lambda: stage.now)


def aged(stage: Stage, file: str, seconds: float = QUIET_SECONDS + 1) -> None:
    """The file was last written so long before now."""
    path = stage.places.recordings / file
    os.utime(path, (stage.now - seconds, stage.now - seconds))


async def test_a_file_whose_row_never_comes_is_linked_to_its_talk(stage: Stage) -> None:
    await stage.contact(1, customer="7")
    await stage.segment(1, 1, SegmentKind.TALK, T0 + 12, 2.0)
    await stage.segment(1, 2, SegmentKind.HOLD, T0 + 14, 1.0)
    file = await stage.talk(1, 3.0, at=T0 + 10, row=False)
    aged(stage, file)
    found = sweeper(stage)
    await found.sweep()
    assert found.orphans == frozenset()
    (row,) = await stage.recordings()
    assert (row["source"], row["kind"]) == (contact_id(1), "contact")
    assert (row["caller"], row["customer_id"], row["agent"]) == (CALLER, 7, "anna")
    assert row["started_at"].timestamp() == T0 + 12
    assert (row["ended_at"] - row["started_at"]).total_seconds() == 3.0
    await stage.keep_all()
    assert (await stage.recordings())[0]["state"] == "kept"
    assert await stage.rows("SELECT agent FROM recording_party") == [{"agent": "anna"}]


async def test_a_row_that_comes_later_finds_it_linked(stage: Stage) -> None:
    await stage.contact(1)
    await stage.segment(1, 1, SegmentKind.TALK, T0 + 10, 2.0)
    file = await stage.talk(1, at=T0 + 10, row=False)
    aged(stage, file)
    await sweeper(stage).sweep()
    await stage.save(stage.leg(1, file, T0 + 10, 2.0))
    assert len(await stage.recordings()) == 1
    assert len(await stage.rows("SELECT * FROM recording_leg")) == 1
    await stage.keep_all()
    assert len(stage.kept_files()) == 1


async def test_without_a_talk_it_is_an_orphan_until_its_row_comes(stage: Stage) -> None:
    await stage.contact(1)
    file = await stage.talk(1, row=False)
    strange = "notes.raw"
    stage.write(strange, b"x" * 32)
    unknown = f"{DAY}/{contact_id(99)}-1700000000000.raw"
    stage.write(unknown, b"x" * 32)
    for one in (file, strange, unknown):
        aged(stage, one)
    found = sweeper(stage)
    await found.sweep()
    assert found.orphans == {file, strange, unknown}
    # PostgreSQL was away, and the spool is drained now.
    await stage.save(stage.leg(1, file, T0 + 10, 2.0))
    await found.sweep()
    assert found.orphans == {strange, unknown}
    await stage.keep_all()
    assert sorted(stage.raw_files()) == sorted([strange, unknown])


async def test_a_late_talk_of_a_kept_contact_is_linked_as_one_of_its_own(stage: Stage) -> None:
    await stage.contact(1)
    await stage.segment(1, 1, SegmentKind.TALK, T0 + 10, 2.0)
    await stage.segment(1, 3, SegmentKind.TALK, T0 + 50, 2.0)
    await stage.talk(1, at=T0 + 10)
    await stage.keep_all()
    late = await stage.talk(1, at=T0 + 49, row=False)
    aged(stage, late)
    await sweeper(stage).sweep()
    await stage.keep_all()
    first, second = await stage.recordings()
    assert (first["state"], second["state"], second["source"]) == ("kept", "kept", late)


async def test_what_still_grows_or_whose_contact_goes_on_is_left_alone(stage: Stage) -> None:
    await stage.contact(1)
    await stage.segment(1, 1, SegmentKind.TALK, T0 + 10, 2.0)
    growing = await stage.talk(1, row=False)
    aged(stage, growing, 60.0)
    await stage.contact(2, ended=False)
    open_ = await stage.talk(2, row=False)
    empty = await stage.talk(2, at=T0 + 20, sound=b"", row=False)
    aged(stage, open_)
    aged(stage, empty)
    found = sweeper(stage)
    await found.sweep()
    assert found.orphans == frozenset()
    assert await stage.recordings() == []
    assert len(stage.raw_files()) == 3


async def test_empty_files_go_when_their_contact_is_over(stage: Stage) -> None:
    await stage.contact(1)
    over = await stage.talk(1, sound=b"", row=False)
    aged(stage, over)
    unknown = await stage.talk(98, sound=b"", row=False)
    aged(stage, unknown)
    old = await stage.talk(99, sound=b"", row=False)
    aged(stage, old, 25 * 3600.0)
    kept = await stage.talk(1, at=T0 + 30, sound=b"")
    aged(stage, kept)
    found = sweeper(stage)
    await found.sweep()
    assert sorted(stage.raw_files()) == sorted([unknown, kept])
    assert found.orphans == frozenset()


async def test_a_file_of_a_contact_that_was_erased_goes(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1)
    await stage.keep_all()
    deleter = Deleter(stage.sessions, stage.places, now=lambda: stage.now)
    await deleter.erase(Whose(number=CALLER), detail="x", by="admin")
    found_later = await stage.talk(1, at=T0 + 60, row=False)
    aged(stage, found_later)
    await sweeper(stage).sweep()
    assert stage.raw_files() == []


async def test_a_file_that_was_missing_and_is_back_is_kept_after_all(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1, at=T0 + 10)
    lost = await stage.talk(1, at=T0 + 20)
    (stage.places.recordings / lost).unlink()
    await stage.keep_all()
    stage.write(lost, tones(2.0, 440.0, 620.0))
    aged(stage, lost)
    await sweeper(stage).sweep()
    await stage.keep_all()
    _, back = await stage.recordings()
    assert (back["source"], back["state"], back["fault"]) == (lost, "kept", "")
    assert stage.raw_files() == []


def test_empty_folders_of_old_days_go(tmp_path: Path) -> None:
    for day in ("2026/01/02", "2026/01/03", "2026/01/04", "2025/12/31", "other/a/b"):
        (tmp_path / day).mkdir(parents=True)
    (tmp_path / "2026/01/02/x.raw").touch()
    remove_old_folders(tmp_path, date(2026, 1, 4))
    left = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.glob("*/*/*"))
    assert left == ["2026/01/02", "2026/01/03", "2026/01/04", "other/a/b"]
    assert not (tmp_path / "2025").exists()
