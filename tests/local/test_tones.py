"""Voices that can be told apart and found again, and the captures in which SIPp plays them."""

import struct
from pathlib import Path

import numpy as np
import pytest

from ccserver.local.tones import RATE, alaw, voice, write_speech, write_voice
from tests.asterisk.hearing import find, is_silent, missing_seconds


def test_a_voice_is_always_the_same_and_unlike_any_other() -> None:
    one = voice(1, 3.0)
    assert (one == voice(1, 3.0)).all()
    assert len(one) == 3 * RATE
    assert find(one.astype(float), one).likeness > 0.999
    assert find(one.astype(float), voice(2, 3.0)).likeness < 0.2


def test_a_voice_is_found_where_it_is_and_a_lost_second_is_missed() -> None:
    sought = voice(7, 10.0)
    noise = np.random.default_rng(1).normal(0, 500, 8 * RATE)
    channel = noise.copy()
    channel[2 * RATE :] += sought[: 6 * RATE]
    found = find(channel, sought)
    assert abs(found.at_seconds - 2.0) < 0.001
    assert missing_seconds(channel, sought, found.at_seconds, 2, 8) == []
    channel[5 * RATE : 6 * RATE] = 0
    assert missing_seconds(channel, sought, found.at_seconds, 2, 8) == [5]
    late = np.concatenate([channel[: 6 * RATE], np.zeros(RATE // 5), channel[6 * RATE :]])
    assert missing_seconds(late, sought, found.at_seconds, 2, 8) == [5, 6, 7], "shifted by 0.2 s"
    assert is_silent(channel, 5.1, 5.9)
    assert not is_silent(channel, 4.0, 5.0)


def test_a_packet_too_few_is_no_second_too_few_and_a_quarter_of_one_is() -> None:
    sought = voice(8, 10.0)
    said = sought.astype(float)
    for cut in range(16_000, 24_000, 700):
        slipped = np.concatenate([said[:cut], said[cut + 160 :]])
        place = find(slipped, sought)
        assert missing_seconds(slipped, sought, place.at_seconds, 0, 9) == []
    said[round(3.4 * RATE) : round(3.9 * RATE)] = 0
    assert missing_seconds(said, sought, 0.0, 0, 9) == [3]


def test_a_voice_that_had_begun_before_is_found_too() -> None:
    sought = voice(9, 10.0)
    found = find(sought[3 * RATE : 8 * RATE].astype(float), sought)
    assert abs(found.at_seconds + 3.0) < 0.001
    assert missing_seconds(
        sought[3 * RATE : 8 * RATE].astype(float), sought, found.at_seconds, 1, 4
    ) == []  # fmt: skip


def test_a_law_is_that_of_g_711() -> None:
    # ITU-T G.711, table 1a, with the even bits inverted: 0 is 0xD5, -1 is 0x55; the loudest.
    samples = np.array([0, -1, 8, 16, 32767, -32768, 1000, -1000], np.int16)
    assert alaw(samples) == bytes([0xD5, 0x55, 0xD5, 0xD4, 0xAA, 0x2A, 0xFA, 0x7A])


def test_a_capture_has_a_packet_every_20_ms(tmp_path: Path) -> None:
    file = write_voice(tmp_path / "voice.pcap", 3, 2.0)
    assert (file.stat().st_size - 24) / (16 + 14 + 20 + 8 + 12 + 160) == 100


def test_speech_goes_on_as_one_stream(tmp_path: Path) -> None:
    data = write_speech(tmp_path / "speech.pcap", 20.0).read_bytes()
    size = 16 + 14 + 20 + 8 + 12 + 240
    packets = [data[at : at + size] for at in range(24, len(data), size)]
    assert len(packets) * 0.03 == pytest.approx(20.0, abs=0.03)
    numbers = [struct.unpack("!HI", packet[60:66]) for packet in packets]
    assert numbers == [(n, 240 * n) for n in range(len(packets))]
    assert packets[0][70:] == packets[236][70:], "the sample has so many packets"
