"""Speech, made by espeak-ng, is understood on the channel on which it was spoken."""

import os
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pocketsphinx  # type: ignore[import-untyped]
import pytest
import soundfile  # type: ignore[import-untyped]

from ccserver.recordings import speech
from ccserver.recordings.encode import Job, encode
from ccserver.recordings.encoder import Encoder
from ccserver.recordings.sound import RATE, Leg
from ccserver.recordings.speech import Part, SpeechError, SpeechJob, transcribe
from tests.recordings.sounds import tones

Wave = npt.NDArray[np.float64]

CLOSE = "please close my account"
SEND = "send the letter to london"
GRAMMAR = """#JSGF V1.0;
grammar shop;
public <spoken> = please ( close | open | extend ) my ( account | window | contract )
  | send the ( letter | money | parcel ) to ( london | paris | boston );
"""


def spoken(folder: Path, text: str) -> Wave:
    """At 8 kHz, as a telephone carries it."""
    wav = folder / "spoken.wav"
    subprocess.run(["espeak-ng", "-v", "en-gb", "-s", "150", "-w", str(wav), text], check=True)
    sound, rate = soundfile.read(wav)
    samples = len(sound) * RATE // rate
    spectrum = np.fft.rfft(sound)[: samples // 2 + 1]
    narrow = np.fft.irfft(spectrum, samples) * samples / len(sound)
    loud: Wave = 15_000 * narrow / np.abs(narrow).max()
    return loud


def talk(folder: Path, *, key: bytes | None = None) -> Path:
    """After a second the customer wants something, and a second after that the agent does."""
    customer, agent = spoken(folder, CLOSE), spoken(folder, SEND)
    pause = np.zeros(RATE)
    left = np.concatenate([pause, customer, pause, 0 * agent, pause])
    right = np.concatenate([pause, 0 * customer, pause, agent, pause])
    raw = folder / "talk.raw"
    raw.write_bytes(np.stack([left, right], axis=1).astype("<i2").tobytes())
    made = Job(legs=(Leg(path=raw),), target=folder / "talk.ogg", name="talk.ogg", key=key)
    encode(made)
    return made.target


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The English sounds, and a grammar that knows a few sentences: an operator's own model."""
    english = Path(pocketsphinx.get_model_path()) / "en-us"
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "shop").symlink_to(english / "en-us")
    (folder / "english.dict").symlink_to(english / "cmudict-en-us.dict")
    (folder / "shop.gram").write_text(GRAMMAR)
    return folder


def check(parts: tuple[Part, ...], length_seconds: float) -> None:
    assert [(part.channel, part.text) for part in parts] == [(0, CLOSE), (1, SEND)]
    customer, agent = parts
    assert 0.7 < customer.from_seconds < 1.3
    assert customer.until_seconds < agent.from_seconds < agent.until_seconds
    assert length_seconds - 1.6 < agent.until_seconds < length_seconds


def test_each_is_understood_on_his_channel_and_at_his_time(tmp_path: Path, model: Path) -> None:
    sound = talk(tmp_path)
    parts = transcribe(SpeechJob(sound=sound, name="talk.ogg", key=None, model=model))
    check(parts, soundfile.info(sound).duration)


async def test_it_is_done_by_the_process_that_encodes(tmp_path: Path, model: Path) -> None:
    key = os.urandom(32)
    sound = talk(tmp_path, key=key)
    length = len((tmp_path / "talk.raw").read_bytes()) / 4 / RATE
    right = SpeechJob(sound=sound, name="talk.ogg", key=key, model=model)
    async with Encoder() as encoder:
        check(await encoder.transcribe(right), length)
        with pytest.raises(SpeechError, match=r"talk\.ogg cannot be read: .*key is right"):
            await encoder.transcribe(replace(right, key=os.urandom(32)))


def test_the_english_model_inside_the_package_hears_words(tmp_path: Path) -> None:
    """It was taught by people and not by machines, so little can be asked of it here."""
    job = SpeechJob(sound=talk(tmp_path), name="talk.ogg", key=None, model=None)
    heard = transcribe(job)
    assert {part.channel for part in heard} == {0, 1}
    assert all(part.text for part in heard)


def test_where_nobody_speaks_nothing_is_understood(tmp_path: Path, model: Path) -> None:
    raw = tmp_path / "talk.raw"
    raw.write_bytes(bytes(len(tones(5.0))))
    job = Job(legs=(Leg(path=raw),), target=tmp_path / "talk.ogg", name="talk.ogg", key=None)
    encode(job)
    wanted = SpeechJob(sound=job.target, name=job.name, key=None, model=model)
    assert transcribe(wanted) == ()


def test_who_never_pauses_is_understood_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "_SPOKEN_MAX_SECONDS", 0.6)
    job = SpeechJob(sound=talk(tmp_path), name="talk.ogg", key=None, model=None)
    customer = [part for part in transcribe(job) if part.channel == 0]
    assert len(customer) > 1
    assert all(part.until_seconds - part.from_seconds < 1.0 for part in customer)
    for one, next_one in pairwise(customer):
        assert one.until_seconds <= next_one.from_seconds
    assert 0.7 < customer[0].from_seconds < 1.5
    assert customer[-1].until_seconds < 4.0


def test_what_is_no_model_is_said_so(tmp_path: Path, model: Path) -> None:
    sound = talk(tmp_path)

    def wanted(model: Path) -> SpeechJob:
        return SpeechJob(sound=sound, name="talk.ogg", key=None, model=model)

    with pytest.raises(SpeechError, match=r"none is no model: it needs none/mdef and a file"):
        transcribe(wanted(tmp_path / "none"))
    (model / "shop.gram").unlink()
    with pytest.raises(SpeechError, match="shop is no model that pocketsphinx understands"):
        transcribe(wanted(model))


def test_a_sound_that_is_gone_is_said_so(tmp_path: Path, model: Path) -> None:
    with pytest.raises(SpeechError, match=r"gone\.ogg cannot be read"):
        transcribe(SpeechJob(sound=tmp_path / "gone", name="gone.ogg", key=None, model=model))


def test_without_the_extra_it_is_said_what_to_install(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "pocketsphinx", None)
    with pytest.raises(SpeechError, match=r"pip install 'ccserver\[speech\]'"):
        transcribe(SpeechJob(sound=tmp_path, name="talk.ogg", key=None, model=model))
