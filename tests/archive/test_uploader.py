"""Kept files come to the bucket, are proved there, and leave the folder days later."""

from pathlib import Path

import pytest
from typing_extensions import override

from ccserver.archive.uploader import Uploader
from ccserver.recordings.disk import Digest
from ccserver.recordings.store import FolderStore, StoreError
from tests.archive.stage import Stage
from tests.db.calls import T0

pytestmark = pytest.mark.db

DAY_SECONDS = 86400.0


class Bucket(FolderStore):
    """A bucket that may be away, and does not say how it keeps things."""

    away = False

    @override
    async def put(self, name: str, source: Path) -> Digest:
        if self.away:
            raise StoreError("the bucket does not answer")
        return await super().put(name, source)


@pytest.fixture
def bucket(stage: Stage, tmp_path: Path) -> Bucket:
    stage.bucket = made = Bucket(tmp_path / "bucket")
    return made


def uploader(stage: Stage, bucket: Bucket) -> Uploader:
    return Uploader(
        stage.sessions, stage.places.folder, bucket, local_days=7.0, now=lambda: stage.now
    )


async def kept(stage: Stage, *numbers: int) -> list[str]:
    for n in numbers:
        await stage.contact(n)
        await stage.talk(n, at=T0 + 10 + n)
    await stage.keep_all()
    return [row["file"] for row in await stage.recordings()]


async def test_a_file_is_sent_once_and_its_copy_goes_after_a_week(
    stage: Stage, bucket: Bucket
) -> None:
    names = await kept(stage, 1, 2)
    one = uploader(stage, bucket)
    assert await one.upload() == 2
    assert await one.upload() == 0
    rows = await stage.recordings()
    assert [(row["local"], row["remote"]) for row in rows] == [(True, True)] * 2
    for row in rows:
        assert await bucket.digest(row["file"]) == Digest(row["size_bytes"], row["sha256"])
    stage.now += 7 * DAY_SECONDS - 60
    assert await one.thin() == 0
    stage.now += 120
    assert await one.thin() == 2
    assert stage.kept_files() == []
    assert [(row["local"], row["remote"]) for row in await stage.recordings()] == [
        (False, True)
    ] * 2
    assert sorted(names) == sorted([name async for name in bucket.names()])


async def test_a_bucket_that_is_away_is_tried_again(stage: Stage, bucket: Bucket) -> None:
    await kept(stage, 1, 2)
    bucket.away = True
    one = uploader(stage, bucket)
    assert await one.upload() == 0
    assert one.failures == 1
    assert len(stage.kept_files()) == 2
    bucket.away = False
    assert await one.upload() == 2
    assert one.failures == 0


async def test_a_file_that_was_changed_is_never_sent_in_its_place(
    stage: Stage, bucket: Bucket
) -> None:
    changed, lost, good = await kept(stage, 1, 2, 3)
    stage.places.folder.path(changed).write_bytes(b"another")
    stage.places.folder.path(lost).unlink()
    assert await uploader(stage, bucket).upload() == 1
    assert [name async for name in bucket.names()] == [good]
    assert [row["remote"] for row in await stage.recordings()] == [False, False, True]


async def test_what_was_deleted_while_it_was_sent_does_not_stay_in_the_bucket(
    stage: Stage, bucket: Bucket
) -> None:
    class Slow(Bucket):
        @override
        async def put(self, name: str, source: Path) -> Digest:
            found = await super().put(name, source)
            await stage.do("UPDATE recording SET state = 'deleted'")
            return found

    await kept(stage, 1)
    slow = Slow(bucket.folder)
    assert await uploader(stage, slow).upload() == 0
    assert [name async for name in slow.names()] == []


async def test_the_copy_stays_when_the_bucket_has_lost_its_own(
    stage: Stage, bucket: Bucket
) -> None:
    (name,) = await kept(stage, 1)
    await uploader(stage, bucket).upload()
    await bucket.delete(name)
    stage.now += 8 * DAY_SECONDS
    assert await uploader(stage, bucket).thin() == 0
    assert stage.kept_files() == [name]
