"""How a talk over the network sounded: the E-model (ITU-T G.107), as far as a browser can measure.

R = 93.2 - Idd - Ie_eff: the rating with all defaults of G.107, less what absolute delay takes from
the talk (7.4) and what lost packets take from the sound (7.5). Echo, noise and loudness are taken
for those defaults: no browser knows them.
"""

from math import log2
from typing import Final

R_DEFAULT: Final = 93.2
DELAY_HEARD_MS: Final = 100.0
"""mT of G.107: less delay is not noticed."""

IE: Final = 0.0
BPL: Final = 25.1
"""G.711 with packet loss concealment, as browsers have it (ITU-T G.113, Appendix I). Opus at the
rates of telephony is not rated there; it loses no more."""

PACKET_MS: Final = 20.0
BUFFERED: Final = 2.0
"""A buffer against jitter holds back about twice of it."""


def mos(*, received: int, lost: int, jitter_ms: float, round_trip_ms: float | None) -> float | None:
    """The mean opinion score that such a talk would get, 1 to 4.5.

    Packets `received` and `lost`, the mean jitter, and the mean round trip (None: not measured, so
    taken for none). None: nothing was to be heard.
    """
    lost = max(0, lost)
    if received <= 0 and lost == 0:
        return None
    delay_ms = (round_trip_ms or 0.0) / 2 + PACKET_MS + BUFFERED * jitter_ms
    loss_percent = 100 * lost / (max(0, received) + lost)
    return mos_of(R_DEFAULT - delay_impairment(delay_ms) - loss_impairment(loss_percent))


def delay_impairment(delay_ms: float) -> float:
    """Idd for one-way delay from mouth to ear (G.107, 7.4, for the default sensitivity)."""
    if delay_ms <= DELAY_HEARD_MS:
        return 0.0
    x = log2(delay_ms / DELAY_HEARD_MS)
    return 25 * (_sixth_root(1 + x**6) - 3 * _sixth_root(1 + (x / 3) ** 6) + 2)


def loss_impairment(loss_percent: float) -> float:
    """Ie,eff for packets that are lost at random (G.107, 7.5)."""
    return IE + (95 - IE) * loss_percent / (loss_percent + BPL)


def mos_of(rating: float) -> float:
    """The opinion score for a rating R (G.107, Annex B)."""
    if rating <= 0:
        return 1.0
    if rating >= 100:
        return 4.5
    # Below R = 6.5 the formula dips under the worst score that there is.
    return max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)


def _sixth_root(number: float) -> float:
    return float(number ** (1 / 6))
