"""Recordings as people can hear them."""

import io
import os
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccserver.recordings import files
from ccserver.recordings.files import CHUNK_BYTES, wav

BYTES_A_SECOND = 8000 * 2 * 2


def raw(seconds: float) -> bytes:
    """A talk as Asterisk writes it: the agent counts up, then the customer down, in each frame."""
    count = np.arange(int(seconds * 8000)) % 30_000
    return np.stack([count, -count], axis=1).astype("<i2").tobytes()


def heard(folder: Path, name: str) -> bytes:
    found = wav(folder, name)
    assert found is not None
    size, chunks = found
    sound = b"".join(chunks)
    assert len(sound) == size
    return sound


def test_a_talk_is_a_wav_file_with_the_customer_left(tmp_path: Path) -> None:
    (tmp_path / "talk.raw").write_bytes(raw(10.0))
    with wave.open(io.BytesIO(heard(tmp_path, "talk.raw"))) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (2, 8000, 2)
        assert sound.getnframes() == 80_000
        frames = np.frombuffer(sound.readframes(80_000), "<i2").reshape(-1, 2)
    count = np.arange(80_000) % 30_000
    assert (frames[:, 0] == -count).all(), "the customer"
    assert (frames[:, 1] == count).all(), "the agent"


def test_a_message_is_a_wav_file_with_the_caller_alone(tmp_path: Path) -> None:
    spoken = (np.arange(8001) % 30_000).astype("<i2").tobytes()
    (tmp_path / "message.sln").write_bytes(spoken + b"\0")
    with wave.open(io.BytesIO(heard(tmp_path, "message.sln"))) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (1, 8000, 2)
        assert sound.readframes(9000) == spoken


def test_a_long_talk_comes_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "talk.raw").write_bytes(bytes(CHUNK_BYTES * 3 + 8))
    found = wav(tmp_path, "talk.raw")
    assert found is not None
    assert [len(chunk) for chunk in found[1]] == [44, *[CHUNK_BYTES] * 3, 8]


@given(frames=st.integers(0, 50), more=st.integers(0, 3), piece=st.sampled_from([4, 8, 40]))
def test_every_whole_frame_is_there(
    tmp_path_factory: pytest.TempPathFactory, frames: int, more: int, piece: int
) -> None:
    folder = tmp_path_factory.mktemp("talks")
    written = os.urandom(4 * frames + more)
    (folder / "talk.raw").write_bytes(written)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "CHUNK_BYTES", piece)
        sound = heard(folder, "talk.raw")[44:]
    whole = np.frombuffer(written[: 4 * frames], "<u2").reshape(-1, 2)
    assert (np.frombuffer(sound, "<u2").reshape(-1, 2) == whole[:, ::-1]).all()


def test_what_is_written_meanwhile_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "talk.raw"
    file.write_bytes(raw(1.0))
    found = wav(tmp_path, "talk.raw")
    assert found is not None
    with file.open("ab") as more:
        more.write(raw(1.0))
    assert len(b"".join(found[1])) == found[0] == 44 + BYTES_A_SECOND


def test_a_file_that_became_shorter_ends_early(tmp_path: Path) -> None:
    file = tmp_path / "talk.raw"
    file.write_bytes(raw(2.0))
    found = wav(tmp_path, "talk.raw")
    assert found is not None
    file.write_bytes(raw(1.0))
    assert len(b"".join(found[1])) == 44 + BYTES_A_SECOND


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
