"""Chinese, as espeak-ng has to be given it."""

import re
import subprocess
import sys

import pytest

from ccserver.local.mandarin import VOICE, NoReadingError, pinyin, ssml
from ccserver.local.sounds import HOUSE_TEXTS, read_prompts


def phonemes(text: str) -> str:
    """What espeak-ng would say, without saying it."""
    argv = ["espeak-ng", "-m", "-v", VOICE, "-q", "-x", "--stdin"]
    return subprocess.run(argv, input=ssml(text), capture_output=True, text=True, check=True).stdout


def test_each_character_of_a_chinese_prompt_is_one_syllable() -> None:
    texts = {name: text for file in HOUSE_TEXTS for name, text in read_prompts(file).items()}
    for name, text in texts.items():
        if name.startswith("zh/") and not re.fullmatch("[A-Za-z]+", text):
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
        ("一", "yi1"),
        ("幺", "yao1"),
        ("两", "liang3"),
        ("亿", "yi4"),
        ("一十 一百 一千", "yi4 shi2 yi4 bai3 yi4 qian1"),
        ("一万 一亿", "yi2 wan4 yi2 yi4"),
        ("一点 十一点 二十一点", "yi4 dian3 shi2 yi1 dian3 er4 shi2 yi1 dian3"),
        ("一元 十一元 一角 一分", "yi4 yuan2 shi2 yi1 yuan2 yi4 jiao3 yi4 fen1"),
        ("一美元 一美分", "yi4 mei3 yuan2 yi4 mei3 fen1"),
        ("一欧元 一欧分", "yi4 ou1 yuan2 yi4 ou1 fen1"),
        ("一小时 一分钟 一秒", "yi4 xiao3 shi2 yi4 fen1 zhong1 yi4 miao3"),
        ("一月 十一月 一日 十一日", "yi1 yue4 shi2 yi1 yue4 yi1 ri4 shi2 yi1 ri4"),
        ("第一位 一位", "di4 yi1 wei4 yi2 wei4"),
    ],
)
def test_pinyin(text: str, spoken: str) -> None:
    (part,) = re.findall(r"<voice name=\"cmn-latn-pinyin\">(.*?)</voice>", ssml(text))
    assert part.split() == spoken.split()


def test_third_tones_in_a_row_are_left_to_espeak() -> None:
    """It raises the first of two by itself, as one says 五点 and 两百."""
    for text in ("五点", "九百", "两美元"):
        assert re.findall(r"[0-9]+", phonemes(text))[0] == "35", text


def test_each_letter_is_said_by_its_name() -> None:
    names = {name: text for name, text in read_prompts(HOUSE_TEXTS[1]).items() if "letter" in name}
    assert len(names) == 2 * 26
    for name, text in names.items():
        said = ssml(text)
        assert said == f'<speak><voice name="en">{text}</voice></speak>', name
    assert phonemes("A").strip() == "'eI", "not the article"


def test_as_a_program_it_rewrites_a_text_a_line() -> None:
    argv = [sys.executable, "-X", "utf8", "-m", "ccserver.local.mandarin"]
    done = subprocess.run(argv, input="您好\n请按一\n", capture_output=True, encoding="utf-8")
    assert done.stdout.splitlines() == [ssml("您好"), ssml("请按一")]
    refused = subprocess.run(argv, input="您好\nあ\n", capture_output=True, encoding="utf-8")
    assert (refused.returncode, refused.stderr.strip()) == (1, "no Chinese reading for 'あ'")


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
