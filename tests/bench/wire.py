"""The loopback's packets, one after the other: for benches that ask what really went over it."""

import json
import select
import socket
import struct
import sys
from collections.abc import Callable

ETH_P_IP = 0x0800
SO_TIMESTAMPNS = 35
_OUTGOING = 4
"""On the loopback each packet is seen twice: this is the second look at it."""
_STAMP = struct.Struct("@ll")


def listen(hear: Callable[[bytes, float], None], heard: Callable[[], object]) -> None:
    """Give each IPv4 packet, and the kernel's stamp in seconds, to `hear`, until the standard input
    ends; then write what was `heard` as JSON. Needs root."""
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
                hear(packet, seconds + nanoseconds / 1e9)
        elif sys.stdin in ready:
            break
    sys.stdout.write(json.dumps(heard()) + "\n")
