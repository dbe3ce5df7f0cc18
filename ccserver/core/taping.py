"""Which talks are recorded, and whether what was recorded is all of it."""

SHORT_SECONDS_MAX = 0.5
"""So much may be missing: what the switch tells of a talk and its sound begin and end apart."""

SHORT_SHARE_MAX = 0.01
"""So much of a long one."""


def fault_of(expected_seconds: float, actual_seconds: float | None, cut: bool) -> str:
    """What is wrong with a recording that should last so long: empty, `missing`, `short`, `cut`.

    `actual_seconds`: what its file holds; None: there is no file. `cut`: the switch was lost while
    it ran, so that nobody can say how long it should be.
    """
    if actual_seconds is None:
        return "missing"
    if cut:
        return "cut"
    missing = expected_seconds - actual_seconds
    tolerated = max(SHORT_SECONDS_MAX, SHORT_SHARE_MAX * expected_seconds)
    return "short" if missing > tolerated else ""
