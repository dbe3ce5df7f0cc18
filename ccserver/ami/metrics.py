"""What the link to Asterisk measures of itself."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_BUCKETS: Final = (
    *(0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05),
    *(0.1, 0.2, 0.5, 1.0, 2.0, 5.0),
)
UP = Gauge("ccserver_ami_up", "1 while Asterisk is logged in to and resynchronised.")
RTT = Histogram("ccserver_ami_rtt_seconds", "Round trip of a ping.", buckets=_BUCKETS)
LAG = Histogram(
    "ccserver_ami_event_lag_seconds",
    "From Asterisk's stamp on an event to its reading here, above the fastest of late.",
    buckets=_BUCKETS,
)
EVENTS = Counter("ccserver_ami_events", "Events read, by name.", ["name"])
PASSED_OVER = Counter("ccserver_ami_passed_over", "Events that came though no one wants them.")
DOWN = Counter("ccserver_ami_down", "Sessions lost and attempts failed, by reason.", ["reason"])
HANDLER_ERRORS = Counter("ccserver_ami_handler_errors", "Handlers that raised: bugs.", ["handler"])
