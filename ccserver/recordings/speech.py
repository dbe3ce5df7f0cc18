"""What was said, as a machine understands it: pocketsphinx, with a model of the operator's.

A model is a folder such as the package's own `en-us`: `<name>/<name>/` is how the language sounds
(it holds `mdef` and `feat.params`), one `*.dict` says how its words sound, and `<name>.lm.bin` how
they follow each other; `<name>.gram`, a grammar in JSGF, goes before that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from soundfile import LibsndfileError, SoundFile  # type: ignore[import-untyped]

from ccserver.recordings.crypt import CryptError, opened
from ccserver.recordings.sound import BLOCK_SAMPLES, RATE, SAMPLE_BYTES

try:
    import pocketsphinx  # type: ignore[import-untyped]
except ImportError:  # the extra `speech` is not installed
    pocketsphinx = None

Samples = npt.NDArray[np.int16]

PACKAGED: Final = "en-us"
"""The setting that means the English model inside the package."""

_SPOKEN_MAX_SECONDS = 30.0
"""Who speaks longer without a pause is understood in parts."""
_WIDE_HERTZ = 4000.0
"""A model that hears more than a telephone carries wants twice its rate."""


class SpeechError(Exception):
    """A recording cannot be understood; says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechJob:
    """A kept recording to be understood."""

    sound: Path
    """Its file."""
    name: str
    """What messages call it."""
    key: bytes | None
    """Its own; None: it is not encrypted."""
    model: Path | None
    """The model's folder; None: the English one inside the package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What somebody said without a pause."""

    channel: int
    """0: the customer, or who left the message; 1: the agents."""
    from_seconds: float
    until_seconds: float
    text: str


def transcribe(job: SpeechJob) -> tuple[Part, ...]:
    """What was said, in its order in time; nothing where nothing was understood.

    Raises SpeechError. Takes about half a second for each second of speech: not for the event
    loop.
    """
    try:
        model = _Model(job.model)
        with opened(job.sound, job.key, job.name) as ogg, SoundFile(ogg) as sound:
            channels = range(sound.channels)
            spoken = [part for channel in channels for part in _said(sound, channel, model)]
    except (OSError, LibsndfileError, CryptError) as error:
        raise SpeechError(f"{job.name} cannot be read: {error}") from error
    return tuple(sorted(spoken, key=lambda part: (part.from_seconds, part.channel)))


class _Model:
    """How a language sounds, and what its words are."""

    def __init__(self, folder: Path | None) -> None:
        if pocketsphinx is None:
            raise SpeechError("pocketsphinx is missing: pip install 'ccserver[speech]'")
        folder = folder or Path(pocketsphinx.get_model_path()) / PACKAGED
        sounds, grammar = folder / folder.name, folder / f"{folder.name}.gram"
        words = sorted(folder.glob("*.dict"))
        if not (sounds / "mdef").is_file() or not words:
            raise SpeechError(
                f"{folder} is no model: it needs {folder.name}/mdef and a file *.dict"
            )
        follow = {"jsgf": grammar} if grammar.is_file() else {"lm": grammar.with_suffix(".lm.bin")}
        self._times = 2 if _highest_hertz(sounds / "feat.params") > _WIDE_HERTZ else 1
        try:
            self._decoder = pocketsphinx.Decoder(
                hmm=str(sounds),
                dict=str(words[0]),
                samprate=self._times * RATE,
                loglevel="FATAL",
                **{option: str(path) for option, path in follow.items()},
            )
        except (RuntimeError, ValueError) as error:
            raise SpeechError(f"{folder} is no model that pocketsphinx understands") from error

    def understand(self, spoken: bytes) -> str:
        """What one says without a pause."""
        samples: Samples = np.frombuffer(spoken, "<i2")
        if self._times == 2:
            samples = _twice(samples)
        self._decoder.start_utt()
        self._decoder.process_raw(samples.tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return str(found.hypstr) if found else ""


def _said(sound: SoundFile, channel: int, model: _Model) -> Iterator[Part]:
    """What is said on this channel, from pause to pause."""
    sound.seek(0)
    ear = pocketsphinx.Endpointer(sample_rate=RATE)
    held = bytearray()
    began: float | None = None
    for frame in _frames(sound, channel, ear.frame_bytes):
        whole = len(frame) == ear.frame_bytes
        speech = ear.process(frame) if whole else ear.end_stream(frame)
        if speech is None:
            continue
        began = ear.speech_start if began is None else began
        held += speech
        until = began + len(held) / SAMPLE_BYTES / RATE
        if ear.in_speech and until - began < _SPOKEN_MAX_SECONDS:
            continue
        if text := model.understand(bytes(held)):
            yield Part(channel=channel, from_seconds=began, until_seconds=until, text=text)
        held.clear()
        began = until if ear.in_speech else None


def _frames(sound: SoundFile, channel: int, frame_bytes: int) -> Iterator[bytes]:
    """This channel in frames for the ear; the last is shorter, and says that it is the end."""
    held = b""
    while len(frames := sound.read(BLOCK_SAMPLES, "float32", always_2d=True)):
        loud = np.clip(frames[:, channel] * 2**15, -(2**15), 2**15 - 1)
        held += loud.astype("<i2").tobytes()
        whole = len(held) // frame_bytes * frame_bytes
        for at in range(0, whole, frame_bytes):
            yield held[at : at + frame_bytes]
        held = held[whole:]
    yield held


def _highest_hertz(params: Path) -> float:
    words = params.read_text().split()
    return float(words[words.index("-upperf") + 1]) if "-upperf" in words else 2 * _WIDE_HERTZ


def _twice(samples: Samples) -> Samples:
    """The same sound at twice the rate: its spectrum, and nothing above it."""
    spectrum = np.fft.rfft(samples)
    wide = np.fft.irfft(spectrum, 2 * len(samples)) * 2
    return np.clip(wide, -(2**15), 2**15 - 1).astype(np.int16)
