"""What callers hear after a key, taken off the wire: a process that reads the loopback's packets.

    python -m tests.bench.ears      ends with its standard input, and writes JSON: [seconds, …]

Callers (127.0.0.2) press keys as RFC 4733 events while nothing is played to them. The time from
the first packet that says that a key was let go to the first packet of sound that Asterisk then
sends is the time from key to next prompt. The kernel stamps the packets, so that this process may
be late. Needs root.
"""

import socket

from ccserver.local.phones import CALLERS_HOST
from tests.bench.wire import listen

_EVENT, _PCMA = 101, 8
_LET_GO = 0x80
_CALLERS = socket.inet_aton(CALLERS_HOST)
_SILENCE_SECONDS = 0.1
"""Sound that goes on while the key is pressed is not the answer to it."""


class Ears:
    """One for all callers, told apart by their media ports."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._let_go_at: dict[int, float] = {}
        self._known: dict[int, int] = {}
        """Port -> the RTP time of the last key: that it was let go is said three times."""
        self._sound_at: dict[int, float] = {}

    def hear(self, packet: bytes, at: float) -> None:
        """Take one IPv4 packet in."""
        header = (packet[0] & 0x0F) * 4
        if packet[9] != socket.IPPROTO_UDP or len(packet) < header + 8 + 12:
            return
        rtp = packet[header + 8 :]
        kind = rtp[1] & 0x7F
        if packet[12:16] == _CALLERS and kind == _EVENT and rtp[13] & _LET_GO:
            port = int.from_bytes(packet[header : header + 2], "big")
            ticks = int.from_bytes(rtp[4:8], "big")
            if self._known.get(port) != ticks:
                self._known[port] = ticks
                if at - self._sound_at.get(port, 0.0) > _SILENCE_SECONDS:
                    self._let_go_at[port] = at
        elif packet[16:20] == _CALLERS and kind == _PCMA:
            port = int.from_bytes(packet[header + 2 : header + 4], "big")
            self._sound_at[port] = at
            let_go_at = self._let_go_at.pop(port, None)
            if let_go_at is not None:
                self.waits.append(at - let_go_at)


def main() -> None:
    """Listen until the standard input ends."""
    ears = Ears()
    listen(ears.hear, lambda: ears.waits)


if __name__ == "__main__":
    main()
