"""The prompts that espeak-ng speaks, in an order that a telephone understands."""

import re
import wave
from pathlib import Path

import numpy as np
import pytest

from ccserver.local.processes import LocalError
from ccserver.local.sounds import (
    HOUSE_TEXTS,
    LOUDNESS_DB,
    VOICES,
    build_sounds,
    read_prompts,
)

Samples = np.ndarray[tuple[int], np.dtype[np.int16]]
Sound = np.ndarray[tuple[int], np.dtype[np.float64]]

TWO = """
[welcome]
zh = "您好"
en = "Hello"
[menu]
zh = "请按一"
en = "Press one"
"""


def heard(file: Path) -> Samples:
    """The samples of a sound that is as the telephone wants it."""
    with wave.open(str(file)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16)


def prompts_file(folder: Path, text: str = TWO) -> Path:
    file = folder / "prompts.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_prompt_is_spoken_for_a_telephone(tmp_path: Path) -> None:
    build_sounds(tmp_path / "sounds", prompts_file(tmp_path))
    for name in ("zh/welcome", "en/welcome", "zh/menu", "en/menu", "music/hold", "tones/beep"):
        sound = heard(tmp_path / "sounds" / f"{name}.wav")
        assert np.abs(sound).max() > 3000, "it can be heard"
        alaw = (tmp_path / "sounds" / f"{name}.alaw").read_bytes()
        assert len(alaw) == len(sound), "one byte a sample"


def is_spoken_loudly_at_once(sound: Sound, name: str) -> float:
    """Checks how a prompt begins and how loud it is; says how long it is silent at its end."""
    loud = np.flatnonzero(np.abs(sound) > 300)
    assert loud[0] < 0.1 * 8000, f"{name} begins at once"
    spoken = sound[loud[0] : loud[-1]]
    decibel = 20 * np.log10(np.sqrt(np.mean(spoken**2)) / 32768)
    assert decibel == pytest.approx(LOUDNESS_DB, abs=2.0), name
    return float(len(sound) - loud[-1]) / 8000


def test_the_house_s_prompts_are_as_long_and_as_loud_as_speech(prompts: Path) -> None:
    for name, text in read_prompts(HOUSE_TEXTS[0]).items():
        sound = heard(prompts / f"{name}.wav").astype(float)
        assert 0.2 < is_spoken_loudly_at_once(sound, name) < 0.6, f"{name} ends with a short pause"
        # A Chinese character is a syllable; an English one has about three letters.
        syllables = len(re.findall(r"[一-鿿]", text)) or len(re.findall("[A-Za-z]", text)) / 3
        assert 0.15 < len(sound) / 8000 / syllables < 0.45, name


def test_the_house_s_words_follow_each_other_like_speech(prompts: Path) -> None:
    words = read_prompts(HOUSE_TEXTS[1])
    assert len(words) > 300
    for name, text in words.items():
        sound = heard(prompts / f"{name}.wav").astype(float)
        assert 0.05 < is_spoken_loudly_at_once(sound, name) < 0.13, f"{name} ends with a hint"
        assert 0.2 < len(sound) / 8000 < 1.3, name
        if found := re.findall(r"[一-鿿]", text):
            assert 0.2 < len(sound) / 8000 / len(found) < 0.5, name


def test_a_word_may_be_of_one_language_alone(tmp_path: Path) -> None:
    words = tmp_path / "words.toml"
    words.write_text('[w_half]\nzh = "半"\n[w_7]\nzh = "七"\nen = "seven"\n', encoding="utf-8")
    made = set(build_sounds(tmp_path / "sounds", prompts_file(tmp_path), words))
    assert {"zh/w_half", "zh/w_7", "en/w_7", "zh/menu", "en/menu"} < made
    assert not (tmp_path / "sounds" / "en" / "w_half.wav").exists()


