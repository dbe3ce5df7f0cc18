"""What can go wrong between ccserver and Asterisk's manager interface."""


class UnsafeHeaderError(ValueError):
    """A header that Asterisk would read as something else. Says which, never with what value."""


class AmiError(Exception):
    """The link could not do it."""


class AmiProtocolError(AmiError):
    """The other side does not speak AMI, or says more than anyone could hold."""


class AmiDisconnected(AmiError):  # noqa: N818 -- reads well where it is raised
    """There is no link, or it broke before the answer came."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        """One of a few fixed words: see `ccserver.ami.session.Session.close`."""
        self.sent = sent
        """The action left, so that its outcome is unknown: look before asking again."""


class AmiTimeout(AmiError):  # noqa: N818 -- reads well where it is raised
    """Asterisk did not answer in time: the outcome is unknown, as after a lost link."""


class AmiRefused(AmiError):  # noqa: N818 -- reads well where it is raised
    """Asterisk answered with an error; its own words are the exception's text."""


class AmiLoginRefused(AmiRefused):
    """Wrong user or secret, or this host may not log in."""
