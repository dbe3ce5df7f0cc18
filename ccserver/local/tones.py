"""What test phones say: a voice that can be told from any other and found again, or plain speech.

Each voice is a row of tones of 80 ms whose pitch a seed decides, so that no second of it is like
another. It is written as the packet capture that SIPp plays: G.711 A-law in RTP, 20 ms a packet.
"""

import struct
from pathlib import Path
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ccserver.local.keys import CAPTURE_HEADER, packet

RATE: Final = 8000
TONE_SECONDS: Final = 0.08
LOUDNESS: Final = 8000
SPEECH: Final = Path("/usr/share/sip-tester/g711a.pcap")
"""Seven seconds of G.711 A-law, in packets of 30 ms."""

_HEADERS_BYTES = 14 + 20 + 8 + 12
"""Ethernet, IPv4, UDP and RTP."""
_PACKET_SAMPLES = 160
_PITCH_HZ = (400, 3000)
_PAYLOAD_TYPE = 8
_FADE_SAMPLES = 40

Sound = NDArray[np.int16]


def voice(seed: int, seconds: float) -> Sound:
    """A voice at 8 kHz, 16 bit. The same seed gives the same."""
    chance = Random(seed)  # noqa: S311 - a voice, not a secret
    length = round(TONE_SECONDS * RATE)
    instants = np.arange(length) / RATE
    fade = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / _FADE_SAMPLES)
    tones = [
        LOUDNESS * fade * np.sin(2 * np.pi * chance.uniform(*_PITCH_HZ) * instants)
        for _ in range(-(-round(seconds * RATE) // length))
    ]
    return np.concatenate(tones)[: round(seconds * RATE)].astype(np.int16)


def write_voice(file: Path, seed: int, seconds: float) -> Path:
    """Write the capture of a voice."""
    return write_sound(file, voice(seed, seconds), seed)


def write_sound(file: Path, sound: Sound, seed: int) -> Path:
    """Write the capture of a sound. The seed is for the stream's own number."""
    coded = alaw(sound)
    packets = [CAPTURE_HEADER]
    for number in range(len(coded) // _PACKET_SAMPLES):
        first = number * _PACKET_SAMPLES
        marker = 0x80 if number == 0 else 0
        rtp = struct.pack(
            "!BBHII",
            0x80,
            marker | _PAYLOAD_TYPE,
            number & 0xFFFF,
            first,
            0x70E50000 | seed & 0xFFFF,
        )
        packets.append(packet(number * 20_000, rtp + coded[first : first + _PACKET_SAMPLES]))
    file.write_bytes(b"".join(packets))
    return file


def write_speech(file: Path, seconds: float) -> Path:
    """Write the capture of Debian's sample (sip-tester), again and again as one stream.

    When SIPp itself plays it again the packets have the numbers of the old ones, and a switch takes
    them for those.
    """
    sample = SPEECH.read_bytes()
    packets, position = [CAPTURE_HEADER], len(CAPTURE_HEADER)
    sounds: list[bytes] = []
    while position < len(sample):
        size = struct.unpack_from("<I", sample, position + 8)[0]
        sounds.append(sample[position + 16 + _HEADERS_BYTES : position + 16 + size])
        position += 16 + size
    number = ticks = 0
    while ticks < seconds * RATE:
        sound = sounds[number % len(sounds)]
        rtp = struct.pack("!BBHII", 0x80, _PAYLOAD_TYPE, number & 0xFFFF, ticks, 0x0E05384E)
        packets.append(packet(ticks * 1_000_000 // RATE, rtp + sound))
        number, ticks = number + 1, ticks + len(sound)
    file.write_bytes(b"".join(packets))
    return file


def alaw(sound: Sound) -> bytes:
    """G.711 A-law, a byte a sample."""
    left = np.clip(sound.astype(np.int32), -32635, 32635)
    negative = left < 0
    size = np.where(negative, -left - 1, left) >> 3
    exponent = np.zeros_like(size)
    for bit in range(5, 12):
        exponent = np.where(size >> bit > 0, bit - 4, exponent)
    shift = np.where(exponent == 0, 1, exponent)
    code = exponent << 4 | size >> shift & 0x0F
    return np.where(negative, code ^ 0x55, code ^ 0xD5).astype(np.uint8).tobytes()
