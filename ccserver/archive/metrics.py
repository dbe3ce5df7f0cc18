"""What the archive measures of itself."""

from prometheus_client import Counter, Gauge

GAPS = Gauge(
    "ccserver_recording_gap_count",
    "Recordings that lack something, and files whose talk is not known. Must be 0.",
)
WAITING = Gauge("ccserver_recordings_waiting", "Recordings that are not encoded yet.")
KEPT = Counter("ccserver_recordings_kept", "Recordings that were encoded, verified and sealed.")
KEPT_SECONDS = Counter("ccserver_recordings_kept_seconds", "How long they last, all together.")
UPLOADED = Counter("ccserver_recordings_uploaded", "Files that were verified in the bucket.")
DELETED = Counter("ccserver_recordings_deleted", "Recordings that were deleted, by why.", ["why"])
FAILED = Counter(
    "ccserver_recordings_failed",
    "What did not succeed and is tried again: encode, upload, delete, transcribe.",
    ["what"],
)
FREE = Gauge("ccserver_recordings_free_share", "How much of the disk is free, 0 to 1.")
