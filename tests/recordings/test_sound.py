"""What Asterisk wrote, on one time line and as people can hear it."""

import io
import os
import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.recordings import sound
from ccserver.recordings.sound import Leg, SoundError, TimeLine, wav_of
from tests.recordings.sounds import wav

BYTES_A_SECOND = 8000 * 2 * 2


def raw(seconds: float) -> bytes:
    """A talk as Asterisk writes it: the customer counts up, and what he hears down."""
    count = np.arange(int(seconds * 8000)) % 30_000
    return np.stack([count, -count], axis=1).astype("<i2").tobytes()


def heard(folder: Path, name: str) -> bytes:
    found = wav(folder, name)
    assert found is not None
    size, chunks = found
    whole = b"".join(chunks)
    assert len(whole) == size
    return whole


def test_a_talk_is_a_wav_file_with_the_customer_left(tmp_path: Path) -> None:
    (tmp_path / "talk.raw").write_bytes(raw(10.0))
    with wave.open(io.BytesIO(heard(tmp_path, "talk.raw"))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        assert file.getnframes() == 80_000
        frames = np.frombuffer(file.readframes(80_000), "<i2").reshape(-1, 2)
    count = np.arange(80_000) % 30_000
    assert (frames[:, 0] == count).all(), "the customer"
    assert (frames[:, 1] == -count).all(), "the agent"


def test_a_message_is_a_wav_file_with_the_caller_alone(tmp_path: Path) -> None:
    spoken = (np.arange(8001) % 30_000).astype("<i2").tobytes()
    (tmp_path / "message.sln").write_bytes(spoken + b"\0")
    with wave.open(io.BytesIO(heard(tmp_path, "message.sln"))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 8000, 2)
        assert file.readframes(9000) == spoken


def test_a_long_talk_comes_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "talk.raw").write_bytes(bytes(4 * (sound.BLOCK_SAMPLES * 3 + 2)))
    found = wav(tmp_path, "talk.raw")
    assert found is not None
    assert [len(piece) for piece in found[1]] == [44, *[4 * sound.BLOCK_SAMPLES] * 3, 8]


PIECES = st.tuples(st.integers(0, 60), st.lists(st.integers(-(2**15), 2**15 - 1), max_size=40))


