"""tmp"""


def fault_of(*, expected_seconds: float, seconds: float | None, cut: bool) -> str:
    """tmp"""
    if seconds is None:
        return "missing"
    if cut:
        return "cut"
    return "short" if seconds < expected_seconds - 2 else ""
