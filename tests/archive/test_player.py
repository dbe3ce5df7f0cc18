"""Sound is opened wherever it lies, and in any part."""

import io
import wave
from pathlib import Path

import pytest
from soundfile import SoundFile  # type: ignore[import-untyped]

from ccserver.archive.player import Player
from ccserver.core.records import Recorded
from ccserver.db import recordings
from ccserver.recordings.crypt import CryptError
from ccserver.recordings.store import FolderStore
from ccserver.web.sound import Sound
from tests.archive.stage import Stage
from tests.db.calls import T0

pytestmark = pytest.mark.db


async def opened(stage: Stage, recording: int = 1) -> Sound | None:
    async with stage.sessions() as session:
        found = await recordings.recording(session, recording)
    assert found is not None
    return await Player(stage.sessions, stage.places).open_sound(found)


async def all_of(sound: Sound | None) -> bytes:
    assert sound is not None
    return b"".join([piece async for piece in sound.read(0, sound.size_bytes)])


async def test_until_it_is_kept_the_legs_are_one_wav_file(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1, 1.0, at=T0 + 10)
    second = await stage.talk(1, 1.0, at=T0 + 13)
    sound = await opened(stage)
    assert sound is not None
    assert sound.media_type == "audio/wav"
    heard = await all_of(sound)
    assert len(heard) == sound.size_bytes
    with wave.open(io.BytesIO(heard)) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 32000)
    assert heard.endswith((stage.places.recordings / second).read_bytes())
    assert b"".join([piece async for piece in sound.read(1000, 1003)]) == heard[1000:1003]


async def test_a_message_has_one_channel(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1, kind=Recorded.VOICEMAIL, agents=())
    with wave.open(io.BytesIO(await all_of(await opened(stage)))) as file:
        assert file.getnchannels() == 1


@pytest.mark.parametrize("key", ["new", ""])
async def test_when_it_is_kept_it_is_ogg_in_any_part(stage: Stage, key: str) -> None:
    stage.key = key
    await stage.contact(1)
    await stage.talk(1, 30.0)
    await stage.keep_all()
    sound = await opened(stage)
    assert sound is not None
    assert sound.media_type == "audio/ogg"
    heard = await all_of(sound)
    assert len(heard) == sound.size_bytes
    with SoundFile(io.BytesIO(heard)) as file:
        assert file.frames == pytest.approx(30 * 8000, abs=80)
    part = b"".join([piece async for piece in sound.read(65_530, 65_550)])
    assert part == heard[65_530:65_550]


async def test_what_is_only_in_the_bucket_is_fetched_from_there(
    stage: Stage, tmp_path: Path
) -> None:
    stage.bucket = FolderStore(tmp_path / "bucket")
    await stage.contact(1)
    await stage.talk(1)
    await stage.keep_all()
    (row,) = await stage.recordings()
    local = stage.places.folder.path(row["file"])
    await stage.bucket.put(row["file"], local)
    local.unlink()
    assert await opened(stage) is None
    await stage.do("UPDATE recording SET remote = true")
    assert (await all_of(await opened(stage))).startswith(b"OggS")
    # Also when the row knows already that the folder has it no more.
    await stage.do("UPDATE recording SET local = false")
    assert (await all_of(await opened(stage))).startswith(b"OggS")


async def test_what_is_missing_or_wrongly_locked_is_not_there(stage: Stage) -> None:
    await stage.contact(1)
    file = await stage.talk(1)
    (stage.places.recordings / file).unlink()
    assert await opened(stage) is None
    await stage.talk(1)
    await stage.keep_all()
    await stage.do("UPDATE recording SET key_name = 'lost'")
    assert await opened(stage) is None


async def test_a_change_in_the_middle_ends_the_answer(stage: Stage) -> None:
    await stage.contact(1)
    await stage.talk(1, 60.0)
    await stage.keep_all()
    (row,) = await stage.recordings()
    path = stage.places.folder.path(row["file"])
    lying = bytearray(path.read_bytes())
    lying[-100] ^= 1
    path.write_bytes(lying)
    sound = await opened(stage)
    with pytest.raises(CryptError):
        await all_of(sound)
