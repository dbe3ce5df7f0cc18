"""The stores: a folder, and a bucket behind a real server over HTTP."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccserver.recordings.disk import Digest
from ccserver.recordings.store import (
    BucketStore,
    FolderStore,
    NotKeptError,
    Store,
    StoreError,
)
from tests.recordings import buckets
from tests.recordings.buckets import Server

BIG = os.urandom(12_000_000)
"""More than obstore sends in one piece."""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server that speaks S3."""
    with buckets.server() as running:
        yield running


@pytest.fixture
async def bucket(server: Server) -> BucketStore:
    return await server.bucket()


@pytest.fixture(params=["folder", "bucket"])
async def store(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Store:
    return FolderStore(tmp_path / "archive") if request.param == "folder" else await server.bucket()


def file(folder: Path, holds: bytes = b"0123456789") -> Path:
    path = folder / "source"
    path.write_bytes(holds)
    return path


async def test_what_is_put_is_there(store: Store, tmp_path: Path) -> None:
    digest = Digest(10, hashlib.sha256(b"0123456789").digest())
    assert await store.put("2026/11/24/a.ogg", file(tmp_path)) == digest
    assert await store.size("2026/11/24/a.ogg") == 10
    assert await store.digest("2026/11/24/a.ogg") == digest
    assert await store.get_range("2026/11/24/a.ogg", 2, 5) == b"234"
    assert await store.get_range("2026/11/24/a.ogg", 7, 99) == b"789"
    assert await store.get_range("2026/11/24/a.ogg", 3, 3) == b""
    assert (tmp_path / "source").exists()


async def test_a_big_file_and_an_empty_one(store: Store, tmp_path: Path) -> None:
    found = await store.put("big", file(tmp_path, BIG))
    assert found == Digest(len(BIG), hashlib.sha256(BIG).digest())
    assert await store.get_range("big", 9_999_990, 10_000_010) == BIG[9_999_990:10_000_010]
    assert await store.put("empty", file(tmp_path, b"")) == Digest(0, hashlib.sha256().digest())


async def test_what_is_put_again_replaces_the_first(store: Store, tmp_path: Path) -> None:
    await store.put("a", file(tmp_path))
    await store.put("a", file(tmp_path, b"other"))
    assert await store.get_range("a", 0, 99) == b"other"


async def test_what_is_not_there_is_said_so(store: Store, tmp_path: Path) -> None:
    assert await store.size("a") is None
    assert await store.digest("a") is None
    with pytest.raises(NotKeptError, match="a"):
        await store.get_range("a", 0, 5)
    await store.put("a", file(tmp_path))
    await store.delete("a")
    assert await store.size("a") is None
    await store.delete("a")


async def test_all_names_are_listed(store: Store, tmp_path: Path) -> None:
    assert [name async for name in store.names()] == []
    for name in ("2026/11/24/a.ogg", "2026/11/25/b.ogg", "c"):
        await store.put(name, file(tmp_path))
    assert {name async for name in store.names()} == {"2026/11/24/a.ogg", "2026/11/25/b.ogg", "c"}
    assert [name async for name in store.names("2026/11/25")] == ["2026/11/25/b.ogg"]


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../a", "a/../../b", "a//b", "a/", ".", "a/.", ".hidden", "a\0b", "a\nb",
     "a\\b", "x" * 1000, "a.part", "größe", "a b"],
)  # fmt: skip
async def test_no_name_leads_out(store: Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="is no name"):
        await store.put(name, file(tmp_path))
    with pytest.raises(StoreError, match="is no name"):
        await store.get_range(name, 0, 5)
    with pytest.raises(StoreError, match="is no name"):
        await store.digest(name)
    with pytest.raises(StoreError, match="is no name"):
        await store.size(name)
    with pytest.raises(StoreError, match="is no name"):
        await store.delete(name)


async def test_a_source_that_is_gone_is_no_file_of_the_store(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="source"):
        await store.put("a", tmp_path / "source")
    assert await store.size("a") is None


