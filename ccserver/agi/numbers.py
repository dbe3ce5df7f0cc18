"""The caller's number, out of whatever the trunk sent."""

import re

from ccserver.numbers import e164

CHARACTERS_MAX = 40

_NUMBER = re.compile(r"\+?[0-9][0-9 ().\-/]{1,38}")
_NOBODY = frozenset({"", "anonymous", "unknown", "unavailable", "restricted", "private"})
_UNSAFE = frozenset('|,"\\;=${}')
"""Characters with a meaning in a ticket, in MSet, or in the dialplan's expressions."""


def caller_number(text: str, region: str) -> str:
    """E.164 where `text` is a number, as dialled in `region` (ISO 3166-1).

    Else the text itself, cleaned and cut at 40 characters; empty for a caller who hides it.
    """
    text = text.strip()
    if text.lower() in _NOBODY:
        return ""
    # Only text that is nothing but a number is read as one: the parser would also find
    # someone else's number inside a sentence.
    number = e164(text, region) if _NUMBER.fullmatch(text) else None
    return clean(text) if number is None else number


def clean(text: str) -> str:
    """Text that can stand in a ticket and on a screen: printable, safe, 40 characters."""
    kept = (c if c.isprintable() and c not in _UNSAFE else "_" for c in text.strip())
    return "".join(kept)[:CHARACTERS_MAX]
