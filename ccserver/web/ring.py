"""The latest changes, kept for screens that come back."""

from collections import deque

from ccserver.core.ids import AgentId
from ccserver.web.socket import BACKLOG_MESSAGES

RING_BYTES = 8 * 1024 * 1024
"""How much is kept: about 25,000 messages."""

REPLAY_MAX = BACKLOG_MESSAGES - 100
"""A screen that missed more than this gets a snapshot, which is shorter."""


class Ring:
    """Frames by their number, and for whom each was: an agent, the floor, or both."""

    def __init__(self) -> None:
        self.frames: deque[tuple[int, bytes, AgentId | None, bool]] = deque()
        self.bytes = 0

    def put(self, seq: int, frame: bytes, agent: AgentId | None, *, floor: bool) -> None:
        """Keep the newest, and let go what is beyond `RING_BYTES`."""
        self.frames.append((seq, frame, agent, floor))
        self.bytes += len(frame)
        while self.bytes > RING_BYTES:
            self.bytes -= len(self.frames.popleft()[1])

    def clear(self) -> None:
        """Forget all: everyone needs a snapshot."""
        self.frames.clear()
        self.bytes = 0

    def missed(
        self, since: int, seq: int, agent: AgentId | None, *, floor: bool
    ) -> list[bytes] | None:
        """What was sent to this agent and, with `floor`, to the floor after `since` up to `seq`.

        None when not all of it is kept, or when it is more than REPLAY_MAX.
        """
        if since > seq or (since < seq and (not self.frames or self.frames[0][0] > since + 1)):
            return None
        missed = []
        for number, frame, for_agent, for_floor in reversed(self.frames):
            if number <= since:
                break
            if (for_floor and floor) or (for_agent is not None and for_agent == agent):
                missed.append(frame)
        return missed[::-1] if len(missed) <= REPLAY_MAX else None
