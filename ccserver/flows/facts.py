"""What a flow can read of a caller, on the line and in a rehearsal alike."""

from ccserver.core.flow import Flow, asks
from ccserver.numbers import area_code, national, place_of


def facts_of_caller(flow: Flow, number: str, *, nuisance: str = "") -> dict[str, str]:
    """Of a number in E.164; empty when it is withheld. `nuisance`: see `core/nuisance.py`."""
    # Places cost 0.4 s and 100 MB, once (see `load_places`): nothing for a flow that never asks.
    place = place_of(number) if asks(flow, "caller.place") else ""
    return {
        "caller.number": number,
        "caller.national": national(number),
        "caller.area_code": area_code(number),
        "caller.place": place,
        "caller.nuisance": nuisance,
    }
