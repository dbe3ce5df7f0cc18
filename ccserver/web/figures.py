"""What the web measures of itself, for /metrics."""

from prometheus_client import Counter, Gauge, Histogram

from ccserver.core.records import QueueExit, SaveQueueVisit

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
EXITS = Counter(
    "ccserver_queue_exits", "Visits to queues that ended, by how they did.", ["queue", "exit"]
)
PROMISED = Counter(
    "ccserver_promised_waits",
    "Answered callers to whom a wait had been promised: it was shorter, as promised, or longer.",
    ["was"],
)
WAITS = Histogram(
    "ccserver_queue_wait_seconds",
    "From joining the queue to the answer.",
    ["queue"],
    buckets=(1, 5, 10, 20, 30, 60, 120, 180, 300, 600, 1200),
)
ALERTS = Gauge("ccserver_alerts", "Figures that are beyond their thresholds.")
ALERTS_LOST = Counter("ccserver_alerts_lost", "Alerts that were not written: too many waited.")
ALERT_POSTS = Counter(
    "ccserver_alert_posts", "Alerts for the webhook, by what became of them.", ["outcome"]
)
FIGURES_LAG = Histogram(
    "ccserver_figures_lag_seconds",
    "From a change of a queue's figures to the frame.",
    buckets=_FINE,
)
AGENTS = Gauge("ccserver_agents", "Agents.", ["work"])


def count_visit(visit: SaveQueueVisit) -> None:
    """A visit to a queue has ended."""
    EXITS.labels(visit.queue, visit.exit).inc()
    if visit.exit is not QueueExit.ANSWERED:
        return
    waited = visit.ended_at - visit.entered_at
    WAITS.labels(visit.queue).observe(waited)
    if visit.wait_until_seconds > 0:
        shorter, longer = waited < visit.wait_from_seconds, waited > visit.wait_until_seconds
        PROMISED.labels("shorter" if shorter else "longer" if longer else "kept").inc()
