"""What the house refuses to do, and says so. Anything else that is raised is a bug."""


class Refused(Exception):  # noqa: N818 -- reads well where it is raised
    """A request that cannot be granted as things stand. `status` is what HTTP says."""

    status = 409