@given(
    legs=st.lists(PIECES, max_size=4),
    channels=st.sampled_from([1, 2]),
    more=st.integers(0, 90),
    cut=st.tuples(st.integers(0, 500), st.integers(0, 500)),
    block=st.sampled_from([1, 3, 16]),
)
def test_any_part_of_any_time_line_is_as_if_it_was_cut_from_the_whole(
    tmp_path_factory: pytest.TempPathFactory,
    legs: list[tuple[int, list[int]]],
    channels: int,
    more: int,
    cut: tuple[int, int],
    block: int,
) -> None:
    folder = tmp_path_factory.mktemp("legs")
    ends = [first + len(samples) // channels for first, samples in legs]
    wanted = np.zeros((max([more, *ends]), channels), int)
    made = []
    for i, (first, samples) in enumerate(legs):
        path = folder / f"{i}.raw"
        path.write_bytes(np.array(samples, "<i2").tobytes() + b"x")  # and an odd byte
        made.append(Leg(path=path, offset_seconds=first / 8000, channels=channels))
        whole = samples[: len(samples) // channels * channels]
        frames = np.array(whole, int).reshape(-1, channels)
        wanted[first : first + len(frames)] += frames
    body = np.clip(wanted, -(2**15), 2**15 - 1).astype("<i2").tobytes()
    start, end = min(cut), max(cut)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sound, "BLOCK_SAMPLES", block)
        file = wav_of(made, more / 8000)
        if not legs:
            assert file.size_bytes == 44 + more * 4
            return
        assert file.size_bytes == 44 + len(body)
        whole_file = b"".join(file.read(0, file.size_bytes))
        assert whole_file[44:] == body
        assert b"".join(file.read(start, end)) == whole_file[start:end]
        assert TimeLine(made, more / 8000).samples == len(wanted)


def test_two_legs_of_a_contact_stand_where_they_were_spoken(tmp_path: Path) -> None:
    (tmp_path / "one.raw").write_bytes(np.full((8000, 2), [5, 6], "<i2").tobytes())
    (tmp_path / "two.raw").write_bytes(np.full((4000, 2), [7, 8], "<i2").tobytes())
    line = TimeLine(
        [
            Leg(path=tmp_path / "one.raw", offset_seconds=-0.2),
            Leg(path=tmp_path / "two.raw", offset_seconds=3.25),
        ]
    )
    assert (line.seconds, line.leg_seconds) == (3.75, (1.0, 0.5))
    frames = np.frombuffer(b"".join(line.blocks()), "<i2").reshape(-1, 2)
    assert (frames[:8000] == [5, 6]).all()
    assert not frames[8000:26_000].any()
    assert (frames[26_000:] == [7, 8]).all()


def test_three_hours_are_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "talk.raw"
    with path.open("wb") as file:
        file.truncate(3 * 3600 * BYTES_A_SECOND)  # a hole: it takes no room on the disk
    tracemalloc.start()
    try:
        heard = sum(len(piece) for piece in wav_of([Leg(path=path)]).read(0, 2**40))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert heard == 44 + 3 * 3600 * BYTES_A_SECOND
    assert most < 2_000_000


def test_a_listener_is_not_disturbed_when_the_files_go(tmp_path: Path) -> None:
    path = tmp_path / "talk.raw"
    path.write_bytes(raw(20.0))
    pieces = wav_of([Leg(path=path)]).read(44, 2**40)
    began = next(pieces)
    path.unlink()
    assert began + b"".join(pieces) == raw(20.0)


def test_a_leg_that_is_not_there_is_no_silence(tmp_path: Path) -> None:
    gone = Leg(path=tmp_path / "gone.raw")
    with pytest.raises(SoundError, match=r"gone\.raw cannot be read: No such file"):
        wav_of([gone])
    gone.path.write_bytes(raw(1.0))
    file = wav_of([gone])
    gone.path.unlink()
    with pytest.raises(SoundError, match=r"gone\.raw"):
        list(file.read(0, 100))


def test_what_is_written_meanwhile_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "talk.raw"
    file.write_bytes(raw(1.0))
    found = wav(tmp_path, "talk.raw")
    assert found is not None
    with file.open("ab") as more:
        more.write(raw(1.0))
    assert len(b"".join(found[1])) == found[0] == 44 + BYTES_A_SECOND


def test_a_file_that_became_shorter_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "talk.raw"
    file.write_bytes(raw(2.0))
    found = wav(tmp_path, "talk.raw")
    assert found is not None
    file.write_bytes(raw(1.0))
    with pytest.raises(SoundError, match="shorter"):
        list(found[1])


@pytest.mark.parametrize(
    "name",
    ["../secret.raw", "a/../../secret.raw", "link.raw", "up/secret.raw", "pipe", "a", "", ".",
     "none.raw", "a\0b", "x" * 5000, "talk.raw/x"],
)  # fmt: skip
def test_no_name_leads_out_or_to_what_is_no_file(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "recordings"
    (folder / "a").mkdir(parents=True)
    (folder / "talk.raw").write_bytes(raw(0.1))
    (tmp_path / "secret.raw").write_bytes(raw(0.1))
    (folder / "link.raw").symlink_to(tmp_path / "secret.raw")
    (folder / "up").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    assert wav(folder, name) is None
    assert wav(folder, str(tmp_path / "secret.raw")) is None
    assert wav(folder, "talk.raw") is not None


def test_the_folder_itself_may_be_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "disk" / "2026").mkdir(parents=True)
    (tmp_path / "disk" / "2026" / "talk.raw").write_bytes(raw(0.1))
    (tmp_path / "recordings").symlink_to(tmp_path / "disk")
    assert len(heard(tmp_path / "recordings", "2026/talk.raw")) == 44 + BYTES_A_SECOND // 10