def test_a_text_over_several_lines_is_one_prompt(tmp_path: Path) -> None:
    folder, file = tmp_path / "sounds", prompts_file(tmp_path)
    one = TWO + '[long]\nzh = "您好 再见"\nen = "Hello and goodbye"\n'
    build_sounds(folder, prompts_file(tmp_path, one))
    first = heard(folder / "zh" / "long.wav")
    prompts_file(tmp_path, one.replace('"您好 再见"', '"""\n您好\n再见"""'))
    assert build_sounds(folder, file) == ["zh/long"]
    assert np.array_equal(heard(folder / "zh" / "long.wav"), first)


def test_a_changed_voice_speaks_all_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, folder = prompts_file(tmp_path), tmp_path / "sounds"
    build_sounds(folder, file)
    monkeypatch.setitem(VOICES, "en", ("-v", "en", "-s", "170"))
    assert set(build_sounds(folder, file)) == {"en/welcome", "en/menu"}


def test_a_prompt_without_a_sound_in_it_is_an_error(tmp_path: Path) -> None:
    file = prompts_file(tmp_path, '[welcome]\nzh = "……"\nen = "Hello"\n')
    with pytest.raises(LocalError, match="zh/welcome"):
        build_sounds(tmp_path / "sounds", file)


def test_a_prompt_in_another_script_is_an_error(tmp_path: Path) -> None:
    file = prompts_file(tmp_path, '[welcome]\nzh = "здравствуйте"\nen = "Hello"\n')
    with pytest.raises(LocalError, match="no Chinese reading for 'здравствуйте'"):
        build_sounds(tmp_path / "sounds", file)


def test_only_what_changed_is_made_again(tmp_path: Path) -> None:
    file, folder = prompts_file(tmp_path), tmp_path / "sounds"
    assert set(build_sounds(folder, file)) > {"zh/menu", "en/menu"}
    assert build_sounds(folder, file) == []
    prompts_file(tmp_path, TWO.replace("Press one", "Press one for sales"))
    (folder / "zh/welcome.alaw").unlink()
    assert set(build_sounds(folder, file)) == {"en/menu", "zh/welcome"}


def test_a_site_s_own_recording_goes_before(tmp_path: Path) -> None:
    file, folder = prompts_file(tmp_path), tmp_path / "sounds"
    build_sounds(folder, file)
    own = folder / "own" / "zh" / "menu.wav"
    own.parent.mkdir(parents=True)
    tone = (np.sin(np.arange(48000) / 10) * 20000).astype(np.int16)
    with wave.open(str(own), "wb") as studio:
        studio.setparams((2, 2, 48000, 0, "NONE", ""))
        studio.writeframes(np.stack([tone, tone], axis=1).tobytes())
    assert build_sounds(folder, file) == ["zh/menu"]
    assert len(heard(folder / "zh" / "menu.wav")) / 8000 == pytest.approx(1.25)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[welcome]\nzh = "您好"\n', "'welcome' has no text in 'en'"),
        ('[welcome]\nzh = "您好"\nen = " "\n', "'welcome' has no text in 'en'"),
        ("[w_7]\n", "'w_7' has no text in 'zh'"),
        ('[w_7]\nzh = "七"\nen = ""\n', "'w_7' has no text in 'en'"),
        ('["../up"]\nzh = "a"\nen = "b"\n', "not '../up'"),
    ],
    ids=["lost", "blank", "silent_word", "blank_word", "bad_name"],
)
def test_a_prompt_lost_in_one_language_is_an_error(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(LocalError, match=complaint):
        build_sounds(tmp_path / "sounds", prompts_file(tmp_path, text))


def test_without_espeak_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalError, match="apt-get install espeak-ng sox"):
        build_sounds(tmp_path / "sounds", prompts_file(tmp_path))


def test_the_house_s_prompts_are_whole() -> None:
    names = {name.partition("/")[2] for name in read_prompts(HOUSE_TEXTS[0])}
    assert {"welcome", "menu", "invalid", "no_input", "goodbye", "hold"} <= names
    assert set(VOICES) == {"zh", "en"}


def test_only_words_are_named_like_words() -> None:
    prompts, words = ({name.partition("/")[2] for name in read_prompts(f)} for f in HOUSE_TEXTS[:2])
    assert not [name for name in prompts if name.startswith("w_")]
    assert not [name for name in words if not name.startswith("w_")]
