"""A caller's keys as sound files for SIPp: RFC 4733 events in the packet captures that it plays.

Debian's sip-tester has one capture a key, all with the same RTP time, so that Asterisk takes the
same key pressed twice for a repetition of one. Here each press has a time of its own.
"""

import struct
from pathlib import Path
from typing import Final

EVENTS = {key: number for number, key in enumerate("0123456789*#")}
"""RFC 4733, 3.2."""

CAPTURE_HEADER: Final = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
"""Of a packet capture: pcap 2.4, microseconds, Ethernet."""

PACKETS, PACKET_MS, PER_MS = 5, 20, 8
"""An event of 100 ms at 8 kHz."""
_PAYLOAD_TYPE = 101
_VOLUME = 10
_PRESS_TICKS = 100_000
"""How far apart the presses are in RTP time: more than any caller takes for one key."""


def write_key(file: Path, key: str, press: int) -> Path:
    """Write the capture of one key, the caller's `press`-th. KeyError for what is no key."""
    ticks = 0x1000 + press * _PRESS_TICKS
    packets = [CAPTURE_HEADER]
    for number in range(PACKETS + 3):
        # The last packet is sent three times, since nothing else says that the key was let go.
        step = min(number, PACKETS)
        ended = 0x80 if number >= PACKETS else 0
        event = struct.pack("!BBH", EVENTS[key], ended | _VOLUME, (step + 1) * PACKET_MS * PER_MS)
        first = 0x80 if number == 0 else 0
        rtp = struct.pack(
            "!BBHII", 0x80, first | _PAYLOAD_TYPE, press * 100 + number, ticks, 0x0E05384E
        )
        at_us = step * PACKET_MS * 1000 + max(0, number - PACKETS) * 100
        packets.append(packet(at_us, rtp + event))
    file.write_bytes(b"".join(packets))
    return file


def packet(at_us: int, payload: bytes) -> bytes:
    """A packet of a capture, in Ethernet, IPv4 and UDP: SIPp only looks for what is inside."""
    udp = struct.pack("!HHHH", 10000, 10000, 8 + len(payload), 0) + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes(4), bytes(4))
    frame = bytes(12) + b"\x08\x00" + ip + udp
    return struct.pack("<IIII", *divmod(at_us, 1_000_000), len(frame), len(frame)) + frame
