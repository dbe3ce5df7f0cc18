"""Names for the things that a contact center talks about."""

from typing import Final, NewType

ContactId = NewType("ContactId", str)
"""One customer's wish from first ring to last note: a UUIDv7 (RFC 9562) that we make."""

LegId = NewType("LegId", str)
"""The switch's own name for one leg. The core passes it on and never looks inside."""

NO_LEG: Final = LegId("")
"""Of a leg that is not known, or not there yet."""

AgentId = NewType("AgentId", str)
CustomerId = NewType("CustomerId", str)
Queue = NewType("Queue", str)
Skill = NewType("Skill", str)

Prompt = NewType("Prompt", str)
"""A sound that callers hear: `<sounds>/<language>/<prompt>`."""

StepName = NewType("StepName", str)
"""A step within its flow."""

Phone = NewType("Phone", str)
"""The extension that rings an agent, as the switch knows it."""


def uuid7(now: float, luck: int) -> str:
    """A UUIDv7 (RFC 9562, 5.7) for this instant, made unique by 74 random bits."""
    value = round(now * 1000) << 80 | 0x7 << 76 | (luck >> 62 & 0xFFF) << 64
    value |= 0b10 << 62 | luck & ((1 << 62) - 1)
    digits = f"{value:032x}"
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return "-".join(parts)
