"""What a caller hears, as text: the words of ivr_flows/words.toml one after the other."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ccserver.core.ids import Prompt
from ccserver.core.spoken import Form, spoken

WORDS_FILE = Path(__file__).parents[2] / "ivr_flows" / "words.toml"


@cache
def texts() -> dict[str, dict[str, str]]:
    """Word -> language -> text."""
    return tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))


def read_out(prompts: Iterable[Prompt], language: str) -> str:
    """The text of prompts one after the other, Chinese without blanks."""
    return ("" if language == "zh" else " ").join(texts()[word][language] for word in prompts)


def said(form: Form, value: str, language: str, currency: str = "CNY") -> str:
    """What a caller hears instead of a value."""
    return read_out(spoken(form, value, language, currency=currency), language)
