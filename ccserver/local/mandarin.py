"""A Chinese text, written so that espeak-ng speaks it: pinyin with tone numbers, in SSML.

Debian's espeak-ng 1.51 says "Chinese letter" for each character in its Mandarin voice `cmn`. Its
pinyin voice knows characters, but each by one reading, whatever the word: a bank (银行) becomes
yin xing. A program of its own (`python -m ccserver.local.mandarin`, a text a line): pypinyin's
dictionary takes 60 MB, which a running ccserver has no use for.
"""

import re
import sys
import unicodedata
from xml.sax.saxutils import escape

from pypinyin import Style, lazy_pinyin, load_phrases_dict
from pypinyin import pinyin as readings

VOICE = "cmn-latn-pinyin"
"""The voice for what this writes, with SSML switched on (`espeak-ng -m`)."""
LATIN_VOICE = "en"

_LATIN = re.compile(r"([A-Za-z][A-Za-z0-9]*(?:[ '&+-]+[A-Za-z0-9]+)*)")
_NUMBER = re.compile(r"[0-9]+(?:([.-])[0-9]+)*")
_DIGITS = "零一二三四五六七八九"
_DICTATED = str.maketrans("0123456789", "零幺二三四五六七八九")
_STOPS = {"。": ". ", ".": ". ", "!": "! ", "?": "? "}
_PAUSES = frozenset(",、;:()—~/-")
_COUNTED = ("十", "千", "万", "亿", "位", "元", "角", "秒", "小时", "美元", "美分", "欧元", "欧分")
"""Behind these 一 changes its tone too, but pypinyin has 一 and these as two words."""
_NOT_COUNTED = re.compile("(?<=[十第])一|一(?=月)")
"""In an ordinal and behind 十 it keeps its tone: a gap keeps pypinyin from making a word of it."""

load_phrases_dict({f"一{unit}": [["yì"], *readings(unit)] for unit in _COUNTED})


class NoReadingError(Exception):
    """The text has a character that is neither Chinese, Latin, a digit nor punctuation."""


def ssml(text: str) -> str:
    """The text for espeak-ng: Chinese in pinyin, Latin words for the English voice.

    Punctuation becomes pauses. A number of up to three digits is read as a number; a longer one, or
    one with hyphens, is dictated digit by digit, as telephone numbers are. Raises NoReadingError.
    """
    parts = []
    for number, part in enumerate(_LATIN.split(unicodedata.normalize("NFKC", text))):
        voice = LATIN_VOICE if number % 2 else VOICE
        spoken = part if number % 2 else pinyin(part)
        if spoken.strip():
            parts.append(f'<voice name="{voice}">{escape(spoken.strip())}</voice>')
    return f"<speak>{' '.join(parts)}</speak>"


def pinyin(text: str) -> str:
    """Chinese text in syllables with tone numbers, 5 for the neutral one. Raises NoReadingError."""
    syllables = lazy_pinyin(
        _NOT_COUNTED.sub("一 ", _NUMBER.sub(_number, text)),
        style=Style.TONE3,
        neutral_tone_with_five=True,
        tone_sandhi=True,
        errors=_pause,
    )
    # A pause stands behind its word. Of several in a row, the first counts.
    spoken = " ".join(syllables)
    return re.sub(r"\s*([,.!?])[\s,.!?]*", r"\1 ", spoken).strip(" ,")


def _pause(text: str) -> str:
    """What espeak-ng shall make of a run of characters that have no reading."""
    if any(c.isalnum() for c in text):
        raise NoReadingError(f"no Chinese reading for {text.strip()!r}")
    return "".join(_STOPS.get(c, ", " if c in _PAUSES else " ") for c in text)


def _number(found: re.Match[str]) -> str:
    text, separator = found[0], found[1]
    if separator == "." and text.count(".") == 1:
        whole, _, rest = text.partition(".")
        return f"{_counted(whole)}点{''.join(_DIGITS[int(digit)] for digit in rest)}"
    if separator or len(text) > 3 or (len(text) > 1 and text.startswith("0")):
        return text.replace("-", ",").replace(".", "点").translate(_DICTATED)
    return _counted(text)


def _counted(digits: str) -> str:
    """A number as it is counted: 10 is 十, 110 is 一百一十."""
    number = int(digits)
    if len(digits) > 3:
        return digits.translate(_DICTATED)
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        words += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        words += "零"
    return words + (_DIGITS[ones] if ones or not number else "")


if __name__ == "__main__":
    try:
        sys.stdout.writelines(f"{ssml(line.strip())}\n" for line in sys.stdin)
    except NoReadingError as error:
        sys.exit(str(error))
