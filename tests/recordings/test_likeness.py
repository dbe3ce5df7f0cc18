"""What counts as the same sound."""

from collections.abc import Iterator

import numpy as np
import pytest

from ccserver.recordings.likeness import Frames, first_difference
from tests.recordings.sounds import melody


def sound(seconds: float = 8.0) -> Frames:
    return np.stack([melody(seconds, 0), melody(seconds, 1)], axis=1).astype(float)


def blocks(frames: Frames) -> Iterator[Frames]:
    yield from (frames[at : at + 32_000] for at in range(0, len(frames), 32_000))


def difference(expected: Frames, heard: Frames) -> str | None:
    return first_difference(blocks(expected), blocks(heard))


def test_a_sound_is_like_itself_however_it_was_roughened() -> None:
    rough = np.random.default_rng(1).normal(0, 1500, (64_000, 2))
    assert difference(sound(), sound()) is None
    assert difference(sound(), 0.8 * sound() + rough) is None
    assert difference(sound(8.1234), sound(8.1234)) is None


def test_where_it_differs_first_is_said() -> None:
    spoilt = sound()
    spoilt[8000 * 5 : 8000 * 6, 1] = spoilt[8000 * 2 : 8000 * 3, 1]
    assert difference(sound(), spoilt) == "second 5 of channel 1 is another sound"
    assert difference(sound(), sound()[:, ::-1]) == "second 0 of channel 0 is another sound"
    assert difference(sound(), sound()[:-1]) == "it ends at second 7"
    assert difference(sound(), sound()[: 8000 * 4]) == "it ends at second 4"
    assert difference(sound(), sound(9.0)) == "it goes on after second 8"
    assert difference(sound(7.0), sound(7.5)) == "it ends at second 7", "or not where it should"


@pytest.mark.parametrize("factor", [0.0, 0.4, 2.5, -1.0])
def test_a_second_of_another_loudness_is_another_sound(factor: float) -> None:
    spoilt = sound()
    spoilt[8000:16_000, 0] *= factor
    assert difference(sound(), spoilt) == "second 1 of channel 0 is another sound"


def test_silence_must_not_have_become_loud() -> None:
    calm = sound()
    calm[8000:16_000] = 0
    hum = calm.copy()
    hum[8000:16_000, 0] = 30 * np.sin(np.arange(8000))
    assert difference(calm, hum) is None, "nobody hears that"
    hum[8000:16_000, 0] *= 10
    assert difference(calm, hum) == "second 1 of channel 0 is another sound"


def test_a_whisper_beside_a_shout_may_be_lost_and_a_voice_may_not() -> None:
    both = np.stack([20_000 * np.sin(np.arange(8000)), melody(1.0, 1) * 0.1], axis=1)
    alone = both * [1, 0]
    assert difference(both, alone) is None
    both[:, 1] *= 10
    assert difference(both, alone) == "second 0 of channel 1 is another sound"


def test_a_codec_may_take_the_direct_current_away() -> None:
    assert difference(sound() + 500, sound()) is None
