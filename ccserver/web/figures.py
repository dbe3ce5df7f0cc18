"""What the web measures of itself, for /metrics."""

from prometheus_client import Counter, Gauge, Histogram

_FINE = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)

POP_LATENCY = Histogram(
    "ccserver_pop_latency_seconds", "From the offer to the screen's ack.", buckets=_FINE
)
OFFER_TO_FRAME = Histogram(
    "ccserver_offer_to_frame_seconds",
    "From the offer to the card's bytes in the transport.",
    buckets=_FINE,
)
POPS_UNSEEN = Counter("ccserver_pops_unseen", "Cards for agents who had no screen open.")
SCREENS = Gauge("ccserver_screens", "Open screens.", ["role"])
REPLAYED = Counter("ccserver_ws_replayed", "Messages sent again to screens that came back.")
DROPPED = Counter("ccserver_ws_dropped", "Screens that the server closed.", ["code"])
LOGINS = Counter("ccserver_logins", "Attempts to log in.", ["outcome"])
CALLS = Gauge("ccserver_calls", "Live calls.", ["state"])
AGENTS = Gauge("ccserver_agents", "Agents.", ["work"])
