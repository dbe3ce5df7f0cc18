"""Chinese, as espeak-ng has to be given it."""

import re
import subprocess
from pathlib import Path

import pytest

from ccserver.local.mandarin import VOICE, NoReadingError, pinyin, ssml
from ccserver.local.sounds import read_prompts

HOUSE_PROMPTS = Path(__file__).parents[2] / "ivr_flows" / "prompts.toml"


def phonemes(text: str) -> str:
    """What espeak-ng would say, without saying it."""
    argv = ["espeak-ng", "-m", "-v", VOICE, "-q", "-x", "--stdin"]
    return subprocess.run(argv, input=ssml(text), capture_output=True, text=True, check=True).stdout


def test_each_character_of_a_chinese_prompt_is_one_syllable() -> None:
    for name, text in read_prompts(HOUSE_PROMPTS).items():
        if name.startswith("zh/"):
            said = phonemes(text)
            assert "(en)" not in said, f"{name} is spelled in English letters: {said}"
            tones = re.findall(r"[0-9]+", said)
            assert len(tones) == len(re.findall(r"[一-鿿]", text)), f"{name}: {said}"


def test_the_mandarin_voice_would_spell_it() -> None:
    """The fault that the test above looks for is one that espeak-ng has."""
    argv = ["espeak-ng", "-v", "cmn", "-q", "-x", "您好"]
    assert "(en)" in subprocess.run(argv, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("您好，欢迎致电。", "nin2 hao3, huan1 ying2 zhi4 dian4."),  # noqa: RUF001
        ("（请稍候）……“好”：行！对？", "qing3 shao1 hou4, hao3, xing2! dui4?"),  # noqa: RUF001
        ("重庆银行行长", "chong2 qing4 yin2 hang2 hang2 zhang3"),
        ("绿色，女士", "lv4 se4, nv3 shi4"),  # noqa: RUF001
        ("不是", "bu2 shi4"),
        ("请按１", "qing3 an4 yi1"),
        ("10 15 20 24", "shi2 shi2 wu3 er4 shi2 er4 shi2 si4"),
        ("100", "yi4 bai3"),
        ("105", "yi4 bai3 ling2 wu3"),
        ("4001", "si4 ling2 ling2 yao1"),
        ("010-12345678", "ling2 yao1 ling2, yao1 er4 san1 si4 wu3 liu4 qi1 ba1"),
        ("3.5元", "san1 dian3 wu3 yuan2"),
        ("0", "ling2"),
    ],
)
def test_pinyin(text: str, spoken: str) -> None:
    (part,) = re.findall(r"<voice name=\"cmn-latn-pinyin\">(.*?)</voice>", ssml(text))
    assert part.split() == spoken.split()


def test_latin_words_are_for_the_english_voice() -> None:
    assert ssml("欢迎致电 AT&T 热线。") == (
        '<speak><voice name="cmn-latn-pinyin">huan1 ying2 zhi4 dian4</voice> '
        '<voice name="en">AT&amp;T</voice> '
        '<voice name="cmn-latn-pinyin">re4 xian4.</voice></speak>'
    )
    said = phonemes("欢迎致电 hotline 热线。")
    assert "h'0tlaIn" in said
    assert said.count("(en)") == 0
    assert len(re.findall(r"[0-9]+", said.replace("h'0tlaIn", ""))) == 6


@pytest.mark.parametrize("text", ["あ", "здравствуйте", "مرحبا"])
def test_what_has_no_reading_is_refused(text: str) -> None:
    with pytest.raises(NoReadingError):
        pinyin(text)
