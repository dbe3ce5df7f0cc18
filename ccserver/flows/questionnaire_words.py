"""The words with which a questionnaire is asked by keys, beside its own."""

# ruff: noqa: RUF001 -- Chinese has its own punctuation

from collections.abc import Mapping, Sequence
from typing import Final

LANGUAGES: Final = ("zh", "en")
"""Those that prompts are spoken in."""

_USUAL: Final[Mapping[str, Mapping[str, str]]] = {
    "invitation": {
        "zh": "您好，想请您回答几个问题。",
        "en": "Hello. We would like to ask you a few questions.",
    },
    "thanks": {
        "zh": "感谢您的参与，再见。",
        "en": "Thank you for your answers. Goodbye.",
    },
    "no_more": {
        "zh": "好的，我们不会再就此打扰您，再见。",
        "en": "We will not ask you again. Goodbye.",
    },
}
_NUMBERS: Final[Mapping[str, Sequence[str]]] = {
    "zh": "零一二三四五六七八九十",
    "en": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
}
_HINTS: Final[Mapping[str, Mapping[str, str]]] = {
    "invitation": {
        "zh": "开始请按一，不希望再接到此类调查请按星号键。",
        "en": " To begin, press one. If you do not want to be asked again, press star.",
    },
    "option": {"zh": "{option}请按{key}", "en": " For {option}, press {key}"},
    "between": {"zh": "，", "en": "."},
    "end": {"zh": "。", "en": "."},
    "yes_or_no": {"zh": "，是请按一，否请按二。", "en": ": for yes press one, for no press two."},
    "number": {
        "zh": "请按{lowest}到{highest}之间的一个数字键。",
        "en": " Please press a key from {lowest} to {highest}.",
    },
    "number_long": {
        "zh": "请输入{lowest}到{highest}之间的数字，按井号键结束。",
        "en": " Please enter a number from {lowest} to {highest}, and end with the pound key.",
    },
    "record": {
        "zh": "请在提示音后回答，按井号键结束。",
        "en": " Please speak after the tone, and press the pound key when you are done.",
    },
}


def usual(what: str) -> Mapping[str, str]:
    """What is said where a questionnaire has no words of its own: `invitation`, `thanks`,
    `no_more`."""
    return _USUAL[what]


def hint(language: str, what: str, **values: object) -> str:
    """Which keys answer, said after the question. Numbers up to ten are written as words."""
    words = {name: _word(language, str(value)) for name, value in values.items()}
    return _HINTS[what][language].format(**words)


def _word(language: str, value: str) -> str:
    small = value.isdecimal() and int(value) < len(_NUMBERS[language])
    return _NUMBERS[language][int(value)] if small else value
