"""Faults of flow files, in our words."""


class FlowError(Exception):
    """Flows that cannot be used as they are. `faults` are all that were found."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
