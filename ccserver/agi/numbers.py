"""The caller's number, out of whatever the trunk sent."""

import re
from functools import lru_cache

import phonenumbers

CHARACTERS_MAX = 40

_NUMBER = re.compile(r"\+?[0-9][0-9 ().\-/]{1,38}")
_NOBODY = frozenset({"", "anonymous", "unknown", "unavailable", "restricted", "private"})
_UNSAFE = frozenset('|,"\\;=${}')
"""Characters with a meaning in a ticket, in MSet, or in the dialplan's expressions."""


@lru_cache(maxsize=4096)
def caller_number(text: str, region: str) -> str:
    """E.164 where `text` is a number, as dialled in `region` (ISO 3166-1).

    Else the text itself, cleaned and cut at 40 characters; empty for a caller who hides it.
    """
    text = text.strip()
    if text.lower() in _NOBODY:
        return ""
    # Only text that is nothing but a number is read as one: the parser would also find
    # someone else's number inside a sentence.
    if _NUMBER.fullmatch(text):
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            return clean(text)
        # A number of another length is an extension or a short code. Assignment is not checked:
        # the tables of a release know nothing of the ranges that were opened after it.
        possible = phonenumbers.is_possible_number_with_reason(number)
        if possible == phonenumbers.ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return clean(text)


def clean(text: str) -> str:
    """Text that can stand in a ticket and on a screen: printable, safe, 40 characters."""
    kept = (c if c.isprintable() and c not in _UNSAFE else "_" for c in text.strip())
    return "".join(kept)[:CHARACTERS_MAX]
