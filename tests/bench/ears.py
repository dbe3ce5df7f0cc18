"""What callers hear after a key, taken off the wire: a process that reads the loopback's packets.

    python -m tests.bench.ears      ends with its standard input, and writes JSON: [seconds, …]

Callers (127.0.0.2) press keys as RFC 4733 events while nothing is played to them. The time from
the first packet that says that a key was let go to the first packet of sound that Asterisk then
sends is the time from key to next prompt. The kernel stamps the packets, so that this process may
be late. Needs root.
"""

import json
import select
import socket
import struct
import sys

from ccserver.local.phones import CALLERS_HOST

ETH_P_IP = 0x0800
SO_TIMESTAMPNS = 35
_OUTGOING = 4
"""On the loopback each packet is seen twice: this is the second look at it."""
_EVENT, _PCMA = 101, 8
_LET_GO = 0x80
_STAMP = struct.Struct("@ll")
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
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
    wire.bind(("lo", ETH_P_IP))
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
    wire.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    while True:
        ready, _, _ = select.select([wire, sys.stdin], [], [])
        if wire in ready:
            packet, extra, _, where = wire.recvmsg(2048, 64)
            if where[2] != _OUTGOING and extra:
                seconds, nanoseconds = _STAMP.unpack(extra[0][2])
                ears.hear(packet, seconds + nanoseconds / 1e9)
        elif sys.stdin in ready:
            break
    sys.stdout.write(json.dumps(ears.waits) + "\n")


if __name__ == "__main__":
    main()
