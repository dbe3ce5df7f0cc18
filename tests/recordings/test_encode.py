"""Legs become one file that is the same sound, or none."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ccserver.recordings import disk, likeness
from ccserver.recordings import encode as encoding
from ccserver.recordings.crypt import opened
from ccserver.recordings.disk import Digest
from ccserver.recordings.encode import Encoded, EncodingError, Job, encode, peaks_of
from ccserver.recordings.likeness import Frames as Sound
from ccserver.recordings.sound import Leg, TimeLine
from tests.recordings.sounds import Frames, decoded, melody, tones


def leg(folder: Path, written: bytes, at: float = 0.0, channels: int = 2) -> Leg:
    path = folder / f"leg-{at}.raw"
    path.write_bytes(written)
    return Leg(path=path, offset_seconds=at, channels=channels)


def job(folder: Path, *legs: Leg, seconds: float = 0.0, key: bytes | None = None) -> Job:
    target = folder / "2026/11/24/talk.ogg"
    return Job(legs=legs, seconds=seconds, target=target, name="talk.ogg", key=key)


def loudness(frames: Frames) -> float:
    return float(np.sqrt((frames.astype(float) ** 2).mean()))


def test_two_legs_become_one_file_with_each_second_in_its_place(tmp_path: Path) -> None:
    one, two = leg(tmp_path, tones(5.0)), leg(tmp_path, tones(2.5), 7.25)
    made = encode(job(tmp_path, one, two, seconds=11.0))
    assert made.seconds == 11.0
    sound = decoded(tmp_path / "2026/11/24/talk.ogg").astype(float)
    assert sound.shape == (88_000, 2)
    for channel in (0, 1):
        wanted = np.zeros(88_000)
        wanted[:40_000] = melody(5.0, channel)
        wanted[58_000:78_000] = melody(2.5, channel)
        assert np.corrcoef(wanted, sound[:, channel])[0, 1] > 0.95
    assert loudness(decoded(tmp_path / "2026/11/24/talk.ogg")[41_000:57_000]) < 10


def test_a_file_is_what_it_is_said_to_be(tmp_path: Path) -> None:
    one, two = leg(tmp_path, tones(5.0) + b"odd"), leg(tmp_path, tones(2.5), 7.25)
    made = encode(job(tmp_path, one, two))
    file = (tmp_path / "2026/11/24/talk.ogg").read_bytes()
    assert (made.size_bytes, made.sha256) == (len(file), hashlib.sha256(file).digest())
    assert [found.seconds for found in made.legs] == [5.0, 2.5]
    assert made.legs[0].sha256 == hashlib.sha256(tones(5.0) + b"odd").digest()
    assert file.startswith(b"OggS")
    assert [p.name for p in (tmp_path / "2026/11/24").iterdir()] == ["talk.ogg"]


def test_a_message_has_one_channel(tmp_path: Path) -> None:
    made = encode(job(tmp_path, leg(tmp_path, tones(3.0, channels=1), channels=1)))
    assert decoded(tmp_path / "2026/11/24/talk.ogg").shape == (24_000, 1)
    assert len(made.peaks) == 30


def test_an_encrypted_file_is_read_with_its_key_only(tmp_path: Path) -> None:
    key = os.urandom(32)
    made = encode(job(tmp_path, leg(tmp_path, tones(3.0)), key=key))
    path = tmp_path / "2026/11/24/talk.ogg"
    assert b"OpusHead" not in path.read_bytes()
    assert made.sha256 == hashlib.sha256(path.read_bytes()).digest(), "of what lies there"
    with opened(path, key, "talk.ogg") as file:
        (tmp_path / "plain.ogg").write_bytes(file.read() or b"")
    assert decoded(tmp_path / "plain.ogg").shape == (24_000, 2)


def test_a_minute_of_a_talk_takes_no_more_than_250_kb(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(0, 3000, (60 * 8000, 2)).astype("<i2")
    made = encode(job(tmp_path, leg(tmp_path, noise.tobytes())))
    assert made.size_bytes < 250_000, "noise is the worst"
    quiet = encode(job(tmp_path, leg(tmp_path, bytes(60 * 8000 * 4))))
    assert quiet.size_bytes < 20_000


def test_the_wave_form_is_ten_bytes_a_second_for_each_channel(tmp_path: Path) -> None:
    frames = np.zeros((8000 * 5 + 100, 2), "<i2")
    frames[800 * 3 + 5, 0] = -32768
    frames[800 * 4, 1] = 1
    frames[-1] = [16384, 129]
    made = encode(job(tmp_path, leg(tmp_path, frames.tobytes())))
    peaks = np.frombuffer(made.peaks, np.uint8).reshape(-1, 2)
    assert len(peaks) == 51
    assert peaks[3].tolist() == [255, 0]
    assert peaks[4].tolist() == [0, 1], "what is there is seen"
    assert peaks[50].tolist() == [128, 2]
    assert peaks.any(axis=1).sum() == 3
    assert peaks_of(b"", 2) == b""


Spoil = Callable[[Frames], Frames]


def swap_channels(frames: Frames) -> Frames:
    return frames[:, ::-1]


def silence_a_second(frames: Frames) -> Frames:
    return np.concatenate([frames[:56_000], 0 * frames[:8000], frames[64_000:]])


def silence_a_second_of_the_agent(frames: Frames) -> Frames:
    frames = frames.copy()
    frames[56_000:64_000, 1] = 0
    return frames


def shift_a_second(frames: Frames) -> Frames:
    return np.concatenate([frames[:48_000], frames[40_000:48_000], frames[56_000:]])


def shift_all_by_20_ms(frames: Frames) -> Frames:
    return np.concatenate([frames[:160], frames[:-160]])


def make_it_half_a_second_shorter(frames: Frames) -> Frames:
    return frames[:-4000]


def make_it_a_frame_longer(frames: Frames) -> Frames:
    return np.concatenate([frames, frames[:1]])


def make_it_mono(frames: Frames) -> Frames:
    return frames[:, :1]


def mix_the_channels(frames: Frames) -> Frames:
    both = (frames.astype(int).sum(axis=1) // 2).astype("<i2")
    return np.stack([both, both], axis=1)


SPOILS = [
    swap_channels, silence_a_second, silence_a_second_of_the_agent, shift_a_second,
    shift_all_by_20_ms, make_it_half_a_second_shorter, make_it_a_frame_longer, make_it_mono,
    mix_the_channels,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_file_that_is_another_sound_never_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Spoil
) -> None:
    """The encoder is given another sound than the one to be kept, as if it had spoilt it."""
    right = leg(tmp_path, tones(10.0))
    wrong = spoil(np.frombuffer(tones(10.0), "<i2").reshape(-1, 2))
    spoilt = leg(tmp_path, wrong.astype("<i2").tobytes(), 0.001, wrong.shape[1])
    real = encoding._ogg

    def ogg(line: TimeLine, compression: float, peaks: bytearray) -> Iterator[bytes]:
        other = TimeLine([Leg(path=spoilt.path, channels=spoilt.channels)])
        return real(other, compression, peaks)

    monkeypatch.setattr(encoding, "_ogg", ogg)
    with pytest.raises(EncodingError, match=r"talk\.ogg was not encoded right"):
        encode(job(tmp_path, right))
    assert list((tmp_path / "2026/11/24").iterdir()) == []
    assert right.path.exists()


def test_what_changed_on_its_way_to_the_disk_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(path: Path, blocks: Iterable[bytes]) -> Digest:
        written = disk.write_unfinished(path, blocks)
        part = path.with_name(path.name + ".part")
        file = bytearray(part.read_bytes())
        file[len(file) // 2] ^= 1
        part.write_bytes(file)
        return written

    monkeypatch.setattr(encoding, "write_unfinished", write)
    with pytest.raises(EncodingError, match=r"talk\.ogg"):
        encode(job(tmp_path, leg(tmp_path, tones(3.0)), key=os.urandom(32)))
    assert not (tmp_path / "2026/11/24/talk.ogg").exists()


def test_what_is_hard_to_encode_gets_more_room(tmp_path: Path) -> None:
    """Clicks beside louder clicks are lost at 16 kbit/s a channel, and not at 56."""
    instants = np.arange(80_000)
    clicks = np.stack([(instants % 31 == 0) * 20_000, (instants % 24 == 0) * 2000], axis=1)
    made = encode(job(tmp_path, leg(tmp_path, clicks.astype("<i2").tobytes())))
    assert made.size_bytes > 10 * 8000
    heard = decoded(tmp_path / "2026/11/24/talk.ogg").astype(float)
    assert np.corrcoef(heard[:, 1], clicks[:, 1])[0, 1] > 0.8


def test_nothing_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(EncodingError, match="holds no sound"):
        encode(job(tmp_path, leg(tmp_path, b"xyz")))
    assert not (tmp_path / "2026").exists()


@pytest.mark.parametrize("samples", [1, 79, 160, 8001])
def test_however_short_it_is_kept_to_the_sample(tmp_path: Path, samples: int) -> None:
    made = encode(job(tmp_path, leg(tmp_path, tones(2.0)[: 4 * samples])))
    assert made.seconds == samples / 8000
    assert len(decoded(tmp_path / "2026/11/24/talk.ogg")) == samples


def test_a_leg_that_still_grows_is_left_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = leg(tmp_path, tones(3.0))

    def compare(expected: Iterator[Sound], heard: Iterator[Sound]) -> str | None:
        with one.path.open("ab") as file:
            file.write(tones(1.0))
        return likeness.first_difference(expected, heard)

    monkeypatch.setattr(encoding, "first_difference", compare)
    with pytest.raises(EncodingError, match="still being written"):
        encode(job(tmp_path, one))
    assert not (tmp_path / "2026/11/24/talk.ogg").exists()


def test_a_second_try_takes_the_place_of_the_first(tmp_path: Path) -> None:
    first = encode(job(tmp_path, leg(tmp_path, tones(3.0))))
    (tmp_path / "2026/11/24/talk.ogg.part").write_bytes(b"left by a crash")
    again: Encoded = encode(job(tmp_path, leg(tmp_path, tones(4.0))))
    assert (first.seconds, again.seconds) == (3.0, 4.0)
    assert len(decoded(tmp_path / "2026/11/24/talk.ogg")) == 32_000


def test_a_disk_that_is_full_is_said_so(tmp_path: Path) -> None:
    folder = tmp_path / "2026/11/24"
    folder.mkdir(parents=True)
    (folder / "talk.ogg.part").symlink_to("/dev/full")
    with pytest.raises(EncodingError, match="No space left on device") as caught:
        encode(job(tmp_path, leg(tmp_path, tones(3.0))))
    assert caught.value.no_space
    assert list(folder.iterdir()) == [], "what is half written takes no room"


def test_a_folder_that_is_a_file_is_another_fault(tmp_path: Path) -> None:
    (tmp_path / "2026").write_text("")
    with pytest.raises(EncodingError, match=r"Not a directory|File exists") as caught:
        encode(job(tmp_path, leg(tmp_path, tones(1.0))))
    assert not caught.value.no_space