# -- the folder ------------------------------------------------------------


async def test_no_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    folder = FolderStore(tmp_path / "archive")
    folder.folder.mkdir()
    (tmp_path / "elsewhere").mkdir()
    file(tmp_path / "elsewhere")
    (folder.folder / "up").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="leads out"):
        await folder.get_range("up/source", 0, 5)
    with pytest.raises(StoreError, match="leads out"):
        await folder.delete("up/source")
    with pytest.raises(StoreError, match="leads out"):
        await folder.put("up/new", tmp_path / "elsewhere/source")


async def test_what_is_half_written_is_no_file(tmp_path: Path) -> None:
    folder = FolderStore(tmp_path)
    (tmp_path / "a.ogg.part").write_bytes(b"half")
    await folder.put("b.ogg", file(tmp_path))
    assert {name async for name in folder.names()} == {"b.ogg", "source"}


async def test_a_full_disk_leaves_nothing_half(tmp_path: Path) -> None:
    folder = FolderStore(tmp_path / "archive")
    folder.folder.mkdir()
    (folder.folder / "a.part").symlink_to("/dev/full")
    with pytest.raises(StoreError, match="No space left on device"):
        await folder.put("a", file(tmp_path))
    assert list(folder.folder.iterdir()) == []


# -- the bucket ------------------------------------------------------------


async def test_a_bucket_keeps_its_files_below_its_prefix(
    bucket: BucketStore, server: Server, tmp_path: Path
) -> None:
    await bucket.put("2026/a.ogg", file(tmp_path))
    name = bucket.url.removeprefix("s3://").removesuffix("/calls")
    other = BucketStore(f"s3://{name}", server.options)
    assert [found async for found in other.names()] == ["calls/2026/a.ogg"]


async def test_a_bucket_that_is_away_is_said_so_and_then_tried_again(tmp_path: Path) -> None:
    running = Server()
    bucket = await running.bucket()
    await bucket.put("a", file(tmp_path))
    running.stop()
    with pytest.raises(StoreError, match=f"{bucket.url} cannot be asked") as caught:
        await bucket.put("b", tmp_path / "source")
    assert "\n" not in str(caught.value)
    for asked in (bucket.size("a"), bucket.digest("a"), bucket.delete("a")):
        with pytest.raises(StoreError, match=f"{bucket.url} cannot be asked"):
            await asked
    with pytest.raises(StoreError, match=f"{bucket.url} cannot be asked"):
        assert [name async for name in bucket.names()] == []
    back = Server(running.port)
    try:
        await back.make(bucket.url.split("/")[2])
        assert (await bucket.put("b", tmp_path / "source")).size_bytes == 10
    finally:
        back.stop()


async def test_a_bucket_that_is_not_there_is_no_empty_one(server: Server, tmp_path: Path) -> None:
    bucket = BucketStore("s3://never-made", server.options)
    with pytest.raises(StoreError, match="never-made"):
        await bucket.put("a", file(tmp_path))
    with pytest.raises(StoreError, match="never-made"):
        assert [name async for name in bucket.names()] == []


async def test_what_a_bucket_changed_is_not_verified(
    bucket: BucketStore, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = bucket.digest

    async def changed(name: str) -> Digest | None:
        await BucketStore(bucket.url, server.options).put(name, file(tmp_path, b"other"))
        return await real(name)

    monkeypatch.setattr(bucket, "digest", changed)
    with pytest.raises(StoreError, match="is not what was sent there: send it again"):
        await bucket.put("a", file(tmp_path))


@pytest.mark.parametrize(
    ("url", "more"),
    [("s3://", {}), ("no url", {}), ("ftp://a/b", {}), ("s3://a", {"colour": "blue"})],
)
def test_settings_that_are_no_bucket_are_said_so(url: str, more: dict[str, str]) -> None:
    with pytest.raises(StoreError, match=r"archive\.bucket .* wrong: .+"):
        BucketStore(url, more)
